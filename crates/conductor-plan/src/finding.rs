//! What reading, planning and checking found worth saying.

use crate::document::short_hash;
use crate::{ItemKey, Source};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The page about a code, from the folder of the documentation.
macro_rules! page {
    ($code:literal) => {
        include_str!(concat!("../../../docs/findings/", $code, ".md"))
    };
}

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
    /// The document holds unresolved merge conflict markers.
    MergeConflict,
    /// A requirement with words that nobody can check.
    VagueRequirement,
    /// Requirements that cannot all be met.
    Contradiction,
    /// Something that the document says is not decided.
    OpenQuestion,
    /// Acceptance criteria that nobody can check.
    VagueAcceptance,
    /// An item without an estimate.
    NoEstimate,
    /// An item that does what the document rules out.
    OutOfScopeItem,
    /// The document does not say in which encoding it is; the message says which one was assumed.
    #[serde(alias = "assumed_latin1")]
    AssumedEncoding,
    /// Pages or characters of a PDF could not be read.
    UnreadPages,
    /// An include names a file that is not there, or that may not be read.
    MissingInclude,
    /// The project meets a requirement already, so that nothing is planned for it.
    AlreadyMet,
}

impl FindingCode {
    /// Every code, in the order of their documentation.
    pub const ALL: [Self; 23] = [
        Self::Cycle,
        Self::UnknownReference,
        Self::DuplicateKey,
        Self::EmptyPlan,
        Self::UncoveredRequirement,
        Self::ItemWithoutSource,
        Self::RedundantEdge,
        Self::MissingEdge,
        Self::OversizeItem,
        Self::NoAcceptance,
        Self::DuplicateItems,
        Self::DroppedDependency,
        Self::AssumedEncoding,
        Self::UnreadPages,
        Self::MissingInclude,
        Self::MergeConflict,
        Self::VagueRequirement,
        Self::Contradiction,
        Self::OpenQuestion,
        Self::VagueAcceptance,
        Self::NoEstimate,
        Self::OutOfScopeItem,
        Self::AlreadyMet,
    ];

    /// The code as it is written, the usual severity, and the page about it.
    const fn row(self) -> (&'static str, Severity, &'static str) {
        use Severity::{Error, Note, Warning};
        match self {
            Self::Cycle => ("cycle", Error, page!("cycle")),
            Self::UnknownReference => ("unknown_reference", Error, page!("unknown_reference")),
            Self::DuplicateKey => ("duplicate_key", Error, page!("duplicate_key")),
            Self::EmptyPlan => ("empty_plan", Error, page!("empty_plan")),
            Self::UncoveredRequirement => ("uncovered_requirement", Warning, page!("uncovered_requirement")),
            Self::ItemWithoutSource => ("item_without_source", Warning, page!("item_without_source")),
            Self::RedundantEdge => ("redundant_edge", Warning, page!("redundant_edge")),
            Self::MissingEdge => ("missing_edge", Warning, page!("missing_edge")),
            Self::OversizeItem => ("oversize_item", Warning, page!("oversize_item")),
            Self::NoAcceptance => ("no_acceptance", Warning, page!("no_acceptance")),
            Self::DuplicateItems => ("duplicate_items", Warning, page!("duplicate_items")),
            Self::DroppedDependency => ("dropped_dependency", Warning, page!("dropped_dependency")),
            Self::AssumedEncoding => ("assumed_encoding", Warning, page!("assumed_encoding")),
            Self::UnreadPages => ("unread_pages", Warning, page!("unread_pages")),
            Self::MissingInclude => ("missing_include", Warning, page!("missing_include")),
            Self::MergeConflict => ("merge_conflict", Warning, page!("merge_conflict")),
            Self::VagueRequirement => ("vague_requirement", Warning, page!("vague_requirement")),
            Self::Contradiction => ("contradiction", Warning, page!("contradiction")),
            Self::OpenQuestion => ("open_question", Note, page!("open_question")),
            Self::VagueAcceptance => ("vague_acceptance", Warning, page!("vague_acceptance")),
            Self::NoEstimate => ("no_estimate", Note, page!("no_estimate")),
            Self::OutOfScopeItem => ("out_of_scope_item", Warning, page!("out_of_scope_item")),
            Self::AlreadyMet => ("already_met", Note, page!("already_met")),
        }
    }

    /// The severity that holds where no setting says otherwise.
    pub const fn default_severity(self) -> Severity {
        self.row().1
    }

    /// The code as it is written in settings and JSON.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The page about the code, in Markdown: what it means, why it matters, how to settle it.
    pub const fn page(self) -> &'static str {
        self.row().2
    }

    /// The code that is written so.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == name)
    }

    /// Whether a plan with such a finding has no tasks that it could become: no setting makes it importable.
    pub const fn is_structural(self) -> bool {
        matches!(self.default_severity(), Severity::Error)
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

    pub(crate) fn asking(mut self, id: QuestionId, text: String) -> Self {
        self.question = Some(Question { id, text });
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

    /// The name of the question about something; the same parts give the same name.
    pub(crate) fn of(parts: &[&str]) -> Self {
        Self(format!("Q-{}", short_hash(parts)))
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

impl Severity {
    /// The severity as it is written in settings and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
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
