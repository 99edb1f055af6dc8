//! How things look, with colours and without.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::{Block, Borders};

/// What the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Theme {
    pub(crate) colors: bool,
}

impl Theme {
    fn colored(self, color: Color, otherwise: Modifier) -> Style {
        if self.colors { Style::new().fg(color) } else { Style::new().add_modifier(otherwise) }
    }

    pub(crate) fn good(self) -> Style {
        self.colored(Color::Green, Modifier::empty())
    }

    pub(crate) fn bad(self) -> Style {
        self.colored(Color::Red, Modifier::BOLD)
    }

    pub(crate) fn doubtful(self) -> Style {
        self.colored(Color::Yellow, Modifier::empty())
    }

    pub(crate) fn name(self) -> Style {
        self.colored(Color::Cyan, Modifier::empty())
    }

    pub(crate) fn dim(self) -> Style {
        self.colored(Color::DarkGray, Modifier::DIM)
    }

    pub(crate) fn bold(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Where the keys act.
    pub(crate) fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// The cited text.
    pub(crate) fn cited(self) -> Style {
        let style = Style::new().add_modifier(Modifier::BOLD);
        if self.colors {
            style.fg(Color::Black).bg(Color::Yellow)
        } else {
            style.add_modifier(Modifier::UNDERLINED)
        }
    }

    /// The first and the last line.
    pub(crate) fn bar(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }
}

/// Draws a line at the left, and gives the area beside it.
pub(crate) fn left_border(theme: Theme, frame: &mut Frame<'_>, area: Rect) -> Rect {
    let block = Block::new().borders(Borders::LEFT).border_style(theme.dim());
    let inner = block.inner(area);
    frame.render_widget(block, area);
    inner
}
