//! What a session did, for somebody who was not there: a pure function of its journal, so that the same rows give the
//! same report on every machine, and a session in virtual time is told like a real one.

mod figures;
mod html;
mod markdown;
mod quality;
mod story;
mod timeline;
mod words;

use conductor_engine::event::Recorded;
use conductor_engine::ids::SessionId;
use conductor_engine::session::{Session, SessionOutcome, Status};
use jiff::Timestamp;
use serde::Serialize;

pub use figures::{Figures, Spent, percent};
pub use html::html;
pub use markdown::markdown;
pub use quality::{Quality, quality};
pub use story::{Decision, Matter, OpenHold, Outcome, Try, Work};
pub use timeline::timeline;
pub use words::{dollars, span};

use crate::forecast::Timeline;

/// What is known of a session.
#[derive(Debug, Clone, Copy)]
pub struct Told<'t> {
    /// Its state.
    pub session: &'t Session,
    /// Its rows, oldest first. Those that a checkpoint stands for are missing: then only what the state has is told.
    pub rows: &'t [Recorded],
    /// When it began.
    pub began: Timestamp,
    /// When it ended; `None` while it has not.
    pub ended: Option<Timestamp>,
    /// Until when time is counted in a session that has not ended.
    pub now: Timestamp,
    /// How coverage, lints and tests went; see [`quality`].
    pub quality: &'t [Quality],
}

/// A session, as it is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Which.
    pub session: SessionId,
    /// Where it stands, in a word.
    pub status: &'static str,
    /// Why it stands there, where there is something to say.
    pub why: Option<String>,
    /// The agent's name.
    pub agent: String,
    /// When it began.
    pub began: Timestamp,
    /// When it ended; `None` while it has not.
    pub ended: Option<Timestamp>,
    /// From its beginning to its end, or to now, in seconds.
    pub seconds: u64,
    /// Its figures.
    pub figures: Figures,
    /// What waits for a person.
    pub waiting: Vec<OpenHold>,
    /// Each task that was worked on, in the order in which they were taken up.
    pub work: Vec<Work>,
    /// What was decided about the session as a whole.
    pub decisions: Vec<Decision>,
    /// How coverage, lints and tests went with each task that landed.
    pub quality: Vec<Quality>,
    /// Whether older rows are gone, so that single tries and decisions are not known any more.
    pub compacted: bool,
    /// What took time, for a picture.
    #[serde(skip)]
    pub timeline: Timeline,
}

impl Report {
    /// Tells a session.
    pub fn of(told: Told<'_>) -> Self {
        let Told { session, rows, began, ended, now, quality } = told;
        let (work, decisions) = story::stories(session, rows);
        let until = ended.unwrap_or(now);
        let (status, why) = standing(&session.status);
        Self {
            session: session.id,
            status,
            why,
            agent: session.rules.agent.clone(),
            began,
            ended,
            seconds: words::seconds(began, until),
            figures: Figures::of(session, rows),
            waiting: story::waiting(session, until),
            compacted: rows.first().map_or(session.seq > 0, |row| row.seq > 1),
            timeline: timeline(session, rows, began, until),
            work,
            decisions,
            quality: quality.to_vec(),
        }
    }
}

/// Where a session stands, and why.
fn standing(status: &Status) -> (&'static str, Option<String>) {
    match status {
        Status::Active => ("active", None),
        Status::Paused { why } => ("paused", Some(why.clone())),
        Status::Failed { why } => ("failed", Some(why.clone())),
        Status::Completed { outcome } => ("completed", Some(outcome_words(*outcome).to_owned())),
    }
}

fn outcome_words(outcome: SessionOutcome) -> &'static str {
    match outcome {
        SessionOutcome::AllDone => "all is done",
        SessionOutcome::HoldsLeft => "only what waits for you is left",
        SessionOutcome::Stopped => "it was stopped",
        SessionOutcome::Limit => "it reached its limit",
    }
}

#[cfg(test)]
mod tests;
