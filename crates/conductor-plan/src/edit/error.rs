//! Why an edit is refused.

use crate::ItemKey;
use thiserror::Error;

/// Why an edit is refused. The plan stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EditError {
    /// It names an item that is not there.
    #[error("the plan has no item `{key}`; `conductor plan show` lists its items")]
    UnknownItem {
        /// The key given.
        key: ItemKey,
    },
    /// Two items have one key, so that nobody can say which is meant.
    #[error("two items of the plan carry the key `{key}`; discard the plan and plan the document again")]
    DuplicateKey {
        /// The key.
        key: ItemKey,
    },
    /// Items would wait for each other.
    #[error("items would wait for each other in a circle: {}; unlink one of them first",
        path.iter().chain(path.first()).map(|title| format!("\"{title}\"")).collect::<Vec<_>>().join(" -> "))]
    Cycle {
        /// The titles, each followed by one that waits for it.
        path: Vec<String>,
    },
    /// An item is to wait for itself, or to be merged with itself.
    #[error("\"{title}\" was named twice; name two different items")]
    Itself {
        /// Its title.
        title: String,
    },
    /// One of the items contains the other.
    #[error(
        "\"{inner}\" is a part of \"{outer}\", which ends only after it; name an item outside, or move one of them first"
    )]
    Within {
        /// The part.
        inner: String,
        /// What contains it.
        outer: String,
    },
    /// There is no such dependency.
    #[error(
        "\"{title}\" does not wait for \"{after}\" itself; `conductor plan show` tells what each item waits for"
    )]
    NotLinked {
        /// The item that was to wait no longer.
        title: String,
        /// What it was to wait for no longer.
        after: String,
    },
    /// An item would be moved into itself.
    #[error("\"{title}\" cannot be moved into itself or one of its own parts; name a place outside of it")]
    IntoItself {
        /// Its title.
        title: String,
    },
    /// A container has no estimate of its own.
    #[error("\"{title}\" is a group, which takes as long as its parts; set their estimates")]
    GroupEstimate {
        /// Its title.
        title: String,
    },
    /// A title without words.
    #[error("an item needs a title of one line; say in a few words what is to be done")]
    NoTitle,
    /// The plan would be empty.
    #[error("nothing would be left of the plan; discard it instead, with `conductor plan discard`")]
    LastItem,
    /// A container cannot be split.
    #[error("\"{title}\" is a group already; add a part to it, or split one of its parts")]
    AlreadyGroup {
        /// Its title.
        title: String,
    },
    /// What was asked for was asked of other words.
    #[error("\"{title}\" was changed while its parts were looked for; split it again")]
    Reworded {
        /// Its title now.
        title: String,
    },
    /// One part is no split.
    #[error("splitting \"{title}\" needs two parts or more; name them, each in a few words")]
    TooFewParts {
        /// Its title.
        title: String,
    },
    /// An estimate that goes backwards.
    #[error("an estimate goes from low over likely to high, and {low}, {likely}, {high} minutes do not")]
    EstimateOrder {
        /// In minutes.
        low: u32,
        /// In minutes.
        likely: u32,
        /// In minutes.
        high: u32,
    },
}
