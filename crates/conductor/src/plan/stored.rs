//! Plans as they are kept in Conductor's database, and what is noted beside them.

use std::collections::{BTreeMap, BTreeSet};

use cli_kit::{CliError, Exit};
use conductor_host::journal::{Database, PlanRow, PlanStatus};
use conductor_host::llm::Tally;
use conductor_plan::edit::History;
use conductor_plan::{Engine, Finding, LintOptions, Plan, Severity, Waiting, lint_with, live};
use serde::{Deserialize, Serialize};

use crate::failure::from_journal;

/// A plan that was read back, with what is wrong with it.
pub(super) struct Stored {
    pub(super) row: PlanRow,
    pub(super) plan: Plan,
    pub(super) findings: Vec<Finding>,
    pub(super) metadata: Metadata,
}

/// What is noted beside a plan: counts, so that a list need not read every plan, and what its import made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Metadata {
    /// The documents' own title.
    pub(super) title: Option<String>,
    /// What made it.
    pub(super) engine: Option<Engine>,
    /// What the documents ask for.
    pub(super) requirements: usize,
    /// Items that are work of their own, without the rejected ones.
    pub(super) tasks: usize,
    /// Items that would be work of their own, had they not been rejected.
    pub(super) rejected: usize,
    /// Items that hold others together, without the rejected ones.
    pub(super) groups: usize,
    /// Minutes of work that was not rejected, one task after the other.
    pub(super) minutes: u32,
    /// Findings that forbid the import.
    pub(super) errors: usize,
    /// Findings that do not.
    pub(super) warnings: usize,
    /// What a model or an agent used to make it.
    pub(super) used: Option<Tally>,
    /// What the import did, when there was one.
    pub(super) imported: Option<Imported>,
    /// The plan that this one follows, where a document that changed was carried into it.
    pub(super) updates: Option<u64>,
    /// What the documents ask for and the tasks do not know yet, since nobody decided about it.
    pub(super) waiting: Vec<Waiting>,
    /// What was changed in a review, for `plan undo`.
    #[serde(skip_serializing_if = "is_empty")]
    pub(super) history: History,
}

fn is_empty(history: &History) -> bool {
    *history == History::default()
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Imported {
    /// When, RFC 3339.
    pub(super) at: String,
    /// Who accepted the plan.
    pub(super) by: String,
    /// Tasks that were made.
    pub(super) created: usize,
    /// Items whose task was there already, from an earlier plan of the same document.
    pub(super) skipped: usize,
    /// Items that were left out, since they were rejected.
    #[serde(default)]
    pub(super) rejected: usize,
    /// Tasks that were there and stayed where they are, though the plan has their items elsewhere.
    #[serde(default)]
    pub(super) stayed: Vec<String>,
    /// The task of each item, by the item's key.
    pub(super) ids: BTreeMap<String, String>,
}

/// Which plan is meant when no number is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unnamed {
    /// The newest draft.
    Draft,
    /// The newest draft, or the newest imported plan when there is no draft.
    DraftOrImported,
}

impl Metadata {
    /// Counts a plan.
    pub(super) fn of(plan: &Plan, findings: &[Finding]) -> Self {
        let live = live(plan);
        let tasks = live.leaves().count();
        let minutes = live.leaves().filter_map(|item| item.estimate).map(|estimate| estimate.likely);
        let mut metadata = Self {
            title: plan.title.clone(),
            engine: Some(plan.engine.clone()),
            requirements: plan.requirements.len(),
            tasks,
            rejected: plan.leaves().count().saturating_sub(tasks),
            groups: live.containers().len(),
            minutes: minutes.fold(0, u32::saturating_add),
            errors: 0,
            warnings: 0,
            used: None,
            imported: None,
            updates: None,
            waiting: Vec::new(),
            history: History::default(),
        };
        metadata.count(findings);
        metadata
    }

    /// The same for what a change made of the plan: it is counted anew, what else is noted stays.
    pub(super) fn recounted(&self, plan: &Plan, findings: &[Finding]) -> Self {
        Self {
            used: self.used,
            imported: self.imported.clone(),
            updates: self.updates,
            waiting: self.waiting.clone(),
            history: self.history.clone(),
            ..Self::of(plan, findings)
        }
    }

    /// Counts findings.
    pub(super) fn count(&mut self, findings: &[Finding]) {
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        self.errors = count(Severity::Error);
        self.warnings = count(Severity::Warning);
    }

    /// Reads what is noted of a stored plan.
    pub(super) fn of_row(row: &PlanRow) -> Result<Self, CliError> {
        serde_json::from_value(row.metadata.clone()).map_err(|error| damaged(row.id, &error.to_string()))
    }
}

impl Stored {
    /// Reads a row, and checks and counts the plan in it: what is noted beside it was counted with the settings of another
    /// day.
    pub(super) fn of_row(row: PlanRow, options: &LintOptions) -> Result<Self, CliError> {
        let plan = Plan::from_json(&row.body).map_err(|error| damaged(row.id, &error.to_string()))?;
        let findings = lint_with(&plan, options);
        let metadata = Metadata::of_row(&row)?.recounted(&plan, &findings);
        Ok(Self { row, plan, findings, metadata })
    }

    /// The plan of this number, or the one that is meant without.
    pub(super) fn find(
        database: &Database,
        id: Option<u64>,
        unnamed: Unnamed,
        options: &LintOptions,
    ) -> Result<Self, CliError> {
        Self::of_row(find_row(database, id, unnamed)?, options)
    }

    /// Writes the plan back with another status, unless somebody else has changed it since it was read: then nothing is
    /// written, and the answer is `false`.
    pub(super) fn save(&mut self, database: &mut Database, status: PlanStatus) -> Result<bool, CliError> {
        let metadata = to_value(&self.metadata)?;
        let body = &self.row.body;
        if !database.replace_plan(&self.row, status, &metadata, body).map_err(from_journal)? {
            return Ok(false);
        }
        self.row.status = status;
        self.row.metadata = metadata;
        Ok(true)
    }

    /// The findings that forbid the import.
    pub(super) fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }
}

/// Whether a plan still waits for its import.
pub(super) fn is_draft(status: PlanStatus) -> bool {
    match status {
        PlanStatus::Draft | PlanStatus::Reviewing => true,
        PlanStatus::Imported | PlanStatus::Discarded => false,
    }
}

/// The row of the plan of this number, or of the one that is meant without. The plan in it may be unreadable.
pub(super) fn find_row(database: &Database, id: Option<u64>, unnamed: Unnamed) -> Result<PlanRow, CliError> {
    match id {
        Some(id) => database.plan(id).map_err(from_journal)?.ok_or_else(|| {
            CliError::new(Exit::NotFound, "PLAN_NOT_FOUND", format!("there is no plan {id}"))
                .hint("`conductor plan list` shows them")
        }),
        None => newest(database, unnamed),
    }
}

fn newest(database: &Database, unnamed: Unnamed) -> Result<PlanRow, CliError> {
    let of = |status| database.newest_plan(status).map_err(from_journal);
    let draft =
        [of(PlanStatus::Draft)?, of(PlanStatus::Reviewing)?].into_iter().flatten().max_by_key(|row| row.id);
    let row = match (draft, unnamed) {
        (Some(draft), _) => Some(draft),
        (None, Unnamed::DraftOrImported) => of(PlanStatus::Imported)?,
        (None, Unnamed::Draft) => None,
    };
    row.ok_or_else(|| {
        CliError::new(Exit::NotFound, "PLAN_NOT_FOUND", "there is no draft of a plan")
            .hint("make one with `conductor plan create FILE`; `conductor plan list` shows earlier ones")
    })
}

/// The tasks that an import made of a plan, by their ids: those that were work of their own, and all of them.
pub(crate) fn imported_tasks(row: &PlanRow) -> Result<(BTreeSet<String>, BTreeSet<String>), CliError> {
    let plan = Plan::from_json(&row.body).map_err(|error| damaged(row.id, &error.to_string()))?;
    let Some(imported) = Metadata::of_row(row)?.imported else { return Ok(Default::default()) };
    let live = live(&plan);
    let leaves = live.leaves().filter_map(|item| imported.ids.get(item.key.as_str()).cloned()).collect();
    Ok((leaves, imported.ids.into_values().collect()))
}

/// A value of our own as JSON.
pub(super) fn to_value<T: Serialize>(value: &T) -> Result<serde_json::Value, CliError> {
    serde_json::to_value(value).map_err(|error| CliError::internal(format!("failed to write JSON: {error}")))
}

fn damaged(id: u64, why: &str) -> CliError {
    CliError::new(Exit::Store, "STORE_DAMAGED", format!("plan {id} cannot be read: {why}"))
        .hint(format!("discard it with `conductor plan discard {id}` and plan the document again"))
}
