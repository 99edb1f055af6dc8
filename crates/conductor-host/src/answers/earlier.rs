//! What a person answered before to the same question.

use conductor_engine::control::Actor;
use conductor_engine::ids::HoldId;

use super::question::Question;
use super::words::normal;
use super::{Answered, Found, Source};

/// A question that a person answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruled {
    /// The hold.
    pub hold: HoldId,
    /// Who answered.
    pub actor: Actor,
    /// What was asked, all of it.
    pub question: String,
    /// The words of the answer.
    pub words: String,
}

/// The answer of a person to the question in the same words; disputed when people said different things. A question that
/// leans on what was around it is another one each time, whatever its words are.
pub(super) fn find(ruled: &[Ruled], question: &Question) -> Found {
    if !question.stands_alone || question.content.len() < 2 {
        return Found::Nothing;
    }
    let same = ruled.iter().filter(|ruled| normal(&ruled.question) == question.normal);
    Found::one(same.map(|ruled| Answered {
        text: ruled.words.clone(),
        source: Source::Person { hold: ruled.hold, actor: ruled.actor.clone() },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruled(hold: u64, question: &str, words: &str) -> Ruled {
        Ruled {
            hold: HoldId(hold),
            actor: Actor("ann".to_owned()),
            question: question.to_owned(),
            words: words.to_owned(),
        }
    }

    #[test]
    fn only_the_same_words_are_the_same_question() {
        let all = [
            ruled(1, "Which port does the server listen on?", "8080"),
            ruled(2, "Should notes have a title?", "yes"),
            ruled(3, "Which colour has the header?", "blue"),
            ruled(4, "which colour has the header", "green"),
            ruled(5, "Which one?", "the first"),
            ruled(6, "What should this function return?", "0"),
        ];
        for (question, expected) in [
            ("Which port does the server listen on?", Some("8080")),
            ("which **port** does the server listen on", Some("8080")),
            ("Should notes have a title?", Some("yes")),
            ("Which port does the admin server listen on?", None),
            ("On which port does the server listen?", None),
            ("Should notes have titles?", None),
            ("Which colour has the header?", None),
            ("Which one?", None),
            ("What should this function return?", None),
        ] {
            let found = Question::of(question).map(|question| find(&all, &question));
            let text = match found {
                Some(Found::Answer(answered)) => Some(answered.text),
                Some(Found::Disputed | Found::Nothing) | None => None,
            };
            assert_eq!(text.as_deref(), expected, "{question}");
        }
    }
}
