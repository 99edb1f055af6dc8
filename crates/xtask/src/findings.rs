//! The codes of findings as a table for their documentation, printed from the enum of the planner.

use std::fmt::Write as _;

use conductor_plan::FindingCode;

use crate::workspace::Workspace;

pub(crate) fn table(_workspace: &Workspace) -> String {
    let mut out = String::from("| code | usually | what |\n|---|---|---|\n");
    for code in FindingCode::ALL {
        // The first sentence of its page.
        let what =
            code.page().lines().find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
        let what = what.split(" Usually:").next().unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "| [`{code}`]({code}.md) | {} | {what} |", code.default_severity());
    }
    out
}
