//! The working set of a decision: what was read from the view, with what the decision did to it on top.

use crate::change::Change;
use crate::event::{Action, Event};
use crate::id::{Prefix, TaskId};
use crate::refusal::{Invalid, Refusal};
use crate::task::{Claim, FencingToken, Task};
use crate::text::Reason;
use crate::time::Moment;
use crate::view::{DecideError, Decided, View};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Each command of a batch sees what those before it did, so every read goes through here, and every event
/// that is pushed changes what later reads see.
pub(crate) struct Draft<'v, V: View> {
    view: &'v V,
    now: Moment,
    /// Tasks that were read or written; `None` is known not to exist.
    tasks: BTreeMap<TaskId, Option<Arc<Task>>>,
    /// Tasks that the view does not know yet.
    fresh: BTreeSet<TaskId>,
    claims: BTreeMap<TaskId, Option<Claim>>,
    numbers: BTreeMap<(Prefix, Option<TaskId>), u32>,
    token: Option<FencingToken>,
    events: Vec<Event>,
}

impl<'v, V: View> Draft<'v, V> {
    pub(crate) fn new(view: &'v V, now: Moment) -> Self {
        Self {
            view,
            now,
            tasks: BTreeMap::new(),
            fresh: BTreeSet::new(),
            claims: BTreeMap::new(),
            numbers: BTreeMap::new(),
            token: None,
            events: Vec::new(),
        }
    }

    pub(crate) fn into_events(self) -> Vec<Event> {
        self.events
    }

    pub(crate) fn events_so_far(&self) -> usize {
        self.events.len()
    }

    pub(crate) fn view(&self) -> &'v V {
        self.view
    }

    pub(crate) fn task(&mut self, id: &TaskId) -> Decided<Option<Arc<Task>>, V> {
        if let Some(known) = self.tasks.get(id) {
            return Ok(known.clone());
        }
        let task = self.view.task(id).map_err(DecideError::View)?.map(Arc::new);
        self.tasks.insert(id.clone(), task.clone());
        Ok(task)
    }

    /// The task, or the refusal that says it does not exist and what may have been meant.
    pub(crate) fn require(&mut self, id: &TaskId) -> Decided<Arc<Task>, V> {
        match self.task(id)? {
            Some(task) => Ok(task),
            None => {
                let mut suggestions = self.view.nearest(id).map_err(DecideError::View)?;
                suggestions.truncate(3);
                Err(Refusal::NotFound { id: id.clone(), suggestions }.into())
            }
        }
    }

    /// The tasks directly under this one, in order.
    pub(crate) fn children(&mut self, id: &TaskId) -> Decided<Vec<Arc<Task>>, V> {
        let mut ids = BTreeSet::new();
        if !self.fresh.contains(id) {
            ids.extend(self.view.children(id).map_err(DecideError::View)?);
        }
        // What lies under a task follows it in the order of ids.
        let under = self.fresh.range(id.child(1)..).take_while(|other| id.contains(other));
        ids.extend(under.filter(|other| other.path().len() == id.path().len() + 1).cloned());
        self.existing(ids)
    }

    /// The tasks that wait for this one by name, in order.
    pub(crate) fn dependents(&mut self, id: &TaskId) -> Decided<Vec<Arc<Task>>, V> {
        let mut ids: BTreeSet<TaskId> = BTreeSet::new();
        if !self.fresh.contains(id) {
            ids.extend(self.view.dependents(id).map_err(DecideError::View)?);
        }
        let here = self.tasks.values().flatten().filter(|task| task.depends_on.contains(id));
        ids.extend(here.map(|task| task.id.clone()));
        let mut tasks = self.existing(ids)?;
        tasks.retain(|task| task.depends_on.contains(id));
        Ok(tasks)
    }

    fn existing(&mut self, ids: BTreeSet<TaskId>) -> Decided<Vec<Arc<Task>>, V> {
        let mut tasks = Vec::with_capacity(ids.len());
        for id in ids {
            tasks.extend(self.task(&id)?);
        }
        Ok(tasks)
    }

    pub(crate) fn claim(&mut self, id: &TaskId) -> Decided<Option<Claim>, V> {
        if let Some(known) = self.claims.get(id) {
            return Ok(known.clone());
        }
        let claim =
            if self.fresh.contains(id) { None } else { self.view.claim(id).map_err(DecideError::View)? };
        self.claims.insert(id.clone(), claim.clone());
        Ok(claim)
    }

    pub(crate) fn next_token(&mut self) -> Decided<FencingToken, V> {
        let last = match self.token {
            Some(token) => token,
            None => self.view.last_token().map_err(DecideError::View)?,
        };
        Ok(FencingToken(last.0 + 1))
    }

    /// A new id under `parent`, or without one.
    pub(crate) fn next_id(&mut self, prefix: Prefix, parent: Option<&TaskId>) -> Decided<TaskId, V> {
        let prefix = parent.map_or(prefix, TaskId::prefix);
        let number = self.last_number(prefix, parent)?.checked_add(1).filter(|n| *n < u32::MAX);
        let number = number.ok_or(Invalid::NumbersUsedUp)?;
        let id = match parent {
            Some(parent) if parent.is_deepest() => return Err(Invalid::NumbersUsedUp.into()),
            Some(parent) => parent.child(number),
            None => TaskId::root(prefix, number).map_err(Invalid::Id)?,
        };
        self.reserve(&id)?;
        Ok(id)
    }

    /// Keeps an id from being given to another task of this command.
    pub(crate) fn reserve(&mut self, id: &TaskId) -> Decided<(), V> {
        let parent = id.parent();
        let last = self.last_number(id.prefix(), parent.as_ref())?;
        self.numbers.insert((id.prefix(), parent), last.max(id.number()));
        Ok(())
    }

    pub(crate) fn last_number(&mut self, prefix: Prefix, parent: Option<&TaskId>) -> Decided<u32, V> {
        let scope = (prefix, parent.cloned());
        if let Some(last) = self.numbers.get(&scope) {
            return Ok(*last);
        }
        let last = self.view.last_number(prefix, parent).map_err(DecideError::View)?;
        self.numbers.insert(scope, last);
        Ok(last)
    }

    /// Edits a task and pushes the event; `false`, and no event, when the edit changes nothing.
    pub(crate) fn change(
        &mut self,
        id: &TaskId,
        action: Action,
        reason: Option<Reason>,
        forced: bool,
        edit: impl FnOnce(&mut Task),
    ) -> Decided<bool, V> {
        let before = self.require(id)?;
        let mut after = Task::clone(&before);
        edit(&mut after);
        let changes = Change::between(&before, &after);
        if changes.is_empty() {
            return Ok(false);
        }
        self.push(Event::Changed { id: id.clone(), action, reason, forced, changes })?;
        Ok(true)
    }

    pub(crate) fn push(&mut self, event: Event) -> Decided<(), V> {
        match &event {
            Event::Created { task, .. } => {
                self.fresh.insert(task.id.clone());
                self.tasks.insert(task.id.clone(), Some(Arc::clone(task)));
            }
            Event::Changed { id, changes, .. } => {
                let mut task = Task::clone(&*self.require(id)?);
                Change::apply_all(changes, self.now, &mut task);
                self.tasks.insert(id.clone(), Some(Arc::new(task)));
            }
            Event::Noted { .. } => {}
            Event::Deleted { task, .. } => {
                self.tasks.insert(task.id.clone(), None);
                self.claims.insert(task.id.clone(), None);
            }
            Event::Claimed { claim } => {
                self.token = Some(claim.token);
                self.claims.insert(claim.task.clone(), Some(claim.clone()));
            }
            Event::Extended { claim } => {
                self.claims.insert(claim.task.clone(), Some(claim.clone()));
            }
            Event::Released { id, .. } => {
                self.claims.insert(id.clone(), None);
            }
        }
        self.events.push(event);
        Ok(())
    }
}
