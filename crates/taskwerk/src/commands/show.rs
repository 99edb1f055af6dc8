//! `taskwerk show`.

use cli_kit::time::now;
use cli_kit::{CliError, Exit};
use taskwerk_client::wire::DetailReply;

use crate::context::Context;
use crate::failure::from_client;
use crate::show::page;

/// Show a task with its notes, its history, its children and what waits for it
///
/// With --json one task is an object, and several are an array.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  taskwerk show 1\n  taskwerk show TASK-001,1.2 --json")]
pub(crate) struct Args {
    /// Which tasks: ids by comma, a status, or ready
    #[arg(value_name = "SELECTOR")]
    selector: String,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let ids = project.ids(&args.selector)?;
    let details = ids.iter().map(|id| project.tasks.detail(id)).collect::<Result<Vec<_>, _>>();
    let details = details.map_err(from_client)?;
    if context.printer.is_json() {
        let objects: Vec<DetailReply<'_>> = details.iter().map(DetailReply).collect();
        match objects.as_slice() {
            [one] => context.printer.json(one),
            several => context.printer.json(several),
        }
        return Ok(Exit::Ok);
    }
    let now = now();
    for (at, detail) in details.iter().enumerate() {
        if at > 0 {
            context.printer.line("");
        }
        page::print(context, detail, now);
    }
    Ok(Exit::Ok)
}
