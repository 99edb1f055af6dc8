//! What reading, planning and checking found worth saying.

use crate::{ItemKey, Source};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One result of a check, with a code that scripts and settings can name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind of finding it is.
    pub code: FindingCode,
    /// How bad it is; an error keeps a plan from being reviewed.
    pub severity: Severity,
    /// One sentence for people: what is wrong, and what can be done.
    pub message: String,
    /// The items concerned, in the order in which the message names them.
    pub items: Vec<ItemKey>,
    /// The places in the documents concerned.
    pub sources: Vec<Source>,
    /// A change to the plan that would settle the finding, where one is known.
    pub fix: Option<Fix>,
    /// What only the author of the documents can say, where that is what would settle it.
    #[serde(default)]
    pub question: Option<Question>,
}

/// A question to the author of the documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its name, made of what it is about: planning again after an unrelated edit asks it under the same name.
    pub id: QuestionId,
    /// What is asked, one sentence.
    pub text: String,
}

/// The name of a question.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct QuestionId(String);

/// What the author said to a question. It is cited like the document that it completes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The question.
    pub question: QuestionId,
    /// What was asked, kept for when nothing asks it any more.
    pub asked: String,
    /// The answer.
    pub text: String,
    /// Who gave it.
    pub by: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing, nothing to do.
    Note,
    /// Probably worth a change; does not stop anything.
    Warning,
    /// The plan cannot be used as it is.
    Error,
}

/// The kinds of findings. Their names are stable: settings and scripts refer to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingCode {
    /// Items wait for each other in a circle.
    Cycle,
    /// An item names a parent, dependency or requirement that does not exist.
    UnknownReference,
    /// Two items carry the same key.
    DuplicateKey,
    /// The plan has no items.
    EmptyPlan,
    /// A requirement that no item covers.
    UncoveredRequirement,
    /// An item that cites no place in a document.
    ItemWithoutSource,
    /// A dependency that other dependencies imply already.
    RedundantEdge,
    /// An item that names another in its text, yet neither waits for the other.
    MissingEdge,
    /// An item that is too large to be worked in one go.
    OversizeItem,
    /// An item without any acceptance criterion.
    NoAcceptance,
    /// Items that say the same.
    DuplicateItems,
    /// A rejected item was a dependency of one that stays.
    DroppedDependency,
    /// The document is not UTF-8 and was read as Latin-1.
    AssumedLatin1,
    /// The document holds unresolved merge conflict markers.
    MergeConflict,
    /// The project meets a requirement already, so that nothing is planned for it.
    AlreadyMet,
}

impl FindingCode {
    /// The severity that holds where no setting says otherwise.
    pub fn default_severity(self) -> Severity {
        match self {
            Self::Cycle | Self::UnknownReference | Self::DuplicateKey | Self::EmptyPlan => Severity::Error,
            Self::UncoveredRequirement
            | Self::ItemWithoutSource
            | Self::RedundantEdge
            | Self::MissingEdge
            | Self::OversizeItem
            | Self::NoAcceptance
            | Self::DuplicateItems
            | Self::DroppedDependency
            | Self::AssumedLatin1
            | Self::MergeConflict => Severity::Warning,
            Self::AlreadyMet => Severity::Note,
        }
    }

    /// The code as it is written in settings and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cycle => "cycle",
            Self::UnknownReference => "unknown_reference",
            Self::DuplicateKey => "duplicate_key",
            Self::EmptyPlan => "empty_plan",
            Self::UncoveredRequirement => "uncovered_requirement",
            Self::ItemWithoutSource => "item_without_source",
            Self::RedundantEdge => "redundant_edge",
            Self::MissingEdge => "missing_edge",
            Self::OversizeItem => "oversize_item",
            Self::NoAcceptance => "no_acceptance",
            Self::DuplicateItems => "duplicate_items",
            Self::DroppedDependency => "dropped_dependency",
            Self::AssumedLatin1 => "assumed_latin1",
            Self::MergeConflict => "merge_conflict",
            Self::AlreadyMet => "already_met",
        }
    }
}

/// A change to a plan that settles a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fix {
    /// Let `item` no longer wait for `depends_on`.
    RemoveDependency {
        /// The item that waits.
        item: ItemKey,
        /// What it waits for.
        depends_on: ItemKey,
    },
    /// Let `item` wait for `depends_on`.
    AddDependency {
        /// The item that is to wait.
        item: ItemKey,
        /// What it is to wait for.
        depends_on: ItemKey,
    },
}

impl Finding {
    pub(crate) fn new(code: FindingCode, message: String) -> Self {
        Self {
            code,
            severity: code.default_severity(),
            message,
            items: Vec::new(),
            sources: Vec::new(),
            fix: None,
            question: None,
        }
    }

    pub(crate) fn about(mut self, items: Vec<ItemKey>) -> Self {
        self.items = items;
        self
    }

    pub(crate) fn at(mut self, sources: Vec<Source>) -> Self {
        self.sources = sources;
        self
    }

    pub(crate) fn fixed_by(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
}

impl QuestionId {
    /// Any text can be an id; answering one that nothing asks is refused.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for QuestionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}] {}", self.severity, self.code, self.message)
    }
}
