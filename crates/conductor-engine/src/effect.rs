//! What the state wants done to the world. Every effect says "make sure that", so doing it twice is doing it
//! once.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::attempt::AttemptReport;
use crate::evidence::EvidenceSummary;
use crate::ids::{Epoch, EvidenceId, HoldId, Oid, RunId, TaskRef, Token, TreeId};
use crate::judgement::{Judgement, RunFacts};
use crate::ledger::Budget;
use crate::session::{Candidate, Snapshot};

pub use crate::judgement::Verdict;

/// The kinds of effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// Claim the task and mark it as in progress.
    Claim,
    /// Have a workspace.
    Worktree,
    /// Have an agent work.
    Attempt,
    /// Have no process of the run alive.
    Stop,
    /// Have the workspace's state saved in a ref.
    Snapshot,
    /// Know what changed, and have the agent's own commits kept.
    Collect,
    /// Have the work merged with the target's tip.
    Candidate,
    /// Have the gates' results on the candidate's tree.
    Gates,
    /// Have the policy's verdict.
    Judge,
    /// Have the candidate on the session's branch.
    Land,
    /// Have the task done and the claim released.
    CloseTask,
    /// Have the task's status and reason told, and the claim released.
    Report,
    /// Have the claim released.
    Release,
    /// Have the workspace removed, if nothing in it is unique.
    Tidy,
    /// Have a person told of a hold.
    Notify,
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Claim => "claim",
            Self::Worktree => "workspace",
            Self::Attempt => "attempt",
            Self::Stop => "stop",
            Self::Snapshot => "snapshot",
            Self::Collect => "collect",
            Self::Candidate => "candidate",
            Self::Gates => "gates",
            Self::Judge => "judge",
            Self::Land => "land",
            Self::CloseTask => "close-task",
            Self::Report => "report",
            Self::Release => "release",
            Self::Tidy => "tidy",
            Self::Notify => "notify",
        })
    }
}

/// Names an effect, so that its result can be matched and a stale one dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EffectKey {
    /// The run; `None` for one of the session as a whole.
    pub run: Option<RunId>,
    /// The phase of the run in which it was wanted.
    pub epoch: Epoch,
    /// What is done.
    pub verb: Verb,
}

/// As what a task is reported back to the task store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportAs {
    /// It waits for an answer or for something missing.
    Blocked,
    /// Its work waits for a person's eyes.
    Review,
    /// Anybody may take it again.
    Todo,
}

/// What is to be done. Each variant has everything that its performer needs beside the session's frozen setup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// See [`Verb::Claim`].
    Claim {
        /// The task.
        task: TaskRef,
    },
    /// See [`Verb::Worktree`].
    Worktree {
        /// Where it starts; `None` for the tip of the session's branch at that moment.
        base: Option<Oid>,
        /// Saved work to start from, when the workspace is gone.
        snapshot: Option<Snapshot>,
        /// Whether what is there is to be set aside first.
        fresh: bool,
        /// What a fresh one is to hold instead of its start: a merge with the conflict marks of both sides.
        marked: Option<TreeId>,
    },
    /// See [`Verb::Attempt`].
    Attempt {
        /// The task.
        task: TaskRef,
        /// Counted from 1 in the run.
        number: u32,
        /// What went before, for the agent.
        feedback: Option<String>,
        /// The agent's own session, to be resumed.
        agent_session: Option<String>,
        /// What it must not go beyond.
        most: Budget,
        /// The agent that took over; `None` for the session's.
        agent: Option<String>,
    },
    /// See [`Verb::Stop`].
    Stop,
    /// See [`Verb::Snapshot`].
    Snapshot {
        /// The number of the snapshot in the run.
        number: u32,
        /// Where the workspace started.
        base: Oid,
    },
    /// See [`Verb::Collect`].
    Collect {
        /// Where the workspace started.
        base: Oid,
        /// The saved work.
        snapshot: Snapshot,
        /// Files that held the marks of a conflict when the agent began.
        marked: Vec<String>,
    },
    /// See [`Verb::Candidate`].
    Candidate {
        /// Where the workspace started.
        base: Oid,
        /// The saved work.
        snapshot: Snapshot,
        /// What it is to be merged with, when that is not the tip: the candidate of the run before it.
        on: Option<Stacked>,
    },
    /// See [`Verb::Gates`].
    Gates {
        /// What is checked.
        candidate: Candidate,
        /// Whether it was checked before and failed, and is checked anew.
        again: bool,
        /// The session's tip: what the tests are compared with.
        tip: Oid,
    },
    /// See [`Verb::Judge`].
    Judge {
        /// The task.
        task: TaskRef,
        /// What passed.
        candidate: Candidate,
        /// The proof.
        evidence: EvidenceId,
        /// What rules may ask of the run.
        facts: RunFacts,
    },
    /// See [`Verb::Land`].
    Land {
        /// The task, for the message.
        task: TaskRef,
        /// What lands.
        candidate: Candidate,
        /// The proof, for the trailer.
        evidence: EvidenceId,
        /// What the agent said of its work.
        summary: Option<String>,
        /// The agent that took over; `None` for the session's.
        agent: Option<String>,
        /// The runs that land with it and before it, in order, each built on the one before; `candidate.tip` of
        /// the first is what the branch must be at.
        with: Vec<LandPart>,
    },
    /// See [`Verb::CloseTask`].
    CloseTask {
        /// The task.
        task: TaskRef,
        /// The proof of the claim.
        token: Token,
        /// Working time, in minutes, rounded up.
        minutes: u64,
        /// The commit that carries the work.
        commit: Oid,
    },
    /// See [`Verb::Report`].
    Report {
        /// The task.
        task: TaskRef,
        /// The proof of the claim; `None` when the claim was given back already.
        token: Option<Token>,
        /// The status to set.
        as_status: ReportAs,
        /// Why, for people.
        reason: String,
    },
    /// See [`Verb::Release`].
    Release {
        /// The task.
        task: TaskRef,
        /// The proof of the claim.
        token: Token,
    },
    /// See [`Verb::Tidy`].
    Tidy {
        /// The saved work that what is deleted is compared with; `None` when nothing was ever saved.
        snapshot: Option<Snapshot>,
    },
    /// See [`Verb::Notify`].
    Notify {
        /// The hold.
        hold: HoldId,
    },
}

/// The candidate of another run, to build upon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stacked {
    /// Whose it is.
    pub run: RunId,
    /// The candidate.
    pub candidate: Candidate,
}

/// A run that lands with another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LandPart {
    /// The run.
    pub run: RunId,
    /// Its task, for the message.
    pub task: TaskRef,
    /// What lands.
    pub candidate: Candidate,
    /// What the agent said of its work.
    pub summary: Option<String>,
    /// The agent that took over; `None` for the session's.
    pub agent: Option<String>,
}

/// Why a claim was not given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// Somebody else has the task.
    Taken {
        /// Who.
        by: String,
    },
    /// It cannot be started now.
    NotReady {
        /// Why.
        why: String,
    },
    /// It is closed, cancelled or deleted.
    Gone,
}

/// The result of an effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Of [`Verb::Claim`].
    Claimed {
        /// The proof.
        token: Token,
    },
    /// Of [`Verb::Claim`].
    ClaimRefused(Refusal),
    /// Of [`Verb::Worktree`].
    Prepared {
        /// Where it started.
        base: Oid,
    },
    /// Of [`Verb::Attempt`].
    Attempt(AttemptReport),
    /// Of [`Verb::Snapshot`].
    Snapshot {
        /// The number under which it is kept: a higher one than asked for when that was taken.
        number: u32,
        /// The commit that keeps the work.
        commit: Oid,
        /// Its tree.
        tree: TreeId,
    },
    /// Of [`Verb::Collect`].
    Collected {
        /// How many files differ from the base.
        files: u64,
        /// Files in which marks of a conflict were left.
        unresolved: Vec<String>,
    },
    /// Of [`Verb::Candidate`].
    Candidate {
        /// The merge.
        candidate: Candidate,
        /// What it was asked to be built on, as it was asked.
        on: Option<Stacked>,
    },
    /// Of [`Verb::Candidate`]: the work and what it is merged with disagree.
    Conflict {
        /// The tip, or the commit that stands for the candidate below.
        tip: Oid,
        /// Where, for people; paths are escaped.
        paths: Vec<String>,
        /// The merge with the marks of both sides; `None` where there is none.
        marked: Option<TreeId>,
        /// What it was asked to be built on, as it was asked.
        on: Option<Stacked>,
    },
    /// Of [`Verb::Gates`].
    Gated {
        /// The proof.
        evidence: EvidenceId,
        /// What it says.
        summary: EvidenceSummary,
    },
    /// Of [`Verb::Judge`].
    Judged(Box<Judgement>),
    /// Of [`Verb::Land`].
    Landed {
        /// The commit that carries the work.
        commit: Oid,
        /// The tip of the session's branch; another commit when it has moved on since.
        tip: Oid,
        /// The commits of those that landed with it.
        with: Vec<(RunId, Oid)>,
    },
    /// Of [`Verb::Land`]: the target is not where the candidate was built.
    Moved {
        /// Where it is.
        tip: Oid,
    },
    /// Of [`Verb::Land`]: it is known not to have landed, and only a person can clear the way.
    Hindered {
        /// What is in the way and what to do.
        why: String,
    },
    /// Of [`Verb::CloseTask`], [`Verb::Report`] and [`Verb::Release`]: somebody else has the task by now.
    Lost {
        /// What happened.
        why: String,
    },
    /// Of [`Verb::Tidy`].
    Tidied {
        /// Why the workspace was kept; `None` when it is gone.
        kept: Option<String>,
    },
    /// Of the others: it is so.
    Done,
    /// It could not be done.
    Failed {
        /// What happened and what to do.
        message: String,
        /// Whether trying again may help.
        transient: bool,
    },
}
