//! Questions that a document answers itself: `Q:` and `A:`, sections of questions, tables of questions and answers.

use conductor_plan::{Block, BlockKind, Document};

use super::question::{Question, has_any};
use super::section::{Placed, placed};
use super::sentence::split;
use super::words::{normal, words};
use super::{Answered, Found, Source};

/// Words of an answer that is none yet.
const UNDECIDED: &str = "depends discuss likely maybe open pending perhaps possibly probably tba tbc tbd todo unclear undecided \
    unknown unsure";

/// A question of a document with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    question: Question,
    text: String,
    path: String,
    line: u32,
}

/// A line of text with where it stands.
type Line = (u32, String);

/// The questions that a document answers.
pub(super) fn pairs(document: &Document) -> Vec<Pair> {
    let placed = placed(document);
    let mut found = marked(&placed);
    found.extend(named(&placed));
    found.extend(tabled(&placed));
    let pair = |(asked, (line, text)): (String, Line)| {
        let text = text.trim().to_owned();
        let decided = !text.is_empty() && !text.contains('?') && !has_any(&words(&text), UNDECIDED);
        let question = Question::of(&asked).filter(|_| decided)?;
        Some(Pair { question, text, path: document.name().to_owned(), line })
    };
    found.into_iter().filter_map(pair).collect()
}

/// The answer to the same question; disputed where documents answer it in two ways.
pub(super) fn find(pairs: &[Pair], question: &Question) -> Found {
    if !question.stands_alone {
        return Found::Nothing;
    }
    let same = pairs.iter().filter(|pair| pair.question.is_same(question));
    Found::one(same.map(|pair| Answered {
        text: pair.text.clone(),
        source: Source::Document { path: pair.path.clone(), line: pair.line },
    }))
}

/// `Q: …` followed by `A: …`, in lines of one block or in blocks that follow each other.
fn marked(placed: &[Placed<'_>]) -> Vec<(String, Line)> {
    let mut found = Vec::new();
    let mut asked: Option<String> = None;
    let mut answer: Option<Line> = None;
    for one in placed {
        let text = matches!(one.block.kind, BlockKind::Paragraph | BlockKind::Item { .. } | BlockKind::Quote);
        // An answer ends with its block, and a question that was not answered in the next one is not answered.
        found.extend(answer.take().and_then(|answer| Some((asked.take()?, answer))));
        if !text || !one.decided {
            asked = None;
            continue;
        }
        let unanswered = asked.is_some();
        for (number, line) in (one.block.span.first_line..).zip(one.block.text.lines()) {
            if let Some(question) = after_mark(line, 'q', "question") {
                found.extend(answer.take().and_then(|answer| Some((asked.take()?, answer))));
                asked = Some(question.to_owned());
            } else if let Some(words) = after_mark(line, 'a', "answer") {
                answer = asked.is_some().then(|| (number, words.to_owned()));
            } else if let Some((_, text)) = &mut answer {
                *text = format!("{text} {}", line.trim());
            } else if let Some(question) = &mut asked {
                *question = format!("{question} {}", line.trim());
            }
        }
        if unanswered && answer.is_none() {
            asked = None;
        }
    }
    found.extend(answer.and_then(|answer| Some((asked?, answer))));
    found
}

/// What follows `Q:`, `Q3.` or `Question:`.
fn after_mark<'l>(line: &'l str, letter: char, word: &str) -> Option<&'l str> {
    let line = line.trim_start();
    let (mark, rest) = line.split_once([':', '.', ')'])?;
    let mark = mark.trim().to_lowercase();
    let numbered = mark.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
    (numbered == word || numbered.chars().eq([letter])).then(|| rest.trim())
}

/// In a section of answered questions: a heading or a paragraph that asks, and the one block after it; or a block that
/// begins with its question.
fn named(placed: &[Placed<'_>]) -> Vec<(String, Line)> {
    let mut found = Vec::new();
    for (at, one) in placed.iter().enumerate().filter(|(_, one)| one.decided && one.answering) {
        let text = one.block.text.trim();
        if after_mark(text, 'q', "question").is_some() {
            continue;
        }
        if text.matches('?').count() != 1 || !is_text(one.block) && !is_heading(one.block) {
            continue;
        }
        match text.split_once('?') {
            Some((question, "")) => {
                found.extend(next_alone(placed, at).map(|answer| (question.to_owned(), answer)))
            }
            Some((question, answer)) if is_text(one.block) => {
                let begins = question.matches('\n').count() + answer.len() - answer.trim_start().len();
                let line = if answer.starts_with('\n') { begins } else { question.matches('\n').count() };
                let line = one.block.span.first_line.saturating_add(u32::try_from(line).unwrap_or(0));
                found.push((question.to_owned(), (line, joined(answer))));
            }
            Some(_) | None => {}
        }
    }
    found
}

/// The block after a question, when nothing else belongs to it: what follows is another question, a heading, or nothing.
fn next_alone(placed: &[Placed<'_>], at: usize) -> Option<Line> {
    let answer = placed.get(at + 1).filter(|next| next.answering && is_text(next.block))?;
    let closed =
        placed.get(at + 2).is_none_or(|after| is_heading(after.block) || after.block.text.contains('?'));
    closed.then(|| (answer.block.span.first_line, joined(&answer.block.text)))
}

/// The rows of tables whose two columns are named for a question and its answer.
fn tabled(placed: &[Placed<'_>]) -> Vec<(String, Line)> {
    let mut found = Vec::new();
    let mut answers = false;
    for one in placed {
        let BlockKind::Row { head, cells } = &one.block.kind else {
            answers = false;
            continue;
        };
        if *head {
            let names: Vec<String> = cells.iter().map(|cell| normal(cell)).collect();
            answers =
                matches!(names.as_slice(), [q, a] if q == "question" && (a == "answer" || a == "decision"));
        } else if let (true, true, [question, answer]) = (answers, one.decided, cells.as_slice()) {
            found.push((question.clone(), (one.block.span.first_line, answer.clone())));
        }
    }
    found
}

fn is_text(block: &Block) -> bool {
    matches!(block.kind, BlockKind::Paragraph | BlockKind::Item { .. })
}

fn is_heading(block: &Block) -> bool {
    matches!(block.kind, BlockKind::Heading { .. })
}

fn joined(text: &str) -> String {
    split(text).into_iter().map(|(_, sentence)| sentence).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRD: &str = "\
# Notes

Q: Which port does the server listen on?
A: Port 8080,
on every address.
Q: Which editor?
A: TBD

**Q2:** How many retries does the client make?

**A:** Three.

Q: Which cache is used for search?

Nobody has said so.

A: This is no answer.

Which colour has the footer? Blue, but this is no section of answers.

## FAQ

### Which database keeps the notes?

SQLite.

### Which queue keeps the jobs?

One paragraph.

And another one.

- Which licence applies? MIT.

Which language is the interface in?

English or German; the user chooses.

Who pays? And when?

Later.

## Decisions

| Question | Answer |
|---|---|
| Where are exports written? | Under out/exports |
| Which currency is shown? | maybe euro |
| Should notes have titles? | Yes. |

| Option | Value |
|---|---|
| Which shell is run? | bash |

## Open questions

Q: Which theme is the default?
A: Dark.

## Answers

**Which port does the admin page listen on?** 9090.

**Which port does the admin page listen on?** 9091.
";

    fn answer(text: &str) -> Option<String> {
        let document = Document::parse("prd.md", PRD.as_bytes()).unwrap();
        match find(&pairs(&document), &Question::of(text)?) {
            Found::Answer(answered) => Some(format!("{} {}", answered.source, answered.text)),
            Found::Disputed | Found::Nothing => None,
        }
    }

    #[test]
    fn the_same_question_has_the_documents_answer() {
        for (question, expected) in [
            ("Which port does the server listen on?", "prd.md:4 Port 8080, on every address."),
            ("What port should the server listen on?", "prd.md:4 Port 8080, on every address."),
            ("How many retries does the client make?", "prd.md:11 Three."),
            ("Which database keeps the notes?", "prd.md:25 SQLite."),
            ("Which licence applies?", "prd.md:33 MIT."),
            ("Which language is the interface in?", "prd.md:37 English or German; the user chooses."),
            ("Where are exports written?", "prd.md:47 Under out/exports"),
            ("Should notes have titles?", "prd.md:49 Yes."),
        ] {
            assert_eq!(answer(question).as_deref(), Some(expected), "{question}");
        }
    }

    #[test]
    fn other_questions_have_none() {
        for question in [
            "Which port does the admin server listen on?",
            "Which port does it listen on?",
            "Which port does the server not listen on?",
            "Which editor?",
            "How many retries does the server make?",
            "Which retries does the client make?",
            "Which cache is used for search?",
            "Which colour has the footer?",
            "Which database keeps the users?",
            "Which database keeps the notes of the archive?",
            "Which queue keeps the jobs?",
            "Who pays?",
            "Which currency is shown?",
            "Must notes have titles?",
            "Which shell is run?",
            "Which theme is the default?",
            "Which port does the admin page listen on?",
        ] {
            assert_eq!(answer(question), None, "{question}");
        }
    }
}
