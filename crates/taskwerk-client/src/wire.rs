//! The JSON around the task object. Fields may be added to these forms; none is renamed, moved or removed.

use crate::{Changed, Detail, Exported, TasksError};
use serde::ser::{Error, SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::collections::BTreeMap;
use taskwerk_model::{Change, Claim, Event, Field, ImportReport, Note, Recorded, Status, Task, TaskId};

/// `{"tasks": […], "changed": {id: {field: [old, new]}}, …}`: what a command did.
#[derive(Debug, Serialize)]
pub struct MutationReply<'c> {
    /// The tasks that were made or changed, as they are now.
    pub tasks: &'c [Task],
    /// What changed in those that were there before.
    pub changed: ChangedFields<'c>,
    /// The ids of those that were made.
    pub created: &'c [TaskId],
    /// The ids of those that were deleted.
    pub deleted: &'c [TaskId],
    /// The claims that were taken or kept alive.
    pub claims: &'c [Claim],
    /// Open tasks that wait for something that was cancelled.
    pub stranded: Vec<&'c TaskId>,
}

impl<'c> From<&'c Changed> for MutationReply<'c> {
    fn from(changed: &'c Changed) -> Self {
        Self {
            tasks: &changed.tasks,
            changed: ChangedFields(&changed.changes),
            created: &changed.created,
            deleted: &changed.deleted,
            claims: &changed.claims,
            stranded: changed.stranded.iter().collect(),
        }
    }
}

/// Changes by task: `{id: {field: [old, new]}}`.
#[derive(Debug)]
pub struct ChangedFields<'c>(pub &'c BTreeMap<TaskId, Vec<Change>>);

impl Serialize for ChangedFields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (id, changes) in self.0 {
            map.serialize_entry(id, &FieldMap(changes))?;
        }
        map.end()
    }
}

/// Changes of one task: `{field: [old, new]}`. A field that changed more than once shows its first and its
/// last value.
#[derive(Debug)]
pub struct FieldMap<'c>(pub &'c [Change]);

impl Serialize for FieldMap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields: BTreeMap<Field, (Value, Value)> = BTreeMap::new();
        for change in self.0 {
            let (old, new) = change.values().map_err(S::Error::custom)?;
            fields.entry(change.field()).and_modify(|both| both.1 = new.clone()).or_insert((old, new));
        }
        // What went there and back did not change.
        fields.retain(|_, (old, new)| old != new);
        let mut map = serializer.serialize_map(Some(fields.len()))?;
        for (field, both) in &fields {
            map.serialize_entry(field.as_str(), both)?;
        }
        map.end()
    }
}

/// The task object with `notes`, `timeline`, `children`, `blocks` and `claim` after its own fields.
#[derive(Debug)]
pub struct DetailReply<'d>(pub &'d Detail);

impl Serialize for DetailReply<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Detail { task, notes, timeline, children, blocks, claim } = self.0;
        let timeline: Vec<TimelineEntry<'_>> = timeline.iter().map(TimelineEntry).collect();
        let brief = |tasks: &[Task]| tasks.iter().map(Brief::from).collect::<Vec<_>>();
        let mut out = serializer.serialize_struct("TaskDetail", Task::FIELDS + 5)?;
        task.serialize_fields(&mut out)?;
        out.serialize_field("notes", notes)?;
        out.serialize_field("timeline", &timeline)?;
        out.serialize_field("children", &brief(children))?;
        out.serialize_field("blocks", &brief(blocks))?;
        out.serialize_field("claim", claim)?;
        out.end()
    }
}

/// A task in few words.
#[derive(Debug, Serialize)]
pub struct Brief {
    /// Its id.
    pub id: TaskId,
    /// Its title.
    pub title: String,
    /// Its status.
    pub status: Status,
}

impl From<&Task> for Brief {
    fn from(task: &Task) -> Self {
        Self { id: task.id.clone(), title: task.title.to_string(), status: task.status }
    }
}

/// What happened, as a line of the log or of a task's timeline.
#[derive(Debug)]
pub struct TimelineEntry<'r>(pub &'r Recorded);

impl Serialize for TimelineEntry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Recorded { seq, at, actor, session, event } = self.0;
        let mut out = serializer.serialize_struct("TimelineEntry", 12)?;
        out.serialize_field("seq", seq)?;
        out.serialize_field("at", at)?;
        out.serialize_field("actor", actor)?;
        out.serialize_field("session", session)?;
        out.serialize_field("task", event.task())?;
        out.serialize_field("kind", event.kind())?;
        let facts = Facts::of(event);
        out.serialize_field("reason", &facts.reason)?;
        out.serialize_field("forced", &facts.forced)?;
        out.serialize_field("changed", &FieldMap(facts.changes))?;
        out.serialize_field("note", &facts.note)?;
        out.serialize_field("worker", &facts.worker)?;
        out.serialize_field("claim", &facts.claim)?;
        out.end()
    }
}

/// What an event says beyond its kind; the same fields for all kinds, empty where one has nothing to say.
#[derive(Default)]
struct Facts<'e> {
    reason: Option<&'e str>,
    forced: bool,
    changes: &'e [Change],
    note: Option<&'e Note>,
    worker: Option<&'e str>,
    claim: Option<&'e Claim>,
}

impl<'e> Facts<'e> {
    fn of(event: &'e Event) -> Self {
        match event {
            Event::Changed { reason, forced, changes, .. } => Self {
                reason: reason.as_ref().map(taskwerk_model::Reason::as_str),
                forced: *forced,
                changes,
                ..Self::default()
            },
            Event::Noted { note, .. } => Self { note: Some(note), ..Self::default() },
            Event::Claimed { claim } | Event::Extended { claim } => {
                Self { claim: Some(claim), worker: Some(claim.worker.as_str()), ..Self::default() }
            }
            Event::Released { worker, .. } => Self { worker: Some(worker.as_str()), ..Self::default() },
            Event::Created { .. } | Event::Deleted { .. } => Self::default(),
        }
    }
}

/// A task with its `key` and `notes`: what an import needs to make it again.
#[derive(Debug)]
pub struct ExportRow(Exported);

impl From<Exported> for ExportRow {
    fn from(exported: Exported) -> Self {
        Self(exported)
    }
}

impl Serialize for ExportRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Exported { task, key, notes } = &self.0;
        let mut out = serializer.serialize_struct("ExportRow", Task::FIELDS + 2)?;
        task.serialize_fields(&mut out)?;
        out.serialize_field("key", key)?;
        out.serialize_field("notes", notes)?;
        out.end()
    }
}

/// `{"created": n, "updated": n, "skipped": n, "ids": {key: id}}`: what an import did.
#[derive(Debug, Serialize)]
pub struct ImportReply<'r> {
    /// Tasks made.
    pub created: usize,
    /// Tasks brought up to date.
    pub updated: usize,
    /// Rows whose task was there already.
    pub skipped: usize,
    /// The task of each row that has a key or an id.
    pub ids: &'r BTreeMap<String, TaskId>,
}

impl<'r> From<&'r ImportReport> for ImportReply<'r> {
    fn from(report: &'r ImportReport) -> Self {
        let ImportReport { created, updated, skipped, ids } = report;
        Self { created: *created, updated: *updated, skipped: *skipped, ids }
    }
}

/// `{"error": {"code", "message", "hint", "suggestions": [], "details"}}`.
#[derive(Debug, Serialize)]
pub struct ErrorReply {
    /// What failed.
    pub error: ErrorObject,
}

/// What failed, why, and what to do next.
#[derive(Debug, Serialize)]
pub struct ErrorObject {
    /// A stable code.
    pub code: &'static str,
    /// One line for people.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// What may have been meant, at most three.
    pub suggestions: Vec<String>,
    /// The facts behind the message.
    pub details: Value,
}

impl From<&TasksError> for ErrorReply {
    fn from(error: &TasksError) -> Self {
        Self {
            error: ErrorObject {
                code: error.code().as_str(),
                message: error.to_string(),
                hint: error.hint(),
                suggestions: error.suggestions(),
                details: error.details(),
            },
        }
    }
}
