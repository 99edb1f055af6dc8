//! From a document to a reviewed task graph, as pure functions.
//!
//! The way of the data is one way, and each stage is a type:
//!
//! ```text
//! bytes -> Document -> Vec<Requirement> -> Plan -> ReviewedPlan -> Vec<ImportRow>
//! ```
//!
//! [`Document::parse`] reads Markdown or plain text into blocks with exact spans. [`requirements`] finds what the
//! document asks for. [`outline`] makes a draft [`Plan`] without a model, a network or a clock: the same documents
//! always give the same plan. [`lint`] says what is wrong with a plan, whoever made it, and [`Order`] what must wait
//! for what. [`review`] is the only way to a [`ReviewedPlan`], and only a reviewed plan has rows to import.

mod answers;
mod document;
mod finding;
mod graph;
mod import;
mod lint;
mod order;
mod outline;
mod phrases;
mod picture;
mod plan;
mod requirement;
mod review;
mod span;
mod words;

pub use answers::{ANSWERS, answers_document};
pub use document::{Block, BlockKind, Digest, Document, DocumentError, DocumentKind, MAX_DOCUMENT_BYTES};
pub use finding::{Answer, Finding, FindingCode, Fix, Question, QuestionId, Severity};
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
pub use review::{ReviewError, ReviewedPlan, Verdict, Verdicts, review, review_with};
pub use span::{Source, Span};
pub use taskwerk_model::Priority;
