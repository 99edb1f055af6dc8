//! Items of which nothing says how one sees that they are done.

use super::vague::judgement;
use super::{about, leaves, quoted};
use crate::phrases::Words;
use crate::requirement::quantity::quantities;
use crate::words::list;
use crate::{Finding, FindingCode, Plan};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Words of criteria that say nothing themselves.
const EMPTY: &str = "a, all, and, are, as, be, complete, completed, correctly, designed, done, everything, expected, feature, \
    finished, functions, good, implemented, in, intended, is, it, item, nicely, ok, perfectly, properly, ready, \
    required, requirements, satisfied, should, specified, successfully, system, task, tested, the, this, to, user, \
    users, very, well, with, work, working, works, must";

pub(super) fn check(plan: &Plan, findings: &mut Vec<Finding>) {
    for item in leaves(plan) {
        if item.acceptance.is_empty() {
            let message =
                format!("\"{}\" has no acceptance criterion; say how one sees that it is done", item.title);
            findings.push(about(FindingCode::NoAcceptance, message, &[item]));
        } else if item.acceptance.iter().all(|criterion| says_nothing(criterion)) {
            let first = item.acceptance.first().map(|criterion| quoted(criterion)).unwrap_or_default();
            let message =
                format!("\"{}\" has no acceptance criterion that can be checked: {first}", item.title);
            findings.push(about(FindingCode::VagueAcceptance, message, &[item]));
        }
    }
}

static EMPTY_WORDS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| list(EMPTY).collect());

/// Whether a criterion is made of judgements and empty words alone: `works well`, `is fast and intuitive`.
fn says_nothing(criterion: &str) -> bool {
    let words = Words::of(criterion);
    let judged = judgement(&words);
    let rest = words
        .iter()
        .filter(|(at, _)| !judged.iter().any(|spotted| spotted.start <= at.start && at.end <= spotted.end));
    let mut rest = rest.map(|(_, word)| word).peekable();
    let bare = rest.all(|word| EMPTY_WORDS.contains(word));
    bare && quantities(criterion).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_criterion_says_something_or_nothing() {
        for nothing in [
            "works well",
            "It works as expected",
            "is fast and user-friendly",
            "done",
            "TBD",
            "The feature is complete.",
        ] {
            assert!(says_nothing(nothing), "{nothing}");
        }
        for something in [
            "it prints the version",
            "works offline",
            "answers within 2 s",
            "is as fast as grep",
            "all tests pass",
            "로그인이 된다",
            "Titles become headings.",
        ] {
            assert!(!says_nothing(something), "{something}");
        }
    }
}
