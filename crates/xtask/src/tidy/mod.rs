//! The architecture as checks. Each check is a function from the workspace to findings.
//!
//! What a rule has to tolerate stands in `crates/xtask/exceptions.txt` with its reason; an exception that no
//! longer excuses anything is itself a finding.

mod crates;
mod documents;
pub(crate) mod edges;
mod exceptions;
mod licences;
mod size;
mod words;

use std::fmt;

use crate::generate;
use crate::workspace::Workspace;
use exceptions::Exceptions;

/// More packages than this in `Cargo.lock` is a decision to be taken openly, not a drift.
const LOCKED_PACKAGES_MAX: usize = 400;

/// The rule that a finding belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// Who may depend on whom among our crates.
    Edge,
    /// What a pure crate may depend on.
    Pure,
    /// What every crate has.
    Crate,
    /// Lines of a file.
    Size,
    /// Words that are not committed.
    Word,
    /// What the documents promise.
    Document,
    /// Licences of dependencies.
    Licence,
    /// The number of dependencies.
    Lock,
    /// Generated parts of documents.
    Generated,
    /// The file of exceptions.
    Exception,
}

impl Check {
    const ALL: [Self; 10] = [
        Self::Edge,
        Self::Pure,
        Self::Crate,
        Self::Size,
        Self::Word,
        Self::Document,
        Self::Licence,
        Self::Lock,
        Self::Generated,
        Self::Exception,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Pure => "pure",
            Self::Crate => "crate",
            Self::Size => "size",
            Self::Word => "word",
            Self::Document => "document",
            Self::Licence => "licence",
            Self::Lock => "lock",
            Self::Generated => "generated",
            Self::Exception => "exception",
        }
    }
}

/// A broken rule: `place` is what an exception would name, `problem` says what is wrong and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) check: Check,
    pub(crate) place: String,
    pub(crate) problem: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.check.name(), self.place, self.problem)
    }
}

/// What the checks found, and how much they looked at.
pub(crate) struct Report {
    pub(crate) findings: Vec<Finding>,
    looked_at: String,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        match self.findings.len() {
            0 => writeln!(f, "tidy: {}", self.looked_at),
            1 => writeln!(f, "tidy: 1 finding; {}", self.looked_at),
            many => writeln!(f, "tidy: {many} findings; {}", self.looked_at),
        }
    }
}

/// Runs every check over the workspace.
pub(crate) fn run(workspace: &Workspace) -> Report {
    let mut findings = Vec::new();
    findings.extend(edges::check(&workspace.members));
    findings.extend(edges::check_pure(&workspace.members));
    findings.extend(crates::check(workspace));
    findings.extend(workspace.files.iter().filter_map(size::check));
    findings.extend(workspace.files.iter().flat_map(words::check));
    findings.extend(documents::check(workspace));
    findings.extend(licences::check(workspace));
    findings.extend(check_lock(&workspace.lock));
    findings.extend(check_generated(workspace));

    let exceptions = Exceptions::read(workspace.text(exceptions::PATH).unwrap_or_default());
    let findings = exceptions.apply(findings);
    let looked_at = format!(
        "{} crates, {} files, {} of {} locked packages (the others belong to other platforms)",
        workspace.members.len(),
        workspace.files.len(),
        workspace.packages.len(),
        locked_packages(&workspace.lock),
    );
    Report { findings, looked_at }
}

fn locked_packages(lock: &str) -> usize {
    lock.lines().filter(|line| *line == "[[package]]").count()
}

fn check_lock(lock: &str) -> Option<Finding> {
    let count = locked_packages(lock);
    (count > LOCKED_PACKAGES_MAX).then(|| Finding {
        check: Check::Lock,
        place: "Cargo.lock".to_owned(),
        problem: format!(
            "{count} locked packages, {LOCKED_PACKAGES_MAX} are allowed; leave a dependency out, or raise the ceiling"
        ),
    })
}

fn check_generated(workspace: &Workspace) -> Option<Finding> {
    let problem = match generate::run(workspace, true) {
        Ok(outcome) if outcome.is_fresh() => return None,
        Ok(outcome) => outcome.to_string().trim_end().to_owned(),
        Err(error) => error.to_string(),
    };
    Some(Finding { check: Check::Generated, place: "documents".to_owned(), problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The gate itself: what `cargo xtask tidy` reports is a failing test too.
    #[test]
    fn the_workspace_is_tidy() {
        let report = run(&Workspace::load().unwrap());
        assert!(report.findings.is_empty(), "\n{report}");
    }

    #[test]
    fn too_many_locked_packages_are_found() {
        let lock = |n: usize| "[[package]]\nname = \"x\"\n".repeat(n);
        assert_eq!(check_lock(&lock(LOCKED_PACKAGES_MAX)), None);
        assert!(check_lock(&lock(LOCKED_PACKAGES_MAX + 1)).is_some());
    }
}
