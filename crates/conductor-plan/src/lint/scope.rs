//! The same in what is asked for and in what is ruled out.

use super::contradiction::Clash;
use super::quoted;
use super::subject::Subject;
use crate::words::{fold, list, runs, stems};
use crate::{Requirement, RequirementKind};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Words by which something is ruled out, or asked for, for a part of the time only.
const FOR_NOW: &str = "mvp, phase, version, release, v1, v2, v3, initial, initially, first, later, future, now, milestone, stage, \
    erste, erster, zunaechst, spaeter, premiere, primera, primeira, initiale, milestone, sprint, roadmap";

/// Words that name nothing.
const BARE: &str =
    "support, feature, full, complete, native, dedicated, unterstuetzung, soporte, suporte, no, not";

static BARE_STEMS: LazyLock<BTreeSet<String>> = LazyLock::new(|| list(BARE).flat_map(stems).collect());
static TEMPORARY: LazyLock<BTreeSet<&str>> = LazyLock::new(|| list(FOR_NOW).collect());

pub(super) fn clashes<'s, 'p>(subjects: &'s [Subject<'p>]) -> Vec<Clash<'s, 'p>> {
    let mut ruled_out: BTreeMap<Vec<String>, &Subject<'p>> = BTreeMap::new();
    for subject in subjects.iter().filter(|subject| subject.wanted.kind == RequirementKind::OutOfScope) {
        let name = name(subject.wanted);
        if !name.is_empty() && !is_for_now(subject.wanted) {
            ruled_out.entry(name).or_insert(subject);
        }
    }
    let mut clashes = Vec::new();
    let asked = subjects.iter().filter(|subject| subject.wanted.kind.is_work() && !ruled_out.is_empty());
    for first in asked.filter(|subject| !subject.negated && !is_for_now(subject.wanted)) {
        let Some(second) = ruled_out.get(&name(first.wanted)) else { continue };
        let (wanted, out) = (first.wanted, second.wanted);
        clashes.push(Clash {
            rule: "scope",
            first,
            second,
            what: "put the same into what is built and into what is not".to_owned(),
            question: format!(
                "Is {} wanted ({}) or out of scope ({})?",
                quoted(&out.text),
                wanted.source,
                out.source
            ),
        });
    }
    clashes
}

/// What a requirement is called: its words up to a colon or a dash, without order.
fn name(wanted: &Requirement) -> Vec<String> {
    let head = wanted.text.split([':', '：', '–', '—', '(']).next().unwrap_or_default();
    let head = head.split(" - ").next().unwrap_or(head).trim_end_matches(['.', '。']);
    let mut words = stems(head);
    words.retain(|word| !BARE_STEMS.contains(word));
    // `apps` is cut down to `ap`, and `app` is left alone.
    for word in &mut words {
        let mut end = word.chars().rev();
        if end.next().is_some_and(|last| last.is_ascii_alphabetic() && end.next() == Some(last)) {
            word.pop();
        }
    }
    words.sort();
    words.dedup();
    words
}

fn is_for_now(wanted: &Requirement) -> bool {
    let words = [wanted.section.as_str(), &wanted.text].into_iter().flat_map(runs);
    words.into_iter().any(|word| TEMPORARY.contains(&*fold(word)))
}
