//! What a command drew: into a file, a pipe, or a terminal.

use std::path::Path;

use cli_kit::text::{escape, escape_block};
use cli_kit::{CliError, Exit, Printer};

/// Writes a text into the file that was named, or prints it.
pub(crate) fn put(printer: &mut Printer, file: Option<&Path>, text: &str) -> Result<(), CliError> {
    match file {
        Some(path) => write(printer, path, text)?,
        // A pipe leads into a file, which has to be exact; a terminal would obey what documents and titles hold.
        None if printer.columns().is_none() => printer.raw(text),
        None => printer.raw(&escape_block(text)),
    }
    Ok(())
}

fn write(printer: &mut Printer, path: &Path, text: &str) -> Result<(), CliError> {
    let name = escape(&path.to_string_lossy()).into_owned();
    std::fs::write(path, text).map_err(|error| {
        CliError::new(Exit::Refused, "FILE_NOT_WRITTEN", format!("failed to write {name}: {error}"))
            .hint("check that its folder is there and that you may write into it")
    })?;
    if printer.is_json() {
        printer.json(&serde_json::json!({ "file": path.to_string_lossy() }));
    } else {
        printer.note(format!("Wrote {name}"));
    }
    Ok(())
}
