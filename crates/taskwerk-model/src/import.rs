//! Rows of an import: what a plan or a file brings, before it is checked.

mod read;

pub use read::{ImportFile, RowShapeError};

use crate::id::{Prefix, TaskId};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Many tasks to make or update in one command: all or nothing, and the same rows again make nothing new.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Import {
    /// The rows, in any order.
    pub rows: Vec<ImportRow>,
    /// What to do with a row whose task is there already.
    pub known: Known,
    /// Put the tasks under this prefix, whatever prefix their ids have.
    pub prefix: Option<Prefix>,
}

/// What an import does with a task that it finds again by uid or key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Known {
    /// Leaves it as it is.
    #[default]
    Skip,
    /// Brings its fields to what the row says, tags and lists replaced; what the row leaves out stays.
    Update,
}

/// A task as an import brings it. Only the title is needed; texts are checked when the command is carried
/// out, and an error names the row and the field. A row that is read from JSON may have fields of its own:
/// they end up in `metadata`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ImportRow {
    /// A name for the task that other rows use and by which a later import finds it again.
    pub key: Option<String>,
    /// A fixed id; refused when it belongs to another task.
    pub id: Option<String>,
    /// The identity from an export; a later import finds the task again by it.
    pub uid: Option<String>,
    /// What is to be done.
    pub title: String,
    /// The description.
    pub description: Option<String>,
    /// The status, in any spelling.
    pub status: Option<String>,
    /// Why it is blocked.
    pub block_reason: Option<String>,
    /// The priority.
    pub priority: Option<String>,
    /// The category.
    pub category: Option<String>,
    /// The sort of work (`type` in JSON).
    pub kind: Option<String>,
    /// The tags.
    pub tags: Option<Vec<String>>,
    /// Who is to do it.
    pub assignee: Option<String>,
    /// The container: the key or id of another row, or of a task in the store.
    pub parent: Option<String>,
    /// What it waits for: keys or ids of other rows, or of tasks in the store.
    pub depends_on: Option<Vec<String>>,
    /// The estimate in minutes. JSON may also say `estimate`, where a number is hours.
    pub estimate_minutes: Option<u32>,
    /// The time it took, in minutes.
    pub actual_minutes: Option<u32>,
    /// The progress in percent.
    pub progress: Option<u64>,
    /// The due date.
    pub due: Option<String>,
    /// The acceptance criteria.
    pub acceptance: Option<Vec<String>>,
    /// The files.
    pub files: Option<Vec<String>>,
    /// The links.
    pub links: Option<Vec<String>>,
    /// Whatever else; unknown fields of a JSON row are added to it.
    pub metadata: Map<String, Value>,
    /// The session; that of the command when left out.
    pub session: Option<String>,
    /// Whether it closes with the last open task under it.
    pub rollup: Option<bool>,
    /// Notes, oldest first.
    pub notes: Vec<ImportNote>,
    /// The count of changes, from an export.
    pub version: Option<u64>,
    /// When it was made, from an export.
    pub created_at: Option<String>,
    /// When it last changed, from an export.
    pub updated_at: Option<String>,
    /// When work began, from an export.
    pub started_at: Option<String>,
    /// When it was done, from an export.
    pub completed_at: Option<String>,
}

/// A note of an import: a plain text, or one from an export with its time and author.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportNote {
    /// When it was written; now when left out.
    pub at: Option<String>,
    /// Who wrote it; who imports it when left out.
    pub author: Option<String>,
    /// What it says.
    pub text: String,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// Tasks made.
    pub created: usize,
    /// Tasks brought up to date.
    pub updated: usize,
    /// Rows whose task was there already (or had nothing to bring).
    pub skipped: usize,
    /// The task of each row that has a key or an id, by that.
    pub ids: BTreeMap<String, TaskId>,
}
