//! An agent as a model: each question is one attempt, outside of any session, in a copy of the project that is only to be
//! read.
//!
//! It is driven as the agents of a session are, by [`AgentRunner`], whatever it speaks. What counts is what it says: a
//! program of which nothing is known may leave its answer in a file, all others end with it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use conductor_engine::attempt::{AttemptEnd, AttemptReport, FailureClass};
use conductor_engine::ids::{Oid, RunId, SessionId};
use conductor_plan::decompose::agent_prompt;
use serde_json::{Value, json};

use super::copies::Copies;
use super::words;
use crate::agents::{
    AgentRunner, AttemptLimits, AttemptRequest, Profile, ProfileKind, Protocol, Purpose, TaskSheet, priced,
    read_left,
};
use crate::clock::now;
use crate::git::{GitError, ReadingCopy, Repo, Touched};
use crate::llm::{Answer, Calls, Finish, Model, ModelError, Question, Turn, Used};

/// The file that a program of which nothing is known may write its answer into, in the directory of its attempt.
const ANSWER: &str = "answer.json";
/// An answer that is longer is none.
const LONGEST: u64 = 16 << 20;
/// How long until it is looked whether the attempt is to end.
const LOOK: Duration = Duration::from_millis(100);
/// How many changed files are named.
const NAMED: usize = 5;

/// An agent that answers questions. Nothing that it does is taken: the copy of the project that it looks at is thrown
/// away, and so is an answer that it gave after changing it.
#[derive(Debug)]
pub struct AgentModel {
    runner: AgentRunner,
    profile: Profile,
    copies: Copies,
    /// The user's own files: an agent that is only to answer can change nothing in these places, where the machine gives a
    /// namespace for that.
    users: Vec<PathBuf>,
    scratch: PathBuf,
    /// The working time of one attempt.
    time: Duration,
    attempts: AtomicU64,
    running: Running,
}

impl AgentModel {
    /// The agent, with copies of the commit that is checked out in `repo`. `scratch` is an empty folder outside of every
    /// checkout, which is the caller's to remove after this; `time` is the working time of one attempt.
    ///
    /// # Errors
    /// When a copy cannot be made.
    pub fn new(
        runner: AgentRunner,
        profile: Profile,
        repo: &Repo,
        commit: &Oid,
        scratch: &Path,
        time: Duration,
    ) -> Result<Self, GitError> {
        Ok(Self {
            users: users_places(repo, &runner, scratch),
            copies: Copies::new(repo, commit, scratch)?,
            runner,
            profile,
            scratch: scratch.to_owned(),
            time,
            attempts: AtomicU64::new(0),
            running: Running::default(),
        })
    }

    /// The file for the answer, where the agent is one of which nothing is known. All others are heard, and many may not
    /// write there.
    fn answer_file(&self, dir: &Path) -> Option<PathBuf> {
        match &self.profile.kind {
            ProfileKind::Program(program) => match program.protocol {
                Protocol::Command => Some(dir.join(ANSWER)),
                Protocol::Acp | Protocol::Headless => None,
            },
            ProfileKind::Replay(_) => None,
        }
    }

    fn request(&self, dir: &Path, number: u64, question: &Question, copy: &ReadingCopy) -> AttemptRequest {
        let answer = self.answer_file(dir).map(|path| path.display().to_string());
        let prompt =
            agent_prompt(&question.system, &conversation(question), question.form, answer.as_deref());
        let mut untouched = vec![copy.path().to_owned()];
        untouched.extend(self.users.iter().cloned());
        AttemptRequest {
            run: RunId { session: SessionId(0), number },
            attempt: 1,
            prompt,
            task: TaskSheet {
                id: "PLAN".to_owned(),
                title: "Answer with a plan".to_owned(),
                ..TaskSheet::default()
            },
            resume: None,
            workspace: copy.path().to_owned(),
            dir: dir.to_owned(),
            tmp: self.scratch.join(format!("tmp-{number}")),
            ceiling: self.scratch.clone(),
            timeout: self.time,
            aide: None,
            purpose: Purpose::Answer { untouched },
            limits: AttemptLimits::default(),
        }
    }

    /// One attempt; it ends early when the calls are to stop.
    fn attempt(&self, request: AttemptRequest, calls: &Calls) -> Option<AttemptReport> {
        std::thread::scope(|scope| {
            let (send, stopper) = channel();
            let working = scope.spawn(move || {
                let running = self.runner.start(&self.profile, request);
                // Nobody stops it when the receiver has gone.
                let _ = send.send(running.stopper());
                running.wait()
            });
            let stopper = stopper.recv().ok();
            while !working.is_finished() {
                if calls.is_stopped()
                    && let Some(stopper) = &stopper
                {
                    stopper.stop();
                }
                std::thread::park_timeout(LOOK);
            }
            working.join().ok()
        })
    }

    fn failed(&self, message: impl Into<String>) -> ModelError {
        ModelError::Agent { agent: self.name(), message: message.into(), passing: false }
    }

    fn ended(&self, end: AttemptEnd, calls: &Calls) -> Result<Finish, ModelError> {
        let limit = "orchestration.safety.max_task_duration";
        match end {
            AttemptEnd::Finished { .. } => Ok(Finish::Done),
            AttemptEnd::Refused { reason } => Ok(Finish::Refused(reason)),
            AttemptEnd::RateLimited { until } => {
                let message = match until {
                    Some(until) => format!("its provider says so, until {until}"),
                    None => "its provider says so".to_owned(),
                };
                let after = until.map(|until| Duration::try_from(until.duration_since(now())));
                let after = after.map(Result::unwrap_or_default);
                Err(ModelError::Limited { place: self.name(), message, after })
            }
            AttemptEnd::Failed { class, message } => {
                let passing = class == FailureClass::Transient;
                Err(ModelError::Agent { agent: self.name(), message, passing })
            }
            AttemptEnd::Asked { question } => Err(self.failed(format!("it asks: {question}"))),
            AttemptEnd::Blocked { reason } => Err(self.failed(format!("it is blocked: {reason}"))),
            AttemptEnd::TimedOut => {
                Err(self.failed(format!("it was not done in {} s ({limit})", self.time.as_secs())))
            }
            AttemptEnd::Stalled => {
                Err(self.failed("it fell silent (`silence` of the agent says how long it may)"))
            }
            AttemptEnd::Looped => Err(self.failed("it went in circles")),
            AttemptEnd::OverBudget => Err(self.failed("it used more than it may")),
            AttemptEnd::Cancelled | AttemptEnd::Interrupted if calls.is_stopped() => Err(ModelError::Stopped),
            AttemptEnd::Cancelled | AttemptEnd::Interrupted => {
                Err(self.failed("it was ended by somebody else"))
            }
        }
    }

    /// What the agent did to its copy. One that it touched is not given to anybody again.
    fn looked_after(&self, copy: ReadingCopy) -> Result<(), ModelError> {
        let place = copy.path().display().to_string();
        let touched = self.copies.give_back(copy).map_err(|error| self.failed(error.to_string()))?;
        let Touched { files, ignored: _ } = touched;
        if files.is_empty() {
            return Ok(());
        }
        let named: Vec<String> = files.iter().take(NAMED).map(ToString::to_string).collect();
        let more = files.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let files = format!("{}{more} in {place}", named.join(", "));
        Err(ModelError::Meddled { agent: self.name(), files })
    }
}

impl Model for AgentModel {
    fn name(&self) -> String {
        self.profile.label.to_string()
    }

    fn identity(&self) -> Value {
        let mut identity =
            json!({ "agent": self.profile.label.name, "commit": self.copies.commit().as_str() });
        if let ProfileKind::Program(program) = &self.profile.kind
            && let Some(model) = &program.model
        {
            identity["model"] = json!(model);
        }
        identity
    }

    fn ask(&self, question: &Question, calls: &Calls) -> Result<Answer, ModelError> {
        // Whoever waits for none calls off first: nothing begins behind that.
        let _counted = self.running.one();
        if calls.is_stopped() {
            return Err(ModelError::Stopped);
        }
        let number = self.attempts.fetch_add(1, Ordering::SeqCst) + 1;
        let copy = self.copies.take().map_err(|error| self.failed(error.to_string()))?;
        let dir = self.scratch.join(format!("attempt-{number}"));
        let request = self.request(&dir, number, question, &copy);
        let report = self.attempt(request, calls).ok_or_else(|| self.failed("its attempt broke off"))?;
        let looked_after = self.looked_after(copy);
        let usage = priced(report.usage, self.profile.price.as_ref());
        let transcript = dir.join("transcript.jsonl");
        let finish = self.ended(report.end, calls).map_err(|error| with_complaint(error, &transcript))?;
        looked_after?;
        let text = self.answer(&dir);
        let used =
            Used { input: usage.input_tokens, output: usage.output_tokens, cost_micros: usage.cost_micros };
        Ok(Answer { text, finish, used })
    }

    fn settle(&self) {
        self.running.wait_for_none();
    }
}

impl AgentModel {
    /// What the agent wrote into its file, or else its last words.
    fn answer(&self, dir: &Path) -> String {
        let written = self.answer_file(dir).and_then(|path| read_left(&path, LONGEST));
        match written {
            Some(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            None => words::last(&dir.join("transcript.jsonl")),
        }
    }
}

/// With what the program printed last for people: nobody can look that up once the attempt's folder is gone.
fn with_complaint(error: ModelError, transcript: &Path) -> ModelError {
    /// The most of it that is told, in characters.
    const MOST: usize = 300;
    let mut error = error;
    if let ModelError::Agent { message, .. } = &mut error
        && let Some(line) = words::last_complaint(transcript)
        && !message.contains(&line)
    {
        let line: String = line.chars().take(MOST).collect();
        *message = format!("{message}; it printed: {line}");
    }
    error
}

/// How many attempts are under way.
#[derive(Debug, Default)]
struct Running {
    number: Mutex<usize>,
    fewer: Condvar,
}

/// One of them.
struct One<'r>(&'r Running);

impl Running {
    fn one(&self) -> One<'_> {
        *self.number.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        One(self)
    }

    fn wait_for_none(&self) {
        let mut number = self.number.lock().unwrap_or_else(PoisonError::into_inner);
        while *number > 0 {
            number = self.fewer.wait(number).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for One<'_> {
    fn drop(&mut self) {
        *self.0.number.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.fewer.notify_all();
    }
}

/// The user's checkout and repository, but for a place in which the agent has something of its own to write: a home folder
/// that is a repository itself, for example.
fn users_places(repo: &Repo, runner: &AgentRunner, scratch: &Path) -> Vec<PathBuf> {
    const HOMES: [&str; 7] = [
        "HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_CACHE_HOME",
        "XDG_STATE_HOME",
        "CLAUDE_CONFIG_DIR",
        "CODEX_HOME",
    ];
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let homes = HOMES.iter().filter_map(|name| runner.user_env.get(OsStr::new(name)));
    let mut written: Vec<PathBuf> = homes.map(|home| real(Path::new(home))).collect();
    written.push(real(scratch));
    let places = [real(repo.top()), real(repo.common_dir())];
    places.into_iter().filter(|place| !written.iter().any(|written| written.starts_with(place))).collect()
}

/// What was said before, in the one text that an attempt is given.
fn conversation(question: &Question) -> String {
    let mut text = String::new();
    for turn in &question.turns {
        match turn {
            Turn::Asked(words) => text.push_str(words),
            Turn::Answered(words) => {
                text.push_str("\n\n## Your answer before\n\n");
                for line in words.lines() {
                    text.push_str("> ");
                    text.push_str(line);
                    text.push('\n');
                }
                text.push('\n');
            }
        }
    }
    text
}
