//! The documents and what they ask for, by the names under which a model was shown them.

use super::flaw::BadCite;
use crate::{Document, Modality, Requirement, RequirementKind, Source, Span};
use std::collections::BTreeMap;

/// What can be cited.
#[derive(Debug, Clone)]
pub(super) struct Library<'d> {
    shelves: Vec<Shelf<'d>>,
    requirements: Vec<Requirement>,
    by_id: BTreeMap<String, usize>,
}

#[derive(Debug, Clone)]
struct Shelf<'d> {
    document: &'d Document,
    /// Byte ranges of the lines, line ends excluded.
    lines: Vec<(usize, usize)>,
}

/// Lines of one document, both ends included, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LineRange {
    pub(super) document: usize,
    pub(super) first: u32,
    pub(super) last: u32,
}

impl<'d> Library<'d> {
    pub(super) fn new(documents: &'d [Document], requirements: &[Requirement]) -> Self {
        let shelves = documents.iter().map(|document| Shelf { document, lines: lines(document.text()) });
        let by_id = requirements.iter().enumerate().map(|(at, wanted)| (wanted.id.as_str().to_owned(), at));
        Self { shelves: shelves.collect(), by_id: by_id.collect(), requirements: requirements.to_vec() }
    }

    pub(super) fn documents(&self) -> impl Iterator<Item = &'d Document> + '_ {
        self.shelves.iter().map(|shelf| shelf.document)
    }

    pub(super) fn name(&self, document: usize) -> &str {
        self.shelves.get(document).map_or("", |shelf| shelf.document.name())
    }

    /// How many lines a document has.
    pub(super) fn length(&self, document: usize) -> u32 {
        self.shelves.get(document).map_or(0, |shelf| u32::try_from(shelf.lines.len()).unwrap_or(u32::MAX))
    }

    /// The line of this number.
    pub(super) fn line(&self, document: usize, number: u32) -> &str {
        let shelf = self.shelves.get(document);
        let index = usize::try_from(number).unwrap_or(usize::MAX).checked_sub(1);
        shelf.and_then(|shelf| shelf.document.text().get(range(shelf, index?)?)).unwrap_or_default()
    }

    pub(super) fn requirement(&self, id: &str) -> Option<&Requirement> {
        self.requirements.get(*self.by_id.get(id)?)
    }

    pub(super) fn requirements(&self) -> &[Requirement] {
        &self.requirements
    }

    /// The requirements that begin within these lines.
    pub(super) fn wanted_in(&self, lines: LineRange) -> impl Iterator<Item = &Requirement> {
        let name = self.name(lines.document);
        self.requirements.iter().filter(move |wanted| {
            let at = wanted.source.span.first_line;
            wanted.source.document == name && (lines.first..=lines.last).contains(&at)
        })
    }

    /// The lines that a source covers; `None` for one of a document that is not here.
    pub(super) fn lines_of(&self, source: &Source) -> Option<LineRange> {
        let document = self.shelves.iter().position(|shelf| source.document == shelf.document.name())?;
        Some(LineRange { document, first: source.span.first_line, last: source.span.last_line })
    }

    /// What a citation of lines means.
    pub(super) fn cite(&self, document: &str, first: u32, last: u32) -> Result<Source, BadCite> {
        let found = self.shelves.iter().find(|shelf| shelf.document.name() == document);
        let shelf = found.ok_or(BadCite::Document)?;
        let index = |number: u32| usize::try_from(number).ok()?.checked_sub(1);
        let start = index(first).and_then(|at| shelf.lines.get(at)).ok_or(BadCite::Lines)?.0;
        let end = index(last).and_then(|at| shelf.lines.get(at)).ok_or(BadCite::Lines)?.1;
        if last < first {
            return Err(BadCite::Lines);
        }
        let page = shelf.document.page_at(end);
        let span = Span { start, end, first_line: first, last_line: last, page };
        if span.slice(shelf.document.text()).trim().is_empty() {
            return Err(BadCite::Blank);
        }
        Ok(Source { document: document.into(), span })
    }
}

fn range(shelf: &Shelf<'_>, index: usize) -> Option<std::ops::Range<usize>> {
    shelf.lines.get(index).map(|&(start, end)| start..end)
}

fn lines(text: &str) -> Vec<(usize, usize)> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        lines.push((start, start + line.trim_end_matches(['\n', '\r']).len()));
        start += line.len();
    }
    lines
}

/// Whether a requirement has to be covered by an item of its own accord: not what holds for all the work, what is out of
/// scope or open, or what only may be done.
pub(super) fn asks_for_work(wanted: &Requirement) -> bool {
    let work = match wanted.kind {
        RequirementKind::Feature | RequirementKind::Interface | RequirementKind::Data => true,
        RequirementKind::Constraint
        | RequirementKind::Quality
        | RequirementKind::Dependency
        | RequirementKind::OutOfScope
        | RequirementKind::OpenQuestion => false,
    };
    work && wanted.modality != Modality::May
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cited_as_they_are_shown() {
        let document = Document::parse("a.md", "# A\r\n\r\nOne two\nthree\n\n".as_bytes()).unwrap();
        let documents = [document];
        let library = Library::new(&documents, &[]);
        assert_eq!((library.length(0), library.line(0, 3), library.line(0, 1)), (5, "One two", "# A"));
        assert_eq!(library.line(0, 0), "");
        assert_eq!(library.line(0, 9), "");
        let source = library.cite("a.md", 3, 4).unwrap();
        assert_eq!(source.span.slice(documents[0].text()), "One two\nthree");
        let cases = [
            ("b.md", 1, 1, BadCite::Document),
            ("a.md", 0, 1, BadCite::Lines),
            ("a.md", 4, 3, BadCite::Lines),
            ("a.md", 1, 99, BadCite::Lines),
            ("a.md", 2, 2, BadCite::Blank),
        ];
        for (name, first, last, expected) in cases {
            assert_eq!(library.cite(name, first, last), Err(expected), "{name} {first} {last}");
        }
    }
}
