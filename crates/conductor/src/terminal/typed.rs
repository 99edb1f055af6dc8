//! How a line that is being typed looks.

use cli_kit::text::{escape, width};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::input::Input;
use super::theme::Theme;

/// A line that is being typed, with the cursor in it.
pub(crate) fn typed(label: &str, input: &Input, note: &str, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let (before, behind) = input.halves();
    let (before, behind) = (escape(before), escape(behind));
    let room = usize::from(area.width).saturating_sub(width(label) + 1);
    // The end of what is before the cursor is always seen.
    let mut shown: &str = &before;
    while width(shown) > room {
        let mut rest = shown.chars();
        rest.next();
        shown = rest.as_str();
    }
    let at = width(label) + width(shown);
    let line = Line::from(vec![
        Span::styled(label.to_owned(), theme.name()),
        Span::raw(format!("{shown}{behind}")),
        Span::styled(note.to_owned(), theme.bad()),
    ]);
    frame.render_widget(Paragraph::new(line), area);
    let at = u16::try_from(at).unwrap_or(u16::MAX).min(area.width.saturating_sub(1));
    if area.height > 0 {
        frame.set_cursor_position(Position::new(area.x + at, area.y));
    }
}
