//! What a document changed, brought into a plan that people may have changed too.
//!
//! Three plans: what the engine made of the document as it was, what became of it by people's hands, and what the engine
//! makes of the document now. Field by field, what only one side changed is taken; where both changed the same field in
//! different ways, the person's stays unless the document's is asked for, and the conflict is told. So it is where what both
//! ask for goes in a circle only together.

use super::agree::agreed;
use super::{Side, keyed::Keyed};
use crate::diff::matching::Matching;
use crate::{Item, ItemKey, Plan};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A plan into which the changes of a document were brought.
#[derive(Debug, Clone)]
pub struct Merged {
    /// The plan. Items that were there keep their keys.
    pub plan: Plan,
    /// What both sides changed.
    pub conflicts: Vec<PlanConflict>,
    /// For each item of the document's plan the key that it had there, by the key that it has now.
    pub(super) natural: BTreeMap<ItemKey, ItemKey>,
}

/// Something that a person and the document both changed, in different ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanConflict {
    /// The item.
    pub key: ItemKey,
    /// Its title.
    pub title: String,
    /// What it is that both changed.
    pub field: ConflictField,
    /// Which side was taken.
    pub taken: Side,
    /// What the person made of it.
    pub mine: String,
    /// What the document makes of it.
    pub document: String,
}

/// What of an item both sides changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictField {
    /// The title.
    Title,
    /// The description.
    Description,
    /// The acceptance criteria.
    Acceptance,
    /// The estimate.
    Estimate,
    /// The priority.
    Priority,
    /// The container.
    Parent,
    /// What the person and the document let the items wait for: together it would go in a circle.
    Order,
    /// The document no longer asks for an item that a person changed.
    Existence,
}

/// Brings what the document changed between `base` and `theirs` into `mine`. Where both sides changed the same, `prefer`
/// is taken. Verdicts and answers of `mine` stay.
pub fn merge(base: &Plan, mine: &Plan, theirs: &Plan, prefer: Side) -> Merged {
    let sides = Sides::of(base, mine, theirs);
    let mut merger = Merger { sides: &sides, prefer, conflicts: Vec::new() };
    let mut items = Vec::new();
    for (at, item) in theirs.items.iter().enumerate() {
        match (sides.origin(at), sides.kept(at)) {
            (_, Some(kept)) => items.push(merger.both(sides.base_of(at), &mine.items[kept], item)),
            // Somebody took it out of the plan; it stays out.
            (Some(_), None) => {}
            (None, None) => items.push(placed(&sides, item)),
        }
    }
    let mut kept = Vec::new();
    for (at, item) in mine.items.iter().enumerate().filter(|&(at, _)| !sides.is_in_theirs(at)) {
        if merger.stays(sides.base_item(at), item) {
            kept.push((at, item.clone()));
        }
    }
    insert_kept(&mut items, kept, mine);
    let natural = theirs.items.iter().map(|item| (sides.key(&item.key), item.key.clone())).collect();
    let placed = || theirs.items.iter().map(|item| placed(&sides, item)).collect();
    let mut conflicts = merger.conflicts;
    let mut plan = theirs.clone();
    plan.items = items;
    plan.verdicts.clone_from(&mine.verdicts);
    plan.answers.clone_from(&mine.answers);
    for finding in &mut plan.notes {
        finding.items.iter_mut().for_each(|key| *key = sides.key(key));
    }
    let (plan, circles) = agreed(tidied(plan, mine), mine, placed, prefer);
    conflicts.extend(circles);
    Merged { plan, conflicts, natural }
}

/// Which item of which plan is which.
struct Sides<'p> {
    base: &'p Plan,
    /// From the old document's plan to the new document's.
    document: Matching,
    /// From the old document's plan to the person's.
    person: Matching,
    /// From the person's plan to the new document's, for what neither had before.
    both_new: Matching,
    /// Keys of the document's plan, in the person's plan.
    keys: BTreeMap<ItemKey, ItemKey>,
    /// Keys of the old document's plan, in the person's plan.
    base_keys: BTreeMap<ItemKey, ItemKey>,
}

impl<'p> Sides<'p> {
    fn of(base: &'p Plan, mine: &'p Plan, theirs: &'p Plan) -> Self {
        let document = Matching::of(base, theirs);
        let person = Matching::of(base, mine);
        let both_new = Matching::of(mine, theirs);
        let base_keys =
            person.pairs().map(|(base_at, at)| (base.items[base_at].key.clone(), mine.items[at].key.clone()));
        let mut sides =
            Self { base, base_keys: base_keys.collect(), document, person, both_new, keys: BTreeMap::new() };
        let mut used: BTreeSet<ItemKey> = mine.items.iter().map(|item| item.key.clone()).collect();
        for (at, item) in theirs.items.iter().enumerate() {
            let key = match sides.kept(at) {
                Some(kept) => mine.items[kept].key.clone(),
                None => free_key(&item.key, |key| used.contains(key)),
            };
            used.insert(key.clone());
            sides.keys.insert(item.key.clone(), key);
        }
        sides
    }

    /// The item of the old document that one of the new document is.
    fn origin(&self, theirs: usize) -> Option<usize> {
        self.document.before(theirs)
    }

    /// The item of the person's plan that one of the new document is.
    fn kept(&self, theirs: usize) -> Option<usize> {
        match self.origin(theirs) {
            Some(base) => self.person.after(base),
            None => self.both_new.before(theirs).filter(|&mine| self.person.before(mine).is_none()),
        }
    }

    fn base_of(&self, theirs: usize) -> Option<&'p Item> {
        self.origin(theirs).map(|base| &self.base.items[base])
    }

    fn base_item(&self, mine: usize) -> Option<&'p Item> {
        self.person.before(mine).map(|base| &self.base.items[base])
    }

    /// Whether the new document asks for an item of the person's plan.
    fn is_in_theirs(&self, mine: usize) -> bool {
        match self.person.before(mine) {
            Some(base) => self.document.after(base).is_some(),
            None => self.both_new.after(mine).is_some_and(|theirs| self.origin(theirs).is_none()),
        }
    }

    /// A key of the document's plan, in the person's plan.
    fn key(&self, theirs: &ItemKey) -> ItemKey {
        self.keys.get(theirs).unwrap_or(theirs).clone()
    }

    /// A key of the old document's plan, in the person's plan.
    fn base_key(&self, base: &ItemKey) -> ItemKey {
        self.base_keys.get(base).unwrap_or(base).clone()
    }
}

/// A key like this one that is not taken.
pub(super) fn free_key(wanted: &ItemKey, taken: impl Fn(&ItemKey) -> bool) -> ItemKey {
    let mut key = wanted.clone();
    let mut count = 2;
    while taken(&key) {
        key = ItemKey::new(format!("{wanted}-{count}"));
        count += 1;
    }
    key
}

/// An item of the document's plan, with the keys of the person's.
fn placed(sides: &Sides<'_>, item: &Item) -> Item {
    Item {
        key: sides.key(&item.key),
        parent: item.parent.as_ref().map(|parent| sides.key(parent)),
        depends_on: item.depends_on.iter().map(|on| sides.key(on)).collect(),
        ..item.clone()
    }
}

struct Merger<'p> {
    sides: &'p Sides<'p>,
    prefer: Side,
    conflicts: Vec<PlanConflict>,
}

impl Merger<'_> {
    /// An item of the plan of the old document, with the keys of the person's.
    fn known(&self, item: &Item) -> Item {
        Item {
            parent: item.parent.as_ref().map(|parent| self.sides.base_key(parent)),
            depends_on: item.depends_on.iter().map(|on| self.sides.base_key(on)).collect(),
            ..item.clone()
        }
    }

    /// Whether a field stays as the person has it, given whether the person and the document changed it.
    fn keeps(
        &mut self,
        mine: &Item,
        field: ConflictField,
        changed: (bool, bool),
        texts: Option<[String; 2]>,
    ) -> bool {
        let Some([mine_text, document]) = texts else { return changed.0 };
        match changed {
            (false, _) => false,
            (true, false) => true,
            (true, true) => {
                self.conflicts.push(PlanConflict {
                    key: mine.key.clone(),
                    title: mine.title.clone(),
                    field,
                    taken: self.prefer,
                    mine: mine_text,
                    document,
                });
                self.prefer == Side::Mine
            }
        }
    }

    /// An item that the person's plan and the document's both have. Sources, requirements and what the engine thinks of it
    /// are the document's.
    fn both(&mut self, base: Option<&Item>, mine: &Item, theirs: &Item) -> Item {
        let placed = placed(self.sides, theirs);
        let base = match base {
            Some(base) => self.known(base),
            // Neither had it before: what came from a document is the document's, what somebody wrote is theirs.
            None if mine.sources.is_empty() => placed.clone(),
            None => mine.clone(),
        };
        macro_rules! merged {
            ($field:ident, $name:ident, $text:expr) => {{
                let changed = (mine.$field != base.$field, placed.$field != base.$field);
                let text = $text;
                // Nothing to say where both made the same of it.
                let texts =
                    (mine.$field != placed.$field).then(|| [text(&mine.$field), text(&placed.$field)]);
                if self.keeps(mine, ConflictField::$name, changed, texts) {
                    mine.$field.clone()
                } else {
                    placed.$field.clone()
                }
            }};
        }
        let plain = String::clone;
        let minutes = |estimate: &Option<crate::Estimate>| {
            estimate.map_or_else(String::new, |estimate| {
                taskwerk_model::Minutes::new(estimate.likely).to_string()
            })
        };
        Item {
            title: merged!(title, Title, plain),
            description: merged!(description, Description, plain),
            acceptance: merged!(acceptance, Acceptance, |list: &Vec<String>| list.join("\n")),
            estimate: merged!(estimate, Estimate, minutes),
            priority: merged!(priority, Priority, |priority: &crate::Priority| priority.to_string()),
            parent: merged!(parent, Parent, |key: &Option<ItemKey>| key
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default()),
            category: if mine.category == base.category { placed.category } else { mine.category },
            depends_on: three_way(&base.depends_on, &mine.depends_on, &placed.depends_on),
            tags: three_way(&base.tags, &mine.tags, &placed.tags),
            files: three_way(&base.files, &mine.files, &placed.files),
            key: mine.key.clone(),
            ..placed
        }
    }

    /// Whether an item that the document does not ask for stays: what came in by other hands does, and what a
    /// person changed does unless the document is preferred.
    fn stays(&mut self, base: Option<&Item>, mine: &Item) -> bool {
        let Some(base) = base else { return true };
        let changed = base.title != mine.title
            || base.description != mine.description
            || base.acceptance != mine.acceptance;
        if changed {
            self.conflicts.push(PlanConflict {
                key: mine.key.clone(),
                title: mine.title.clone(),
                field: ConflictField::Existence,
                taken: self.prefer,
                mine: mine.title.clone(),
                document: String::new(),
            });
        }
        changed && self.prefer == Side::Mine
    }
}

/// What two sides made of a list whose order counts for nothing: the person's, without what the document took out, and
/// with what it put in.
pub(super) fn three_way<T: Clone + PartialEq>(base: &[T], mine: &[T], theirs: &[T]) -> Vec<T> {
    if mine == base {
        return theirs.to_vec();
    }
    let mut merged: Vec<T> =
        mine.iter().filter(|one| theirs.contains(one) || !base.contains(one)).cloned().collect();
    merged.extend(theirs.iter().filter(|one| !base.contains(one) && !mine.contains(one)).cloned());
    merged
}

/// Puts what stays of the person's plan behind what came before it there.
fn insert_kept(items: &mut Vec<Item>, kept: Vec<(usize, Item)>, mine: &Plan) {
    for (at, item) in kept {
        let before = mine.items[..at]
            .iter()
            .rev()
            .find_map(|other| items.iter().position(|item| item.key == other.key));
        items.insert(before.map_or(0, |before| before + 1), item);
    }
}

/// A plan in which every reference is to something that is there: containers of what stays stay too, what is waited for
/// and gone is not waited for, and what is cited is there to be cited.
pub(super) fn tidied(mut plan: Plan, other: &Plan) -> Plan {
    let elsewhere = Keyed::of(other);
    let mut known: BTreeSet<ItemKey> = plan.items.iter().map(|item| item.key.clone()).collect();
    let mut at = 0;
    while let Some(parent) = plan.items.get(at).map(|item| item.parent.clone()) {
        at += 1;
        if let Some(missing) = parent.filter(|parent| !known.contains(parent))
            && let Some(container) = elsewhere.get(&missing)
        {
            known.insert(missing);
            plan.items.push(container.clone());
        }
    }
    for item in &mut plan.items {
        item.depends_on.retain(|on| known.contains(on) && *on != item.key);
        item.parent.take_if(|parent| !known.contains(parent));
    }
    plan.verdicts.retain(|key, _| known.contains(key));
    let mut asked: BTreeSet<_> = plan.requirements.iter().map(|wanted| wanted.id.clone()).collect();
    let cited: BTreeSet<_> = plan.items.iter().flat_map(|item| item.requirements.iter().cloned()).collect();
    for wanted in &other.requirements {
        if cited.contains(&wanted.id) && asked.insert(wanted.id.clone()) {
            plan.requirements.push(wanted.clone());
        }
    }
    // A container that was kept, or stands elsewhere now, comes before what is in it.
    let ordered = plan.tree().into_iter().map(|row| row.item.clone()).collect();
    plan.items = ordered;
    plan
}
