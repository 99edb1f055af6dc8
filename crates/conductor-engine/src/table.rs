//! Which event may happen in which phase, and where it leads: the whole life of a run on one page.

use serde::Serialize;

use crate::event::EventTag;
use crate::session::Phase;

/// The phase of a run without its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each tag is documented at the phase of the same name")]
pub enum PhaseTag {
    /// There is no run yet.
    None,
    Queued,
    Preparing,
    Working,
    Collecting,
    Gating,
    Deciding,
    Landing,
    Waiting,
    Held,
    Stopping,
    Ended,
}

impl Phase {
    /// Its tag.
    pub fn tag(&self) -> PhaseTag {
        match self {
            Self::Queued => PhaseTag::Queued,
            Self::Preparing => PhaseTag::Preparing,
            Self::Working(_) => PhaseTag::Working,
            Self::Collecting => PhaseTag::Collecting,
            Self::Gating(_) => PhaseTag::Gating,
            Self::Deciding(_) => PhaseTag::Deciding,
            Self::Landing(_) => PhaseTag::Landing,
            Self::Waiting { .. } => PhaseTag::Waiting,
            Self::Held(_) => PhaseTag::Held,
            Self::Stopping(_) => PhaseTag::Stopping,
            Self::Ended(_) => PhaseTag::Ended,
        }
    }
}

/// Every transition of a run that there is: in this phase, this event leads to that phase.
pub const TABLE: &[(PhaseTag, EventTag, PhaseTag)] = {
    use EventTag as E;
    use PhaseTag as P;
    &[
        (P::None, E::Queued, P::Queued),
        (P::Queued, E::Dispatched, P::Preparing),
        (P::Queued, E::HoldOpened, P::Held),
        (P::Queued, E::Ending, P::Stopping),
        (P::Preparing, E::Claimed, P::Preparing),
        (P::Preparing, E::Prepared, P::Preparing),
        (P::Preparing, E::AttemptBegun, P::Working),
        (P::Preparing, E::Returned, P::Collecting),
        (P::Preparing, E::Waited, P::Waiting),
        (P::Preparing, E::Disturbed, P::Preparing),
        (P::Preparing, E::Woken, P::Preparing),
        (P::Preparing, E::HoldOpened, P::Held),
        (P::Preparing, E::Ending, P::Stopping),
        (P::Working, E::AttemptStarted, P::Working),
        (P::Working, E::AttemptCut, P::Working),
        (P::Working, E::AttemptEnded, P::Collecting),
        (P::Working, E::Disturbed, P::Working),
        (P::Working, E::Woken, P::Working),
        (P::Working, E::HoldOpened, P::Held),
        (P::Collecting, E::Stopped, P::Collecting),
        (P::Collecting, E::Snapshotted, P::Collecting),
        (P::Collecting, E::Collected, P::Collecting),
        (P::Collecting, E::Faulted, P::Collecting),
        (P::Collecting, E::Stuck, P::Collecting),
        (P::Collecting, E::CandidateBuilt, P::Gating),
        (P::Collecting, E::Conflicted, P::Preparing),
        (P::Collecting, E::Deferred, P::Collecting),
        (P::Collecting, E::Displaced, P::Collecting),
        (P::Collecting, E::AttemptBegun, P::Working),
        (P::Collecting, E::Waited, P::Waiting),
        (P::Collecting, E::Disturbed, P::Collecting),
        (P::Collecting, E::Woken, P::Collecting),
        (P::Collecting, E::HoldOpened, P::Held),
        (P::Collecting, E::Ending, P::Stopping),
        (P::Gating, E::GatesBegun, P::Gating),
        (P::Gating, E::GatesRetried, P::Gating),
        (P::Gating, E::GatesRed, P::Gating),
        (P::Gating, E::GatesPassed, P::Deciding),
        (P::Gating, E::GatesFailed, P::Gating),
        (P::Gating, E::Stuck, P::Gating),
        (P::Gating, E::Displaced, P::Collecting),
        (P::Gating, E::AttemptBegun, P::Working),
        (P::Gating, E::Waited, P::Waiting),
        (P::Gating, E::Disturbed, P::Gating),
        (P::Gating, E::Woken, P::Gating),
        (P::Gating, E::HoldOpened, P::Held),
        (P::Gating, E::Ending, P::Stopping),
        (P::Deciding, E::Judged, P::Deciding),
        (P::Deciding, E::Accepted, P::Landing),
        (P::Deciding, E::AttemptBegun, P::Working),
        (P::Deciding, E::Waited, P::Waiting),
        (P::Deciding, E::Displaced, P::Collecting),
        (P::Deciding, E::Uncovered, P::Gating),
        (P::Deciding, E::Disturbed, P::Deciding),
        (P::Deciding, E::Woken, P::Deciding),
        (P::Deciding, E::HoldOpened, P::Held),
        (P::Deciding, E::Ending, P::Stopping),
        (P::Landing, E::Landed, P::Stopping),
        (P::Landing, E::Moved, P::Collecting),
        (P::Landing, E::Displaced, P::Collecting),
        (P::Landing, E::Uncovered, P::Gating),
        (P::Landing, E::Disturbed, P::Landing),
        (P::Landing, E::Woken, P::Landing),
        (P::Landing, E::HoldOpened, P::Held),
        (P::Waiting, E::AttemptBegun, P::Working),
        (P::Waiting, E::HoldOpened, P::Held),
        (P::Waiting, E::Ending, P::Stopping),
        (P::Held, E::Snapshotted, P::Held),
        (P::Held, E::StepDone, P::Held),
        (P::Held, E::Disturbed, P::Held),
        (P::Held, E::Woken, P::Held),
        (P::Held, E::HoldExpired, P::Stopping),
        (P::Held, E::Requeued, P::Queued),
        (P::Held, E::Ending, P::Stopping),
        (P::Stopping, E::Stopped, P::Stopping),
        (P::Stopping, E::Snapshotted, P::Stopping),
        (P::Stopping, E::StepDone, P::Stopping),
        (P::Stopping, E::Disturbed, P::Stopping),
        (P::Stopping, E::Woken, P::Stopping),
        (P::Stopping, E::Ended, P::Ended),
    ]
};

/// Whether `event` may happen in `phase` at all.
pub fn allowed(phase: PhaseTag, event: EventTag) -> bool {
    TABLE.iter().any(|(from, e, _)| *from == phase && *e == event)
}

/// Whether the whole transition is in the table.
pub fn leads(from: PhaseTag, event: EventTag, to: PhaseTag) -> bool {
    TABLE.contains(&(from, event, to))
}
