//! The first and the last lines.

use cli_kit::text::{escape, pad, truncate, width};
use conductor_plan::Severity;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Wrap};

use super::Theme;
use crate::plan::changed::Tally;
use crate::plan::report::count;
use crate::plan::review::state::{Asked, Mode, State};
use crate::terminal::typed::typed;
use crate::terminal::wrap::wrapped;

/// Rows that what is said may take.
const MOST_ROWS: u16 = 5;

/// `plan 1  prd.md   3 accepted, 1 rejected, 8 undecided   2 warnings`.
pub(super) fn head(state: &State, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let columns = usize::from(area.width);
    let of = |severity| state.findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    let mut right = tally(state, columns);
    if errors > 0 {
        right.push_str(&format_count(errors, "error"));
    }
    if warnings > 0 {
        right.push_str(&format_count(warnings, "warning"));
    }
    let filter = state.filter.map(|code| format!("  only {code}")).unwrap_or_default();
    let left = format!(" plan {}  {}{filter}", state.id, state.source);
    let room = columns.saturating_sub(width(&right) + 1);
    let text = format!("{} {right}", pad(&truncate(&left, room), room));
    frame.render_widget(Paragraph::new(truncate(&text, columns).into_owned()).style(theme.bar()), area);
}

fn tally(state: &State, columns: usize) -> String {
    let Tally { accepted, rejected, undecided } = state.tally;
    if columns >= 70 { state.tally.told() } else { format!("{accepted}x {rejected}- {undecided}?") }
}

fn format_count(number: usize, word: &str) -> String {
    format!(", {}", count(number, word))
}

/// What is doubtful about the item.
pub(super) fn findings(state: &State, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    if area.height == 0 {
        return;
    }
    let of_item = state.current().into_iter().flat_map(|row| &row.findings);
    let lines: Vec<Line<'_>> = of_item
        .filter_map(|&at| state.findings.get(at))
        .map(|finding| {
            let style = match finding.severity {
                Severity::Error => theme.bad(),
                Severity::Warning => theme.doubtful(),
                Severity::Note => theme.dim(),
            };
            let fix = if finding.fix.is_some() { " (F)" } else { "" };
            let code = Span::styled(format!("{} ", finding.code), style);
            Line::from(vec![code, Span::raw(format!("{}{fix}", escape(&finding.message)))])
        })
        .collect();
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: true }), area);
}

/// What was said last, or what can be typed.
pub(super) fn foot(state: &State, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let columns = usize::from(area.width);
    if let Mode::Search { input, .. } | Mode::Add(input) = &state.mode {
        let label = if matches!(state.mode, Mode::Add(_)) { "new item: " } else { "/" };
        let note = state.message.as_ref().map(|message| format!("   {}", message.text)).unwrap_or_default();
        typed(label, input, &note, theme, frame, area);
        return;
    }
    if let Some(message) = &state.message {
        let style = if message.bad { theme.bad() } else { theme.bold() };
        let lines = wrapped(&message.text, columns);
        // A long one covers what is above; errors say what to do at their end.
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(area.y.min(MOST_ROWS));
        let height = height.max(area.height);
        let over = Rect { y: area.bottom() - height, height, ..area };
        frame.render_widget(Clear, over);
        let lines: Vec<Line<'_>> = lines.into_iter().map(Line::from).collect();
        frame.render_widget(Paragraph::new(lines).style(style), over);
        return;
    }
    let text = match (&state.asking, &state.mode) {
        (Some(asked), Mode::Browse) => asking(asked, columns),
        (Some(_) | None, _) => truncate(hints(state, columns), columns).into_owned(),
    };
    frame.render_widget(Paragraph::new(text).style(theme.bar()), area);
}

/// How far a question for parts is. What can be done about it is always there to be read.
fn asking(asked: &Asked, columns: usize) -> String {
    const HOW: &str = "  Esc ask no further";
    let room = columns.saturating_sub(width(HOW));
    let text = format!(" splitting \"{}\": {}", escape(&asked.title), asked.progress);
    truncate(&format!("{}{HOW}", pad(&truncate(&text, room), room)), columns).into_owned()
}

fn hints(state: &State, columns: usize) -> &'static str {
    match &state.mode {
        Mode::Browse if columns < 60 => " ? help  a accept  r reject  q quit",
        Mode::Browse if columns < 110 => {
            " a accept  r reject  e edit  m move  s split  l link  u undo  ? help  q quit"
        }
        Mode::Browse => {
            " a accept  r reject  e edit  E editor  m move  s split  l link  + add  x remove  u undo  U redo  / search  f filter  \
             ! findings  F fix  i import  ? help  q quit"
        }
        Mode::Help(_) | Mode::Page(_) => " j/k scroll  any other key: back",
        Mode::Search { .. } | Mode::Add(_) => "",
        Mode::Form(_) => " Tab next field  Left/Right choose  Enter store  Esc leave",
        Mode::Moving(_) => " moving: Up/Down  Left out of the group  Right into it  / put under  Enter done",
        Mode::Parts(_) => " Up/Down line  Down at the end: one more  Ctrl-D take out  Enter split  Esc leave",
        Mode::Pick(_) => " type to narrow  Up/Down choose  Enter take  Esc leave",
        Mode::ConfirmImport => " y import  any other key: back",
        Mode::ConfirmAsk(_) => " y ask  t take them from the text  any other key: back",
    }
}
