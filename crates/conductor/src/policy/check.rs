//! `conductor policy check`.

use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::{CliError, Exit};
use conductor_host::config::{ApprovalClass, PolicyAction};
use conductor_host::policy::{Expression, RuleSet, Unfit};
use serde_json::json;

use crate::context::Context;

/// Compile the rules of the configuration, and show what each of them reads
///
/// Ends with 2 when a rule cannot be used: a session would not begin with it.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor policy check\n  conductor policy check --json")]
pub(crate) struct Args {}

pub(crate) fn run(_: Args, context: &mut Context) -> Result<Exit, CliError> {
    let config = context.config()?;
    let rules = RuleSet::new(&config.orchestration.policy);
    let classes = held_classes(&config.orchestration.safety.require_approval_for);
    let printer = &mut context.printer;
    let usable = rules.rules().iter().all(|rule| rule.condition.is_ok());
    if printer.is_json() {
        let all: Vec<_> = rules
            .rules()
            .iter()
            .map(|rule| {
                json!({
                    "name": rule.configured.name,
                    "when": rule.configured.when,
                    "then": action(rule.configured.then),
                    "ask": rule.configured.ask,
                    "reads": rule.condition.as_ref().map(Expression::reads).unwrap_or_default(),
                    "error": rule.condition.as_ref().err().map(error),
                })
            })
            .collect();
        printer.json(&json!({ "ok": usable, "rules": all, "approval_classes": classes }));
        return Ok(if usable { Exit::Ok } else { Exit::Usage });
    }
    let mut table = Table::new(&[
        ("rule", Fit::Keep),
        ("then", Fit::Keep),
        ("when", Fit::Shrink(20)),
        ("reads", Fit::Shrink(20)),
    ]);
    for rule in rules.rules() {
        let reads = match &rule.condition {
            Ok(condition) => Cell::new(&condition.reads().join(", ")),
            Err(unfit) => Cell::new(&place(unfit)).style(Style::Red),
        };
        table.row([
            Cell::new(&rule.configured.name).style(Style::Cyan),
            Cell::new(action(rule.configured.then)),
            Cell::new(&rule.configured.when),
            reads,
        ]);
    }
    let text = table.render(printer);
    printer.raw(&text);
    if rules.rules().is_empty() {
        printer.note("There are no rules: orchestration.policy is empty.");
    }
    printer.note(format!("A person must see: {}", classes.join(", ")));
    match rules.usable() {
        Ok(_) => Ok(Exit::Ok),
        Err(wrong) => Err(CliError::new(Exit::Usage, "CONFIG_WRONG_VALUE", wrong.to_string())
            .hint("docs/policy.md has what rules can read")),
    }
}

/// The classes that hold: those that are listed, and secrets.
fn held_classes(listed: &[ApprovalClass]) -> Vec<&'static str> {
    let holds = |class: &ApprovalClass| *class == ApprovalClass::Secrets || listed.contains(class);
    ApprovalClass::ALL.into_iter().filter(holds).map(ApprovalClass::name).collect()
}

fn action(action: PolicyAction) -> &'static str {
    match action {
        PolicyAction::Hold => "hold",
        PolicyAction::Reject => "reject",
        PolicyAction::Retry => "retry",
    }
}

fn place(unfit: &Unfit) -> String {
    format!("line {}, column {}: {}", unfit.at.0, unfit.at.1, unfit.why)
}

fn error(unfit: &Unfit) -> serde_json::Value {
    json!({ "line": unfit.at.0, "column": unfit.at.1, "message": unfit.why })
}
