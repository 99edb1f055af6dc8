//! Lines in the order of reading to headings, paragraphs, items, code and rows.

use super::hyphens::Vocabulary;
use super::lines::Line;
use super::lists::{Indents, Marked, offset_of};
use super::style::Body;
use super::tables::{Table, aligned};
use super::words::Word;
use super::{furniture, headings, hyphens};
use crate::document::marks::mark_of;

/// What a piece of a document is, before headings have levels.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Heading(headings::Style),
    Paragraph,
    Item { number: Option<u64>, done: Option<bool> },
    Code,
    Row { head: bool, cells: Vec<String> },
}

/// A piece of a document.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    /// Its text, without the mark of an item; code keeps its lines.
    pub(super) text: String,
    /// How many bytes at the beginning of the text are bold, when not all of it is.
    pub(super) bold: usize,
    pub(super) depth: usize,
    /// The page that it begins on.
    pub(super) page: u32,
}

/// Reads lines.
pub(super) struct Flow<'f> {
    body: Body,
    vocabulary: &'f Vocabulary,
    /// The tables of each page.
    tables: &'f [Vec<Table>],
    pieces: Vec<Piece>,
    indents: Indents,
    /// The line that was read last, when the next one may go on with it.
    above: Option<&'f Line>,
    /// Where the text of the open item begins, from the edge of its column.
    hanging: Option<f32>,
    /// The columns of the table that ends the page before, and its head.
    open_table: Option<(Vec<f32>, Vec<String>)>,
}

/// The pieces of a document.
pub(super) fn flow<'f>(
    lines: &'f [Line],
    body: Body,
    vocabulary: &'f Vocabulary,
    tables: &'f [Vec<Table>],
) -> Vec<Piece> {
    let mut flow = Flow {
        body,
        vocabulary,
        tables,
        pieces: Vec::new(),
        indents: Indents::default(),
        above: None,
        hanging: None,
        open_table: None,
    };
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += flow.read(line, lines.get(at..).unwrap_or_default());
    }
    flow.pieces
}

impl<'f> Flow<'f> {
    /// Reads the first of some lines and returns how many were read with it.
    fn read(&mut self, line: &'f Line, rest: &'f [Line]) -> usize {
        if let Some(number) = line.table {
            let page = usize::try_from(line.page).unwrap_or(0).saturating_sub(1);
            if let Some(table) = self.tables.get(page).and_then(|tables| tables.get(number)) {
                self.table(table, line);
            }
            return 1;
        }
        if furniture::is_contents(line) {
            self.above = None;
            return 1;
        }
        if line.is_mono() && !self.goes_on(line) || self.in_code(line) {
            self.code(line);
            return 1;
        }
        let marked = Marked::of(line);
        if marked.is_none()
            && let Some((table, used)) = aligned(rest, self.vocabulary)
        {
            self.table(&table, line);
            return used;
        }
        self.open_table = None;
        if let Some(style) = headings::style(line, self.above, rest.get(1), self.body, marked.as_ref()) {
            self.heading(line, style);
        } else if let Some(marked) =
            marked.filter(|marked| marked.stands(self.goes_on(line) && self.wraps(line), self.number()))
        {
            self.item(line, &marked);
        } else if self.goes_on(line) {
            self.go_on(line);
        } else {
            self.paragraph(line, rest.get(1));
        }
        self.above = Some(line);
        1
    }

    /// The number of the item that was read last.
    fn number(&self) -> Option<u64> {
        self.pieces.iter().rev().find_map(|piece| match piece.kind {
            Kind::Item { number, .. } => Some(number),
            Kind::Heading(_) | Kind::Paragraph | Kind::Code | Kind::Row { .. } => None,
        })?
    }

    /// Whether a line goes on with the piece above it, its mark not considered.
    fn goes_on(&self, line: &Line) -> bool {
        let (Some(above), Some(piece)) = (self.above, self.pieces.last()) else { return false };
        let text = matches!(piece.kind, Kind::Paragraph | Kind::Item { .. });
        if !text || (above.size - line.size).abs() > self.body.size * 0.12 || !self.fits(line) {
            return false;
        }
        let wraps = self.wraps(line);
        if line.page != above.page || line.first {
            // Over the end of a column, a sentence goes on, and so does a line that was filled to its end.
            let small = line.text().chars().next().is_some_and(char::is_lowercase);
            return small || wraps && (!ends(&piece.text) || is_filled(above));
        }
        let step = line.baseline - above.baseline;
        let near = step > 0.0 && step < self.body.leading * line.size.max(above.size) * 1.2;
        let indent = offset_of(line) - offset_of(above);
        let indented = self.hanging.is_none() && ends(&piece.text) && indent > self.body.size * 0.8;
        near && !indented && (wraps || !ends(&piece.text))
    }

    /// Whether the first word of a line did not fit into the line above it, so that a sentence may go on.
    fn wraps(&self, line: &Line) -> bool {
        let Some(above) = self.above else { return false };
        let words = line.in_order();
        let Some(first) = words.first() else { return false };
        let (from, to) = above.column;
        let free = if line.reads_right_to_left() { above.left - from } else { to - above.right };
        // Chinese and Japanese break anywhere.
        let needed = if first.text.chars().any(hyphens::is_dense) { first.size } else { first.width() };
        free < needed + first.size * 0.25
    }

    /// Whether a line begins where the text above it does.
    fn fits(&self, line: &Line) -> bool {
        let slack = self.body.size * 0.6;
        let here = offset_of(line);
        match self.hanging {
            Some(hanging) => here > hanging - slack,
            None => self.above.is_none_or(|above| here < offset_of(above) + slack * 4.0),
        }
    }

    fn heading(&mut self, line: &Line, style: headings::Style) {
        self.indents.clear();
        self.hanging = None;
        let goes_on = self.above.is_some_and(|above| {
            above.page == line.page
                && (above.size - line.size).abs() < 0.6
                && line.baseline - above.baseline < line.size * 1.6
        });
        if let Some(last) = self.pieces.last_mut().filter(|last| goes_on && last.kind == Kind::Heading(style))
            && Marked::of(line).is_none()
        {
            self.vocabulary.append(&mut last.text, &line.text());
            return;
        }
        self.push(Kind::Heading(style), &line.in_order(), 0, line.page);
    }

    fn item(&mut self, line: &Line, marked: &Marked) {
        let depth = self.indents.enter(line, marked);
        self.hanging = Some(marked.text());
        self.push(Kind::Item { number: marked.number, done: None }, &line.in_order(), depth, line.page);
        let Some(piece) = self.pieces.last_mut() else { return };
        if line.dot.is_none() {
            take(piece, mark_of(&piece.text).1.len());
        }
        let done = match piece.text.chars().next() {
            Some('☐' | '❏') => Some(false),
            Some('☑' | '☒') => Some(true),
            Some(_) | None => None,
        };
        if done.is_some() {
            take(piece, piece.text.trim_start_matches(['☐', '❏', '☑', '☒']).trim_start().len());
            piece.kind = Kind::Item { number: marked.number, done };
        }
    }

    /// A paragraph stands in the list whose text it stands under. Where its first line alone is indented, the second one
    /// shows that it stands in none.
    fn paragraph(&mut self, line: &Line, below: Option<&Line>) {
        let below = below.filter(|below| {
            below.page == line.page
                && below.baseline - line.baseline < self.body.leading * line.size * 1.2
                && offset_of(below) < offset_of(line) - self.body.size * 0.6
                && Marked::of(below).is_none()
        });
        let depth = self.indents.under(below.unwrap_or(line), self.body.size);
        self.hanging = (depth > 0).then(|| offset_of(below.unwrap_or(line)));
        self.push(Kind::Paragraph, &line.in_order(), depth, line.page);
    }

    fn go_on(&mut self, line: &Line) {
        let (text, bold) = words_to_text(&line.in_order());
        if let Some(piece) = self.pieces.last_mut() {
            let all_bold = piece.bold == piece.text.len();
            self.vocabulary.append(&mut piece.text, &text);
            if all_bold && bold > 0 {
                piece.bold = piece.text.len() - text.len() + bold;
            }
        }
    }

    fn in_code(&self, line: &Line) -> bool {
        line.is_mono() && self.pieces.last().is_some_and(|piece| piece.kind == Kind::Code)
    }

    /// Code keeps its lines, and its indentation as far as the place of the letters tells it.
    fn code(&mut self, line: &'f Line) {
        let width = line.words.iter().find(|word| word.letters() > 1).map_or(line.size * 0.6, |word| {
            word.width() / u16::try_from(word.letters()).map_or(1.0, f32::from)
        });
        let mut text = String::new();
        let mut at = line.left;
        for word in &line.words {
            let spaces = ((word.left - at) / width.max(0.5)).round().clamp(0.0, 80.0) as usize;
            text.push_str(&" ".repeat(if text.is_empty() { 0 } else { spaces.max(1) }));
            text.push_str(&word.text);
            at = word.right;
        }
        let near = self.above.is_some_and(|above| {
            line.page != above.page || line.first || line.baseline - above.baseline < line.size * 3.2
        });
        if let Some(piece) = self.pieces.last_mut().filter(|piece| near && piece.kind == Kind::Code) {
            let above = self.above.map_or(line.left, |above| above.left);
            let start = piece.text.lines().last().map_or(0, |last| last.len() - last.trim_start().len());
            let shift =
                ((line.left - above) / width.max(0.5)).round() as i64 + i64::try_from(start).unwrap_or(0);
            let blank = self.above.is_some_and(|above| {
                line.page == above.page && line.baseline - above.baseline > line.size * 1.9
            });
            piece.text.push_str(if blank { "\n\n" } else { "\n" });
            piece.text.push_str(&" ".repeat(usize::try_from(shift.clamp(0, 120)).unwrap_or(0)));
            piece.text.push_str(&text);
        } else {
            let depth = self.indents.under(line, self.body.size);
            self.pieces.push(Piece { kind: Kind::Code, text, bold: 0, depth, page: line.page });
        }
        self.above = Some(line);
    }

    fn table(&mut self, table: &Table, line: &'f Line) {
        let same = self.open_table.take().filter(|(edges, _)| {
            edges.len() == table.edges.len()
                && edges.iter().zip(&table.edges).all(|(a, b)| (a - b).abs() < 4.0)
        });
        let first = table.rows.first().cloned().unwrap_or_default();
        let head = same.as_ref().map_or(first, |(_, head)| head.clone());
        for (index, cells) in table.rows.iter().enumerate() {
            let is_head = index == 0 && same.is_none();
            if index == 0 && same.is_some() && *cells == head {
                continue;
            }
            let kind = Kind::Row { head: is_head, cells: cells.clone() };
            self.pieces.push(Piece { kind, text: cells.join(" | "), bold: 0, depth: 0, page: line.page });
        }
        self.open_table = Some((table.edges.clone(), head));
        self.indents.clear();
        self.hanging = None;
        self.above = None;
    }

    fn push(&mut self, kind: Kind, words: &[&Word], depth: usize, page: u32) {
        let (text, bold) = words_to_text(words);
        self.pieces.push(Piece { kind, text, bold, depth, page });
    }
}

/// The text of words, code between backticks, and how much of its beginning is bold.
fn words_to_text(words: &[&Word]) -> (String, usize) {
    let all_mono = words.iter().all(|word| word.mono);
    let mut text = String::new();
    let (mut bold, mut leading) = (0, true);
    let mut code = false;
    for word in words {
        let is_code = word.mono && !all_mono && word.text.chars().any(char::is_alphanumeric);
        if code && !is_code {
            text.push('`');
        }
        let gap = if text.is_empty() || needs_no_space(&text, &word.text) { "" } else { " " };
        text.push_str(gap);
        if is_code && !code {
            text.push('`');
        }
        code = is_code;
        text.push_str(&word.text);
        leading &= word.bold;
        if leading {
            bold = text.len();
        }
    }
    if code {
        text.push('`');
    }
    (text, bold)
}

fn needs_no_space(text: &str, next: &str) -> bool {
    text.chars().next_back().is_some_and(hyphens::is_dense)
        && next.chars().next().is_some_and(hyphens::is_dense)
}

/// Keeps the last `length` bytes of a piece's text.
fn take(piece: &mut Piece, length: usize) {
    let gone = piece.text.len() - length;
    piece.text.replace_range(..gone, "");
    piece.bold = piece.bold.saturating_sub(gone);
}

/// Whether a line ends where its column does, as all lines but the last one of a justified paragraph do.
fn is_filled(line: &Line) -> bool {
    let free =
        if line.reads_right_to_left() { line.left - line.column.0 } else { line.column.1 - line.right };
    free < line.size * 0.3
}

/// Whether a text ends as a sentence does.
fn ends(text: &str) -> bool {
    text.trim_end_matches(['"', '”', '’', ')', '»', '`'])
        .ends_with(['.', '!', '?', ':', ';', '。', '！', '？', '：', '؟', '…'])
}
