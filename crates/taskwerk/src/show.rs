//! Tasks as people see them. Everything that came from outside is escaped here, where it is printed.

pub(crate) mod event;
pub(crate) mod list;
pub(crate) mod page;

use cli_kit::printer::Style;
use taskwerk_model::{Priority, Status};

/// How a status looks.
pub(crate) fn status_style(status: Status) -> Option<Style> {
    match status {
        Status::Todo => None,
        Status::InProgress | Status::Review => Some(Style::Cyan),
        Status::Paused | Status::Blocked => Some(Style::Yellow),
        Status::Done => Some(Style::Green),
        Status::Cancelled => Some(Style::Dim),
    }
}

/// How a priority looks.
pub(crate) fn priority_style(priority: Priority) -> Option<Style> {
    match priority {
        Priority::Critical => Some(Style::Red),
        Priority::High => Some(Style::Yellow),
        Priority::Medium => None,
        Priority::Low => Some(Style::Dim),
    }
}
