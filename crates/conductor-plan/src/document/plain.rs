//! Plain text to blocks: numbered and underlined headings, headings in capitals, bullets, indentation.

use super::lines::Lines;
use super::marks::{Mark, mark_of};
use super::{Block, BlockKind};

/// A line longer than this is no heading.
const LONGEST_HEADING: usize = 80;

/// The blocks of a plain text, in order.
pub(super) fn blocks(text: &str, lines: &Lines) -> Vec<Block> {
    let rows: Vec<Row<'_>> = lines.ranges(text).map(|(start, end)| Row::of(text, start, end)).collect();
    let mut reader = Reader { rows: &rows, lines, blocks: Vec::new(), indents: Vec::new(), open: false };
    let mut index = 0;
    while index < rows.len() {
        index = reader.read(index);
    }
    reader.blocks
}

/// A line, taken apart.
struct Row<'t> {
    start: usize,
    end: usize,
    indent: usize,
    /// Without indentation, bullet and number.
    text: &'t str,
    /// The whole line without indentation.
    body: &'t str,
    mark: Mark,
}

impl<'t> Row<'t> {
    fn of(text: &'t str, start: usize, end: usize) -> Self {
        let line = text.get(start..end).unwrap_or_default();
        let body = line.trim();
        let indent =
            line.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 4 } else { 1 }).sum();
        let (mark, rest) = mark_of(body);
        let start = start + (line.len() - line.trim_start().len());
        Self { start, end: start + body.len(), indent, text: rest, body, mark }
    }

    fn is_blank(&self) -> bool {
        self.body.is_empty()
    }

    /// The level of the heading that this line underlines.
    fn underline(&self) -> Option<u8> {
        let mark = self.body.chars().next()?;
        let level = match mark {
            '=' | '#' => 1,
            '-' | '~' | '*' | '_' | '^' => 2,
            _ => return None,
        };
        (self.body.len() >= 3 && self.body.chars().all(|c| c == mark)).then_some(level)
    }

    fn is_short(&self) -> bool {
        self.text.chars().count() <= LONGEST_HEADING && !self.text.ends_with(['.', ';', ',', '。'])
    }

    /// Whether the line is written in capitals, of a script that has them.
    fn is_shouted(&self) -> bool {
        self.text.chars().filter(|c| c.is_alphabetic()).count() >= 3
            && self.text.chars().all(|c| !c.is_lowercase())
            && self.text.chars().any(char::is_uppercase)
    }
}

struct Reader<'r> {
    rows: &'r [Row<'r>],
    lines: &'r Lines,
    blocks: Vec<Block>,
    /// Indentation of each open list.
    indents: Vec<usize>,
    /// Whether the last block can go on in the next line.
    open: bool,
}

impl Reader<'_> {
    /// Reads the line at `index` and returns the index of the next one to read.
    fn read(&mut self, index: usize) -> usize {
        let Some(row) = self.rows.get(index) else { return index + 1 };
        if row.is_blank() {
            self.open = false;
            return index + 1;
        }
        if let Some(level) = self.rows.get(index + 1).and_then(Row::underline)
            && row.is_short()
            && row.underline().is_none()
            && row.mark != Mark::Bullet
        {
            self.heading(row, level);
            return index + 2;
        }
        if row.underline().is_some() {
            self.open = false;
            return index + 1;
        }
        if let Some(level) = self.heading_level(index, row) {
            self.heading(row, level);
            return index + 1;
        }
        match row.mark {
            Mark::Bullet => self.item(row, None),
            Mark::Number(number) => self.item(row, Some(number)),
            Mark::Section(_) | Mark::None if self.open => self.go_on(row),
            Mark::Section(_) | Mark::None => self.paragraph(row),
        }
        index + 1
    }

    /// The level of a heading that is not underlined: its number says so, or its capitals, or the colon that it ends
    /// with. A numbered line is a heading when it stands alone, and an item when its neighbours are numbered too.
    fn heading_level(&self, index: usize, row: &Row<'_>) -> Option<u8> {
        let before = index.checked_sub(1).and_then(|before| self.rows.get(before));
        let alone = before.is_none_or(|before| before.is_blank() || self.is_heading(before));
        if !alone || !row.is_short() || row.indent > 3 {
            return None;
        }
        let next = self.rows.get(index + 1);
        let next_text = self.rows.get(index + 1..).and_then(|rest| rest.iter().find(|row| !row.is_blank()));
        match row.mark {
            Mark::Bullet => None,
            Mark::Section(parts) => Some(u8::try_from(parts).unwrap_or(6).min(6)),
            Mark::Number(number) => {
                let follows = next_text.is_some_and(|next| next.mark == Mark::Number(number + 1));
                let standing = next.is_none_or(|next| {
                    next.is_blank() || matches!(next.mark, Mark::Bullet | Mark::Section(_))
                });
                (!follows && standing || row.is_shouted()).then_some(1)
            }
            Mark::None if row.is_shouted() => Some(1),
            Mark::None => {
                let introduces = row.body.ends_with([':', '：']) && row.text.chars().count() <= 50;
                (introduces && next.is_some_and(Row::is_blank)).then_some(2)
            }
        }
    }

    /// Whether the last block is a heading and stands in this line.
    fn is_heading(&self, row: &Row<'_>) -> bool {
        let last = self.blocks.last().filter(|last| last.span.start == row.start || last.span.end == row.end);
        last.is_some_and(|last| matches!(last.kind, BlockKind::Heading { .. }))
    }

    fn heading(&mut self, row: &Row<'_>, level: u8) {
        self.indents.clear();
        self.open = false;
        let text = row.text.trim_end_matches([':', '：']);
        self.push(BlockKind::Heading { level }, text, row, 0);
    }

    fn item(&mut self, row: &Row<'_>, number: Option<u64>) {
        while self.indents.last().is_some_and(|&indent| indent > row.indent) {
            self.indents.pop();
        }
        if self.indents.last() != Some(&row.indent) {
            self.indents.push(row.indent);
        }
        let depth = self.indents.len();
        self.push(BlockKind::Item { number, done: None }, row.text, row, depth);
        self.open = true;
    }

    fn paragraph(&mut self, row: &Row<'_>) {
        while self.indents.last().is_some_and(|&indent| indent >= row.indent) {
            self.indents.pop();
        }
        let depth = self.indents.len();
        self.push(BlockKind::Paragraph, row.body, row, depth);
        self.open = true;
    }

    fn go_on(&mut self, row: &Row<'_>) {
        if let Some(block) = self.blocks.last_mut() {
            block.text.push('\n');
            block.text.push_str(row.body);
            block.span = self.lines.span(block.span.start, row.end);
        }
    }

    fn push(&mut self, kind: BlockKind, text: &str, row: &Row<'_>, depth: usize) {
        let span = self.lines.span(row.start, row.end);
        self.blocks.push(Block { kind, text: text.to_owned(), lead: None, depth, span });
    }
}
