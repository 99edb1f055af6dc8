//! What is known of the item that is looked at.

use cli_kit::text::{escape, escape_block};
use conductor_plan::{Item, ItemKey, Verdict};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use taskwerk_client::model::Minutes;

use super::Theme;
use crate::plan::review::state::State;
use crate::terminal::wrap::wrapped;

/// The lines, fitted to so many columns.
pub(super) fn lines(state: &State, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let (Some(item), Some(row)) = (state.item(), state.current()) else { return Vec::new() };
    let mut lines: Vec<Line<'static>> = Vec::new();
    for text in wrapped(&format!("{} {}", row.label, row.title), columns) {
        lines.push(Line::styled(text, theme.bold()));
    }
    let (verdict, style) = match (row.verdict, row.inherited) {
        (None, _) => ("undecided", theme.dim()),
        (Some(Verdict::Accepted), _) => ("accepted", theme.good()),
        (Some(Verdict::Rejected), true) => ("rejected with its group", theme.bad()),
        (Some(Verdict::Rejected), false) => ("rejected", theme.bad()),
    };
    let mut facts = vec![item.priority.to_string(), item.category.as_str().to_owned()];
    facts.extend(item.estimate.map(|estimate| {
        let [low, likely, high] = [estimate.low, estimate.likely, estimate.high].map(Minutes::new);
        format!("{likely} ({low} to {high})")
    }));
    facts.push(format!("complexity {}", item.complexity));
    let facts = facts.join(", ");
    if verdict.len() + 2 + facts.len() <= columns {
        lines.push(Line::from(vec![Span::styled(verdict, style), Span::raw(format!(", {facts}"))]));
    } else {
        lines.push(Line::styled(verdict, style));
        lines.extend(wrapped(&facts, columns).into_iter().map(Line::from));
    }
    let mut add = |label: &'static str, text: String| {
        for (at, text) in wrapped(&text, columns.saturating_sub(label.len() + 1)).into_iter().enumerate() {
            let label = if at == 0 { format!("{label} ") } else { " ".repeat(label.len() + 1) };
            lines.push(Line::from(vec![Span::styled(label, theme.name()), Span::raw(text)]));
        }
    };
    if !item.depends_on.is_empty() {
        add("after", item.depends_on.iter().map(|key| named(state, key)).collect::<Vec<_>>().join(", "));
    }
    let waiting: Vec<String> = state
        .plan
        .items
        .iter()
        .filter(|other| other.depends_on.contains(&item.key))
        .map(|other| named(state, &other.key))
        .collect();
    if !waiting.is_empty() {
        add("before", waiting.join(", "));
    }
    texts(item, &mut add);
    lines
}

fn texts(item: &Item, add: &mut dyn FnMut(&'static str, String)) {
    for criterion in &item.acceptance {
        add("*", escape(criterion).into_owned());
    }
    for line in item.description.lines().filter(|line| !line.trim().is_empty()) {
        add(">", escape(line).into_owned());
    }
    for reason in &item.complexity_reasons {
        add("because:", escape(reason).into_owned());
    }
    for (label, list) in [("tags", &item.tags), ("files", &item.files)] {
        if !list.is_empty() {
            add(label, escape_block(&list.join(", ")).replace(['\n', '\t'], " "));
        }
    }
}

fn named(state: &State, key: &ItemKey) -> String {
    let row = state.rows.iter().find(|row| row.key == *key);
    row.map_or_else(|| escape(key.as_str()).into_owned(), |row| format!("{} {}", row.label, row.title))
}

/// The beginning; where something is left out, the last line says so.
pub(super) fn short(mut lines: Vec<Line<'static>>, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let room = usize::from(area.height);
    if lines.len() > room && room > 0 {
        let more = lines.len() - room + 1;
        lines.truncate(room - 1);
        lines.push(Line::styled(format!("… {more} more lines (Enter)"), theme.dim()));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

/// Everything, from a line on.
pub(super) fn page(state: &State, theme: Theme, frame: &mut Frame<'_>, area: Rect, top: usize) {
    let mut all = lines(state, theme, usize::from(area.width));
    let sources = state.item().into_iter().flat_map(|item| &item.sources);
    all.extend(
        sources.map(|source| Line::styled(format!("from {}", escape(&source.to_string())), theme.dim())),
    );
    let top = top.min(all.len().saturating_sub(1));
    let shown: Vec<Line<'_>> = all.into_iter().skip(top).take(usize::from(area.height)).collect();
    frame.render_widget(Paragraph::new(shown), area);
}
