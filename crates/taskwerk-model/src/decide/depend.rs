//! What waits for what.

use super::Case;
use super::edit::check_bounds;
use crate::command::Guard;
use crate::event::Action;
use crate::id::TaskId;
use crate::refusal::Refusal;
use crate::view::{Decided, View};

impl<V: View> Case<'_, '_, V> {
    pub(super) fn add_dependency(&mut self, id: &TaskId, on: &TaskId, guard: Guard) -> Decided<(), V> {
        let task = self.draft.require(id)?;
        self.draft.require(on)?;
        self.check_version(&task, guard)?;
        if id == on {
            return Err(Refusal::Cycle { path: vec![id.clone(), on.clone()] }.into());
        }
        if task.depends_on.contains(on) {
            return Ok(());
        }
        self.draft.change(id, Action::DependencyAdded, None, guard.force, |task| {
            task.depends_on.push(on.clone());
        })?;
        check_bounds(&*self.draft.require(id)?)?;
        self.refuse_cycle(id.clone())
    }

    pub(super) fn remove_dependency(&mut self, id: &TaskId, on: &TaskId, guard: Guard) -> Decided<(), V> {
        let task = self.draft.require(id)?;
        self.check_version(&task, guard)?;
        self.draft.change(id, Action::DependencyRemoved, None, guard.force, |task| {
            task.depends_on.retain(|other| other != on);
        })?;
        Ok(())
    }
}
