//! Which tasks a command is about, and which a list shows.

use crate::id::{IdError, Prefix, TaskId};
use crate::status::{Priority, Status};
use crate::text::{Assignee, Session, Tag};
use std::str::FromStr;

/// The one way to name tasks on a command line: ids by comma, a status word, or `ready`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// These tasks, in this order, each once.
    Ids(Vec<TaskId>),
    /// All tasks of a status.
    Status(Status),
    /// All tasks that can be begun.
    Ready,
}

/// A text that selects nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` selects no tasks: use ids separated by commas (1,TASK-002), a status (todo), or `ready`")]
pub struct SelectorError {
    /// The text as it came.
    pub text: String,
    /// Why its first part is no id either.
    #[source]
    pub cause: IdError,
}

impl Selector {
    /// Reads a selector; bare numbers get `prefix`.
    ///
    /// # Errors
    /// [`SelectorError`] when the text is none.
    pub fn parse_in(prefix: Prefix, text: &str) -> Result<Self, SelectorError> {
        let word = text.trim();
        if word.eq_ignore_ascii_case("ready") {
            return Ok(Self::Ready);
        }
        if let Ok(status) = word.parse() {
            return Ok(Self::Status(status));
        }
        let mut ids = Vec::new();
        for part in word.split(',').filter(|part| !part.trim().is_empty() || word.is_empty()) {
            let id = TaskId::parse_in(prefix, part)
                .map_err(|cause| SelectorError { text: text.to_owned(), cause })?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        if ids.is_empty() {
            let cause = IdError::Number { text: text.to_owned() };
            return Err(SelectorError { text: text.to_owned(), cause });
        }
        Ok(Self::Ids(ids))
    }
}

impl FromStr for Selector {
    type Err = SelectorError;

    /// As [`Selector::parse_in`] with the prefix `TASK`.
    fn from_str(text: &str) -> Result<Self, SelectorError> {
        Self::parse_in(Prefix::TASK, text)
    }
}

/// What a list shows. All conditions must hold; the default shows every open task by id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListQuery {
    /// Only what this selects. Closed tasks that are named by id or status are shown without
    /// `include_closed`.
    pub selector: Option<Selector>,
    /// Only these statuses; all when empty. Naming a closed status shows it without `include_closed`.
    pub statuses: Vec<Status>,
    /// Only these priorities; all when empty.
    pub priorities: Vec<Priority>,
    /// Only tasks of this assignee.
    pub assignee: Option<Assignee>,
    /// Only tasks with at least one of these tags; all when empty.
    pub tags: Vec<Tag>,
    /// Only tasks with this text in title, description or a note, whatever the case of its letters.
    pub search: Option<String>,
    /// Only tasks made in this session.
    pub session: Option<Session>,
    /// Only tasks directly under this one.
    pub parent: Option<TaskId>,
    /// Done and cancelled tasks as well.
    pub include_closed: bool,
    /// At most so many.
    pub limit: Option<u32>,
    /// In which order.
    pub sort: Sort,
    /// The other way round.
    pub reverse: bool,
}

impl From<Selector> for ListQuery {
    fn from(selector: Selector) -> Self {
        Self { selector: Some(selector), ..Self::default() }
    }
}

/// The order of a list. Equals are ordered by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// By id, children after their container.
    #[default]
    Id,
    /// The most important first.
    Priority,
    /// The oldest first.
    Created,
    /// The one that changed last first.
    Updated,
    /// The most urgent first, those without a due date last.
    Due,
    /// In the order of work: todo to cancelled.
    Status,
    /// By title.
    Title,
}

impl Sort {
    /// Every order.
    pub const ALL: [Self; 7] =
        [Self::Id, Self::Priority, Self::Created, Self::Updated, Self::Due, Self::Status, Self::Title];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Priority => "priority",
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Due => "due",
            Self::Status => "status",
            Self::Title => "title",
        }
    }
}

/// A word that names no order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no order: use id, priority, created, updated, due, status or title")]
pub struct SortError {
    /// The word as it came.
    pub text: String,
}

impl FromStr for Sort {
    type Err = SortError;

    fn from_str(text: &str) -> Result<Self, SortError> {
        Self::ALL
            .into_iter()
            .find(|sort| sort.as_str().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| SortError { text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors() {
        let ids = |ids: &[&str]| Selector::Ids(ids.iter().map(|id| id.parse().unwrap()).collect());
        assert_eq!("1, task-2,1,".parse::<Selector>().unwrap(), ids(&["TASK-001", "TASK-002"]));
        assert_eq!("1.2".parse::<Selector>().unwrap(), ids(&["TASK-001.2"]));
        assert_eq!("in_progress".parse::<Selector>().unwrap(), Selector::Status(Status::InProgress));
        assert_eq!("READY".parse::<Selector>().unwrap(), Selector::Ready);
        for bad in ["", ",", "x", "1,x", "todo,1", "1;2"] {
            assert!(bad.parse::<Selector>().is_err(), "{bad:?}");
        }
        insta::assert_snapshot!("redy".parse::<Selector>().unwrap_err(),
            @"`redy` selects no tasks: use ids separated by commas (1,TASK-002), a status (todo), or `ready`");
    }
}
