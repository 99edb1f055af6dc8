//! `taskwerk ready`.

use cli_kit::{CliError, Exit};
use taskwerk_model::{ListQuery, Selector};

use crate::context::Context;
use crate::show::list::{print_array, print_table};

/// List the tasks that can be begun now, the most important first
///
/// These are tasks to do, without tasks under them, whose dependencies are all done.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  taskwerk ready\n  taskwerk ready --limit 3 --json")]
pub(crate) struct Args {
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let query = ListQuery { limit: args.limit, ..ListQuery::from(Selector::Ready) };
    if context.printer.is_json() {
        print_array(context, &project, &query)?;
    } else {
        print_table(context, &project, &query)?;
    }
    Ok(Exit::Ok)
}
