//! One sentence of a document that says what is asked.

use std::collections::BTreeSet;

use conductor_plan::{BlockKind, Document};

use super::question::{Asks, Question, has_any, is_turned};
use super::section::placed;
use super::words::{content, words};
use super::{Answered, Found, Source};

/// A longer sentence says too much to be sure which part of it is the answer.
const LONGEST: usize = 300;

/// A sentence may say at most so many times as many things as are asked.
const FACTOR: usize = 4;

/// Words by which a sentence does not commit itself, speaks of what was or may come, or only of an example.
const VAGUE: &str = "alternative alternatively ask assume assuming assumption consider considered could currently depend \
    depending depends described discuss discussed eg etc eventually example existing formerly future guess had hopefully \
    idea ideally later legacy like likely maybe might old open optional optionally pending perhaps possible possibly \
    previously probably proposal propose proposed see sometimes suggest tba tbc tbd todo today tomorrow unclear undecided \
    unknown unsure usually was were would xxx yet";

/// Numbers as words.
const NUMBERS: &str = "zero one two three four five six seven eight nine ten eleven twelve twenty thirty sixty hundred thousand \
    million once twice";

/// Words before a place.
const BEFORE_PLACES: &str = "at below beneath beside in inside into on to under within";

/// A sentence that commits itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    text: String,
    path: String,
    line: u32,
    words: Vec<String>,
    content: BTreeSet<String>,
}

impl Sentence {
    /// `None` for one that asks, or does not commit itself.
    pub(super) fn of(text: &str, path: &str, line: u32) -> Option<Self> {
        let text = text.trim();
        let words = words(text);
        let commits = !text.contains('?')
            && !text.ends_with(':')
            && text.len() <= LONGEST
            && !has_any(&words, VAGUE)
            && !is_turned(&words)
            && !words.windows(2).any(|pair| pair[0] == "to" && pair[1] == "be");
        commits.then(|| Self {
            content: content(text),
            text: text.to_owned(),
            path: path.to_owned(),
            line,
            words,
        })
    }

    /// Whether it says what is asked, and something of its own.
    fn settles(&self, question: &Question) -> bool {
        let all = question.content.is_subset(&self.content);
        let brief = self.content.len() <= question.content.len() * FACTOR;
        let mut own = self.content.difference(&question.content);
        let says = match question.asks {
            Asks::Thing => own.next().is_some(),
            Asks::Number => self.has_number(question),
            Asks::Place => own.next().is_some() && has_any(&self.words, BEFORE_PLACES),
            Asks::Other => false,
        };
        all && brief && says
    }

    fn has_number(&self, question: &Question) -> bool {
        let asked = words(&question.normal);
        let is_number = |word: &&String| {
            word.starts_with(|c: char| c.is_ascii_digit())
                || NUMBERS.split_whitespace().any(|n| n == word.as_str())
        };
        self.words.iter().filter(is_number).any(|word| !asked.contains(word))
    }
}

/// The sentences of a document that commit themselves, in decided parts of it.
pub(super) fn sentences(document: &Document) -> Vec<Sentence> {
    let mut all = Vec::new();
    for placed in placed(document).iter().filter(|placed| placed.decided && !placed.answering) {
        let block = placed.block;
        let tells = match block.kind {
            BlockKind::Paragraph => true,
            // What is ticked off or struck through is over.
            BlockKind::Item { done, .. } => done != Some(true),
            BlockKind::Heading { .. }
            | BlockKind::Quote
            | BlockKind::Row { .. }
            | BlockKind::Code
            | BlockKind::FrontMatter
            | BlockKind::TagOpen { .. }
            | BlockKind::TagClose { .. } => false,
        };
        if tells {
            all.extend(split(&block.text).into_iter().filter_map(|(line, text)| {
                Sentence::of(&text, document.name(), block.span.first_line.saturating_add(line))
            }));
        }
    }
    all
}

/// The sentences of a text, each on one line, with the line that it begins in, counted from 0.
pub(super) fn split(text: &str) -> Vec<(u32, String)> {
    let mut all = Vec::new();
    let (mut start, mut line, mut begun) = (0, 0, 0);
    for (at, c) in text.char_indices() {
        let after = &text[at + c.len_utf8()..];
        if c == '\n' {
            line += 1;
        }
        // A point within a name or a number is followed by no space; one before a small letter ends an abbreviation.
        let ends = matches!(c, '.' | '!' | '?' | ';')
            && (after.is_empty() || after.starts_with(char::is_whitespace))
            && !after.trim_start().starts_with(char::is_lowercase);
        if ends || after.is_empty() {
            let piece = &text[start..at + c.len_utf8()];
            let lead = piece.len() - piece.trim_start().len();
            let skipped = piece[..lead].matches('\n').count();
            all.push((begun + u32::try_from(skipped).unwrap_or(0), one_line(piece)));
            start = at + c.len_utf8();
            begun = line;
        }
    }
    all.retain(|(_, text)| !text.is_empty());
    all
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The one sentence of all documents that holds every word of an open question.
pub(super) fn find(sentences: &[Sentence], question: &Question) -> Found {
    let sure = question.stands_alone && !question.is_turned && question.content.len() >= 2;
    if !sure {
        return Found::Nothing;
    }
    let mut settling = sentences.iter().filter(|sentence| sentence.settles(question));
    match (settling.next(), settling.next()) {
        (Some(sentence), None) => Found::Answer(Answered {
            text: sentence.text.clone(),
            source: Source::Document { path: sentence.path.clone(), line: sentence.line },
        }),
        // Which of several it is cannot be told, though they need not contradict each other.
        (Some(_), Some(_)) | (None, _) => Found::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRD: &str = "\
# Notes

The server listens on port 8080. Notes are stored in a SQLite
database file. The client makes 3 retries before it gives up on an upload.

- Export files are written to the folder `out/exports`.
- The session cookie is named `nid`.
- Maybe the search index is kept in Redis.
- [x] The old admin page is served on port 9090.
- Search results are sorted by date or by title.
- Metrics are not exported to any service.
- The theme colour is to be decided.
- Which log format do we use?
- If a proxy is used, the proxy port is 3128.
- The backup format was tar.

## Out of scope

The mobile client stores drafts in Realm.

## Open questions

The invoice currency is probably euro. The invoice language is German.

## Limits

A note title has at most 80 characters. A tag name has at most 80 characters.
The upload folder is watched.
Attachments are stored on disk. Attachments are stored under the name of their digest.
";

    fn answer(text: &str) -> Option<String> {
        let document = Document::parse("prd.md", PRD.as_bytes()).unwrap();
        match find(&sentences(&document), &Question::of(text)?) {
            Found::Answer(answered) => Some(format!("{} {}", answered.source, answered.text)),
            Found::Disputed | Found::Nothing => None,
        }
    }

    #[test]
    fn a_sentence_that_holds_all_that_is_asked_is_quoted_with_its_line() {
        for (question, expected) in [
            ("Which port does the server listen on?", "prd.md:3 The server listens on port 8080."),
            ("What port should the server be listening on?", "prd.md:3 The server listens on port 8080."),
            ("On which port should the server listen?", "prd.md:3 The server listens on port 8080."),
            ("Which database are notes stored in?", "prd.md:3 Notes are stored in a SQLite database file."),
            (
                "How many retries does the client make?",
                "prd.md:4 The client makes 3 retries before it gives up on an upload.",
            ),
            (
                "Where are export files written?",
                "prd.md:6 Export files are written to the folder `out/exports`.",
            ),
            ("What is the session cookie named?", "prd.md:7 The session cookie is named `nid`."),
        ] {
            assert_eq!(answer(question).as_deref(), Some(expected), "{question}");
        }
    }

    #[test]
    fn nothing_is_answered_that_is_not_settled() {
        for question in [
            // Yes and no, and what is right.
            "Should the server listen on port 8080?",
            "Does the server listen on port 8080?",
            "Is the session cookie named nid?",
            "Why are notes stored in a database?",
            "How does the server listen on the port?",
            "Who writes the export files?",
            "When are export files written?",
            "Which database is better for notes?",
            "What do you think of the server port?",
            // One word is not enough, nor are words that are not there.
            "Which port?",
            "Which database should I use?",
            "Which port does the admin server listen on?",
            "Which database are users stored in?",
            "How many retries does the server make?",
            // Turned round, or a choice.
            "Which port does the server not listen on?",
            "Which port does the server listen on, 8080 or 8081?",
            "Which port does the server listen on if TLS is on?",
            // It leans on something else.
            "Which port does it listen on?",
            "Which port does this server listen on?",
            "The server is written. Which port does the server listen on?",
            "Which port does the server listen on? And which host?",
            // The sentence is vague, over, a choice, a condition, a question, or says nothing of its own.
            "Where is the search index kept?",
            "Which port is the admin page served on?",
            "How are search results sorted?",
            "What are search results sorted by?",
            "Which service are metrics exported to?",
            "What is the theme colour?",
            "Which log format?",
            "What is the proxy port?",
            "What was the backup format?",
            "What upload folder is watched?",
            // Out of scope, or open.
            "Where does the mobile client store drafts?",
            "What is the invoice currency?",
            "What is the invoice language?",
            // More than one sentence, or no number.
            "How many characters at most?",
            "Where are attachments stored on disk under a name?",
            "Where are attachments stored?",
            "How many attachments are stored?",
            "How many export files are written?",
            "How long is a note?",
        ] {
            assert_eq!(answer(question), None, "{question}");
        }
    }

    #[test]
    fn sentences_are_split_where_they_end() {
        let shown = |text| split(text).into_iter().map(|(l, t)| format!("{l}:{t}")).collect::<Vec<_>>();
        assert_eq!(
            shown("One v1.2 file.\nTwo\nlines. Three"),
            ["0:One v1.2 file.", "1:Two lines.", "2:Three"]
        );
        assert_eq!(shown("Use a. b. c for it.  \n\n Next."), ["0:Use a. b. c for it.", "2:Next."]);
        assert_eq!(shown(""), Vec::<String>::new());
        assert_eq!(shown("Größe 3 €; Länge 4."), ["0:Größe 3 €;", "0:Länge 4."]);
    }
}
