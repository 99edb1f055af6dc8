//! `conductor orchestrate restore`.

use std::path::{Path, PathBuf};

use cli_kit::text::escape;
use cli_kit::{CliError, Exit};
use conductor_engine::ids::{Oid, RunId};
use conductor_host::git::{BranchName, RefError, SavedKind, WriteFilesError};
use serde_json::json;

use super::error::{failed, from_host};
use super::opened::Opened;
use super::saved::{Saved, Wanted, saved};
use crate::context::Context;

/// Bring saved work back: as a new branch, or as files in a new folder
///
/// Your checkout is not touched and nothing is overwritten. It does not matter how the run ended: what was saved of
/// work that was rejected, stopped or let go is there too.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor orchestrate restore TASK-002 --branch rescued\n  \
                        conductor orchestrate restore TASK-002 --snapshot 1 --to ../rescued")]
pub(crate) struct Args {
    /// The task; its newest run that saved something is meant
    #[arg(value_name = "TASK", required_unless_present = "run")]
    task: Option<String>,
    /// A run, such as 1.2, instead of the newest one
    #[arg(long, value_name = "RUN")]
    run: Option<String>,
    /// The snapshot; else the newest one
    #[arg(long, value_name = "N")]
    snapshot: Option<u32>,
    /// Any commit that `snapshots` lists, also one that the agent made
    #[arg(long, value_name = "COMMIT", conflicts_with = "snapshot")]
    commit: Option<String>,
    /// Make this branch, which must not exist
    #[arg(long, value_name = "NAME", required_unless_present = "to", conflicts_with = "to")]
    branch: Option<String>,
    /// Write the files to this folder, which must be new or empty
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    super::people_only(context)?;
    let opened = Opened::new(context)?;
    let chosen = choose(&opened, &args)?;
    let Some(commit) = chosen.work.commit.clone() else {
        let message = format!("{} cannot be read; its commit is damaged or gone", chosen.work.name);
        return Err(CliError::new(Exit::Store, "SNAPSHOT_DAMAGED", message).hint("see `git fsck`"));
    };
    if let Some(name) = &args.branch {
        make_branch(&opened, name, &commit)?;
    }
    let folder = args.to.as_ref().map(|path| write_files(context, &opened, path, &commit)).transpose()?;
    tell(context, &opened, &chosen, &commit, args.branch.as_deref(), folder.as_deref());
    Ok(Exit::Ok)
}

/// The saved work that is meant.
fn choose(opened: &Opened, args: &Args) -> Result<Saved, CliError> {
    let task = args.task.as_ref().map(|text| opened.task(text)).transpose()?;
    let run: Option<RunId> = args
        .run
        .as_ref()
        .map(|text| text.parse().map_err(|_| CliError::usage(format!("`{text}` is no run such as 1.2"))))
        .transpose()?;
    let all = saved(opened, Wanted { task: task.as_ref().map(|(task, _)| task), run })?;
    let name = match (&task, run) {
        (Some((_, name)), None) => name.clone(),
        (Some((_, name)), Some(run)) => format!("run {run} of {name}"),
        (None, run) => format!("run {}", run.map_or_else(String::new, |run| run.to_string())),
    };
    let Some(newest) = all.iter().map(|saved| saved.work.run).max() else {
        let message = format!("nothing is saved of {name}");
        return Err(CliError::new(Exit::NotFound, "NOTHING_SAVED", message)
            .hint("`conductor orchestrate snapshots` lists what is"));
    };
    let fits = |saved: &Saved| match (&args.commit, args.snapshot) {
        (Some(text), _) => named(saved, text),
        (None, Some(number)) => saved.work.run == newest && saved.work.kind == SavedKind::Snapshot(number),
        (None, None) => saved.work.run == newest,
    };
    // The newest snapshot before any of the agent's own commits, which it contains.
    let rank = |saved: &Saved| match saved.work.kind {
        SavedKind::Snapshot(number) => u64::from(number) + 1,
        SavedKind::OwnCommit => 0,
    };
    all.into_iter().filter(fits).max_by_key(rank).ok_or_else(|| {
        let what = match (&args.commit, args.snapshot) {
            (Some(text), _) => format!("no saved commit {text} of {name}"),
            (None, number) => format!("no snapshot {} of {name} in run {newest}", number.unwrap_or_default()),
        };
        CliError::new(Exit::NotFound, "SNAPSHOT_NOT_FOUND", format!("there is {what}"))
            .hint("`conductor orchestrate snapshots` lists what is saved")
    })
}

/// Whether a text of at least four digits begins the commit's name.
fn named(saved: &Saved, text: &str) -> bool {
    let text = text.to_lowercase();
    text.len() >= 4 && saved.work.commit.as_ref().is_some_and(|commit| commit.as_str().starts_with(&text))
}

pub(super) fn make_branch(opened: &Opened, name: &str, commit: &Oid) -> Result<(), CliError> {
    let branch = BranchName::parse(name).map_err(|e| CliError::usage(e.to_string()))?;
    if name == "conductor" || name.starts_with("conductor/") {
        let message =
            format!("branches named conductor/… are Conductor's own; choose another name than {name}");
        return Err(CliError::new(Exit::Refused, "BRANCH", message));
    }
    match opened.host.repo.create_ref(&branch.to_ref(), commit) {
        Ok(()) => Ok(()),
        Err(RefError::Moved { .. }) => {
            let message = format!("there is a branch {name} already; nothing was changed");
            Err(CliError::new(Exit::Conflict, "BRANCH_EXISTS", message).hint("choose another name"))
        }
        Err(RefError::Git(error)) => Err(failed(&error)),
    }
}

fn write_files(context: &Context, opened: &Opened, folder: &Path, commit: &Oid) -> Result<PathBuf, CliError> {
    let here = context.here()?;
    let folder = std::path::absolute(here.join(folder)).map_err(|e| failed(&e))?;
    let places = opened.host.places().map_err(|e| from_host(&e))?;
    let current = crate::context::current_folder()?;
    if folder.starts_with(places.root()) || current.starts_with(&folder) {
        let message = format!("{} is in use; choose a folder of its own", folder.display());
        return Err(CliError::new(Exit::Refused, "FOLDER_IN_USE", message));
    }
    opened.host.repo.write_files(commit, &folder).map_err(|error| match &error {
        WriteFilesError::NotEmpty(_) | WriteFilesError::NotAFolder(_) | WriteFilesError::InTheWay(_) => {
            CliError::new(Exit::Conflict, "FOLDER_NOT_EMPTY", error.to_string())
        }
        WriteFilesError::Inside { .. } => {
            CliError::new(Exit::Refused, "FOLDER_IN_CHECKOUT", error.to_string())
        }
        WriteFilesError::Git(_) => failed(&error),
    })?;
    Ok(folder)
}

fn tell(
    context: &mut Context,
    opened: &Opened,
    chosen: &Saved,
    commit: &Oid,
    branch: Option<&str>,
    folder: Option<&Path>,
) {
    let files = chosen.files(opened);
    if context.printer.is_json() {
        let mut document = chosen.document(opened);
        document["branch"] = json!(branch);
        document["to"] = json!(folder);
        context.printer.json(&document);
        return;
    }
    let task = chosen.task.as_deref().unwrap_or("?");
    let differ = files.map_or_else(String::new, |n| format!(", {n} files differ from where it began"));
    let what = format!(
        "{} of run {} ({}, {}){differ}",
        chosen.what(),
        chosen.work.run,
        escape(task),
        commit.short()
    );
    let printer = &mut context.printer;
    if let Some(branch) = branch {
        printer.line(format!("branch {}: {what}", escape(branch)));
        if let Some(base) = chosen.base() {
            printer.note(format!("see it: git diff {} {}", base.short(), escape(branch)));
        }
    }
    if let Some(folder) = folder {
        printer.line(format!("{}: {what}", escape(&folder.to_string_lossy())));
    }
}
