//! Why there is no answer, and what to do about it.

use std::time::Duration;

use thiserror::Error;

/// The longest pause that a provider may ask for and get; what is longer is left to the user.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// Why a model gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ModelError {
    /// The key is not accepted.
    #[error("{place} does not accept the key (401): {message}; check {key}")]
    Unauthorized {
        /// Who was asked.
        place: String,
        /// The provider's words.
        message: String,
        /// Where the key comes from.
        key: String,
    },
    /// The key may not do that.
    #[error(
        "{place} does not let this key use {model} (403): {message}; give it the right, or choose another model"
    )]
    Forbidden {
        /// Who was asked.
        place: String,
        /// The model.
        model: String,
        /// The provider's words.
        message: String,
    },
    /// There is no such model, or no such address.
    #[error(
        "{place} does not know the model {model} (404): {message}; check --model and planning.llm.base_url"
    )]
    NotFound {
        /// Who was asked.
        place: String,
        /// The model.
        model: String,
        /// The provider's words.
        message: String,
    },
    /// The question is too long.
    #[error("the question is too long for {place} (413): {message}; lower planning.llm.context")]
    TooLong {
        /// Who was asked.
        place: String,
        /// The provider's words.
        message: String,
    },
    /// The request is refused as it is.
    #[error(
        "{place} refuses the request ({status}): {message}; check planning.llm (model, max_tokens, temperature, context)"
    )]
    Rejected {
        /// Who was asked.
        place: String,
        /// The status.
        status: u16,
        /// The provider's words.
        message: String,
    },
    /// The account has nothing left.
    #[error(
        "the account at {place} has no credit left: {message}; add some, then run the same command again"
    )]
    NoCredit {
        /// Who was asked.
        place: String,
        /// The provider's words.
        message: String,
    },
    /// Too many requests.
    #[error(
        "{place} lets nothing through for now (429): {message}; try again later{}, or lower planning.llm.parallel",
        after.map(|after| format!(" (in {})", length(after))).unwrap_or_default()
    )]
    Limited {
        /// Who was asked.
        place: String,
        /// The provider's words.
        message: String,
        /// How long it wants to be left alone.
        after: Option<Duration>,
    },
    /// The provider has a problem of its own.
    #[error("{place} has a problem ({status}): {message}; try again later, or use another model")]
    Unwell {
        /// Who was asked.
        place: String,
        /// The status.
        status: u16,
        /// The provider's words.
        message: String,
        /// How long it wants to be left alone.
        after: Option<Duration>,
    },
    /// Nothing came for too long.
    #[error(
        "{place} was silent for {seconds} s; try again, raise planning.llm.timeout, or use a faster model"
    )]
    Silent {
        /// Who was asked.
        place: String,
        /// For how long.
        seconds: u64,
    },
    /// The answer ended in the middle.
    #[error("the answer of {place} broke off: {message}; try again")]
    BrokeOff {
        /// Who was asked.
        place: String,
        /// What was seen of it.
        message: String,
    },
    /// There was no connection.
    #[error("{place} could not be reached: {message}; check the network and planning.llm.base_url")]
    Unreachable {
        /// Who was asked.
        place: String,
        /// What happened.
        message: String,
    },
    /// What came back is no answer of this API.
    #[error("{place} does not speak the {api} API: {message}; check planning.llm.provider and base_url")]
    NotUnderstood {
        /// Who was asked.
        place: String,
        /// The API that it should speak.
        api: &'static str,
        /// What was seen of it.
        message: String,
    },
    /// The model read only a part of the question.
    #[error(
        "{model} read only {read} of about {sent} tokens, since its context is too short; raise it \
         (OLLAMA_CONTEXT_LENGTH), or lower planning.llm.context"
    )]
    ShortSighted {
        /// The model.
        model: String,
        /// Tokens that it read.
        read: u64,
        /// Tokens that were sent, by estimate.
        sent: u64,
    },
    /// An agent did not come to an answer.
    #[error(
        "the agent {agent} gave no answer: {message}; `conductor agents try {agent}` shows whether it works"
    )]
    Agent {
        /// Its name.
        agent: String,
        /// How its attempt ended.
        message: String,
        /// Whether that may pass by itself.
        passing: bool,
    },
    /// An agent changed what it was only to look at, so that its answer may speak of its own changes.
    #[error(
        "the agent {agent} changed the copy of the project that it was only to read ({files}), so that its answer may \
         speak of its own changes and is not used; nothing held it back, so look whether it changed files of yours too \
         (`git status`), have it change nothing by its own settings, or use another agent"
    )]
    Meddled {
        /// Its name.
        agent: String,
        /// What it changed.
        files: String,
    },
    /// The work was called off.
    #[error("it was called off")]
    Stopped,
}

/// A length of time for people.
fn length(time: Duration) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    match time.as_secs() {
        seconds @ 0..300 => format!("{seconds} s"),
        seconds @ 300..7_200 => format!("{} min", seconds.div_ceil(MINUTE)),
        seconds => format!("{} h", seconds.div_ceil(HOUR)),
    }
}

impl ModelError {
    /// How often one question is asked at the most, if it goes wrong in this way. Each time that an agent is asked costs as
    /// much as a long conversation.
    pub(super) fn tries(&self) -> u32 {
        match self {
            Self::Agent { .. } | Self::Meddled { .. } => 3,
            Self::Unauthorized { .. }
            | Self::Forbidden { .. }
            | Self::NotFound { .. }
            | Self::TooLong { .. }
            | Self::Rejected { .. }
            | Self::NoCredit { .. }
            | Self::Limited { .. }
            | Self::Unwell { .. }
            | Self::Silent { .. }
            | Self::BrokeOff { .. }
            | Self::Unreachable { .. }
            | Self::NotUnderstood { .. }
            | Self::ShortSighted { .. }
            | Self::Stopped => 6,
        }
    }

    /// How long the provider wants to be left alone before the same question is asked again; `None` where asking again
    /// would not help.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::Limited { after, .. } | Self::Unwell { after, .. } => {
                let after = after.unwrap_or_default();
                (after <= LONGEST_WAIT).then_some(after)
            }
            Self::Agent { passing, .. } => passing.then_some(Duration::ZERO),
            Self::Silent { .. } | Self::BrokeOff { .. } | Self::Unreachable { .. } | Self::Meddled { .. } => {
                Some(Duration::ZERO)
            }
            Self::Unauthorized { .. }
            | Self::Forbidden { .. }
            | Self::NotFound { .. }
            | Self::TooLong { .. }
            | Self::Rejected { .. }
            | Self::NoCredit { .. }
            | Self::NotUnderstood { .. }
            | Self::ShortSighted { .. }
            | Self::Stopped => None,
        }
    }
}
