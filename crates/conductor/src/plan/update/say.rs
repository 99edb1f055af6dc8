//! What an update says: one form for people, one for programs.

use cli_kit::printer::Style;
use cli_kit::text::escape;
use cli_kit::{Exit, Printer};
use conductor_plan::{Action, Class, Decision, Notice, Proposal};
use serde::Serialize;

use super::super::report::{PlanJson, count};
use super::apply::Done;
use super::decide::Policy;
use super::living::Living;
use super::{Update, draft};
use crate::context::Context;

/// A proposal with what was decided about it.
#[derive(Serialize)]
struct ProposalJson<'a> {
    proposal: &'a Proposal,
    decision: Decision,
}

/// What is known before anything is asked: all proposals, and what needs no decision.
pub(super) fn overview(
    printer: &mut Printer,
    update: &Update,
    decided: impl Fn(&Proposal) -> Option<Decision>,
) {
    let plan = update.living.stored.row.id;
    let list = &update.proposals.list;
    let names = update.living.names();
    if list.is_empty() {
        printer.line(format!("The tasks of plan {plan} reflect {names}"));
    } else {
        printer
            .line(format!("{names} against the tasks of plan {plan}: {}", count(list.len(), "difference")));
    }
    let mut before = Vec::new();
    for one in list {
        let details = details(one);
        // What holds for all the work changes one task like the next.
        let repeated = details == before && !details.is_empty();
        headline(printer, one, decided(one));
        print_details(printer, if repeated { &[] } else { &details });
        if repeated {
            printer.line(format!("{INDENT}the same"));
        }
        before = details;
    }
    update.proposals.notices.iter().for_each(|one| notice(printer, one));
}

/// Says what is so and changes nothing.
pub(super) fn look(context: &mut Context, update: &Update, check: Option<()>, policy: &Policy) {
    if context.printer.is_json() {
        let decided = policy.on_all(&update.proposals);
        let document = json(update, &decided, check.map_or("dry-run", |()| "check"), None, Done::default());
        context.printer.json(&document);
        return;
    }
    overview(&mut context.printer, update, |one| policy.on(one.class).or(Some(Decision::Wait)));
    draft::conflicts(context, &update.merged.conflicts);
    if !update.proposals.is_empty() {
        let files = update.living.names();
        context.printer.note(format!("Next: conductor plan update {files}"));
    }
}

/// Says what was done.
pub(super) fn done(context: &mut Context, update: &Update, decided: &[Decision], plan: u64, done: Done) {
    if context.printer.is_json() {
        let document = json(update, decided, "applied", Some(plan), done);
        context.printer.json(&document);
        return;
    }
    draft::conflicts(context, &update.merged.conflicts);
    if update.proposals.is_empty() {
        return;
    }
    let printer = &mut context.printer;
    let of = |wanted: &[Decision]| decided.iter().filter(|decision| wanted.contains(decision)).count();
    let mut parts = Vec::new();
    let applied = of(&[Decision::Apply]);
    if applied > 0 {
        parts.push(count(applied, "change") + " made");
    }
    for (number, what) in [
        (of(&[Decision::FollowUp]), "given a follow-up"),
        (of(&[Decision::Note]), "noted"),
        (of(&[Decision::Keep]), "left as they are"),
    ] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    let waits = of(&[Decision::Wait]);
    if waits > 0 {
        let text = format!("{waits} waiting for your word");
        parts.push(printer.paint(Style::Yellow, &text).into_owned());
    }
    printer.line(format!("Plan {plan}: {}", parts.join(", ")));
    if waits > 0 {
        printer.note("Decide with --take document|mine and --started follow-up|note|leave, or at a terminal");
    }
}

/// Nothing was imported, so the tasks cannot reflect the document.
pub(super) fn nothing_imported(context: &mut Context, draft: Option<&Living>) -> Exit {
    let printer = &mut context.printer;
    if printer.is_json() {
        let plan = draft.map(|living| PlanJson::of(&living.stored));
        printer.json(
            &serde_json::json!({ "mode": "check", "reflects": false, "plan": plan, "imported": false }),
        );
    } else {
        printer.line("Nothing was imported from these documents, so no task reflects them");
        printer.note(match draft {
            Some(living) => format!("Next: conductor plan import {}", living.stored.row.id),
            None => "Next: conductor plan create FILE".to_owned(),
        });
    }
    Exit::Gate
}

/// One proposal: who decides, what, on which task, and why.
pub(super) fn proposal(printer: &mut Printer, proposal: &Proposal) {
    headline(printer, proposal, None);
    print_details(printer, &details(proposal));
}

/// What stands before a detail.
const INDENT: &str = "             ";

fn print_details(printer: &mut Printer, details: &[String]) {
    details.iter().for_each(|line| printer.line(format!("{INDENT}{}", escape(line))));
}

fn headline(printer: &mut Printer, proposal: &Proposal, decision: Option<Decision>) {
    let (word, style) = match proposal.class {
        Class::Safe => ("safe", Style::Green),
        Class::Conflict => ("conflict", Style::Yellow),
        Class::Begun => ("begun", Style::Red),
    };
    let task = match (&proposal.task, &proposal.status) {
        (Some(task), Some(status)) if proposal.class == Class::Begun => format!("{task} ({status})"),
        (Some(task), _) => task.to_string(),
        (None, _) => "new".to_owned(),
    };
    let place = match (&proposal.source, &proposal.action) {
        (Some(_), Action::Cancel) | (None, _) => String::new(),
        (Some(source), Action::Create { .. } | Action::Edit { .. } | Action::Move { .. }) => {
            format!("  ({source})")
        }
    };
    let waits = match decision {
        Some(Decision::Wait) if proposal.class != Class::Safe => "  waits",
        Some(Decision::FollowUp) => "  gets a follow-up",
        Some(Decision::Note) => "  gets a note",
        Some(Decision::Keep) => "  stays as it is",
        Some(Decision::Wait | Decision::Apply) | None => "",
    };
    let word = printer.paint(style, &format!("{word:8}")).into_owned();
    let task = printer.paint(Style::Cyan, &task).into_owned();
    let what = what(&proposal.action).map(|what| format!("{what}: ")).unwrap_or_default();
    let text = escape(&format!("{what}{}", proposal.title)).into_owned();
    let place = escape(&place).into_owned();
    let place = printer.paint(Style::Dim, &place).into_owned();
    printer.line(format!("  {word} {task}  {text}{place}{waits}"));
}

/// What would be done, in a word or two; of a new task its being new says it.
fn what(action: &Action) -> Option<&'static str> {
    match action {
        Action::Create { .. } => None,
        Action::Edit { .. } => Some("changed"),
        Action::Move { .. } => Some("moved, as a new task"),
        Action::Cancel => Some("no longer asked for, cancel"),
    }
}

/// Why: what changed in the document, or else the fields; for a conflict both sides.
fn details(proposal: &Proposal) -> Vec<String> {
    let Action::Edit { fields } = &proposal.action else { return proposal.why.clone() };
    let sides = fields.iter().map(|edit| match proposal.class {
        Class::Conflict => {
            format!(
                "{}: yours \"{}\", the document's \"{}\"",
                edit.field,
                edit.mine.line(),
                edit.document.line()
            )
        }
        Class::Safe | Class::Begun => edit.line(),
    });
    match (proposal.class, proposal.why.is_empty()) {
        (Class::Conflict, _) | (_, true) => sides.collect(),
        (Class::Safe | Class::Begun, false) => proposal.why.clone(),
    }
}

fn notice(printer: &mut Printer, notice: &Notice) {
    let word = printer.paint(Style::Dim, "note    ").into_owned();
    let task = notice.task.as_ref().map(|task| format!("{task}  ")).unwrap_or_default();
    let text = escape(&format!("{} {}", notice.title, notice.text)).into_owned();
    printer.line(format!("  {word} {task}{text}"));
}

fn json(
    update: &Update,
    decided: &[Decision],
    mode: &str,
    plan: Option<u64>,
    done: Done,
) -> serde_json::Value {
    let proposals: Vec<ProposalJson<'_>> = update
        .proposals
        .list
        .iter()
        .zip(decided)
        .map(|(proposal, decision)| ProposalJson { proposal, decision: *decision })
        .collect();
    let waiting = decided.iter().filter(|decision| **decision == Decision::Wait).count();
    serde_json::json!({
        "mode": mode,
        "plan": PlanJson::of(&update.living.stored),
        "updated_plan": plan,
        "reflects": update.proposals.is_empty(),
        "proposals": proposals,
        "waiting": waiting,
        "notices": update.proposals.notices,
        "conflicts": update.merged.conflicts,
        "created": done.created,
        "updated": done.updated,
    })
}
