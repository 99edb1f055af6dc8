//! Where a test kills the driver: before, inside and after each effect.
//!
//! Only builds with debug assertions look for it, so that no release can be made to die by a variable.

use std::ffi::OsStr;

use conductor_engine::effect::Verb;
use rustix::process::{Signal, getpid, kill_process};

use crate::process::EnvMap;

/// Names the place, as `<verb>/<before|inside|after>`.
const VARIABLE: &str = "CONDUCTOR_DIE_AT";

/// When, in the course of an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing of it is done.
    Before,
    /// A part of it is done.
    Inside,
    /// It is done, and nobody was told.
    After,
}

/// The place at which this driver dies, if one was named.
#[derive(Debug, Default)]
pub(super) struct Failpoint(Option<String>);

impl Failpoint {
    pub(super) fn of(env: &EnvMap) -> Self {
        let named = env.get(OsStr::new(VARIABLE)).filter(|_| cfg!(debug_assertions));
        Self(named.map(|place| place.to_string_lossy().into_owned()))
    }

    /// Dies here, as by the hand of somebody else, if this is the place.
    pub(super) fn reach(&self, verb: Verb, place: Place) {
        let word = match place {
            Place::Before => "before",
            Place::Inside => "inside",
            Place::After => "after",
        };
        if self.0.as_deref().is_some_and(|named| named == format!("{verb}/{word}")) {
            let _dead = kill_process(getpid(), Signal::KILL);
        }
    }
}
