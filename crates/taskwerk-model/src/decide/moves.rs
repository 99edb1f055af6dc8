//! Moving tasks from status to status, and what that does to the tasks above and below.

use super::Case;
use crate::command::{Children, Guard, Verb};
use crate::event::Action;
use crate::id::TaskId;
use crate::refusal::Refusal;
use crate::status::{Status, Transition, transition};
use crate::task::{Progress, Task};
use crate::text::Reason;
use crate::time::Moment;
use crate::view::{Decided, View};
use std::sync::Arc;

impl<V: View> Case<'_, '_, V> {
    pub(super) fn step(
        &mut self,
        id: &TaskId,
        verb: Verb,
        reason: Option<&Reason>,
        children: Children,
        guard: Guard,
    ) -> Decided<(), V> {
        let task = self.draft.require(id)?;
        self.check_version(&task, guard)?;
        let (from, to) = (task.status, verb.target());
        if from == to {
            return self.stay(&task, reason, guard);
        }
        if !verb.applies_to(from) {
            return Err(Refusal::WrongVerb { id: id.clone(), from, verb }.into());
        }
        if allowed(&task, to)?.needs_reason && reason.is_none() {
            return Err(Refusal::ReasonRequired { id: id.clone(), from, to }.into());
        }
        self.check_claim(id, guard)?;
        match to {
            Status::InProgress if !guard.force => self.check_dependencies(&task)?,
            Status::Done | Status::Cancelled => self.close_children(&task, to, reason, children, guard)?,
            Status::Todo if from.is_closed() => self.reopen_containers(id)?,
            Status::Todo | Status::InProgress | Status::Paused | Status::Blocked | Status::Review => {}
        }
        self.enter(&task, to, reason, guard.force)?;
        if to.is_closed() { self.roll_up(id) } else { Ok(()) }
    }

    /// What a move to the status that a task has already still does: a blocked task may get a new reason.
    fn stay(&mut self, task: &Task, reason: Option<&Reason>, guard: Guard) -> Decided<(), V> {
        let news = reason.filter(|reason| task.block_reason.as_deref() != Some(reason.as_str()));
        match (task.status, news) {
            (Status::Blocked, Some(reason)) => {
                self.check_claim(&task.id, guard)?;
                self.enter(task, Status::Blocked, Some(reason), guard.force)
            }
            (_, _) => Ok(()),
        }
    }

    /// Brings the task to the status. A closed task is nobody's any more, so its claim ends.
    fn enter(&mut self, task: &Task, to: Status, reason: Option<&Reason>, forced: bool) -> Decided<(), V> {
        let now = self.context.now;
        let action = action_of(task.status, to);
        self.draft.change(&task.id, action, reason.cloned(), forced, |task| arrive(task, to, reason, now))?;
        if to.is_closed() {
            self.end_claim(&task.id)?;
        }
        if to == Status::Cancelled {
            self.note_stranded(&task.id)?;
        }
        Ok(())
    }

    fn note_stranded(&mut self, id: &TaskId) -> Decided<(), V> {
        let dependents = self.draft.dependents(id)?;
        self.stranded.extend(dependents.iter().filter(|t| !t.status.is_closed()).map(|t| t.id.clone()));
        Ok(())
    }

    /// Refuses to begin a task while something that it, or a container above it, waits for is not done, or
    /// while a container above it is parked.
    fn check_dependencies(&mut self, task: &Task) -> Decided<(), V> {
        let mut unmet = Vec::new();
        let mut waits_for = task.depends_on.clone();
        for above in task.id.ancestors() {
            if let Some(above) = self.draft.task(&above)? {
                waits_for.extend(above.depends_on.iter().cloned());
                if above.status.is_parked() {
                    unmet.push((above.id.clone(), above.status));
                }
            }
        }
        for on in waits_for {
            if let Some(on) = self.draft.task(&on)? {
                let entry = (on.id.clone(), on.status);
                if on.status != Status::Done && !unmet.contains(&entry) {
                    unmet.push(entry);
                }
            }
        }
        if unmet.is_empty() {
            return Ok(());
        }
        Err(Refusal::UnmetDependencies { id: task.id.clone(), unmet }.into())
    }

    fn close_children(
        &mut self,
        task: &Arc<Task>,
        to: Status,
        reason: Option<&Reason>,
        children: Children,
        guard: Guard,
    ) -> Decided<(), V> {
        let open = |task: &&Arc<Task>| !task.status.is_closed();
        match children {
            Children::Refuse => {
                let children = self.draft.children(&task.id)?;
                let children: Vec<TaskId> = children.iter().filter(open).map(|c| c.id.clone()).collect();
                if children.is_empty() {
                    return Ok(());
                }
                Err(Refusal::HasOpenChildren { id: task.id.clone(), children }.into())
            }
            Children::Cascade => {
                let under = self.subtree(Arc::clone(task))?;
                // The deepest first, so that no container is closed over an open task.
                for below in under.iter().skip(1).rev().filter(open) {
                    allowed(below, to)?;
                    // The token of a container's claim proves nothing about what is under it.
                    self.check_claim(&below.id, Guard { token: None, ..guard })?;
                    self.enter(below, to, reason, guard.force)?;
                }
                Ok(())
            }
        }
    }

    /// Opens the closed containers above a task that is opened again, so that nothing open lies in a closed one.
    fn reopen_containers(&mut self, id: &TaskId) -> Decided<(), V> {
        for above in id.ancestors() {
            let above = self.draft.require(&above)?;
            if above.status.is_closed() {
                let reason = Reason::stored(format!("{id} was opened again"));
                self.enter(&above, Status::Todo, Some(&reason), false)?;
            }
        }
        Ok(())
    }

    /// Closes the containers above a task that have `rollup` and nothing open left: as done when something
    /// under them was done, as cancelled when all of it was cancelled.
    pub(super) fn roll_up(&mut self, id: &TaskId) -> Decided<(), V> {
        for above in id.ancestors() {
            let above = self.draft.require(&above)?;
            let children = self.draft.children(&above.id)?;
            let finished = !children.is_empty() && children.iter().all(|child| child.status.is_closed());
            if !above.rollup || above.status.is_closed() || !finished {
                return Ok(());
            }
            let any_done = children.iter().any(|child| child.status == Status::Done);
            let to = if any_done { Status::Done } else { Status::Cancelled };
            let now = self.context.now;
            self.draft
                .change(&above.id, Action::RolledUp, None, false, |task| arrive(task, to, None, now))?;
            self.end_claim(&above.id)?;
            if to == Status::Cancelled {
                self.note_stranded(&above.id)?;
            }
        }
        Ok(())
    }
}

fn allowed(task: &Task, to: Status) -> Result<Transition, Refusal> {
    transition(task.status, to).ok_or_else(|| illegal(task, to))
}

fn illegal(task: &Task, to: Status) -> Refusal {
    let (from, allowed) = (task.status, task.status.targets().collect());
    Refusal::IllegalTransition { id: task.id.clone(), from, to, allowed }
}

fn arrive(task: &mut Task, to: Status, reason: Option<&Reason>, now: Moment) {
    if task.status == Status::Done {
        task.completed_at = None;
        task.progress = Progress::default();
    }
    task.block_reason = None;
    match to {
        Status::InProgress => task.started_at = task.started_at.or(Some(now)),
        Status::Blocked => task.block_reason = reason.map(|reason| reason.as_str().to_owned()),
        Status::Done => {
            task.completed_at = Some(now);
            task.progress = Progress::FULL;
        }
        Status::Todo | Status::Paused | Status::Review | Status::Cancelled => {}
    }
    task.status = to;
}

fn action_of(from: Status, to: Status) -> Action {
    match (from, to) {
        (Status::Done | Status::Cancelled, Status::Todo) => Action::Reopened,
        (Status::Blocked, Status::Todo) => Action::Unblocked,
        (_, Status::Todo) => Action::Stopped,
        (_, Status::InProgress) => Action::Started,
        (_, Status::Paused) => Action::Paused,
        (_, Status::Blocked) => Action::Blocked,
        (_, Status::Review) => Action::Submitted,
        (_, Status::Done) => Action::Completed,
        (_, Status::Cancelled) => Action::Cancelled,
    }
}
