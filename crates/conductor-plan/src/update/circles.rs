//! Dependencies that would close a circle.
//!
//! A document that is sound by itself can ask for an order that tasks which stay as they are do not allow: what is begun
//! or done keeps what it waited for. A circle would be refused, and with it everything else that was decided. So one of a
//! task that is cancelled, or is just being cancelled, is taken out: it waits for nothing any more. If there is none, the
//! dependency that would close the circle is left out.

use super::{Present, TaskState};
use crate::graph::Graph;
use crate::{Item, ItemKey, Plan};
use std::collections::{BTreeMap, BTreeSet};
use taskwerk_model::{ImportNote, ImportRow, Status, TaskId};

/// Takes out of the rows what would close a circle, given the tasks as they are and those that are being cancelled. Adds a
/// row for each of these that has to let go of what it waited for. `pattern` is any plan with an item.
pub(super) fn break_circles(
    rows: &mut Vec<ImportRow>,
    present: &Present,
    closing: &BTreeSet<TaskId>,
    pattern: &Plan,
) {
    let Some(pattern) = pattern.items.first() else { return };
    let gone =
        |state: &&TaskState| state.task.status == Status::Cancelled || closing.contains(&state.task.id);
    let gone: BTreeSet<String> = present.all().filter(gone).map(TaskState::name).collect();
    let mut edges = Edges::of(rows, present);
    if edges.fresh.is_empty() {
        return;
    }
    // Each round takes one edge out, so that it ends.
    while let Some((waits, on)) = edges.closing_one(pattern, &gone) {
        edges.cut(&waits, &on);
        let known = present.by_name(&waits);
        let row = rows.iter_mut().find(|row| is_row_of(row, &waits, present));
        match (row, known) {
            (Some(row), _) => {
                let left = edges.nodes.get(&waits).map(|node| node.waits_for.clone());
                row.depends_on = left;
            }
            (None, Some(state)) => rows.push(ImportRow {
                uid: Some(state.task.uid.to_string()),
                title: state.task.title.as_str().to_owned(),
                depends_on: edges.nodes.get(&waits).map(|node| node.waits_for.clone()),
                ..ImportRow::default()
            }),
            (None, None) => return,
        }
        // What is just being cancelled gets a note of that.
        if known.is_some_and(|state| state.task.status == Status::Cancelled)
            && let Some(row) = rows.iter_mut().find(|row| is_row_of(row, &waits, present))
        {
            let title = present.by_name(&on).map_or(on.as_str(), |on| on.task.title.as_str());
            let text = format!(
                "No longer waits for \"{title}\", which would close a circle with what is asked for now."
            );
            row.notes.push(ImportNote { text, ..ImportNote::default() });
        }
    }
}

/// A task, there or coming, by its name.
struct Node {
    parent: Option<String>,
    waits_for: Vec<String>,
}

struct Edges {
    nodes: BTreeMap<String, Node>,
    /// What comes to wait for what.
    fresh: BTreeSet<(String, String)>,
}

impl Edges {
    fn of(rows: &[ImportRow], present: &Present) -> Self {
        let names = present.names();
        let name = |id: &TaskId| names.get(id).cloned().unwrap_or_else(|| id.to_string());
        let node = |state: &TaskState| Node {
            parent: state.task.parent.as_ref().map(name),
            waits_for: state.task.depends_on.iter().map(name).collect(),
        };
        let mut nodes: BTreeMap<String, Node> =
            present.all().map(|state| (state.name(), node(state))).collect();
        let mut fresh = BTreeSet::new();
        for row in rows {
            let Some(name) = row_name(row, present) else { continue };
            let parent = row.parent.clone();
            let node = nodes.entry(name.clone()).or_insert(Node { parent, waits_for: Vec::new() });
            if let Some(depends_on) = &row.depends_on {
                let came = depends_on.iter().filter(|on| !node.waits_for.contains(on));
                fresh.extend(came.map(|on| (name.clone(), on.clone())));
                node.waits_for.clone_from(depends_on);
            }
        }
        Self { nodes, fresh }
    }

    /// An edge of a circle that can be taken out: who waits, and for what.
    fn closing_one(&self, pattern: &Item, gone: &BTreeSet<String>) -> Option<(String, String)> {
        let item = |(name, node): (&String, &Node)| Item {
            key: ItemKey::new(name.as_str()),
            parent: node.parent.as_deref().map(ItemKey::new),
            depends_on: node.waits_for.iter().map(ItemKey::new).collect(),
            ..pattern.clone()
        };
        let items: Vec<Item> = self.nodes.iter().map(item).collect();
        let circle = Graph::of_items(&items).sorted().err()?;
        let name = |at: usize| items.get(at).map(|item| item.key.as_str().to_owned());
        let next = circle.items.iter().skip(1).chain(circle.items.first());
        let pairs: Vec<(String, String)> = circle
            .items
            .iter()
            .zip(next)
            .filter_map(|(on, waits)| Some((name(*waits)?, name(*on)?)))
            .collect();
        let is_edge = |(waits, on): &&(String, String)| {
            self.nodes.get(waits).is_some_and(|node| node.waits_for.contains(on))
        };
        let mut edges = pairs.iter().filter(is_edge);
        let idle = edges.clone().find(|(waits, _)| gone.contains(waits));
        idle.or_else(|| edges.find(|edge| self.fresh.contains(*edge))).cloned()
    }

    fn cut(&mut self, waits: &str, on: &str) {
        if let Some(node) = self.nodes.get_mut(waits) {
            node.waits_for.retain(|other| other != on);
        }
        self.fresh.remove(&(waits.to_owned(), on.to_owned()));
    }
}

fn is_row_of(row: &ImportRow, name: &str, present: &Present) -> bool {
    row_name(row, present).as_deref() == Some(name)
}

/// The name of a row's task: its key, or that of the task that it is about.
fn row_name(row: &ImportRow, present: &Present) -> Option<String> {
    match (&row.key, &row.uid) {
        (Some(key), _) => Some(key.clone()),
        (None, Some(uid)) => {
            present.all().find(|state| state.task.uid.to_string() == *uid).map(TaskState::name)
        }
        (None, None) => None,
    }
}
