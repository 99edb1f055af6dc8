//! Plans of others that a plan is held against.

mod deveval;
mod own;
mod taskmaster;

use super::tasks::Tasks;
use serde::Serialize;
use serde_json::Value;
use std::fmt;
use thiserror::Error;

/// A reference with more tasks than this was not written by anybody.
const MOST_TASKS: usize = 5_000;

/// What a plan is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Who writes such files.
    pub kind: ReferenceKind,
    pub(super) tasks: Tasks,
    /// The depth at which its tasks are compared.
    pub(super) depth: usize,
}

/// The kinds of references that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceKind {
    /// A task file of Task Master.
    TaskMaster,
    /// The configuration of a DevEval project: files and what they need.
    DevEval,
    /// A plan of this program.
    Plan,
    /// Tasks, as `taskwerk list --json` prints them.
    Tasks,
}

/// Why a text is no reference.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReferenceError {
    /// It is no JSON.
    #[error("failed to read the reference: it is no JSON ({problem}); name a JSON file")]
    NotJson {
        /// What the parser says.
        problem: String,
    },
    /// It is JSON of some other kind.
    #[error(
        "failed to read the reference: this JSON is none of the known kinds; known are Task Master files, DevEval \
         configurations with `code_file_DAG`, plans (`conductor plan show --json`) and `taskwerk list --json`"
    )]
    UnknownKind,
    /// It is of a known kind, but not in its form.
    #[error("failed to read the reference as {kind}: {problem}; correct the file")]
    Malformed {
        /// The kind.
        kind: ReferenceKind,
        /// What is wrong, and where.
        problem: String,
    },
    /// It names no task.
    #[error("failed to read the reference as {kind}: it holds no task; name one that does")]
    Empty {
        /// The kind.
        kind: ReferenceKind,
    },
    /// It has lists of tasks under several tags.
    #[error("the reference holds tasks under several tags: {}; name one of them", tags.join(", "))]
    SeveralTags {
        /// The tags that hold tasks.
        tags: Vec<String>,
    },
    /// It has no such tag.
    #[error("the reference holds no tasks under the tag `{tag}`{}", if tags.is_empty() { String::new() } else { format!("; there are {}", tags.join(", ")) })]
    UnknownTag {
        /// The tag that was asked for.
        tag: String,
        /// The tags that hold tasks.
        tags: Vec<String>,
    },
    /// It is far too long.
    #[error(
        "the reference holds {count} tasks, more than the {MOST_TASKS} that can be compared; name a part of it"
    )]
    TooLong {
        /// How many there are.
        count: usize,
    },
}

impl Reference {
    /// Reads a reference; what kind it is of is told by its form. `tag` chooses among the lists of a Task Master file that
    /// has several.
    ///
    /// # Errors
    /// When it is no JSON, of no known kind, not in the form of its kind, or without tasks.
    pub fn parse(text: &str, tag: Option<&str>) -> Result<Self, ReferenceError> {
        let text = text.trim_start_matches('\u{FEFF}');
        let value: Value = serde_json::from_str(text)
            .map_err(|error| ReferenceError::NotJson { problem: error.to_string() })?;
        let (kind, tasks) = if value.get("code_file_DAG").is_some() {
            (ReferenceKind::DevEval, deveval::read(&value)?)
        } else if own::is_plan(&value) {
            (ReferenceKind::Plan, own::plan(&value)?)
        } else if own::is_tasks(&value) {
            (ReferenceKind::Tasks, own::tasks(&value)?)
        } else if taskmaster::fits(&value) {
            (ReferenceKind::TaskMaster, taskmaster::read(&value, tag)?)
        } else {
            return Err(ReferenceError::UnknownKind);
        };
        if tasks.is_empty() {
            return Err(ReferenceError::Empty { kind });
        }
        if tasks.len() > MOST_TASKS {
            return Err(ReferenceError::TooLong { count: tasks.len() });
        }
        let tasks = Tasks::new(tasks);
        // Others nest details below their tasks; our groups only hold tasks together.
        let depth = match kind {
            ReferenceKind::TaskMaster | ReferenceKind::DevEval => 0,
            ReferenceKind::Plan | ReferenceKind::Tasks => tasks.deepest(),
        };
        Ok(Self { kind, tasks, depth })
    }
}

impl fmt::Display for ReferenceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TaskMaster => "a Task Master file",
            Self::DevEval => "a DevEval configuration",
            Self::Plan => "a plan",
            Self::Tasks => "a list of tasks",
        })
    }
}

fn malformed(kind: ReferenceKind, problem: impl Into<String>) -> ReferenceError {
    ReferenceError::Malformed { kind, problem: problem.into() }
}
