//! `conductor plan`: from documents to tasks. One verb, one file; what the verbs share stands in files of its own.

mod accept;
mod add;
mod annotate;
mod answer;
mod answers;
mod asking;
mod buffer;
mod changed;
mod create;
mod decompose;
mod diff;
mod discard;
mod documents;
mod draft;
mod edit;
mod editing;
mod engine;
mod fix;
mod import;
mod includes;
mod items;
mod link;
mod lint;
mod list;
mod merge;
mod move_item;
mod progress;
mod questions;
mod redo;
mod reject;
mod remove;
mod report;
mod requirements;
mod review;
mod score;
mod show;
mod split;
mod stored;
mod subject;
mod travel;
mod tree;
mod trust;
mod undo;
mod unlink;
mod update;
mod work;

use clap::Subcommand;
use cli_kit::{CliError, Exit};

use crate::context::Context;

pub(crate) use stored::imported_tasks;
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
    Accept(accept::Args),
    Reject(reject::Args),
    Edit(Box<edit::Args>),
    Add(Box<add::Args>),
    Remove(remove::Args),
    Move(move_item::Args),
    Link(link::Args),
    Unlink(unlink::Args),
    Merge(merge::Args),
    Split(split::Args),
    Fix(fix::Args),
    Undo(undo::Args),
    Redo(redo::Args),
    Import(import::Args),
    List(list::Args),
    Show(show::Args),
    Lint(lint::Args),
    Requirements(requirements::Args),
    Questions(questions::Args),
    Answer(answer::Args),
    Score(score::Args),
    Diff(diff::Args),
    Update(update::Args),
    Discard(discard::Args),
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    match args.verb {
        Verb::Create(args) => create::run(args, context),
        Verb::Decompose(args) => decompose::run(args, context),
        Verb::Review(args) => review::run(&args, context),
        Verb::Accept(args) => accept::run(&args, context),
        Verb::Reject(args) => reject::run(&args, context),
        Verb::Edit(args) => edit::run(*args, context),
        Verb::Add(args) => add::run(*args, context),
        Verb::Remove(args) => remove::run(&args, context),
        Verb::Move(args) => move_item::run(&args, context),
        Verb::Link(args) => link::run(&args, context),
        Verb::Unlink(args) => unlink::run(&args, context),
        Verb::Merge(args) => merge::run(&args, context),
        Verb::Split(args) => split::run(args, context),
        Verb::Fix(args) => fix::run(&args, context),
        Verb::Undo(args) => undo::run(&args, context),
        Verb::Redo(args) => redo::run(&args, context),
        Verb::Import(args) => import::run(args, context),
        Verb::List(args) => list::run(args, context),
        Verb::Show(args) => show::run(args, context),
        Verb::Lint(args) => lint::run(args, context),
        Verb::Requirements(args) => requirements::run(args, context),
        Verb::Questions(args) => questions::run(args, context),
        Verb::Answer(args) => answer::run(args, context),
        Verb::Score(args) => score::run(args, context),
        Verb::Diff(args) => diff::run(args, context),
        Verb::Update(args) => update::run(args, context),
        Verb::Discard(args) => discard::run(args, context),
    }
}
