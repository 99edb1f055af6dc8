//! `conductor plan`: from documents to tasks. One verb, one file; what the verbs share stands in files of its own.

mod create;
mod decompose;
mod diff;
mod discard;
mod documents;
mod draft;
mod engine;
mod import;
mod lint;
mod list;
mod report;
mod review;
mod show;
mod stored;
mod tree;
mod update;
mod work;

use clap::Subcommand;
use cli_kit::{CliError, Exit};

use crate::context::Context;

pub(crate) use work::work;

/// Turn documents into tasks: a draft first, that you see before anything is imported
///
/// Commands without a plan's number mean the newest draft.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan create docs/prd.md\n  conductor plan review\n  conductor plan import"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    Create(create::Args),
    Decompose(decompose::Args),
    Review(review::Args),
    Import(import::Args),
    List(list::Args),
    Show(show::Args),
    Lint(lint::Args),
    Diff(diff::Args),
    Update(update::Args),
    Discard(discard::Args),
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    match args.verb {
        Verb::Create(args) => create::run(args, context),
        Verb::Decompose(args) => decompose::run(args, context),
        Verb::Review(args) => review::run(args, context),
        Verb::Import(args) => import::run(args, context),
        Verb::List(args) => list::run(args, context),
        Verb::Show(args) => show::run(args, context),
        Verb::Lint(args) => lint::run(args, context),
        Verb::Diff(args) => diff::run(args, context),
        Verb::Update(args) => update::run(args, context),
        Verb::Discard(args) => discard::run(args, context),
    }
}
