//! Plans that live: what a changed document means for a plan that people changed, and for tasks that people work on.
//!
//! [`merge`] brings the changes of a document into a plan. [`propose`] compares what is then wanted with the tasks as they
//! are, and says what could be done about each difference and how safe that is. [`Proposals::commands`] turns what was
//! decided into changes of tasks, and [`Proposals::waiting`] says what was left for later: it is proposed again.

mod agree;
mod apply;
mod circles;
mod field;
mod keyed;
mod merge;
mod present;
mod propose;
mod rekey;

pub use field::{FieldValue, TaskField};
pub use merge::{ConflictField, Merged, PlanConflict, merge};
pub use present::{Present, TaskState};
pub use propose::propose;

use crate::{Item, ItemKey, Plan, ReviewError, ReviewedPlan, Source, Verdicts, review};
use rekey::Replaced;
use serde::{Deserialize, Serialize};
use taskwerk_model::{ImportRow, Status, TaskId};

/// One of two sides that both changed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The document.
    Document,
    /// The person.
    Mine,
}

/// What could be done about each difference between what the document asks for and the tasks.
#[derive(Debug, Clone)]
pub struct Proposals {
    /// In the order of the document; what it no longer asks for comes last.
    pub list: Vec<Proposal>,
    /// What is worth knowing and needs no decision.
    pub notices: Vec<Notice>,
    /// Every item as it was carried into its task last.
    before: Vec<Waiting>,
    /// The plan as the document asks for it now.
    plan: Plan,
    /// Tasks that make way for others.
    replaced: Vec<Replaced>,
    /// What is noted with untouched tasks, brought up to date: the places in the document.
    refreshed: Vec<ImportRow>,
}

/// An item of which the document asks for something that its task does not know yet, since nobody decided about it. It is
/// kept with the plan, so that the next update proposes it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The item as it was carried into its task.
    pub item: Item,
    /// The description of the task, with what holds for all the work.
    pub description: Option<String>,
}

/// One difference, and what could be done about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proposal {
    /// The item.
    pub item: ItemKey,
    /// Its task, where there is one.
    pub task: Option<TaskId>,
    /// Where the task stands.
    pub status: Option<Status>,
    /// The title that the document gives it.
    pub title: String,
    /// Who has to decide.
    pub class: Class,
    /// What could be done.
    pub action: Action,
    /// What changed in the document, a line each.
    pub why: Vec<String>,
    /// Where the document says so.
    pub source: Option<Source>,
}

/// Who has to decide on a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Nobody has begun the task or changed what would change. All that is safe is confirmed as one.
    Safe,
    /// A person changed it too: the document or the person is followed, one by one.
    Conflict,
    /// The task is claimed, begun or done: it is left alone unless a follow-up or a note is wanted.
    Begun,
}

/// What could be done.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Action {
    /// A new task.
    Create {
        /// The container that it goes into: the id of a task, or the key of one that is made too.
        under: Option<String>,
        /// The task, as an import brings it.
        #[serde(skip)]
        row: Box<ImportRow>,
    },
    /// Fields of the task are brought to what the document says.
    Edit {
        /// The fields, with what the task has and what the document says.
        fields: Vec<FieldEdit>,
    },
    /// The task goes into another container. Since an id names its container, a new task takes its place, and it is
    /// cancelled with a note.
    Move {
        /// The container that it goes into: the id of a task, or the key of one that is made too.
        under: Option<String>,
        /// The new task, as an import brings it.
        #[serde(skip)]
        row: Box<ImportRow>,
    },
    /// The document no longer asks for the task: it is cancelled.
    Cancel,
}

/// A field that could change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldEdit {
    /// The field.
    pub field: TaskField,
    /// What the task has.
    pub mine: FieldValue,
    /// What it would have.
    pub document: FieldValue,
}

/// Something worth knowing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The task.
    pub task: Option<TaskId>,
    /// Its title.
    pub title: String,
    /// What is so, in a few words.
    pub text: String,
}

/// What was decided about a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It is done as the document says.
    Apply,
    /// The task stays as it is, for good.
    Keep,
    /// A new task that waits for this one says what is to be changed.
    FollowUp,
    /// A note on the task says what changed.
    Note,
    /// Nothing is decided: it is proposed again the next time.
    Wait,
}

impl Proposals {
    /// Whether the tasks are as the document asks for.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The plan as the document asks for it now, with the keys of the tasks.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }
}

/// A stored plan as it is or would be imported: every item is accepted that was not rejected.
pub(crate) fn reviewed(plan: &Plan, by: &str) -> Result<ReviewedPlan, ReviewError> {
    let verdicts = plan
        .verdicts
        .iter()
        .filter(|(key, _)| plan.get(key).is_some())
        .fold(Verdicts::all_accepted(by), |verdicts, (key, verdict)| verdicts.with(key.clone(), *verdict));
    review(plan.clone(), &verdicts)
}
