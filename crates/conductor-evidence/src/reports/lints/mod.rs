//! Lint reports of several forms, read into one.

mod clippy;
mod eslint;
mod ruff;
mod sarif;

use std::fmt::Write as _;

use conductor_engine::gate::LintForm;
use conductor_engine::lint::{Lint, LintLevel, Lints};

use super::SourcePaths;

/// How many findings are kept with their places; all are counted.
const MOST_PLACES: usize = 100;

/// A message is cut after so many bytes, a rule's name after fewer.
const MOST_MESSAGE: usize = 300;
const MOST_RULE: usize = 120;

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The findings.
    pub lints: Lints,
    /// The lines of the text that are no report: what a person reads of an output that holds one.
    pub rest: String,
    /// Whether `rest` tells the findings, too.
    pub tells: bool,
}

/// Reads a report, or an output that holds one; `None` when there is none of its form.
pub fn read(form: LintForm, text: &str, paths: &SourcePaths<'_>) -> Option<Found> {
    let mut list = List::new(paths);
    let rest = match form {
        LintForm::Sarif => whole(text, |report| sarif::read(report, &mut list))?,
        LintForm::Clippy => clippy::read(text, &mut list),
        LintForm::Eslint => whole(text, |report| eslint::read(report, &mut list))?,
        LintForm::Ruff => whole(text, |report| ruff::read(report, &mut list))?,
    };
    Some(Found { lints: list.finish(), rest, tells: form == LintForm::Clippy })
}

/// Adds the findings of another report.
pub fn join(lints: &mut Lints, other: Lints) {
    lints.counts = lints.counts.plus(other.counts);
    lints.places.extend(other.places);
    lints.places.sort_by_key(|place| place.level);
    lints.places.truncate(MOST_PLACES);
}

/// The findings as a person reads them, one a line.
pub fn told(lints: &Lints) -> String {
    let mut text = String::new();
    for lint in &lints.places {
        let level = match lint.level {
            LintLevel::Error => "error",
            LintLevel::Warning => "warning",
            LintLevel::Note => "note",
        };
        let place = match (&lint.path, lint.line) {
            (Some(path), Some(line)) => format!("{path}:{line}: "),
            (Some(path), None) => format!("{path}: "),
            (None, _) => String::new(),
        };
        let rule = lint.rule.as_ref().map(|rule| format!(" [{rule}]")).unwrap_or_default();
        // Writing to a string does not fail.
        let _ = writeln!(text, "{place}{level}: {}{rule}", lint.message);
    }
    text
}

/// A report that is one JSON document: the whole text, or what begins a line with `[` or `{` to the end of it.
fn whole(text: &str, mut read: impl FnMut(&str) -> Option<()>) -> Option<String> {
    const TRIES: usize = 16;
    let mut at = 0;
    let mut tries = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with(['[', '{']) && tries < TRIES {
            tries += 1;
            let from = text.get(at..).unwrap_or_default();
            let mut values = serde_json::Deserializer::from_str(from).into_iter::<serde::de::IgnoredAny>();
            if matches!(values.next(), Some(Ok(_))) {
                let end = values.byte_offset();
                let report = from.get(..end).unwrap_or_default();
                if read(report).is_some() {
                    let before = text.get(..at).unwrap_or_default();
                    return Some(format!("{before}{}", from.get(end..).unwrap_or_default().trim_start()));
                }
            }
        }
        at += line.len();
    }
    None
}

/// Findings, as they are read.
struct List<'p, 't> {
    paths: &'p SourcePaths<'t>,
    lints: Lints,
}

impl<'p, 't> List<'p, 't> {
    fn new(paths: &'p SourcePaths<'t>) -> Self {
        Self { paths, lints: Lints::default() }
    }

    fn note(
        &mut self,
        level: LintLevel,
        rule: Option<&str>,
        path: Option<&str>,
        line: Option<u64>,
        message: &str,
    ) {
        self.lints.counts.add(level);
        let places = &mut self.lints.places;
        if places.len() >= MOST_PLACES {
            // A worse one takes the place of the last that is less bad.
            let Some(at) = places.iter().rposition(|place| place.level > level) else { return };
            places.remove(at);
        }
        places.push(Lint {
            level,
            rule: rule.map(|rule| short(rule, MOST_RULE)).filter(|rule| !rule.is_empty()),
            path: path.and_then(|path| self.paths.find(path)).map(ToOwned::to_owned),
            line: line.and_then(|line| u32::try_from(line).ok()).filter(|line| *line > 0),
            message: short(message, MOST_MESSAGE),
        });
    }

    fn finish(mut self) -> Lints {
        self.lints.places.sort_by_key(|place| place.level);
        self.lints
    }
}

/// One line of text, without control characters.
fn short(text: &str, most: usize) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    let mut plain: String = line.chars().filter(|c| !c.is_control()).collect();
    if plain.len() > most {
        plain.truncate(plain.floor_char_boundary(most));
        plain.push('…');
    }
    plain
}

#[cfg(test)]
mod table;
