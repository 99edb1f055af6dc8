//! `conductor orchestrate`: have agents carry tasks out. One verb, one file.

pub(crate) mod answer;
mod attach;
mod clean;
mod control;
mod drive;
pub(crate) mod error;
mod foresee;
pub(crate) mod inbox;
mod land;
mod logs;
pub(crate) mod monitor;
pub(crate) mod opened;
mod pause;
mod prompt;
mod record;
pub(crate) mod remains;
mod restore;
mod resume;
mod review;
mod rollback;
mod run;
mod saved;
pub(crate) mod saying;
mod snapshots;
mod start;
mod status;
mod stop;
pub(crate) mod story;
mod usage;
mod voices;
mod why;

use clap::Subcommand;
use cli_kit::{CliError, Exit};

use crate::context::Context;

/// Have agents carry out tasks, check their work, and merge what passed
///
/// Without a verb it is `run`.
#[derive(clap::Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Example:\n  conductor orchestrate run --max-tasks 2"
)]
// Groups are named after their structs, and those of `run` are called so too.
#[group(skip)]
pub(crate) struct Args {
    #[command(flatten)]
    run: run::Args,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Subcommand, Debug)]
enum Verb {
    Run(Box<run::Args>),
    Start(Box<start::Args>),
    Status(status::Args),
    Review(review::Args),
    Why(why::Args),
    Prompt(prompt::Args),
    Answer(answer::Args),
    Stop(stop::Args),
    Pause(pause::Args),
    Resume(resume::Args),
    Logs(logs::Args),
    Attach(attach::Args),
    Land(land::Args),
    Rollback(rollback::Args),
    Snapshots(snapshots::Args),
    Restore(restore::Args),
    Record(record::Args),
    Clean(clean::Args),
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    match args.verb {
        // Without a verb it is `run`.
        None => run::run(args.run, context),
        Some(Verb::Run(args)) => run::run(*args, context),
        Some(Verb::Start(args)) => start::run(*args, context),
        Some(Verb::Status(args)) => status::run(args, context),
        Some(Verb::Review(args)) => review::run(args, context),
        Some(Verb::Why(args)) => why::run(args, context),
        Some(Verb::Prompt(args)) => prompt::run(args, context),
        Some(Verb::Answer(args)) => answer::run(args, context),
        Some(Verb::Stop(args)) => stop::run(args, context),
        Some(Verb::Pause(args)) => pause::run(args, context),
        Some(Verb::Resume(args)) => resume::run(args, context),
        Some(Verb::Logs(args)) => logs::run(args, context),
        Some(Verb::Attach(args)) => attach::run(args, context),
        Some(Verb::Land(args)) => land::run(args, context),
        Some(Verb::Rollback(args)) => rollback::run(args, context),
        Some(Verb::Snapshots(args)) => snapshots::run(args, context),
        Some(Verb::Restore(args)) => restore::run(args, context),
        Some(Verb::Record(args)) => record::run(args, context),
        Some(Verb::Clean(args)) => clean::run(args, context),
    }
}

/// Refuses what only a person may do when an agent at work calls it: an agent asks through its result file, and its
/// claims are for the gates to check. It closes the accidental way; an agent with the user's rights can clear its
/// environment.
pub(crate) fn people_only(context: &Context) -> Result<(), CliError> {
    match context.env.get("CONDUCTOR_RUN") {
        None => Ok(()),
        Some(run) => {
            Err(CliError::new(Exit::Refused, "FOR_PEOPLE", format!("run {run} cannot decide about itself"))
                .hint("an agent says what it needs in its result file"))
        }
    }
}
