//! One attempt, whoever makes it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use conductor_engine::agent_event::AgentEvent;
use conductor_engine::attempt::{AttemptEnd, AttemptReport, Usage};
use conductor_engine::ids::RunId;
use conductor_engine::ledger::Budget;
use serde::{Deserialize, Serialize};

use super::conversation::Conversation;
use super::cut::StopFlag;
use super::desk::{Call, Reply};
use super::profile::{Profile, ProfileKind};
use super::replay::{self, Stage};
use crate::process::{EnvMap, Keeper};
use crate::secrets::{Masker, credential_values};

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

/// What an agent's session of before is gone on with.
#[derive(Debug, Clone, PartialEq)]
pub struct Resume {
    /// The agent's own name for it.
    pub session: String,
    /// What it had used in all, where the agent counts by session.
    pub totals: Usage,
    /// What it is told: only what is new.
    pub prompt: String,
}

/// Who helps an agent while it works.
pub trait Aide: fmt::Debug + Send + Sync {
    /// The answer to a question, where it is sure; with what it is taken from. `asked` are the questions that were
    /// answered in this attempt already: none of them is settled by being answered once more.
    fn answer(&self, question: &str, asked: &[String]) -> Option<String>;

    /// Keeps a note of the agent's at its task.
    fn note(&self, text: &str);

    /// The reply to a call that only looks at the agent's task and those around it; `None` for every other.
    fn look(&self, call: &Call) -> Option<Reply>;
}

/// What an attempt is made for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Purpose {
    /// Its work in the workspace counts.
    #[default]
    Work,
    /// What it says counts, and nothing that it does. An agent that was not allowed something and answers all the same
    /// has answered.
    Answer {
        /// Places that it can change nothing in, where the machine gives a namespace for that.
        untouched: Vec<PathBuf>,
    },
}

impl Purpose {
    /// The places that it can change nothing in.
    pub(super) fn untouched(&self) -> &[PathBuf] {
        match self {
            Self::Work => &[],
            Self::Answer { untouched } => untouched,
        }
    }
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
    /// The whole prompt, for an agent that knows nothing yet. With an empty one an agent that speaks the protocol begins
    /// a session, and is asked nothing.
    pub prompt: String,
    /// The agent's own session that it may go on with.
    pub resume: Option<Resume>,
    /// The run's copy of the repository, where the agent works.
    pub workspace: PathBuf,
    /// A directory outside the workspace for this attempt alone; made when it is not there. It gets
    /// `task.json`, `prompt.md`, `result.json`, `transcript.jsonl`, `wire.jsonl`, `session.json` and `desk/`.
    pub dir: PathBuf,
    /// A directory for temporary files, outside of every checkout: what is made there must not be taken for a
    /// part of the user's project. Made for the attempt and removed after it.
    pub tmp: PathBuf,
    /// Git does not look for a repository in this directory or above it.
    pub ceiling: PathBuf,
    /// The working time; when it is used up the attempt ends as timed out.
    pub timeout: Duration,
    /// Who helps it; without one it has no tools of Conductor's.
    pub aide: Option<Arc<dyn Aide>>,
    /// What it is made for.
    pub purpose: Purpose,
    /// How far it may go.
    pub limits: AttemptLimits,
}

/// How far an attempt may go beside its working time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AttemptLimits {
    /// What it must not use more of: money and tokens are looked at while it works, as far as the agent tells.
    pub most: Budget,
    /// Whether it is told once that it goes nowhere, before it is ended for that.
    pub nudge: bool,
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
    /// It was over at once: the agent could not be started, or it is a recording without lines.
    Over(Box<AttemptReport>),
    Program(Box<Conversation>),
}

impl AgentRunner {
    /// Starts one attempt. It never fails by itself: an agent that cannot be started is an attempt that ended
    /// as failed, class [`conductor_engine::attempt::FailureClass::Setup`].
    pub fn start(&self, profile: &Profile, mut request: AttemptRequest) -> RunningAttempt {
        request.hide(&self.masker());
        let started = match &profile.kind {
            ProfileKind::Program(program) => Conversation::start(self, profile, program, request),
            ProfileKind::Replay(replay) => match replay::stage(self, profile, replay, request) {
                Stage::Over(report) => return RunningAttempt(State::Over(Box::new(report))),
                Stage::Program(profile, program, request) => {
                    Conversation::start(self, &profile, &program, *request)
                }
            },
        };
        RunningAttempt(match started {
            Ok(conversation) => State::Program(Box::new(conversation)),
            Err(error) => State::Over(Box::new(error.into_report())),
        })
    }
}

impl AgentRunner {
    /// Hides credentials of the user's environment, of which an agent may have some, wherever they appear.
    pub(super) fn masker(&self) -> Masker {
        Masker::new(credential_values(&self.user_env))
    }
}

impl AttemptRequest {
    /// What an agent is told holds no secret: it goes to a provider and into files.
    fn hide(&mut self, masker: &Masker) {
        masker.mask_in(&mut self.prompt);
        if let Some(resume) = &mut self.resume {
            masker.mask_in(&mut resume.prompt);
        }
        let task = &mut self.task;
        let optional = [&mut task.feedback, &mut task.previous_summary];
        let texts = [&mut task.title, &mut task.description].into_iter().chain(&mut task.acceptance);
        texts.chain(optional.into_iter().flatten()).for_each(|text| masker.mask_in(text));
    }
}

impl RunningAttempt {
    /// A handle that ends the attempt from another thread.
    pub fn stopper(&self) -> AttemptStopper {
        match &self.0 {
            State::Over(_) => AttemptStopper(None),
            State::Program(conversation) => AttemptStopper(Some(conversation.stopper())),
        }
    }

    /// Waits until the agent is over and nothing that it started is alive.
    pub fn wait(self) -> AttemptReport {
        match self.0 {
            State::Over(report) => *report,
            State::Program(conversation) => conversation.run(),
        }
    }
}

/// Ends an attempt from another thread.
#[derive(Debug, Clone)]
pub struct AttemptStopper(Option<StopFlag>);

impl AttemptStopper {
    /// Asks the agent to end, and kills it and all that it started when it does not. The attempt ends as
    /// cancelled. Once it is over this does nothing.
    pub fn stop(&self) {
        if let Some(flag) = &self.0 {
            flag.raise();
        }
    }
}

/// What a transcript begins with.
pub(super) fn started(profile: &Profile, request: &AttemptRequest) -> AgentEvent {
    AgentEvent::Started {
        agent: profile.label.to_string(),
        replay: profile.label.replay,
        run: request.run.to_string(),
        attempt: request.attempt,
    }
}

/// What a transcript ends with.
pub(super) fn closing_events(report: &AttemptReport) -> Vec<AgentEvent> {
    let mut events = Vec::new();
    if report.usage != Usage::default() {
        events.push(AgentEvent::Usage { usage: report.usage.clone() });
    }
    let outcome = match &report.end {
        AttemptEnd::Finished { .. } => "finished".to_owned(),
        AttemptEnd::Failed { message, .. } => format!("failed: {message}"),
        AttemptEnd::TimedOut => "timed out".to_owned(),
        AttemptEnd::Stalled => "stalled".to_owned(),
        AttemptEnd::Looped => "looped".to_owned(),
        AttemptEnd::OverBudget => "over budget".to_owned(),
        AttemptEnd::Asked { question } => {
            events.push(AgentEvent::Question { text: question.clone(), options: Vec::new() });
            "asked".to_owned()
        }
        AttemptEnd::Blocked { reason } => format!("blocked: {reason}"),
        AttemptEnd::RateLimited { until: Some(until) } => format!("rate-limited until {until}"),
        AttemptEnd::RateLimited { until: None } => "rate-limited".to_owned(),
        AttemptEnd::Refused { reason } => format!("refused: {reason}"),
        AttemptEnd::Cancelled => "cancelled".to_owned(),
        AttemptEnd::Interrupted => "interrupted".to_owned(),
    };
    events.push(AgentEvent::End { outcome });
    events
}
