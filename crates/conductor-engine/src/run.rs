//! One task being worked in one session: the phases of its life, and what is known of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::attempt::{AttemptEnd, Usage};
use crate::control::{Actor, Ruling};
use crate::detect::{History, Verdict};
use crate::effect::Verb;
use crate::evidence::EvidenceSummary;
use crate::ids::{Epoch, EvidenceId, HoldId, Oid, RunId, TaskRef, Token, TreeId};
use crate::judgement::Judgement;
use crate::ledger::Grant;
use crate::rules::Step;

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
    /// A free slot: it came back from the lane while others were at work.
    Slot,
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
    /// What was checked was changed by the check, or the check by the work.
    Tamper,
    /// A person lets every run start.
    Interactive,
    /// A limit leaves nothing for another attempt.
    Budget,
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
    /// Times in a row that the policy sent its work back to an agent.
    #[serde(default)]
    pub sent_back: u32,
    /// Everything that ever counted against it; never reset.
    #[serde(default)]
    pub faults: u32,
    /// Host deaths under it.
    pub interruptions: u32,
    /// Rate limits since the last attempt that was let through.
    pub rate_limits: u32,
    /// Attempts in a row that failed by their surroundings.
    #[serde(default)]
    pub transients: u32,
    /// Times in a row that its work conflicted with what others did.
    #[serde(default)]
    pub conflicts: u32,
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
    /// What was decided about its work last, and how.
    #[serde(default)]
    pub judgement: Option<Judgement>,
    /// What the next attempt is told: the failure, the answer, the conflict.
    pub feedback: Option<String>,
    /// Who accepted the work, once a person has; a new attempt takes it back.
    pub accepted_by: Option<Actor>,
    /// Order of arrival in the lane; `None` outside it.
    pub lane_ticket: Option<u64>,
    /// The run on whose candidate this one's is built, while that has not landed; `None` for the tip.
    #[serde(default)]
    pub on: Option<RunId>,
    /// The later run whose test stands for this one's too: both land together or not at all.
    #[serde(default)]
    pub covered_by: Option<RunId>,
    /// That the tests of its candidate failed, while it is not known whether it is this run that fails them.
    #[serde(default)]
    pub red: Option<(EvidenceId, EvidenceSummary)>,
    /// Whether the tests of its candidate failed once and run again.
    #[serde(default)]
    pub tested_again: bool,
    /// The signature of the failure for which it was blamed last: met again, it is no accident.
    #[serde(default)]
    pub blamed_for: Option<String>,
    /// Whether its work conflicted with a candidate that it was to stand on: it is merged with the tip only.
    #[serde(default)]
    pub patient: bool,
    /// The merge with the conflict marks of both sides, to be what the next workspace holds.
    #[serde(default)]
    pub marked: Option<TreeId>,
    /// The files in which marks may be left.
    #[serde(default)]
    pub marked_paths: Vec<String>,
    /// The hold that it waits on, or last waited on.
    pub hold: Option<HoldId>,
    /// Counters.
    pub counters: Counters,
    /// What the agent used so far.
    pub usage: Usage,
    /// What the attempt that is under way was granted.
    #[serde(default)]
    pub grant: Grant,
    /// How many steps of the ladder it took since a person's last word.
    #[serde(default)]
    pub stuck: u32,
    /// The step that it took last, while that bears on the attempt that goes on.
    #[serde(default)]
    pub step: Option<Step>,
    /// What was last found of its going nowhere.
    #[serde(default)]
    pub verdict: Option<Verdict>,
    /// What its attempts came to.
    #[serde(default)]
    pub history: History,
    /// The agent that took over; `None` for the session's.
    #[serde(default)]
    pub agent: Option<String>,
    /// Whether a person let it start, where that is asked.
    #[serde(default)]
    pub let_start: bool,
    /// Whether a person let it go on beyond a limit, for one attempt.
    #[serde(default)]
    pub let_on: bool,
    /// How long agents worked, in milliseconds.
    pub working_ms: u64,
    /// Why the workspace was kept when the run ended; `None` when it was removed or is in use.
    pub kept: Option<String>,
}

impl Run {
    /// Whether an agent's processes may be alive: it works, or has not been stopped yet.
    pub fn agent_may_live(&self) -> bool {
        matches!(self.phase, Phase::Working(_)) || self.pending.contains(&Verb::Stop)
    }

    /// Whether an agent works on it, or is about to.
    pub fn has_agent(&self) -> bool {
        match self.phase {
            Phase::Preparing => self.goal == Goal::Attempt,
            Phase::Working(_) => true,
            Phase::Queued
            | Phase::Collecting
            | Phase::Gating(_)
            | Phase::Deciding(_)
            | Phase::Landing(_)
            | Phase::Waiting { .. }
            | Phase::Held(_)
            | Phase::Stopping(_)
            | Phase::Ended(_) => false,
        }
    }

    /// Whether it has a candidate in the lane.
    pub fn has_candidate(&self) -> bool {
        matches!(self.phase, Phase::Gating(_) | Phase::Deciding(_) | Phase::Landing(_))
    }

    /// Whether its candidate's tests passed.
    pub fn has_passed(&self) -> bool {
        matches!(self.phase, Phase::Deciding(_) | Phase::Landing(_))
    }

    /// Whether its work is to be merged next.
    pub fn wants_candidate(&self) -> bool {
        self.phase == Phase::Collecting && self.pending.first() == Some(&Verb::Candidate)
    }
}
