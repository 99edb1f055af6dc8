//! `conductor orchestrate run --dry-run`: what would run, in which order and why, and what would not.

use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::text::escape;
use cli_kit::time::{compact, now, relative};
use cli_kit::{CliError, Exit};
use conductor_host::config::{Config, Orchestration};
use conductor_host::session::{Foreseen, Options, Step};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::error::{busy, failed, from_begin};
use super::opened::Opened;
use super::run::introduce;
use crate::context::Context;

/// The words for the engine's urgencies.
const PRIORITIES: [&str; 4] = ["critical", "high", "medium", "low"];

/// Says what a session with these options would do. Refuses what `run` would refuse.
pub(super) fn foresee(context: &mut Context, opened: &Opened, options: &Options) -> Result<Exit, CliError> {
    if let Some(pid) = opened.driver()? {
        return Err(busy(Some(pid)));
    }
    let foreseen = opened.host.foresee(options).map_err(|e| from_begin(&e))?;
    let config = Config::from_value(&foreseen.begun.setup.config).map_err(|e| failed(&e))?;
    if context.printer.is_json() {
        context.printer.json(&document(&foreseen, &config.orchestration));
    } else {
        draw(context, opened, &foreseen, &config.orchestration);
    }
    Ok(Exit::Ok)
}

fn document(foreseen: &Foreseen, config: &Orchestration) -> Value {
    let begun = &foreseen.begun;
    let setup = &begun.setup;
    let rules = &setup.rules;
    let order: Vec<Value> = foreseen.steps.iter().zip(1..).map(|(step, place)| row(step, place)).collect();
    let rest: Vec<Value> = foreseen
        .rest
        .iter()
        .map(|not| json!({ "task_id": not.task.id, "title": not.task.title, "why": not.why }))
        .collect();
    json!({
        "dry_run": true,
        "session": begun.id,
        "branch": begun.branch.as_str(),
        "target": setup.target,
        "base": setup.base,
        "continues": begun.continues,
        "agent": rules.agent,
        "replay": setup.replay.is_some(),
        "gates": setup.gates,
        "limits": {
            "jobs": rules.jobs,
            "agents": rules.agents(),
            "ledger": rules.limits,
            "max_tasks": rules.max_tasks,
            "max_task_minutes": rules.max_task_duration.as_mins(),
            "max_consecutive_failures": rules.max_consecutive_failures,
        },
        "require_tests": setup.require_tests,
        "fresh": setup.fresh,
        "holds": {
            "classes": config.safety.require_approval_for.iter().map(|c| c.name()).collect::<Vec<_>>(),
            "rules": config.policy.iter().map(|rule| &rule.name).collect::<Vec<_>>(),
            "every_run": !rules.auto_commit || rules.interactive,
            "every_start": rules.interactive,
        },
        "order": order,
        "would_not_run": rest,
        "minutes": foreseen.steps.iter().map(|s| s.end).max().unwrap_or(0),
        "notes": begun.notes,
    })
}

fn row(step: &Step, place: usize) -> Value {
    let facts = &step.task;
    json!({
        "place": place,
        "task_id": facts.id,
        "title": facts.title,
        "priority": priority(step),
        "critical_path_minutes": step.chain,
        "created_at": facts.created_at,
        "waits_for": step.after,
        "estimate_minutes": (facts.estimate_minutes > 0).then_some(facts.estimate_minutes),
        "starts_after_minutes": step.start,
        "ends_after_minutes": step.end,
        "goes_on_from": step.saved,
    })
}

fn priority(step: &Step) -> &'static str {
    PRIORITIES.get(usize::from(step.task.urgency)).copied().unwrap_or("low")
}

fn draw(context: &mut Context, opened: &Opened, foreseen: &Foreseen, config: &Orchestration) {
    context.printer.line("Nothing is begun; this is what would be:");
    introduce(context, opened, &foreseen.begun);
    let rules = &foreseen.begun.setup.rules;
    let most = rules.max_tasks.map_or_else(String::new, |max| format!(", at most {max} tasks"));
    context.printer.line(format!(
        "limits {} at once{most}, {} for one attempt, {} failures in a row",
        rules.agents(),
        compact(rules.max_task_duration),
        rules.max_consecutive_failures
    ));
    if rules.interactive {
        context.printer.line("holds  every start and every run, since the session is interactive");
    }
    holds(context, config);
    steps(context, foreseen);
    if !foreseen.rest.is_empty() {
        context.printer.line("Would not run:");
    }
    for not in &foreseen.rest {
        context.printer.line(format!("  {}  {}", escape(&not.task.id), escape(&not.why)));
    }
}

fn holds(context: &mut Context, config: &Orchestration) {
    let printer = &mut context.printer;
    if !config.workflow.auto_commit {
        printer.line("holds  every run, since auto_commit is off");
    }
    for rule in &config.policy {
        printer
            .line(format!("holds  every run, since rule `{}` cannot be evaluated yet", escape(&rule.name)));
    }
    let classes: Vec<&str> = config.safety.require_approval_for.iter().map(|class| class.name()).collect();
    if !classes.is_empty() {
        printer.line(format!("holds  changes of {}; which files change shows only then", classes.join(", ")));
    }
}

fn steps(context: &mut Context, foreseen: &Foreseen) {
    let printer = &mut context.printer;
    if foreseen.steps.is_empty() {
        printer.line("No task would run.");
        return;
    }
    let columns = [
        ("#", Fit::Keep),
        ("task", Fit::Keep),
        ("title", Fit::Shrink(12)),
        ("begins", Fit::Keep),
        ("ends", Fit::Keep),
        ("why here", Fit::Keep),
        ("waits for", Fit::Shrink(8)),
    ];
    let mut table = Table::new(&columns);
    let at = now();
    for (place, step) in (1..).zip(&foreseen.steps) {
        let age = relative(step.task.created_at, at);
        let guess = if step.task.estimate_minutes == 0 { "~" } else { "" };
        table.row([
            Cell::new(&format!("{place}")),
            Cell::new(&step.task.id).style(Style::Cyan),
            Cell::new(&step.task.title),
            Cell::new(&begins(step.start)),
            Cell::new(&format!("{guess}+{}", minutes(step.end))),
            Cell::new(&format!("path {}, {}, {age}", minutes(step.chain), priority(step))),
            Cell::new(&step.after.join(", ")),
        ]);
    }
    let text = table.render(printer);
    printer.raw(&text);
    for step in &foreseen.steps {
        if let Some(saved) = &step.saved {
            printer.line(format!(
                "{} goes on from the work saved in {}",
                escape(&step.task.id),
                saved.short()
            ));
        }
    }
    let end = foreseen.steps.iter().map(|s| s.end).max().unwrap_or(0);
    let count = foreseen.steps.len();
    let s = if count == 1 { "" } else { "s" };
    printer.line(format!("{count} task{s} in {} if every estimate holds", minutes(end)));
    if foreseen.steps.iter().any(|step| step.task.estimate_minutes == 0) {
        printer.note("~: without an estimate, counted as most tasks are");
    }
}

fn begins(after: u64) -> String {
    if after == 0 { "at once".to_owned() } else { format!("+{}", minutes(after)) }
}

fn minutes(minutes: u64) -> String {
    compact(SignedDuration::from_mins(i64::try_from(minutes).unwrap_or(i64::MAX / 60)))
}
