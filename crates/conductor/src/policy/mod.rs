//! `conductor policy`: the rules over finished work. One verb, one file.

mod check;
mod test;

use clap::Subcommand;
use cli_kit::{CliError, Exit};

use crate::context::Context;

/// Look at the rules that decide over finished work, and try them on work of the past
///
/// Rules stand in `.taskwerk/config.yml` under `orchestration.policy`; docs/policy.md has what they can read.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor policy check\n  conductor policy test --session 3")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    Check(check::Args),
    Test(test::Args),
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    match args.verb {
        Verb::Check(args) => check::run(args, context),
        Verb::Test(args) => test::run(args, context),
    }
}
