//! Making or updating many tasks at once.
//!
//! First every row gets its task: one that is there already, or a new id. Then the references between rows
//! can be resolved, the tasks built, and the whole checked for cycles.

mod build;
mod resolve;

use super::Case;
use super::edit::check_bounds;
use crate::cycle::find_cycle;
use crate::event::{Action, Event};
use crate::id::TaskId;
use crate::import::{Import, ImportReport, ImportRow, Known};
use crate::refusal::{Invalid, Refusal};
use crate::task::{Note, Task};
use crate::view::{DecideError, Decided, View};
use resolve::{Place, Places};
use std::collections::BTreeMap;
use std::sync::Arc;

impl<V: View> Case<'_, '_, V> {
    pub(super) fn import(&mut self, mut import: Import) -> Decided<(), V> {
        let places = self.places(&import)?;
        let name = |row: &ImportRow| row.key.as_ref().or(row.id.as_ref()).cloned();
        let names: Vec<Option<String>> = import.rows.iter().map(name).collect();
        let mut report = ImportReport::default();
        let mut touched = Vec::new();
        // New tasks come first, since a known one may be made to wait for them.
        for row in places.parents_first() {
            if let Place::New(id) = places.of(row) {
                // Taken out, so that a large import is never in memory twice.
                let source = std::mem::take(&mut import.rows[row]);
                self.create_row(row, &source, id, &places)?;
                report.created += 1;
                touched.push((id.clone(), row));
            }
        }
        for row in places.parents_first() {
            let Place::Known(id) = places.of(row) else { continue };
            if import.known == Known::Update && self.update_row(row, &import.rows[row], id, &places)? {
                report.updated += 1;
                touched.push((id.clone(), row));
            } else {
                report.skipped += 1;
            }
        }
        for (row, name) in names.iter().enumerate() {
            if let Some(name) = name {
                report.ids.insert(name.clone(), places.of(row).id().clone());
            }
        }
        drop((import.rows, places));
        self.check_containers(&touched)?;
        self.refuse_row_cycle(&names, &touched)?;
        self.import = Some(report);
        Ok(())
    }

    fn create_row(&mut self, row: usize, source: &ImportRow, id: &TaskId, places: &Places) -> Decided<(), V> {
        let mut task = build::task(source, id.clone(), self.context).map_err(|bad| bad.in_row(row))?;
        task.depends_on = self.dependencies(row, source, places)?;
        check_bounds(&task).map_err(|bad| Refusal::from(bad).in_row(row, None))?;
        let notes = build::notes(source, self.context).map_err(|bad| bad.in_row(row))?;
        let key = build::key(source).map_err(|bad| bad.in_row(row))?;
        self.draft.push(Event::Created { task: Arc::new(task), key, notes })
    }

    fn update_row(
        &mut self,
        row: usize,
        source: &ImportRow,
        id: &TaskId,
        places: &Places,
    ) -> Decided<bool, V> {
        let before = self.draft.events_so_far();
        let mut task = Task::clone(&*self.draft.require(id)?);
        build::update(source, &mut task).map_err(|bad| bad.in_row(row))?;
        if source.depends_on.is_some() {
            task.depends_on = self.dependencies(row, source, places)?;
        }
        check_bounds(&task).map_err(|bad| Refusal::from(bad).in_row(row, None))?;
        self.draft.change(id, Action::Imported, None, false, |slot| *slot = task)?;
        if let Some((to, reason)) = build::target(source).map_err(|bad| bad.in_row(row))? {
            self.step(id, to, reason.as_ref(), Default::default(), Default::default())
                .map_err(|error| error.in_row(row, Some("status")))?;
        }
        let known: Vec<Note> = self.draft.view().notes(id).map_err(DecideError::View)?;
        for note in build::notes(source, self.context).map_err(|bad| bad.in_row(row))? {
            if !known.iter().any(|other| other.text == note.text) {
                self.draft.push(Event::Noted { id: id.clone(), note })?;
            }
        }
        Ok(self.draft.events_so_far() > before)
    }

    fn dependencies(&mut self, row: usize, source: &ImportRow, places: &Places) -> Decided<Vec<TaskId>, V> {
        let mut ids = Vec::new();
        for reference in source.depends_on.iter().flatten() {
            let id = match places.find(reference) {
                Some(id) => id,
                None => self.stored(reference)?.ok_or_else(|| {
                    Refusal::UnknownReference { reference: reference.clone() }.in_row(row, Some("depends_on"))
                })?,
            };
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(ids)
    }

    /// The task in the store that a reference names by key or id.
    fn stored(&mut self, reference: &str) -> Decided<Option<TaskId>, V> {
        if let Some(id) = self.draft.view().by_key(reference).map_err(DecideError::View)? {
            return Ok(Some(id));
        }
        match TaskId::parse_in(self.context.prefix, reference) {
            Ok(id) => Ok(self.draft.task(&id)?.map(|task| task.id.clone())),
            Err(_) => Ok(None),
        }
    }

    /// Nothing open may lie in a closed container, and nobody may be working on a task that becomes one.
    fn check_containers(&mut self, touched: &[(TaskId, usize)]) -> Decided<(), V> {
        for (id, row) in touched {
            let Some(parent) = id.parent() else { continue };
            let (task, parent) = (self.draft.require(id)?, self.draft.require(&parent)?);
            if parent.status.is_closed() && !task.status.is_closed() {
                let closed = Refusal::ParentClosed { parent: parent.id.clone(), status: parent.status };
                return Err(closed.in_row(*row, Some("parent")).into());
            }
            self.check_claim(&parent.id, Default::default()).map_err(|e| e.in_row(*row, Some("parent")))?;
        }
        Ok(())
    }

    fn refuse_row_cycle(&mut self, names: &[Option<String>], touched: &[(TaskId, usize)]) -> Decided<(), V> {
        let roots = touched.iter().map(|(id, _)| id.clone());
        let Some(path) = find_cycle(&mut self.draft, roots)? else { return Ok(()) };
        // Ids of tasks that will not come to be would mean nothing to the reader; the rows' own names do.
        let rows: BTreeMap<&TaskId, usize> = touched.iter().map(|(id, row)| (id, *row)).collect();
        let name = |id: &TaskId| match rows.get(id) {
            Some(row) => names[*row].clone().unwrap_or_else(|| format!("row {}", row + 1)),
            None => id.to_string(),
        };
        Err(Refusal::RowCycle { path: path.iter().map(name).collect() }.into())
    }
}

/// What is wrong with a field of a row.
struct BadField {
    field: &'static str,
    invalid: Invalid,
}

impl BadField {
    fn in_row(self, row: usize) -> Refusal {
        Refusal::from(self.invalid).in_row(row, Some(self.field))
    }
}

impl Refusal {
    /// The refusal of an import because of this row (counted from 0).
    fn in_row(self, row: usize, field: Option<&'static str>) -> Self {
        Self::Row { row: row + 1, field, cause: Box::new(self) }
    }
}

impl<E> DecideError<E> {
    fn in_row(self, row: usize, field: Option<&'static str>) -> Self {
        match self {
            Self::Refused(refusal) => Self::from(refusal.in_row(row, field)),
            Self::View(error) => Self::View(error),
        }
    }
}

fn at<T>(field: &'static str, parsed: Result<T, impl Into<Invalid>>) -> Result<T, BadField> {
    parsed.map_err(|invalid| BadField { field, invalid: invalid.into() })
}
