//! The state of an orchestration. It is only ever changed by [`apply`](crate::apply).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{ControlId, HoldId, Oid, RunId, SessionId, TaskRef};
use crate::index::Index;
use crate::lane;
use crate::ledger::Amounts;

pub use crate::rules::{LaneRules, Rules, Step};
pub use crate::run::{
    Attempt, Candidate, Counters, Ending, Goal, Hold, HoldKind, Phase, Run, Snapshot, WaitKind,
};

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
    /// What all attempts that have ended used.
    #[serde(default)]
    pub spent: Amounts,
    /// What is set aside for attempts that are under way.
    #[serde(default)]
    pub reserved: Amounts,
    /// What the attempts at each task used.
    #[serde(default)]
    pub spent_on: BTreeMap<TaskRef, Amounts>,
    /// Since when its time is counted: its first row, or the last time that a person resumed it.
    #[serde(default)]
    pub began: Option<Timestamp>,
    /// The share of its money or tokens, in percent, up to which a person has let it go on.
    #[serde(default)]
    pub asked_share: u32,
    /// The last journal row that was applied.
    pub seq: u64,
    /// What is looked up often, derived from all the rest: see [`Session::reindex`].
    #[serde(skip)]
    pub(crate) index: Index,
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
            spent: Amounts::default(),
            reserved: Amounts::default(),
            spent_on: BTreeMap::new(),
            began: None,
            asked_share: 0,
            seq: 0,
            index: Index::default(),
        }
    }

    /// Derives anew what is looked up often. To be called on a state that was read from a text, which does not
    /// hold it.
    pub fn reindex(&mut self) {
        self.index = Index::of(self);
    }

    /// The runs that are not over.
    pub fn open_runs(&self) -> impl Iterator<Item = &Run> {
        self.index.open().filter_map(|id| self.runs.get(&id))
    }

    /// The run that is not over for `task`, if there is one.
    pub fn run_of(&self, task: &TaskRef) -> Option<&Run> {
        self.runs.get(&self.index.run_of(task)?)
    }

    /// The holds that wait for an answer.
    pub fn open_holds(&self) -> impl Iterator<Item = &Hold> {
        let held = self.open_runs().filter_map(|run| match run.phase {
            Phase::Held(hold) => Some(hold),
            Phase::Queued
            | Phase::Preparing
            | Phase::Working(_)
            | Phase::Collecting
            | Phase::Gating(_)
            | Phase::Deciding(_)
            | Phase::Landing(_)
            | Phase::Waiting { .. }
            | Phase::Stopping(_)
            | Phase::Ended(_) => None,
        });
        let mut open: Vec<&Hold> = held.filter_map(|id| self.holds.get(&id)).collect();
        open.sort_unstable_by_key(|hold| hold.id);
        open.into_iter()
    }

    /// How many slots are in use. A run that waits in the lane uses none.
    pub fn busy(&self) -> usize {
        let lane = lane::View::of(self);
        self.open_runs().filter(|run| lane.uses_slot(run)).count()
    }

    /// How many agents work, or are about to.
    pub fn agents_at_work(&self) -> usize {
        self.open_runs().filter(|run| run.has_agent()).count()
    }

    /// Whether anything is under way or will be when the clock moves on: not held, not over.
    pub fn is_moving(&self) -> bool {
        self.open_runs().any(|r| !matches!(r.phase, Phase::Held(_)) || !r.pending.is_empty())
    }

    /// Whether the driver has nothing more to do: the session is over or paused, and nothing moves.
    pub fn is_at_rest(&self) -> bool {
        match self.status {
            Status::Active => false,
            Status::Failed { .. } => true,
            // A queued or waiting run cannot move unless the session is active.
            Status::Completed { .. } | Status::Paused { .. } => !self.open_runs().any(|r| match r.phase {
                Phase::Queued | Phase::Waiting { .. } | Phase::Ended(_) => false,
                Phase::Held(_) => !r.pending.is_empty(),
                Phase::Preparing
                | Phase::Working(_)
                | Phase::Collecting
                | Phase::Gating(_)
                | Phase::Deciding(_)
                | Phase::Landing(_)
                | Phase::Stopping(_) => true,
            }),
        }
    }
}
