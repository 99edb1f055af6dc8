//! Agents: who they are, whether they are there, and one attempt of one of them.

pub(crate) mod argv;
mod attempt;
mod command;
mod detect;
mod follow;
mod output;
mod price;
mod profile;
pub mod replay;
mod result_file;
mod surroundings;

pub use argv::{RunTemplate, Slot, TemplateError};
pub use attempt::{AgentRunner, AttemptRequest, AttemptStopper, RunningAttempt, TaskSheet};
pub use detect::{Detected, detect, find_program, is_there};
pub use profile::{
    AgentLabel, ChooseError, CommandProfile, Profile, ProfileError, ProfileKind, Unsupported, choose,
    profiles, unsupported_options,
};
pub use surroundings::agent_environment;

pub(crate) use price::priced;
