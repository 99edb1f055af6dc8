//! What is worth saying of how a plan came about.

use crate::ItemKey;
use std::fmt;

/// One remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// An answer stood in a fence, though none was to be there.
    Unfenced,
    /// An item is larger than wished, and was not split.
    Whole {
        /// Its key.
        item: ItemKey,
        /// Its title.
        title: String,
        /// Why.
        why: WhyWhole,
    },
}

/// Why an item was not split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyWhole {
    /// The plan may have no more items.
    MaxItems,
    /// The model said that it cannot be done in parts, with its reason.
    Indivisible(String),
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfenced => f.write_str("an answer stood in a fence, which was taken off"),
            Self::Whole { title, why: WhyWhole::MaxItems, .. } => {
                write!(f, "\"{title}\" was not split: the plan has as many items as it may (--max-items)")
            }
            Self::Whole { title, why: WhyWhole::Indivisible(reason), .. } => {
                write!(f, "\"{title}\" was not split: {reason}")
            }
        }
    }
}
