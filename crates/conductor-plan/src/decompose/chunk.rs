//! Cutting documents into pieces that fit into a prompt.
//!
//! A piece is whole sections where possible: what stands under one heading is read together. A section that is too long
//! for a prompt is cut where its own subsections begin, and one without any between its lines.

use super::library::{Library, LineRange};
use super::tokens::tokens;
use crate::BlockKind;

/// Lines that are shown together.
pub(super) type Chunk = Vec<LineRange>;

/// A heading with the text below it, up to the next heading.
#[derive(Debug, Clone, Copy)]
struct Unit {
    lines: LineRange,
    /// Of the heading, 1 being the highest; 0 for what stands before the first one.
    level: u8,
    tokens: usize,
}

/// All lines of all documents, each once, in pieces of at most `budget` tokens. Only a single line that is longer makes
/// a longer piece.
pub(super) fn chunks(library: &Library<'_>, budget: usize) -> Vec<Chunk> {
    let mut packing = Packing { library, budget, chunks: Vec::new(), current: Vec::new(), used: 0 };
    for (number, document) in library.documents().enumerate() {
        let units = units(
            library,
            number,
            document.blocks().iter().filter_map(|block| match block.kind {
                BlockKind::Heading { level } => Some((block.span.first_line, level)),
                BlockKind::Paragraph
                | BlockKind::Quote
                | BlockKind::Item { .. }
                | BlockKind::Row { .. }
                | BlockKind::Code
                | BlockKind::FrontMatter
                | BlockKind::TagOpen { .. }
                | BlockKind::TagClose { .. } => None,
            }),
        );
        packing.place(&units);
    }
    packing.flush();
    packing.chunks
}

fn units(library: &Library<'_>, document: usize, headings: impl Iterator<Item = (u32, u8)>) -> Vec<Unit> {
    let length = library.length(document);
    let mut starts: Vec<(u32, u8)> = vec![(1, 0)];
    for (line, level) in headings.filter(|&(line, _)| line <= length) {
        match starts.last_mut() {
            Some(last) if last.0 == line => last.1 = level,
            Some(last) if last.0 > line => {}
            Some(_) | None => starts.push((line, level)),
        }
    }
    let ends = starts.iter().skip(1).map(|&(line, _)| line - 1).chain([length]);
    let unit = |(&(first, level), last): (&(u32, u8), u32)| {
        let lines = LineRange { document, first, last };
        Unit { lines, level, tokens: weight(library, lines) }
    };
    starts.iter().zip(ends).map(unit).collect()
}

/// How many tokens lines have as they are shown.
fn weight(library: &Library<'_>, lines: LineRange) -> usize {
    // The number before a line and the mark after it.
    (lines.first..=lines.last).map(|number| tokens(library.line(lines.document, number)) + 2).sum()
}

struct Packing<'a> {
    library: &'a Library<'a>,
    budget: usize,
    chunks: Vec<Chunk>,
    current: Chunk,
    used: usize,
}

impl Packing<'_> {
    fn place(&mut self, units: &[Unit]) {
        let (Some(first), total) = (units.first(), units.iter().map(|unit| unit.tokens).sum::<usize>())
        else {
            return;
        };
        if self.used + total > self.budget && total <= self.budget {
            self.flush();
        }
        if self.used + total <= self.budget {
            units.iter().for_each(|unit| self.push(unit.lines, unit.tokens));
            return;
        }
        if units.len() == 1 {
            return self.place_lines(first.lines);
        }
        let highest = units.iter().skip(1).map(|unit| unit.level).min().unwrap_or_default();
        let group_of = |unit: &Unit| unit.level <= highest;
        let mut start = 0;
        for at in 1..=units.len() {
            if units.get(at).is_none_or(group_of) {
                self.place(&units[start..at]);
                start = at;
            }
        }
    }

    /// One section that is longer than a prompt, line by line.
    fn place_lines(&mut self, lines: LineRange) {
        for number in lines.first..=lines.last {
            let line = LineRange { first: number, last: number, ..lines };
            let tokens = weight(self.library, line);
            if self.used > 0 && self.used + tokens > self.budget {
                self.flush();
            }
            self.push(line, tokens);
        }
    }

    fn push(&mut self, lines: LineRange, tokens: usize) {
        self.used += tokens;
        match self.current.last_mut() {
            Some(last) if last.document == lines.document && last.last + 1 == lines.first => {
                last.last = lines.last;
            }
            Some(_) | None => self.current.push(lines),
        }
    }

    fn flush(&mut self) {
        if !self.current.is_empty() {
            self.chunks.push(std::mem::take(&mut self.current));
        }
        self.used = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;
    use proptest::prelude::*;

    fn cut(text: &str, budget: usize) -> Vec<Vec<(u32, u32)>> {
        let documents = [Document::parse("a.md", text.as_bytes()).unwrap()];
        let library = Library::new(&documents, &[]);
        let ranges = |chunk: &Chunk| chunk.iter().map(|lines| (lines.first, lines.last)).collect();
        chunks(&library, budget).iter().map(ranges).collect()
    }

    #[test]
    fn sections_stay_together() {
        let text = "intro\n\n# A\n\none two\n\n## A1\n\nthree\n\n## A2\n\nfour\n\n# B\n\nfive\n";
        assert_eq!(cut(text, 1_000), [[(1, 17)]]);
        // All of A fits into one piece, though not together with what stands before it.
        assert_eq!(cut(text, 40), [vec![(1, 2)], vec![(3, 14)], vec![(15, 17)]]);
        assert_eq!(cut(text, 14), [[(1, 2)], [(3, 6)], [(7, 10)], [(11, 14)], [(15, 17)]]);
    }

    #[test]
    fn a_long_section_is_cut_between_lines() {
        let text = format!("# A\n\n{}", "some words here\n".repeat(6));
        let pieces = cut(&text, 16);
        assert_eq!(pieces, [[(1, 3)], [(4, 5)], [(6, 7)], [(8, 8)]]);
    }

    proptest! {
        #[test]
        fn every_line_is_in_one_piece(lines in proptest::collection::vec("(# |## |### |- )?[a-z ]{0,30}", 1..60), budget in 5_usize..200) {
            let text = format!("x{}\n", lines.join("\n"));
            let all: Vec<u32> =
                cut(&text, budget).into_iter().flatten().flat_map(|(first, last)| first..=last).collect();
            let count = u32::try_from(text.lines().count()).unwrap();
            prop_assert_eq!(all, (1..=count).collect::<Vec<_>>());
        }
    }
}
