//! Markdown to blocks.

use super::clean::Cleaned;
use super::lines::Lines;
use super::{Block, BlockKind};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// A setext heading longer than this is a paragraph that somebody drew a line under.
const LONGEST_UNDERLINED_HEADING: usize = 100;

/// The blocks of a cleaned text, tags included, in order.
pub(super) fn blocks(cleaned: &Cleaned, lines: &Lines) -> Vec<Block> {
    let mut reader = Reader {
        cleaned,
        lines,
        blocks: Vec::new(),
        current: None,
        lists: Vec::new(),
        quotes: 0,
        pending_item: None,
        cells: None,
        striking: false,
    };
    for (event, range) in Parser::new_ext(&cleaned.text, options()).into_offset_iter() {
        reader.read(event, range);
    }
    reader.close();
    let mut blocks = reader.blocks;
    blocks.extend(cleaned.tags.iter().map(|tag| {
        let name = tag.name.clone();
        let kind = if tag.open { BlockKind::TagOpen { name } } else { BlockKind::TagClose { name } };
        Block { kind, text: String::new(), lead: None, depth: 0, span: tag.span }
    }));
    blocks.sort_by_key(|block| block.span.start);
    // It grew by doubling, and is kept as long as the document.
    blocks.shrink_to_fit();
    blocks
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS
}

struct Reader<'c> {
    cleaned: &'c Cleaned,
    lines: &'c Lines,
    blocks: Vec<Block>,
    current: Option<Draft>,
    /// The next number of each open list; `None` for a bulleted one.
    lists: Vec<Option<u64>>,
    quotes: usize,
    /// An item that was opened and whose first text has not been seen yet.
    pending_item: Option<BlockKind>,
    /// The cells of the table row that is being read.
    cells: Option<Vec<String>>,
    /// Whether the text that is being read is struck through.
    striking: bool,
}

/// A block that is being read.
struct Draft {
    kind: BlockKind,
    text: String,
    /// Bold words at the start: `Some(true)` while within them.
    bold: Option<bool>,
    lead: String,
    range: Range<usize>,
    /// How many bytes of the text are struck through.
    struck: usize,
}

impl Reader<'_> {
    fn read(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(&tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.push(&text, range),
            Event::Code(code) => self.push(&format!("`{code}`"), range),
            Event::SoftBreak | Event::HardBreak => self.push("\n", range),
            Event::TaskListMarker(ticked) => {
                self.open(BlockKind::Paragraph, range);
                if let Some(Draft { kind: BlockKind::Item { done, .. }, .. }) = &mut self.current {
                    *done = Some(ticked);
                }
            }
            Event::InlineMath(math) | Event::DisplayMath(math) => self.push(&math, range),
            Event::InlineHtml(tag) if tag.starts_with("<br") => self.push("\n", range),
            Event::Html(_) | Event::InlineHtml(_) | Event::FootnoteReference(_) | Event::Rule => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Heading { level, .. } => self.start_heading(*level as u8, range),
            Tag::Paragraph => {
                self.close();
                self.open(BlockKind::Paragraph, range);
            }
            Tag::BlockQuote(_) => {
                self.close();
                self.quotes += 1;
            }
            Tag::CodeBlock(_) => {
                self.close();
                self.pending_item = None;
                self.open(BlockKind::Code, range);
            }
            Tag::List(first) => {
                self.close();
                self.lists.push(*first);
            }
            Tag::Item => self.start_item(),
            Tag::TableHead | Tag::TableRow => {
                self.close();
                self.cells = Some(Vec::new());
                let kind = BlockKind::Row { head: matches!(tag, Tag::TableHead), cells: Vec::new() };
                self.current = Some(Draft::new(kind, range));
            }
            Tag::MetadataBlock(_) => {
                self.close();
                self.open(BlockKind::FrontMatter, range);
            }
            Tag::Strong => {
                self.split_labelled_lines(&range);
                // The items of a tight list have no paragraphs that would open a block.
                self.open(BlockKind::Paragraph, range);
                if let Some(draft) = &mut self.current
                    && draft.text.is_empty()
                {
                    draft.bold = Some(true);
                }
            }
            Tag::Strikethrough => self.striking = true,
            Tag::HtmlBlock => self.close(),
            Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Table(_)
            | Tag::TableCell
            | Tag::Emphasis
            | Tag::Superscript
            | Tag::Subscript
            | Tag::Link { .. }
            | Tag::Image { .. } => {}
        }
    }

    fn start_heading(&mut self, level: u8, range: Range<usize>) {
        self.close();
        let text = self.cleaned.text.get(range.clone()).unwrap_or_default();
        let underlined = !text.trim_start().starts_with('#');
        let kind = if underlined && text.len() > LONGEST_UNDERLINED_HEADING {
            BlockKind::Paragraph
        } else {
            BlockKind::Heading { level }
        };
        self.open(kind, range);
    }

    fn start_item(&mut self) {
        self.close();
        let number = self.lists.last_mut().and_then(|next| {
            let number = *next;
            *next = number.map(|number| number.saturating_add(1));
            number
        });
        self.pending_item = Some(BlockKind::Item { number, done: None });
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => {
                if let Some(draft) = &mut self.current {
                    draft.bold = draft.bold.map(|_| false);
                }
            }
            TagEnd::Strikethrough => self.striking = false,
            TagEnd::TableCell => {
                if let (Some(cells), Some(draft)) = (&mut self.cells, &mut self.current) {
                    cells.push(std::mem::take(&mut draft.text).trim().to_owned());
                }
            }
            TagEnd::BlockQuote(_) => {
                self.close();
                self.quotes = self.quotes.saturating_sub(1);
            }
            TagEnd::List(_) => {
                self.close();
                self.lists.pop();
            }
            TagEnd::Item => {
                self.close();
                self.pending_item = None;
            }
            TagEnd::Heading(_)
            | TagEnd::Paragraph
            | TagEnd::CodeBlock
            | TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::HtmlBlock
            | TagEnd::MetadataBlock(_) => self.close(),
            TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Table
            | TagEnd::Emphasis
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image => {}
        }
    }

    /// Starts a block, unless one is open. The first text of an item becomes the item, whatever it would be otherwise.
    fn open(&mut self, kind: BlockKind, range: Range<usize>) {
        if self.current.is_some() {
            return;
        }
        let kind = match (kind, self.pending_item.take()) {
            (BlockKind::Paragraph | BlockKind::Heading { .. }, Some(item)) => item,
            (BlockKind::Paragraph, None) if self.quotes > 0 => BlockKind::Quote,
            (kind, _) => kind,
        };
        self.current = Some(Draft::new(kind, range));
    }

    /// `**Goal**: …` and `**Tasks**: …` on lines of their own are one paragraph to CommonMark, and two labels to whoever
    /// wrote them.
    fn split_labelled_lines(&mut self, range: &Range<usize>) {
        let Some(draft) = &mut self.current else { return };
        let kind = match draft.kind {
            BlockKind::Paragraph | BlockKind::Item { .. } => BlockKind::Paragraph,
            BlockKind::Quote => BlockKind::Quote,
            BlockKind::Heading { .. }
            | BlockKind::Row { .. }
            | BlockKind::Code
            | BlockKind::FrontMatter
            | BlockKind::TagOpen { .. }
            | BlockKind::TagClose { .. } => return,
        };
        if draft.text.ends_with('\n') && !draft.lead.is_empty() {
            draft.range.end = range.start;
            self.close();
            self.current = Some(Draft::new(kind, range.clone()));
        }
    }

    fn push(&mut self, text: &str, range: Range<usize>) {
        self.open(BlockKind::Paragraph, range.clone());
        if let Some(draft) = &mut self.current {
            draft.range.start = draft.range.start.min(range.start);
            draft.range.end = draft.range.end.max(range.end);
            if draft.bold == Some(true) {
                draft.lead.push_str(text);
            }
            draft.struck += if self.striking { text.len() } else { 0 };
            draft.text.push_str(text);
        }
    }

    fn close(&mut self) {
        let Some(draft) = self.current.take() else { return };
        let (kind, text) = match (draft.kind, self.cells.take()) {
            (BlockKind::Row { head, .. }, Some(cells)) => {
                let text = cells.join(" | ");
                (BlockKind::Row { head, cells }, text)
            }
            // What is struck out as a whole is not to be done any more.
            (BlockKind::Item { number, .. }, _)
                if draft.struck > 0 && draft.struck >= draft.text.trim().len() =>
            {
                (BlockKind::Item { number, done: Some(true) }, draft.text)
            }
            (kind, _) => (kind, draft.text),
        };
        let trimmed = self.cleaned.text.get(draft.range.clone()).unwrap_or_default().trim_end();
        let end = self.cleaned.original(draft.range.start + trimmed.len().saturating_sub(1)) + 1;
        let span = self.lines.span(self.cleaned.original(draft.range.start), end);
        let lead = draft.lead.trim().trim_end_matches([':', '：']).trim();
        self.blocks.push(Block {
            kind,
            text: text.trim().to_owned(),
            lead: (!lead.is_empty()).then(|| lead.to_owned()),
            depth: self.lists.len(),
            span,
        });
    }
}

impl Draft {
    fn new(kind: BlockKind, range: Range<usize>) -> Self {
        Self { kind, text: String::new(), bold: None, lead: String::new(), range, struck: 0 }
    }
}
