//! The exit codes as a table for README.md, printed from the enum that both programs return.

use std::fmt::Write as _;

use cli_kit::Exit;

use crate::workspace::Workspace;

pub(crate) fn table(_workspace: &Workspace) -> String {
    let mut out = String::from("| code | meaning |\n|---|---|\n");
    for exit in Exit::ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "| {} | {} |", exit.code(), exit.meaning());
    }
    out
}
