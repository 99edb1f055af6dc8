//! Why there is no plan, and what to do next.

use conductor_plan::decompose::Flaw;
use thiserror::Error;

use crate::config::Micros;
use crate::journal::JournalError;
use crate::llm::ModelError;

/// Why a run gave no plan.
#[derive(Debug, Error)]
pub enum PlannerError {
    /// Somebody did not answer.
    #[error("asking {who} about {about:?} failed: {source}")]
    Model {
        /// Who was asked.
        who: String,
        /// What it was about.
        about: String,
        /// Why.
        source: Box<ModelError>,
    },
    /// The model will not answer.
    #[error(
        "{who} refuses to answer about {about:?}: {reason}; see what in the document may be the reason, or use another \
         model"
    )]
    Refused {
        /// Who was asked.
        who: String,
        /// What it was about.
        about: String,
        /// In its words.
        reason: String,
    },
    /// No answer could be used.
    #[error(
        "{rounds} answers of {who} about {about:?} cannot be used: {}; {}",
        flaws.iter().take(3).map(ToString::to_string).collect::<Vec<_>>().join("; "),
        next(flaws)
    )]
    Unusable {
        /// Who was asked.
        who: String,
        /// What it was about.
        about: String,
        /// How many answers there were.
        rounds: usize,
        /// What is wrong with the last one.
        flaws: Vec<Flaw>,
    },
    /// An answer is not kept, and nobody may be asked.
    #[error(
        "the answer about {about:?} is not kept, and --replay asks nobody: run the same command without --replay, with \
         the documents and options as they were"
    )]
    NotKept {
        /// What it was about.
        about: String,
    },
    /// The money is used up.
    #[error(
        "the next question may cost {next}, and {spent} of {limit} are used or set aside: raise planning.max_cost or \
         --max-cost and run the same command again; answers so far are kept"
    )]
    OverCost {
        /// What the question may cost.
        next: Micros,
        /// What is used or set aside.
        spent: Micros,
        /// The limit.
        limit: Micros,
    },
    /// There is a limit, and no price to hold it by.
    #[error(
        "planning.max_cost cannot be held, since the price of {who} is not known: set planning.llm.price ({{ input: …, \
         output: … }}, US dollars for a million tokens), or leave the limit out; nothing was sent"
    )]
    NoPrice {
        /// Who would be asked.
        who: String,
    },
    /// What was used cannot be compared with the limit.
    #[error(
        "planning.max_cost cannot be held, since {who} does not tell what it costs: set its price          (orchestration.agents.NAME.price), or leave the limit out; answers so far are kept"
    )]
    CostUntold {
        /// Who was asked.
        who: String,
    },
    /// The run was called off.
    #[error("stopped after {done} of {known} answers, which are kept: the same command goes on from there")]
    Stopped {
        /// Questions that are settled.
        done: usize,
        /// Questions that were known of.
        known: usize,
    },
    /// An answer could not be kept.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A thread could not be started, or died.
    #[error("a question got lost: {0}; run the same command again, answers so far are kept")]
    Lost(String),
}

fn next(flaws: &[Flaw]) -> &'static str {
    if flaws.contains(&Flaw::CutOff) {
        "raise planning.llm.max_tokens, or lower planning.llm.context; the same command asks again"
    } else {
        "use another model, or run the same command again"
    }
}
