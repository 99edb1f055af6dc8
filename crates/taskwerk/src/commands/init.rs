//! `taskwerk init`.

use cli_kit::text::escape;
use cli_kit::{CliError, Exit};
use serde_json::json;
use taskwerk_client::{Init, Tasks};

use crate::context::{Context, current_folder};
use crate::failure::from_store;

/// Make a store of tasks in this folder
///
/// Writes `.taskwerk/` with a configuration for git, an ignore file and the store. A store that is there already is
/// left as it is.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  taskwerk init\n  taskwerk init --dir ../other")]
pub(crate) struct Args {}

pub(crate) fn run(_: Args, context: &mut Context) -> Result<Exit, CliError> {
    let folder = match context.flags.dir(&context.env) {
        Some(folder) => folder,
        None => current_folder()?,
    };
    let (tasks, init) = Tasks::init(&folder).map_err(from_store)?;
    let is_new = init == Init::Created;
    let root = tasks.data_dir().display().to_string();
    if context.printer.is_json() {
        context.printer.json(&json!({ "initialized": true, "created": is_new, "path": root }));
    } else if context.printer.is_quiet() {
        context.printer.line(escape(&root));
    } else if is_new {
        context.printer.line(format!("Made {}", escape(&root)));
        context
            .printer
            .note("config.yml and .gitignore are for git, the rest is ignored. Next: taskwerk add \"…\"");
    } else {
        context.printer.line(format!("{} is there already; nothing was changed", escape(&root)));
    }
    Ok(Exit::Ok)
}
