//! What a command did.

use std::collections::{BTreeMap, BTreeSet};
use taskwerk_model::{Change, Claim, Event, ImportReport, Task, TaskId};

/// What a command did. Everything is empty when it asked for what was so already.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changed {
    /// The tasks that were made or changed, as they are now, by id. After an import, which may touch tens of
    /// thousands, this is empty: see `import`.
    pub tasks: Vec<Task>,
    /// What changed in each of those that were there before, in order; a field may come more than once.
    pub changes: BTreeMap<TaskId, Vec<Change>>,
    /// The tasks that were made.
    pub created: Vec<TaskId>,
    /// The tasks that were deleted.
    pub deleted: Vec<TaskId>,
    /// The claims that were taken or kept alive.
    pub claims: Vec<Claim>,
    /// The tasks on which a note was written.
    pub noted: BTreeSet<TaskId>,
    /// Open tasks that can no longer be begun, since something that they wait for was cancelled.
    pub stranded: BTreeSet<TaskId>,
    /// What an import did.
    pub import: Option<ImportReport>,
    /// The place of the newest event in the log after the command.
    pub last_event: u64,
}

impl Changed {
    /// Whether nothing happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
            && self.created.is_empty()
            && self.deleted.is_empty()
            && self.claims.is_empty()
            && self.noted.is_empty()
            && self.import.as_ref().is_none_or(|import| import.created + import.updated == 0)
    }

    pub(crate) fn note(&mut self, event: &Event) {
        match event {
            Event::Created { task, .. } => self.created.push(task.id.clone()),
            Event::Changed { id, changes, .. } => {
                self.changes.entry(id.clone()).or_default().extend(changes.iter().cloned());
            }
            Event::Noted { id, .. } => {
                self.noted.insert(id.clone());
            }
            Event::Deleted { task, .. } => self.deleted.push(task.id.clone()),
            Event::Claimed { claim } | Event::Extended { claim } => self.claims.push(claim.clone()),
            Event::Released { .. } => {}
        }
    }
}
