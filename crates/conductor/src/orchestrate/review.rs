//! `conductor orchestrate review`.

use cli_kit::printer::Style;
use cli_kit::text::{escape, escape_block};
use cli_kit::{CliError, Exit};
use conductor_engine::control::{Control, Ruling};
use conductor_engine::session::{Phase, Run};
use conductor_host::git::Patch;
use conductor_host::journal::AttemptRow;
use conductor_host::perform::{Finding, asked_for, listed, tampering};
use serde_json::json;

use super::control::{ask, say};
use super::error::{failed, from_host};
use super::opened::{Opened, newest_run};
use super::story::gates_text;
use super::usage::attempt_line;
use crate::context::Context;
use crate::failure::from_journal;

/// The most of a change that is shown, in bytes.
const PATCH_LIMIT: usize = 256 * 1024;

/// Show a task's work: the change, the evidence, what it waits for; or decide about it
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor orchestrate review TASK-002\n  conductor orchestrate review TASK-002 --accept\n  \
                        conductor orchestrate review TASK-002 --retry \"keep the old column\""
)]
pub(crate) struct Args {
    /// The task
    #[arg(value_name = "TASK")]
    task: String,
    /// Accept the work
    #[arg(long, group = "ruling")]
    accept: bool,
    /// Have the agent try again, with these words
    #[arg(long, value_name = "WORDS", group = "ruling")]
    retry: Option<String>,
    /// Give the work up
    #[arg(long, value_name = "WHY", group = "ruling")]
    reject: Option<String>,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let mut opened = Opened::new(context)?;
    let (task, name) = opened.task(&args.task)?;
    let id = opened.session_of(&task)?;
    let session = opened.fold(id)?;
    let run = newest_run(&session, &task).cloned().ok_or_else(|| {
        let message = format!("{name} has no run in session {id}");
        CliError::new(Exit::NotFound, "RUN_NOT_FOUND", message)
            .hint(format!("`conductor orchestrate why {name}`"))
    })?;
    let ruling = match (args.accept, args.retry, args.reject) {
        (true, _, _) => Some(Ruling::Accept),
        (_, Some(words), _) => Some(Ruling::Retry { words }),
        (_, _, Some(why)) => Some(Ruling::Reject { why }),
        (false, None, None) => None,
    };
    if let Some(ruling) = ruling {
        super::people_only(context)?;
        let Phase::Held(hold) = run.phase else {
            let message = format!("{name} waits for nobody; it is {:?}", run.phase.tag());
            return Err(CliError::new(Exit::Refused, "NOT_HELD", message));
        };
        let asked = ask(context, &mut opened, id, &Control::Answer { hold, ruling })?;
        say(context, id, &format!("hold {hold} answered"), &asked);
        return Ok(Exit::Ok);
    }
    show(context, &opened, &session, &run, &name)
}

fn show(
    context: &mut Context,
    opened: &Opened,
    session: &conductor_engine::session::Session,
    run: &Run,
    name: &str,
) -> Result<Exit, CliError> {
    let patch = patch(opened, run)?;
    let evidence = run.evidence.as_ref().and_then(|(id, _)| opened.db.evidence(id).ok());
    let hold = if let Phase::Held(id) = run.phase { session.holds.get(&id) } else { None };
    let attempts = attempts(opened, run)?;
    let findings = findings(opened, run, name)?;
    let records = opened.host.places().map_err(|e| from_host(&e))?.run_records(run.id);
    if context.printer.is_json() {
        context.printer.json(&json!({
            "session": session.id,
            "run": run.id,
            "task": name,
            "phase": run.phase.tag(),
            "hold": hold,
            "evidence_id": run.evidence.as_ref().map(|(id, _)| id),
            "evidence": evidence,
            "candidate": run.candidate,
            "attempts": attempts,
            "findings": findings,
            "diff": patch.as_ref().map(|p| String::from_utf8_lossy(&p.bytes)),
            "diff_truncated": patch.as_ref().is_some_and(|p| p.truncated),
            "records": records,
        }));
        return Ok(Exit::Ok);
    }
    let printer = &mut context.printer;
    printer.line(format!("{}  run {}, {:?}", escape(name), run.id, run.phase.tag()));
    if let Some(hold) = hold {
        let text = format!("hold {}: {}", hold.id, escape(&hold.question));
        let text = printer.paint(Style::Yellow, &text).into_owned();
        printer.line(text);
        if !hold.detail.is_empty() {
            printer.line(escape_block(&hold.detail));
        }
    }
    if let (Some(evidence), Some((id, _))) = (&evidence, &run.evidence) {
        printer.line(format!("gates     {}", gates_text(evidence)));
        printer.line(format!("evidence  {id} on tree {}", evidence.tree.short()));
    }
    for attempt in &attempts {
        printer.line(format!("attempt   {}", attempt_line(attempt)));
    }
    printer.line(format!("records   {}", escape(&records.to_string_lossy())));
    // A hold that is about them has them in its detail.
    if hold.is_none_or(|hold| hold.detail.is_empty()) && !findings.is_empty() {
        printer.line("");
        printer.line(escape_block(&listed(&findings)));
    }
    if let Some(patch) = patch {
        printer.line("");
        printer.line(escape_block(&String::from_utf8_lossy(&patch.bytes)));
        if patch.truncated {
            printer.note("the change is longer than what is shown");
        }
    }
    Ok(Exit::Ok)
}

/// What the work does to the tests and gates that judged it.
fn findings(opened: &Opened, run: &Run, name: &str) -> Result<Vec<Finding>, CliError> {
    let (Some(candidate), Some((evidence, _))) = (&run.candidate, &run.evidence) else {
        return Ok(Vec::new());
    };
    let setup = opened.db.setup(run.id.session).map_err(from_journal)?;
    // A task that is gone asks for nothing.
    let task = opened.project.tasks.find(name).map(|task| asked_for(&task)).unwrap_or_default();
    tampering(&opened.host.repo, &opened.db, &setup, &task, (candidate, evidence)).map_err(|e| failed(&e))
}

fn attempts(opened: &Opened, run: &Run) -> Result<Vec<AttemptRow>, CliError> {
    let mut all = opened.db.attempts(run.id.session).map_err(from_journal)?;
    all.retain(|attempt| attempt.run == run.id);
    Ok(all)
}

fn patch(opened: &Opened, run: &Run) -> Result<Option<Patch>, CliError> {
    let repo = &opened.host.repo;
    let patch = match (&run.candidate, &run.base, &run.snapshot) {
        (Some(candidate), ..) => repo.patch(&candidate.tip, &candidate.tree, PATCH_LIMIT),
        (None, Some(base), Some(snapshot)) => repo.patch(base, &snapshot.tree, PATCH_LIMIT),
        (None, ..) => return Ok(None),
    };
    patch.map(Some).map_err(|e| failed(&e))
}
