//! `conductor plan fix`.

use cli_kit::{CliError, Exit};
use conductor_plan::edit::Edit;
use conductor_plan::{Finding, Plan, lint};

use super::changed::OnPlan;
use super::report::count;
use crate::context::Context;

/// Make the changes that findings propose
///
/// `plan lint` shows the findings. Those that propose a change are circles (the cheapest dependency to cut), references
/// to nothing, dependencies that are implied or missing.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan fix redundant_edge\n  conductor plan fix --all --dry-run"
)]
pub(crate) struct Args {
    /// Only findings of these codes
    #[arg(value_name = "CODE", required_unless_present = "all")]
    codes: Vec<String>,
    /// Every finding that proposes a change
    #[arg(long, conflicts_with = "codes")]
    all: bool,
    #[command(flatten)]
    on: OnPlan,
}

pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Exit, CliError> {
    let mut editing = args.on.open(context)?;
    let wanted = |finding: &Finding| args.all || args.codes.iter().any(|code| code == finding.code.as_str());
    let (edits, fixed) = fixes(&editing.stored.plan, wanted);
    if edits.is_empty() {
        let codes: Vec<&str> = editing.stored.findings.iter().map(|finding| finding.code.as_str()).collect();
        if let Some(unknown) = args.codes.iter().find(|code| !codes.contains(&code.as_str())) {
            let mut there = codes;
            there.dedup();
            let message = format!("plan {} has no finding `{unknown}`", editing.stored.row.id);
            return Err(CliError::new(Exit::NotFound, "FINDING_NOT_FOUND", message)
                .hint("`conductor plan lint` shows what there is")
                .suggestions(cli_kit::suggest::nearest(unknown, there)));
        }
    }
    let what = format!("fix {}", count(fixed, "finding"));
    args.on.change(context, &mut editing, &edits, Some(&what))
}

/// The edits that settle findings, and how many. One may settle another, or, in a circle, uncover one, so the plan is
/// looked at anew after each.
pub(super) fn fixes(plan: &Plan, wanted: impl Fn(&Finding) -> bool) -> (Vec<Edit>, usize) {
    let (mut now, mut edits): (Plan, Vec<Edit>) = (plan.clone(), Vec::new());
    let mut refused: Vec<Edit> = Vec::new();
    loop {
        let before = edits.len();
        for finding in lint(&now).iter().filter(|finding| wanted(finding)) {
            let Some(edit) = finding.fix.as_ref().map(Edit::from) else { continue };
            if edits.contains(&edit) || refused.contains(&edit) {
                continue;
            }
            match conductor_plan::edit::apply(&now, std::slice::from_ref(&edit)) {
                Ok(applied) => {
                    now = applied.plan;
                    edits.push(edit);
                }
                Err(_) => refused.push(edit),
            }
        }
        if edits.len() == before {
            return (edits, before);
        }
    }
}
