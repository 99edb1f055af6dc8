//! Searches a folder for the files of a task, and prints how many were found and the first of them as JSON.
//! `cargo xtask bench --only search` measures the whole process from outside.
//!
//! `search FOLDER CACHE TITLE…`: CACHE is where what is read is remembered.

use std::io::{self, Write as _};
use std::path::PathBuf;

use conductor_host::clock;
use conductor_host::search::{Request, relevant_files};

type Problem = Box<dyn std::error::Error>;

fn main() -> Result<(), Problem> {
    let mut arguments = std::env::args_os().skip(1);
    let mut folder =
        |what: &str| arguments.next().map(PathBuf::from).ok_or_else(|| format!("{what} is missing"));
    let (root, cache) = (folder("FOLDER")?, folder("CACHE")?);
    let title: Vec<String> = arguments.map(|word| word.to_string_lossy().into_owned()).collect();
    let title = title.join(" ");
    let found = relevant_files(&Request {
        root: &root,
        cache: Some(&cache),
        title: &title,
        description: "",
        acceptance: &[],
        files: &[],
        past: &[],
        now: clock::now(),
    });
    let first = found.files.first().map(|file| &file.path);
    writeln!(io::stdout(), "{}", serde_json::json!({ "files": found.files.len(), "first": first }))?;
    Ok(())
}
