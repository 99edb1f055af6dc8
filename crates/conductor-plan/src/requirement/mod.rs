//! What a document asks for, each with the place where it says so.

mod constraint;
mod counted;
mod demand;
mod modality;
mod number;
pub(crate) mod quantity;
mod quantity_table;
pub(crate) mod technology;
mod technology_table;

pub use constraint::constraints;
pub(crate) use demand::of_tree;
pub use demand::requirements;

use crate::{SharedText, Source};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something that a document asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// Its name, made from the document's name and its own words: it stays when other parts of the document change.
    pub id: RequirementId,
    /// The document's words, without markup.
    pub text: String,
    /// Title of the section that it stands in; empty when it stands before the first one.
    pub section: SharedText,
    /// Where it stands.
    pub source: Source,
    /// What kind of demand it is.
    pub kind: RequirementKind,
    /// How strong the demand is.
    pub modality: Modality,
    /// What it binds the work to, in the order in which it says so.
    #[serde(default)]
    pub constraints: Vec<Constraint>,
}

/// Something that a requirement binds the work to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Constraint {
    /// A technology by name: `PostgreSQL`.
    Technology {
        /// The name as it is usually written.
        name: String,
    },
    /// A number with its unit: `at most 200 ms`.
    Quantity {
        /// On which side of the number the work has to stay.
        bound: Bound,
        /// The number as the document writes it, with a decimal point and without separators: `0.5`, `10000`.
        value: String,
        /// The unit as it is usually written, `ms`, `%`, `users`.
        unit: String,
    },
}

/// On which side of a number the work has to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// `at most`, `under`, `within`.
    AtMost,
    /// `at least`, `more than`, `up to` of what has to be possible.
    AtLeast,
    /// Nothing says which.
    Exactly,
}

/// The name of a requirement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequirementId(SharedText);

/// What kind of demand a requirement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequirementKind {
    /// Something that the product does.
    Feature,
    /// A limit on how it is made.
    Constraint,
    /// How well it does it: speed, safety, ease.
    Quality,
    /// What it offers to other programs or to people.
    Interface,
    /// What it stores.
    Data,
    /// What it stands on: libraries, services, tools.
    Dependency,
    /// What it does not do.
    OutOfScope,
    /// What has not been decided.
    OpenQuestion,
}

/// How strong a demand is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Modality {
    /// Without it the work is not done.
    Must,
    /// Expected.
    Should,
    /// Nice to have.
    May,
}

impl RequirementKind {
    /// Every kind, in the order in which they are listed.
    pub const ALL: [Self; 8] = [
        Self::Feature,
        Self::Constraint,
        Self::Quality,
        Self::Interface,
        Self::Data,
        Self::Dependency,
        Self::OutOfScope,
        Self::OpenQuestion,
    ];

    /// The kind as it is written in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Feature => "feature",
            Self::Constraint => "constraint",
            Self::Quality => "quality",
            Self::Interface => "interface",
            Self::Data => "data",
            Self::Dependency => "dependency",
            Self::OutOfScope => "out_of_scope",
            Self::OpenQuestion => "open_question",
        }
    }

    /// Whether what is asked for is work, which some item has to cover. The other kinds hold for all the work, or for
    /// none.
    pub fn is_work(self) -> bool {
        match self {
            Self::Feature | Self::Interface | Self::Data => true,
            Self::Constraint | Self::Quality | Self::Dependency | Self::OutOfScope | Self::OpenQuestion => {
                false
            }
        }
    }
}

impl Modality {
    /// Every modality, the strongest first.
    pub const ALL: [Self; 3] = [Self::Must, Self::Should, Self::May];

    /// The modality as it is written in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::May => "may",
        }
    }
}

impl RequirementKind {
    /// The kind in words: `out of scope`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Feature => "a feature",
            Self::Constraint => "a constraint",
            Self::Quality => "a quality",
            Self::Interface => "an interface",
            Self::Data => "about data",
            Self::Dependency => "a dependency",
            Self::OutOfScope => "out of scope",
            Self::OpenQuestion => "an open question",
        }
    }
}

impl RequirementId {
    /// Any text can be an id; [`lint`](crate::lint) finds those that name nothing.
    pub fn new(id: impl Into<SharedText>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequirementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AtMost => "at most",
            Self::AtLeast => "at least",
            Self::Exactly => "exactly",
        })
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Technology { name } => f.write_str(name),
            Self::Quantity { bound: Bound::Exactly, value, unit } => write!(f, "{value} {unit}"),
            Self::Quantity { bound, value, unit } => write!(f, "{bound} {value} {unit}"),
        }
    }
}
