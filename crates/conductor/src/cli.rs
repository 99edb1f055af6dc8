//! The command line: which commands there are, and which function each one is.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use cli_kit::flags::parse;
use cli_kit::{CliError, Env, Exit, GlobalFlags};

use crate::commands::{agents, config, doctor, evidence, gates, init, metrics, report};
use crate::context::Context;
use crate::{demo, journal, orchestrate, plan, policy, simulate};

/// From a document to tasks, and from tasks to checked, merged commits
///
/// `plan` turns documents into tasks. `orchestrate` has coding agents carry the tasks out, each in a copy of the
/// repository of its own; Conductor runs the checks itself and merges what passed into a branch of the session. Your
/// checkout is never touched, except by `orchestrate land`.
#[derive(Parser, Debug)]
#[command(
    name = "conductor",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    subcommand_help_heading = "Commands",
    after_help = "The first steps:\n  conductor init\n  conductor plan create docs/prd.md\n  conductor orchestrate run --max-tasks 2\n\n\
                  Exit codes: 0 ok, 1 refused, 2 usage, 3 not found, 4 conflict, 5 store, 6 gate or review failed, 7 holds remain, \
                  8 budget or limit."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    global: GlobalFlags,
    /// Keep tasks in Taskwerk (always so; said for clarity)
    #[arg(long, global = true, hide = true)]
    use_taskwerk: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Init(init::Args),
    Plan(plan::Args),
    Orchestrate(Box<orchestrate::Args>),
    Monitor(orchestrate::monitor::Args),
    Inbox(orchestrate::inbox::Args),
    Answer(orchestrate::answer::Args),
    Report(report::Args),
    Metrics(metrics::Args),
    Journal(journal::Args),
    Simulate(Box<simulate::Args>),
    Agents(agents::Args),
    Gates(gates::Args),
    Evidence(evidence::Args),
    Policy(policy::Args),
    Config(config::Args),
    Doctor(doctor::Args),
    Demo(demo::Args),
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
        Command::Plan(args) => plan::run(args, context),
        Command::Orchestrate(args) => orchestrate::run(*args, context),
        Command::Monitor(args) => orchestrate::monitor::run(args, context),
        Command::Inbox(args) => orchestrate::inbox::run(args, context),
        Command::Answer(args) => orchestrate::answer::run(args, context),
        Command::Report(args) => report::run(args, context),
        Command::Metrics(args) => metrics::run(args, context),
        Command::Journal(args) => journal::run(args, context),
        Command::Simulate(args) => simulate::run(*args, context),
        Command::Agents(args) => agents::run(args, context),
        Command::Gates(args) => gates::run(args, context),
        Command::Evidence(args) => evidence::run(args, context),
        Command::Policy(args) => policy::run(args, context),
        Command::Config(args) => config::run(args, context),
        Command::Doctor(args) => doctor::run(args, context),
        Command::Demo(args) => demo::run(args, context),
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
        check(&Cli::command(), "conductor");
    }

    fn check(command: &clap::Command, path: &str) {
        for command in command.get_subcommands() {
            let path = format!("{path} {}", command.get_name());
            assert!(command.get_about().is_some(), "{path} has no description");
            let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(examples.contains(&path), "{path} has no example");
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{path} {} has no description", argument.get_id());
            }
            check(command, &path);
        }
    }
}
