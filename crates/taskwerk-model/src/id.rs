//! Names of tasks: the short id that people type, and the uid that stays the same everywhere.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The letters before the number of an id, `TASK` unless the project chose others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix([u8; Self::MAX]);

impl Prefix {
    const MAX: usize = 12;

    /// `TASK`.
    pub const TASK: Self = Self(*b"TASK\0\0\0\0\0\0\0\0");

    /// Reads a prefix: a letter, then letters or digits, at most twelve in all; a hyphen at its end is
    /// dropped and lower case is raised, so `test-` is `TEST`.
    ///
    /// # Errors
    /// [`IdError::Prefix`] for anything else.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let word = text.trim().trim_end_matches('-');
        let ok = (1..=Self::MAX).contains(&word.len())
            && word.bytes().all(|b| b.is_ascii_alphanumeric())
            && word.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
        if !ok {
            return Err(IdError::Prefix { text: text.to_owned() });
        }
        let mut bytes = [0; Self::MAX];
        for (slot, byte) in bytes.iter_mut().zip(word.bytes()) {
            *slot = byte.to_ascii_uppercase();
        }
        Ok(Self(bytes))
    }

    /// The letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let length = self.0.iter().position(|b| *b == 0).unwrap_or(Self::MAX);
        // The bytes are ASCII by construction.
        std::str::from_utf8(&self.0[..length]).unwrap_or_default()
    }
}

impl Default for Prefix {
    fn default() -> Self {
        Self::TASK
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The id of a task: `TASK-001`, wider from 1000 on, `TASK-001.2` for a child, at any depth. Ordered by
/// prefix, then by the path of numbers, so a child follows its parent. An id is never given twice.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TaskId {
    prefix: Prefix,
    /// From the root to the task; never empty, no number is 0.
    path: Vec<u32>,
}

impl TaskId {
    const MAX_DEPTH: usize = 64;
    const MAX_NUMBER: u32 = u32::MAX - 1;

    /// The id of a task without a parent.
    ///
    /// # Errors
    /// [`IdError::Number`] when `number` is 0.
    pub fn root(prefix: Prefix, number: u32) -> Result<Self, IdError> {
        if number == 0 {
            return Err(IdError::Number { text: "0".to_owned() });
        }
        Ok(Self { prefix, path: vec![number] })
    }

    /// Reads what a person types: `1`, `1.2`, `task-1`, `TASK-001`; a bare number gets `prefix`.
    ///
    /// # Errors
    /// [`IdError`] when the text is no id.
    pub fn parse_in(prefix: Prefix, text: &str) -> Result<Self, IdError> {
        let trimmed = text.trim();
        let (prefix, numbers) = match trimmed.rsplit_once('-') {
            Some((letters, numbers)) if !letters.ends_with('-') => (Prefix::parse(letters)?, numbers),
            Some(_) => return Err(IdError::Number { text: text.to_owned() }),
            None => (prefix, trimmed),
        };
        let bad = || IdError::Number { text: text.to_owned() };
        let mut path = Vec::with_capacity(1);
        for part in numbers.split('.') {
            if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) || path.len() == Self::MAX_DEPTH {
                return Err(bad());
            }
            match part.parse() {
                Ok(number @ 1..=Self::MAX_NUMBER) => path.push(number),
                Ok(_) | Err(_) => return Err(bad()),
            }
        }
        Ok(Self { prefix, path })
    }

    /// The letters before the number.
    #[must_use]
    pub fn prefix(&self) -> Prefix {
        self.prefix
    }

    /// The same number path under another prefix.
    #[must_use]
    pub fn with_prefix(&self, prefix: Prefix) -> Self {
        Self { prefix, path: self.path.clone() }
    }

    /// The numbers from the root to this task.
    #[must_use]
    pub fn path(&self) -> &[u32] {
        &self.path
    }

    /// The last number of the path: the task's own among its siblings.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.path.last().copied().unwrap_or_default()
    }

    /// The id of the container that holds this task. A task's place is part of its id and never changes.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        match self.path.split_last() {
            Some((_, rest)) if !rest.is_empty() => Some(Self { prefix: self.prefix, path: rest.to_vec() }),
            Some(_) | None => None,
        }
    }

    /// The containers above this task, the nearest first.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> + '_ {
        (1..self.path.len())
            .rev()
            .map(|depth| Self { prefix: self.prefix, path: self.path[..depth].to_vec() })
    }

    /// Whether it has no room for children.
    pub(crate) fn is_deepest(&self) -> bool {
        self.path.len() >= Self::MAX_DEPTH
    }

    /// The child with this number.
    #[must_use]
    pub fn child(&self, number: u32) -> Self {
        let mut path = self.path.clone();
        path.push(number.max(1));
        Self { prefix: self.prefix, path }
    }

    /// Whether this task contains `other`, at any depth; no task contains itself.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.prefix == other.prefix
            && self.path.len() < other.path.len()
            && other.path.starts_with(&self.path)
    }
}

impl FromStr for TaskId {
    type Err = IdError;

    /// As [`TaskId::parse_in`] with the prefix `TASK`.
    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse_in(Prefix::TASK, text)
    }
}

impl TryFrom<String> for TaskId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<TaskId> for String {
    fn from(id: TaskId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.prefix.as_str())?;
        for (depth, number) in self.path.iter().enumerate() {
            if depth == 0 { write!(f, "-{number:03}")? } else { write!(f, ".{number}")? }
        }
        Ok(())
    }
}

impl fmt::Debug for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// The letters before the hyphen are wrong.
    #[error("`{text}` is no id prefix: use a letter, then letters or digits, at most twelve, as in TASK")]
    Prefix {
        /// The text as it came.
        text: String,
    },
    /// The numbers are wrong.
    #[error("`{text}` is no task id: write it as 1, 1.2, task-1 or TASK-001")]
    Number {
        /// The text as it came.
        text: String,
    },
}

/// The identity of a task that is the same in every store it is imported into: a UUID, version 7 when it was
/// made here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Uid(uuid::Uuid);

impl Uid {
    /// Wraps a UUID.
    #[must_use]
    pub const fn new(uuid: uuid::Uuid) -> Self {
        Self(uuid)
    }

    /// The UUID.
    #[must_use]
    pub const fn uuid(self) -> uuid::Uuid {
        self.0
    }
}

impl FromStr for Uid {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.trim().parse().map(Self)
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> TaskId {
        text.parse().unwrap()
    }

    #[test]
    fn every_spelling_is_the_same_id() {
        for text in ["1", "001", "task-1", "TASK-001", "Task-01", " TASK-1 "] {
            assert_eq!(id(text).to_string(), "TASK-001", "{text:?}");
        }
        assert_eq!(id("1.2").to_string(), "TASK-001.2");
        assert_eq!(id("test-400.1.12").to_string(), "TEST-400.1.12");
        assert_eq!(id("1000").to_string(), "TASK-1000");
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in [
            "",
            "0",
            "TASK-0",
            "TASK-",
            "-1",
            "TASK--1",
            "1.",
            ".1",
            "1..2",
            "1.0",
            "4294967295",
            "99999999999",
            "+1",
            "TASK 1",
            "a b-1",
            "9A-1",
            "TASK-1 2",
            "１",
            "ABCDEFGHIJKLM-1",
        ] {
            assert!(text.parse::<TaskId>().is_err(), "{text:?}");
        }
        assert!(vec!["1"; 65].join(".").parse::<TaskId>().is_err());
    }

    #[test]
    fn order_is_by_number_and_children_follow_their_parent() {
        let mut ids = ["TASK-1000", "2", "10", "2.10", "2.9", "2.9.1", "1"].map(id);
        ids.sort();
        let text: Vec<String> = ids.iter().map(ToString::to_string).collect();
        assert_eq!(
            text,
            ["TASK-001", "TASK-002", "TASK-002.9", "TASK-002.9.1", "TASK-002.10", "TASK-010", "TASK-1000"]
        );
    }

    #[test]
    fn containment_is_in_the_id() {
        assert!(id("1").contains(&id("1.2.3")));
        assert!(!id("1").contains(&id("10.2")));
        assert!(!id("1").contains(&id("1")));
        assert!(!id("1").contains(&id("test-1.2")));
        assert_eq!(id("1.2.3").ancestors().collect::<Vec<_>>(), [id("1.2"), id("1")]);
        assert_eq!(id("1").parent(), None);
    }
}
