//! Deleting tasks.

use super::Case;
use crate::command::{Children, Guard};
use crate::event::{Action, Event};
use crate::id::TaskId;
use crate::refusal::Refusal;
use crate::task::Task;
use crate::view::{DecideError, Decided, View};
use std::sync::Arc;

impl<V: View> Case<'_, '_, V> {
    pub(super) fn delete(&mut self, id: &TaskId, children: Children, guard: Guard) -> Decided<(), V> {
        let task = self.draft.require(id)?;
        self.check_version(&task, guard)?;
        let doomed = self.subtree(task)?;
        if doomed.len() > 1 && children == Children::Refuse {
            let children = self.draft.children(id)?.iter().map(|child| child.id.clone()).collect();
            return Err(Refusal::HasChildren { id: id.clone(), children }.into());
        }
        let mut outside: Vec<(TaskId, TaskId)> = Vec::new();
        for task in &doomed {
            self.check_claim(&task.id, guard)?;
            let dependents = self.draft.dependents(&task.id)?;
            let beyond = dependents.iter().filter(|other| other.id != *id && !id.contains(&other.id));
            outside.extend(beyond.map(|other| (other.id.clone(), task.id.clone())));
        }
        if !guard.force && !outside.is_empty() {
            let dependents = outside.into_iter().map(|(dependent, _)| dependent).collect();
            return Err(Refusal::HasDependents { id: id.clone(), dependents }.into());
        }
        for (dependent, gone) in outside {
            self.draft.change(&dependent, Action::DependencyRemoved, None, true, |task| {
                task.depends_on.retain(|other| *other != gone);
            })?;
        }
        // The deepest first, so that no event leaves a task without its container.
        for task in doomed.into_iter().rev() {
            let key = self.draft.view().key(&task.id).map_err(DecideError::View)?;
            self.draft.push(Event::Deleted { task, key })?;
        }
        self.roll_up(id)
    }

    /// A task and everything under it, each container before what it holds.
    pub(super) fn subtree(&mut self, root: Arc<Task>) -> Decided<Vec<Arc<Task>>, V> {
        let mut found = vec![root];
        let mut next = 0;
        while let Some(task) = found.get(next) {
            let id = task.id.clone();
            found.extend(self.draft.children(&id)?);
            next += 1;
        }
        Ok(found)
    }
}
