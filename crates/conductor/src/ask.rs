//! Questions to the person at the terminal.

use std::io::BufRead;

use cli_kit::Printer;

/// One of the answers to a question.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choice<T> {
    /// The letter that is typed.
    pub(crate) key: char,
    /// The word; it may be typed in full.
    pub(crate) word: &'static str,
    /// What is meant by it.
    pub(crate) means: T,
}

/// Asks until one of the answers is given. `None` when the input ends: nobody is there any more, and nothing was
/// decided. To be called only where [`crate::context::Context::can_ask`] holds. The question is escaped by the caller.
pub(crate) fn ask<T: Copy>(printer: &mut Printer, question: &str, choices: &[Choice<T>]) -> Option<T> {
    ask_from(&mut std::io::stdin().lock(), printer, question, choices)
}

/// Asks for one line of words. `None` when the input ends.
pub(crate) fn words(printer: &mut Printer, question: &str) -> Option<String> {
    printer.raw(&format!("{question}  "));
    printer.flush();
    let mut answer = String::new();
    let read = std::io::Read::take(std::io::stdin().lock(), 64 * 1024).read_line(&mut answer);
    read.is_ok_and(|bytes| bytes > 0).then(|| answer.trim().to_owned())
}

fn ask_from<T: Copy>(
    input: &mut impl BufRead,
    printer: &mut Printer,
    question: &str,
    choices: &[Choice<T>],
) -> Option<T> {
    let offered: Vec<String> = choices.iter().map(|choice| offered(choice.key, choice.word)).collect();
    loop {
        printer.raw(&format!("{question}  {}  ", offered.join(" ")));
        printer.flush();
        let mut answer = String::new();
        // An answer is short: whatever sends more is no person.
        let read = std::io::Read::take(&mut *input, 4096).read_line(&mut answer);
        if !read.is_ok_and(|bytes| bytes > 0) {
            printer.line("");
            return None;
        }
        let answer = answer.trim().to_lowercase();
        let chosen = choices.iter().find(|choice| answer == choice.word || answer == choice.key.to_string());
        if let Some(choice) = chosen {
            return Some(choice.means);
        }
    }
}

/// `[y]es`, or `[x] reject` where the letter is not the word's first.
fn offered(key: char, word: &str) -> String {
    match word.strip_prefix(key) {
        Some(rest) => format!("[{key}]{rest}"),
        None => format!("[{key}] {word}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cli_kit::printer::{Mode, Terminal};

    const CHOICES: [Choice<u8>; 3] = [
        Choice { key: 'y', word: "yes", means: 1 },
        Choice { key: 'n', word: "no", means: 2 },
        Choice { key: 'x', word: "reject", means: 3 },
    ];

    fn answer(input: &str) -> Option<u8> {
        let sink = || Box::new(std::io::sink());
        let mut printer = Printer::new(sink(), sink(), Mode::default(), Terminal::default());
        ask_from(&mut input.as_bytes(), &mut printer, "Import?", &CHOICES)
    }

    #[test]
    fn letters_and_words_are_answers_and_nothing_else_is() {
        let cases = [
            ("y\n", Some(1)),
            (" YES \r\n", Some(1)),
            ("\nmaybe\nno\n", Some(2)),
            ("x", Some(3)),
            ("", None),
            ("ye\n", None),
        ];
        for (input, expected) in cases {
            assert_eq!(answer(input), expected, "{input:?}");
        }
        assert_eq!(CHOICES.map(|choice| offered(choice.key, choice.word)), ["[y]es", "[n]o", "[x] reject"]);
    }
}
