//! What the plan commands say: one form for people, one for programs.

use std::collections::BTreeMap;

use cli_kit::printer::Style;
use cli_kit::text::escape;
use cli_kit::{CliError, Exit, Printer};
use conductor_host::journal::PlanRow;
use conductor_host::llm::Tally;
use conductor_plan::{
    Engine, EngineKind, Finding, Item, ItemKey, Order, Plan, Requirement, Schedule, Severity, Slot, Verdict,
    effective_verdicts,
};
use serde::Serialize;
use taskwerk_client::model::Minutes;

use super::stored::{Imported, Metadata, Stored, is_draft};
use super::tree::Labels;

/// A plan without its items.
#[derive(Serialize)]
pub(super) struct PlanJson<'a> {
    id: u64,
    status: &'static str,
    source_file: &'a str,
    created_at: String,
    /// The plan that this one was made of, with what its documents changed.
    follows: Option<u64>,
    title: Option<&'a str>,
    engine: Option<&'a Engine>,
    requirements: usize,
    tasks: usize,
    /// Further ones, that were rejected.
    rejected: usize,
    groups: usize,
    minutes: u32,
    errors: usize,
    warnings: usize,
    /// What a model or an agent used to make it.
    used: Option<&'a Tally>,
    imported: Option<&'a Imported>,
}

/// A plan with all that is in it.
#[derive(Serialize)]
pub(super) struct WholeJson<'a> {
    plan: PlanJson<'a>,
    requirements: &'a [Requirement],
    items: &'a [Item],
    /// What was said of the items, where anything was: what lies in a rejected item is rejected.
    verdicts: BTreeMap<&'a ItemKey, Verdict>,
    /// Of what was not rejected.
    order: Option<OrderJson<'a>>,
    findings: &'a [Finding],
}

/// What must wait for what; absent from a plan that goes in circles.
#[derive(Serialize)]
struct OrderJson<'a> {
    levels: &'a [Vec<ItemKey>],
    critical_path: &'a [ItemKey],
    critical_minutes: u32,
    total_minutes: u32,
    /// By how many minutes each item can be late.
    slack: &'a BTreeMap<ItemKey, u32>,
    schedule: ScheduleJson,
}

/// Who does what when. Times are minutes from the beginning.
#[derive(Serialize)]
struct ScheduleJson {
    agents: usize,
    makespan: u32,
    /// No schedule is shorter than this.
    bound: u32,
    slots: Vec<SlotJson>,
}

#[derive(Serialize)]
struct SlotJson {
    item: ItemKey,
    agent: usize,
    start: u32,
    end: u32,
}

impl ScheduleJson {
    fn of(schedule: &Schedule, agents: usize) -> Self {
        let slot = |slot: &Slot| SlotJson {
            item: slot.item.clone(),
            agent: slot.worker,
            start: slot.start,
            end: slot.end,
        };
        let slots = schedule.slots.iter().map(slot).collect();
        Self { agents, makespan: schedule.makespan, bound: schedule.bound, slots }
    }
}

impl<'a> PlanJson<'a> {
    pub(super) fn new(row: &'a PlanRow, metadata: &'a Metadata) -> Self {
        Self {
            id: row.id,
            status: row.status.word(),
            source_file: &row.source_file,
            created_at: format!("{:.6}", row.created_at),
            follows: metadata.updates,
            title: metadata.title.as_deref(),
            engine: metadata.engine.as_ref(),
            requirements: metadata.requirements,
            tasks: metadata.tasks,
            rejected: metadata.rejected,
            groups: metadata.groups,
            minutes: metadata.minutes,
            errors: metadata.errors,
            warnings: metadata.warnings,
            used: metadata.used.as_ref(),
            imported: metadata.imported.as_ref(),
        }
    }

    pub(super) fn of(stored: &'a Stored) -> Self {
        Self::new(&stored.row, &stored.metadata)
    }
}

/// Prints the one document of a whole plan.
pub(super) fn print_whole(printer: &mut Printer, stored: &Stored, agents: usize) {
    let order = Order::of(&stored.plan).ok();
    printer.json(&whole_json(stored, order.as_ref(), agents));
}

/// The same as text.
pub(super) fn whole(stored: &Stored, agents: usize) -> Result<String, CliError> {
    let order = Order::of(&stored.plan).ok();
    serde_json::to_string(&whole_json(stored, order.as_ref(), agents))
        .map(|text| text + "\n")
        .map_err(|error| CliError::internal(format!("failed to write JSON: {error}")))
}

fn whole_json<'a>(stored: &'a Stored, order: Option<&'a Order>, agents: usize) -> WholeJson<'a> {
    WholeJson {
        plan: PlanJson::of(stored),
        requirements: &stored.plan.requirements,
        items: &stored.plan.items,
        verdicts: effective_verdicts(&stored.plan),
        order: order.map(|order| OrderJson {
            levels: &order.levels,
            critical_path: &order.critical_path,
            critical_minutes: order.critical_minutes,
            total_minutes: order.total_minutes,
            slack: &order.slack,
            schedule: ScheduleJson::of(&order.schedule(agents), agents),
        }),
        findings: &stored.findings,
    }
}

/// `plan 2, draft, docs/prd.md`, and `, follows plan 1` where it does.
pub(super) fn heading(stored: &Stored) -> String {
    let follows = stored.metadata.updates.map(|plan| format!(", follows plan {plan}")).unwrap_or_default();
    let (id, status) = (stored.row.id, stored.row.status.word());
    format!("plan {id}, {status}, {}{follows}", escape(&stored.row.source_file))
}

/// `31 requirements -> 14 tasks in 3 groups, 2 rejected, outline engine (no model)   0 errors, 2 warnings`.
pub(super) fn summary(printer: &Printer, stored: &Stored) -> String {
    let metadata = &stored.metadata;
    format!(
        "{} -> {}, {}   {}",
        count(metadata.requirements, "requirement"),
        tasks_of(metadata),
        engine(&stored.plan.engine),
        weights(printer, stored)
    )
}

/// `14 tasks in 3 groups`.
pub(super) fn tasks_in_groups(metadata: &Metadata) -> String {
    match metadata.groups {
        0 => count(metadata.tasks, "task"),
        groups => format!("{} in {}", count(metadata.tasks, "task"), count(groups, "group")),
    }
}

/// `14 tasks in 3 groups, 2 rejected`.
pub(super) fn tasks_of(metadata: &Metadata) -> String {
    let tasks = tasks_in_groups(metadata);
    if metadata.rejected == 0 { tasks } else { format!("{tasks}, {} rejected", metadata.rejected) }
}

/// `0 errors, 2 warnings`.
pub(super) fn weights(printer: &Printer, stored: &Stored) -> String {
    weights_of(printer, &stored.findings)
}

/// The same of findings alone.
pub(super) fn weights_of(printer: &Printer, findings: &[Finding]) -> String {
    let weight = |severity, word, style| {
        let found = findings.iter().filter(|finding| finding.severity == severity).count();
        let text = count(found, word);
        if found == 0 { text } else { printer.paint(style, &text).into_owned() }
    };
    format!(
        "{}, {}",
        weight(Severity::Error, "error", Style::Red),
        weight(Severity::Warning, "warning", Style::Yellow)
    )
}

/// The findings, a line each.
pub(super) fn findings<'f>(printer: &mut Printer, found: impl IntoIterator<Item = &'f Finding>) {
    for finding in found {
        let style = match finding.severity {
            Severity::Error => Style::Red,
            Severity::Warning => Style::Yellow,
            Severity::Note => Style::Dim,
        };
        let severity = finding.severity.to_string();
        let place = finding.sources.first().map(|source| format!("  ({source})")).unwrap_or_default();
        let text = format!("{} {}{place}", finding.code, finding.message);
        let asked = finding
            .question
            .as_ref()
            .map(|question| format!("  {}", printer.paint(Style::Cyan, &escape(question.id.as_str()))));
        let line =
            format!("  {} {}{}", printer.paint(style, &severity), escape(&text), asked.unwrap_or_default());
        printer.line(line);
    }
}

/// What can be done when, and what holds everything up.
pub(super) fn order(printer: &mut Printer, plan: &Plan, labels: &Labels, agents: usize) {
    let Ok(order) = Order::of(plan) else { return };
    if order.total_minutes == 0 {
        return;
    }
    let hours = |minutes: u32| Minutes::new(minutes);
    let names = |keys: &[ItemKey], between: &str| {
        keys.iter().map(|key| labels.of(key)).collect::<Vec<_>>().join(between)
    };
    let schedule = order.schedule(agents);
    printer.line(format!(
        "Order  {} of work; {} with {}, {} at the least",
        hours(order.total_minutes),
        hours(schedule.makespan),
        count(agents, "agent"),
        hours(schedule.bound)
    ));
    for (level, keys) in order.levels.iter().enumerate() {
        printer.line(format!("  {:>2}  {}", level + 1, names(keys, ", ")));
    }
    printer.line(format!(
        "  critical path ({})  {}",
        hours(order.critical_minutes),
        names(&order.critical_path, " -> ")
    ));
    // Two are what the line above is about; who asks for another number wants to see who does what.
    for agent in (0..agents).filter(|_| agents != 2) {
        let own = schedule.slots.iter().filter(|slot| slot.worker == agent);
        let own: Vec<String> = own
            .map(|slot| format!("{} ({}-{})", labels.of(&slot.item), hours(slot.start), hours(slot.end)))
            .collect();
        if !own.is_empty() {
            printer.line(format!("  agent {}  {}", agent + 1, own.join(", ")));
        }
    }
}

/// What a user would type next.
pub(super) fn next(stored: &Stored) -> Option<String> {
    let id = stored.row.id;
    if !is_draft(stored.row.status) {
        return stored.metadata.imported.as_ref().map(|_| "conductor orchestrate run".to_owned());
    }
    let command = if stored.metadata.errors > 0 { "plan lint" } else { "plan import" };
    let confirm = if stored.metadata.errors > 0 { "" } else { " --confirm" };
    Some(format!("conductor {command} {id}{confirm}"))
}

/// Says what a user would type next, as a remark.
pub(super) fn note_next(printer: &mut Printer, stored: &Stored) {
    if let Some(next) = next(stored) {
        printer.note(format!("Next: {next}"));
    }
}

/// A plan whose findings forbid its import.
pub(super) fn has_errors(stored: &Stored) -> CliError {
    let messages: Vec<&str> = stored.errors().map(|finding| finding.message.as_str()).collect();
    let id = stored.row.id;
    let message = format!("plan {id} cannot be imported: {}", messages.join("; "));
    CliError::new(Exit::Refused, "PLAN_HAS_ERRORS", message)
        .hint(format!("correct the document and plan it again; `conductor plan show {id}` shows the draft"))
        .details(serde_json::json!({ "plan": id, "findings": stored.errors().collect::<Vec<_>>() }))
}

/// `1 task`, `2 tasks`.
pub(super) fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

fn engine(engine: &Engine) -> String {
    let model =
        engine.model.as_deref().map_or_else(|| "no model".to_owned(), |model| escape(model).into_owned());
    let kind = match engine.kind {
        EngineKind::Outline => "outline",
        EngineKind::Llm => "llm",
        EngineKind::Agent => "agent",
    };
    format!("{kind} engine ({model})")
}
