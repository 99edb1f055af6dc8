//! `taskwerk import`.

use std::path::PathBuf;

use cli_kit::{CliError, Exit};
use taskwerk_client::ImportOptions;
use taskwerk_client::wire::ImportReply;
use taskwerk_model::{ImportFile, Known, Prefix};

use crate::context::Context;
use crate::failure::from_client;

/// Import tasks from a file of JSON, all or none
///
/// The file is an array of tasks or `{"tasks": […]}`. A task needs a `title` and may have any field of a task, a
/// `key` by which other rows name it, and `parent` and `depends_on` naming keys or ids. A task that was imported
/// before is found again by its uid or key and left as it is, or brought up to date with --update.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  taskwerk import tasks.json --batch --dry-run\n  taskwerk export | taskwerk import - --dir ../other"
)]
pub(crate) struct Args {
    /// The file; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// All rows as one change (always so; said for clarity)
    #[arg(long)]
    batch: bool,
    /// Only say what would happen
    #[arg(long)]
    dry_run: bool,
    /// Bring tasks that are there already up to date
    #[arg(long)]
    update: bool,
    /// Put the tasks under these letters
    #[arg(long, value_name = "LETTERS", value_parser = Prefix::parse)]
    prefix: Option<Prefix>,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let file = ImportFile::from_json(&read(&args.file)?).map_err(|error| {
        CliError::new(Exit::Refused, "VALIDATION_ERROR", format!("{}: {error}", name(&args.file)))
            .hint("nothing was imported; correct the file and import again")
    })?;
    let known = if args.update { Known::Update } else { Known::Skip };
    let options = ImportOptions { known, prefix: args.prefix, dry_run: args.dry_run };
    let report = project.tasks.import(file.rows, &options).map_err(from_client)?;
    let printer = &mut context.printer;
    if printer.is_json() {
        printer.json(&ImportReply::from(&report));
        return Ok(Exit::Ok);
    }
    let (would, report) = (if args.dry_run { "Would be: " } else { "" }, report);
    printer.line(format!(
        "{would}{} created, {} updated, {} skipped",
        report.created, report.updated, report.skipped
    ));
    Ok(Exit::Ok)
}

fn read(file: &std::path::Path) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    let read = if file.as_os_str() == "-" {
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    read.map_err(|error| {
        let exit = if error.kind() == std::io::ErrorKind::NotFound { Exit::NotFound } else { Exit::Usage };
        CliError::new(exit, "INPUT_UNREADABLE", format!("failed to read {}: {error}", name(file)))
            .hint("give a file of JSON, or - for standard input")
    })
}

fn name(file: &std::path::Path) -> String {
    if file.as_os_str() == "-" { "standard input".to_owned() } else { file.display().to_string() }
}
