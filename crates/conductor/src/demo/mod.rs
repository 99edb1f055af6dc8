//! `conductor demo`: the whole way from a page to merged commits, in a folder of its own.
//!
//! Every command is this very program (or git, or the shell), run as a user would type it; at the end everything
//! that was shown is looked up again in the stores and the repository.

mod check;
mod error;
mod picture;
mod place;
mod story;
mod teller;

use cli_kit::time::now;
use cli_kit::{CliError, Exit};
use conductor_host::agents::replay::Recording;
use serde::Serialize;

use self::check::{Picture, check};
use self::error::DemoError;
use self::place::{Place, RECORDING};
use self::story::CHAPTERS;
use self::teller::Teller;
use crate::context::Context;

/// Show the whole way from a page to merged commits, in a temporary folder
///
/// Tasks, git, gates and merges are real; the agent is a replay, that is a recording, and no AI. It needs git and a
/// shell, no network, and touches nothing but its folder, which is removed at the end. `--dir` names another folder for
/// it, a new or an empty one.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor demo\n  conductor demo --keep --dir /tmp/tour")]
pub(crate) struct Args {
    /// Keep the folder, to look around in it
    #[arg(long)]
    keep: bool,
}

/// The one document for programs.
#[derive(Serialize)]
struct Document<'a> {
    /// The folder; it is gone unless it was kept.
    folder: &'a str,
    kept: bool,
    milliseconds: i64,
    session: &'a Picture,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    // The flag alone: a variable that leads to the user's project is no place for a demonstration.
    let asked = context.flags.dir.clone();
    let place = Place::new(asked.as_deref(), &context.env).map_err(|error| error.to_cli())?;
    if let Err(error) = place.fill() {
        // Nothing was shown yet, so nothing in it is worth a look. What failed first is what is told.
        let _ = place.remove();
        return Err(error.to_cli());
    }
    show(&args, context, &place).map_err(|error| {
        let left = format!("the folder is left for a look: {}", place.root().display());
        let error = error.to_cli();
        let hint = error.hint.as_ref().map_or_else(|| left.clone(), |hint| format!("{hint}; {left}"));
        error.hint(hint)
    })?;
    Ok(Exit::Ok)
}

fn show(args: &Args, context: &mut Context, place: &Place) -> Result<(), DemoError> {
    let began = now();
    let program = std::env::current_exe().map_err(DemoError::NoProgram)?;
    let folder = place.root().display().to_string();
    let mut teller = Teller { printer: &mut context.printer, place, program };
    introduce(&mut teller, args, &folder);
    for (number, chapter) in (1..).zip(&CHAPTERS) {
        teller.chapter(number, chapter)?;
    }
    let picture = check(place, recorded_tasks())?;
    let took = now().duration_since(began);
    teller.heading(CHAPTERS.len() + 1, "What there is now");
    picture::draw(teller.printer, &picture);
    teller.printer.line(picture::sum(&picture, took));
    teller.prose(
        "Looked up again just now: each commit names its evidence, the evidence names exactly the tree of the commit, \
         and every gate in it passed.",
    );
    part(&mut teller, args)?;
    if context.printer.is_json() {
        let milliseconds = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
        let document = Document { folder: &folder, kept: args.keep, milliseconds, session: &picture };
        context.printer.json(&document);
    }
    Ok(())
}

fn introduce(teller: &mut Teller<'_>, args: &Args, folder: &str) {
    teller.prose(
        "A demonstration of Conductor. Tasks, git, gates and merges are real. The agent is a replay: a recording of \
         files that were written, not an AI. Nothing needs the network or an account.",
    );
    let end = if args.keep { "which is kept" } else { "which is removed at the end; --keep keeps it" };
    teller.prose(&format!("Everything happens in this folder, {end}:"));
    teller.place_name(folder);
}

/// Leaves nothing behind, or says where it is, and what to do next.
fn part(teller: &mut Teller<'_>, args: &Args) -> Result<(), DemoError> {
    if args.keep {
        teller.prose("Kept; the repository is");
        teller.place_name(&teller.place.repository().display().to_string());
    } else {
        teller.place.remove()?;
        teller.prose("The folder is removed.");
    }
    teller.heading(CHAPTERS.len() + 2, "Your turn, in a repository of your own");
    teller.prose("`conductor` is this program:");
    teller.place_name(&teller.program.display().to_string());
    for line in
        ["conductor init", "conductor plan create docs/prd.md", "conductor orchestrate run --max-tasks 2"]
    {
        teller.suggest(line);
    }
    Ok(())
}

/// How many tasks the agent was recorded with: as many as the page has.
fn recorded_tasks() -> usize {
    serde_json::from_str::<Recording>(RECORDING).map_or(0, |recording| recording.tasks.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recording_is_one() {
        assert_eq!(recorded_tasks(), 6);
    }
}
