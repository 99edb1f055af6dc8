//! Ending an attempt from here: who asks for it, why, how long the agent may take, and how the attempt ends by it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use conductor_engine::attempt::{AttemptEnd, FailureClass};
use conductor_engine::detect::{Verdict, VerdictKind};

use super::judge::Appeal;
use super::result_file::bounded;

/// How long an agent may take to end its turn after it was asked to by its protocol.
const CANCEL_PATIENCE_MS: u64 = 5_000;

/// The same after it was told to by Conductor's own tool.
const APPEAL_PATIENCE_MS: u64 = 30_000;

/// Asks an attempt to end, from any thread.
#[derive(Debug, Clone, Default)]
pub(super) struct StopFlag(Arc<AtomicBool>);

impl StopFlag {
    pub(super) fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Why an attempt is being ended from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cut {
    /// Somebody asked for it.
    Stopped,
    /// It goes nowhere: it fell silent, or repeats itself. It is told, if it may be, instead of being ended.
    Stuck {
        /// What was found.
        verdict: Verdict,
        /// Whether it is told.
        nudge: bool,
    },
    /// It used more than it was granted.
    OverBudget,
    /// Its provider lets nothing through.
    Limited(Option<jiff::Timestamp>),
    /// Its provider fails and fails.
    Failing(String),
    /// Its provider does not know it.
    SignedOut(String),
    /// It asked by its protocol.
    Asked(String),
    /// It waits for a person, and was told to end its turn.
    Appealed(Appeal),
}

impl Cut {
    /// How the attempt ends by it.
    pub(super) fn into_end(self) -> AttemptEnd {
        match self {
            Self::Stopped => AttemptEnd::Cancelled,
            Self::Stuck { verdict, .. } if verdict.kind == VerdictKind::Stall => AttemptEnd::Stalled,
            Self::Stuck { .. } => AttemptEnd::Looped,
            Self::OverBudget => AttemptEnd::OverBudget,
            Self::Limited(until) => AttemptEnd::RateLimited { until },
            Self::Failing(message) => AttemptEnd::Failed { class: FailureClass::Transient, message },
            Self::SignedOut(message) => AttemptEnd::Failed { class: FailureClass::Setup, message },
            Self::Asked(question) => AttemptEnd::Asked { question: bounded(&question) },
            Self::Appealed(appeal) => appeal.into(),
        }
    }

    /// How long the agent may take to end its turn by itself. One that was told to by Conductor's own tool has to ask
    /// its model once more.
    pub(super) fn patience_ms(&self, hurry: bool) -> u64 {
        match self {
            Self::Appealed(_) if !hurry => APPEAL_PATIENCE_MS,
            Self::Appealed(_)
            | Self::Asked(_)
            | Self::Stopped
            | Self::Stuck { .. }
            | Self::OverBudget
            | Self::Limited(_)
            | Self::Failing(_)
            | Self::SignedOut(_) => CANCEL_PATIENCE_MS,
        }
    }
}
