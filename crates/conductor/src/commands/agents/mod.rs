//! `conductor agents`: who could work, whether they would, and a try. One verb, one file.

mod check;
mod list;
mod trial;

use std::path::PathBuf;

use clap::Subcommand;
use cli_kit::{CliError, Exit};
use conductor_host::agents::{AgentRunner, Detected, Known, Profile, choose, is_there};

pub(super) use self::list::AgentJson;
use crate::context::Context;
use crate::survey;

/// The agents that can carry out tasks: whether they are there, whether they would work, and a try
///
/// Without a verb it is `list`. Your own are named in `.taskwerk/config.yml` under `orchestration.agents`: any program
/// will do.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor agents\n  conductor agents check claude\n  conductor agents try claude"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Subcommand, Debug)]
enum Verb {
    List(list::Args),
    Check(check::Args),
    Try(trial::Args),
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    match args.verb {
        None => list::run(list::Args {}, context),
        Some(Verb::List(args)) => list::run(args, context),
        Some(Verb::Check(args)) => check::run(args, context),
        Some(Verb::Try(args)) => trial::run(args, context),
    }
}

/// The agent of a name, whether or not it is there.
fn named(context: &Context, runner: &AgentRunner, name: &str) -> Result<Profile, CliError> {
    let profiles = survey::known(&context.config()?, runner)?;
    let chosen = choose(&profiles, Some(name), |_| true);
    chosen.cloned().map_err(|error| {
        CliError::new(Exit::NotFound, "AGENT_NOT_FOUND", error.to_string())
            .hint("name your own command in .taskwerk/config.yml under orchestration.agents")
    })
}

/// Where its program or recording is.
fn found(runner: &AgentRunner, profile: &Profile) -> Result<PathBuf, CliError> {
    match is_there(runner, profile) {
        Detected::Ready { program: file, .. } | Detected::Recording { file } => Ok(file),
        Detected::Missing { what } => {
            let message = format!("{} cannot work: `{what}` is not there", profile.label);
            Err(CliError::new(Exit::Refused, "AGENT_MISSING", message).hint(way_to_get(profile)))
        }
    }
}

/// What to do when its program is not there.
fn way_to_get(profile: &Profile) -> String {
    match profile.known().map(Known::install) {
        Some(command) => format!("install it: {command}"),
        None => format!("check orchestration.agents.{}", profile.label.name),
    }
}
