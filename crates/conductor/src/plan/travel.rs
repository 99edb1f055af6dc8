//! Back and forth through the changes of a draft: what `plan undo` and `plan redo` share.

use cli_kit::text::escape;
use cli_kit::{CliError, Exit};
use conductor_plan::edit::changed_to;

use super::changed::tell;
use super::editing::{Done, Editing, Way};
use crate::context::Context;

pub(super) fn run(
    context: &mut Context,
    plan: Option<u64>,
    count: usize,
    way: Way,
) -> Result<Exit, CliError> {
    let mut editing = Editing::open(context, plan)?;
    let before = editing.stored.plan.clone();
    let mut said = Vec::new();
    while said.len() < count {
        let Some(done) = editing.travel(way)? else { break };
        said.push(done.what);
    }
    if said.is_empty() && count > 0 {
        let id = editing.stored.row.id;
        let (code, message) = match way {
            Way::Back => ("NOTHING_TO_UNDO", format!("there is nothing to take back in plan {id}")),
            Way::Forward => ("NOTHING_TO_REDO", format!("there is nothing to do again in plan {id}")),
        };
        return Err(CliError::new(Exit::Refused, code, message));
    }
    let verb = match way {
        Way::Back => "took back",
        Way::Forward => "did again",
    };
    let what = format!("{verb}: {}", said.join(", "));
    if said.len() < count && !context.printer.is_json() {
        context.printer.note(escape(&format!("There were only {}", said.len())));
    }
    let applied = changed_to(&before, editing.stored.plan.clone());
    tell(context, &editing, &before, &Done { what, applied }, false);
    Ok(Exit::Ok)
}
