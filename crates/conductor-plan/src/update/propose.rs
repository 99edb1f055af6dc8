//! What is wanted, compared with the tasks as they are.

use super::field::{FieldValue, Outcome, TaskField};
use super::keyed::Keyed;
use super::rekey::{Replaced, rekey};
use super::{
    Action, Class, FieldEdit, Merged, Notice, Present, Proposal, Proposals, TaskState, Waiting, reviewed,
};
use crate::diff::{PlanDiff, diff};
use crate::{Item, ItemKey, Plan, ReviewError, ReviewedPlan};
use std::collections::{BTreeMap, BTreeSet};
use taskwerk_model::{ImportRow, Status, TaskId};

/// Says what could be done so that the tasks become what the document asks for. `base` is the plan as it was carried into
/// the tasks last, but for what was `waiting` then; `merged` is that plan with what the document changed.
///
/// # Errors
/// When one of the plans has findings that are errors, or nothing in it is accepted.
pub fn propose(
    base: &Plan,
    waiting: &[Waiting],
    merged: &Merged,
    present: &Present,
    by: &str,
) -> Result<Proposals, ReviewError> {
    let before = reviewed(base, by)?;
    let (plan, replaced, mut notices) = rekey(before.plan(), merged, present);
    let now = reviewed(&plan, by)?;
    let carried = Carried::of(&before, waiting);
    let mut case = Case::new(&carried, &now, &replaced, present);
    now.import_rows().iter().for_each(|row| case.wanted(row));
    let rows = carried.plan.items.iter().filter_map(|item| carried.rows.get(item.key.as_str()));
    rows.for_each(|row| case.unwanted(row));
    case.done_before();
    let Case { list, notices: found, refreshed, .. } = case;
    notices.extend(found);
    Ok(Proposals { list, notices, before: carried.items(), plan, replaced, refreshed })
}

/// What the tasks were last brought to.
struct Carried {
    /// The plan; what waits is in it as its tasks know it. Nothing but its words counts: it may go in circles.
    plan: Plan,
    rows: BTreeMap<String, ImportRow>,
}

impl Carried {
    fn of(before: &ReviewedPlan, waiting: &[Waiting]) -> Self {
        let by_key = |row: ImportRow| Some((row.key.clone()?, row));
        let mut rows: BTreeMap<String, ImportRow> =
            before.import_rows().into_iter().filter_map(by_key).collect();
        let mut plan = before.plan().clone();
        for one in waiting {
            let key = one.item.key.as_str();
            let row = rows.entry(key.to_owned()).or_insert_with(|| ImportRow {
                key: Some(key.to_owned()),
                tags: Some(one.item.tags.clone()),
                category: Some(one.item.category.as_str().to_owned()),
                ..ImportRow::default()
            });
            row.title.clone_from(&one.item.title);
            row.description.clone_from(&one.description);
            row.acceptance = Some(one.item.acceptance.clone());
            row.files = Some(one.item.files.clone());
            row.estimate_minutes = one.item.estimate.map(|estimate| estimate.likely);
            row.priority = Some(one.item.priority.as_str().to_owned());
            match plan.items.iter_mut().find(|item| item.key == one.item.key) {
                Some(item) => {
                    let (parent, depends_on) = (item.parent.take(), std::mem::take(&mut item.depends_on));
                    *item = Item { parent, depends_on, ..one.item.clone() };
                }
                None => plan.items.push(one.item.clone()),
            }
        }
        Self { plan, rows }
    }

    fn items(self) -> Vec<Waiting> {
        let told = |item: &Item| self.rows.get(item.key.as_str()).and_then(|row| row.description.clone());
        self.plan.items.iter().map(|item| Waiting { description: told(item), item: item.clone() }).collect()
    }
}

/// The comparison under way.
struct Case<'p> {
    before: &'p Carried,
    now: &'p ReviewedPlan,
    items_before: Keyed<'p>,
    items: Keyed<'p>,
    present: &'p Present,
    names: BTreeMap<TaskId, String>,
    wanted: BTreeSet<String>,
    /// The old key of each item that gets another task, by its new one.
    old_keys: BTreeMap<&'p ItemKey, &'p ItemKey>,
    told: BTreeMap<ItemKey, Vec<String>>,
    /// What changed in what holds for all the work.
    everywhere: Vec<String>,
    list: Vec<Proposal>,
    notices: Vec<Notice>,
    refreshed: Vec<ImportRow>,
}

impl<'p> Case<'p> {
    fn new(
        before: &'p Carried,
        now: &'p ReviewedPlan,
        replaced: &'p [Replaced],
        present: &'p Present,
    ) -> Self {
        let changes: PlanDiff = diff(&before.plan, now.plan());
        Self {
            before,
            now,
            items_before: Keyed::of(&before.plan),
            items: Keyed::of(now.plan()),
            present,
            names: present.names(),
            wanted: now.plan().items.iter().map(|item| item.key.as_str().to_owned()).collect(),
            old_keys: replaced.iter().map(|one| (&one.new, &one.old)).collect(),
            told: changes.by_item(),
            everywhere: changes.untold(),
            list: Vec::new(),
            notices: Vec::new(),
            refreshed: Vec::new(),
        }
    }

    /// What becomes of an item that the document asks for.
    fn wanted(&mut self, row: &ImportRow) {
        let key = ItemKey::new(row.key.clone().unwrap_or_default());
        let Some(item) = self.items.get(&key) else { return };
        let state = self.present.by_key(key.as_str());
        if let Some(old) = self.old_keys.get(&key).copied() {
            if let (None, Some(old)) = (state, self.present.by_key(old.as_str())) {
                self.replaced(item, row, old);
            }
            return;
        }
        let base = self.before.rows.get(key.as_str());
        match (base, state) {
            (None, None) => self.create(item, row),
            (Some(base), None) => {
                if self.is_reworded(item, base) {
                    self.notice(None, item, "was deleted by somebody; the document changed it");
                }
            }
            (base, Some(state)) if state.is_closed() => {
                if base.is_some_and(|base| self.is_reworded(item, base)) {
                    self.closed(item, row, state);
                }
            }
            (base, Some(state)) => self.open(item, row, base, state),
        }
    }

    /// A new task.
    fn create(&mut self, item: &Item, row: &ImportRow) {
        let under = self.container_for(item);
        let mut row = row.clone();
        row.parent.clone_from(&under);
        let action = Action::Create { under, row: Box::new(row) };
        self.propose(item, None, Class::Safe, action);
    }

    /// A task that takes the place of another one, with what a person made of that.
    fn replaced(&mut self, item: &Item, row: &ImportRow, old: &TaskState) {
        let under = self.container_for(item);
        let mut new = row.clone();
        new.parent.clone_from(&under);
        if let Some(base) = old.key.as_ref().and_then(|key| self.before.rows.get(key)) {
            for field in TaskField::ALL {
                let mine = field.of_task(&old.task, &self.names);
                let (was, is) = (field.of_row(base), field.of_row(row));
                match field.decide(&was, &mine, &is) {
                    Outcome::Takes(value) => field.put(value, &mut new),
                    Outcome::Stays if field.same(&mine, &is) => {}
                    Outcome::Stays | Outcome::Conflict => field.put(mine, &mut new),
                }
            }
        }
        new.assignee = old.task.assignee.as_ref().map(|name| name.as_str().to_owned());
        new.kind = old.task.kind.as_ref().map(|kind| kind.as_str().to_owned());
        new.due = old.task.due.as_ref().map(ToString::to_string);
        new.links = Some(old.task.links.clone());
        let action = Action::Move { under, row: Box::new(new) };
        self.propose(item, Some(old), Class::Safe, action);
    }

    /// A closed task of an item whose text changed.
    fn closed(&mut self, item: &Item, row: &ImportRow, state: &TaskState) {
        if self.present.is_container(&state.task.id) {
            return;
        }
        if state.task.status != Status::Done {
            self.notice(Some(state), item, "is cancelled; the document changed it");
            return;
        }
        let fields = [TaskField::Title, TaskField::Description, TaskField::Acceptance];
        let fields: Vec<FieldEdit> = fields
            .into_iter()
            .map(|field| FieldEdit {
                field,
                mine: field.of_task(&state.task, &self.names),
                document: field.of_row(row),
            })
            .filter(|edit| !edit.field.same(&edit.mine, &edit.document))
            .collect();
        if !fields.is_empty() {
            self.propose(item, Some(state), Class::Begun, Action::Edit { fields });
        }
    }

    /// An open task, field by field.
    fn open(&mut self, item: &Item, row: &ImportRow, base: Option<&ImportRow>, state: &TaskState) {
        let (mut taken, mut conflicts) = (Vec::new(), Vec::new());
        for field in TaskField::ALL {
            let mine = field.of_task(&state.task, &self.names);
            let document = field.of_row(row);
            // What was not in the plan, and has a task all the same, is as some earlier import left it.
            let was = base.map_or_else(|| mine.clone(), |base| field.of_row(base));
            match field.decide(&was, &mine, &document) {
                Outcome::Stays => {}
                Outcome::Takes(document) => taken.push(FieldEdit { field, mine, document }),
                Outcome::Conflict => conflicts.push(FieldEdit { field, mine, document }),
            }
        }
        if !state.is_free() {
            taken.append(&mut conflicts);
            taken.retain(|edit| edit.field.concerns_work());
            if !taken.is_empty() {
                self.propose(item, Some(state), Class::Begun, Action::Edit { fields: taken });
            }
            return;
        }
        self.refresh(row, state);
        if !taken.is_empty() {
            self.propose(item, Some(state), Class::Safe, Action::Edit { fields: taken });
        }
        for edit in conflicts {
            self.propose(item, Some(state), Class::Conflict, Action::Edit { fields: vec![edit] });
        }
    }

    /// What becomes of an item that the document no longer asks for.
    fn unwanted(&mut self, row: &ImportRow) {
        let key = ItemKey::new(row.key.clone().unwrap_or_default());
        let replaced = self.old_keys.values().any(|old| **old == key);
        let (Some(item), Some(state)) = (self.items_before.get(&key), self.present.by_key(key.as_str()))
        else {
            return;
        };
        if self.wanted.contains(key.as_str()) || replaced || self.present.is_container(&state.task.id) {
            return;
        }
        match state.task.status {
            Status::Done => self.notice(Some(state), item, "is done; the document no longer asks for it"),
            Status::Cancelled => {}
            Status::Todo | Status::InProgress | Status::Paused | Status::Blocked | Status::Review => {
                let touched = TaskField::ALL
                    .iter()
                    .any(|field| !field.same(&field.of_row(row), &field.of_task(&state.task, &self.names)));
                let class = if !state.is_free() {
                    Class::Begun
                } else if touched || state.noted || self.strands(state) {
                    Class::Conflict
                } else {
                    Class::Safe
                };
                self.propose(item, Some(state), class, Action::Cancel);
            }
        }
    }

    /// Says how many tasks were done before something that holds for all the work changed.
    fn done_before(&mut self) {
        let leaves = self.now.plan().leaves().filter_map(|item| self.present.by_key(item.key.as_str()));
        let done = leaves.filter(|state| state.task.status == Status::Done).count();
        if done == 0 {
            return;
        }
        let tasks = if done == 1 { "1 task is".to_owned() } else { format!("{done} tasks are") };
        self.notices.extend(self.everywhere.iter().map(|line| Notice {
            task: None,
            title: line.clone(),
            text: format!("{tasks} done already; see whether that holds for them"),
        }));
    }

    /// Whether an open task that stays as it is waits for this one, or for a container that would close with it.
    fn strands(&self, state: &TaskState) -> bool {
        let above = std::iter::successors(Some(state.task.id.clone()), TaskId::parent).take_while(|id| {
            *id == state.task.id || self.names.get(id).is_some_and(|key| !self.wanted.contains(key))
        });
        let ids: Vec<TaskId> = above.collect();
        let stays = |waiting: &TaskState| match &waiting.key {
            // A free task of the plan no longer waits for what the plan does not have.
            Some(key) => self.wanted.contains(key) && !waiting.is_free(),
            None => true,
        };
        ids.iter().any(|id| self.present.waiting_for(id).any(stays))
    }

    /// The container of a new task: that of the item, unless it is closed or somebody works on it as one task; then the
    /// next one above.
    fn container_for(&self, item: &Item) -> Option<String> {
        let mut parent = item.parent.as_ref();
        while let Some(key) = parent {
            let Some(state) = self.present.by_key(key.as_str()) else { return Some(key.as_str().to_owned()) };
            if !state.is_closed()
                && (state.is_free() || self.present.is_container(&state.task.id) && !state.claimed)
            {
                return Some(key.as_str().to_owned());
            }
            parent = self.items.get(key).and_then(|container| container.parent.as_ref());
        }
        None
    }

    /// Whether a person who reads the item would see that it changed.
    fn is_reworded(&self, item: &Item, base: &ImportRow) -> bool {
        let was = base.key.as_ref().and_then(|key| self.items_before.get(&ItemKey::new(key.as_str())));
        was.is_some_and(|was| {
            was.title != item.title
                || was.description != item.description
                || was.acceptance != item.acceptance
        })
    }

    /// Brings what is noted with a task up to date, where that is no change that anybody has to see.
    fn refresh(&mut self, row: &ImportRow, state: &TaskState) {
        let noted = |metadata: &serde_json::Map<String, serde_json::Value>| {
            let mut plan = metadata.get("plan").cloned().unwrap_or_default();
            if let Some(plan) = plan.as_object_mut() {
                plan.remove("reviewed_by");
            }
            plan
        };
        if noted(&row.metadata) != noted(&state.task.metadata) || row.rollup != Some(state.task.rollup) {
            self.refreshed.push(ImportRow {
                key: row.key.clone(),
                title: state.task.title.as_str().to_owned(),
                metadata: row.metadata.clone(),
                rollup: row.rollup,
                ..ImportRow::default()
            });
        }
    }

    /// Where a new task goes, and what it waits for.
    fn place(&self, item: &Item, under: Option<&str>) -> Vec<String> {
        let title = |key: &ItemKey| self.items.get(key).map(|item| item.title.clone());
        let under = under.and_then(|key| title(&ItemKey::new(key))).map(|title| format!("under \"{title}\""));
        let after: Vec<String> = item.depends_on.iter().filter_map(title).collect();
        let after = (!after.is_empty()).then(|| format!("after {}", after.join(", ")));
        let place: Vec<String> = under.into_iter().chain(after).collect();
        if place.is_empty() { Vec::new() } else { vec![place.join(", ")] }
    }

    fn notice(&mut self, state: Option<&TaskState>, item: &Item, text: &str) {
        let task = state.map(|state| state.task.id.clone());
        self.notices.push(Notice { task, title: item.title.clone(), text: text.to_owned() });
    }

    fn propose(&mut self, item: &Item, state: Option<&TaskState>, class: Class, action: Action) {
        let mut why = self.told.get(&item.key).cloned().unwrap_or_default();
        if why.is_empty() {
            why = match &action {
                Action::Edit { .. } => self.everywhere.clone(),
                Action::Create { under, .. } | Action::Move { under, .. } => {
                    self.place(item, under.as_deref())
                }
                Action::Cancel => Vec::new(),
            };
        }
        self.list.push(Proposal {
            item: item.key.clone(),
            task: state.map(|state| state.task.id.clone()),
            status: state.map(|state| state.task.status),
            title: item.title.clone(),
            class,
            action,
            why,
            source: item.sources.first().cloned(),
        });
    }
}

impl FieldEdit {
    /// The field with both values, on one line.
    pub fn line(&self) -> String {
        let value = |value: &FieldValue| value.line();
        format!("{}: {} -> {}", self.field, value(&self.mine), value(&self.document))
    }
}
