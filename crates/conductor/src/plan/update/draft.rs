//! A draft that takes in what its documents changed.

use cli_kit::text::escape;
use cli_kit::{CliError, Exit};
use conductor_host::journal::{NewPlan, PlanStatus};
use conductor_plan::{ConflictField, PlanConflict, Side, diff, merge};

use super::super::diff::print_lines;
use super::super::report::{PlanJson, count};
use super::super::stored::to_value;
use super::living::{Living, metadata_of};
use crate::context::{Context, Project};
use crate::failure::from_journal;

/// Brings the documents' changes into the draft; edits, verdicts and answers stay. The draft as it was is put away.
pub(super) fn update(
    context: &mut Context,
    project: &Project,
    living: Living,
    side: Side,
    dry_run: bool,
) -> Result<Exit, CliError> {
    let merged = merge(&living.original, &living.stored.plan, &living.now, side);
    let changes = diff(&living.stored.plan, &merged.plan);
    let body = merged.plan.to_json().map_err(|error| CliError::internal(error.to_string()))?;
    let row = &living.stored.row;
    let mut id = row.id;
    let changed = body != row.body || living.digest != row.digest;
    if changed && !dry_run {
        let mut database = project.database()?;
        living.keep_documents(&mut database)?;
        let metadata = to_value(&metadata_of(&merged.plan, &living, &project.lint_options()))?;
        let names: Vec<&str> = living.documents.iter().map(conductor_plan::Document::name).collect();
        let (names, at) = (names.join(", "), cli_kit::time::now());
        let made = living.now.to_json().map_err(|error| CliError::internal(error.to_string()))?;
        let new = NewPlan {
            source_file: &names,
            digest: &living.digest,
            status: row.status,
            metadata: &metadata,
            body: &body,
            made: &made,
            at,
        };
        id = database.record_plan(&new).map_err(from_journal)?;
        database
            .update_plan(row.id, PlanStatus::Discarded, &row.metadata, &row.body)
            .map_err(from_journal)?;
    }
    let printer = &mut context.printer;
    if printer.is_json() {
        printer.json(&serde_json::json!({
            "plan": PlanJson::of(&living.stored),
            "updated_plan": id,
            "dry_run": dry_run,
            "diff": changes,
            "conflicts": merged.conflicts,
        }));
        return Ok(Exit::Ok);
    }
    let lines = changes.lines();
    let heading = match (lines.len(), changed) {
        (0, _) => format!("Plan {} is as {} asks for", row.id, living.names()),
        (some, _) if dry_run => format!("Plan {} would take in {}", row.id, count(some, "change")),
        (some, _) => {
            format!("Plan {id} is plan {} with {} of {}", row.id, count(some, "change"), living.names())
        }
    };
    printer.line(heading);
    print_lines(printer, &lines);
    conflicts(context, &merged.conflicts);
    Ok(Exit::Ok)
}

/// What a person and the document both changed in the plan.
pub(super) fn conflicts(context: &mut Context, conflicts: &[PlanConflict]) {
    for conflict in conflicts {
        let field = match conflict.field {
            ConflictField::Title => "title",
            ConflictField::Description => "description",
            ConflictField::Acceptance => "acceptance",
            ConflictField::Estimate => "estimate",
            ConflictField::Priority => "priority",
            ConflictField::Parent => "group",
            ConflictField::Order => "order",
            ConflictField::Existence => "item",
        };
        let kept = match conflict.taken {
            Side::Mine => "yours was kept",
            Side::Document => "the document's was taken",
        };
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = match conflict.field {
            ConflictField::Existence => {
                format!("{}: the document no longer asks for it, and you changed it; {kept}", conflict.title)
            }
            ConflictField::Order => format!(
                "{}: what you and the document ask for goes in a circle; {kept} (yours: {}, the document's: {})",
                conflict.title, conflict.mine, conflict.document
            ),
            ConflictField::Title
            | ConflictField::Description
            | ConflictField::Acceptance
            | ConflictField::Estimate
            | ConflictField::Priority
            | ConflictField::Parent => format!(
                "{}: you and the document changed the {field}; {kept} (yours \"{}\", the document's \"{}\")",
                conflict.title,
                flat(&conflict.mine),
                flat(&conflict.document)
            ),
        };
        let text = escape(&text).into_owned();
        context.printer.line(format!("  conflict {text}"));
    }
}
