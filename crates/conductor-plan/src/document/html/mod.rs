//! HTML to blocks.
//!
//! Spans refer to the source of the page, markup included, so that a line is a line in an editor. The tokens are those of
//! the HTML standard; of its rules for a tree only those are followed that change where a block begins and ends.

mod tags;

use super::lines::Lines;
use super::{Block, BlockKind};
use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use std::convert::Infallible;
use tags::{Tag, is_of_head, is_void};

/// The blocks of a page, in order.
pub(super) fn blocks(text: &str, lines: &Lines) -> Vec<Block> {
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    let mut reader = Reader::new(text, lines);
    for token in Tokenizer::new_with_emitter(text, emitter) {
        let token: Result<Token<usize>, Infallible> = token;
        match token {
            Ok(Token::StartTag(tag)) => reader.start(&tag),
            Ok(Token::EndTag(tag)) => reader.end(&tag.name),
            Ok(Token::String(string)) => {
                let words = String::from_utf8_lossy(&string.value.0);
                reader.text(&words, string.span.start, string.span.end);
            }
            Ok(Token::Comment(_) | Token::Doctype(_) | Token::Error(_)) => {}
            Err(never) => match never {},
        }
    }
    reader.close();
    reader.blocks
}

/// Whether a text begins like a page.
pub(super) fn looks_like_html(text: &str) -> bool {
    let mut start = text.trim_start();
    while let Some((_, rest)) = start.strip_prefix("<!--").and_then(|comment| comment.split_once("-->")) {
        start = rest.trim_start();
    }
    let start: String = start.chars().take(20).collect::<String>().to_ascii_lowercase();
    ["<!doctype html", "<html", "<head>", "<body"].iter().any(|tag| start.starts_with(tag))
}

struct Reader<'t> {
    source: &'t str,
    lines: &'t Lines,
    blocks: Vec<Block>,
    current: Option<Draft>,
    /// The next number of each open list; `None` for a bulleted one.
    lists: Vec<Option<u64>>,
    /// An item that was opened and whose first text has not been seen yet.
    pending: Option<BlockKind>,
    quotes: usize,
    /// The hidden part that is being passed over, and how many of its name are open.
    hidden: Option<(Vec<u8>, usize)>,
    /// How many of each are open.
    verbatim: usize,
    code: usize,
    bold: usize,
    struck: usize,
    row: Option<Row>,
    in_table_head: bool,
}

/// A block that is being read.
struct Draft {
    kind: BlockKind,
    text: String,
    lead: String,
    /// Whether nothing but bold text has been read.
    leading: bool,
    struck: usize,
    start: usize,
    end: usize,
}

struct Row {
    cells: Vec<String>,
    head: bool,
    start: Option<usize>,
    end: usize,
}

impl<'t> Reader<'t> {
    fn new(source: &'t str, lines: &'t Lines) -> Self {
        Self {
            source,
            lines,
            blocks: Vec::new(),
            current: None,
            lists: Vec::new(),
            pending: None,
            quotes: 0,
            hidden: None,
            verbatim: 0,
            code: 0,
            bold: 0,
            struck: 0,
            row: None,
            in_table_head: false,
        }
    }

    fn start(&mut self, tag: &StartTag<usize>) {
        let name: &[u8] = &tag.name;
        let mut kind = Tag::of(name);
        if let Some((hidden, open)) = &mut self.hidden {
            *open += usize::from(hidden.as_slice() == name && !tag.self_closing);
            if hidden.as_slice() != b"head" || is_of_head(name) {
                return;
            }
            self.hidden = None;
        }
        let attribute = |name: &[u8]| tag.attributes.get(name).map(|value| value.value.0.as_slice());
        if name == b"input" && attribute(b"type").is_some_and(|kind| kind.eq_ignore_ascii_case(b"checkbox")) {
            kind = Tag::Checkbox;
        }
        if kind == Tag::Hidden || !matches!(kind, Tag::Body) && is_hidden(tag) {
            let closed = is_void(name) || tag.self_closing && kind == Tag::Inline;
            if !closed {
                self.hidden = Some((name.to_vec(), 1));
            }
            return;
        }
        self.begin(kind, tag);
    }

    fn begin(&mut self, kind: Tag, tag: &StartTag<usize>) {
        let number = |name: &[u8]| {
            let value = &tag.attributes.get(name)?.value.0;
            std::str::from_utf8(value).ok()?.trim().parse().ok()
        };
        match kind {
            Tag::Numbers => self.open_list(Some(number(b"start").unwrap_or(1))),
            Tag::Item => self.open_item(number(b"value")),
            Tag::Checkbox => self.tick(tag.attributes.contains_key(b"checked".as_slice())),
            Tag::Heading(level) => self.open_as(BlockKind::Heading { level }),
            Tag::Block | Tag::Body | Tag::Hidden => self.close_text(),
            Tag::Quote => {
                self.close_text();
                self.quotes += 1;
            }
            Tag::Bullets => self.open_list(None),
            Tag::Term => {
                self.open_item(None);
                self.bold += 1;
            }
            Tag::Explanation => self.close_text(),
            Tag::Table => self.end_row(),
            Tag::TableHead => self.in_table_head = true,
            Tag::Row => self.open_row(),
            Tag::Cell | Tag::HeadCell => self.open_cell(kind == Tag::HeadCell),
            Tag::Verbatim => {
                if self.row.is_none() {
                    self.close();
                    self.pending = None;
                    self.current = None;
                }
                self.verbatim += 1;
            }
            Tag::Code => self.mark_code(true),
            Tag::Bold => self.bold += 1,
            Tag::Struck => self.struck += 1,
            Tag::Break => self.push("\n", tag.span.start, tag.span.end),
            Tag::Inline => {}
        }
    }

    fn end(&mut self, name: &[u8]) {
        if let Some((hidden, open)) = &mut self.hidden {
            if hidden.as_slice() == name {
                *open -= 1;
                if *open == 0 {
                    self.hidden = None;
                }
            }
            return;
        }
        match Tag::of(name) {
            Tag::Heading(_) | Tag::Block | Tag::Body => self.close_text(),
            Tag::Quote => {
                self.close_text();
                self.quotes = self.quotes.saturating_sub(1);
            }
            Tag::Bullets | Tag::Numbers => {
                self.close_text();
                self.lists.pop();
                self.pending = None;
            }
            Tag::Item | Tag::Explanation => {
                self.close_text();
                self.pending = None;
            }
            Tag::Term => {
                self.bold = self.bold.saturating_sub(1);
                self.close_text();
            }
            Tag::Table => {
                self.end_row();
                self.in_table_head = false;
            }
            Tag::TableHead => self.in_table_head = false,
            Tag::Row => self.end_row(),
            Tag::Cell | Tag::HeadCell => self.end_cell(),
            Tag::Verbatim => {
                self.close_text();
                self.verbatim = self.verbatim.saturating_sub(1);
            }
            Tag::Code => self.mark_code(false),
            Tag::Bold => self.bold = self.bold.saturating_sub(1),
            Tag::Struck => self.struck = self.struck.saturating_sub(1),
            Tag::Break | Tag::Checkbox | Tag::Hidden | Tag::Inline => {}
        }
    }

    fn open_list(&mut self, first: Option<u64>) {
        self.close_text();
        self.lists.push(first);
    }

    fn open_item(&mut self, value: Option<u64>) {
        self.close_text();
        let number = self.lists.last_mut().and_then(|next| {
            let number = next.as_mut()?;
            *number = value.unwrap_or(*number);
            let this = *number;
            *number = this.saturating_add(1);
            Some(this)
        });
        self.pending = Some(BlockKind::Item { number, done: None });
    }

    fn tick(&mut self, checked: bool) {
        if let Some(BlockKind::Item { done, .. }) = &mut self.pending {
            *done = Some(checked);
        } else if let Some(Draft { kind: BlockKind::Item { done, .. }, .. }) = &mut self.current {
            *done = Some(checked);
        }
    }

    fn open_as(&mut self, kind: BlockKind) {
        if self.row.is_none() {
            self.close();
            // A heading within an item is the text of the item.
            self.pending.get_or_insert(kind);
        }
    }

    fn open_row(&mut self) {
        self.end_row();
        self.close();
        self.row = Some(Row { cells: Vec::new(), head: true, start: None, end: 0 });
    }

    fn open_cell(&mut self, head: bool) {
        self.end_cell();
        let head = head || self.in_table_head;
        if let Some(row) = &mut self.row {
            row.head &= head;
            row.cells.push(String::new());
        }
    }

    fn end_cell(&mut self) {
        self.bold = 0;
        if let Some(cell) = self.row.as_mut().and_then(|row| row.cells.last_mut()) {
            *cell = cell.trim().to_owned();
        }
    }

    fn end_row(&mut self) {
        self.end_cell();
        let Some(row) = self.row.take() else {
            self.close();
            return;
        };
        let Some(start) = row.start else { return };
        let text = row.cells.join(" | ");
        self.blocks.push(Block {
            kind: BlockKind::Row { head: row.head, cells: row.cells },
            text,
            lead: None,
            depth: self.lists.len(),
            span: self.lines.span(start, row.end),
        });
    }

    /// Ends a block, or in a table only a line of the cell.
    fn close_text(&mut self) {
        match self.row.as_mut().and_then(|row| row.cells.last_mut()) {
            Some(cell) => {
                if !cell.is_empty() && !cell.ends_with(char::is_whitespace) {
                    cell.push(' ');
                }
            }
            None => self.close(),
        }
    }

    fn mark_code(&mut self, open: bool) {
        let was = self.code;
        self.code = if open { was + 1 } else { was.saturating_sub(1) };
        let outermost = was.max(self.code) == 1 && was != self.code;
        if !outermost || self.verbatim > 0 {
            return;
        }
        if open {
            // Opened with its first word, so that empty code leaves nothing.
            return;
        }
        let text = match self.row.as_mut().and_then(|row| row.cells.last_mut()) {
            Some(cell) => Some(cell),
            None => self.current.as_mut().map(|draft| &mut draft.text),
        };
        if let Some(text) = text
            && text.matches('`').count() % 2 == 1
        {
            text.truncate(text.trim_end().len());
            text.push('`');
        }
    }

    fn text(&mut self, words: &str, start: usize, end: usize) {
        if self.hidden.is_some() {
            return;
        }
        let raw = self.source.get(start..end).unwrap_or_default();
        let from = start + (raw.len() - raw.trim_start().len());
        let to = start + raw.trim_end().len();
        if self.verbatim > 0 {
            self.push(words, start, end);
        } else if words.trim().is_empty() {
            self.push_space();
        } else {
            if words.starts_with(char::is_whitespace) {
                self.push_space();
            }
            let collapsed = words.split_whitespace().collect::<Vec<_>>().join(" ");
            self.push(&collapsed, from, to);
            if words.ends_with(char::is_whitespace) {
                self.push_space();
            }
        }
    }

    fn push_space(&mut self) {
        let text = match self.row.as_mut().and_then(|row| row.cells.last_mut()) {
            Some(cell) => cell,
            None => match &mut self.current {
                Some(draft) => &mut draft.text,
                None => return,
            },
        };
        if !text.is_empty() && !text.ends_with([' ', '\n']) {
            text.push(' ');
        }
    }

    fn push(&mut self, words: &str, start: usize, end: usize) {
        let tick = self.code > 0 && self.verbatim == 0;
        if let Some(row) = &mut self.row {
            let Some(cell) = row.cells.last_mut() else { return };
            if tick && cell.matches('`').count().is_multiple_of(2) {
                cell.push('`');
            }
            cell.push_str(if words == "\n" { " " } else { words });
            row.start.get_or_insert(start);
            row.end = row.end.max(end);
            return;
        }
        if self.current.is_none() {
            if words.trim().is_empty() {
                return;
            }
            self.open(start);
        }
        let Some(draft) = &mut self.current else { return };
        if tick && draft.text.matches('`').count().is_multiple_of(2) {
            draft.text.push('`');
        }
        draft.text.push_str(words);
        draft.leading &= self.bold > 0;
        if draft.leading {
            draft.lead.push_str(words);
        }
        draft.struck += if self.struck > 0 { words.trim().len() } else { 0 };
        draft.end = draft.end.max(end);
    }

    fn open(&mut self, start: usize) {
        let kind = match self.pending.take() {
            Some(_) if self.verbatim > 0 => BlockKind::Code,
            Some(kind) => kind,
            None if self.verbatim > 0 => BlockKind::Code,
            None if self.quotes > 0 => BlockKind::Quote,
            None => BlockKind::Paragraph,
        };
        self.current = Some(Draft {
            kind,
            text: String::new(),
            lead: String::new(),
            leading: true,
            struck: 0,
            start,
            end: start,
        });
    }

    fn close(&mut self) {
        let Some(draft) = self.current.take() else {
            // A heading without words is none.
            if matches!(self.pending, Some(BlockKind::Heading { .. })) {
                self.pending = None;
            }
            return;
        };
        let code = draft.kind == BlockKind::Code;
        let text = if code { draft.text.trim_matches('\n').trim_end() } else { draft.text.trim() };
        if text.is_empty() {
            return;
        }
        let mut kind = draft.kind;
        // What is struck out as a whole is not to be done any more.
        if let BlockKind::Item { done, .. } = &mut kind
            && draft.struck > 0
            && draft.struck >= text.len()
        {
            *done = Some(true);
        }
        let heading = matches!(kind, BlockKind::Heading { .. });
        // Some pages have items without a list.
        let item = matches!(kind, BlockKind::Item { .. });
        let lead = draft.lead.trim().trim_end_matches([':', '：']).trim();
        self.blocks.push(Block {
            kind,
            text: text.to_owned(),
            lead: (!lead.is_empty() && !heading && !code).then(|| lead.to_owned()),
            depth: self.lists.len().max(usize::from(item)),
            span: self.lines.span(draft.start, draft.end),
        });
    }
}

fn is_hidden(tag: &StartTag<usize>) -> bool {
    tag.attributes.iter().any(|(name, value)| match name.0.as_slice() {
        b"hidden" => true,
        b"aria-hidden" => value.value.0.eq_ignore_ascii_case(b"true"),
        b"style" => {
            let style: Vec<u8> =
                value.value.0.iter().filter(|byte| !byte.is_ascii_whitespace()).copied().collect();
            let style = style.to_ascii_lowercase();
            style.windows(12).any(|piece| piece == b"display:none")
        }
        _ => false,
    })
}
