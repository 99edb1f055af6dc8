//! Changes of a plan by those who review it, as pure functions.
//!
//! [`apply`] takes a plan and [`Edit`]s, and gives the changed plan together with the [`Delta`] that leads back. It
//! refuses what would make the plan unsound: circles, with containers taken into account, names that are not there, keys
//! that are there twice. An item keeps its key whatever becomes of its title, so that an import finds the task that it
//! made before; a new item is given a key of its own. [`History`] keeps the deltas for undo and redo.

mod change;
mod delta;
mod error;
mod graft;
mod history;
mod join;
mod judge;
mod key;
mod parts;
mod place;
mod sound;

pub use change::Change;
pub use delta::Delta;
pub use error::EditError;
pub use graft::graft;
pub use history::{History, Step};
pub use join::Part;
pub use parts::parts_named;
pub use place::{NewItem, Place};

use crate::{Fix, ItemKey, Plan, Verdict};
pub(crate) use history::stamp;
pub(crate) use key::Keys;
pub(crate) use sound::{Before, check};

/// One change of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Says of items that they are to be done or not, or takes back what was said. To accept an item within a rejected
    /// one rejects the others in there instead, one by one.
    Judge {
        /// The items.
        items: Vec<ItemKey>,
        /// What is said; `None` for nothing.
        verdict: Option<Verdict>,
    },
    /// Changes a field of an item.
    Set {
        /// The item.
        item: ItemKey,
        /// The field and its new value.
        change: Change,
    },
    /// Adds an item.
    Add {
        /// What it says.
        item: Box<NewItem>,
        /// Where it stands.
        at: Place,
    },
    /// Takes an item out, with all that it contains. What waited for one of them no longer does.
    Remove {
        /// The item.
        item: ItemKey,
    },
    /// Puts an item, with all that it contains, elsewhere.
    Move {
        /// The item.
        item: ItemKey,
        /// Where it is to stand.
        to: Place,
    },
    /// Lets an item wait for another.
    Link {
        /// The item that is to wait.
        item: ItemKey,
        /// What it is to wait for.
        after: ItemKey,
    },
    /// Lets an item no longer wait for another.
    Unlink {
        /// The item that waits.
        item: ItemKey,
        /// What it waits for.
        after: ItemKey,
    },
    /// Makes one item of two: what is said of `gone` goes to `keep`, what waited for `gone` waits for `keep`, and what
    /// `gone` contained is in `keep`.
    Merge {
        /// The item that stays.
        keep: ItemKey,
        /// The item that goes.
        gone: ItemKey,
    },
    /// Makes an item a container of these parts. What waited for it waits for all of them.
    Split {
        /// The item.
        item: ItemKey,
        /// At least two parts.
        parts: Vec<Part>,
    },
}

/// A changed plan.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The plan as it is now.
    pub plan: Plan,
    /// What leads back to the plan as it was.
    pub back: Delta,
    /// The keys of items that are new, in the order in which they were added.
    pub added: Vec<ItemKey>,
}

/// Carries edits out, one after the other, all or none.
///
/// # Errors
/// When one of them does not fit the plan or would make it unsound.
pub fn apply(plan: &Plan, edits: &[Edit]) -> Result<Applied, EditError> {
    sound::refuse_equal_keys(plan)?;
    let (mut changed, mut added) = (plan.clone(), Vec::new());
    for edit in edits {
        carry_out(&mut changed, edit, &mut added)?;
    }
    let back = Delta::between(&changed, plan);
    Ok(Applied { plan: changed, back, added })
}

/// What leads from one form of a plan to another that was made elsewhere, as if edits had done it.
pub fn changed_to(plan: &Plan, changed: Plan) -> Applied {
    let back = Delta::between(&changed, plan);
    Applied { plan: changed, back, added: Vec::new() }
}

fn carry_out(plan: &mut Plan, edit: &Edit, added: &mut Vec<ItemKey>) -> Result<(), EditError> {
    match edit {
        Edit::Judge { items, verdict } => judge::judge(plan, items, *verdict),
        Edit::Set { item, change } => change::set(plan, item, change),
        Edit::Add { item, at } => place::add(plan, item, at).map(|key| added.push(key)),
        Edit::Remove { item } => place::remove(plan, item),
        Edit::Move { item, to } => place::put(plan, item, to),
        Edit::Link { item, after } => link(plan, item, after),
        Edit::Unlink { item, after } => unlink(plan, item, after),
        Edit::Merge { keep, gone } => join::merge(plan, keep, gone),
        Edit::Split { item, parts } => join::split(plan, item, parts, added),
    }
}

fn link(plan: &mut Plan, item: &ItemKey, after: &ItemKey) -> Result<(), EditError> {
    let (at, on) = (position(plan, item)?, position(plan, after)?);
    if at == on {
        return Err(EditError::Itself { title: plan.items[at].title.clone() });
    }
    for (inner, outer) in [(at, on), (on, at)] {
        if place::is_within(plan, inner, outer) {
            let title = |index: usize| plan.items[index].title.clone();
            return Err(EditError::Within { inner: title(inner), outer: title(outer) });
        }
    }
    if plan.items[at].depends_on.contains(after) {
        return Ok(());
    }
    plan.items[at].depends_on.push(after.clone());
    sound::refuse_circle(plan)
}

/// What is waited for need not be there: that is how an unknown reference is mended.
fn unlink(plan: &mut Plan, item: &ItemKey, after: &ItemKey) -> Result<(), EditError> {
    let at = position(plan, item)?;
    let item = &mut plan.items[at];
    let before = item.depends_on.len();
    item.depends_on.retain(|on| on != after);
    if item.depends_on.len() < before {
        return Ok(());
    }
    let title = item.title.clone();
    let after = plan.get(after).map_or_else(|| after.to_string(), |on| on.title.clone());
    Err(EditError::NotLinked { title, after })
}

/// Where the item stands in the plan.
fn position(plan: &Plan, key: &ItemKey) -> Result<usize, EditError> {
    plan.items
        .iter()
        .position(|item| item.key == *key)
        .ok_or_else(|| EditError::UnknownItem { key: key.clone() })
}

impl From<&Fix> for Edit {
    fn from(fix: &Fix) -> Self {
        match fix {
            Fix::RemoveDependency { item, depends_on } => {
                Self::Unlink { item: item.clone(), after: depends_on.clone() }
            }
            Fix::AddDependency { item, depends_on } => {
                Self::Link { item: item.clone(), after: depends_on.clone() }
            }
        }
    }
}

impl Edit {
    /// Whether a check of the plan can come to another result after it.
    pub fn changes_items(&self) -> bool {
        match self {
            Self::Judge { .. } => false,
            Self::Set { .. }
            | Self::Add { .. }
            | Self::Remove { .. }
            | Self::Move { .. }
            | Self::Link { .. }
            | Self::Unlink { .. }
            | Self::Merge { .. }
            | Self::Split { .. } => true,
        }
    }

    /// The edit in a few words, for a history: `accept "Store notes"`. Not escaped.
    pub fn what(&self, plan: &Plan) -> String {
        let title = |key: &ItemKey| plan.get(key).map_or_else(|| key.to_string(), |item| item.title.clone());
        match self {
            Self::Judge { items, verdict } => {
                let verb = match verdict {
                    Some(Verdict::Accepted) => "accept",
                    Some(Verdict::Rejected) => "reject",
                    None => "take back the verdict on",
                };
                match items.as_slice() {
                    [one] => format!("{verb} \"{}\"", title(one)),
                    several => format!("{verb} {} items", several.len()),
                }
            }
            Self::Set { item, change } => format!("change the {} of \"{}\"", change.field(), title(item)),
            Self::Add { item, .. } => format!("add \"{}\"", item.title),
            Self::Remove { item } => format!("remove \"{}\"", title(item)),
            Self::Move { item, .. } => format!("move \"{}\"", title(item)),
            Self::Link { item, after } => format!("let \"{}\" wait for \"{}\"", title(item), title(after)),
            Self::Unlink { item, after } => {
                format!("let \"{}\" no longer wait for \"{}\"", title(item), title(after))
            }
            Self::Merge { keep, gone } => format!("merge \"{}\" into \"{}\"", title(gone), title(keep)),
            Self::Split { item, parts } => format!("split \"{}\" into {} parts", title(item), parts.len()),
        }
    }
}
