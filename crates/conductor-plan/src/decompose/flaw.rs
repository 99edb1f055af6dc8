//! What is wrong with an answer, in words that go back to whoever gave it.

use thiserror::Error;

/// The longest text of an answer that is repeated in a flaw.
const LONGEST: usize = 200;
/// So many ids of a circle are named.
const LONGEST_PATH: usize = 20;

/// One thing that is wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Flaw {
    /// Nothing was said.
    #[error("the answer is empty")]
    NoText,
    /// It is no JSON.
    #[error("the answer is not one JSON document: {problem}; it begins with {beginning:?}")]
    NotJson {
        /// What the reader stumbled over.
        problem: String,
        /// How the answer begins.
        beginning: String,
    },
    /// It ends in the middle.
    #[error("the answer ends in the middle: fewer items, or shorter texts, are needed")]
    CutOff,
    /// It is JSON of another form.
    #[error("the answer does not have the form that was asked for: {problem}")]
    Misshapen {
        /// What the reader stumbled over.
        problem: String,
    },
    /// There are no items.
    #[error("the answer has no items")]
    NoItems,
    /// There is one part, which is no split.
    #[error("an item cannot be split into one part: give at least two, or say in `whole` why it is one")]
    OnePart,
    /// Items and a reason why there are none.
    #[error("`whole` says that there is nothing to split, yet there are items: give the one or the other")]
    BothWays,
    /// Too many items.
    #[error("{found} items are more than the {most} that are allowed: merge the smallest ones")]
    TooMany {
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// Two items have one id.
    #[error("two items have the id {id:?}")]
    SameId {
        /// The id.
        id: String,
    },
    /// Two items say the same.
    #[error("two items are called {title:?} and cover the same: merge them, or name what each is about")]
    SameTitle {
        /// The title of both.
        title: String,
    },
    /// An id that no item has.
    #[error("{id:?} depends on {on:?}, which is no item of this answer")]
    UnknownItem {
        /// The item.
        id: String,
        /// What it names.
        on: String,
    },
    /// Items wait for each other.
    #[error("items wait for each other in a circle: {}", path.join(" -> "))]
    Circle {
        /// Ids, the first one again at the end.
        path: Vec<String>,
    },
    /// A requirement that there is not.
    #[error("{id:?} names the requirement {requirement:?}, which was not shown; name only what was")]
    UnknownRequirement {
        /// The item, or `existing`.
        id: String,
        /// What it names.
        requirement: String,
    },
    /// A place that there is not.
    #[error("{id:?} cites {document:?} lines {first} to {last}, which {why}")]
    BadCite {
        /// The item.
        id: String,
        /// The document as it was named.
        document: String,
        /// First line.
        first: u32,
        /// Last line.
        last: u32,
        /// What is wrong with it.
        why: BadCite,
    },
    /// Nothing is cited.
    #[error("{id:?} cites nothing: name the requirements that it covers, or the lines that it comes from")]
    NoCite {
        /// The item.
        id: String,
    },
    /// A value out of its bounds.
    #[error("{field} of {id:?} is {found}: it must be {rule}")]
    OutOfBounds {
        /// The item.
        id: String,
        /// The field.
        field: &'static str,
        /// Its value, shortened.
        found: String,
        /// What it must be.
        rule: &'static str,
    },
    /// A part as large as what it is a part of.
    #[error(
        "{id:?} is estimated at {minutes} minutes, as much as the item that it is a part of: split finer"
    )]
    NotSmaller {
        /// The part.
        id: String,
        /// Its estimate.
        minutes: u32,
    },
    /// Requirements that ask for work and that no item covers. It is said once: the model may have a reason.
    #[error(
        "no item covers {}: cover each of them, or put those that are met already into `existing`",
        requirements.join(", ")
    )]
    Uncovered {
        /// Their ids.
        requirements: Vec<String>,
    },
}

/// What is wrong with a cited place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadCite {
    /// No document has that name.
    #[error("is no document that was shown")]
    Document,
    /// The document has no such lines.
    #[error("is no range of lines of it")]
    Lines,
    /// There is nothing there.
    #[error("holds no text")]
    Blank,
}

impl Flaw {
    /// Whether the answer can be used all the same, once this was said.
    pub fn is_soft(&self) -> bool {
        matches!(self, Self::Uncovered { .. })
    }

    /// A circle of these ids, of a long one the beginning.
    pub(super) fn circle<'i>(ids: impl Iterator<Item = &'i str>) -> Self {
        let mut ids = ids.map(shortened);
        let mut path: Vec<String> = ids.by_ref().take(LONGEST_PATH).collect();
        if ids.next().is_some() {
            path.push("…".to_owned());
        }
        path.extend(path.first().cloned());
        Self::Circle { path }
    }

    pub(super) fn bounds(id: &str, field: &'static str, found: impl ToString, rule: &'static str) -> Self {
        Self::OutOfBounds { id: shortened(id), field, found: shortened(&found.to_string()), rule }
    }
}

/// The beginning of a text, in one line.
pub(super) fn shortened(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let mut short: String = line.chars().take(LONGEST).collect();
    short.push('…');
    short
}
