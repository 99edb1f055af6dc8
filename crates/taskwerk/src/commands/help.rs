//! `taskwerk help`.

use clap::CommandFactory as _;
use cli_kit::suggest::nearest;
use cli_kit::{CliError, Exit};
use serde_json::json;

use crate::cli::Cli;
use crate::context::Context;

/// Show help for a command, or all commands
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  taskwerk help add\n  taskwerk help --all")]
pub(crate) struct Args {
    /// The command
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
    /// Show the commands that are not used daily, too
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let mut program = Cli::command();
    if args.all {
        program = program.mut_subcommands(|command| command.hide(false));
    }
    program.build();
    let mut command = &mut program;
    for word in &args.command {
        let names: Vec<String> = command.get_subcommands().map(|known| known.get_name().to_owned()).collect();
        command = command.find_subcommand_mut(word).ok_or_else(|| {
            CliError::usage(format!("there is no command `{word}`"))
                .suggestions(nearest(word, names.iter().map(String::as_str)))
                .hint("see `taskwerk help --all`")
        })?;
    }
    let text = command.render_long_help().to_string();
    if context.printer.is_json() {
        context.printer.json(&json!({ "help": text.trim_end() }));
    } else {
        context.printer.raw(&text);
    }
    Ok(Exit::Ok)
}
