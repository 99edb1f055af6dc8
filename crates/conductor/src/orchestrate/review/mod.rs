//! `conductor orchestrate review`: printed, decided by a flag, or as a page at a terminal.

mod page;

use std::path::PathBuf;

use cli_kit::printer::Style;
use cli_kit::text::{escape, escape_block};
use cli_kit::{CliError, Exit};
use conductor_engine::control::{Control, Ruling};
use conductor_engine::evidence::Evidence;
use conductor_engine::judgement::{Answer, Judgement};
use conductor_engine::session::{Hold, Phase, Run, Session};
use conductor_host::git::Patch;
use conductor_host::journal::AttemptRow;
use conductor_host::perform::{Finding, asked_for, listed, tampering};
use conductor_host::secrets::mask;
use conductor_host::transcript;
use serde_json::json;

use super::control::{ask, say};
use super::error::{failed, from_host};
use super::opened::{Opened, newest_run};
use super::saying::Saying;
use super::story::gates_text;
use super::usage::attempt_line;
use crate::context::Context;
use crate::failure::from_journal;
use page::{Ended, Hands};

/// The most of a change that is shown, in bytes.
const PATCH_LIMIT: usize = 256 * 1024;

/// Look through a task's work and decide about it: the change, the evidence, what was said, why it waits
///
/// On a terminal it is a page with keys (`?` shows them). With a flag that decides, with --print, and without a terminal
/// nothing is asked.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor orchestrate review TASK-002\n  conductor orchestrate review TASK-002 --accept\n  \
                        conductor orchestrate review TASK-002 --retry \"keep the old column\"\n  conductor orchestrate review TASK-002 --print"
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
    /// Print it, on a terminal too
    #[arg(long, conflicts_with = "ruling")]
    print: bool,
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
        return decide(context, &mut opened, &run, &name, ruling);
    }
    let work = Work::gather(&opened, &session, &run, &name)?;
    let usable = context.env.get("TERM").is_none_or(|term| term != "dumb");
    if context.can_ask && usable && !args.print {
        return match look(context, &opened, &work)? {
            Ended::Left => Ok(Exit::Ok),
            Ended::Ruled(ruling) => decide(context, &mut opened, &run, &name, ruling),
        };
    }
    show(context, &work);
    Ok(Exit::Ok)
}

fn decide(
    context: &mut Context,
    opened: &mut Opened,
    run: &Run,
    name: &str,
    ruling: Ruling,
) -> Result<Exit, CliError> {
    super::people_only(context)?;
    let Phase::Held(hold) = run.phase else {
        let message = format!("{name} waits for nobody; it is {:?}", run.phase.tag());
        return Err(CliError::new(Exit::Refused, "NOT_HELD", message));
    };
    let id = run.id.session;
    let asked = ask(context, opened, id, &Control::Answer { hold, ruling })?;
    say(context, id, &format!("hold {hold} answered"), &asked);
    Ok(Exit::Ok)
}

/// Everything that is shown of a run.
struct Work<'w> {
    name: &'w str,
    session: &'w Session,
    run: &'w Run,
    hold: Option<&'w Hold>,
    evidence: Option<Evidence>,
    judgement: Option<&'w Judgement>,
    /// What the work does to the tests and gates that judged it.
    findings: Vec<Finding>,
    attempts: Vec<AttemptRow>,
    records: PathBuf,
    /// The change as text, secrets masked.
    diff: Option<String>,
    truncated: bool,
}

impl<'w> Work<'w> {
    fn gather(opened: &Opened, session: &'w Session, run: &'w Run, name: &'w str) -> Result<Self, CliError> {
        let patch = patch(opened, run)?;
        Ok(Self {
            name,
            session,
            run,
            hold: if let Phase::Held(id) = run.phase { session.holds.get(&id) } else { None },
            evidence: run.evidence.as_ref().and_then(|(id, _)| opened.db.evidence(id).ok()),
            judgement: run.judgement.as_ref(),
            findings: findings(opened, run, name)?,
            attempts: attempts(opened, run)?,
            records: opened.host.places().map_err(|e| from_host(&e))?.run_records(run.id),
            truncated: patch.as_ref().is_some_and(|p| p.truncated),
            diff: patch.map(|p| mask(&String::from_utf8_lossy(&p.bytes)).into_owned()),
        })
    }
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

/// The page at the terminal.
fn look(context: &mut Context, opened: &Opened, work: &Work<'_>) -> Result<Ended, CliError> {
    let title = work.session.tasks.get(&work.run.task).map_or("", |facts| facts.title.as_str());
    let texts = page::gather(page::Subject {
        name: work.name,
        title,
        run: work.run,
        hold: work.hold,
        judgement: work.judgement,
        evidence: work.evidence.as_ref(),
        attempts: &work.attempts,
        patch: work.diff.as_deref(),
        truncated: work.truncated,
        transcript: transcript_of(opened, work.run)?,
    });
    let branch = || branch_of(opened, work);
    let quoted = |line: &str| format!("# {}\n", escape(line));
    let quoted: String = work.diff.iter().flat_map(|diff| diff.lines()).map(quoted).collect();
    let words = opened.project.tasks.data_dir().join(format!("words-{}.md", work.run.id));
    page::run(context, texts, &Hands { branch: &branch, words, quoted })
}

/// What the agent said and did in its newest attempt.
fn transcript_of(opened: &Opened, run: &Run) -> Result<Vec<String>, CliError> {
    let number = run.counters.attempts;
    if number == 0 {
        return Ok(Vec::new());
    }
    let places = opened.host.places().map_err(|e| from_host(&e))?;
    let file = places.attempt(run.id, number).join("transcript.jsonl");
    let (mut saying, mut cursor, mut lines) = (Saying::default(), 0, Vec::new());
    loop {
        let page = transcript::read(&file, cursor).map_err(|e| failed(&e))?;
        cursor = page.cursor;
        lines.extend(page.entries.iter().flat_map(|entry| saying.hear(entry)));
        if !page.more {
            lines.extend(saying.rest());
            return Ok(lines);
        }
    }
}

/// Makes a branch of the saved work, of the first name that is free.
fn branch_of(opened: &Opened, work: &Work<'_>) -> Result<String, CliError> {
    let Some(snapshot) = &work.run.snapshot else {
        return Err(CliError::new(Exit::NotFound, "NOTHING_SAVED", "no work is saved"));
    };
    let name = |number: u32| match number {
        1 => format!("review/{}", work.name),
        number => format!("review/{}-{number}", work.name),
    };
    let mut last = None;
    for name in (1..=9).map(name) {
        match super::restore::make_branch(opened, &name, &snapshot.commit) {
            Ok(()) => return Ok(name),
            Err(error) if error.exit == Exit::Conflict => last = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(last.unwrap_or_else(|| CliError::internal("no name was tried")))
}

fn show(context: &mut Context, work: &Work<'_>) {
    let Work { name, session, run, hold, evidence, judgement, findings, attempts, records, diff, truncated } =
        work;
    if context.printer.is_json() {
        context.printer.json(&json!({
            "session": session.id,
            "run": run.id,
            "task": name,
            "phase": run.phase.tag(),
            "hold": hold,
            "judgement": judgement,
            "findings": findings,
            "evidence_id": run.evidence.as_ref().map(|(id, _)| id),
            "evidence": evidence,
            "candidate": run.candidate,
            "attempts": attempts,
            "diff": diff,
            "diff_truncated": truncated,
            "records": records,
        }));
        return;
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
    // A hold that is about them has them in its detail.
    if hold.is_none_or(|hold| hold.detail.is_empty()) && !findings.is_empty() {
        printer.line(escape_block(&mask(&listed(findings))));
    }
    for line in judgement.iter().flat_map(|judgement| judged_lines(judgement)) {
        printer.line(escape(&line));
    }
    if let (Some(evidence), Some((id, _))) = (evidence, &run.evidence) {
        printer.line(format!("gates     {}", gates_text(evidence)));
        printer.line(format!("evidence  {id} on tree {}", evidence.tree.short()));
    }
    for attempt in attempts {
        printer.line(format!("attempt   {}", attempt_line(attempt)));
    }
    printer.line(format!("records   {}", escape(&records.to_string_lossy())));
    if let Some(diff) = diff {
        printer.line("");
        printer.line(escape_block(diff));
        if *truncated {
            printer.note("the change is longer than what is shown");
        }
    }
}

/// The rules that spoke, what a reviewer found, and what else is to be known.
fn judged_lines(judgement: &Judgement) -> Vec<String> {
    let mut lines = Vec::new();
    for result in &judgement.rules {
        match &result.answer {
            Answer::Holds => lines.push(format!("rule      {} holds", result.rule)),
            Answer::Undecided { why } => {
                lines.push(format!("rule      {} could not be decided: {why}", result.rule));
            }
            Answer::HoldsNot => {}
        }
    }
    if let Some(review) = &judgement.review {
        lines.push(format!(
            "review    {}: {} findings, the worst: {}",
            review.agent, review.findings, review.worst
        ));
        lines.extend(review.list.iter().map(|line| format!("          {line}")));
    }
    lines.extend(judgement.notes.iter().map(|note| format!("note      {note}")));
    lines
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
