//! Tables fitted to the terminal's width.

use crate::printer::{Printer, Style};
use crate::text::{escape, pad, truncate, width};

/// A cell: foreign text is escaped when the cell is made, so a table never shows raw text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    text: String,
    style: Option<Style>,
}

impl Cell {
    /// A cell with this text, escaped.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: escape(text).into_owned(), style: None }
    }

    /// The same in a style.
    #[must_use]
    pub fn style(self, style: Style) -> Self {
        self.maybe(Some(style))
    }

    /// The same in a style, or in none.
    #[must_use]
    pub fn maybe(mut self, style: Option<Style>) -> Self {
        self.style = style;
        self
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text.as_ref())
    }
}

/// How a column yields when the table is wider than the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// Shown in full, always (an id).
    Keep,
    /// Cut, down to this many columns (a title).
    Shrink(usize),
    /// Left out when shrinking was not enough; the rightmost first.
    Drop,
}

/// A column: its heading (may be empty) and how it yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The heading.
    pub heading: &'static str,
    /// How the column yields.
    pub fit: Fit,
}

/// Rows of cells under headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

const GAP: &str = "  ";

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(columns: &[(&'static str, Fit)]) -> Self {
        let columns = columns.iter().map(|&(heading, fit)| Column { heading, fit }).collect();
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row; missing cells are empty, surplus ones are not shown.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table as text, fitted to the printer's terminal; empty without rows. Headings are shown when any column
    /// has one; columns that are empty in every row are left out.
    #[must_use]
    pub fn render(&self, printer: &Printer) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let widths = self.widths(printer.columns());
        let mut text = String::new();
        if self.columns.iter().any(|column| !column.heading.is_empty()) {
            let headings = self.columns.iter().map(|column| Cell::new(column.heading).style(Style::Dim));
            text += &line(&headings.collect::<Vec<_>>(), &widths, printer);
        }
        for row in &self.rows {
            text += &line(row, &widths, printer);
        }
        text
    }

    /// The width of each column; `None` for those that are left out.
    fn widths(&self, limit: Option<usize>) -> Vec<Option<usize>> {
        let mut widths: Vec<Option<usize>> = (0..self.columns.len()).map(|at| self.natural(at)).collect();
        let Some(limit) = limit else { return widths };
        self.shrink(&mut widths, limit);
        while total(&widths) > limit {
            let last =
                (0..widths.len()).rev().find(|&at| self.columns[at].fit == Fit::Drop && widths[at].is_some());
            let Some(last) = last else { break };
            widths[last] = None;
            // What the dropped column frees goes back to those that were cut for it.
            for at in (0..widths.len()).filter(|&at| matches!(self.columns[at].fit, Fit::Shrink(_))) {
                widths[at] = self.natural(at);
            }
            self.shrink(&mut widths, limit);
        }
        widths
    }

    fn shrink(&self, widths: &mut [Option<usize>], limit: usize) {
        for (at, column) in self.columns.iter().enumerate() {
            let surplus = total(widths).saturating_sub(limit);
            if let (Fit::Shrink(least), Some(now)) = (column.fit, widths[at]) {
                widths[at] = Some(now.saturating_sub(surplus).max(least.min(now)));
            }
        }
    }

    /// The widest cell of a column, the heading included; `None` when every cell is empty.
    fn natural(&self, at: usize) -> Option<usize> {
        let widest = self.rows.iter().filter_map(|row| row.get(at)).map(|cell| width(&cell.text)).max()?;
        (widest > 0).then(|| widest.max(width(self.columns[at].heading)))
    }
}

fn total(widths: &[Option<usize>]) -> usize {
    let shown: Vec<usize> = widths.iter().copied().flatten().collect();
    shown.iter().sum::<usize>() + GAP.len() * shown.len().saturating_sub(1)
}

fn line(cells: &[Cell], widths: &[Option<usize>], printer: &Printer) -> String {
    let empty = Cell::new("");
    let mut line = String::new();
    let mut pending = 0;
    for (at, columns) in widths.iter().enumerate().filter_map(|(at, columns)| Some((at, (*columns)?))) {
        let cell = cells.get(at).unwrap_or(&empty);
        let text = truncate(&cell.text, columns);
        if text.is_empty() {
            pending += columns + GAP.len();
            continue;
        }
        // Blanks are owed to the next text that is shown, so that no line ends in blanks.
        line += &pad("", std::mem::take(&mut pending));
        match cell.style {
            Some(style) => line += &printer.paint(style, &text),
            None => line += &text,
        }
        pending = columns - width(&text) + GAP.len();
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::printer::{Mode, Terminal};

    fn render(columns: Option<usize>, out_colors: bool) -> String {
        let terminal = Terminal { columns, out_colors, err_colors: false };
        let printer =
            Printer::new(Box::new(std::io::sink()), Box::new(std::io::sink()), Mode::default(), terminal);
        let mut table = Table::new(&[
            ("ID", Fit::Keep),
            ("TITLE", Fit::Shrink(8)),
            ("STATUS", Fit::Keep),
            ("TAGS", Fit::Drop),
            ("WHO", Fit::Drop),
        ]);
        table.row([
            "TASK-001".into(),
            "Store the notes of everybody".into(),
            Cell::new("done").style(Style::Green),
            "api".into(),
        ]);
        table.row(["TASK-002".into(), "検索\u{1b}[2J".into(), "todo".into(), "".into()]);
        table.render(&printer)
    }

    #[test]
    fn a_pipe_gets_everything() {
        insta::assert_snapshot!(render(None, false), @r"
        ID        TITLE                         STATUS  TAGS
        TASK-001  Store the notes of everybody  done    api
        TASK-002  検索\u{1b}[2J                 todo
        ");
    }

    #[test]
    fn a_narrow_terminal_cuts_the_title_and_then_drops_columns() {
        insta::assert_snapshot!(render(Some(40), false), @r"
        ID        TITLE             STATUS  TAGS
        TASK-001  Store the notes…  done    api
        TASK-002  検索\u{1b}[2J     todo
        ");
        insta::assert_snapshot!(render(Some(28), false), @r"
        ID        TITLE       STATUS
        TASK-001  Store the…  done
        TASK-002  検索\u{1b…  todo
        ");
    }

    #[test]
    fn colours_take_no_columns() {
        let plain = render(Some(40), false);
        let coloured = render(Some(40), true);
        assert!(coloured.contains("\u{1b}[32mdone\u{1b}[0m"));
        let stripped = ["\u{1b}[32m", "\u{1b}[2m", "\u{1b}[0m"]
            .iter()
            .fold(coloured, |text, code| text.replace(code, ""));
        assert_eq!(stripped, plain);
    }
}
