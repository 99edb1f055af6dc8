//! A plan as text that people edit, and back.
//!
//! The text is a Markdown list. Each item has a box with the verdict, its title, and its key in a mark, `{#key}`; below it
//! stand its fields. Indentation says what contains what. [`read`] of what [`write()`] gave is the same plan; what stands in
//! no field (places in the documents, requirements, complexity) comes from the plan that was written.

mod escape;
mod one;
mod read;
mod rebuild;
mod write;

pub use one::{read_one, write_one};
pub use write::write;

use crate::edit::EditError;
use crate::{ItemKey, Plan};
use thiserror::Error;

/// Why a text is not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TextError {
    /// Lines that say nothing that can be understood.
    #[error("{}", lines.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Lines {
        /// What is wrong, in the order of the lines.
        lines: Vec<LineError>,
    },
    /// The text of one item holds none, or another one.
    #[error("the text is to hold the item with the mark {{#{key}}} and no other; take the others out")]
    NotOne {
        /// The key of the item.
        key: ItemKey,
    },
    /// The plan that it would be is not sound.
    #[error("{0}")]
    Unsound(#[from] EditError),
    /// It was written of another plan, or of an earlier form of this one.
    #[error(
        "the plan is no longer what this text was written from; carry your changes over into a new text, from \
         `conductor plan review --edit`"
    )]
    Outdated,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {problem}")]
pub struct LineError {
    /// Counted from 1.
    pub line: usize,
    /// What it is.
    pub problem: LineProblem,
}

/// What can be wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LineProblem {
    /// It is no line of this form.
    #[error(
        "expected an item (`- [ ] title`), a field (`priority: high`), a line of description (`> …`) or a criterion (`* …`)"
    )]
    Unknown,
    /// It says something of an item, and there is none above it.
    #[error("no item stands above it; begin one with `- [ ] title`")]
    NoItem,
    /// The box of an item holds something else.
    #[error("the box `[{found}]` says nothing: `[ ]` is undecided, `[x]` accepted, `[-]` rejected")]
    Box {
        /// What stands in it.
        found: String,
    },
    /// An item has no title.
    #[error("the item has no title; say in a few words what is to be done")]
    NoTitle,
    /// A field has another name than those that there are.
    #[error("there is no field `{name}`: use estimate, priority, category, tags, files or after")]
    Field {
        /// The name that was given.
        name: String,
    },
    /// A field stands there twice.
    #[error("the item has the field `{name}` already; take one of them out")]
    Twice {
        /// The name.
        name: String,
    },
    /// No duration.
    #[error("`{text}` is no estimate: write 2h, or 2h (1h-4h) with the least and the most that it takes")]
    Estimate {
        /// What was given.
        text: String,
    },
    /// No priority.
    #[error("`{text}` is no priority: use low, medium, high or critical")]
    Priority {
        /// What was given.
        text: String,
    },
    /// No category.
    #[error("`{text}` is no category: use setup, data, feature, api, ui, operations, test or documentation")]
    Category {
        /// What was given.
        text: String,
    },
    /// A mark with a key that no item of the plan has.
    #[error("the plan has no item with the key `{key}`; leave the mark out for a new item")]
    Key {
        /// The key.
        key: String,
    },
    /// A key that stands there twice.
    #[error("the key `{key}` stands in line {first} already; leave the mark out for a new item")]
    SameKey {
        /// The key.
        key: String,
        /// Where it stands first.
        first: usize,
    },
    /// Something to wait for that is not there.
    #[error("`{name}` is neither the key nor the title of an item in this text")]
    After {
        /// What was given.
        name: String,
    },
}

/// The plan that a text makes of `base`, which it was written from. Items that are no longer there are taken out; items
/// without a mark are new.
///
/// # Errors
/// When a line cannot be understood, when the plan would not be sound, and when the text was written from another plan.
pub fn read(text: &str, base: &Plan) -> Result<Plan, TextError> {
    let entries = read::entries(text, base)?;
    rebuild::rebuild(entries, base)
}
