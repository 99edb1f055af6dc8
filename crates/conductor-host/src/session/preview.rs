//! The prompt of a task as it would be sent now, made for people to look at. Only reads.

use std::path::PathBuf;

use conductor_engine::gate::GateSpec;
use conductor_engine::ids::{Oid, TaskRef};
use conductor_engine::session::{Phase, Run};
use taskwerk_client::Tasks;
use taskwerk_model::TaskId;
use thiserror::Error;

use super::begin::BeginError;
use super::host::{Host, HostError};
use crate::clock;
use crate::config::{Config, ConfigError, Orchestration};
use crate::git::{Head, OpenError};
use crate::journal::{Database, JournalError};
use crate::prompt::{
    Budget, GatherError, Place, Prompt, PromptParts, Records, Surroundings, build, build_next, gather,
};
use crate::search::MOST_COMMITS;

/// A prompt that was sent to nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The prompt.
    pub prompt: Prompt,
    /// Its budget.
    pub budget: Budget,
    /// The folder that was looked at: a run's workspace, or the user's checkout.
    pub root: PathBuf,
    /// What was found there.
    pub surroundings: Surroundings,
}

/// Why there is no prompt to look at.
#[derive(Debug, Error)]
pub enum PreviewError {
    /// The task and what is around it.
    #[error(transparent)]
    Gather(#[from] GatherError),
    /// The records of the task's runs.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The configuration, or the one that the session froze.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The gates of the commit that is checked out.
    #[error(transparent)]
    Gates(#[from] Box<BeginError>),
    /// The user's checkout.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Where things are.
    #[error(transparent)]
    Host(#[from] HostError),
}

/// What the prompt of a task goes by.
struct Frame {
    root: PathBuf,
    base: Oid,
    rules: Orchestration,
    gates: Vec<GateSpec>,
    feedback: Option<String>,
}

impl Host {
    /// Makes the prompt that would be sent for a task: from the workspace of its newest run where there is one, else
    /// from the user's checkout. `next` is a later turn of an agent's session.
    ///
    /// # Errors
    /// When the task, the records or the repository cannot be read.
    pub fn preview(
        &self,
        tasks: &Tasks,
        id: &TaskId,
        run: Option<&Run>,
        next: bool,
    ) -> Result<Preview, PreviewError> {
        let db = self.database()?;
        let mut records = Records::of(tasks, id)?;
        records.add_summaries(&db)?;
        let frame = self.frame(&db, run)?;
        records.task.feedback = frame.feedback;
        let cache = self.places()?.search_cache();
        // As for an agent: where git gives no history, there is none.
        let past = self.repo.past(&frame.base, MOST_COMMITS).unwrap_or_default();
        let place = Place { root: &frame.root, cache: Some(&cache), past: &past, now: clock::now() };
        let surroundings = gather(&place, &records);
        let budget = Budget::new(frame.rules.workflow.prompt_tokens);
        let parts =
            PromptParts { gates: &frame.gates, ..PromptParts::gathered(&records, &surroundings, budget) };
        let prompt = if next { build_next(&parts) } else { build(&parts) };
        Ok(Preview { prompt, budget, root: frame.root, surroundings })
    }

    /// What the run's session froze, or what one that began now would.
    fn frame(&self, db: &Database, run: Option<&Run>) -> Result<Frame, PreviewError> {
        let root = match run {
            Some(run) => self.workspace_of(run)?,
            None => None,
        };
        let root = root.unwrap_or_else(|| self.repo.top().to_owned());
        if let Some(run) = run.filter(|run| !matches!(run.phase, Phase::Ended(_))) {
            let setup = db.setup(run.id.session)?;
            let rules = Config::from_value(&setup.config)?.orchestration;
            let feedback = run.feedback.clone();
            return Ok(Frame { root, base: setup.base, rules, gates: setup.gates, feedback });
        }
        let (Head::Branch { tip: base, .. } | Head::Detached { tip: base, .. }) = self.repo.head()?;
        let rules = Config::from_value(&self.config)?.orchestration;
        let (gates, _notes) = self.gates(&rules, &base).map_err(Box::new)?;
        Ok(Frame { root, base, rules, gates, feedback: None })
    }

    /// The newest workspace of a run that is still there.
    fn workspace_of(&self, run: &Run) -> Result<Option<PathBuf>, HostError> {
        let all = self.places()?.workspaces(run.id);
        Ok(all.into_iter().rev().find(|path| self.repo.find_workspace(path).is_some()))
    }
}

/// The newest run of a task, if it has one.
///
/// # Errors
/// When the records cannot be read.
pub fn newest_run_of(db: &Database, task: &TaskRef) -> Result<Option<Run>, JournalError> {
    Ok(db.all_runs()?.into_iter().filter(|run| &run.task == task).max_by_key(|run| run.id))
}
