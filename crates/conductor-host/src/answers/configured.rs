//! Answers that people wrote down beforehand: `orchestration.answers`.

use std::collections::BTreeSet;

use super::words::{stem, stems};
use super::{Answered, Found, Source};
use crate::config::AnswerRule;

/// A rule, with its words as they are compared.
#[derive(Debug, Clone)]
struct Rule {
    name: String,
    words: BTreeSet<String>,
    say: String,
}

/// The rules, in the order of the file.
#[derive(Debug, Clone, Default)]
pub(super) struct Configured(Vec<Rule>);

impl Configured {
    pub(super) fn new(rules: &[AnswerRule]) -> Self {
        let rule = |rule: &AnswerRule| Rule {
            name: rule.name.clone(),
            words: rule.words.iter().map(|word| stem(&word.to_lowercase())).collect(),
            say: rule.say.clone(),
        };
        Self(rules.iter().map(rule).filter(|rule| !rule.words.is_empty()).collect())
    }

    /// What the rules say to a question in which all their words occur; disputed when they say different things.
    pub(super) fn find(&self, question: &str) -> Found {
        let asked = stems(question);
        let applies = self.0.iter().filter(|rule| rule.words.is_subset(&asked));
        Found::one(applies.map(|rule| Answered {
            text: rule.say.clone(),
            source: Source::Configured { rule: rule.name.clone() },
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Configured {
        let rule = |name: &str, words: &[&str], say: &str| AnswerRule {
            name: name.to_owned(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            say: say.to_owned(),
        };
        Configured::new(&[
            rule("db", &["Database"], "SQLite"),
            rule("db-again", &["databases", "notes"], "SQLite"),
            rule("port", &["port", "listen"], "8080"),
            rule("admin", &["port", "admin"], "9090"),
            rule("nothing", &[], "always"),
        ])
    }

    #[test]
    fn a_rule_applies_when_all_its_words_occur() {
        for (question, expected) in [
            ("Which database should I use?", Some("SQLite")),
            ("May I add databases for tests?", Some("SQLite")),
            ("Which database are notes kept in?", Some("SQLite")),
            ("Which port does the server listen on?", Some("8080")),
            ("Which port is it?", None),
            ("Which data base?", None),
            ("What is a portal to listen at?", None),
            ("Anything else?", None),
        ] {
            let found = match rules().find(question) {
                Found::Answer(answered) => Some(answered.text),
                Found::Disputed | Found::Nothing => None,
            };
            assert_eq!(found.as_deref(), expected, "{question}");
        }
    }

    #[test]
    fn rules_that_say_different_things_say_nothing() {
        let found = rules().find("On which port does the admin page listen?");
        assert!(matches!(found, Found::Disputed), "{found:?}");
    }
}
