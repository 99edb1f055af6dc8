//! The state of an orchestration. It is only ever changed by [`apply`](crate::apply).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::attempt::{AttemptEnd, Usage};
use crate::control::{Actor, Ruling};
use crate::effect::Verb;
use crate::evidence::EvidenceSummary;
use crate::ids::{ControlId, Epoch, EvidenceId, HoldId, Oid, RunId, SessionId, TaskRef, Token, TreeId};

/// What a session may do, frozen when it starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// How many runs may be under way at once, at least 1.
    pub jobs: usize,
    /// How many tasks may be dispatched at most; `None` for no limit.
    pub max_tasks: Option<u64>,
    /// How many failures in a row hold a run, and how many such runs in a row pause the session.
    pub max_consecutive_failures: u32,
    /// The working time of one attempt. Whoever runs the attempt measures it: only there is it known how long
    /// the machine slept meanwhile.
    pub max_task_duration: SignedDuration,
    /// When false, a run that would be accepted is held for a person instead.
    pub auto_commit: bool,
    /// The only tasks to work on; `None` for every ready one.
    pub only: Option<BTreeSet<TaskRef>>,
    /// The agent's name, for people and for the commit.
    pub agent: String,
    /// The number of the session's first hold: holds are numbered through all sessions of a repository, so
    /// that a number says which one is meant.
    pub first_hold: u64,
}

/// Where a session stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It dispatches and works.
    Active,
    /// It dispatches nothing; what is under way goes on.
    Paused {
        /// Why: a person asked, or too many runs failed in a row.
        why: String,
    },
    /// Nothing is left to run.
    Completed {
        /// How it ended.
        outcome: SessionOutcome,
    },
    /// It cannot go on.
    Failed {
        /// What happened.
        why: String,
    },
}

/// How a completed session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionOutcome {
    /// Every task that it could reach is done.
    AllDone,
    /// Only tasks that need a person are left.
    HoldsLeft,
    /// A person stopped it.
    Stopped,
    /// Its limit on tasks was reached.
    Limit,
}

/// Why the state machine does not offer a task for dispatch, or that it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It may be worked on.
    Ready,
    /// It waits for these tasks.
    Waiting {
        /// Ids for people, such as `TASK-003`.
        on: Vec<String>,
    },
    /// This session holds the claim on it.
    Ours,
    /// Somebody else has it.
    Taken {
        /// Who.
        by: String,
    },
    /// It waits for a person: blocked, paused or in review.
    Aside {
        /// The status word.
        status: String,
    },
    /// It holds other tasks and is never worked on itself.
    Container,
    /// It is done.
    Done,
    /// It was cancelled or deleted.
    Gone,
}

/// What the engine knows of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskFacts {
    /// The stable id.
    pub task: TaskRef,
    /// The id that people use, `TASK-001`.
    pub id: String,
    /// The title, as data.
    pub title: String,
    /// Whether it can be worked on.
    pub standing: Standing,
    /// 0 is the most urgent.
    pub urgency: u8,
    /// When it was created.
    pub created_at: Timestamp,
    /// The estimate in minutes; 0 when there is none.
    pub estimate_minutes: u64,
    /// The tasks that it needs, containers replaced by what is under them.
    pub depends_on: Vec<TaskRef>,
}

/// Which part of a run's life it is in. The data of a phase that has come and gone stays in [`Run`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Waits for a slot; nothing is claimed.
    Queued,
    /// Claims the task and makes the workspace ready.
    Preparing,
    /// An agent works.
    Working(Attempt),
    /// The agent's processes are stopped, its work is saved and merged with the target's tip.
    Collecting,
    /// The gates run on the candidate.
    Gating(Candidate),
    /// The policy looks at what passed.
    Deciding(EvidenceId),
    /// The candidate is brought to the session's branch.
    Landing(Candidate),
    /// Waits for the clock, the claim kept.
    Waiting {
        /// Until when.
        until: Timestamp,
        /// What for.
        why: WaitKind,
    },
    /// Waits for a person, the claim given back.
    Held(HoldId),
    /// Wraps up: processes, work, task and workspace, in this order.
    Stopping(Ending),
    /// Over.
    Ended(Ending),
}

/// What a waiting run waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitKind {
    /// The provider's limit.
    RateLimit,
    /// A failure of the surroundings that may pass.
    Backoff,
}

/// One try of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Counted from 1 in its run.
    pub number: u32,
    /// When its process was seen; `None` until then.
    pub started: Option<Timestamp>,
}

/// A run's tree merged with the target's tip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The commit from which the run started.
    pub base: Oid,
    /// The target's tip that it was merged with.
    pub tip: Oid,
    /// The merged tree; evidence binds to it.
    pub tree: TreeId,
}

/// How a run ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Its work is on the session's branch.
    Landed {
        /// The commit.
        commit: Oid,
    },
    /// A person rejected it.
    Rejected {
        /// Their reason.
        why: String,
    },
    /// It cannot go on.
    Failed {
        /// What happened.
        why: String,
    },
    /// The session was stopped under it; its work is kept.
    Stopped {
        /// The reason given.
        why: String,
    },
    /// Somebody else closed, cancelled or took the task.
    Superseded {
        /// What happened to the task.
        why: String,
    },
}

/// Why a run is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoldKind {
    /// The agent asks.
    Question,
    /// Something is missing.
    Blocker,
    /// The policy wants a person to look.
    Approval,
    /// Too many failures in a row, or one that trying again cannot mend.
    Failures,
}

/// A question that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Its number in the session.
    pub id: HoldId,
    /// The run that waits.
    pub run: RunId,
    /// Why.
    pub kind: HoldKind,
    /// What is asked, one line.
    pub question: String,
    /// What a person needs to answer it: failing output, paths.
    pub detail: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The answer; `None` while it waits.
    pub ruling: Option<Ruling>,
}

/// Where a run goes once it holds the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// To an agent.
    Attempt,
    /// To the lane, with the work that is saved already.
    Candidate,
}

/// The work of a run as it was last saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Counted from 1 in its run.
    pub number: u32,
    /// The commit that keeps it.
    pub commit: Oid,
    /// Its tree.
    pub tree: TreeId,
}

/// Counters that must never be mixed: only `failures` speak against a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Attempts begun.
    pub attempts: u32,
    /// Failures since the last success or the last word of a person.
    pub failures: u32,
    /// Host deaths under it.
    pub interruptions: u32,
    /// Rate limits since the last attempt that was let through.
    pub rate_limits: u32,
    /// Failures of the surroundings in a row.
    pub disturbances: u32,
    /// Snapshots taken.
    pub snapshots: u32,
    /// Times that a person had to act.
    pub interventions: u32,
}

/// One task being worked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// Its task.
    pub task: TaskRef,
    /// The part of its life it is in.
    pub phase: Phase,
    /// Counts the phases; a result that names an older one is stale.
    pub epoch: Epoch,
    /// The steps of this phase that remain, in order. What is wanted is the first one.
    pub pending: Vec<Verb>,
    /// When the phase began.
    pub since: Timestamp,
    /// When the run began.
    pub created_at: Timestamp,
    /// Where it goes once it holds the claim.
    pub goal: Goal,
    /// Why the attempt that is under way is being cut short; its own report is still waited for.
    pub cut: Option<AttemptEnd>,
    /// Until when the first remaining step is not tried again after it could not be done.
    pub asleep_until: Option<Timestamp>,
    /// The proof of the claim, while it is held.
    pub token: Option<Token>,
    /// The commit from which the workspace started; `None` until there is a workspace.
    pub base: Option<Oid>,
    /// Whether there may be a workspace to remove: one was asked for, and none was removed since.
    pub workspace: bool,
    /// Whether the next workspace must start afresh from the target's tip.
    pub fresh: bool,
    /// The work as last saved.
    pub snapshot: Option<Snapshot>,
    /// How the last attempt ended.
    pub last_end: Option<AttemptEnd>,
    /// The agent's own session, to be resumed.
    pub agent_session: Option<String>,
    /// The candidate that was last built.
    pub candidate: Option<Candidate>,
    /// The evidence that was last gathered.
    pub evidence: Option<(EvidenceId, EvidenceSummary)>,
    /// What the next attempt is told: the failure, the answer, the conflict.
    pub feedback: Option<String>,
    /// Who accepted the work, once a person has; a new attempt takes it back.
    pub accepted_by: Option<Actor>,
    /// Order of arrival in the lane; `None` outside it.
    pub lane_ticket: Option<u64>,
    /// The hold that it waits on, or last waited on.
    pub hold: Option<HoldId>,
    /// Counters.
    pub counters: Counters,
    /// What the agent used so far.
    pub usage: Usage,
    /// How long agents worked, in milliseconds.
    pub working_ms: u64,
    /// Why the workspace was kept when the run ended; `None` when it was removed or is in use.
    pub kept: Option<String>,
}

/// The whole state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// What it may do.
    pub rules: Rules,
    /// Where it stands.
    pub status: Status,
    /// Why it is being stopped; `None` when it is not.
    pub stopping: Option<String>,
    /// The tip of its branch.
    pub tip: Oid,
    /// The tasks it knows.
    pub tasks: BTreeMap<TaskRef, TaskFacts>,
    /// Its runs.
    pub runs: BTreeMap<RunId, Run>,
    /// Its holds, answered ones too.
    pub holds: BTreeMap<HoldId, Hold>,
    /// The last control that was looked at.
    pub last_control: ControlId,
    /// Tasks dispatched so far: what `max_tasks` counts.
    pub dispatched: u64,
    /// Runs in a row that were held for failures.
    pub failed_runs: u32,
    /// The next place in the lane.
    pub next_ticket: u64,
    /// The last journal row that was applied.
    pub seq: u64,
}

impl Session {
    /// A session that has done nothing yet.
    pub fn new(id: SessionId, rules: Rules, tip: Oid) -> Self {
        Self {
            id,
            rules,
            status: Status::Active,
            stopping: None,
            tip,
            tasks: BTreeMap::new(),
            runs: BTreeMap::new(),
            holds: BTreeMap::new(),
            last_control: ControlId(0),
            dispatched: 0,
            failed_runs: 0,
            next_ticket: 0,
            seq: 0,
        }
    }

    /// The runs that are not over.
    pub fn open_runs(&self) -> impl Iterator<Item = &Run> {
        self.runs.values().filter(|r| !matches!(r.phase, Phase::Ended(_)))
    }

    /// The run that is not over for `task`, if there is one.
    pub fn run_of(&self, task: &TaskRef) -> Option<&Run> {
        self.open_runs().find(|r| &r.task == task)
    }

    /// The holds that wait for an answer.
    pub fn open_holds(&self) -> impl Iterator<Item = &Hold> {
        self.holds.values().filter(|h| h.ruling.is_none())
    }

    /// How many slots are in use.
    pub fn busy(&self) -> usize {
        self.runs.values().filter(|r| r.uses_slot()).count()
    }

    /// Whether anything is under way or will be when the clock moves on: not held, not over.
    pub fn is_moving(&self) -> bool {
        self.runs.values().any(|r| match r.phase {
            Phase::Held(_) => !r.pending.is_empty(),
            Phase::Ended(_) => false,
            Phase::Queued
            | Phase::Preparing
            | Phase::Working(_)
            | Phase::Collecting
            | Phase::Gating(_)
            | Phase::Deciding(_)
            | Phase::Landing(_)
            | Phase::Waiting { .. }
            | Phase::Stopping(_) => true,
        })
    }

    /// Whether the driver has nothing more to do: the session is over or paused, and nothing moves.
    pub fn is_at_rest(&self) -> bool {
        match self.status {
            Status::Active => false,
            Status::Failed { .. } => true,
            // A queued or waiting run cannot move unless the session is active.
            Status::Completed { .. } | Status::Paused { .. } => !self
                .runs
                .values()
                .any(|r| r.uses_slot() || (matches!(r.phase, Phase::Held(_)) && !r.pending.is_empty())),
        }
    }
}

impl Run {
    /// Whether it counts against `jobs`.
    pub fn uses_slot(&self) -> bool {
        match self.phase {
            Phase::Preparing
            | Phase::Working(_)
            | Phase::Collecting
            | Phase::Gating(_)
            | Phase::Deciding(_)
            | Phase::Landing(_)
            | Phase::Stopping(_) => true,
            Phase::Queued | Phase::Waiting { .. } | Phase::Held(_) | Phase::Ended(_) => false,
        }
    }

    /// Whether an agent's processes may be alive: it works, or has not been stopped yet.
    pub fn agent_may_live(&self) -> bool {
        matches!(self.phase, Phase::Working(_)) || self.pending.contains(&Verb::Stop)
    }
}
