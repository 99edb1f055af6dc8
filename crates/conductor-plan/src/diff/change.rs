//! The kinds of changes, and how they are found once it is known which items belong together.

use super::fields;
use super::matching::Matching;
use super::parts::Parts;
use super::waits::Waits;
use crate::{Item, ItemKey, Plan, Priority, RequirementId, RequirementKind, Source};
use serde::Serialize;
use std::collections::BTreeSet;

/// An item as people know it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Named {
    /// Its key, in the plan that it is in.
    pub key: ItemKey,
    /// Its title there.
    pub title: String,
}

/// A document that has another name now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Renamed {
    /// Its name in the older plan.
    pub old: String,
    /// Its name in the newer one.
    pub new: String,
}

/// What became of one item, or of several that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum ItemChange {
    /// Only the newer plan has it.
    Added {
        /// The item.
        item: Named,
        /// The container that it is in.
        under: Option<Named>,
        /// What it waits for.
        after: Vec<Named>,
        /// Items of the older plan that now wait for it.
        before: Vec<Named>,
        /// Where the document asks for it.
        source: Option<Source>,
    },
    /// Only the older plan has it.
    Removed {
        /// The item.
        item: Named,
        /// The container that it was in.
        under: Option<Named>,
        /// Items of the newer plan that waited for it.
        before: Vec<Named>,
        /// Where the document asked for it.
        source: Option<Source>,
    },
    /// Both plans have it, and it is not the same.
    Changed {
        /// The item in the older plan.
        item: Named,
        /// The item in the newer plan.
        now: Named,
        /// What changed.
        fields: Vec<FieldChange>,
        /// Where the document asks for it now.
        source: Option<Source>,
    },
    /// What was one item is several.
    Split {
        /// The item in the older plan.
        item: Named,
        /// What it became, in the order of the newer plan.
        into: Vec<Named>,
        /// Where the document asks for them now.
        source: Option<Source>,
    },
    /// What were several items is one.
    Merged {
        /// The items of the older plan, in its order.
        items: Vec<Named>,
        /// What they became.
        into: Named,
        /// Where the document asks for it now.
        source: Option<Source>,
    },
}

/// What changed in an item that both plans have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "field", rename_all = "snake_case")]
pub enum FieldChange {
    /// It is called otherwise.
    Title(LineChange),
    /// It is in another container.
    Place {
        /// The container in the older plan.
        old: Option<Named>,
        /// The container in the newer plan.
        new: Option<Named>,
    },
    /// What is to be done, sentence by sentence.
    Description {
        /// The sentences that changed.
        lines: Vec<LineChange>,
    },
    /// How one sees that it is done.
    Acceptance {
        /// The criteria that changed.
        lines: Vec<LineChange>,
    },
    /// How long it takes, in minutes.
    Estimate {
        /// Most likely, in the older plan.
        old: Option<u32>,
        /// Most likely, in the newer plan.
        new: Option<u32>,
    },
    /// How much it matters.
    Priority {
        /// In the older plan.
        old: Priority,
        /// In the newer plan.
        new: Priority,
    },
    /// Words to find it by.
    Tags {
        /// Those that came.
        added: Vec<String>,
        /// Those that went.
        removed: Vec<String>,
    },
    /// Files that the document names.
    Files {
        /// Those that came.
        added: Vec<String>,
        /// Those that went.
        removed: Vec<String>,
    },
    /// What it waits for, as far as both plans have it.
    DependsOn {
        /// What it waits for now and did not.
        added: Vec<Named>,
        /// What it no longer waits for.
        removed: Vec<Named>,
    },
}

/// A line of text that changed, came or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineChange {
    /// In the older plan; absent when it came.
    pub old: Option<String>,
    /// In the newer plan; absent when it went.
    pub new: Option<String>,
    /// The numbers that changed, where nothing else in the line did.
    pub numbers: Vec<NumberChange>,
}

/// A number that changed, each with its unit: `200 ms` and `100 ms`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NumberChange {
    /// Before.
    pub old: String,
    /// After.
    pub new: String,
}

/// What became of one thing that the documents ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequirementChange {
    /// Its name in the older plan; absent when it is new.
    pub old: Option<RequirementId>,
    /// Its name in the newer plan; absent when it is gone.
    pub new: Option<RequirementId>,
    /// Its words, as far as they changed.
    pub text: Option<LineChange>,
    /// What kind of demand it was and is, where that changed.
    pub kind: Option<KindChange>,
    /// The section that it stands in, in the newer plan where it is still there.
    pub section: String,
    /// Its words, in the newer plan where it is still there.
    pub words: String,
    /// Where it stands, in the newer plan where it is still there.
    pub source: Source,
    /// The items that cite it: of the newer plan, and of the older plan when it is gone.
    pub items: Vec<ItemKey>,
}

/// Another kind of demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct KindChange {
    /// Before.
    pub old: RequirementKind,
    /// After.
    pub new: RequirementKind,
}

impl Named {
    pub(crate) fn of(item: &Item) -> Self {
        Self { key: item.key.clone(), title: item.title.clone() }
    }
}

/// Documents that belong together though their names differ: by their content, or because no other is left.
pub(super) fn renamed(old: &Plan, new: &Plan) -> Vec<Renamed> {
    let names =
        |plan: &Plan| plan.documents.iter().map(|document| document.name.clone()).collect::<BTreeSet<_>>();
    let (known, now) = (names(old), names(new));
    let mut gone: Vec<_> = old.documents.iter().filter(|document| !now.contains(&document.name)).collect();
    let mut came: Vec<_> = new.documents.iter().filter(|document| !known.contains(&document.name)).collect();
    let mut renamed = Vec::new();
    came.retain(|document| match gone.iter().position(|other| other.digest == document.digest) {
        Some(at) => {
            renamed.push(Renamed { old: gone.remove(at).name.clone(), new: document.name.clone() });
            false
        }
        None => true,
    });
    if let ([old], [new]) = (gone.as_slice(), came.as_slice()) {
        renamed.push(Renamed { old: old.name.clone(), new: new.name.clone() });
    }
    renamed
}

/// Every change of an item.
pub(super) fn items(old: &Plan, new: &Plan, matching: &Matching, parts: &Parts) -> Vec<ItemChange> {
    let waits = Waits::new(old, new, matching);
    let mut changes = Vec::new();
    for (at, item) in new.items.iter().enumerate() {
        let source = item.sources.first().cloned();
        if let Some((from, into)) = parts.split_at(at) {
            let into = into.iter().map(|&part| Named::of(&new.items[part])).collect();
            changes.push(ItemChange::Split { item: Named::of(&old.items[from]), into, source });
        } else if let Some(from) = parts.merged_at(at) {
            let items = from.iter().map(|&part| Named::of(&old.items[part])).collect();
            changes.push(ItemChange::Merged { items, into: Named::of(item), source });
        } else if let Some(before) = matching.before(at) {
            let fields = fields::fields(old, new, before, at, &waits);
            if !fields.is_empty() {
                let (item, now) = (Named::of(&old.items[before]), Named::of(item));
                changes.push(ItemChange::Changed { item, now, fields, source });
            }
        } else if !parts.is_further(at) {
            changes.push(ItemChange::Added {
                item: Named::of(item),
                under: waits.new_container(at),
                after: waits.awaited(at),
                before: waits.newly_waiting(at),
                source,
            });
        }
    }
    let gone = old
        .items
        .iter()
        .enumerate()
        .filter(|&(at, _)| matching.after(at).is_none() && !parts.is_absorbed(at));
    changes.extend(gone.map(|(at, item)| ItemChange::Removed {
        item: Named::of(item),
        under: waits.old_container(at),
        before: waits.no_longer_waiting(at),
        source: item.sources.first().cloned(),
    }));
    changes
}
