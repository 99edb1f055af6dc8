//! `taskwerk export`.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use cli_kit::{CliError, Exit};
use serde_json::json;

use crate::context::{Context, Project};
use crate::failure::from_client;

/// Write all tasks as JSON, with their notes, for an import
///
/// An import of it into an empty store makes the same tasks again: ids, identities, times, notes, dependencies.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  taskwerk export > tasks.json\n  taskwerk export --output tasks.json")]
pub(crate) struct Args {
    /// The file to write, as a whole or not at all; standard output when left out
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    match args.output {
        Some(file) => to_file(&project, &file, context),
        None => to_stdout(&project, context),
    }
}

fn to_stdout(project: &Project, context: &mut Context) -> Result<Exit, CliError> {
    let mut exported = Ok(());
    context.printer.data(|out| match project.tasks.export_json(out) {
        Ok(written) => written.map(|_| ()),
        Err(error) => {
            exported = Err(error);
            Ok(())
        }
    });
    exported.map_err(from_client)?;
    Ok(Exit::Ok)
}

fn to_file(project: &Project, file: &Path, context: &mut Context) -> Result<Exit, CliError> {
    // A link stays a link: what it leads to is replaced.
    let target = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let count = match target.metadata() {
        Ok(found) if !found.is_file() => {
            // A pipe or a device cannot be replaced, only written to.
            let out = File::options().write(true).open(&target).map_err(|error| unwritable(file, &error))?;
            write(project, out, file)?
        }
        Ok(_) | Err(_) => replace(project, &target, file)?,
    };
    if context.printer.is_json() {
        context.printer.json(&json!({ "exported": count, "file": file.display().to_string() }));
    } else {
        context.printer.note(format_args!("{count} tasks written"));
    }
    Ok(Exit::Ok)
}

/// Writes a neighbour first and renames it, so that a failure leaves the file that was there.
fn replace(project: &Project, target: &Path, file: &Path) -> Result<u64, CliError> {
    let mut name = target.as_os_str().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = PathBuf::from(name);
    let out = File::create_new(&part).map_err(|error| unwritable(file, &error))?;
    let written = write(project, out, file).and_then(|count| {
        std::fs::rename(&part, target).map(|()| count).map_err(|error| unwritable(file, &error))
    });
    if written.is_err() {
        // Best effort: the error that is told is the first one.
        let _ = std::fs::remove_file(&part);
    }
    written
}

fn write(project: &Project, out: File, file: &Path) -> Result<u64, CliError> {
    let mut out = BufWriter::new(out);
    let count = project
        .tasks
        .export_json(&mut out)
        .map_err(from_client)?
        .map_err(|error| unwritable(file, &error))?;
    let synced = match out.get_ref().metadata() {
        Ok(found) if found.is_file() => out.get_ref().sync_all(),
        Ok(_) => Ok(()),
        Err(error) => Err(error),
    };
    synced.map(|()| count).map_err(|error| unwritable(file, &error))
}

fn unwritable(file: &Path, error: &std::io::Error) -> CliError {
    CliError::new(Exit::Refused, "OUTPUT", format!("failed to write {}: {error}", file.display()))
        .hint("the file that was there, if any, is unchanged")
}
