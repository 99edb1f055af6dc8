//! The decision about work that passed its gates: the policy's, made once for each candidate.

use conductor_engine::effect::{Outcome, Verb};
use conductor_engine::evidence::Evidence;
use conductor_engine::gate::TestDelta;
use conductor_engine::ids::{EvidenceId, RunId, TaskRef};
use conductor_engine::judgement::{Judgement, Reviewed, RunFacts};
use conductor_engine::session::Candidate;
use taskwerk_model::Task;
use thiserror::Error;

use super::failpoint::Place;
use super::review::{Review, Work};
use super::site::Site;
use super::stop::StopSwitch;
use super::{Trouble, failed, refused};
use crate::git::{Bounds, FileChange, GitError, Repo};
use crate::policy::{Case, Change, ChangedFile, Others, Policy, TaskPart};

/// How much of a change is read, in bytes.
const BOUNDS: Bounds = Bounds { file: 16 * 1024 * 1024, total: 128 * 1024 * 1024 };

/// What is judged, and for whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'q> {
    pub(super) run: RunId,
    pub(super) task: &'q TaskRef,
    pub(super) candidate: &'q Candidate,
    pub(super) evidence: &'q EvidenceId,
    pub(super) facts: &'q RunFacts,
}

/// Nobody waits for the verdict any more.
#[derive(Debug, Error)]
#[error("the judging was stopped")]
struct Stopped;

impl Site {
    /// What becomes of a candidate that passed its gates.
    pub(super) fn judge(&self, question: &Question<'_>, switch: &StopSwitch) -> Outcome {
        match self.judged(question, switch) {
            Ok(judgement) => Outcome::Judged(Box::new(judgement)),
            Err(trouble) => trouble.into(),
        }
    }

    fn judged(&self, question: &Question<'_>, switch: &StopSwitch) -> Result<Judgement, Trouble> {
        let Question { run, task, candidate, evidence: id, facts } = *question;
        let tests = self.test_delta(candidate, id)?;
        let evidence = self.db().evidence(id).map_err(|e| failed(&e))?;
        let review = self.review(&Work { run, task, candidate, evidence: &evidence }, switch)?;
        if switch.is_stopped() {
            return Err(refused(&Stopped));
        }
        let Review { reviewed, note, usage } = review.unwrap_or_default();
        self.failpoint.reach(Verb::Judge, Place::Inside);
        let changes = self.changes(&candidate.tip, &candidate.tree).map_err(|e| failed(&e))?;
        let seen = Seen {
            candidate,
            changes: &changes,
            evidence: &evidence,
            tests: &tests,
            run: facts,
            agent: &self.profile.label.name,
            task: &self.task_part(task)?,
            review: reviewed.as_ref(),
        };
        let mut judgement = seen.judge(&self.repo, &self.policy).map_err(|e| failed(&e))?;
        judgement.usage = usage;
        judgement.notes.extend(note);
        Ok(judgement)
    }

    /// What rules may ask of the task, as it is now.
    fn task_part(&self, task: &TaskRef) -> Result<TaskPart, Trouble> {
        let id = self.task_id(task).map_err(|e| failed(&*e))?;
        self.tasks().get(&id).map(|task| part_of(&task)).map_err(|e| failed(&e))
    }
}

/// What rules may ask of a task.
pub(crate) fn part_of(task: &Task) -> TaskPart {
    TaskPart {
        id: task.id.to_string(),
        priority: task.priority.to_string(),
        tags: task.tags.iter().map(ToString::to_string).collect(),
        kind: task.kind.as_ref().map(ToString::to_string).unwrap_or_default(),
        estimate_minutes: task.estimate_minutes.map_or(0, |minutes| i64::from(minutes.get())),
    }
}

/// Everything that a verdict is made of but the content of the change, which is read when it is made.
pub(crate) struct Seen<'s> {
    pub(crate) candidate: &'s Candidate,
    pub(crate) changes: &'s [FileChange],
    pub(crate) evidence: &'s Evidence,
    pub(crate) tests: &'s TestDelta,
    pub(crate) run: &'s RunFacts,
    pub(crate) agent: &'s str,
    pub(crate) task: &'s TaskPart,
    pub(crate) review: Option<&'s Reviewed>,
}

impl Seen<'_> {
    /// The verdict. Each check of its own adds to `others`.
    pub(crate) fn judge(&self, repo: &Repo, policy: &Policy) -> Result<Judgement, GitError> {
        let Self { candidate, changes, evidence, tests, run, agent, task, review } = *self;
        let contents = repo.contents(&candidate.tip, &candidate.tree, changes, BOUNDS)?;
        let files =
            changes.iter().zip(&contents).map(|(change, contents)| ChangedFile::new(change, contents));
        let change = Change { files: files.collect() };
        let mut others = Others::default();
        others.asks.extend(missing_tests(tests));
        let case = Case { run, agent, task, change: &change, evidence, tests, review };
        Ok(policy.judge(&case, others))
    }
}

/// Tests that ran on the base and do not run any more: a suite can be made green by making it smaller.
fn missing_tests(tests: &TestDelta) -> Option<String> {
    let gone: Vec<&str> = tests.removed.iter().chain(&tests.newly_skipped).map(String::as_str).collect();
    let some: Vec<&str> = gone.iter().copied().take(5).collect();
    let more = if gone.len() > some.len() {
        format!(" and {} more", gone.len() - some.len())
    } else {
        String::new()
    };
    (!gone.is_empty()).then(|| format!("no longer runs tests that ran before ({}{more})", some.join(", ")))
}
