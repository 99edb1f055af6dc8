//! HTML to blocks.
//!
//! Spans refer to the source of the page, markup included, so that a line is a line in an editor. The tokens are those of
//! the HTML standard; of its rules for a tree only those are followed that change where a block begins and ends.

mod rows;
mod tags;
mod text;

use super::lines::Lines;
use super::{Block, BlockKind};
use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use rows::Row;
use std::convert::Infallible;
use tags::{Tag, is_of_head, is_void};
use text::Draft;

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
    /// Whether a backtick is open in the text that is being read.
    ticked: bool,
    bold: usize,
    struck: usize,
    row: Option<Row>,
    in_table_head: bool,
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
            ticked: false,
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
