//! What one process of an agent's program is given: files, words, an environment, pipes.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use conductor_engine::attempt::{AttemptEnd, AttemptReport, FailureClass, Usage};
use conductor_engine::ledger::Budget;
use thiserror::Error;

use super::argv::{RunTemplate, Slot};
use super::attempt::{AgentRunner, AttemptRequest};
use super::catalogue::Known;
use super::desk::Offer;
use super::dir_file;
use super::pipes::{Pipes, Prepared};
use super::profile::{Profile, ProgramProfile, Protocol};
use super::surroundings::agent_environment;
use crate::process::{EnvMap, KeepError, KeeperSpec, KeptChild};
use crate::transcript::TranscriptError;

/// How long an agent may take to end after it was asked to by a signal. Known agents need up to half a second; one
/// that does not obey at all is not waited for longer than a person would.
const GRACE: Duration = Duration::from_secs(5);

/// The longest single argument that Linux takes is 128 KiB.
const LONGEST_ARGUMENT: usize = 120 * 1024;

/// The longest title that is put into the environment, in characters.
const LONGEST_TITLE: usize = 1000;

/// The longest line of a protocol, in bytes: as much as a tool's whole output in one line.
const LONGEST_MESSAGE: usize = 10 * 1024 * 1024;

/// The longest line of plain text that is kept whole, in bytes.
const LONGEST_TEXT: usize = 64 * 1024;

/// Why an agent's program did not even start.
#[derive(Debug, Error)]
pub(super) enum StartError {
    #[error("cannot write {} for the agent: {source}", path.display())]
    Files { path: PathBuf, source: io::Error },
    #[error("cannot make pipes for the agent in {}: {source}", path.display())]
    Pipes { path: PathBuf, source: io::Error },
    #[error(
        "the prompt has {bytes} bytes, but an argument may have {LONGEST_ARGUMENT}: use {{prompt_file}} instead \
         of {{prompt}} in the agent's command line"
    )]
    PromptTooLong { bytes: usize },
    #[error(transparent)]
    Transcript(#[from] TranscriptError),
    #[error("the agent could not be started: {0}")]
    Keep(#[from] KeepError),
}

impl StartError {
    /// The desk of an attempt cannot be opened.
    pub(super) fn desk(request: &AttemptRequest, source: io::Error) -> Self {
        Self::Files { path: request.dir.join("desk"), source }
    }

    /// Nothing ran, so nothing is left running; but for a keeper that died before it could say whether it had
    /// started the agent: that is no fault of the agent's setup, and something may be left.
    pub(super) fn into_report(self) -> AttemptReport {
        let lost = matches!(self, Self::Keep(KeepError::Lost { .. }));
        let class = if lost { FailureClass::Transient } else { FailureClass::Setup };
        AttemptReport {
            end: AttemptEnd::Failed { class, message: self.to_string() },
            usage: Usage::default(),
            agent_session: None,
            working_ms: 0,
            contained: !lost,
            verdicts: Vec::new(),
        }
    }
}

/// The files of one attempt.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) dir: PathBuf,
    pub(super) result: PathBuf,
    pub(super) tmp: PathBuf,
    pub(super) transcript: PathBuf,
    task: PathBuf,
}

impl Files {
    /// Makes the folders and writes down what the agent is told.
    pub(super) fn write(request: &AttemptRequest) -> Result<Self, StartError> {
        let at = |name: &str| request.dir.join(name);
        let files = Self {
            dir: request.dir.clone(),
            task: at("task.json"),
            result: at("result.json"),
            tmp: request.tmp.clone(),
            transcript: at("transcript.jsonl"),
        };
        for dir in [&request.dir, &files.tmp] {
            fs::create_dir_all(dir).map_err(failed(dir))?;
        }
        let task = serde_json::to_vec_pretty(&request.task).map_err(|e| failed(&files.task)(e.into()))?;
        dir_file::write(&files.task, &task).map_err(failed(&files.task))?;
        // A result that an interrupted try of the same attempt left must not be taken for this one's.
        dir_file::clear(&files.result).map_err(failed(&files.result))?;
        Ok(files)
    }

    /// Writes down the prompt of a turn, counted from 1, and returns where.
    pub(super) fn prompt(&self, turn: u32, text: &str) -> Result<PathBuf, StartError> {
        let name = if turn == 1 { "prompt.md".to_owned() } else { format!("prompt-{turn}.md") };
        let path = self.dir.join(name);
        dir_file::write(&path, text.as_bytes()).map_err(failed(&path))?;
        Ok(path)
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> StartError + use<> {
    let path = path.to_owned();
    move |source| StartError::Files { path, source }
}

/// What a process of the agent's program is started for.
pub(super) struct Launch<'l> {
    pub(super) runner: &'l AgentRunner,
    pub(super) profile: &'l Profile,
    pub(super) program: &'l ProgramProfile,
    pub(super) request: &'l AttemptRequest,
    pub(super) files: &'l Files,
    /// The agent's own session to go on with.
    pub(super) session: Option<&'l str>,
    pub(super) prompt: &'l str,
    pub(super) prompt_file: &'l Path,
    /// How its program is told of Conductor's own tools.
    pub(super) offer: &'l Offer,
    /// The working time that is left.
    pub(super) time: Duration,
}

impl Launch<'_> {
    /// Starts the program; returns when it runs.
    pub(super) fn start(&self) -> Result<(KeptChild, Pipes), StartError> {
        let template = self.template();
        let piped = self.piped();
        let template = piped.unwrap_or(template);
        if template.uses(Slot::Prompt) && self.prompt.len() > LONGEST_ARGUMENT {
            return Err(StartError::PromptTooLong { bytes: self.prompt.len() });
        }
        self.offer.write().map_err(failed(&self.files.dir))?;
        let speaks = self.program.protocol == Protocol::Acp;
        let pipes = |source| StartError::Pipes { path: self.files.tmp.clone(), source };
        let prepared = Prepared::new(&self.files.tmp, speaks).map_err(pipes)?;
        let mut argv = template.fill(&self.slots());
        argv.extend(self.offer.args.iter().map(OsString::from));
        argv.extend(self.own_limits());
        let spec = KeeperSpec {
            argv,
            env: self.environment(),
            dir: self.request.workspace.clone(),
            stdout: prepared.names().stdout.clone(),
            stderr: prepared.names().stderr.clone(),
            stdin: piped.map(|_| self.prompt_file.to_owned()).or_else(|| prepared.names().stdin.clone()),
            grace_ms: millis(GRACE),
            timeout_ms: Some(millis(self.time)),
            read_only: self.request.purpose.untouched().to_owned(),
        };
        let child = KeptChild::spawn(&self.runner.keeper, &spec)?;
        let longest = match self.program.protocol {
            Protocol::Acp | Protocol::Headless => LONGEST_MESSAGE,
            Protocol::Command => LONGEST_TEXT,
        };
        let pipes = prepared.started(longest).map_err(pipes)?;
        Ok((child, pipes))
    }

    /// A session of before is named on the command line of a program that is started for each turn.
    fn template(&self) -> &RunTemplate {
        let resume = self.session.and(self.program.resume.as_ref());
        resume.unwrap_or(&self.program.run)
    }

    /// The command line for a prompt that comes by standard input, where it is too long to come otherwise.
    fn piped(&self) -> Option<&RunTemplate> {
        let long = self.prompt.len() > LONGEST_ARGUMENT && self.session.is_none();
        self.program.piped.as_ref().filter(|_| long)
    }

    fn slots(&self) -> BTreeMap<Slot, OsString> {
        let program = self.program;
        let mut slots = BTreeMap::from([
            (Slot::TaskFile, self.files.task.clone().into_os_string()),
            (Slot::ResultFile, self.files.result.clone().into_os_string()),
            (Slot::PromptFile, self.prompt_file.as_os_str().to_owned()),
            (Slot::Workspace, self.request.workspace.clone().into_os_string()),
            (Slot::Prompt, without_nul(self.prompt).into()),
        ]);
        slots.extend(self.session.map(|id| (Slot::Session, without_nul(id).into())));
        slots.extend(program.model.as_ref().map(|m| (Slot::Model, m.into())));
        slots.extend(program.max_tokens.map(|n| (Slot::MaxTokens, n.to_string().into())));
        slots.extend(program.temperature.map(|t| (Slot::Temperature, t.to_string().into())));
        slots
    }

    /// How far it may go, for programs that ask: only what is limited.
    fn limits(&self) -> impl Iterator<Item = (OsString, OsString)> {
        let Budget { cost_micros, tokens, .. } = self.request.limits.most;
        let seconds = Some(self.time.as_secs().to_string());
        let all = [
            ("CONDUCTOR_MAX_COST_USD", cost_micros.map(dollars)),
            ("CONDUCTOR_MAX_TOKENS", tokens.map(|tokens| tokens.to_string())),
            ("CONDUCTOR_MAX_SECONDS", seconds),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name.into(), value?.into())))
    }

    /// The known program's own option for a limit of money, if it has one.
    fn own_limits(&self) -> Vec<OsString> {
        let Self { program, request, .. } = self;
        match (program.known, program.protocol, request.limits.most.cost_micros) {
            (Some(Known::Claude), Protocol::Headless, Some(micros)) => {
                vec!["--max-budget-usd".into(), dollars(micros).into()]
            }
            (Some(_) | None, _, _) => Vec::new(),
        }
    }

    fn environment(&self) -> EnvMap {
        let Self { request, files, .. } = self;
        let mut env = agent_environment(&self.runner.user_env, self.profile);
        let title: String = without_nul(&request.task.title).chars().take(LONGEST_TITLE).collect();
        let own: [(&str, OsString); 10] = [
            ("TMPDIR", files.tmp.clone().into()),
            ("GIT_CEILING_DIRECTORIES", request.ceiling.clone().into()),
            ("CONDUCTOR_TASK_FILE", files.task.clone().into()),
            ("CONDUCTOR_RESULT_FILE", files.result.clone().into()),
            ("CONDUCTOR_PROMPT_FILE", self.prompt_file.into()),
            ("CONDUCTOR_WORKSPACE", request.workspace.clone().into()),
            ("CONDUCTOR_RUN", request.run.to_string().into()),
            ("CONDUCTOR_ATTEMPT", request.attempt.to_string().into()),
            ("CONDUCTOR_TASK_ID", without_nul(&request.task.id).into()),
            ("CONDUCTOR_TASK_TITLE", title.into()),
        ];
        env.extend(own.into_iter().map(|(name, value)| (name.into(), value)));
        env.extend(self.limits());
        env.extend(self.offer.env.iter().map(|(name, value)| (name.into(), value.into())));
        env
    }
}

/// US dollars with all their digits, as programs read them.
fn dollars(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// No argument or variable of a process can hold a NUL.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
