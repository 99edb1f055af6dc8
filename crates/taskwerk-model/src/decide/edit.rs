//! Making a task, editing its fields, writing notes.

use super::Case;
use crate::MAX_ENTRIES;
use crate::command::{Add, Edit, Guard, Patch};
use crate::cycle::find_cycle;
use crate::event::{Action, Event};
use crate::id::TaskId;
use crate::refusal::{Invalid, Refusal};
use crate::task::{Note, Task};
use crate::text::{MAX_TEXT_BYTES, Tag};
use crate::view::{Decided, View};
use std::sync::Arc;

impl<V: View> Case<'_, '_, V> {
    pub(super) fn add(&mut self, add: Add) -> Decided<(), V> {
        if let Some(parent) = &add.parent {
            let parent = self.draft.require(parent)?;
            if parent.status.is_closed() {
                return Err(Refusal::ParentClosed { parent: parent.id.clone(), status: parent.status }.into());
            }
            // Its holder is working on it as one task; making it a container would take that away.
            self.check_claim(&parent.id, add.guard)?;
        }
        let id = self.draft.next_id(self.context.prefix, add.parent.as_ref())?;
        let mut task = Task::new(id, (self.context.new_uid)(), add.title, self.context.now);
        task.session = self.context.session.cloned();
        add.fields.apply(&mut task);
        for on in add.depends_on {
            self.draft.require(&on)?;
            if !task.depends_on.contains(&on) {
                task.depends_on.push(on);
            }
        }
        check_bounds(&task)?;
        let waits = !task.depends_on.is_empty();
        let id = task.id.clone();
        self.draft.push(Event::Created { task: Arc::new(task), key: None, notes: Vec::new() })?;
        if waits {
            self.refuse_cycle(id)?;
        }
        Ok(())
    }

    pub(super) fn update(&mut self, id: &TaskId, patch: Patch, guard: Guard) -> Decided<(), V> {
        let before = self.draft.require(id)?;
        self.check_version(&before, guard)?;
        let mut after = Task::clone(&before);
        patch.apply(&mut after);
        if after == *before {
            return Ok(());
        }
        check_bounds(&after)?;
        // Fields are free to edit while somebody works on the task; a token that is given must hold, though.
        if guard.token.is_some() {
            self.check_claim(id, guard)?;
        }
        self.draft.change(id, Action::Updated, None, guard.force, |task| *task = after)?;
        Ok(())
    }

    pub(super) fn note(&mut self, id: &TaskId, text: String) -> Decided<(), V> {
        self.draft.require(id)?;
        let note = Note { at: self.context.now, author: self.context.actor.clone(), text };
        check_note(&note)?;
        self.draft.push(Event::Noted { id: id.clone(), note })
    }

    pub(super) fn refuse_cycle(&mut self, id: TaskId) -> Decided<(), V> {
        match find_cycle(&mut self.draft, std::iter::once(id))? {
            Some(path) => Err(Refusal::Cycle { path }.into()),
            None => Ok(()),
        }
    }
}

impl Patch {
    fn apply(self, task: &mut Task) {
        set(&mut task.title, self.title);
        set(&mut task.priority, self.priority);
        set(&mut task.progress, self.progress);
        set(&mut task.rollup, self.rollup);
        edit(&mut task.description, self.description);
        task.description.take_if(|text| text.is_empty());
        edit(&mut task.category, self.category);
        edit(&mut task.kind, self.kind);
        edit(&mut task.assignee, self.assignee);
        edit(&mut task.estimate_minutes, self.estimate);
        edit(&mut task.actual_minutes, self.actual);
        edit(&mut task.due, self.due);
        edit_list(&mut task.acceptance, self.acceptance);
        edit_list(&mut task.files, self.files);
        edit_list(&mut task.links, self.links);
        edit_list(&mut task.tags, self.tags);
        task.tags.extend(self.add_tags);
        task.tags = each_once(std::mem::take(&mut task.tags));
        task.tags.retain(|tag| !self.remove_tags.contains(tag));
        for (name, value) in self.metadata {
            if value.is_null() {
                task.metadata.remove(&name);
            } else {
                task.metadata.insert(name, value);
            }
        }
    }
}

fn set<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
}

fn edit<T>(slot: &mut Option<T>, edit: Edit<T>) {
    match edit {
        Edit::Keep => {}
        Edit::Clear => *slot = None,
        Edit::Set(value) => *slot = Some(value),
    }
}

fn edit_list<T>(slot: &mut Vec<T>, edit: Edit<Vec<T>>) {
    match edit {
        Edit::Keep => {}
        Edit::Clear => slot.clear(),
        Edit::Set(list) => *slot = list,
    }
}

/// The tags, each only where it comes first.
pub(super) fn each_once(tags: Vec<Tag>) -> Vec<Tag> {
    let mut once = Vec::with_capacity(tags.len());
    for tag in tags {
        if !once.contains(&tag) {
            once.push(tag);
        }
    }
    once
}

/// Refuses what would make a task unreadable by its size.
pub(super) fn check_bounds(task: &Task) -> Result<(), Invalid> {
    check_size("description", task.description.as_ref().map_or(0, String::len))?;
    for (what, list) in [("acceptance", &task.acceptance), ("files", &task.files), ("links", &task.links)] {
        check_entries(what, list.len())?;
        check_size(what, list.iter().map(String::len).sum())?;
    }
    check_entries("tags", task.tags.len())?;
    check_entries("depends_on", task.depends_on.len())?;
    check_entries("metadata", task.metadata.len())?;
    if task.metadata.is_empty() {
        return Ok(());
    }
    // A map of JSON values always has a JSON text, so the fallback is never taken.
    check_size("metadata", serde_json::to_string(&task.metadata).map_or(usize::MAX, |text| text.len()))
}

pub(super) fn check_note(note: &Note) -> Result<(), Invalid> {
    if note.text.trim().is_empty() {
        return Err(Invalid::Empty { what: "note" });
    }
    check_size("note", note.text.len())
}

fn check_size(what: &'static str, bytes: usize) -> Result<(), Invalid> {
    if bytes > MAX_TEXT_BYTES { Err(Invalid::TooLong { what, bytes }) } else { Ok(()) }
}

fn check_entries(what: &'static str, entries: usize) -> Result<(), Invalid> {
    if entries > MAX_ENTRIES { Err(Invalid::TooMany { what, entries }) } else { Ok(()) }
}
