//! `cargo clippy --message-format=json`: a JSON object a line.

use std::collections::BTreeSet;

use conductor_engine::lint::LintLevel;
use serde::Deserialize;

use super::List;

#[derive(Deserialize)]
struct Message {
    reason: String,
    message: Option<Diagnostic>,
}

#[derive(Deserialize)]
struct Diagnostic {
    message: String,
    level: String,
    code: Option<Code>,
    #[serde(default)]
    spans: Vec<Span>,
    rendered: Option<String>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: u64,
    #[serde(default)]
    is_primary: bool,
}

/// Reads the diagnostics; gives back the other lines, with each diagnostic as the compiler would have printed it.
pub(super) fn read(text: &str, list: &mut List<'_, '_>) -> String {
    let mut rest = String::new();
    // A library is looked at once for itself and once for its tests, and says the same twice.
    let mut seen = BTreeSet::new();
    for line in text.lines() {
        let Some(message) =
            line.starts_with('{').then(|| serde_json::from_str::<Message>(line).ok()).flatten()
        else {
            rest.push_str(line);
            rest.push('\n');
            continue;
        };
        if message.reason != "compiler-message" {
            continue;
        }
        let Some(diagnostic) = message.message else { continue };
        if let Some(rendered) = diagnostic.rendered.as_deref().filter(|text| seen.insert((*text).to_owned()))
        {
            note(&diagnostic, list);
            rest.push_str(rendered);
        }
    }
    rest
}

fn note(diagnostic: &Diagnostic, list: &mut List<'_, '_>) {
    let level = match diagnostic.level.as_str() {
        "warning" => LintLevel::Warning,
        "note" | "help" | "failure-note" => LintLevel::Note,
        _ => LintLevel::Error,
    };
    // What has neither place nor code sums up what was said before: "aborting due to 2 previous errors".
    if diagnostic.spans.is_empty() && diagnostic.code.is_none() {
        return;
    }
    let place = diagnostic.spans.iter().find(|span| span.is_primary).or(diagnostic.spans.first());
    let rule = diagnostic.code.as_ref().map(|code| code.code.as_str());
    let path = place.map(|place| place.file_name.as_str());
    list.note(level, rule, path, place.map(|place| place.line_start), &diagnostic.message);
}
