//! `ruff check --output-format=json`.

use conductor_engine::lint::LintLevel;
use serde::Deserialize;

use super::List;

#[derive(Deserialize)]
struct Finding {
    code: Option<String>,
    filename: String,
    message: String,
    location: Option<Location>,
}

#[derive(Deserialize)]
struct Location {
    row: u64,
}

pub(super) fn read(text: &str, list: &mut List<'_, '_>) -> Option<()> {
    let findings: Vec<Finding> = serde_json::from_str(text).ok()?;
    for finding in &findings {
        // ruff knows one level, and fails for it.
        let line = finding.location.as_ref().map(|location| location.row);
        list.note(LintLevel::Error, finding.code.as_deref(), Some(&finding.filename), line, &finding.message);
    }
    Some(())
}
