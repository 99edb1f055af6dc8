//! An agent as a model: each question is one attempt, outside of any session, in a read-only copy of the project.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use conductor_engine::agent_event::AgentEvent;
use conductor_engine::attempt::{AttemptEnd, AttemptReport};
use conductor_engine::ids::{RunId, SessionId};
use conductor_plan::decompose::agent_prompt;
use serde_json::{Value, json};

use crate::agents::{AgentRunner, AttemptRequest, Profile, TaskSheet, priced, read_left};
use crate::git::{GateWorkspace, GitError, Repo};
use crate::llm::{Answer, Calls, Finish, Model, ModelError, Question, Turn, Used};
use crate::transcript;

/// The file that an agent is asked to write its answer into, in the directory of its attempt.
const ANSWER: &str = "answer.json";
/// An answer that is longer is none.
const LONGEST: u64 = 16 << 20;
/// The time of one attempt.
const TIME: Duration = Duration::from_secs(30 * 60);
/// How long until it is looked whether the attempt is to end.
const LOOK: Duration = Duration::from_millis(100);

/// An agent that answers questions. What it writes anywhere but into its answer is not taken, and the copy of the project
/// that it looks at is thrown away.
#[derive(Debug)]
pub struct AgentModel {
    runner: AgentRunner,
    profile: Profile,
    copy: ProjectCopy,
    scratch: PathBuf,
    attempts: AtomicU64,
}

/// A checkout of a commit without bits to write it by.
#[derive(Debug)]
struct ProjectCopy {
    path: PathBuf,
    commit: String,
}

impl AgentModel {
    /// The agent, with a copy of the commit that is checked out in `repo`. `scratch` is an empty folder outside of every
    /// checkout, which is the caller's to remove after this.
    ///
    /// # Errors
    /// When the copy cannot be made.
    pub fn new(
        runner: AgentRunner,
        profile: Profile,
        repo: &Repo,
        commit: &conductor_engine::ids::Oid,
        scratch: &Path,
    ) -> Result<Self, GitError> {
        let tree = repo.tree_of(commit)?;
        let gate = repo.ensure_gate_workspace(&scratch.join("project"), &tree, &[])?;
        let copy = ProjectCopy::of(&gate, commit.as_str());
        Ok(Self { runner, profile, copy, scratch: scratch.to_owned(), attempts: AtomicU64::new(0) })
    }

    fn request(&self, number: u64, question: &Question) -> AttemptRequest {
        let dir = self.scratch.join(format!("attempt-{number}"));
        let answer = dir.join(ANSWER).display().to_string();
        AttemptRequest {
            run: RunId { session: SessionId(0), number },
            attempt: 1,
            prompt: agent_prompt(&question.system, &conversation(question), question.form, &answer),
            task: TaskSheet {
                id: "PLAN".to_owned(),
                title: "Answer with a plan".to_owned(),
                ..TaskSheet::default()
            },
            resume: None,
            workspace: self.copy.path.clone(),
            dir,
            tmp: self.scratch.join(format!("tmp-{number}")),
            ceiling: self.scratch.clone(),
            timeout: TIME,
            aide: None,
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
        ModelError::Agent { agent: self.profile.label.name.clone(), message: message.into() }
    }

    fn ended(&self, end: AttemptEnd) -> Result<Finish, ModelError> {
        let place = self.profile.label.name.clone();
        match end {
            AttemptEnd::Finished { .. } => Ok(Finish::Done),
            AttemptEnd::Refused { reason } => Ok(Finish::Refused(reason)),
            AttemptEnd::RateLimited { .. } => {
                Err(ModelError::Limited { place, message: "its provider says so".to_owned(), after: None })
            }
            AttemptEnd::Failed { message, .. } => Err(self.failed(message)),
            AttemptEnd::Asked { question } => Err(self.failed(format!("it asks: {question}"))),
            AttemptEnd::Blocked { reason } => Err(self.failed(format!("it is blocked: {reason}"))),
            AttemptEnd::TimedOut => Err(self.failed("it was not done in half an hour")),
            AttemptEnd::Stalled => Err(self.failed("it fell silent")),
            AttemptEnd::Looped => Err(self.failed("it went in circles")),
            AttemptEnd::OverBudget => Err(self.failed("it used more than it may")),
            AttemptEnd::Cancelled | AttemptEnd::Interrupted => Err(ModelError::Stopped),
        }
    }
}

impl Model for AgentModel {
    fn name(&self) -> String {
        self.profile.label.to_string()
    }

    fn identity(&self) -> Value {
        json!({ "agent": self.profile.label.name, "commit": self.copy.commit })
    }

    fn ask(&self, question: &Question, calls: &Calls) -> Result<Answer, ModelError> {
        let number = self.attempts.fetch_add(1, Ordering::SeqCst) + 1;
        let request = self.request(number, question);
        let dir = request.dir.clone();
        let report = self.attempt(request, calls).ok_or_else(|| self.failed("its attempt broke off"))?;
        let usage = priced(report.usage, self.profile.price.as_ref());
        let finish = self.ended(report.end)?;
        let text = answer(&dir);
        let used =
            Used { input: usage.input_tokens, output: usage.output_tokens, cost_micros: usage.cost_micros };
        Ok(Answer { text, finish, used })
    }
}

impl ProjectCopy {
    fn of(gate: &GateWorkspace, commit: &str) -> Self {
        let path = gate.path().to_owned();
        set_writable(&path, false);
        Self { path, commit: commit.to_owned() }
    }
}

impl Drop for ProjectCopy {
    fn drop(&mut self) {
        set_writable(&self.path, true);
    }
}

/// Sets or takes the bits to write by; a link is left alone. It keeps an agent from writing by mistake: what it writes on
/// purpose is thrown away all the same, so that a file that cannot be changed does no harm.
fn set_writable(path: &Path, writable: bool) {
    let Ok(meta) = path.symlink_metadata() else { return };
    if meta.is_symlink() {
        return;
    }
    let mode = meta.permissions().mode();
    let mode = if writable { mode | 0o200 } else { mode & !0o222 };
    if writable {
        let _ = fs::set_permissions(path, fs::Permissions::from_mode(mode));
    }
    if meta.is_dir() {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            set_writable(&entry.path(), writable);
        }
    }
    if !writable {
        let _ = fs::set_permissions(path, fs::Permissions::from_mode(mode));
    }
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

/// What the agent wrote into its file, or else its last words.
fn answer(dir: &Path) -> String {
    match read_left(&dir.join(ANSWER), LONGEST) {
        Some(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        None => last_message(&dir.join("transcript.jsonl")),
    }
}

fn last_message(file: &Path) -> String {
    let (mut words, mut cursor, mut open) = (String::new(), 0, false);
    // What cannot be read was not said.
    while let Ok(page) = transcript::read(file, cursor) {
        for entry in page.entries {
            let AgentEvent::Message { text, part } = entry.event else {
                open = false;
                continue;
            };
            if !(part && open) {
                words.clear();
            }
            open = true;
            words.push_str(&text);
        }
        cursor = page.cursor;
        if !page.more {
            break;
        }
    }
    words
}
