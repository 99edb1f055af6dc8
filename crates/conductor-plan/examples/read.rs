//! Prints how a document is read: `cargo run --example read -- prd.pdf`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a program for the terminal"
)]

use conductor_plan::Document;
use std::process::ExitCode;

fn main() -> ExitCode {
    for path in std::env::args().skip(1) {
        let read = std::fs::read(&path).map_err(|error| format!("failed to read `{path}`: {error}"));
        match read.and_then(|bytes| Document::parse(&path, &bytes).map_err(|error| error.to_string())) {
            Ok(document) => {
                println!("{}", document.text());
                document.findings().iter().for_each(|finding| eprintln!("{finding}"));
                eprintln!("{} blocks, {:?}", document.blocks().len(), document.kind());
            }
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
