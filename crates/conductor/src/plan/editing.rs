//! A draft that is being changed: each change is stored at once, and only over what it was made from.

use std::collections::BTreeMap;

use cli_kit::{CliError, Exit};
use conductor_host::journal::{Database, PlanStatus};
use conductor_host::llm::Tally;
use conductor_plan::edit::{Applied, Edit, EditError, apply, changed_to, graft};
use conductor_plan::{Document, ItemKey, LintOptions, Plan, lint_with};

use super::stored::{Metadata, Stored, Unnamed, find_row, is_draft, to_value};
use crate::context::Context;
use crate::failure::from_journal;

/// How often a change is tried anew on what somebody else made of the plan meanwhile.
const TRIES: usize = 16;

/// A draft and the database that it is in.
pub(crate) struct Editing {
    pub(super) database: Database,
    pub(super) stored: Stored,
    /// What the plan is checked against.
    pub(super) checks: LintOptions,
}

/// What a change came to.
#[derive(Debug, Clone)]
pub(super) struct Done {
    /// What was done, in a few words. Not escaped.
    pub(super) what: String,
    /// The changed plan, and the items that are new in it.
    pub(super) applied: Applied,
}

/// Which way through the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Back,
    Forward,
}

impl Editing {
    /// The draft of this number, or the newest one.
    pub(super) fn open(context: &Context, id: Option<u64>) -> Result<Self, CliError> {
        let project = context.open()?;
        let (database, checks) = (project.database()?, project.lint_options());
        let stored = Stored::of_row(find_row(&database, id, Unnamed::Draft)?, &checks)?;
        let editing = Self { database, stored, checks };
        editing.check()?;
        Ok(editing)
    }

    fn check(&self) -> Result<(), CliError> {
        let id = self.stored.row.id;
        match self.stored.row.status {
            PlanStatus::Draft | PlanStatus::Reviewing => Ok(()),
            PlanStatus::Imported => {
                let message = format!("plan {id} was imported, and its items are tasks now");
                Err(CliError::new(Exit::Refused, "PLAN_IMPORTED", message).hint(
                    "change the tasks with `taskwerk edit`, or change the document and use `conductor plan update`",
                ))
            }
            PlanStatus::Discarded => {
                let message = format!("plan {id} was discarded");
                Err(CliError::new(Exit::Refused, "PLAN_DISCARDED", message)
                    .hint("plan the document again with `conductor plan create`"))
            }
        }
    }

    /// What edits would come to; nothing is stored.
    pub(super) fn try_out(&self, edits: &[Edit], what: Option<&str>) -> Result<Done, CliError> {
        let applied = apply(&self.stored.plan, edits).map_err(refused)?;
        Ok(Done { what: told(&self.stored.plan, edits, what), applied })
    }

    /// Carries edits out and stores the plan. When somebody else has changed it meanwhile, they are carried out on that.
    pub(super) fn apply(&mut self, edits: &[Edit], what: Option<&str>) -> Result<Done, CliError> {
        let relint = edits.iter().any(Edit::changes_items);
        for turn in 0..TRIES {
            let done = match self.try_out(edits, what) {
                Err(error) if turn > 0 => return Err(overtaken(self.stored.row.id, &error.message)),
                other => other?,
            };
            if self.store(&done, relint)? {
                return Ok(done);
            }
            self.reload()?;
        }
        Err(overtaken(self.stored.row.id, "it is being changed all the time"))
    }

    /// Stores a plan that was made of this one elsewhere. Refused when somebody else has changed it meanwhile.
    pub(super) fn replace(&mut self, plan: Plan, what: &str) -> Result<Done, CliError> {
        let done = Done { what: what.to_owned(), applied: changed_to(&self.stored.plan, plan) };
        if self.store(&done, true)? {
            return Ok(done);
        }
        self.reload()?;
        Err(overtaken(self.stored.row.id, "your text was written from an earlier form of it"))
    }

    /// Puts the parts of an item into the plan that were found for it as it was `before`; see [`graft`]. When somebody else
    /// has changed the plan meanwhile, they are put into that.
    pub(super) fn graft(
        &mut self,
        before: &Plan,
        grown: &Plan,
        item: &ItemKey,
        used: Tally,
    ) -> Result<Done, CliError> {
        for turn in 0..TRIES {
            let done = match self.try_graft(before, grown, item) {
                Err(error) if turn > 0 => return Err(overtaken(self.stored.row.id, &error.message)),
                other => other?,
            };
            self.note_used(used);
            if self.store(&done, true)? {
                return Ok(done);
            }
            self.reload()?;
        }
        Err(overtaken(self.stored.row.id, "it is being changed all the time"))
    }

    /// What that would come to; nothing is stored.
    pub(super) fn try_graft(&self, before: &Plan, grown: &Plan, item: &ItemKey) -> Result<Done, CliError> {
        let title = before.get(item).map(|item| item.title.clone()).unwrap_or_default();
        let grafted = graft(&self.stored.plan, before, grown, item).map_err(refused)?;
        let applied = changed_to(&self.stored.plan, grafted);
        Ok(Done { what: format!("split \"{title}\""), applied })
    }

    /// Takes the last change back, or does it again. `None` when there is none.
    pub(super) fn travel(&mut self, way: Way) -> Result<Option<Done>, CliError> {
        for _ in 0..TRIES {
            let mut history = self.stored.metadata.history.clone();
            let found = match way {
                Way::Back => history.undo(&self.stored.plan),
                Way::Forward => history.redo(&self.stored.plan),
            };
            let Some((plan, what)) = found else { return Ok(None) };
            let applied = changed_to(&self.stored.plan, plan);
            let findings = lint_with(&applied.plan, &self.checks);
            let metadata = Metadata { history, ..self.stored.metadata.recounted(&applied.plan, &findings) };
            if self.put(&applied.plan, metadata, findings)? {
                return Ok(Some(Done { what, applied }));
            }
            self.reload()?;
        }
        Err(overtaken(self.stored.row.id, "it is being changed all the time"))
    }

    /// Whether it is stored; not, when somebody else has changed the plan.
    fn store(&mut self, done: &Done, relint: bool) -> Result<bool, CliError> {
        if done.applied.back.is_empty() {
            return Ok(true);
        }
        let findings =
            if relint { lint_with(&done.applied.plan, &self.checks) } else { self.stored.findings.clone() };
        let mut history = self.stored.metadata.history.clone();
        history.push(done.what.clone(), &self.stored.plan, &done.applied);
        let metadata = Metadata { history, ..self.stored.metadata.recounted(&done.applied.plan, &findings) };
        self.put(&done.applied.plan, metadata, findings)
    }

    fn put(
        &mut self,
        plan: &Plan,
        metadata: Metadata,
        findings: Vec<conductor_plan::Finding>,
    ) -> Result<bool, CliError> {
        let body = plan.to_json().map_err(|error| CliError::internal(error.to_string()))?;
        let (value, status) = (to_value(&metadata)?, PlanStatus::Reviewing);
        let known = &self.stored.row;
        if !self.database.replace_plan(known, status, &value, &body).map_err(from_journal)? {
            return Ok(false);
        }
        let row = conductor_host::journal::PlanRow { status, metadata: value, body, ..known.clone() };
        self.stored = Stored { row, plan: plan.clone(), findings, metadata };
        Ok(true)
    }

    /// The texts that the plan cites, by the documents' names. One that was planned before texts were kept is missing.
    pub(super) fn texts(&self) -> Result<BTreeMap<String, String>, CliError> {
        let mut texts = BTreeMap::new();
        for document in &self.stored.plan.documents {
            let text = self.database.document_text(document.digest.as_str()).map_err(from_journal)?;
            texts.extend(text.map(|text| (document.name.clone(), text)));
        }
        Ok(texts)
    }

    /// The documents that the plan cites, as far as their text was kept.
    pub(super) fn documents(&self) -> Result<Vec<Document>, CliError> {
        let texts = self.texts()?;
        let read = |known| Document::recall(known, texts.get(&known.name)?).ok();
        Ok(self.stored.plan.documents.iter().filter_map(read).collect())
    }

    /// Notes what a model or an agent used for the plan, beside what it used before. It is stored with the next change.
    fn note_used(&mut self, used: Tally) {
        let before = self.stored.metadata.used;
        self.stored.metadata.used = Some(before.map_or(used, |before| before.and(used)));
    }

    /// Reads what the plan is now.
    pub(super) fn reload(&mut self) -> Result<(), CliError> {
        let row = find_row(&self.database, Some(self.stored.row.id), Unnamed::Draft)?;
        let gone = !is_draft(row.status);
        self.stored = Stored::of_row(row, &self.checks)?;
        if gone { self.check() } else { Ok(()) }
    }
}

fn told(plan: &Plan, edits: &[Edit], what: Option<&str>) -> String {
    match (what, edits) {
        (Some(what), _) => what.to_owned(),
        (None, [edit]) => edit.what(plan),
        (None, [first, second]) => format!("{}, {}", first.what(plan), second.what(plan)),
        (None, [first, rest @ ..]) => format!("{}, and {} more changes", first.what(plan), rest.len()),
        (None, []) => "change nothing".to_owned(),
    }
}

/// An edit that the plan does not allow.
pub(super) fn refused(error: EditError) -> CliError {
    let message = error.to_string();
    let (text, hint) = match message.split_once("; ") {
        Some((text, hint)) => (text.to_owned(), Some(hint.to_owned())),
        None => (message, None),
    };
    let (exit, code) = match error {
        EditError::UnknownItem { .. } => (Exit::NotFound, "ITEM_NOT_FOUND"),
        EditError::Cycle { .. } => (Exit::Refused, "PLAN_CYCLE"),
        EditError::DuplicateKey { .. }
        | EditError::Itself { .. }
        | EditError::Within { .. }
        | EditError::NotLinked { .. }
        | EditError::IntoItself { .. }
        | EditError::GroupEstimate { .. }
        | EditError::NoTitle
        | EditError::LastItem
        | EditError::AlreadyGroup { .. }
        | EditError::Reworded { .. }
        | EditError::TooFewParts { .. }
        | EditError::EstimateOrder { .. } => (Exit::Refused, "EDIT_REFUSED"),
    };
    let error = CliError::new(exit, code, text);
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

fn overtaken(id: u64, why: &str) -> CliError {
    let message =
        format!("somebody else changed plan {id} meanwhile, and the change does not fit any more: {why}");
    CliError::new(Exit::Conflict, "PLAN_CHANGED", message)
        .hint(format!("look at it with `conductor plan show {id}`, then repeat what is still wanted"))
}
