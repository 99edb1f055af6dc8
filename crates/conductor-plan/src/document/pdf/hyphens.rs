//! Lines to running text: words that were divided at the end of a line are put together again.

use std::collections::BTreeSet;

/// The words that a document writes within its lines.
#[derive(Default)]
pub(super) struct Vocabulary(BTreeSet<String>);

impl Vocabulary {
    /// Takes in the words of a line but its last one, which may be divided.
    pub(super) fn learn(&mut self, line: &str) {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        if words.last().is_some_and(|last| is_hyphen(last.chars().next_back())) {
            words.pop();
        }
        self.0
            .extend(words.into_iter().map(|word| bare(word).to_lowercase()).filter(|word| !word.is_empty()));
    }

    /// Appends a line to the text of the lines above it.
    pub(super) fn append(&self, text: &mut String, line: &str) {
        let line = line.trim();
        if text.is_empty() || line.is_empty() {
            text.push_str(line);
            return;
        }
        match self.joint(text, line) {
            Joint::Space => text.push(' '),
            Joint::Nothing => {}
            Joint::DropHyphen => {
                text.pop();
            }
        }
        text.push_str(line);
    }

    fn joint(&self, text: &str, line: &str) -> Joint {
        let last = text.chars().next_back();
        let next = line.chars().next();
        if !is_hyphen(last) {
            // Chinese and Japanese are written without spaces.
            let dense = |c: Option<char>| c.is_some_and(is_dense);
            return if dense(last) && dense(next) { Joint::Nothing } else { Joint::Space };
        }
        let head = text.rsplit(char::is_whitespace).next().unwrap_or_default();
        let stem = head.trim_end_matches(['-', '\u{2010}', '\u{AD}']);
        if stem.is_empty() || !stem.ends_with(char::is_alphabetic) || !next.is_some_and(char::is_alphanumeric)
        {
            // A dash between words, or what ends with one.
            return if stem.is_empty()
                || stem.ends_with(char::is_alphabetic) && next.is_some_and(|c| matches!(c, '(' | '"'))
            {
                Joint::Space
            } else {
                Joint::Nothing
            };
        }
        // A hyphen that a program sets when it divides a word is another character than the one that people type.
        if matches!(last, Some('\u{AD}' | '\u{2010}')) {
            return Joint::DropHyphen;
        }
        let tail = line.split(char::is_whitespace).next().unwrap_or_default();
        let known = |joined: String| self.0.contains(&bare(&joined).to_lowercase());
        if known(format!("{stem}{tail}")) {
            Joint::DropHyphen
        } else if known(format!("{head}{tail}")) || stem.contains('-') || is_half(stem) {
            Joint::Nothing
        } else if next.is_some_and(char::is_lowercase) && stem.chars().all(char::is_alphabetic) {
            Joint::DropHyphen
        } else {
            Joint::Nothing
        }
    }
}

enum Joint {
    Space,
    Nothing,
    DropHyphen,
}

fn is_hyphen(c: Option<char>) -> bool {
    matches!(c, Some('-' | '\u{2010}' | '\u{AD}'))
}

/// First halves of words that people write with a hyphen.
fn is_half(stem: &str) -> bool {
    const HALVES: &[&str] = &[
        "all", "and", "back", "best", "built", "by", "cross", "drop", "end", "first", "fixed", "front",
        "full", "half", "high", "left", "light", "long", "low", "machine", "multi", "no", "non", "on", "one",
        "open", "per", "pre", "read", "real", "right", "self", "short", "single", "so", "third", "time",
        "to", "two", "user", "well", "write",
    ];
    HALVES.contains(&stem.to_lowercase().as_str())
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Whether a character belongs to a script that puts no spaces between words.
pub(super) fn is_dense(c: char) -> bool {
    matches!(u32::from(c), 0x3001..=0x30FF | 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0xFF01..=0xFF60 | 0x2_0000..=0x3_FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divided_words_are_put_together_and_compounds_kept() {
        let mut vocabulary = Vocabulary::default();
        vocabulary.learn("the registration of a state-owned boat");
        for (lines, text) in [
            (["the regis-", "tration is"], "the registration is"),
            (["soft\u{AD}", "ware"], "software"),
            (["in regis\u{2010}", "tration"], "in registration"),
            (["a state-", "owned boat"], "a state-owned boat"),
            (["a real-", "time view"], "a real-time view"),
            (["the end -", "of it"], "the end - of it"),
            (["UTF-", "8 text"], "UTF-8 text"),
            (["one", "two"], "one two"),
            (["データを", "保存する"], "データを保存する"),
            (["한국어", "문장"], "한국어 문장"),
        ] {
            let mut joined = String::new();
            lines.iter().for_each(|line| vocabulary.append(&mut joined, line));
            assert_eq!(joined, text);
        }
    }
}
