//! Which task each row is: one that is there already, or a new one with its id.

use super::{BadField, at, build};
use crate::decide::Case;
use crate::id::{Prefix, TaskId, Uid};
use crate::import::{Import, ImportRow, Known};
use crate::refusal::{Invalid, Refusal};
use crate::view::{DecideError, Decided, View};
use std::collections::BTreeMap;

/// The task of a row.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// It is there already.
    Known(TaskId),
    /// It comes to be with this id.
    New(TaskId),
}

impl Place {
    pub(super) fn id(&self) -> &TaskId {
        match self {
            Self::Known(id) | Self::New(id) => id,
        }
    }
}

/// The tasks of all rows.
pub(super) struct Places {
    places: Vec<Place>,
    order: Vec<usize>,
    names: Names,
}

impl Places {
    pub(super) fn of(&self, row: usize) -> &Place {
        &self.places[row]
    }

    /// The rows, each after the row of its parent.
    pub(super) fn parents_first(&self) -> impl Iterator<Item = usize> + '_ {
        self.order.iter().copied()
    }

    /// The task of the row that has this key or id.
    pub(super) fn find(&self, reference: &str) -> Option<TaskId> {
        self.names.row(reference).map(|row| self.places[row].id().clone())
    }
}

/// Rows by what other rows may call them.
struct Names {
    prefix: Prefix,
    keys: BTreeMap<String, usize>,
    /// As they stand in the rows, before the prefix of the import is put on them.
    ids: BTreeMap<TaskId, usize>,
}

impl Names {
    fn row(&self, reference: &str) -> Option<usize> {
        let by_key = self.keys.get(reference.trim()).copied();
        by_key.or_else(|| self.ids.get(&TaskId::parse_in(self.prefix, reference).ok()?).copied())
    }
}

/// Where a row lies.
enum Parent {
    None,
    Row(usize),
    Task(TaskId),
}

impl<V: View> Case<'_, '_, V> {
    pub(super) fn places(&mut self, import: &Import) -> Decided<Places, V> {
        let names = names(&import.rows, self.context.prefix)?;
        let known = self.known(import)?;
        let fixed = self.fixed_ids(import, &known)?;
        let mut parents = Vec::with_capacity(import.rows.len());
        for (row, source) in import.rows.iter().enumerate() {
            parents.push(self.parent(row, source, &names)?);
        }
        let order = parents_first(&parents)?;
        let prefix = import.prefix.unwrap_or(self.context.prefix);
        let mut places: Vec<Option<Place>> = known.into_iter().map(|id| id.map(Place::Known)).collect();
        for &row in &order {
            let parent = match &parents[row] {
                Parent::None => None,
                Parent::Row(other) => places[*other].as_ref().map(|place| place.id().clone()),
                Parent::Task(id) => Some(id.clone()),
            };
            let place = match (places[row].take(), &fixed[row]) {
                (Some(place), _) => place,
                (None, Some(id)) => Place::New(id.clone()),
                (None, None) => Place::New(self.draft.next_id(prefix, parent.as_ref())?),
            };
            check_parent(row, place.id(), parent)?;
            places[row] = Some(place);
        }
        let places = places.into_iter().flatten().collect();
        Ok(Places { places, order, names })
    }

    /// For each row the task that it is already: by uid, else by key, else, in an update of rows that have
    /// neither, by id.
    fn known(&mut self, import: &Import) -> Decided<Vec<Option<TaskId>>, V> {
        let view = self.draft.view();
        let mut known = Vec::with_capacity(import.rows.len());
        for (row, source) in import.rows.iter().enumerate() {
            let mut found = None;
            if let Some(uid) = build::uid(source).map_err(|bad| bad.in_row(row))? {
                found = view.by_uid(uid).map_err(DecideError::View)?;
            }
            if let (None, Some(key)) = (&found, &source.key) {
                found = view.by_key(key.trim()).map_err(DecideError::View)?;
            }
            if let (None, Known::Update, None, None) = (&found, import.known, &source.uid, &source.key)
                && let Some(id) = self.fixed_id(row, source, import.prefix)?
            {
                found = self.draft.task(&id)?.map(|task| task.id.clone());
            }
            known.push(found);
        }
        Ok(known)
    }

    /// For each new row the id that it asks for. They are reserved before any other id is given.
    fn fixed_ids(&mut self, import: &Import, known: &[Option<TaskId>]) -> Decided<Vec<Option<TaskId>>, V> {
        let mut fixed = vec![None; import.rows.len()];
        for (row, source) in import.rows.iter().enumerate() {
            if known[row].is_some() {
                continue;
            }
            let Some(id) = self.fixed_id(row, source, import.prefix)? else { continue };
            // Above the highest number that was ever given, no look-up is needed.
            let last = self.draft.last_number(id.prefix(), id.parent().as_ref())?;
            if id.number() <= last && self.draft.view().was_given(&id).map_err(DecideError::View)? {
                return Err(Refusal::DuplicateId { id }.in_row(row, Some("id")).into());
            }
            fixed[row] = Some(id);
        }
        for id in fixed.iter().flatten() {
            self.draft.reserve(id)?;
        }
        Ok(fixed)
    }

    fn fixed_id(
        &self,
        row: usize,
        source: &ImportRow,
        prefix: Option<Prefix>,
    ) -> Result<Option<TaskId>, Refusal> {
        let id = written_id(source, self.context.prefix).map_err(|bad| bad.in_row(row))?;
        Ok(match prefix {
            Some(prefix) => id.map(|id| id.with_prefix(prefix)),
            None => id,
        })
    }

    fn parent(&mut self, row: usize, source: &ImportRow, names: &Names) -> Decided<Parent, V> {
        let reference = match &source.parent {
            Some(reference) => reference.clone(),
            None => {
                let id = written_id(source, self.context.prefix).map_err(|bad| bad.in_row(row))?;
                match id.and_then(|id| id.parent()) {
                    Some(parent) => parent.to_string(),
                    None => return Ok(Parent::None),
                }
            }
        };
        if let Some(other) = names.row(&reference) {
            return Ok(Parent::Row(other));
        }
        match self.stored(&reference)? {
            Some(id) => Ok(Parent::Task(id)),
            None => Err(Refusal::UnknownReference { reference }.in_row(row, Some("parent")).into()),
        }
    }
}

/// Collects keys and ids, each of which may stand for one row only.
fn names(rows: &[ImportRow], prefix: Prefix) -> Result<Names, Refusal> {
    let mut names = Names { prefix, keys: BTreeMap::new(), ids: BTreeMap::new() };
    let mut uids: BTreeMap<Uid, usize> = BTreeMap::new();
    for (row, source) in rows.iter().enumerate() {
        if let Some(key) = build::key(source).map_err(|bad| bad.in_row(row))? {
            let other = names.keys.insert(key.as_str().to_owned(), row);
            refuse_repeated(row, "key", key.as_str(), other)?;
        }
        if let Some(id) = written_id(source, prefix).map_err(|bad| bad.in_row(row))? {
            let text = id.to_string();
            refuse_repeated(row, "id", &text, names.ids.insert(id, row))?;
        }
        if let Some(uid) = build::uid(source).map_err(|bad| bad.in_row(row))? {
            refuse_repeated(row, "uid", &uid.to_string(), uids.insert(uid, row))?;
        }
    }
    Ok(names)
}

fn refuse_repeated(
    row: usize,
    field: &'static str,
    value: &str,
    other: Option<usize>,
) -> Result<(), Refusal> {
    let Some(other) = other else { return Ok(()) };
    let repeated = Invalid::Repeated { value: value.to_owned(), other: other + 1 };
    Err(Refusal::from(repeated).in_row(row, Some(field)))
}

/// The id of a row as it is written there.
fn written_id(source: &ImportRow, prefix: Prefix) -> Result<Option<TaskId>, BadField> {
    source.id.as_deref().map(|id| at("id", TaskId::parse_in(prefix, id))).transpose()
}

fn check_parent(row: usize, id: &TaskId, parent: Option<TaskId>) -> Result<(), Refusal> {
    match parent {
        // A known task that the row puts nowhere stays where it is.
        None => Ok(()),
        Some(parent) if id.parent().as_ref() == Some(&parent) => Ok(()),
        Some(parent) => {
            let mismatch = Invalid::ParentMismatch { id: id.clone(), parent };
            Err(Refusal::from(mismatch).in_row(row, Some("parent")))
        }
    }
}

/// The rows in an order in which each comes after the row that it lies under.
fn parents_first(parents: &[Parent]) -> Result<Vec<usize>, Refusal> {
    let mut order = Vec::with_capacity(parents.len());
    let mut placed = vec![false; parents.len()];
    for start in 0..parents.len() {
        let mut chain = Vec::new();
        let mut row = start;
        while !placed[row] {
            if chain.len() == parents.len() {
                return Err(Refusal::from(Invalid::ParentLoop).in_row(start, Some("parent")));
            }
            chain.push(row);
            match &parents[row] {
                Parent::Row(above) => row = *above,
                Parent::None | Parent::Task(_) => break,
            }
        }
        for row in chain.into_iter().rev() {
            placed[row] = true;
            order.push(row);
        }
    }
    Ok(order)
}
