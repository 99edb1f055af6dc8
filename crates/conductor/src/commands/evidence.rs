//! `conductor evidence`.

use cli_kit::{CliError, Exit};
use conductor_engine::ids::{EvidenceId, TaskRef};
use conductor_engine::session::{Ending, Phase, Run};
use conductor_host::session::{LandedOn, Proof, ProofError};
use serde_json::{Value, json};
use taskwerk_client::model::ListQuery;

use super::evidence_text::tell;
use crate::context::Context;
use crate::failure::{from_client, from_journal};
use crate::orchestrate::error::failed;
use crate::orchestrate::opened::Opened;

/// Show what the gates found on a tree, and check that it is what landed
///
/// Of a task, it is the evidence on which its work landed, else the last that was gathered. Its digest is computed anew;
/// of each commit that landed on it, the tree is to be the one that was checked, and the trailer `Evidence:` is to name
/// it. What does not hold is told, with exit code 6.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor evidence TASK-002\n  conductor evidence 3fa85f64\n  conductor evidence TASK-002 --json"
)]
pub(crate) struct Args {
    /// The task, or the digest of the evidence: as much of it as is needed
    #[arg(value_name = "TASK|DIGEST")]
    what: String,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let opened = Opened::new(context)?;
    let id = find(&opened, &args.what)?;
    let proof = opened.host.proof(&opened.db, &id).map_err(|error| match error {
        ProofError::Journal(error) => from_journal(error),
        ProofError::Git(error) => failed(&error),
    })?;
    let names = names(&opened, &proof.landed)?;
    if context.printer.is_json() {
        let flaws: Vec<String> = proof.flaws.iter().map(ToString::to_string).collect();
        let landed: Vec<Value> = proof
            .landed
            .iter()
            .zip(&names)
            .map(|(on, task)| json!({ "task": task, "run": on.run, "commit": on.commit }))
            .collect();
        context.printer.json(&json!({
            "id": proof.id,
            "created_at": proof.created_at,
            "holds": proof.flaws.is_empty(),
            "flaws": flaws,
            "landed": landed,
            "evidence": proof.evidence,
        }));
    } else {
        tell(&mut context.printer, &proof, &names);
    }
    Ok(verdict(&proof))
}

fn verdict(proof: &Proof) -> Exit {
    if proof.flaws.is_empty() { Exit::Ok } else { Exit::Gate }
}

/// The evidence that is meant: by a digest or the beginning of one, else by a task.
fn find(opened: &Opened, what: &str) -> Result<EvidenceId, CliError> {
    const LEAST: usize = 6;
    let hexadecimal = what.len() >= LEAST && what.bytes().all(|b| b.is_ascii_hexdigit());
    if hexadecimal {
        let start = what.to_ascii_lowercase();
        match opened.db.evidence_beginning(&start).map_err(from_journal)?.as_slice() {
            [one] => return Ok(one.clone()),
            [] => {}
            [..] => {
                let message = format!("more than one piece of evidence begins with {start}");
                return Err(CliError::new(Exit::Usage, "AMBIGUOUS", message).hint("write more of the digest"));
            }
        }
    }
    let (task, name) = match opened.task(what) {
        Ok(found) => found,
        Err(_) if hexadecimal => return Err(none(format!("there is no evidence that begins with {what}"))),
        Err(error) => return Err(error),
    };
    of_task(opened, &task)?.ok_or_else(|| none(format!("no gates have run on the work at {name} yet")))
}

fn none(message: String) -> CliError {
    CliError::new(Exit::NotFound, "EVIDENCE_NOT_FOUND", message)
        .hint("`conductor orchestrate status` shows which tasks have been worked on")
}

/// The evidence on which a task's work landed last, else the last that was gathered for it.
fn of_task(opened: &Opened, task: &TaskRef) -> Result<Option<EvidenceId>, CliError> {
    let runs = opened.db.all_runs().map_err(from_journal)?;
    let asked = opened.asked();
    let own = |run: &&Run| &run.task == task && asked.is_none_or(|session| run.id.session == session);
    let with: Vec<&Run> = runs.iter().filter(own).filter(|run| run.evidence.is_some()).collect();
    let landed = |run: &&&Run| {
        matches!(&run.phase, Phase::Ended(Ending::Landed { .. }) | Phase::Stopping(Ending::Landed { .. }))
    };
    let newest = with.iter().rev().find(landed).or(with.last());
    Ok(newest.and_then(|run| run.evidence.as_ref()).map(|(id, _)| id.clone()))
}

/// The tasks' ids as people know them, as far as the tasks are still there.
fn names(opened: &Opened, landed: &[LandedOn]) -> Result<Vec<String>, CliError> {
    let all = ListQuery { include_closed: true, ..ListQuery::default() };
    let tasks = opened.project.tasks.list(&all).map_err(from_client)?;
    let name = |on: &LandedOn| {
        let found = tasks.iter().find(|task| task.uid.to_string() == on.task.0);
        found.map_or_else(|| on.task.0.clone(), |task| task.id.to_string())
    };
    Ok(landed.iter().map(name).collect())
}
