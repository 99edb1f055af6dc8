//! Fields of an item.

use super::{EditError, position};
use crate::{Category, Estimate, ItemKey, Plan, Priority};

/// A field of an item and its new value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// One line. The key stays.
    Title(String),
    /// What is to be done; may be empty.
    Description(String),
    /// How long it takes; `None` when nobody knows.
    Estimate(Option<Estimate>),
    /// How much it matters.
    Priority(Priority),
    /// What kind of work it is. Where the item is tagged with the old one, it is tagged with the new one.
    Category(Category),
    /// How one sees that it is done.
    Acceptance(Vec<String>),
    /// Words to find it by.
    Tags(Vec<String>),
    /// Files that it is about.
    Files(Vec<String>),
}

impl Change {
    /// The name of the field, as people read it.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Title(_) => "title",
            Self::Description(_) => "description",
            Self::Estimate(_) => "estimate",
            Self::Priority(_) => "priority",
            Self::Category(_) => "category",
            Self::Acceptance(_) => "acceptance criteria",
            Self::Tags(_) => "tags",
            Self::Files(_) => "files",
        }
    }
}

impl Estimate {
    /// An estimate of which only the likely value is known: it may take three fifths of that, or nine fifths.
    pub fn around(likely: u32) -> Self {
        let share = |fifths: u64| u32::try_from(u64::from(likely) * fifths / 5).unwrap_or(u32::MAX);
        Self { low: share(3), likely, high: share(9) }
    }
}

pub(super) fn set(plan: &mut Plan, key: &ItemKey, change: &Change) -> Result<(), EditError> {
    let at = position(plan, key)?;
    let container = plan.items.iter().any(|item| item.parent.as_ref() == Some(key));
    let item = &mut plan.items[at];
    match change {
        Change::Title(title) => item.title = checked_title(title)?,
        Change::Description(text) => item.description.clone_from(text),
        Change::Estimate(Some(_)) if container => {
            return Err(EditError::GroupEstimate { title: item.title.clone() });
        }
        Change::Estimate(estimate) => {
            estimate.map_or(Ok(()), checked_estimate)?;
            item.estimate = *estimate;
        }
        Change::Priority(priority) => item.priority = *priority,
        Change::Category(category) => {
            let old = std::mem::replace(&mut item.category, *category);
            if let Some(tag) = item.tags.iter_mut().find(|tag| *tag == old.as_str()) {
                category.as_str().clone_into(tag);
            }
        }
        Change::Acceptance(criteria) => item.acceptance.clone_from(criteria),
        Change::Tags(tags) => item.tags.clone_from(tags),
        Change::Files(files) => item.files.clone_from(files),
    }
    Ok(())
}

/// A title is one line, so other space becomes blanks.
pub(super) fn checked_title(title: &str) -> Result<String, EditError> {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() { Err(EditError::NoTitle) } else { Ok(title) }
}

pub(crate) fn checked_estimate(estimate: Estimate) -> Result<(), EditError> {
    let Estimate { low, likely, high } = estimate;
    if low <= likely && likely <= high { Ok(()) } else { Err(EditError::EstimateOrder { low, likely, high }) }
}
