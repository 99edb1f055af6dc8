//! A diff in the words of a person: one line a change, and nothing that another line says already.

use super::PlanDiff;
use super::change::{FieldChange, ItemChange, LineChange, Named, RequirementChange};
use crate::{ItemKey, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// One change, told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// What kind of change it is.
    pub mark: DiffMark,
    /// What changed, one line. Not escaped.
    pub text: String,
    /// The rest of it, a line each, where there is more than one thing to say. Not escaped.
    pub details: Vec<String>,
    /// Where the newer document says so; for what is gone there is no such place.
    pub source: Option<Source>,
}

/// The word that a change begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DiffMark {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is called otherwise.
    Reworded,
    /// It is elsewhere.
    Moved,
    /// Something else of it changed.
    Changed,
    /// It is several now.
    Split,
    /// It and others are one now.
    Merged,
    /// A document has another name.
    Renamed,
}

impl DiffMark {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Reworded => "reworded",
            Self::Moved => "moved",
            Self::Changed => "changed",
            Self::Split => "split",
            Self::Merged => "merged",
            Self::Renamed => "renamed",
        }
    }
}

impl fmt::Display for DiffMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl PlanDiff {
    /// The diff as a person would write it. An added or removed section is one line with all that is in it, and what the
    /// documents ask for is told only where no item tells it.
    pub fn lines(&self) -> Vec<DiffLine> {
        let renamed = self.renamed.iter().map(|one| DiffLine {
            mark: DiffMark::Renamed,
            text: format!("{} -> {}", one.old, one.new),
            details: Vec::new(),
            source: None,
        });
        let whole = Whole::of(&self.items);
        let items: Vec<DiffLine> = self
            .items
            .iter()
            .filter(|change| !whole.tells(change))
            .map(|change| item_line(change, &whole))
            .collect();
        renamed.chain(items).chain(self.untold_requirements().map(requirement)).collect()
    }

    /// What changed in each item, a line each, by its key in either plan.
    pub(crate) fn by_item(&self) -> BTreeMap<ItemKey, Vec<String>> {
        let mut told: BTreeMap<ItemKey, Vec<String>> = BTreeMap::new();
        for change in &self.items {
            let (keys, lines): (Vec<&ItemKey>, Vec<String>) = match change {
                ItemChange::Added { item, .. } | ItemChange::Removed { item, .. } => {
                    (vec![&item.key], Vec::new())
                }
                ItemChange::Changed { item, now, fields, .. } => {
                    (vec![&item.key, &now.key], fields.iter().flat_map(field_text).collect())
                }
                ItemChange::Split { item, into, .. } => {
                    let keys = std::iter::once(item).chain(into).map(|part| &part.key).collect();
                    (keys, vec![format!("\"{}\" was split into {}", item.title, and(into))])
                }
                ItemChange::Merged { items, into, .. } => {
                    let keys = std::iter::once(into).chain(items).map(|part| &part.key).collect();
                    (keys, vec![format!("{} are one now, \"{}\"", and(items), into.title)])
                }
            };
            let keys: BTreeSet<&ItemKey> = keys.into_iter().collect();
            for key in keys {
                told.entry(key.clone()).or_default().extend(lines.iter().cloned());
            }
        }
        told
    }

    /// What changed in what the documents ask for, as far as no item tells it, a line each.
    pub(crate) fn untold(&self) -> Vec<String> {
        self.untold_requirements().map(|change| requirement(change).text).collect()
    }

    fn untold_requirements(&self) -> impl Iterator<Item = &RequirementChange> {
        let told: BTreeSet<ItemKey> = self.told().into_iter().cloned().collect();
        self.requirements.iter().filter(move |change| !change.items.iter().any(|key| told.contains(key)))
    }

    /// The items that a line is about, with their keys in either plan.
    fn told(&self) -> BTreeSet<&ItemKey> {
        let mut told = BTreeSet::new();
        for change in &self.items {
            match change {
                ItemChange::Added { item, .. } | ItemChange::Removed { item, .. } => {
                    told.insert(&item.key);
                }
                ItemChange::Changed { item, now, .. } => told.extend([&item.key, &now.key]),
                ItemChange::Split { item, into, .. } => {
                    told.insert(&item.key);
                    told.extend(into.iter().map(|part| &part.key));
                }
                ItemChange::Merged { items, into, .. } => {
                    told.insert(&into.key);
                    told.extend(items.iter().map(|part| &part.key));
                }
            }
        }
        told
    }
}

fn item_line(change: &ItemChange, whole: &Whole<'_>) -> DiffLine {
    let line = |mark, text: String, source: &Option<Source>| DiffLine {
        mark,
        text,
        details: Vec::new(),
        source: source.clone(),
    };
    match change {
        ItemChange::Added { item, under, after, before, source } => {
            let place =
                under.as_ref().map(|under| format!(", under \"{}\"", under.title)).unwrap_or_default();
            let told = [
                item.title.clone(),
                whole.with(&item.key, false),
                place,
                clause(", after ", after, ""),
                clause(", before ", before, ""),
            ];
            line(DiffMark::Added, told.concat(), source)
        }
        ItemChange::Removed { item, before, .. } => {
            let verb = if before.len() == 1 { " no longer waits for it" } else { " no longer wait for it" };
            let told = [item.title.clone(), whole.with(&item.key, true), clause("; ", before, verb)];
            line(DiffMark::Removed, told.concat(), &None)
        }
        ItemChange::Changed { item, now, fields, source } => changed(item, now, fields, source),
        ItemChange::Split { item, into, source } => {
            line(DiffMark::Split, format!("{}, into {}", item.title, and(into)), source)
        }
        ItemChange::Merged { items, into, source } => {
            line(DiffMark::Merged, format!("{}, into {}", and(items), into.title), source)
        }
    }
}

/// What came or went together with its container.
struct Whole<'d> {
    /// By the key of the container, and whether it went.
    within: BTreeMap<(&'d ItemKey, bool), Vec<&'d Named>>,
    /// What came or went, and whether it went.
    all: BTreeSet<(&'d ItemKey, bool)>,
}

impl<'d> Whole<'d> {
    fn of(changes: &'d [ItemChange]) -> Self {
        let mut whole = Self { within: BTreeMap::new(), all: BTreeSet::new() };
        for change in changes {
            let Some((item, under, removed)) = came_or_went(change) else { continue };
            whole.all.insert((&item.key, removed));
            if let Some(under) = under {
                whole.within.entry((&under.key, removed)).or_default().push(item);
            }
        }
        whole
    }

    /// Whether the line of a container tells of a change too.
    fn tells(&self, change: &ItemChange) -> bool {
        came_or_went(change).is_some_and(|(_, under, removed)| {
            under.is_some_and(|under| self.all.contains(&(&under.key, removed)))
        })
    }

    /// What came or went with a container: `, with A and B`.
    fn with(&self, container: &ItemKey, removed: bool) -> String {
        let mut with = Vec::new();
        let mut keys = vec![container];
        while let Some(container) = keys.pop() {
            for item in self.within.get(&(container, removed)).into_iter().flatten() {
                with.push(Named::clone(item));
                keys.push(&item.key);
            }
        }
        clause(", with ", &with, "")
    }
}

fn came_or_went(change: &ItemChange) -> Option<(&Named, Option<&Named>, bool)> {
    match change {
        ItemChange::Added { item, under, .. } => Some((item, under.as_ref(), false)),
        ItemChange::Removed { item, under, .. } => Some((item, under.as_ref(), true)),
        ItemChange::Changed { .. } | ItemChange::Split { .. } | ItemChange::Merged { .. } => None,
    }
}

/// A change of an item that both plans have. Its title leads, or its place; one thing to say is said on the same line.
fn changed(item: &Named, now: &Named, fields: &[FieldChange], source: &Option<Source>) -> DiffLine {
    let mut mark = DiffMark::Changed;
    let mut text = now.title.clone();
    let mut details = Vec::new();
    for field in fields {
        match field {
            FieldChange::Title(_) => {
                mark = DiffMark::Reworded;
                text = format!("{} -> {}", item.title, now.title);
            }
            FieldChange::Place { .. } if mark == DiffMark::Changed && details.is_empty() => {
                mark = DiffMark::Moved;
                text = format!("{}: {}", now.title, field_text(field).join("; "));
            }
            FieldChange::Place { .. }
            | FieldChange::Description { .. }
            | FieldChange::Acceptance { .. }
            | FieldChange::Estimate { .. }
            | FieldChange::Priority { .. }
            | FieldChange::Tags { .. }
            | FieldChange::Files { .. }
            | FieldChange::DependsOn { .. } => details.extend(field_text(field)),
        }
    }
    if let (DiffMark::Changed, [only]) = (mark, details.as_slice()) {
        text = format!("{text}: {only}");
        details.clear();
    }
    DiffLine { mark, text, details, source: source.clone() }
}

/// What a field's change is in words, a line each.
pub(crate) fn field_text(field: &FieldChange) -> Vec<String> {
    let minutes = |minutes: &Option<u32>| minutes.map_or_else(|| "none".to_owned(), duration);
    let list = |word: &str, added: &[String], removed: &[String]| {
        let mut lines = Vec::new();
        if !added.is_empty() {
            lines.push(format!("{word} {} came", added.join(", ")));
        }
        if !removed.is_empty() {
            lines.push(format!("{word} {} went", removed.join(", ")));
        }
        lines
    };
    match field {
        FieldChange::Title(line) => vec![line_text("", line)],
        FieldChange::Place { old, new } => {
            let place = |container: &Option<Named>| {
                container
                    .as_ref()
                    .map_or_else(|| "the top".to_owned(), |container| format!("\"{}\"", container.title))
            };
            vec![format!("from {} to {}", place(old), place(new))]
        }
        FieldChange::Description { lines } => lines.iter().map(|line| line_text("", line)).collect(),
        FieldChange::Acceptance { lines } => lines.iter().map(|line| line_text("criterion ", line)).collect(),
        FieldChange::Estimate { old, new } => vec![format!("estimate {} -> {}", minutes(old), minutes(new))],
        FieldChange::Priority { old, new } => vec![format!("priority {old} -> {new}")],
        FieldChange::Tags { added, removed } => list("tag", added, removed),
        FieldChange::Files { added, removed } => list("file", added, removed),
        FieldChange::DependsOn { added, removed } => {
            let mut lines = Vec::new();
            if !added.is_empty() {
                lines.push(format!("waits for {}", and(added)));
            }
            if !removed.is_empty() {
                lines.push(format!("no longer waits for {}", and(removed)));
            }
            lines
        }
    }
}

fn requirement(change: &RequirementChange) -> DiffLine {
    let (mark, what) = match (&change.old, &change.new, &change.text, &change.kind) {
        (None, ..) => (DiffMark::Added, format!("\"{}\"", change.words)),
        (_, None, ..) => (DiffMark::Removed, format!("\"{}\"", change.words)),
        (Some(_), Some(_), Some(line), _) => (DiffMark::Changed, line_text("", line)),
        (Some(_), Some(_), None, Some(kind)) => {
            let text = format!("\"{}\" was {} and is {}", change.words, kind.old.words(), kind.new.words());
            (DiffMark::Changed, text)
        }
        (Some(_), Some(_), None, None) => (DiffMark::Changed, format!("\"{}\"", change.words)),
    };
    let text = if change.section.is_empty() { what } else { format!("{}: {what}", change.section) };
    let source = change.new.is_some().then(|| change.source.clone());
    DiffLine { mark, text, details: Vec::new(), source }
}

/// `200 ms -> 100 ms in "…"`, or the line before and after.
fn line_text(what: &str, line: &LineChange) -> String {
    let numbers: Vec<String> =
        line.numbers.iter().map(|number| format!("{} -> {}", number.old, number.new)).collect();
    match (&line.old, &line.new) {
        (_, Some(new)) if !numbers.is_empty() => format!("{} in \"{new}\"", numbers.join(", ")),
        (Some(old), Some(new)) => format!("{what}\"{old}\" -> \"{new}\""),
        (None, Some(new)) => format!("{what}\"{new}\" came"),
        (Some(old), None) => format!("{what}\"{old}\" went"),
        (None, None) => String::new(),
    }
}

/// `A`, `A and B`, `A, B and C`.
pub(crate) fn and(items: &[Named]) -> String {
    let titles: Vec<&str> = items.iter().map(|item| item.title.as_str()).collect();
    match titles.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// The items with words around them; nothing when there are none.
fn clause(before: &str, items: &[Named], after: &str) -> String {
    if items.is_empty() { String::new() } else { format!("{before}{}{after}", and(items)) }
}

fn duration(minutes: u32) -> String {
    taskwerk_model::Minutes::new(minutes).to_string()
}
