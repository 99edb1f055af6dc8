//! What a document asks for, each with the place where it says so.

use crate::{Document, Source};
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
    pub section: String,
    /// Where it stands.
    pub source: Source,
    /// What kind of demand it is.
    pub kind: RequirementKind,
    /// How strong the demand is.
    pub modality: Modality,
}

/// The name of a requirement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequirementId(String);

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

/// What a document asks for, in its order.
pub fn requirements(document: &Document) -> Vec<Requirement> {
    let _ = document;
    Vec::new()
}

impl RequirementId {
    /// Any text can be an id; [`lint`](crate::lint) finds those that name nothing.
    pub fn new(id: impl Into<String>) -> Self {
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
