//! From a document to a reviewed task graph, as pure functions.
//!
//! The way of the data is one way, and each stage is a type:
//!
//! ```text
//! bytes -> Document -> Vec<Requirement> -> Plan -> ReviewedPlan -> Vec<ImportRow>
//! ```
//!
//! [`Document::parse`] reads Markdown, plain text, HTML or PDF into blocks with exact spans. [`requirements`] finds what the
//! document asks for. [`outline`] makes a draft [`Plan`] without a model, a network or a clock: the same documents
//! always give the same plan; [`decompose`] makes one of a model's answers. [`lint`] says what is wrong with a plan, whoever made it, and [`Order`] what must wait
//! for what. [`review`] is the only way to a [`ReviewedPlan`], and only a reviewed plan has rows to import.

mod answers;
mod both;
pub mod decompose;
mod diff;
mod document;
pub mod edit;
mod finding;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod graph;
mod import;
mod lint;
mod lookup;
mod order;
mod outline;
mod phrases;
mod picture;
mod plan;
mod requirement;
mod review;
mod score;
mod shared_text;
mod span;
pub mod text_form;
mod update;
mod words;

pub use answers::{ANSWERS, answers_document};
pub use diff::{
    DiffLine, DiffMark, FieldChange, ItemChange, KindChange, LineChange, Named, NumberChange, PlanDiff,
    Renamed, RequirementChange, diff,
};
pub use document::{
    Block, BlockKind, Digest, Document, DocumentError, DocumentKind, Include, MAX_DOCUMENT_BYTES,
};
pub use finding::{Answer, Finding, FindingCode, Fix, Question, QuestionId, Severity};
pub use import::Placed;
pub use lint::{LintOptions, lint, lint_with};
pub use order::{Order, OrderError, Schedule, Slot};
pub use outline::{OutlineOptions, outline};
pub use picture::{Labels, Picture, markdown_cell};
pub use plan::{
    Category, DocumentRef, Engine, EngineKind, Estimate, Item, ItemKey, PLAN_VERSION, Plan, PlanError,
    TreeRow,
};
pub use requirement::{
    Bound, Constraint, Modality, Requirement, RequirementId, RequirementKind, constraints, requirements,
};
pub use review::{
    ReviewError, ReviewedPlan, Verdict, Verdicts, effective_verdicts, live, review, review_with,
};
pub use score::{
    Edges, OrderAgreement, Reference, ReferenceError, ReferenceKind, Score, TaskMatch, TaskName, score,
};
pub use shared_text::SharedText;
pub use span::{Source, Span};
pub use taskwerk_model::Priority;
pub use update::{
    Action, Class, ConflictField, Decision, FieldEdit, FieldValue, Merged, Notice, PlanConflict, Present,
    Proposal, Proposals, Side, TaskField, TaskState, Waiting, merge, propose,
};
