//! Brings together what a prompt is made of: from the tasks, from Conductor's records, from the files.

use std::path::Path;

use conductor_engine::ids::TaskRef;
use jiff::Timestamp;
use taskwerk_client::{Tasks, TasksError};
use taskwerk_model::TaskId;
use thiserror::Error;

use super::{Finished, Parent};
use crate::agents::TaskSheet;
use crate::git::PastCommit;
use crate::journal::{Database, JournalError};
use crate::search::{Found, Request, relevant_files};

/// Names of files in which a repository keeps its rules for agents.
const RULES_FILES: [&str; 3] = ["AGENTS.md", "CLAUDE.md", "GEMINI.md"];

/// Why there is nothing to make a prompt of.
#[derive(Debug, Error)]
pub enum GatherError {
    /// The tasks.
    #[error("failed to read the task: {0}")]
    Tasks(#[from] TasksError),
    /// Conductor's records.
    #[error("failed to read what agents said before: {0}")]
    Journal(#[from] JournalError),
}

/// What the tasks and the records say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Records {
    /// The task, without feedback.
    pub task: TaskSheet,
    /// The containers above it, the nearest first.
    pub parents: Vec<Parent>,
    /// The finished tasks that it builds on.
    pub dependencies: Vec<Finished>,
    /// Under which names the records know the task and its dependencies.
    own: Option<TaskRef>,
    theirs: Vec<TaskRef>,
}

impl Records {
    /// Reads the task and what is around it.
    ///
    /// # Errors
    /// When the task, or one that it depends on, cannot be read.
    pub fn of(tasks: &Tasks, id: &TaskId) -> Result<Self, GatherError> {
        let task = tasks.get(id)?;
        let mut parents = Vec::new();
        for id in id.ancestors() {
            let above = tasks.get(&id)?;
            parents.push(Parent {
                id: above.id.to_string(),
                title: above.title.to_string(),
                description: above.description.unwrap_or_default(),
            });
        }
        let (mut dependencies, mut theirs) = (Vec::new(), Vec::new());
        for id in &task.depends_on {
            let needed = tasks.get(id)?;
            theirs.push(TaskRef(needed.uid.to_string()));
            dependencies.push(Finished {
                id: needed.id.to_string(),
                title: needed.title.to_string(),
                summary: String::new(),
                files: needed.files,
            });
        }
        let sheet = TaskSheet {
            id: task.id.to_string(),
            key: task.metadata.get("key").and_then(|k| k.as_str()).map(str::to_owned),
            title: task.title.to_string(),
            description: task.description.unwrap_or_default(),
            acceptance: task.acceptance,
            files: task.files,
            feedback: None,
            previous_summary: None,
        };
        let own = Some(TaskRef(task.uid.to_string()));
        Ok(Self { task: sheet, parents, dependencies, own, theirs })
    }

    /// Adds what agents said at the end of their runs.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub fn add_summaries(&mut self, db: &Database) -> Result<(), GatherError> {
        for (finished, task) in self.dependencies.iter_mut().zip(&self.theirs) {
            finished.summary = db.last_summary(task)?.unwrap_or_default();
        }
        if let Some(own) = &self.own {
            self.task.previous_summary = db.last_summary(own)?;
        }
        Ok(())
    }
}

/// Where the files of a task are looked for.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The workspace, or a checkout that is only read.
    pub root: &'a Path,
    /// Where searches remember what they read.
    pub cache: Option<&'a Path>,
    /// Commits before the work, newest first.
    pub past: &'a [PastCommit],
    /// The time.
    pub now: Timestamp,
}

/// What the files say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Names of files that hold the repository's rules for agents.
    pub rules: Vec<String>,
    /// Files that have to do with the task, and subjects of earlier commits.
    pub found: Found,
}

/// Looks for the files of a task. What cannot be read is not there.
pub fn gather(place: &Place<'_>, records: &Records) -> Surroundings {
    let Place { root, cache, past, now } = *place;
    // One of them is often a link to another.
    let is_there = |name: &&&str| root.join(name).is_file();
    let task = &records.task;
    Surroundings {
        rules: RULES_FILES.iter().filter(is_there).map(|name| (*name).to_owned()).collect(),
        found: relevant_files(&Request {
            root,
            cache,
            title: &task.title,
            description: &task.description,
            acceptance: &task.acceptance,
            files: &task.files,
            past,
            now,
        }),
    }
}
