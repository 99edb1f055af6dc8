//! The statuses of a task and the table of allowed transitions.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Not begun.
    #[default]
    Todo,
    /// Being worked on.
    InProgress,
    /// Begun and laid aside.
    Paused,
    /// Cannot go on, for a reason that is stored with it.
    Blocked,
    /// Finished by its worker, to be looked at.
    Review,
    /// Finished.
    Done,
    /// Given up.
    Cancelled,
}

impl Status {
    /// Every status, in the order in which people read them.
    pub const ALL: [Self; 7] = [
        Self::Todo,
        Self::InProgress,
        Self::Paused,
        Self::Blocked,
        Self::Review,
        Self::Done,
        Self::Cancelled,
    ];

    /// The one spelling that is stored and printed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Todo => "todo",
            Self::InProgress => "in-progress",
            Self::Paused => "paused",
            Self::Blocked => "blocked",
            Self::Review => "review",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing is left to do: done or cancelled.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        match self {
            Self::Done | Self::Cancelled => true,
            Self::Todo | Self::InProgress | Self::Paused | Self::Blocked | Self::Review => false,
        }
    }

    /// Whether a person parked the task, which holds back everything under it as well.
    #[must_use]
    pub const fn is_parked(self) -> bool {
        match self {
            Self::Paused | Self::Blocked => true,
            Self::Todo | Self::InProgress | Self::Review | Self::Done | Self::Cancelled => false,
        }
    }

    /// The statuses that a task of this status may move to.
    pub fn targets(self) -> impl Iterator<Item = Self> {
        TRANSITIONS.iter().filter(move |row| row.from == self).map(|row| row.to)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that names no status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no status: use todo, in-progress, paused, blocked, review, done or cancelled")]
pub struct StatusError {
    /// The word as it came.
    pub text: String,
}

impl FromStr for Status {
    type Err = StatusError;

    /// Reads a status in any usual spelling.
    fn from_str(text: &str) -> Result<Self, StatusError> {
        let word = text.trim().to_ascii_lowercase().replace(['_', ' '], "-");
        match word.as_str() {
            "todo" | "to-do" | "pending" | "open" | "new" | "backlog" => Ok(Self::Todo),
            "in-progress" | "inprogress" | "doing" | "started" | "active" | "wip" => Ok(Self::InProgress),
            "paused" | "on-hold" | "deferred" => Ok(Self::Paused),
            "blocked" | "waiting" => Ok(Self::Blocked),
            "review" | "in-review" | "reviewing" => Ok(Self::Review),
            "done" | "completed" | "complete" | "closed" | "finished" => Ok(Self::Done),
            "cancelled" | "canceled" | "dropped" | "wontfix" => Ok(Self::Cancelled),
            _ => Err(StatusError { text: text.to_owned() }),
        }
    }
}

/// One row of the table of transitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// The status before.
    pub from: Status,
    /// The status after.
    pub to: Status,
    /// Whether a reason must be given.
    pub needs_reason: bool,
}

const fn free(from: Status, to: Status) -> Transition {
    Transition { from, to, needs_reason: false }
}

const fn with_reason(from: Status, to: Status) -> Transition {
    Transition { from, to, needs_reason: true }
}

/// Every transition that a command may make; all else is refused. One thing is outside the table: a container
/// with `rollup` closes from any open status when the last open task under it closes.
pub const TRANSITIONS: &[Transition] = {
    use Status::{Blocked, Cancelled, Done, InProgress, Paused, Review, Todo};
    &[
        free(Todo, InProgress),
        with_reason(Todo, Blocked),
        free(Todo, Done),
        free(Todo, Cancelled),
        free(InProgress, Todo),
        free(InProgress, Paused),
        with_reason(InProgress, Blocked),
        free(InProgress, Review),
        free(InProgress, Done),
        free(InProgress, Cancelled),
        free(Paused, InProgress),
        free(Paused, Todo),
        with_reason(Paused, Blocked),
        free(Paused, Cancelled),
        free(Blocked, Todo),
        free(Blocked, InProgress),
        free(Blocked, Cancelled),
        free(Review, InProgress),
        free(Review, Todo),
        with_reason(Review, Blocked),
        free(Review, Done),
        free(Review, Cancelled),
        with_reason(Done, Todo),
        free(Cancelled, Todo),
    ]
};

/// The row for a transition, or nothing when it is not allowed.
#[must_use]
pub fn transition(from: Status, to: Status) -> Option<Transition> {
    TRANSITIONS.iter().copied().find(|row| row.from == from && row.to == to)
}

/// How much a task matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// When there is time.
    Low,
    /// The usual.
    #[default]
    Medium,
    /// Before the usual.
    High,
    /// Before everything.
    Critical,
}

impl Priority {
    /// Every priority, the least first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The one spelling that is stored and printed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that names no priority.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no priority: use low, medium, high or critical")]
pub struct PriorityError {
    /// The word as it came.
    pub text: String,
}

impl FromStr for Priority {
    type Err = PriorityError;

    fn from_str(text: &str) -> Result<Self, PriorityError> {
        let word = text.trim();
        Self::ALL
            .into_iter()
            .find(|priority| priority.as_str().eq_ignore_ascii_case(word))
            .ok_or_else(|| PriorityError { text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_exactly_the_documented_one() {
        let lines: Vec<String> = Status::ALL
            .into_iter()
            .map(|from| {
                let targets: Vec<String> = from
                    .targets()
                    .map(|to| {
                        let mark = if transition(from, to).unwrap().needs_reason { "!" } else { "" };
                        format!("{to}{mark}")
                    })
                    .collect();
                format!("{from} -> {}", targets.join(", "))
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        todo -> in-progress, blocked!, done, cancelled
        in-progress -> todo, paused, blocked!, review, done, cancelled
        paused -> in-progress, todo, blocked!, cancelled
        blocked -> todo, in-progress, cancelled
        review -> in-progress, todo, blocked!, done, cancelled
        done -> todo!
        cancelled -> todo
        ");
    }

    #[test]
    fn synonyms_are_read_and_one_spelling_is_written() {
        for (text, status) in [
            ("pending", Status::Todo),
            ("in_progress", Status::InProgress),
            ("In Progress", Status::InProgress),
            ("doing", Status::InProgress),
            ("completed", Status::Done),
            ("CLOSED", Status::Done),
            ("canceled", Status::Cancelled),
            ("in-review", Status::Review),
        ] {
            assert_eq!(text.parse::<Status>().unwrap(), status, "{text}");
        }
        for status in Status::ALL {
            assert_eq!(status.as_str().parse::<Status>().unwrap(), status);
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        assert!("dnoe".parse::<Status>().is_err());
    }

    #[test]
    fn an_unknown_priority_lists_the_known_ones() {
        assert_eq!("HIGH".parse::<Priority>().unwrap(), Priority::High);
        insta::assert_snapshot!("urgent".parse::<Priority>().unwrap_err(),
            @"`urgent` is no priority: use low, medium, high or critical");
    }
}
