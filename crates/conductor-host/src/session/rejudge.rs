//! Today's rules over work that was judged before: what they would say, beside what was decided then. It changes
//! nothing.

use std::ops::ControlFlow;

use conductor_engine::effect::Effect;
use conductor_engine::event::{Event, Recorded};
use conductor_engine::ids::{EvidenceId, RunId, SessionId, TaskRef};
use conductor_engine::judgement::{Judgement, Reviewed, RunFacts, Verdict};
use conductor_engine::session::{Candidate, HoldKind, Phase, Session};
use conductor_engine::{Illegal, apply, wanted};
use taskwerk_client::Tasks;
use thiserror::Error;

use super::host::{Host, HostError};
use super::setup::Setup;
use crate::gates::{Base, compared};
use crate::git::GitError;
use crate::journal::{Database, JournalError};
use crate::perform::{Seen, TamperError, asked_for, others, part_of, tampering};
use crate::policy::{Policy, TaskPart};

/// Why nothing could be judged anew.
#[derive(Debug, Error)]
pub enum RejudgeError {
    /// The project.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The journal does not fit.
    #[error(transparent)]
    Illegal(#[from] Illegal),
    /// The session is not told row by row any more.
    #[error(
        "the journal of session {0} was compacted, so that what was decided then cannot be told: name a newer session"
    )]
    Compacted(SessionId),
}

/// What was decided then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// The work landed, or was to.
    Accept,
    /// It was sent back.
    Retry,
    /// It was held, with this question.
    Hold(String),
    /// It was refused, for this reason.
    Reject(String),
}

/// One verdict of then, and what today's rules say.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejudged {
    /// The run.
    pub run: RunId,
    /// The task, as people name it.
    pub task: String,
    /// What was decided then.
    pub then: Decided,
    /// What is said now; why nothing can be, where it cannot.
    pub now: Result<Judgement, String>,
}

/// A verdict as the journal has it, with what it was made of.
struct Past {
    run: RunId,
    task: TaskRef,
    candidate: Candidate,
    evidence: EvidenceId,
    facts: RunFacts,
    review: Option<Reviewed>,
    then: Decided,
}

impl Host {
    /// Judges everything that was judged in a session, or that of one task, by another policy.
    ///
    /// # Errors
    /// When the journal cannot be read, or was compacted.
    pub fn rejudge(
        &self,
        db: &Database,
        tasks: &Tasks,
        (session, only): (SessionId, Option<&TaskRef>),
        policy: &Policy,
    ) -> Result<Vec<Rejudged>, RejudgeError> {
        if db.checkpoint(session)?.is_some() {
            return Err(RejudgeError::Compacted(session));
        }
        let setup = db.setup(session)?;
        let (past, state) = verdicts(db, session, &setup)?;
        let wanted = past.into_iter().filter(|past| only.is_none_or(|only| only == &past.task));
        let all = wanted.map(|past| {
            let name =
                state.tasks.get(&past.task).map_or_else(|| past.task.0.clone(), |facts| facts.id.clone());
            let found = tasks.find(&name).ok();
            // A task that is gone has no priority or tags any more, and asks for nothing.
            let gone = || TaskPart { id: name.clone(), ..TaskPart::default() };
            let part = found.as_ref().map_or_else(gone, part_of);
            let text = found.as_ref().map(asked_for).unwrap_or_default();
            let task = (&part, text.as_str());
            let now = self.once_more(db, &setup, &past, task, policy).map_err(|error| error.to_string());
            Rejudged { run: past.run, task: name, then: past.then, now }
        });
        Ok(all.collect())
    }

    fn once_more(
        &self,
        db: &Database,
        setup: &Setup,
        past: &Past,
        (task, text): (&TaskPart, &str),
        policy: &Policy,
    ) -> Result<Judgement, OnceMoreError> {
        let Past { candidate, evidence: id, facts, review, .. } = past;
        let below = self.repo.tree_of(&candidate.tip)?;
        let base = db.evidence_of_tree(&below, &setup.gates_digest)?;
        let evidence = compared(db.evidence(id)?, &base.as_ref().map(Base::of).unwrap_or_default());
        let findings = tampering(&self.repo, db, setup, text, (candidate, id))?;
        let seen = Seen {
            candidate,
            changes: &self.repo.changes(&candidate.tip, &candidate.tree)?,
            evidence: &evidence,
            run: facts,
            agent: &setup.rules.agent,
            task,
            review: review.as_ref(),
        };
        Ok(seen.judge(&self.repo, policy, others(&findings, None, policy))?)
    }
}

#[derive(Debug, Error)]
enum OnceMoreError {
    #[error("its commits are not in the repository any more: {0}")]
    Git(#[from] GitError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Tamper(#[from] TamperError),
}

/// The verdicts of a session, in order, and its state at the end.
fn verdicts(db: &Database, id: SessionId, setup: &Setup) -> Result<(Vec<Past>, Session), RejudgeError> {
    let mut state = Session::new(id, setup.rules.clone(), setup.base.clone());
    let mut past = Vec::new();
    let mut trouble = None;
    db.each_row(id, 0, &mut |row: Recorded| {
        past.extend(verdict(&state, &row.event));
        match apply(&mut state, &row) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                trouble = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    match trouble {
        Some(error) => Err(error.into()),
        None => Ok((past, state)),
    }
}

/// The verdict that an event is, if it is one: `judged`, or what older programs wrote without it.
fn verdict(state: &Session, event: &Event) -> Option<Past> {
    let run = state.runs.get(&event.run()?)?;
    if !matches!(run.phase, Phase::Deciding(_)) {
        return None;
    }
    let (then, review) = decided(event)?;
    let effect =
        wanted(state).into_iter().find(|(key, _)| key.run == Some(run.id)).map(|(_, effect)| effect)?;
    let Effect::Judge { task, candidate, evidence, facts } = effect else { return None };
    Some(Past { run: run.id, task, candidate, evidence, facts, review, then })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else is a verdict")]
fn decided(event: &Event) -> Option<(Decided, Option<Reviewed>)> {
    Some(match event {
        Event::Judged { judgement, .. } => {
            let then = match &judgement.verdict {
                Verdict::Accept => Decided::Accept,
                Verdict::Retry { .. } => Decided::Retry,
                Verdict::Hold { question, .. } => Decided::Hold(question.clone()),
                Verdict::Reject { why } => Decided::Reject(why.clone()),
            };
            (then, judgement.review.clone())
        }
        Event::Accepted { by: None, .. } => (Decided::Accept, None),
        Event::HoldOpened { kind: HoldKind::Approval, question, .. } => {
            (Decided::Hold(question.clone()), None)
        }
        _ => return None,
    })
}
