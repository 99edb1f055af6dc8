//! Agents: who they are, whether they are there, and one attempt of one of them.

mod acp;
pub(crate) mod argv;
mod attempt;
mod catalogue;
mod check;
mod clerk;
mod command_line;
mod contract;
mod conversation;
mod cut;
pub mod desk;
mod detect;
mod dir_file;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod headless;
mod judge;
mod launch;
mod limits;
mod pipes;
mod plain;
mod price;
mod process;
mod profile;
mod quiet;
#[cfg(test)]
mod recorded;
pub mod replay;
mod result_file;
mod session_file;
mod speaker;
mod speakers;
mod surroundings;
mod watch;
mod weight;
mod wire;

pub use argv::{RunTemplate, Slot, TemplateError};
pub use attempt::{
    AgentRunner, Aide, AttemptLimits, AttemptRequest, AttemptStopper, Purpose, Resume, RunningAttempt,
    TaskSheet,
};
pub use catalogue::Known;
pub use check::{Checked, Offered};
pub use detect::{Detected, detect, detect_all, find_program, has_program, is_there};
pub use price::priced;
pub use profile::{
    AgentLabel, ChooseError, Profile, ProfileError, ProfileKind, ProgramProfile, Protocol, Unsupported,
    answerers, choose, choose_reviewer, profiles, unsupported_options,
};
pub use replay::{REPLAY, Replay};
pub use surroundings::agent_environment;

pub(crate) use dir_file::read as read_left;
pub(crate) use session_file::{session_id, totals_of};
pub use wire::{Way, WireLine};
