//! One attempt, whoever makes it.

use std::path::PathBuf;
use std::time::Duration;

use conductor_engine::attempt::AttemptReport;
use conductor_engine::ids::RunId;
use serde::{Deserialize, Serialize};

use super::command::RunningCommand;
use super::profile::{Profile, ProfileKind};
use super::{command, replay};
use crate::process::{EnvMap, Keeper};

/// What an agent is told of its task: also the content of the task file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskSheet {
    /// The id that people use, for example `TASK-001`.
    pub id: String,
    /// The key that its plan or import gave it, if any; a recording may be kept by it.
    pub key: Option<String>,
    /// The title.
    pub title: String,
    /// The description; may be empty.
    pub description: String,
    /// What must be true when it is done.
    pub acceptance: Vec<String>,
    /// Files that it is expected to touch.
    pub files: Vec<String>,
    /// Why the attempt before was not accepted, or a person's words.
    pub feedback: Option<String>,
    /// What the agent said at the end of the attempt before.
    pub previous_summary: Option<String>,
}

/// Everything that one attempt needs.
#[derive(Debug, Clone)]
pub struct AttemptRequest {
    /// The run.
    pub run: RunId,
    /// Which attempt of the run, from 1.
    pub attempt: u32,
    /// The task.
    pub task: TaskSheet,
    /// The prompt, as [`crate::prompt::build`] made it.
    pub prompt: String,
    /// The run's copy of the repository, where the agent works.
    pub workspace: PathBuf,
    /// A directory outside the workspace for this attempt alone; made when it is not there. It gets
    /// `task.json`, `prompt.md`, `result.json`, `transcript.jsonl`, `stdout.log` and `stderr.log`.
    pub dir: PathBuf,
    /// A directory for temporary files, outside of every checkout: what is made there must not be taken for a
    /// part of the user's project. Made for the attempt and removed after it.
    pub tmp: PathBuf,
    /// Git does not look for a repository in this directory or above it.
    pub ceiling: PathBuf,
    /// The working time; when it is used up the attempt ends as timed out.
    pub timeout: Duration,
}

/// What all attempts of one program have in common.
#[derive(Debug, Clone)]
pub struct AgentRunner {
    /// How kept children are started.
    pub keeper: Keeper,
    /// The user's environment, of which an agent gets only what it may have.
    pub user_env: EnvMap,
}

/// An attempt that goes on. Dropping it kills everything that the agent started.
#[derive(Debug)]
pub struct RunningAttempt(State);

#[derive(Debug)]
enum State {
    /// It was over at once: the agent could not be started, or it is a replay.
    Over(Box<AttemptReport>),
    Command(Box<RunningCommand>),
}

impl AgentRunner {
    /// Starts one attempt. It never fails by itself: an agent that cannot be started is an attempt that ended
    /// as failed, class [`conductor_engine::attempt::FailureClass::Setup`].
    pub fn start(&self, profile: &Profile, request: AttemptRequest) -> RunningAttempt {
        let state = match &profile.kind {
            ProfileKind::Command(command) => match command::start(self, profile, command, request) {
                Ok(running) => State::Command(Box::new(running)),
                Err(error) => State::Over(Box::new(error.into_report())),
            },
            ProfileKind::Replay { recording } => {
                State::Over(Box::new(replay::attempt(profile, recording, &request)))
            }
        };
        RunningAttempt(state)
    }
}

impl RunningAttempt {
    /// A handle that ends the attempt from another thread.
    pub fn stopper(&self) -> AttemptStopper {
        match &self.0 {
            State::Over(_) => AttemptStopper(None),
            State::Command(running) => AttemptStopper(Some(running.stopper())),
        }
    }

    /// Waits until the agent is over and nothing that it started is alive.
    pub fn wait(self) -> AttemptReport {
        match self.0 {
            State::Over(report) => *report,
            State::Command(running) => running.wait(),
        }
    }
}

/// Ends an attempt from another thread.
#[derive(Debug, Clone)]
pub struct AttemptStopper(Option<crate::process::Stopper>);

impl AttemptStopper {
    /// Asks the agent to end, and kills it and all that it started when it does not. The attempt ends as
    /// cancelled. Once it is over this does nothing.
    pub fn stop(&self) {
        if let Some(stopper) = &self.0 {
            stopper.stop();
        }
    }
}
