//! What a rule has to tolerate, one line each: `CHECK PLACE because REASON`.

use super::{Check, Finding};

/// Where the exceptions stand.
pub(super) const PATH: &str = "crates/xtask/exceptions.txt";

const BECAUSE: &str = " because ";

pub(super) struct Exceptions {
    granted: Vec<Exception>,
    malformed: Vec<Finding>,
}

struct Exception {
    check: Check,
    place: String,
    line: usize,
}

impl Exceptions {
    /// Reads the file; a line that cannot be read becomes a finding, so that a slip never switches a rule off.
    pub(super) fn read(text: &str) -> Self {
        let mut exceptions = Self { granted: Vec::new(), malformed: Vec::new() };
        for (index, line) in text.lines().enumerate() {
            let line_number = index + 1;
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            match parse(line) {
                Some((check, place)) => {
                    exceptions.granted.push(Exception { check, place: place.to_owned(), line: line_number });
                }
                None => exceptions.malformed.push(finding(
                    line_number,
                    format!("`{line}` is not `CHECK PLACE because REASON` with a check that tidy reports"),
                )),
            }
        }
        exceptions
    }

    /// The findings that no exception excuses, and the exceptions that excuse nothing.
    pub(super) fn apply(self, findings: Vec<Finding>) -> Vec<Finding> {
        let excuses = |exception: &Exception, finding: &Finding| {
            exception.check == finding.check && exception.place == finding.place
        };
        let idle = self.granted.iter().filter(|e| !findings.iter().any(|f| excuses(e, f))).map(|exception| {
            finding(
                exception.line,
                format!(
                    "`{} {}` excuses nothing any more; remove it",
                    exception.check.name(),
                    exception.place
                ),
            )
        });
        let mut left: Vec<Finding> = self.malformed.into_iter().chain(idle).collect();
        left.extend(findings.into_iter().filter(|f| !self.granted.iter().any(|e| excuses(e, f))));
        left
    }
}

fn parse(line: &str) -> Option<(Check, &str)> {
    let (subject, reason) = line.split_once(BECAUSE)?;
    let (name, place) = subject.split_once(' ')?;
    let check = Check::ALL.into_iter().find(|check| check.name() == name)?;
    (!place.trim().is_empty() && !reason.trim().is_empty()).then_some((check, place.trim()))
}

fn finding(line: usize, problem: String) -> Finding {
    Finding { check: Check::Exception, place: format!("{PATH}:{line}"), problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(place: &str) -> Finding {
        Finding { check: Check::Size, place: place.to_owned(), problem: "600 lines".to_owned() }
    }

    #[test]
    fn an_exception_excuses_its_own_finding_only() {
        let text = "# why\n\nsize crates/a.rs because it is one table\n";
        let left = Exceptions::read(text).apply(vec![size("crates/a.rs"), size("crates/b.rs")]);
        assert_eq!(left, [size("crates/b.rs")]);
    }

    #[test]
    fn an_exception_that_excuses_nothing_is_a_finding() {
        let left = Exceptions::read("size crates/a.rs because it is one table\n").apply(vec![]);
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].place, format!("{PATH}:1"));
    }

    #[test]
    fn a_line_without_reason_or_with_an_unknown_check_is_a_finding_and_excuses_nothing() {
        for text in ["size crates/a.rs", "size crates/a.rs because ", "sise crates/a.rs because of a slip"] {
            let left = Exceptions::read(text).apply(vec![size("crates/a.rs")]);
            assert_eq!(left.len(), 2, "{text}");
        }
    }
}
