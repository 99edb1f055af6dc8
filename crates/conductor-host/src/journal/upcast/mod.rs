//! What older programs wrote, as this one would have written it.
//!
//! Everything of the journal that is read back has a version: each kind of event its own, the setup that a session
//! froze, and the state in a checkpoint. A version is one more than the number of the steps here that lead up to it, so
//! that there is no version without the way to it. A step is a pure function on JSON, and never changes once a program
//! with it was released: it must do the same to the same row for ever.
//!
//! To change the form of an event: add a step to its kind in [`EVENTS`] (`step::defaulted` where serde fills in the new
//! field, else a function in a file of the kind's name here), and a line of the new version to
//! `tests/fixtures/journal/forms/events.jsonl`. A new kind needs the line only. The setup and the state likewise.

mod step;

use conductor_engine::event::{Event, EventTag};
use conductor_engine::session::Session;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as KindError;
use serde_json::Value;
use thiserror::Error;

use crate::session::Setup;
use step::{Misshapen, Step, defaulted};

/// How the kinds of events changed. One that is not here is as it always was, in version 1. A kind that is no longer
/// written stays here: its last step makes it another kind.
const EVENTS: Kinds = Kinds(&[
    // What the attempt was granted; before there were limits, nothing was set aside.
    ("attempt-begun", &[defaulted]),
    // What detectors found; nothing was looked for.
    ("attempt-ended", &[defaulted]),
    // The run on whose candidate it stands; there was one candidate at a time.
    ("candidate-built", &[defaulted]),
    // The merge with the marks of both sides; agents started afresh.
    ("conflicted", &[defaulted]),
    // Whether the gates that failed were run again by themselves.
    ("gates-failed", &[defaulted]),
    // The run whose test stood for this one's; whether the gates that failed were run again by themselves.
    ("gates-passed", &[defaulted, defaulted]),
    // Whether the gates that failed were run again by themselves.
    ("gates-red", &[defaulted]),
    ("gates-retried", &[defaulted]),
    // More kinds of holds.
    ("hold-opened", &[defaulted]),
    // What the agent is told when it goes on, and waiting for a slot.
    ("waited", &[defaulted]),
]);

/// How a session's frozen setup changed.
///
/// 3: how long a hold waits; before, all waited for ever.
/// 4: what a person is asked before anything is dispatched, the ladder, and how long a session may take; of gates, what
/// else is read from them, which may run beside each other, and how often one is run again.
const SETUP: &[Step] = &[defaulted, defaulted, defaulted];

/// How the state in a checkpoint changed.
///
/// 3: how long a hold waits, among the rules.
/// 4: what a person is asked first, the ladder and the session's time, among the rules; what attempts came to; how often
/// work was sent back by the policy, all that ever counted against a run, and what was decided about its work last.
const STATE: &[Step] = &[defaulted, defaulted, defaulted];

const _: () =
    assert!(Setup::VERSION as usize == SETUP.len() + 1, "the setup's version has no step that leads to it");

/// The version of the state that a checkpoint of this program's holds.
pub(super) const STATE_VERSION: i64 = current(STATE);

/// Why a stored document is not one of this program's.
#[derive(Debug, Error)]
pub enum UpcastError {
    /// It has a later version.
    #[error("it has version {found}, and this program knows versions up to {known}: use the newer program")]
    Newer {
        /// Its version.
        found: i64,
        /// The last version that is known.
        known: i64,
    },
    /// Its kind has no meaning here.
    #[error("its kind is `{0}`, which this program does not know: use the newer program")]
    UnknownKind(String),
    /// It has no version that was ever written.
    #[error("its version is {0}, and versions begin with 1")]
    NoVersion(i64),
    /// It does not have the form of its version.
    #[error("it does not have the form of version {version}: {source}")]
    Misshapen {
        /// The version that it says it has.
        version: i64,
        /// What is wrong.
        source: Misshapen,
    },
    /// It is no JSON, or not that of such a document.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// The kinds of events that ever changed, with the steps of each.
struct Kinds(&'static [(&'static str, &'static [Step])]);

impl Kinds {
    fn steps(&self, kind: &str) -> &'static [Step] {
        self.0.iter().find(|(name, _)| *name == kind).map_or(&[], |(_, steps)| steps)
    }

    fn read(&self, kind: &str, version: i64, body: &str) -> Result<Event, UpcastError> {
        let steps = self.steps(kind);
        if steps.is_empty() && !is_known(kind) {
            return Err(UpcastError::UnknownKind(kind.to_owned()));
        }
        read(version, body, steps)
    }
}

const fn current(steps: &[Step]) -> i64 {
    steps.len() as i64 + 1
}

fn is_known(kind: &str) -> bool {
    let kind: Result<EventTag, KindError> = EventTag::deserialize(kind.into_deserializer());
    kind.is_ok()
}

/// The version in which events of a kind are written.
pub(super) fn event_version(kind: &str) -> i64 {
    current(EVENTS.steps(kind))
}

/// An event of any version.
pub(super) fn event(kind: &str, version: i64, body: &str) -> Result<Event, UpcastError> {
    EVENTS.read(kind, version, body)
}

/// A state of any version.
pub(super) fn state(version: i64, body: &str) -> Result<Session, UpcastError> {
    let mut session: Session = read(version, body, STATE)?;
    session.reindex();
    Ok(session)
}

/// A setup of any version, which is in it.
pub(super) fn setup(body: &str) -> Result<Setup, UpcastError> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let Versioned { version } = serde_json::from_str(body)?;
    let setup: Setup = read(i64::from(version), body, SETUP)?;
    Ok(Setup { version: Setup::VERSION, ..setup })
}

/// What is in the current version is read at once; only what is older goes through a tree of values.
fn read<T: serde::de::DeserializeOwned>(version: i64, body: &str, steps: &[Step]) -> Result<T, UpcastError> {
    let known = current(steps);
    if version == known {
        return Ok(serde_json::from_str(body)?);
    }
    if version > known {
        return Err(UpcastError::Newer { found: version, known });
    }
    let first = usize::try_from(version - 1).map_err(|_| UpcastError::NoVersion(version))?;
    let mut value: Value = serde_json::from_str(body)?;
    for (step, from) in steps.iter().skip(first).zip(version..) {
        step(&mut value).map_err(|source| UpcastError::Misshapen { version: from, source })?;
    }
    Ok(serde_json::from_value(value)?)
}

#[cfg(test)]
mod forms;
#[cfg(test)]
mod tests {
    use conductor_engine::ids::{RunId, SessionId};
    use serde_json::json;

    use super::step::fields;
    use super::*;

    fn renamed(body: &mut Value) -> Result<(), Misshapen> {
        let fields = fields(body)?;
        let number = fields.remove("count").ok_or(Misshapen::Lacks("count"))?;
        fields.insert("files".to_owned(), number);
        Ok(())
    }

    fn became_resumed(body: &mut Value) -> Result<(), Misshapen> {
        *body = json!("session-resumed");
        Ok(())
    }

    const CHANGED: Kinds = Kinds(&[("collected", &[renamed, defaulted]), ("unpaused", &[became_resumed])]);

    fn collected() -> Event {
        Event::Collected { run: RunId { session: SessionId(1), number: 2 }, files: 3 }
    }

    #[test]
    fn each_version_becomes_the_current_one() {
        let old = r#"{"collected":{"run":"1.2","count":3}}"#;
        let new = r#"{"collected":{"run":"1.2","files":3}}"#;
        for (version, body) in [(1, old), (2, new), (3, new)] {
            assert_eq!(CHANGED.read("collected", version, body).unwrap(), collected(), "version {version}");
        }
        assert_eq!(CHANGED.read("unpaused", 1, r#"{"unpaused":{}}"#).unwrap(), Event::SessionResumed);
    }

    #[test]
    fn what_a_newer_program_wrote_is_refused() {
        let body = r#"{"collected":{"run":"1.2","files":3}}"#;
        let refused = CHANGED.read("collected", 4, body).unwrap_err();
        assert!(matches!(refused, UpcastError::Newer { found: 4, known: 3 }), "{refused}");
        let refused = CHANGED.read("dreamt", 1, "{}").unwrap_err();
        assert!(matches!(&refused, UpcastError::UnknownKind(kind) if kind == "dreamt"), "{refused}");
        assert!(matches!(CHANGED.read("collected", 0, body), Err(UpcastError::NoVersion(0))));
    }

    #[test]
    fn what_is_not_of_its_version_says_what_it_lacks() {
        let error = CHANGED.read("collected", 1, r#"{"collected":{"run":"1.2"}}"#).unwrap_err();
        assert_eq!(error.to_string(), "it does not have the form of version 1: it has no field `count`");
        let error = CHANGED.read("collected", 1, "7").unwrap_err();
        assert_eq!(error.to_string(), "it does not have the form of version 1: it is no event");
    }

    #[test]
    fn an_event_without_fields_can_get_some() {
        let mut body = json!("session-resumed");
        fields(&mut body).unwrap().insert("by".to_owned(), json!("ann"));
        assert_eq!(body, json!({ "session-resumed": { "by": "ann" } }));
    }
}
