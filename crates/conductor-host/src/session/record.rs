//! A recording made of a session: what its agents said and changed, to be played again elsewhere.

use std::collections::BTreeMap;

use conductor_engine::attempt::AttemptReport;
use conductor_engine::event::{Event, Recorded};
use conductor_engine::ids::{Oid, RunId, SessionId, TaskRef};
use thiserror::Error;

use super::host::{Host, HostError};
use crate::agents::TaskSheet;
use crate::agents::replay::{RecordedTask, Recording, Turn, VERSION, turn_of};
use crate::git::{GitError, SavedKind};
use crate::journal::{Database, JournalError};
use crate::perform::Places;

/// The most bytes of one attempt's patch.
const MOST_PATCH: usize = 64 * 1024 * 1024;

/// Why no recording was made.
#[derive(Debug, Error)]
pub enum RecordError {
    /// The project.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Git.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The session is not told row by row any more.
    #[error(
        "the journal of session {0} was compacted, so that its attempts cannot be told apart any more: record a newer \
         session"
    )]
    Compacted(SessionId),
    /// No agent has ended an attempt.
    #[error("no agent has ended an attempt of these tasks in session {0}")]
    Nothing(SessionId),
}

/// A recording, and what could not be a part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// The recording.
    pub recording: Recording,
    /// What is missing of it, for people.
    pub missing: Vec<String>,
}

/// An attempt, as the journal tells it.
struct Attempt {
    number: u32,
    report: Option<AttemptReport>,
    /// What was saved after it, last.
    saved: Option<Oid>,
}

impl Host {
    /// Makes a recording of the attempts of a session: of the newest run of each task, or of each of these. What stands
    /// in `secrets` is hidden.
    ///
    /// # Errors
    /// When there is nothing to record, or the journal or git cannot be read.
    pub fn record(
        &self,
        db: &Database,
        session: SessionId,
        only: Option<&[TaskRef]>,
        secrets: &[String],
    ) -> Result<Made, RecordError> {
        if db.checkpoint(session)?.is_some() {
            return Err(RecordError::Compacted(session));
        }
        let attempts = attempts(db.rows(session, 0)?);
        let places = self.places()?;
        let mut newest: BTreeMap<TaskRef, RunId> = BTreeMap::new();
        for run in attempts.keys() {
            let task = db.run_task(*run)?;
            if only.is_none_or(|only| only.contains(&task)) {
                newest.insert(task, *run);
            }
        }
        let bases = self.bases()?;
        let mut made =
            Made { recording: Recording { version: VERSION, tasks: Vec::new() }, missing: Vec::new() };
        for run in newest.into_values() {
            let Some(of_run) = attempts.get(&run) else { continue };
            let task = self.record_run(&places, run, of_run, &bases, secrets, &mut made.missing);
            made.recording.tasks.extend(task);
        }
        if made.recording.tasks.is_empty() {
            return Err(RecordError::Nothing(session));
        }
        Ok(made)
    }

    fn record_run(
        &self,
        places: &Places,
        run: RunId,
        attempts: &[Attempt],
        bases: &BTreeMap<Oid, Oid>,
        secrets: &[String],
        missing: &mut Vec<String>,
    ) -> Option<RecordedTask> {
        let mut name = None;
        let mut turns: Vec<Turn> = Vec::new();
        let mut before: Option<Oid> = None;
        for attempt in attempts {
            let dir = places.attempt(run, attempt.number);
            let sheet = std::fs::read(dir.join("task.json")).ok();
            let sheet: Option<TaskSheet> = sheet.and_then(|bytes| serde_json::from_slice(&bytes).ok());
            name = name.or_else(|| sheet.map(|sheet| sheet.key.unwrap_or(sheet.id)));
            let Some(report) = &attempt.report else { continue };
            let patch = self.patch_of(attempt, before.as_ref(), bases);
            if patch.is_none() {
                missing
                    .push(format!("run {run}, attempt {}: its files are not saved any more", attempt.number));
            }
            let turn = turn_of(&dir, report, patch.flatten(), secrets);
            if turn.wire.is_none() {
                let what = "nobody wrote down what its program said";
                missing.push(format!("run {run}, attempt {}: {what}", attempt.number));
            }
            turns.push(turn);
            before = attempt.saved.clone().or(before);
        }
        let task = name.or_else(|| turns.first().map(|_| run.to_string()))?;
        (!turns.is_empty()).then_some(RecordedTask { task, turns })
    }

    /// What an attempt changed since the one before it, or since the base where its workspace began anew. `None` when it
    /// cannot be told, `Some(None)` when nothing was saved of it.
    fn patch_of(
        &self,
        attempt: &Attempt,
        before: Option<&Oid>,
        bases: &BTreeMap<Oid, Oid>,
    ) -> Option<Option<Vec<u8>>> {
        let Some(saved) = &attempt.saved else { return Some(None) };
        let base = bases.get(saved)?;
        let from = before.filter(|before| bases.get(*before) == Some(base)).unwrap_or(base);
        self.repo.whole_patch(from, saved, MOST_PATCH).ok()?.map(Some)
    }

    /// Where the workspace of each snapshot had begun.
    fn bases(&self) -> Result<BTreeMap<Oid, Oid>, GitError> {
        let saved = self.repo.saved_work()?.into_iter();
        let snapshots = saved.filter(|work| matches!(work.kind, SavedKind::Snapshot(_)));
        Ok(snapshots.filter_map(|work| Some((work.commit?, work.parent?))).collect())
    }
}

/// The attempts of each run, in order, with what was saved after each.
fn attempts(rows: Vec<Recorded>) -> BTreeMap<RunId, Vec<Attempt>> {
    let mut all: BTreeMap<RunId, Vec<Attempt>> = BTreeMap::new();
    for row in rows {
        // The other kinds tell nothing of what an agent said or changed.
        if let Event::AttemptBegun { run, number, .. } = row.event {
            let of_run = all.entry(run).or_default();
            // One that was interrupted and is made once more counts as it was made last.
            of_run.retain(|attempt| attempt.number != number);
            of_run.push(Attempt { number, report: None, saved: None });
        } else if let Event::AttemptEnded { run, report, .. } = row.event {
            if let Some(attempt) = all.get_mut(&run).and_then(|of_run| of_run.last_mut()) {
                attempt.report = Some(report);
            }
        } else if let Event::Snapshotted { run, commit, .. } = row.event
            && let Some(attempt) = all.get_mut(&run).and_then(|of_run| of_run.last_mut())
        {
            attempt.saved = Some(commit);
        }
    }
    all
}
