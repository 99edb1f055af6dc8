//! What every language has to have.

use super::super::attribute::attribute;
use super::*;
use crate::words::{is_packed, plain_text};
use std::collections::BTreeMap;

/// Parts of documents that people name in every language.
const NEEDED: [Role; 24] = [
    Role::Title,
    Role::Overview,
    Role::Persona,
    Role::Experience,
    Role::Usage,
    Role::Feature,
    Role::Story,
    Role::Requirement,
    Role::Architecture,
    Role::Data,
    Role::Api,
    Role::Roadmap,
    Role::Chain,
    Role::Constraint,
    Role::Quality,
    Role::Dependency,
    Role::Acceptance,
    Role::Testing,
    Role::OutOfScope,
    Role::Future,
    Role::Risk,
    Role::Metrics,
    Role::OpenQuestion,
    Role::Appendix,
];

#[test]
fn every_language_names_every_part_of_a_document() {
    for words in LANGUAGES {
        for role in NEEDED {
            assert!(
                words.roles.iter().any(|(named, phrases)| *named == role && !phrases.is_empty()),
                "{}: {role:?}",
                words.project
            );
        }
        let kinds = [
            Attribute::Description,
            Attribute::Benefit,
            Attribute::Acceptance,
            Attribute::DependsOn,
            Attribute::Estimate,
            Attribute::Priority,
            Attribute::Files,
            Attribute::Tasks,
            Attribute::Name,
            Attribute::Alias,
            Attribute::Aside,
        ];
        for kind in kinds {
            assert!(words.attributes.iter().any(|(named, _)| *named == kind), "{}: {kind:?}", words.project);
        }
        for (what, phrases) in [
            ("stages", words.stages),
            ("dependencies", [words.before_name, words.before_sentence].concat().leak()),
            ("sequences", words.then),
            ("demands", words.asking),
            ("doubt", words.optional),
            ("things written by hand", [words.own_kinds, words.own_kinds_behind].concat().leak()),
            ("verbs of such things", [words.own_verbs, words.own_verbs_behind].concat().leak()),
            ("hours", words.hours),
            ("tests", words.acceptance_tests),
        ] {
            assert!(!phrases.is_empty(), "{} has no {what}", words.project);
        }
        assert!(words.provide.contains("{}"), "{}", words.project);
    }
}

#[test]
fn a_phrase_means_one_thing_in_a_language() {
    for words in LANGUAGES {
        let mut roles = BTreeMap::new();
        for (role, phrase) in
            words.roles.iter().flat_map(|(role, phrases)| list(phrases).map(move |phrase| (role, phrase)))
        {
            if let Some(other) = roles.insert(phrase, role) {
                panic!("{}: `{phrase}` is {other:?} and {role:?}", words.project);
            }
        }
        let mut attributes = BTreeMap::new();
        for (kind, phrase) in words
            .attributes
            .iter()
            .flat_map(|(kind, phrases)| list(phrases).map(move |phrase| (kind, phrase)))
        {
            if let Some(other) = attributes.insert(phrase, kind) {
                panic!("{}: `{phrase}` is {other:?} and {kind:?}", words.project);
            }
        }
    }
}

#[test]
fn phrases_are_written_as_they_are_looked_for() {
    for words in LANGUAGES {
        let tables = words
            .roles
            .iter()
            .map(|(_, phrases)| *phrases)
            .chain(words.attributes.iter().map(|(_, phrases)| *phrases));
        for phrase in tables.flat_map(list) {
            let plain = phrase.chars().any(is_packed) || plain_text(phrase) == phrase;
            assert!(plain, "{}: `{phrase}`", words.project);
        }
        for (role, phrases) in words.roles {
            let spaced = list(phrases).find(|phrase| phrase.chars().any(is_packed) && phrase.contains(' '));
            assert_eq!(spaced, None, "{}: {role:?} is looked for without spaces", words.project);
        }
    }
}

#[test]
fn no_label_has_more_words_than_are_looked_at() {
    for (kind, phrase) in meanings(|words| words.attributes) {
        assert!(attribute(phrase).is_some(), "{phrase} is no {kind:?}");
    }
}
