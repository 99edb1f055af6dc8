//! What a driver heard at the desk.

use jiff::Timestamp;
use thiserror::Error;

use super::call::{Call, CallFault};
use super::ids::CallId;

/// One thing that was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// When the driver heard it.
    pub at: Timestamp,
    /// What it was.
    pub said: Said,
}

/// A call, or something that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A call of the agent's. It has been answered.
    Call {
        /// Which one.
        id: CallId,
        /// What it says.
        call: Call,
    },
    /// Something for the transcript. It harms nobody.
    Finding(Finding),
}

/// What is odd about the desk.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Finding {
    /// A line is not a call, or a call that its tool does not allow.
    #[error("a call could not be heard: {0}")]
    Fault(#[from] CallFault),
    /// A call came with the token of another attempt.
    #[error("a call was refused: it does not have the token of this attempt")]
    WrongToken,
    /// The agent called more often than an attempt may.
    #[error("the agent has called {most} times; what it calls from now on is refused")]
    TooManyCalls {
        /// The most calls.
        most: usize,
    },
    /// There were so many findings that no more are told.
    #[error("there is more that is odd about the calls of this attempt; it is not told")]
    AndMore,
    /// The file became shorter: somebody wrote over it.
    #[error("the file of calls was cut off; it is read again from its beginning")]
    CutOff,
    /// The file of calls is gone or cannot be read.
    #[error("the file of calls cannot be read: {kind}")]
    Unreadable {
        /// What the system says.
        kind: std::io::ErrorKind,
    },
    /// A reply could not be written.
    #[error("a reply could not be written: {kind}")]
    NoReply {
        /// What the system says.
        kind: std::io::ErrorKind,
    },
}
