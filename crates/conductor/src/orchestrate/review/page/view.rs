//! What the page looks like.

use cli_kit::text::{escape, pad, truncate, width};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line as Shown, Span};
use ratatui::widgets::Paragraph;

use super::command::TABLE;
use super::state::{Line, Look, Mode, State, Tab, Words};
use crate::terminal::key::Key;
use crate::terminal::theme::{Theme, left_border};
use crate::terminal::typed::typed;

/// Draws everything.
pub(super) fn view(state: &State, theme: Theme, frame: &mut Frame<'_>) {
    let whole = frame.area();
    let row = |y: u16| Rect { y: y.min(whole.height), height: u16::from(y < whole.height), ..whole };
    head(state, theme, frame, row(0));
    tabs(state, theme, frame, row(1));
    let body = Rect { y: 2.min(whole.height), height: whole.height.saturating_sub(3), ..whole };
    match &state.mode {
        Mode::Help(top) => help(*top, theme, frame, body),
        Mode::Browse | Mode::Search(_) | Mode::Ask(..) | Mode::ConfirmAccept => {
            part(state, theme, frame, body)
        }
    }
    if whole.height > 2 {
        foot(state, theme, frame, row(whole.height - 1));
    }
}

fn head(state: &State, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let columns = usize::from(area.width);
    let right = format!("{} ", state.texts.place);
    let room = columns.saturating_sub(width(&right) + 1);
    let left = format!(" {}", state.texts.title);
    let text = format!("{} {right}", pad(&truncate(&left, room), room));
    frame.render_widget(Paragraph::new(truncate(&text, columns).into_owned()).style(theme.bar()), area);
}

fn tabs(state: &State, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let tab = |(number, tab): (usize, Tab)| {
        let style = if tab == state.tab { theme.selected() } else { theme.dim() };
        [Span::styled(format!(" {number} {} ", tab.name()), style), Span::raw(" ")]
    };
    let mut spans: Vec<Span<'_>> = (1..).zip(Tab::ALL).flat_map(tab).collect();
    let (lines, rows) = (state.lines(state.tab).len(), state.rows());
    if lines > rows {
        let last = (state.top() + rows).min(lines);
        spans.push(Span::styled(format!(" {}-{last} of {lines}", state.top() + 1), theme.dim()));
    }
    frame.render_widget(Paragraph::new(Shown::from(spans)), area);
}

fn part(state: &State, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let files = if state.tab == Tab::Diff { state.file_columns() } else { 0 };
    let list = Rect { width: files, ..area };
    let text = Rect { x: area.x + files, width: area.width - files, ..area };
    let text = if files > 0 { left_border(theme, frame, text) } else { text };
    if files > 0 {
        file_list(state, theme, frame, list);
    }
    let lines = state.lines(state.tab).iter().skip(state.top()).take(usize::from(area.height));
    let left = if state.tab == Tab::Diff { state.left } else { 0 };
    let shown: Vec<Shown<'_>> = lines.map(|line| shown(line, left, usize::from(text.width), theme)).collect();
    if shown.is_empty() {
        let nothing = Paragraph::new(" nothing").style(theme.dim());
        return frame.render_widget(nothing, text);
    }
    frame.render_widget(Paragraph::new(shown), text);
}

fn shown<'l>(line: &'l Line, left: usize, columns: usize, theme: Theme) -> Shown<'l> {
    let style = match line.look {
        Look::Plain => Style::new(),
        Look::Head => theme.bold(),
        Look::Good => theme.good(),
        Look::Bad => theme.bad(),
        Look::Doubtful => theme.doubtful(),
        Look::Name => theme.name(),
        Look::Dim => theme.dim(),
    };
    let start = line.text.char_indices().nth(left).map_or(line.text.len(), |(at, _)| at);
    let text = line.text.get(start..).unwrap_or_default();
    Shown::from(Span::styled(format!(" {}", truncate(text, columns.saturating_sub(1))), style))
}

/// The files of the diff around the one that is shown.
fn file_list(state: &State, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let (rows, columns) = (usize::from(area.height), usize::from(area.width));
    let at = state.file().unwrap_or(0);
    let first = (at + 1).saturating_sub(rows.div_ceil(2)).min(state.texts.files.len().saturating_sub(rows));
    let files = state.texts.files.iter().enumerate().skip(first).take(rows);
    let lines: Vec<Shown<'_>> = files
        .map(|(index, file)| {
            let counts = format!(" +{} -{} ", file.added, file.removed);
            let room = columns.saturating_sub(width(&counts) + 1);
            let text = format!(" {}{counts}", pad(&tail(&file.path, room), room));
            let style = if index == at { theme.selected() } else { Style::new() };
            Shown::from(Span::styled(text, style))
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), area);
}

/// The end of a path says more than its beginning.
fn tail(path: &str, room: usize) -> String {
    if width(path) <= room {
        return path.to_owned();
    }
    let mut rest = path.chars();
    while width(rest.as_str()) + 1 > room && rest.next().is_some() {}
    format!("…{}", rest.as_str())
}

fn help(top: usize, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let names = |keys: &[Key]| keys.iter().map(|key| key.name()).collect::<Vec<_>>().join(", ");
    let wide = TABLE.iter().map(|row| width(&names(row.keys))).max().unwrap_or(0) + 2;
    let line = |row: &crate::terminal::key::Row<super::command::Command>| {
        let keys = Span::styled(format!(" {}", pad(&names(row.keys), wide)), theme.name());
        Shown::from(vec![keys, Span::raw(row.what)])
    };
    let lines: Vec<Shown<'_>> = TABLE.iter().skip(top).take(usize::from(area.height)).map(line).collect();
    frame.render_widget(Paragraph::new(lines), area);
}

fn foot(state: &State, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let note = state.message.as_ref().map(|(_, text)| format!("   {}", escape(text))).unwrap_or_default();
    match &state.mode {
        Mode::Search(input) => return typed("/", input, &note, theme, frame, area),
        Mode::Ask(words, input) => {
            let label = match words {
                Words::Retry => "try again: ",
                Words::Reject => "reject, because: ",
                Words::Split => "split, how (Enter for no words): ",
            };
            return typed(label, input, &note, theme, frame, area);
        }
        Mode::Browse | Mode::Help(_) | Mode::ConfirmAccept => {}
    }
    let columns = usize::from(area.width);
    let (text, style) = match (&state.mode, &state.message) {
        (Mode::ConfirmAccept, _) => {
            (" Accept this work? y accept  any other key: back".to_owned(), theme.doubtful())
        }
        (Mode::Help(_), _) => (" j/k scroll  any other key: back".to_owned(), theme.bar()),
        (_, Some((bad, text))) => {
            (format!(" {}", escape(text)), if *bad { theme.bad() } else { theme.bold() })
        }
        (_, None) => (hints(state).to_owned(), theme.bar()),
    };
    frame.render_widget(Paragraph::new(truncate(&text, columns).into_owned()).style(style), area);
}

fn hints(state: &State) -> &'static str {
    match (state.texts.waits, state.size.0) {
        (true, ..60) => " a accept  r retry  x reject  ? help  q quit",
        (true, _) => " a accept  r retry  e editor  x reject  s split  b branch  ? help  q quit",
        (false, _) => " Tab next part  ] next file  b branch  / search  ? help  q quit",
    }
}
