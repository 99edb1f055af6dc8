//! The task itself, its notes and its claim.

use crate::id::{TaskId, Uid};
use crate::status::{Priority, Status};
use crate::text::{Actor, Assignee, Category, Kind, Session, Tag, Title, Worker};
use crate::time::{Due, Minutes, Moment};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};
use std::fmt;

/// A piece of work. Its serialized form is the task object of every interface (command line, HTTP, events):
/// fields may be added to it, none is ever renamed or removed, and none is left out when it is empty.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Task {
    /// The short id, unique in this store and never given twice.
    pub id: TaskId,
    /// The identity that an export carries to other stores.
    pub uid: Uid,
    /// One line that says what is to be done.
    pub title: Title,
    /// As much text as it takes, at most 1 MiB.
    pub description: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// Why it cannot go on; set exactly while it is blocked.
    pub block_reason: Option<String>,
    /// How much it matters.
    pub priority: Priority,
    /// The area it belongs to.
    pub category: Option<Category>,
    /// The sort of work.
    #[serde(rename = "type")]
    pub kind: Option<Kind>,
    /// Labels, each once, in the order in which they were given.
    pub tags: Vec<Tag>,
    /// Who is to do it.
    pub assignee: Option<Assignee>,
    /// The container that holds it; always the parent that the id names.
    pub parent: Option<TaskId>,
    /// What must be done before it, each once.
    pub depends_on: Vec<TaskId>,
    /// How long it was thought to take.
    pub estimate_minutes: Option<Minutes>,
    /// How long it took.
    pub actual_minutes: Option<Minutes>,
    /// How far it is, in percent.
    pub progress: Progress,
    /// When it is to be done.
    pub due: Option<Due>,
    /// What must hold for it to be accepted, one criterion each.
    pub acceptance: Vec<String>,
    /// Files that it is about, as paths relative to the repository.
    pub files: Vec<String>,
    /// Addresses of things to read.
    pub links: Vec<String>,
    /// Whatever else a program wants to keep with it.
    pub metadata: Map<String, Value>,
    /// The session it was made in.
    pub session: Option<Session>,
    /// Whether, as a container, it closes with the last open task under it.
    pub rollup: bool,
    /// Counts its changes, from 1.
    pub version: u64,
    /// When it was made.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
    /// When work on it first began.
    pub started_at: Option<Moment>,
    /// When it was done; empty unless it is.
    pub completed_at: Option<Moment>,
}

impl Task {
    /// A task as it is when it has only just been named.
    #[must_use]
    pub fn new(id: TaskId, uid: Uid, title: Title, at: Moment) -> Self {
        Self {
            parent: id.parent(),
            id,
            uid,
            title,
            description: None,
            status: Status::Todo,
            block_reason: None,
            priority: Priority::default(),
            category: None,
            kind: None,
            tags: Vec::new(),
            assignee: None,
            depends_on: Vec::new(),
            estimate_minutes: None,
            actual_minutes: None,
            progress: Progress::default(),
            due: None,
            acceptance: Vec::new(),
            files: Vec::new(),
            links: Vec::new(),
            metadata: Map::new(),
            session: None,
            rollup: false,
            version: 1,
            created_at: at,
            updated_at: at,
            started_at: None,
            completed_at: None,
        }
    }
}

impl Serialize for Task {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Task", Self::FIELDS)?;
        self.serialize_fields(&mut out)?;
        out.end()
    }
}

impl Task {
    /// How many fields [`Task::serialize_fields`] writes.
    pub const FIELDS: usize = 28;

    /// Writes the fields of the task object into an object that may have more of its own.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize_fields<S: SerializeStruct>(&self, out: &mut S) -> Result<(), S::Error> {
        out.serialize_field("id", &self.id)?;
        out.serialize_field("uid", &self.uid)?;
        out.serialize_field("title", &self.title)?;
        out.serialize_field("description", &self.description)?;
        out.serialize_field("status", &self.status)?;
        out.serialize_field("block_reason", &self.block_reason)?;
        out.serialize_field("priority", &self.priority)?;
        out.serialize_field("category", &self.category)?;
        out.serialize_field("type", &self.kind)?;
        out.serialize_field("tags", &self.tags)?;
        out.serialize_field("assignee", &self.assignee)?;
        out.serialize_field("parent", &self.parent)?;
        out.serialize_field("depends_on", &self.depends_on)?;
        out.serialize_field("estimate_minutes", &self.estimate_minutes)?;
        out.serialize_field("actual_minutes", &self.actual_minutes)?;
        out.serialize_field("progress", &self.progress)?;
        out.serialize_field("due", &self.due)?;
        out.serialize_field("acceptance", &self.acceptance)?;
        out.serialize_field("files", &self.files)?;
        out.serialize_field("links", &self.links)?;
        out.serialize_field("metadata", &self.metadata)?;
        out.serialize_field("session", &self.session)?;
        out.serialize_field("rollup", &self.rollup)?;
        out.serialize_field("version", &self.version)?;
        out.serialize_field("created_at", &self.created_at)?;
        out.serialize_field("updated_at", &self.updated_at)?;
        out.serialize_field("started_at", &self.started_at)?;
        out.serialize_field("completed_at", &self.completed_at)
    }
}

/// A share of the work in percent, 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Progress(u8);

impl Progress {
    /// All of it.
    pub const FULL: Self = Self(100);

    /// Checks and takes a percentage.
    ///
    /// # Errors
    /// [`ProgressError`] when it is above 100.
    pub fn new(percent: u64) -> Result<Self, ProgressError> {
        match u8::try_from(percent) {
            Ok(small @ 0..=100) => Ok(Self(small)),
            Ok(_) | Err(_) => Err(ProgressError { percent }),
        }
    }

    /// The percentage.
    #[must_use]
    pub const fn percent(self) -> u8 {
        self.0
    }
}

impl TryFrom<u64> for Progress {
    type Error = ProgressError;

    fn try_from(percent: u64) -> Result<Self, ProgressError> {
        Self::new(percent)
    }
}

impl From<Progress> for u64 {
    fn from(progress: Progress) -> Self {
        Self::from(progress.0)
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

/// A percentage above 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("progress {percent} is out of range: use a percentage from 0 to 100")]
pub struct ProgressError {
    /// The number as it came.
    pub percent: u64,
}

/// A remark on a task. Notes are only ever added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When it was written.
    pub at: Moment,
    /// Who wrote it.
    pub author: Actor,
    /// What it says, at most 1 MiB.
    pub text: String,
}

/// The number that proves a claim. Each new claim in a store gets a higher one, so that a holder that was
/// slow, or thought dead, cannot act on a task that someone else holds by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FencingToken(pub u64);

impl fmt::Display for FencingToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A lease on a task: while it lives, only its holder moves the task's status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// What is held.
    pub task: TaskId,
    /// Who holds it.
    pub worker: Worker,
    /// The proof.
    pub token: FencingToken,
    /// When it lapses unless a heartbeat comes before.
    pub expires_at: Moment,
}

impl Claim {
    /// Whether it still holds at that time.
    #[must_use]
    pub fn is_live(&self, now: Moment) -> bool {
        now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_task_object_has_exactly_the_documented_fields() {
        let at = Moment::from_micros(1_700_000_000_000_000);
        let id: TaskId = "1.2".parse().unwrap();
        let task = Task::new(id, Uid::new(uuid::Uuid::nil()), Title::parse("a").unwrap(), at);
        let json = serde_json::to_string_pretty(&task).unwrap();
        insta::assert_snapshot!(json, @r#"
        {
          "id": "TASK-001.2",
          "uid": "00000000-0000-0000-0000-000000000000",
          "title": "a",
          "description": null,
          "status": "todo",
          "block_reason": null,
          "priority": "medium",
          "category": null,
          "type": null,
          "tags": [],
          "assignee": null,
          "parent": "TASK-001",
          "depends_on": [],
          "estimate_minutes": null,
          "actual_minutes": null,
          "progress": 0,
          "due": null,
          "acceptance": [],
          "files": [],
          "links": [],
          "metadata": {},
          "session": null,
          "rollup": false,
          "version": 1,
          "created_at": "2023-11-14T22:13:20.000000Z",
          "updated_at": "2023-11-14T22:13:20.000000Z",
          "started_at": null,
          "completed_at": null
        }
        "#);
        assert_eq!(serde_json::from_str::<Task>(&json).unwrap(), task);
        assert_eq!(serde_json::to_value(&task).unwrap().as_object().unwrap().len(), Task::FIELDS);
    }
}
