//! Coverage reports of several forms, read into one: the covered and the uncovered lines of each file of the tree.

mod cobertura;
mod go;
mod jacoco;
mod lcov;
mod llvm_cov;

use std::collections::BTreeMap;

use conductor_engine::coverage::{Coverage, FileLines, LineSet};
use conductor_engine::gate::CoverageForm;

use super::SourcePaths;

/// Lines beyond this number are passed over: no file has so many, and what says so lies.
const MOST_LINES: u32 = 10_000_000;

/// Reads a report; `None` when it is none of its form. Files that are not in the tree are left out: dependencies,
/// what was generated, and what the report makes up.
pub fn read(form: CoverageForm, report: &[u8], paths: &SourcePaths<'_>) -> Option<Coverage> {
    let text = String::from_utf8_lossy(report);
    let found = match form {
        CoverageForm::Lcov => lcov::read(&text, paths),
        CoverageForm::Cobertura => cobertura::read(&text, paths),
        CoverageForm::Jacoco => jacoco::read(&text, paths),
        CoverageForm::Go => go::read(&text, paths),
        CoverageForm::LlvmCov => llvm_cov::read(&text, paths),
    };
    found.map(Lines::finish)
}

/// Which form a report of this name most likely has.
pub fn form_of(name: &str) -> Option<CoverageForm> {
    let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let kind = name.rsplit_once('.').map_or("", |(_, kind)| kind);
    match kind {
        "info" | "lcov" => Some(CoverageForm::Lcov),
        "xml" if name.contains("jacoco") => Some(CoverageForm::Jacoco),
        "xml" => Some(CoverageForm::Cobertura),
        "out" | "cov" => Some(CoverageForm::Go),
        "json" => Some(CoverageForm::LlvmCov),
        _ => None,
    }
}

/// What a report has said so far, by file. A line that is told twice was reached if either says so.
#[derive(Debug, Default)]
struct Lines<'t>(BTreeMap<&'t str, Stretches>);

/// Stretches of lines, as they were told.
#[derive(Debug, Default)]
struct Stretches {
    covered: Vec<(u32, u32)>,
    uncovered: Vec<(u32, u32)>,
}

impl<'t> Lines<'t> {
    /// The report speaks of this file.
    fn file(&mut self, path: &'t str) -> &mut Stretches {
        self.0.entry(path).or_default()
    }

    fn finish(self) -> Coverage {
        let file = |(path, stretches): (&str, Stretches)| {
            let covered = LineSet::of(stretches.covered);
            let uncovered = LineSet::of(stretches.uncovered).without(&covered);
            (path.to_owned(), FileLines { covered, uncovered })
        };
        Coverage(self.0.into_iter().map(file).collect())
    }
}

impl Stretches {
    /// The lines from `first` to `last` were reached, or not.
    fn note(&mut self, first: u32, last: u32, reached: bool) {
        const ROOM: usize = 4096;
        if first == 0 || last > MOST_LINES {
            return;
        }
        let list = if reached { &mut self.covered } else { &mut self.uncovered };
        // Reports go line by line, so most of what comes joins what came last.
        if let Some((_, end)) =
            list.last_mut().filter(|(start, end)| *start <= first && first <= end.saturating_add(1))
        {
            *end = last.max(*end);
            return;
        }
        list.push((first, last));
        if list.len().is_multiple_of(ROOM) {
            *list = LineSet::of(list.iter().copied()).stretches().to_vec();
        }
    }
}

#[cfg(test)]
mod table;
