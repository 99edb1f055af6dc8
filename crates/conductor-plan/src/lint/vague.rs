//! Requirements with words that two people would judge differently.

use super::vague_table::{EXCEPTIONS, VAGUE, Vague};
use super::{asked_of, quoted};
use crate::phrases::{Phrases, Spotted, Words};
use crate::{Constraint, Finding, FindingCode, Plan, QuestionId, Requirement, RequirementKind};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

static PHRASES: LazyLock<Phrases<Option<Vague>>> = LazyLock::new(|| {
    let vague = VAGUE.iter().map(|&(vague, row)| (Some(vague), row));
    Phrases::of(&vague.chain([(None, EXCEPTIONS)]).collect::<Vec<_>>())
});

pub(super) fn check(plan: &Plan, findings: &mut Vec<Finding>) {
    for wanted in asked_of(plan) {
        if let Some(finding) = of(wanted) {
            findings.push(finding);
        }
    }
}

fn of(wanted: &Requirement) -> Option<Finding> {
    match wanted.kind {
        RequirementKind::OutOfScope | RequirementKind::OpenQuestion => return None,
        RequirementKind::Feature
        | RequirementKind::Constraint
        | RequirementKind::Quality
        | RequirementKind::Interface
        | RequirementKind::Data
        | RequirementKind::Dependency => {}
    }
    let words = Words::of(&wanted.text);
    let exact = wanted.constraints.iter().any(|constraint| match constraint {
        Constraint::Quantity { .. } => true,
        Constraint::Technology { .. } => false,
    });
    let found: Vec<Spotted<Vague>> =
        spotted(&words).into_iter().filter(|word| !exact || !word.meaning.is_settled_by_a_number()).collect();
    let first = found.first()?;
    let mut seen = BTreeSet::new();
    let named: Vec<String> = found
        .iter()
        .map(|spotted| format!("\"{}\"", &wanted.text[spotted.at.clone()]))
        .filter(|word| seen.insert(word.to_lowercase()))
        .collect();
    let said = named.join(" and ");
    let means = if named.len() == 1 { "means" } else { "mean" };
    let message = format!("{} leaves open what {said} {means}", quoted(&wanted.text));
    let id = QuestionId::of(&["vague_requirement", wanted.id.as_str()]);
    let question = first.meaning.question(&named.join(", "));
    let finding = Finding::new(FindingCode::VagueRequirement, message).at(vec![wanted.source.clone()]);
    Some(finding.asking(id, format!("{}: {question}", quoted(&wanted.text))))
}

fn spotted(words: &Words<'_>) -> Vec<Spotted<Vague>> {
    let mut found: Vec<Spotted<Vague>> = PHRASES
        .find(words)
        .into_iter()
        .filter_map(|spotted| Some(Spotted { at: spotted.at, meaning: spotted.meaning? }))
        .filter(|spotted| !compares(words.text, spotted))
        .collect();
    found.extend(marks(words));
    found.sort_by_key(|spotted| spotted.at.start);
    found
}

/// Places of words that are judgements.
pub(super) fn judgement(words: &Words<'_>) -> Vec<Range<usize>> {
    spotted(words).into_iter().map(|spotted| spotted.at).collect()
}

/// `as fast as grep` can be checked.
fn compares(text: &str, spotted: &Spotted<Vague>) -> bool {
    let (before, after) = (&text[..spotted.at.start], &text[spotted.at.end..]);
    spotted.meaning.is_settled_by_a_number()
        && before.ends_with("as ")
        && after.starts_with(" as ")
        && !after.starts_with(" as possible")
}

/// Marks of what is not written yet. In small letters `todo` is a list, or Spanish.
fn marks<'w>(words: &'w Words<'_>) -> impl Iterator<Item = Spotted<Vague>> + 'w {
    let signs = words.text.match_indices("???").map(|(at, sign)| at..at + sign.len()).take(1);
    let shouts = words.text.chars().any(char::is_lowercase) || words.text.len() < 8;
    let todo = words
        .iter()
        .filter(move |(at, word)| {
            shouts
                && matches!(*word, "todo" | "fixme")
                && words.text[(*at).clone()].chars().all(char::is_uppercase)
        })
        .map(|(at, _)| at.clone());
    signs.chain(todo).map(|at| Spotted { at, meaning: Vague::Undecided })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        let spotted = spotted(&Words::of(text));
        spotted.into_iter().map(|found| text[found.at].to_owned()).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn vague_words_are_found_in_every_language() {
        let cases = [
            ("The search must be fast and user-friendly", "fast|user-friendly"),
            ("Exports PDF, CSV, etc.", "etc"),
            ("TBD", "TBD"),
            ("TODO: describe the export", "TODO"),
            ("Colours: ???", "???"),
            ("Retry as needed, as soon as possible", "as needed|as soon as possible"),
            ("Some formats", "Some"),
            ("Die Suche ist möglichst schnell", "möglichst|schnell"),
            ("Une interface conviviale, si nécessaire", "conviviale|si nécessaire"),
            ("La búsqueda debe ser rápida", "rápida"),
            ("A busca deve ser rápida e escalável", "rápida|escalável"),
            ("系统应快速响应", "快速"),
            ("使いやすい画面", "使いやすい"),
            ("빠르게 응답한다", "빠르게"),
        ];
        for (text, expected) in cases {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn words_that_only_look_vague_are_left_alone() {
        for text in [
            "A todo list with todos",
            "Guarda todo el texto",
            "The branch is fast-forwarded",
            "Breakfast orders",
            "A FastAPI service",
            "Quick start guide",
            "as fast as grep",
            "Notes are kept in one file",
        ] {
            assert_eq!(words(text), "", "{text}");
        }
    }
}
