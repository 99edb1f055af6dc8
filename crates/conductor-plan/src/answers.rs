//! What the author answered, as one more document.

use crate::{Answer, Document, DocumentError};
use std::fmt::Write as _;

/// The name of the document of answers: `answers:7` cites its seventh line.
pub const ANSWERS: &str = "answers";

/// The answers as a document that engines read and items cite like any other; `None` where nothing was answered.
///
/// Each answer stands under its question, in the order in which they were given. One more answer only adds lines, so
/// what was cited before stays where it was. To a question that was answered again the last answer counts, and says so.
///
/// # Errors
/// When the answers together are larger than a document may be.
pub fn answers_document(answers: &[Answer]) -> Result<Option<Document>, DocumentError> {
    if answers.is_empty() {
        return Ok(None);
    }
    // A section of constraints: what is answered holds for the work that the other documents ask for.
    let mut text = String::from("# Constraints: answers of the author\n");
    for (index, answer) in answers.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n## {}\n", one_line(&answer.asked));
        if answers.iter().take(index).any(|earlier| earlier.question == answer.question) {
            let _ = writeln!(text, "This replaces the earlier answer.\n");
        }
        for line in answer.text.trim().lines() {
            let _ = writeln!(text, "{}", plain(line));
        }
    }
    Document::parse(ANSWERS, text.as_bytes()).map(Some)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('#', "\\#")
}

/// A line of an answer. What would begin a heading, a quotation or code stands as it was written.
fn plain(line: &str) -> String {
    let line = line.trim();
    if line.starts_with(['#', '>', '<', '`', '~', '|', '=']) { format!("\\{line}") } else { line.to_owned() }
}
