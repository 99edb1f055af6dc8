//! What happened. The journal is made of these; they are the only thing that changes the state.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::attempt::{AttemptEnd, AttemptReport};
use crate::control::{Actor, Control, Reply};
use crate::detect::Verdict;
use crate::effect::Verb;
use crate::evidence::EvidenceSummary;
use crate::ids::{ControlId, EvidenceId, HoldId, Oid, RunId, TaskRef, Token, TreeId};
use crate::judgement::Judgement;
use crate::ledger::Grant;
use crate::session::{Candidate, Ending, Goal, HoldKind, SessionOutcome, Step, TaskFacts, WaitKind};

/// A task as it is now, or that it is no longer there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskChange {
    /// It is there, and this is what is known of it.
    Is(TaskFacts),
    /// It was deleted.
    Deleted(TaskRef),
}

/// Something that happened, with everything needed to apply it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// Tasks were added, changed or deleted in the task store.
    TasksChanged {
        /// Which.
        changes: Vec<TaskChange>,
    },
    /// A control was looked at.
    ControlSeen {
        /// Which.
        id: ControlId,
        /// Who asked.
        actor: Actor,
        /// What for.
        control: Control,
        /// What became of it.
        reply: Reply,
    },
    /// The session is to end.
    StopAsked {
        /// Why.
        why: String,
    },
    /// Nothing more is dispatched.
    SessionPaused {
        /// Why.
        why: String,
    },
    /// Dispatching goes on.
    SessionResumed,
    /// The session is given up as it is.
    SessionFailed {
        /// Why.
        why: String,
    },
    /// Nothing is left to run.
    SessionCompleted {
        /// How it ended.
        outcome: SessionOutcome,
    },
    /// A task got a run.
    Queued {
        /// The new run.
        run: RunId,
        /// Its task.
        task: TaskRef,
    },
    /// A run got a slot.
    Dispatched {
        /// The run.
        run: RunId,
    },
    /// The claim is held.
    Claimed {
        /// The run.
        run: RunId,
        /// The proof.
        token: Token,
    },
    /// The workspace is there.
    Prepared {
        /// The run.
        run: RunId,
        /// Where it started.
        base: Oid,
    },
    /// An agent is to work.
    AttemptBegun {
        /// The run.
        run: RunId,
        /// Counted from 1.
        number: u32,
        /// What it is told of what went before.
        feedback: Option<String>,
        /// What it may use.
        #[serde(default)]
        grant: Grant,
    },
    /// The agent's process was seen.
    AttemptStarted {
        /// The run.
        run: RunId,
    },
    /// The attempt is to end; its report is waited for, since only that tells what it used.
    AttemptCut {
        /// The run.
        run: RunId,
        /// How it will have ended.
        end: AttemptEnd,
    },
    /// The agent is over.
    AttemptEnded {
        /// The run.
        run: RunId,
        /// How, and what it used.
        report: AttemptReport,
        /// Whether its processes have to be stopped first, because nothing proves them dead.
        stop: bool,
    },
    /// No process of the run is alive.
    Stopped {
        /// The run.
        run: RunId,
    },
    /// The work is saved.
    Snapshotted {
        /// The run.
        run: RunId,
        /// Counted in the run.
        number: u32,
        /// The commit that keeps it.
        commit: Oid,
        /// Its tree.
        tree: TreeId,
    },
    /// The agent claims to be done, and something changed.
    Collected {
        /// The run.
        run: RunId,
        /// How many files.
        files: u64,
    },
    /// The work is merged with the tip, or with the candidate that is expected to be the tip.
    CandidateBuilt {
        /// The run.
        run: RunId,
        /// The result.
        candidate: Candidate,
        /// The run on whose candidate it stands; `None` for the tip.
        #[serde(default)]
        on: Option<RunId>,
    },
    /// The work and the tip disagree; an agent is to bring both sides together, from the tip.
    Conflicted {
        /// The run.
        run: RunId,
        /// The tip.
        tip: Oid,
        /// Where.
        paths: Vec<String>,
        /// The merge with the marks of both sides in those files; `None` where there is none.
        #[serde(default)]
        marked: Option<TreeId>,
    },
    /// The work and a candidate that is not landed yet disagree: it waits until that one has landed, or is gone.
    Deferred {
        /// The run.
        run: RunId,
        /// The run on whose candidate it was to stand.
        on: RunId,
        /// Where.
        paths: Vec<String>,
    },
    /// What the candidate stands on is not there any more: it is built anew.
    Displaced {
        /// The run.
        run: RunId,
    },
    /// The candidate's tests begin.
    GatesBegun {
        /// The run.
        run: RunId,
    },
    /// Some gate failed, for the first time on this candidate: all run once more, since a test may fail by
    /// accident.
    GatesRetried {
        /// The run.
        run: RunId,
        /// The proof of the failure.
        evidence: EvidenceId,
        /// What it says.
        summary: EvidenceSummary,
    },
    /// Some gate failed, and candidates below this one are not known to be good: who is to blame is looked for.
    GatesRed {
        /// The run.
        run: RunId,
        /// The proof.
        evidence: EvidenceId,
        /// What it says.
        summary: EvidenceSummary,
    },
    /// The test that stood for this run's candidate is void: it needs one of its own.
    Uncovered {
        /// The run.
        run: RunId,
    },
    /// Every gate passed.
    GatesPassed {
        /// The run.
        run: RunId,
        /// The proof.
        evidence: EvidenceId,
        /// What it says.
        summary: EvidenceSummary,
        /// The later run whose candidate was tested, and with which this one lands; `None` for its own.
        #[serde(default)]
        by: Option<RunId>,
    },
    /// Some gate failed, and it is this run's work that fails it.
    GatesFailed {
        /// The run.
        run: RunId,
        /// The proof.
        evidence: EvidenceId,
        /// What it says.
        summary: EvidenceSummary,
    },
    /// Something that counts against the run.
    Faulted {
        /// The run.
        run: RunId,
        /// What.
        why: String,
    },
    /// It goes nowhere, and a step of the ladder is taken.
    Stuck {
        /// The run.
        run: RunId,
        /// What was found, and why.
        verdict: Verdict,
        /// The step.
        step: Step,
        /// The agent that takes over, where the step is another agent.
        agent: Option<String>,
    },
    /// An effect could not be done.
    Disturbed {
        /// The run.
        run: RunId,
        /// Which effect.
        verb: Verb,
        /// What happened.
        message: String,
        /// When it is tried again.
        until: Timestamp,
    },
    /// The policy has spoken. What follows from it is the next event.
    Judged {
        /// The run.
        run: RunId,
        /// What was decided, and how.
        judgement: Judgement,
    },
    /// The work may land.
    Accepted {
        /// The run.
        run: RunId,
        /// The person; `None` for the policy.
        by: Option<Actor>,
    },
    /// The work is on the session's branch.
    Landed {
        /// The run.
        run: RunId,
        /// The commit.
        commit: Oid,
        /// The tip of the branch.
        tip: Oid,
    },
    /// The target is elsewhere; a new candidate is needed.
    Moved {
        /// The run.
        run: RunId,
        /// The tip.
        tip: Oid,
    },
    /// The run waits for the clock.
    Waited {
        /// The run.
        run: RunId,
        /// Until when.
        until: Timestamp,
        /// What for.
        why: WaitKind,
        /// What the agent is told when it goes on; `None` for what it was to be told before.
        #[serde(default)]
        feedback: Option<String>,
    },
    /// The step that could not be done is tried again.
    Woken {
        /// The run.
        run: RunId,
    },
    /// The run waits for a person.
    HoldOpened {
        /// The run.
        run: RunId,
        /// The new hold.
        hold: HoldId,
        /// Why.
        kind: HoldKind,
        /// What is asked.
        question: String,
        /// What is needed to answer.
        detail: String,
    },
    /// A person answered; the run goes to the queue.
    Requeued {
        /// The run.
        run: RunId,
        /// The hold that was answered.
        hold: HoldId,
        /// Where it goes next.
        goal: Goal,
        /// What the agent is told, if an agent goes on.
        words: Option<String>,
        /// The person who accepted the work, if one did.
        accepted_by: Option<Actor>,
    },
    /// Nobody answered in time: the clock closed the hold, and the run wraps up as rejected.
    HoldExpired {
        /// The run.
        run: RunId,
        /// The hold that nobody answered.
        hold: HoldId,
        /// How long it waited, for people.
        why: String,
    },
    /// The run holds the claim again, and goes to the lane with the work that is saved.
    Returned {
        /// The run.
        run: RunId,
    },
    /// The run wraps up.
    Ending {
        /// The run.
        run: RunId,
        /// How it ends.
        ending: Ending,
    },
    /// A step of wrapping up, or of holding, is done.
    StepDone {
        /// The run.
        run: RunId,
        /// Which.
        verb: Verb,
        /// What a person should know of it: why a workspace was kept, who took the task.
        note: Option<String>,
    },
    /// The run is over.
    Ended {
        /// The run.
        run: RunId,
    },
}

/// An event with its place in the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// The row, counted from 1 in the session without gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: Event,
}

macro_rules! tags {
    ($($session:ident),+ ; $($run:ident),+) => {
        /// The kind of an event, for tables and rows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[expect(missing_docs, reason = "each tag is documented at the event of the same name")]
        pub enum EventTag { $($session,)+ $($run),+ }

        impl EventTag {
            /// Every tag.
            pub const ALL: &'static [Self] = &[$(Self::$session,)+ $(Self::$run),+];
        }

        impl Event {
            /// Its kind.
            pub fn tag(&self) -> EventTag {
                match self {
                    $(Self::$session { .. } => EventTag::$session,)+
                    $(Self::$run { .. } => EventTag::$run),+
                }
            }

            /// The run that it is about; `None` for the session's own events.
            pub fn run(&self) -> Option<RunId> {
                match self {
                    $(Self::$session { .. } => None,)+
                    $(Self::$run { run, .. } => Some(*run)),+
                }
            }
        }
    };
}

tags!(
    TasksChanged, ControlSeen, StopAsked, SessionPaused, SessionResumed, SessionFailed, SessionCompleted ;
    Queued, Dispatched, Claimed, Prepared, AttemptBegun, AttemptStarted, AttemptCut, AttemptEnded, Stopped, Snapshotted,
    Collected, CandidateBuilt, Conflicted, Deferred, Displaced, GatesBegun, GatesRetried, GatesRed, GatesPassed,
    GatesFailed, Uncovered, Faulted, Stuck, Disturbed, Judged, Accepted, Landed, Moved,
    Waited, Woken, HoldOpened, HoldExpired, Requeued, Returned, Ending, StepDone, Ended
);
