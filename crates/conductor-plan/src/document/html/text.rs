//! Running text: where a block begins and ends, and what of it is white space, code or bold.

use super::Reader;
use crate::{Block, BlockKind};

/// A block that is being read.
pub(super) struct Draft {
    pub(super) kind: BlockKind,
    pub(super) text: String,
    pub(super) lead: String,
    /// Whether nothing but bold text has been read.
    pub(super) leading: bool,
    pub(super) struck: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Reader<'_> {
    pub(super) fn text(&mut self, words: &str, start: usize, end: usize) {
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

    pub(super) fn push_space(&mut self) {
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

    pub(super) fn push(&mut self, words: &str, start: usize, end: usize) {
        let tick = self.code > 0 && self.verbatim == 0 && !self.ticked && !words.trim().is_empty();
        if let Some(row) = &mut self.row {
            let Some(cell) = row.cells.last_mut() else { return };
            if tick {
                cell.push('`');
                self.ticked = true;
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
        if tick {
            draft.text.push('`');
            self.ticked = true;
        }
        draft.text.push_str(words);
        draft.leading &= self.bold > 0;
        if draft.leading {
            draft.lead.push_str(words);
        }
        draft.struck += if self.struck > 0 { words.trim().len() } else { 0 };
        draft.end = draft.end.max(end);
    }

    pub(super) fn open(&mut self, start: usize) {
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

    /// Ends a block, or in a table only a line of the cell.
    pub(super) fn close_text(&mut self) {
        match self.row.as_mut().and_then(|row| row.cells.last_mut()) {
            Some(cell) => {
                if !cell.is_empty() && !cell.ends_with(char::is_whitespace) {
                    cell.push(' ');
                }
            }
            None => self.close(),
        }
    }

    pub(super) fn close(&mut self) {
        self.end_code();
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

    /// Code stands between backticks, which are opened with its first word, so that empty code leaves nothing.
    pub(super) fn mark_code(&mut self, open: bool) {
        self.code = if open { self.code + 1 } else { self.code.saturating_sub(1) };
        if self.code == 0 {
            self.end_code();
        }
    }

    /// Closes the backticks that are open.
    pub(super) fn end_code(&mut self) {
        if !std::mem::take(&mut self.ticked) {
            return;
        }
        let cell = self.row.as_mut().and_then(|row| row.cells.last_mut());
        if let Some(text) = cell.or_else(|| self.current.as_mut().map(|draft| &mut draft.text)) {
            text.truncate(text.trim_end().len());
            text.push('`');
        }
    }
}
