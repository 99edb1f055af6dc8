//! From the texts of a row to the values of a task.

use super::{BadField, at};
use crate::command::Verb;
use crate::decide::edit::{check_note, each_once};
use crate::id::{TaskId, Uid};
use crate::import::{ImportNote, ImportRow};
use crate::refusal::Invalid;
use crate::status::Status;
use crate::task::{Note, Progress, Task};
use crate::text::{Actor, Assignee, Category, Key, Kind, Reason, Session, Tag, TextError, Title};
use crate::time::{Due, Minutes, Moment};
use crate::view::Context;
use std::str::FromStr;

/// A new task from a row; what it depends on is resolved elsewhere.
pub(super) fn task(row: &ImportRow, id: TaskId, context: &Context<'_>) -> Result<Task, BadField> {
    let now = context.now;
    let uid = uid(row)?.unwrap_or_else(|| (context.new_uid)());
    let mut task = Task::new(id, uid, at("title", Title::parse(&row.title))?, now);
    update(row, &mut task)?;
    task.session = match &row.session {
        Some(session) => Some(at("session", Session::parse(session))?),
        None => context.session.cloned(),
    };
    task.status = status(row)?.unwrap_or_default();
    task.block_reason = block_reason(row, task.status)?;
    task.version = row.version.unwrap_or(1).max(1);
    task.created_at = moment("created_at", row.created_at.as_deref())?.unwrap_or(now);
    task.updated_at = moment("updated_at", row.updated_at.as_deref())?.unwrap_or(now);
    task.started_at = moment("started_at", row.started_at.as_deref())?;
    task.completed_at = moment("completed_at", row.completed_at.as_deref())?;
    // Only what is done has been done at some time, whatever a foreign file says.
    task.completed_at.take_if(|_| task.status != Status::Done);
    match task.status {
        Status::InProgress => task.started_at = task.started_at.or(Some(now)),
        Status::Done => {
            task.completed_at = task.completed_at.or(Some(now));
            if row.progress.is_none() {
                task.progress = Progress::FULL;
            }
        }
        Status::Todo | Status::Paused | Status::Blocked | Status::Review | Status::Cancelled => {}
    }
    Ok(task)
}

/// Brings the free fields of a task to what the row says; what it leaves out stays.
pub(super) fn update(row: &ImportRow, task: &mut Task) -> Result<(), BadField> {
    task.title = at("title", Title::parse(&row.title))?;
    if let Some(text) = &row.description {
        task.description = Some(text.clone()).filter(|text| !text.is_empty());
    }
    if let Some(priority) = &row.priority {
        task.priority = at("priority", priority.parse())?;
    }
    optional::<Category>("category", row.category.as_deref(), &mut task.category)?;
    optional::<Kind>("type", row.kind.as_deref(), &mut task.kind)?;
    optional::<Assignee>("assignee", row.assignee.as_deref(), &mut task.assignee)?;
    if let Some(tags) = &row.tags {
        let tags = tags.iter().map(|tag| at("tags", Tag::parse(tag))).collect::<Result<_, _>>()?;
        task.tags = each_once(tags);
    }
    task.estimate_minutes = row.estimate_minutes.map(Minutes::new).or(task.estimate_minutes);
    task.actual_minutes = row.actual_minutes.map(Minutes::new).or(task.actual_minutes);
    if let Some(percent) = row.progress {
        task.progress = at("progress", Progress::new(percent))?;
    }
    if let Some(due) = &row.due {
        task.due = Some(at("due", due.parse::<Due>())?);
    }
    list(row.acceptance.as_ref(), &mut task.acceptance);
    list(row.files.as_ref(), &mut task.files);
    list(row.links.as_ref(), &mut task.links);
    task.metadata.extend(row.metadata.clone());
    task.rollup = row.rollup.unwrap_or(task.rollup);
    Ok(())
}

/// The move that brings a known task to the status of the row.
pub(super) fn target(row: &ImportRow) -> Result<Option<(Verb, Option<Reason>)>, BadField> {
    let Some(status) = status(row)? else { return Ok(None) };
    let reason = block_reason(row, status)?.map(Reason::stored);
    Ok(Some((Verb::To(status), reason)))
}

pub(super) fn notes(row: &ImportRow, context: &Context<'_>) -> Result<Vec<Note>, BadField> {
    let build = |source: &ImportNote| {
        let author = match &source.author {
            Some(author) => at("notes", Actor::parse(author))?,
            None => context.actor.clone(),
        };
        let written = moment("notes", source.at.as_deref())?.unwrap_or(context.now);
        let note = Note { at: written, author, text: source.text.clone() };
        at("notes", check_note(&note))?;
        Ok(note)
    };
    row.notes.iter().map(build).collect()
}

pub(super) fn key(row: &ImportRow) -> Result<Option<Key>, BadField> {
    row.key.as_deref().map(|key| at("key", Key::parse(key))).transpose()
}

pub(super) fn uid(row: &ImportRow) -> Result<Option<Uid>, BadField> {
    let parse = |text: &String| at("uid", text.parse().map_err(|_| Invalid::Uid { text: text.clone() }));
    row.uid.as_ref().map(parse).transpose()
}

fn status(row: &ImportRow) -> Result<Option<Status>, BadField> {
    row.status.as_deref().map(|status| at("status", status.parse())).transpose()
}

/// A reason is kept exactly while a task is blocked: one too few or too many is a mistake of the file.
fn block_reason(row: &ImportRow, status: Status) -> Result<Option<String>, BadField> {
    match (status, row.block_reason.as_deref()) {
        (Status::Blocked, None) => at("block_reason", Err(Invalid::Empty { what: "block_reason" })),
        (Status::Blocked, Some(reason)) => {
            Ok(Some(at("block_reason", Reason::parse(reason))?.as_str().to_owned()))
        }
        (_, Some(_)) => at("block_reason", Err(Invalid::NotBlocked { status })),
        (_, None) => Ok(None),
    }
}

fn optional<T: FromStr<Err = TextError>>(
    field: &'static str,
    text: Option<&str>,
    slot: &mut Option<T>,
) -> Result<(), BadField> {
    if let Some(text) = text {
        *slot = Some(at(field, text.parse())?);
    }
    Ok(())
}

fn list(from: Option<&Vec<String>>, to: &mut Vec<String>) {
    if let Some(from) = from {
        to.clone_from(from);
    }
}

fn moment(field: &'static str, text: Option<&str>) -> Result<Option<Moment>, BadField> {
    let parse = |text: &str| at(field, text.parse().map_err(|_| Invalid::Moment { text: text.to_owned() }));
    text.map(parse).transpose()
}
