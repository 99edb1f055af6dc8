//! An attempt of a program.

use conductor_engine::attempt::AttemptReport;

use super::attempt::{AgentRunner, AttemptRequest};
use super::profile::{CommandProfile, Profile};
use crate::process::Stopper;

#[derive(Debug)]
pub(super) struct RunningCommand;

pub(super) struct StartError;
impl StartError {
    pub(super) fn into_report(self) -> AttemptReport {
        unimplemented!()
    }
}

impl RunningCommand {
    pub(super) fn stopper(&self) -> Stopper {
        unimplemented!()
    }

    pub(super) fn wait(self) -> AttemptReport {
        unimplemented!()
    }
}

pub(super) fn start(
    _runner: &AgentRunner,
    _profile: &Profile,
    _command: &CommandProfile,
    _request: AttemptRequest,
) -> Result<RunningCommand, StartError> {
    Err(StartError)
}
