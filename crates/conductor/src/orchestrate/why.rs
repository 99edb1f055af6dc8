//! `conductor orchestrate why`.

use cli_kit::text::escape;
use cli_kit::{CliError, Exit};
use conductor_engine::why;
use serde_json::json;

use super::opened::Opened;
use crate::context::Context;

/// Say why a task runs, waits, or does not run
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  conductor orchestrate why TASK-004")]
pub(crate) struct Args {
    /// The task
    #[arg(value_name = "TASK")]
    task: String,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let opened = Opened::new(context)?;
    let (task, name) = opened.task(&args.task)?;
    let id = opened.some_session()?;
    let session = opened.fold(id)?;
    let answer = why(&session, &task).to_string();
    if context.printer.is_json() {
        context.printer.json(&json!({ "session": id, "task": name, "why": answer }));
    } else {
        context.printer.line(format!("{}: {}", escape(&name), escape(&answer)));
    }
    Ok(Exit::Ok)
}
