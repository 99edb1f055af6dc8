//! The command line: which commands there are, and which function each one is.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use cli_kit::flags::parse;
use cli_kit::{CliError, Env, Exit, GlobalFlags};

use crate::commands::{
    add, block, cancel, claim, complete, config, delete, dep, export, help, import, init, list, log, next,
    note, pause, ready, release, reopen, show, start, status, unblock, update,
};
use crate::context::Context;

/// Tasks beside your code, for people, scripts and agents
///
/// Tasks live in `.taskwerk/`, found by searching upwards from here as git finds its repository. A task is named
/// by its id, in any of the forms 1, task-1 and TASK-001; a child of it is 1.1.
///
/// `taskwerk plan …` and `taskwerk orchestrate …` run the program `conductor`: it turns documents into tasks and
/// has agents carry them out.
#[derive(Parser, Debug)]
#[command(
    name = "taskwerk",
    version,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    subcommand_help_heading = "Commands",
    after_help = "All commands: taskwerk help --all. Exit codes: 0 ok, 1 refused, 2 usage, 3 not found, 4 conflict, 5 store."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    global: GlobalFlags,
    #[command(subcommand)]
    command: Command,
}

/// The commands. Those that are not used daily are hidden; `help --all` shows them.
#[derive(Subcommand, Debug)]
enum Command {
    Init(init::Args),
    Add(add::Args),
    #[command(visible_alias = "ls")]
    List(list::Args),
    Show(show::Args),
    Update(update::Args),
    Start(start::Args),
    #[command(visible_alias = "done")]
    Complete(complete::Args),
    Next(next::Args),
    Ready(ready::Args),
    Import(import::Args),
    #[command(hide = true)]
    Status(status::Args),
    #[command(hide = true)]
    Block(block::Args),
    #[command(hide = true)]
    Unblock(unblock::Args),
    #[command(hide = true)]
    Pause(pause::Args),
    #[command(hide = true)]
    Cancel(cancel::Args),
    #[command(hide = true)]
    Reopen(reopen::Args),
    #[command(hide = true, alias = "rm")]
    Delete(delete::Args),
    #[command(hide = true)]
    Note(note::Args),
    #[command(hide = true)]
    Dep(dep::Args),
    #[command(hide = true)]
    Claim(claim::Args),
    #[command(hide = true)]
    Release(release::Args),
    #[command(hide = true)]
    Log(log::Args),
    #[command(hide = true)]
    Export(export::Args),
    #[command(hide = true)]
    Config(config::Args),
    Help(help::Args),
}

/// Carries out a command line (the program's name first) and says how it ended.
pub(crate) fn run(arguments: &[OsString], env: Env) -> ExitCode {
    let cli: Cli = match parse(arguments, &env) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let mut context = Context::new(cli.global, env);
    let result = dispatch(cli.command, &mut context);
    context.printer.finish(result)
}

fn dispatch(command: Command, context: &mut Context) -> Result<Exit, CliError> {
    match command {
        Command::Init(args) => init::run(args, context),
        Command::Add(args) => add::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Show(args) => show::run(args, context),
        Command::Update(args) => update::run(args, context),
        Command::Start(args) => start::run(args, context),
        Command::Complete(args) => complete::run(args, context),
        Command::Next(args) => next::run(args, context),
        Command::Ready(args) => ready::run(args, context),
        Command::Import(args) => import::run(args, context),
        Command::Status(args) => status::run(args, context),
        Command::Block(args) => block::run(args, context),
        Command::Unblock(args) => unblock::run(args, context),
        Command::Pause(args) => pause::run(args, context),
        Command::Cancel(args) => cancel::run(args, context),
        Command::Reopen(args) => reopen::run(args, context),
        Command::Delete(args) => delete::run(args, context),
        Command::Note(args) => note::run(args, context),
        Command::Dep(args) => dep::run(args, context),
        Command::Claim(args) => claim::run(args, context),
        Command::Release(args) => release::run(args, context),
        Command::Log(args) => log::run(args, context),
        Command::Export(args) => export::run(args, context),
        Command::Config(args) => config::run(args, context),
        Command::Help(args) => help::run(args, context),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_says_what_it_is_for_and_shows_an_example() {
        for command in Cli::command().get_subcommands() {
            let name = command.get_name();
            assert!(command.get_about().is_some(), "{name} has no description");
            let long = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(long.contains(&format!("taskwerk {name}")), "{name} has no example");
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{name} {} has no description", argument.get_id());
            }
        }
    }
}
