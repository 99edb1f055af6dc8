//! Rows of tables.

use super::Reader;
use crate::{Block, BlockKind};

/// A row that is being read.
pub(super) struct Row {
    pub(super) cells: Vec<String>,
    pub(super) head: bool,
    pub(super) start: Option<usize>,
    pub(super) end: usize,
}

impl Reader<'_> {
    pub(super) fn open_row(&mut self) {
        self.end_row();
        self.close();
        self.row = Some(Row { cells: Vec::new(), head: true, start: None, end: 0 });
    }

    pub(super) fn open_cell(&mut self, head: bool) {
        self.end_cell();
        let head = head || self.in_table_head;
        if let Some(row) = &mut self.row {
            row.head &= head;
            row.cells.push(String::new());
        }
    }

    pub(super) fn end_cell(&mut self) {
        self.bold = 0;
        self.end_code();
        if let Some(cell) = self.row.as_mut().and_then(|row| row.cells.last_mut()) {
            *cell = cell.trim().to_owned();
        }
    }

    pub(super) fn end_row(&mut self) {
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
}
