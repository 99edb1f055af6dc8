//! The items as a tree.

use cli_kit::text::{pad, truncate, width};
use conductor_plan::Verdict;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::Theme;
use crate::plan::review::state::{Mode, Row, State};

/// Columns by which a level is indented; less where many levels are shown.
const INDENT: usize = 2;

pub(super) fn items(state: &State, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let rows = state.visible.iter().enumerate().skip(state.top).take(usize::from(area.height));
    let lines: Vec<Line<'_>> = rows
        .filter_map(|(at, &index)| Some((at, state.rows.get(index)?)))
        .map(|(at, row)| line(state, theme, row, at == state.cursor, usize::from(area.width)))
        .collect();
    if lines.is_empty() {
        frame.render_widget(Paragraph::new("no items; f shows all"), area);
        return;
    }
    frame.render_widget(Paragraph::new(lines), area);
}

fn line<'s>(state: &'s State, theme: Theme, row: &'s Row, current: bool, columns: usize) -> Line<'s> {
    let (mark, style) = match row.verdict {
        None => ("[ ]", theme.dim()),
        Some(Verdict::Accepted) => ("[x]", theme.good()),
        Some(Verdict::Rejected) if row.inherited => (" - ", theme.dim()),
        Some(Verdict::Rejected) => ("[-]", theme.bad()),
    };
    let sign = match (row.container, state.folded.contains(&row.key)) {
        _ if matches!(&state.mode, Mode::Moving(key) if *key == row.key) => "≡",
        (false, _) => " ",
        (true, true) => "▸",
        (true, false) => "▾",
    };
    let doubt = if row.findings.is_empty() { " " } else { "!" };
    let left = format!("{:indent$}{sign}{} ", "", row.label, indent = row.depth.min(8) * INDENT);
    let used = width(&left) + mark.len() + 1;
    // The time is left out where the title would have no room.
    let wanted = !row.estimate.is_empty() && columns > used + 18;
    let time = if wanted { format!(" {:>6}", row.estimate) } else { String::new() };
    let room = columns.saturating_sub(used + width(&time));
    let title = pad(&truncate(&row.title, room), room);
    let rejected = row.verdict == Some(Verdict::Rejected);
    let text = match (rejected, row.critical || row.container) {
        (true, _) => theme.dim(),
        (false, true) => theme.bold(),
        (false, false) => ratatui::style::Style::new(),
    };
    let spans = vec![
        Span::styled(mark, style),
        Span::styled(doubt, theme.doubtful()),
        Span::styled(left, theme.name()),
        Span::styled(title, text),
        Span::styled(time, theme.dim()),
    ];
    let line = Line::from(spans);
    if current { line.patch_style(theme.selected()) } else { line }
}
