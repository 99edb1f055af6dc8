//! The fold of events, in memory.

use crate::change::Change;
use crate::event::Event;
use crate::id::{Prefix, TaskId, Uid};
use crate::status::Status;
use crate::task::{Claim, FencingToken, Note, Task};
use crate::text::Key;
use crate::time::Moment;
use crate::view::View;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

/// All tasks as the events say, computed the plain way. It is what the tables of every store must come to, and
/// a [`View`] to decide against without a database.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskSet {
    tasks: BTreeMap<TaskId, Task>,
    keys: BTreeMap<TaskId, Key>,
    notes: BTreeMap<TaskId, Vec<Note>>,
    claims: BTreeMap<TaskId, Claim>,
    given: BTreeSet<TaskId>,
    last_token: FencingToken,
}

impl TaskSet {
    /// Takes in an event that happened at that time. An event about a task that does not exist changes nothing.
    pub fn apply(&mut self, at: Moment, event: &Event) {
        match event {
            Event::Created { task, key, notes } => {
                self.given.insert(task.id.clone());
                self.tasks.insert(task.id.clone(), Task::clone(task));
                self.notes.insert(task.id.clone(), notes.clone());
                if let Some(key) = key {
                    self.keys.insert(task.id.clone(), key.clone());
                }
            }
            Event::Changed { id, changes, .. } => {
                if let Some(task) = self.tasks.get_mut(id) {
                    Change::apply_all(changes, at, task);
                }
            }
            Event::Noted { id, note } => self.notes.entry(id.clone()).or_default().push(note.clone()),
            Event::Deleted { task, .. } => {
                self.tasks.remove(&task.id);
                self.keys.remove(&task.id);
                self.notes.remove(&task.id);
                self.claims.remove(&task.id);
            }
            Event::Claimed { claim } | Event::Extended { claim } => {
                self.last_token = self.last_token.max(claim.token);
                self.claims.insert(claim.task.clone(), claim.clone());
            }
            Event::Released { id, .. } => {
                self.claims.remove(id);
            }
        }
    }

    /// The tasks, by id.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.values()
    }

    /// Whether a task can be begun at that time: it is todo and no container; what it and the containers above
    /// it wait for is done; none of these is parked; nobody holds it.
    #[must_use]
    pub fn is_ready(&self, id: &TaskId, now: Moment) -> bool {
        let Some(task) = self.tasks.get(id) else { return false };
        let is_done = |id: &TaskId| self.tasks.get(id).is_some_and(|task| task.status == Status::Done);
        let above: Vec<&Task> = id.ancestors().filter_map(|id| self.tasks.get(&id)).collect();
        task.status == Status::Todo
            && !self.tasks.keys().any(|other| id.contains(other))
            && task.depends_on.iter().all(is_done)
            && above.iter().all(|above| !above.status.is_parked() && above.depends_on.iter().all(is_done))
            && !self.claims.get(id).is_some_and(|claim| claim.is_live(now))
    }
}

impl View for TaskSet {
    type Error = Infallible;

    fn task(&self, id: &TaskId) -> Result<Option<Task>, Infallible> {
        Ok(self.tasks.get(id).cloned())
    }

    fn children(&self, id: &TaskId) -> Result<Vec<TaskId>, Infallible> {
        let depth = id.path().len() + 1;
        Ok(self
            .tasks
            .keys()
            .filter(|other| id.contains(other) && other.path().len() == depth)
            .cloned()
            .collect())
    }

    fn dependents(&self, id: &TaskId) -> Result<Vec<TaskId>, Infallible> {
        let waiting = self.tasks.values().filter(|task| task.depends_on.contains(id));
        Ok(waiting.map(|task| task.id.clone()).collect())
    }

    fn notes(&self, id: &TaskId) -> Result<Vec<Note>, Infallible> {
        Ok(self.notes.get(id).cloned().unwrap_or_default())
    }

    fn claim(&self, id: &TaskId) -> Result<Option<Claim>, Infallible> {
        Ok(self.claims.get(id).cloned())
    }

    fn key(&self, id: &TaskId) -> Result<Option<Key>, Infallible> {
        Ok(self.keys.get(id).cloned())
    }

    fn by_key(&self, key: &str) -> Result<Option<TaskId>, Infallible> {
        Ok(self.keys.iter().find(|(_, other)| other.as_str() == key).map(|(id, _)| id.clone()))
    }

    fn by_uid(&self, uid: Uid) -> Result<Option<TaskId>, Infallible> {
        Ok(self.tasks.values().find(|task| task.uid == uid).map(|task| task.id.clone()))
    }

    fn last_number(&self, prefix: Prefix, parent: Option<&TaskId>) -> Result<u32, Infallible> {
        let here = self.given.iter().filter(|id| id.prefix() == prefix && id.parent().as_ref() == parent);
        Ok(here.map(TaskId::number).max().unwrap_or(0))
    }

    fn was_given(&self, id: &TaskId) -> Result<bool, Infallible> {
        Ok(self.given.contains(id))
    }

    fn last_token(&self) -> Result<FencingToken, Infallible> {
        Ok(self.last_token)
    }

    fn nearest(&self, id: &TaskId) -> Result<Vec<TaskId>, Infallible> {
        let beside = |id: &TaskId| {
            let parent = id.parent();
            let same_level = |other: &&TaskId| other.prefix() == id.prefix() && other.parent() == parent;
            let mut ids: Vec<TaskId> = self.tasks.keys().filter(same_level).cloned().collect();
            ids.sort_by_key(|other| other.number().abs_diff(id.number()));
            ids.truncate(3);
            ids
        };
        let found = std::iter::once(id.clone()).chain(id.ancestors()).map(|id| beside(&id));
        Ok(found.into_iter().find(|ids| !ids.is_empty()).unwrap_or_default())
    }
}
