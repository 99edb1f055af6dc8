//! The text that an item comes from, with what it cites marked.

use cli_kit::text::{escape, truncate, width};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::Theme;
use crate::plan::review::state::State;
use crate::plan::review::texts::Line as TextLine;
use crate::terminal::wrap::words;

/// Lines that are shown before the cited ones.
const BEFORE: usize = 2;
/// Columns of a tab.
const TAB: &str = "    ";

pub(super) fn text(state: &State, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    if area.height == 0 {
        return;
    }
    let Some((item, source)) = state.item().zip(state.source()) else {
        let line = Line::styled("it cites no place in a document", theme.dim());
        frame.render_widget(Paragraph::new(line), Rect { height: 1, ..area });
        return;
    };
    let columns = usize::from(area.width);
    let (count, at) = (item.sources.len(), state.place % item.sources.len().max(1) + 1);
    let which = if count > 1 { format!(" ({at} of {count}, v)") } else { String::new() };
    let name = format!("── {}{which} ", escape(&source.to_string()));
    let rule = format!("{name}{}", "─".repeat(columns.saturating_sub(width(&name))));
    let mut lines = vec![Line::styled(truncate(&rule, columns).into_owned(), theme.dim())];
    if state.texts.text(&source.document).is_none() {
        lines.push(Line::raw("The text was not kept: the plan was made by an earlier version."));
    }
    let last = state.texts.count(&source.document);
    let wanted = usize::try_from(source.span.first_line).unwrap_or(1).saturating_sub(BEFORE);
    let first = wanted.saturating_add_signed(state.moved).clamp(1, last.max(1));
    let digits = last.to_string().len();
    let room = usize::from(area.height);
    for line in state.texts.lines(source, first) {
        if lines.len() >= room {
            break;
        }
        lines.extend(rows(&line, theme, digits, columns));
    }
    lines.truncate(room);
    frame.render_widget(Paragraph::new(lines), area);
}

/// A line of the document as rows of the screen.
fn rows(line: &TextLine<'_>, theme: Theme, digits: usize, columns: usize) -> Vec<Line<'static>> {
    let room = columns.saturating_sub(digits + 1);
    let cited = line.cited.clone();
    let pieces = [
        (line.text.get(..cited.start), false),
        (line.text.get(cited.clone()), true),
        (line.text.get(cited.end..), false),
    ];
    let mut rows: Vec<Line<'static>> = Vec::new();
    let mut row = vec![Span::styled(format!("{:>digits$} ", line.number), theme.dim())];
    let mut used = 0;
    for (text, is_cited) in pieces {
        let text = escape(&text.unwrap_or_default().replace('\t', TAB)).into_owned();
        let style = if is_cited { theme.cited() } else { ratatui::style::Style::new() };
        for word in words(&text) {
            if used > 0 && used + width(word.trim_end()) > room {
                rows.push(Line::from(std::mem::take(&mut row)));
                row.push(Span::raw(" ".repeat(digits + 1)));
                used = 0;
            }
            used += width(word);
            row.push(Span::styled(word.to_owned(), style));
        }
    }
    rows.push(Line::from(row));
    rows
}
