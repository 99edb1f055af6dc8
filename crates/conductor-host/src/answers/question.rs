//! What is asked, as far as it can be told for sure.

use std::collections::BTreeSet;

use super::words::{content, normal, words};

/// A longer question comes with a story, which a sentence elsewhere does not know.
const LONGEST: usize = 300;

/// Words that make a question lean on what was said around it, which is not known here.
const LEANING: &str = "above below following former he her here him his it its latter one ones other others previous same \
    she that there these they this those";

/// Words that turn a text round, or make it hold in one case only.
const TURNING: &str = "although but cannot cant doesnt dont either else except excluding if instead neither never no none nor \
    not nothing only otherwise rather shouldnt unless until without wont wouldnt";

/// Words that ask for a judgement, which no sentence about something else has made.
const JUDGING: &str = "better best difference differ feel happen happens mean means opinion prefer preferred problem \
    reason recommend recommended right sense suggest think want worse wrong";

/// What kind of question it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// For a thing: `which` and `what`.
    Thing,
    /// For a place.
    Place,
    /// For a number.
    Number,
    /// For anything else, yes and no included.
    Other,
}

/// A question, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    /// Its words, all of them.
    pub(super) normal: String,
    /// The stems of those that carry meaning.
    pub(super) content: BTreeSet<String>,
    pub(super) asks: Asks,
    /// Whether it is understood by itself: one sentence that leans on nothing around it.
    pub(super) stands_alone: bool,
    /// Whether it says `not`, `if`, `or` and the like, or asks for a judgement.
    pub(super) is_turned: bool,
}

impl Question {
    /// Takes a text apart; `None` when it asks more than one thing, or nothing.
    pub(super) fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let marks = text.matches('?').count();
        let content = content(text);
        if marks > 1 || content.is_empty() {
            return None;
        }
        let words = words(text);
        let asks = asks(&words);
        let one_sentence = (marks == 0 || text.ends_with('?')) && sentences(text) == 1;
        Some(Self {
            normal: normal(text),
            asks,
            stands_alone: one_sentence && text.len() <= LONGEST && !has_any(&words, LEANING),
            is_turned: is_turned(&words) || has_any(&words, JUDGING),
            content,
        })
    }

    /// Whether it asks the same as `other`: by all words that carry meaning, in the same form.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.normal == other.normal
            || (self.asks == other.asks
                && self.asks != Asks::Other
                && self.content.len() > 1
                && self.content == other.content
                && !self.is_turned
                && !other.is_turned)
    }
}

/// Whether words turn a text round, leave a choice, or make it hold in one case only.
pub(super) fn is_turned(words: &[String]) -> bool {
    has_any(words, TURNING) || words.iter().any(|word| word == "or")
}

pub(super) fn has_any(words: &[String], list: &str) -> bool {
    list.split_whitespace().any(|listed| words.iter().any(|word| word == listed))
}

/// How many sentences there are: ends that are followed by more.
fn sentences(text: &str) -> usize {
    let ends = text.char_indices().filter(|(at, c)| {
        let rest = &text[at + c.len_utf8()..];
        matches!(c, '.' | '!' | '?' | ';' | ':' | '\n') && rest.starts_with(char::is_whitespace)
    });
    1 + ends.count()
}

fn asks(words: &[String]) -> Asks {
    let mut words = words.iter().map(String::as_str);
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match (first, second) {
        ("how", "many" | "much" | "long" | "large" | "big" | "often" | "old" | "wide" | "deep") => {
            Asks::Number
        }
        ("which" | "what", _) => Asks::Thing,
        ("where", _) => Asks::Place,
        // In which folder, under what name, on which port.
        ("in" | "on" | "at" | "under" | "with" | "by" | "to" | "from" | "for", "which" | "what") => {
            Asks::Thing
        }
        _ => Asks::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_a_question_is_seen() {
        for (text, expected) in [
            ("Which port does the server listen on?", Asks::Thing),
            ("On which port does the server listen?", Asks::Thing),
            ("Where are the notes kept?", Asks::Place),
            ("How many retries does the client make?", Asks::Number),
            ("How should retries work?", Asks::Other),
            ("Should I add a retry?", Asks::Other),
            ("Is the port fixed?", Asks::Other),
            ("Why SQLite?", Asks::Other),
            ("The port?", Asks::Other),
        ] {
            assert_eq!(Question::of(text).unwrap().asks, expected, "{text}");
        }
    }

    #[test]
    fn what_leans_on_something_else_does_not_stand_alone() {
        for (text, alone) in [
            ("Which port does the server listen on?", true),
            ("Which port does it listen on?", false),
            ("Which one is the port?", false),
            ("What should this function return?", false),
            ("I am about to write the store. Which database is used?", false),
            ("The store is half done: which database is used?", false),
        ] {
            assert_eq!(Question::of(text).unwrap().stands_alone, alone, "{text}");
        }
        assert_eq!(Question::of("Which port? And which host?"), None);
        assert_eq!(Question::of("What should I do?"), None);
    }

    #[test]
    fn the_same_is_asked_only_in_the_same_words() {
        for (a, b, same) in [
            ("Which port does the server listen on?", "On what port is the server listening?", true),
            ("Which database do we use for notes?", "Which database should be used for the notes?", true),
            ("Which database for production?", "Which database for tests?", false),
            ("Which port does the server listen on?", "Which port does the admin server listen on?", false),
            ("Where does the server listen?", "What does the server listen for?", false),
            ("Which files are tracked?", "Which files are not tracked?", false),
            ("Should notes have titles?", "Must notes have titles?", false),
            ("Should notes have titles?", "should notes have titles", true),
            ("How many notes are listed?", "Which notes are listed?", false),
            ("Which port?", "What port?", false),
        ] {
            let (a, b) = (Question::of(a).unwrap(), Question::of(b).unwrap());
            assert_eq!(a.is_same(&b), same, "{a:?} {b:?}");
            assert_eq!(b.is_same(&a), same);
        }
    }
}
