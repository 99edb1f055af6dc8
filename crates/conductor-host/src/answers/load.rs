//! Gathers what questions are answered from.

use std::collections::BTreeSet;

use conductor_engine::control::{Control, Ruling};
use conductor_engine::ids::Oid;
use conductor_plan::{Document, Plan, RequirementKind};
use thiserror::Error;

use super::configured::Configured;
use super::earlier::Ruled;
use super::sentence::{Sentence, sentences, split};
use super::{Answers, pairs};
use crate::config::Orchestration;
use crate::gates::TreeView as _;
use crate::git::{CommittedTree, GitError, Repo};
use crate::journal::{AnsweredQuestion, Database, JournalError, PlanStatus};

/// Why nothing could be gathered. A document that is not there or cannot be read is no error: it answers nothing.
#[derive(Debug, Error)]
pub enum AnswersError {
    /// The database.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl Answers {
    /// What questions of a session are answered from: the configuration, the documents of imported plans as they are
    /// committed in `base` (or, for one that is not committed there, what its plan cites of it), and what people
    /// answered in this repository's sessions.
    ///
    /// # Errors
    /// When the database or the repository cannot be read.
    pub fn load(
        db: &Database,
        repo: &Repo,
        base: &Oid,
        config: &Orchestration,
    ) -> Result<Self, AnswersError> {
        let mut answers = Self {
            configured: Configured::new(&config.answers),
            earlier: db.answered_questions()?.into_iter().filter_map(ruled).collect(),
            ..Self::default()
        };
        let plans: Vec<Plan> = db
            .plans()?
            .into_iter()
            .filter(|row| row.status == PlanStatus::Imported)
            .filter_map(|row| Plan::from_json(&row.body).ok())
            .collect();
        if !plans.is_empty() {
            let tree = repo.committed_tree(base)?;
            let mut seen = BTreeSet::new();
            plans.iter().rev().for_each(|plan| answers.read(plan, &tree, &mut seen));
        }
        Ok(answers)
    }

    /// Adds what the documents of a plan say. A document that several plans were made from is read once, and a plan's
    /// own citations only where no plan after it cites the same document.
    fn read(&mut self, plan: &Plan, tree: &CommittedTree<'_>, seen: &mut BTreeSet<String>) {
        for document in plan.documents.iter().map(|document| document.name.as_str()) {
            if !seen.insert(document.to_owned()) {
                continue;
            }
            let bytes = tree.read(document);
            match bytes.and_then(|bytes| Document::parse(document, &bytes).ok()) {
                Some(document) => {
                    self.pairs.extend(pairs::pairs(&document));
                    self.sentences.extend(sentences(&document));
                }
                None => self.sentences.extend(cited(plan, document)),
            }
        }
    }
}

/// The sentences that a plan cites of a document.
fn cited(plan: &Plan, document: &str) -> Vec<Sentence> {
    let decided = |kind| match kind {
        RequirementKind::OutOfScope | RequirementKind::OpenQuestion => false,
        RequirementKind::Feature
        | RequirementKind::Constraint
        | RequirementKind::Quality
        | RequirementKind::Interface
        | RequirementKind::Data
        | RequirementKind::Dependency => true,
    };
    let of = plan.requirements.iter().filter(|r| r.source.document == document && decided(r.kind));
    of.flat_map(|r| {
        split(&r.text).into_iter().map(|(line, text)| (r.source.span.first_line.saturating_add(line), text))
    })
    .filter_map(|(line, text)| Sentence::of(&text, document, line))
    .collect()
}

/// A question with its answer, if it had one in words.
fn ruled(row: AnsweredQuestion) -> Option<Ruled> {
    let AnsweredQuestion { hold, actor, question, control } = row;
    match control {
        Control::Answer { ruling: Ruling::Retry { words }, .. } => {
            Some(Ruled { hold, actor, question, words })
        }
        Control::Answer { ruling: Ruling::Accept | Ruling::Reject { .. }, .. }
        | Control::Stop { .. }
        | Control::Abandon { .. }
        | Control::Pause
        | Control::Resume => None,
    }
}
