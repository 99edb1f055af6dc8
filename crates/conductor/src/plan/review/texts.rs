//! The documents that a plan cites, by lines.

use std::collections::BTreeMap;
use std::ops::Range;

use conductor_plan::{Source, Span};

/// Characters of a line that are shown: longer ones are no text that anybody reads.
const LONGEST_LINE: usize = 4_000;

/// The texts, by the documents' names.
#[derive(Debug, Clone, Default)]
pub(super) struct Texts(BTreeMap<String, Lines>);

/// A text and where its lines begin.
#[derive(Debug, Clone)]
struct Lines {
    text: String,
    starts: Vec<usize>,
}

/// A line of a document, and which of its bytes are cited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// Counted from 1.
    pub(super) number: usize,
    pub(super) text: &'t str,
    pub(super) cited: Range<usize>,
}

impl Texts {
    pub(super) fn new(texts: BTreeMap<String, String>) -> Self {
        let lines = |text: String| {
            let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
            Lines { text, starts }
        };
        Self(texts.into_iter().map(|(name, text)| (name, lines(text))).collect())
    }

    /// The text of a document; `None` for one that was planned before texts were kept.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|lines| lines.text.as_str())
    }

    /// Lines of the document that is cited, from `first` (counted from 1) on, lazily: only what is shown is looked at.
    pub(super) fn lines(&self, source: &Source, first: usize) -> impl Iterator<Item = Line<'_>> {
        let (lines, span) = (self.0.get(source.document.as_str()), source.span);
        let starts = lines.map_or(&[][..], |lines| lines.starts.as_slice());
        let shown = starts.iter().enumerate().skip(first.saturating_sub(1));
        shown.filter_map(move |(at, &start)| {
            let lines = lines?;
            let end = starts.get(at + 1).map_or(lines.text.len(), |next| next - 1);
            let text = lines.text.get(start..end)?.trim_end_matches('\r');
            let text = text.char_indices().nth(LONGEST_LINE).map_or(text, |(cut, _)| &text[..cut]);
            Some(Line { number: at + 1, text, cited: cited(span, start, text.len()) })
        })
    }

    /// How many lines the document has.
    pub(super) fn count(&self, name: &str) -> usize {
        self.0.get(name).map_or(0, |lines| lines.starts.len())
    }
}

/// The bytes of a line that a span covers.
fn cited(span: Span, start: usize, length: usize) -> Range<usize> {
    let within = |at: usize| at.saturating_sub(start).min(length);
    within(span.start)..within(span.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_know_what_is_cited_of_them() {
        let text = "one\ntwo three\r\nfour";
        let texts = Texts::new([("a.md".to_owned(), text.to_owned())].into());
        let source = |start, end| Source {
            document: "a.md".into(),
            span: Span { start, end, first_line: 2, last_line: 3, page: None },
        };
        let told: Vec<(usize, &str, &str)> = texts
            .lines(&source(8, 19), 2)
            .map(|line| (line.number, line.text, &line.text[line.cited.clone()]))
            .collect();
        assert_eq!(told, [(2, "two three", "three"), (3, "four", "four")]);
        assert_eq!(texts.count("a.md"), 3);
        assert_eq!(texts.lines(&source(0, 0), 9).count(), 0);
    }
}
