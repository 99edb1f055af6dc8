//! What people ask of a session, as rows in a table: so that it is obeyed even when nobody listens yet.

use serde::{Deserialize, Serialize};

use crate::ids::HoldId;

/// Who asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor(pub String);

/// What a person decided about a hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ruling {
    /// The work is good: land it, if the gates pass on what is landed.
    Accept,
    /// Try again, with these words.
    Retry {
        /// What the agent is told.
        words: String,
    },
    /// Give it up.
    Reject {
        /// Why.
        why: String,
    },
}

/// What a person asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Control {
    /// End the session; work is kept, tasks go back.
    Stop {
        /// Why.
        why: String,
    },
    /// Give the session up as it is: for one that cannot be driven any more.
    Abandon {
        /// Why.
        why: String,
    },
    /// Dispatch nothing more for now.
    Pause,
    /// Dispatch again.
    Resume,
    /// Answer a hold.
    Answer {
        /// Which one.
        hold: HoldId,
        /// The answer.
        ruling: Ruling,
    },
}

/// What became of a control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// It was done.
    Obeyed,
    /// It did not fit the state any more.
    Refused {
        /// Why.
        why: String,
    },
}
