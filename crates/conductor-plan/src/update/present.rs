//! The tasks as they are.

use std::collections::{BTreeMap, BTreeSet};
use taskwerk_model::{Status, Task, TaskId};

/// A task, and what else is known of it.
#[derive(Debug, Clone)]
pub struct TaskState {
    /// The task.
    pub task: Task,
    /// The key by which it was imported.
    pub key: Option<String>,
    /// Whether somebody holds it.
    pub claimed: bool,
    /// Whether somebody wrote a note on it.
    pub noted: bool,
}

/// All tasks of a project.
#[derive(Debug, Clone, Default)]
pub struct Present {
    tasks: BTreeMap<TaskId, TaskState>,
    keys: BTreeMap<String, TaskId>,
    containers: BTreeSet<TaskId>,
}

impl Present {
    /// Collects them.
    pub fn new(tasks: impl IntoIterator<Item = TaskState>) -> Self {
        let mut present = Self::default();
        for state in tasks {
            let id = state.task.id.clone();
            present.containers.extend(id.parent());
            if let Some(key) = &state.key {
                present.keys.insert(key.clone(), id.clone());
            }
            present.tasks.insert(id, state);
        }
        present
    }

    pub(super) fn by_key(&self, key: &str) -> Option<&TaskState> {
        self.keys.get(key).and_then(|id| self.tasks.get(id))
    }

    pub(super) fn by_id(&self, id: &TaskId) -> Option<&TaskState> {
        self.tasks.get(id)
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &TaskState> {
        self.tasks.values()
    }

    /// The task with this key, or with this id when it has no key.
    pub(super) fn by_name(&self, name: &str) -> Option<&TaskState> {
        self.by_key(name).or_else(|| self.by_id(&name.parse().ok()?))
    }

    /// Whether a text is the id of a task.
    pub(super) fn has(&self, id: &str) -> bool {
        id.parse().is_ok_and(|id: TaskId| self.tasks.contains_key(&id))
    }

    /// Whether there are tasks under this one.
    pub(super) fn is_container(&self, id: &TaskId) -> bool {
        self.containers.contains(id)
    }

    /// The key of each task that has one.
    pub(super) fn names(&self) -> BTreeMap<TaskId, String> {
        self.keys.iter().map(|(key, id)| (id.clone(), key.clone())).collect()
    }

    /// The open tasks that wait for this one by name.
    pub(super) fn waiting_for<'p>(&'p self, id: &'p TaskId) -> impl Iterator<Item = &'p TaskState> {
        self.tasks.values().filter(move |state| !state.is_closed() && state.task.depends_on.contains(id))
    }
}

impl TaskState {
    /// Whether nobody has begun it, and nobody holds it.
    pub fn is_free(&self) -> bool {
        self.task.status == Status::Todo && !self.claimed
    }

    /// Its key, or its id when it has none.
    pub(super) fn name(&self) -> String {
        self.key.clone().unwrap_or_else(|| self.task.id.to_string())
    }

    /// Whether it is done or cancelled.
    pub fn is_closed(&self) -> bool {
        self.task.status.is_closed()
    }
}
