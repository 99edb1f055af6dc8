//! `conductor policy test`.

use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::{CliError, Exit};
use conductor_engine::judgement::{Answer, Judgement, Verdict};
use conductor_host::policy::{Policy, RuleSet};
use conductor_host::session::{Decided, RejudgeError, Rejudged};
use serde_json::json;

use crate::context::Context;
use crate::failure::from_journal;
use crate::orchestrate::opened::Opened;

/// Show what today's rules say of work that was judged before
///
/// Every verdict of a session, or of a task in it, is made again from the journal, the evidence and the commits, by the
/// rules and approval classes of the configuration as it is now. Nothing is changed. The task's priority and tags are
/// those of today.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor policy test\n  conductor policy test TASK-002\n  conductor policy test --session 3 --json"
)]
pub(crate) struct Args {
    /// Only this task
    #[arg(value_name = "TASK")]
    task: Option<String>,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let opened = Opened::new(context)?;
    let orchestration = context.config()?.orchestration;
    RuleSet::new(&orchestration.policy)
        .usable()
        .map_err(|wrong| CliError::new(Exit::Usage, "CONFIG_WRONG_VALUE", wrong.to_string()))?;
    let task = args.task.as_deref().map(|text| opened.task(text)).transpose()?;
    let id = match &task {
        Some((task, _)) => opened.session_of(task)?,
        None => opened.some_session()?,
    };
    let only = task.as_ref().map(|(task, _)| task);
    let policy = Policy::new(&orchestration);
    let all =
        opened.host.rejudge(&opened.db, &opened.project.tasks, (id, only), &policy).map_err(from_rejudge)?;
    let differ = all.iter().filter(|one| differs(one)).count();
    let printer = &mut context.printer;
    if printer.is_json() {
        let verdicts: Vec<_> = all.iter().map(document).collect();
        printer.json(&json!({ "session": id, "verdicts": verdicts, "differ": differ }));
        return Ok(Exit::Ok);
    }
    let mut table = Table::new(&[
        ("", Fit::Keep),
        ("task", Fit::Keep),
        ("run", Fit::Drop),
        ("then", Fit::Keep),
        ("now", Fit::Keep),
        ("because", Fit::Shrink(20)),
    ]);
    for one in &all {
        let mark = if differs(one) { Cell::new("!").style(Style::Yellow) } else { Cell::new("") };
        let now = one.now.as_ref().map_or("?", |judgement| word(&judgement.verdict));
        table.row([
            mark,
            Cell::new(&one.task).style(Style::Cyan),
            Cell::new(&one.run.to_string()).style(Style::Dim),
            Cell::new(then_word(&one.then)),
            Cell::new(now),
            Cell::new(&because(one)),
        ]);
    }
    let text = table.render(printer);
    printer.raw(&text);
    printer.note(match (all.len(), differ) {
        (0, _) => format!("Nothing was judged in session {id}."),
        (_, 0) => format!("Session {id}: today's rules would decide the same."),
        (many, differ) => format!("Session {id}: {differ} of {many} verdicts would differ."),
    });
    Ok(Exit::Ok)
}

fn from_rejudge(error: RejudgeError) -> CliError {
    let message = error.to_string();
    match error {
        RejudgeError::Journal(error) => from_journal(error),
        RejudgeError::Compacted(_) => CliError::new(Exit::Refused, "COMPACTED", message),
        RejudgeError::Host(_) | RejudgeError::Illegal(_) => CliError::new(Exit::Store, "FAILED", message),
    }
}

/// What cannot be judged any more differs from nothing.
fn differs(one: &Rejudged) -> bool {
    one.now.as_ref().is_ok_and(|now| word(&now.verdict) != then_word(&one.then))
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Accept => "accept",
        Verdict::Retry { .. } => "retry",
        Verdict::Hold { .. } => "hold",
        Verdict::Reject { .. } => "reject",
    }
}

fn then_word(decided: &Decided) -> &'static str {
    match decided {
        Decided::Accept => "accept",
        Decided::Retry => "retry",
        Decided::Hold(_) => "hold",
        Decided::Reject(_) => "reject",
    }
}

/// Why it is as it is now; why it was as it was, where nothing speaks against it any more.
fn because(one: &Rejudged) -> String {
    let then = match &one.then {
        Decided::Hold(why) | Decided::Reject(why) => why.as_str(),
        Decided::Accept | Decided::Retry => "",
    };
    match &one.now {
        Err(why) => why.clone(),
        Ok(now) => match &now.verdict {
            Verdict::Accept => then.to_owned(),
            Verdict::Retry { feedback } => feedback.clone(),
            Verdict::Hold { question, .. } => question.clone(),
            Verdict::Reject { why } => why.clone(),
        },
    }
}

fn document(one: &Rejudged) -> serde_json::Value {
    let rules = |now: &Judgement| -> Vec<serde_json::Value> {
        let rule = |result: &conductor_engine::judgement::RuleResult| {
            let (held, undecided) = match &result.answer {
                Answer::Holds => (Some(true), None),
                Answer::HoldsNot => (Some(false), None),
                Answer::Undecided { why } => (None, Some(why)),
            };
            json!({ "rule": result.rule, "holds": held, "undecided": undecided })
        };
        now.rules.iter().map(rule).collect()
    };
    json!({
        "task": one.task,
        "run": one.run,
        "then": then_word(&one.then),
        "now": one.now.as_ref().ok().map(|now| word(&now.verdict)),
        "differs": differs(one),
        "because": because(one),
        "rules": one.now.as_ref().ok().map(rules),
        "error": one.now.as_ref().err(),
    })
}
