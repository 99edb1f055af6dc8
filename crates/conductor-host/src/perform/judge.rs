//! The decision about work that passed its gates: the policy's, made once for each candidate.

use conductor_engine::effect::{Outcome, Verb};
use conductor_engine::evidence::Evidence;
use conductor_engine::ids::{EvidenceId, RunId, TaskRef};
use conductor_engine::judgement::{Judgement, Reviewed, RunFacts};
use conductor_engine::session::Candidate;
use conductor_evidence::tamper::{Code, Finding, Weight};
use taskwerk_model::Task;
use thiserror::Error;

use super::failpoint::Place;
use super::review::{Review, Work};
use super::site::Site;
use super::stop::StopSwitch;
use super::{Trouble, failed, refused, tamper};
use crate::config::ApprovalClass;
use crate::git::{Bounds, FileChange, GitError, Repo};
use crate::policy::{Case, Change, ChangedFile, Others, Policy, TaskPart};

/// How much of a change is read, in bytes.
const BOUNDS: Bounds = Bounds { file: 16 * 1024 * 1024, total: 128 * 1024 * 1024 };

/// So many findings that decide nothing are kept with a verdict.
const MOST_NOTES: usize = 20;

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
        let evidence = self.own_evidence(candidate, id)?;
        let review = self.review(&Work { run, task, candidate, evidence: &evidence }, switch)?;
        if switch.is_stopped() {
            return Err(refused(&Stopped));
        }
        let Review { reviewed, note, usage } = review.unwrap_or_default();
        self.failpoint.reach(Verb::Judge, Place::Inside);
        let changes = self.changes(&candidate.tip, &candidate.tree).map_err(|e| failed(&e))?;
        let findings = self.tampering(run, (candidate, id), &changes)?;
        let others = others(&findings, self.unreached(&evidence), &self.policy);
        let seen = Seen {
            candidate,
            changes: &changes,
            evidence: &evidence,
            run: facts,
            agent: &self.profile.label.name,
            task: &self.task_part(task)?,
            review: reviewed.as_ref(),
        };
        let mut judgement = seen.judge(&self.repo, &self.policy, others).map_err(|e| failed(&e))?;
        judgement.usage = usage;
        judgement.notes.extend(note);
        Ok(judgement)
    }

    /// What the work does to what judges it.
    fn tampering(
        &self,
        run: RunId,
        (candidate, evidence): (&Candidate, &EvidenceId),
        changes: &[FileChange],
    ) -> Result<Vec<Finding>, Trouble> {
        let below = self.repo.tree_of(&candidate.tip).map_err(|e| failed(&e))?;
        let tests = tamper::sides(&self.db(), &self.setup, &below, evidence).map_err(|e| failed(&e))?;
        // A task that is gone asks for nothing.
        let task = self.task_text(run).unwrap_or_default();
        tamper::look(&self.repo, &self.setup, &task, candidate, changes, tests).map_err(|e| failed(&e))
    }

    /// What rules may ask of the task, as it is now.
    fn task_part(&self, task: &TaskRef) -> Result<TaskPart, Trouble> {
        let id = self.task_id(task).map_err(|e| failed(&*e))?;
        self.tasks().get(&id).map(|task| part_of(&task)).map_err(|e| failed(&e))
    }
}

/// What is found besides the rules: what weakens tests and gates, and lines that no test reaches.
pub(crate) fn others(findings: &[Finding], unreached: Option<String>, policy: &Policy) -> Others {
    // What the approval class asks about already is not asked twice.
    let asked = |finding: &Finding| finding.code == Code::CiEdited && policy.asks_for(ApprovalClass::Ci);
    let (held, noted): (Vec<Finding>, Vec<Finding>) =
        findings.iter().cloned().partition(|finding| finding.weight == Weight::Hold && !asked(finding));
    let found = tamper::listed(&held).trim_end().to_owned();
    Others {
        asks: unreached.into_iter().collect(),
        sentences: tamper::sentences(&held).into_iter().collect(),
        details: (!found.is_empty()).then(|| format!("What was found:\n{found}")).into_iter().collect(),
        notes: noted.iter().take(MOST_NOTES).map(|f| format!("{}: {}", f.path, f.sentence)).collect(),
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
    /// Compared with what the work stands on.
    pub(crate) evidence: &'s Evidence,
    pub(crate) run: &'s RunFacts,
    pub(crate) agent: &'s str,
    pub(crate) task: &'s TaskPart,
    pub(crate) review: Option<&'s Reviewed>,
}

impl Seen<'_> {
    /// The verdict. What was found besides the rules is in `others`.
    pub(crate) fn judge(&self, repo: &Repo, policy: &Policy, others: Others) -> Result<Judgement, GitError> {
        let Self { candidate, changes, evidence, run, agent, task, review } = *self;
        let contents = repo.contents(&candidate.tip, &candidate.tree, changes, BOUNDS)?;
        let files =
            changes.iter().zip(&contents).map(|(change, contents)| ChangedFile::new(change, contents));
        let change = Change { files: files.collect() };
        let tests = evidence.tests.clone().unwrap_or_default();
        let case = Case { run, agent, task, change: &change, evidence, tests: &tests, review };
        Ok(policy.judge(&case, others))
    }
}
