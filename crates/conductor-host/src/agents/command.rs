//! An attempt of a program: it is given files and an environment, runs under a keeper, and is understood by
//! its result file, its last words and its exit code, in this order.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use conductor_engine::attempt::{AttemptEnd, AttemptReport, FailureClass, Usage};
use thiserror::Error;

use super::argv::Slot;
use super::attempt::{AgentRunner, AttemptRequest};
use super::follow::{Follower, Sources};
use super::output::{self, Appeal, Said};
use super::profile::{CommandProfile, Profile};
use super::result_file::{self, AgentResult, Status, bounded};
use super::surroundings::agent_environment;
use crate::clock::{Stopwatch, now};
use crate::process::{Ended, EnvMap, Exit, KeepError, KeeperSpec, KeptChild, KeptExit, Stopper};
use crate::transcript::{Event, TranscriptError, Writer};

/// How long an agent may take to end after it was asked to. Known agents need up to half a second; one that
/// does not obey at all is not waited for longer than a person would.
const GRACE: Duration = Duration::from_secs(5);

/// How large a transcript may grow, in bytes.
pub(super) const TRANSCRIPT_LIMIT: u64 = 16 * 1024 * 1024;

/// How much of an agent's output is read for its last words, from the end, in bytes.
const OUTPUT_READ: u64 = 8 * 1024 * 1024;

/// The longest single argument that Linux takes is 128 KiB.
const LONGEST_ARGUMENT: usize = 120 * 1024;

/// The longest title that is put into the environment, in characters.
const LONGEST_TITLE: usize = 1000;

/// Why an agent's program did not even start.
#[derive(Debug, Error)]
pub(super) enum StartError {
    #[error("cannot write {} for the agent: {source}", path.display())]
    Files { path: PathBuf, source: io::Error },
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
        }
    }
}

/// An agent's program that runs.
#[derive(Debug)]
pub(super) struct RunningCommand {
    // Declared before the follower: on a drop the program dies first, then its output ends.
    child: KeptChild,
    follower: Follower,
    stopwatch: Stopwatch,
    result_file: PathBuf,
    tmp: PathBuf,
    stdout: PathBuf,
    /// Where this attempt's output begins in the file.
    stdout_start: u64,
}

pub(super) fn start(
    runner: &AgentRunner,
    profile: &Profile,
    command: &CommandProfile,
    request: AttemptRequest,
) -> Result<RunningCommand, StartError> {
    if command.run.uses(Slot::Prompt) && request.prompt.len() > LONGEST_ARGUMENT {
        return Err(StartError::PromptTooLong { bytes: request.prompt.len() });
    }
    let files = Files::write(&request)?;
    let spec = KeeperSpec {
        argv: command.run.fill(&slots(command, &request, &files)),
        env: environment(runner, profile, &request, &files),
        dir: request.workspace.clone(),
        stdout: files.stdout.clone(),
        stderr: files.stderr.clone(),
        stdin: None,
        grace_ms: millis(GRACE),
        timeout_ms: Some(millis(request.timeout)),
    };
    let mut transcript = Writer::open(&files.transcript, TRANSCRIPT_LIMIT)?;
    transcript.append(now(), [started(profile, &request)])?;
    let sources = Sources::at_their_ends(&files.stdout, &files.stderr);
    let stdout_start = sources.stdout_position();
    let stopwatch = Stopwatch::start();
    let child = KeptChild::spawn(&runner.keeper, &spec)?;
    let follower = Follower::start(transcript, sources);
    Ok(RunningCommand {
        child,
        follower,
        stopwatch,
        result_file: files.result,
        tmp: files.tmp,
        stdout: files.stdout,
        stdout_start,
    })
}

impl RunningCommand {
    pub(super) fn stopper(&self) -> Stopper {
        self.child.stopper()
    }

    pub(super) fn wait(self) -> AttemptReport {
        let kept = self.child.wait();
        let working_ms = self.stopwatch.elapsed_ms();
        let tail = last_bytes(&self.stdout, self.stdout_start).unwrap_or_default();
        let said = output::read(&tail);
        let result = result_file::read(&self.result_file).unwrap_or_default();
        let usage = merged(&result.usage, &said.usage);
        let session = said.session.clone();
        let (end, contained) = match kept {
            Ok(kept) => (judge(kept, result, said), true),
            Err(error) => (
                AttemptEnd::Failed { class: FailureClass::Transient, message: error.to_string() },
                // The keeper died; only a namespace or a cgroup proves then that nothing is left of its family.
                error.is_contained(),
            ),
        };
        let report = AttemptReport { end, usage, agent_session: session, working_ms, contained };
        // What an agent made undeletable on purpose is only litter in the attempt's own directory.
        let _litter = fs::remove_dir_all(&self.tmp);
        self.follower.finish(closing_events(&report));
        report
    }
}

/// How an attempt ended, from everything that is known of it.
fn judge(kept: KeptExit, result: AgentResult, said: Said) -> AttemptEnd {
    match kept.ended {
        Ended::Stopped => return AttemptEnd::Cancelled,
        Ended::TimedOut => return AttemptEnd::TimedOut,
        Ended::DriverGone => return AttemptEnd::Interrupted,
        Ended::ByItself => {}
    }
    let by_exit = class_of(kept.exit);
    let message = result.message.unwrap_or_else(|| said.summary.clone());
    match (result.status, by_exit) {
        (Some(Status::Question), _) => AttemptEnd::Asked { question: message },
        (Some(Status::Blocked), _) => AttemptEnd::Blocked { reason: message },
        (Some(Status::RateLimited), _) => AttemptEnd::RateLimited { until: result.until },
        (Some(Status::Refused), _) => AttemptEnd::Refused { reason: message },
        (Some(Status::Failed), _) => AttemptEnd::Failed { class: FailureClass::Agent, message },
        // A program that says "done" and then exits with an error contradicts itself: not done.
        (Some(Status::Done) | None, Some((FailureClass::Setup, why))) => {
            AttemptEnd::Failed { class: FailureClass::Setup, message: with_words(&why, &said.summary) }
        }
        (Some(Status::Done), None) => AttemptEnd::Finished { summary: message },
        (None, by_exit) => match (said.appeal, by_exit) {
            (Some(Appeal::Question(question)), _) => AttemptEnd::Asked { question },
            (Some(Appeal::Blocked(reason)), _) => AttemptEnd::Blocked { reason },
            (None, Some((class, why))) => {
                AttemptEnd::Failed { class, message: with_words(&why, &said.summary) }
            }
            (None, None) => AttemptEnd::Finished { summary: message },
        },
        (Some(Status::Done), Some((class, why))) => {
            AttemptEnd::Failed { class, message: with_words(&why, &message) }
        }
    }
}

/// What an exit says when nothing else does; `None` for success.
fn class_of(exit: Exit) -> Option<(FailureClass, String)> {
    /// `EX_TEMPFAIL` of sysexits: try again later.
    const TRY_LATER: i32 = 75;
    const NOT_EXECUTABLE: i32 = 126;
    const NOT_FOUND: i32 = 127;
    match exit {
        Exit::Code(0) => None,
        Exit::Code(TRY_LATER) => {
            Some((FailureClass::Transient, "the agent asks to be tried later (exit 75)".into()))
        }
        Exit::Code(code @ (NOT_EXECUTABLE | NOT_FOUND)) => {
            Some((FailureClass::Setup, format!("the agent's command could not be run (exit {code})")))
        }
        Exit::Code(code) => {
            Some((FailureClass::Agent, format!("the agent's program ended with exit {code}")))
        }
        Exit::Signal(signal) => {
            Some((FailureClass::Agent, format!("the agent's program was killed by signal {signal}")))
        }
    }
}

fn with_words(why: &str, words: &str) -> String {
    if words.is_empty() { why.to_owned() } else { bounded(&format!("{why}; its last words: {words}")) }
}

/// The agent's own file wins over what its output says, number by number.
fn merged(file: &Usage, output: &Usage) -> Usage {
    Usage {
        input_tokens: file.input_tokens.or(output.input_tokens),
        output_tokens: file.output_tokens.or(output.output_tokens),
        cost_micros: file.cost_micros.or(output.cost_micros),
    }
}

pub(super) fn started(profile: &Profile, request: &AttemptRequest) -> Event {
    Event::Started {
        agent: profile.label.to_string(),
        replay: profile.label.replay,
        run: request.run.to_string(),
        attempt: request.attempt,
    }
}

/// What a transcript ends with.
pub(super) fn closing_events(report: &AttemptReport) -> Vec<Event> {
    let mut events = Vec::new();
    if report.usage != Usage::default() {
        events.push(Event::Usage { usage: report.usage.clone() });
    }
    let outcome = match &report.end {
        AttemptEnd::Finished { .. } => "finished".to_owned(),
        AttemptEnd::Failed { message, .. } => format!("failed: {message}"),
        AttemptEnd::TimedOut => "timed out".to_owned(),
        AttemptEnd::Stalled => "stalled".to_owned(),
        AttemptEnd::Looped => "looped".to_owned(),
        AttemptEnd::OverBudget => "over budget".to_owned(),
        AttemptEnd::Asked { question } => {
            events.push(Event::Question { text: question.clone() });
            "asked".to_owned()
        }
        AttemptEnd::Blocked { reason } => format!("blocked: {reason}"),
        AttemptEnd::RateLimited { until: Some(until) } => format!("rate-limited until {until}"),
        AttemptEnd::RateLimited { until: None } => "rate-limited".to_owned(),
        AttemptEnd::Refused { reason } => format!("refused: {reason}"),
        AttemptEnd::Cancelled => "cancelled".to_owned(),
        AttemptEnd::Interrupted => "interrupted".to_owned(),
    };
    events.push(Event::End { outcome });
    events
}

/// The files of one attempt.
#[derive(Debug)]
struct Files {
    task: PathBuf,
    prompt: PathBuf,
    result: PathBuf,
    tmp: PathBuf,
    stdout: PathBuf,
    stderr: PathBuf,
    transcript: PathBuf,
}

impl Files {
    fn write(request: &AttemptRequest) -> Result<Self, StartError> {
        let at = |name: &str| request.dir.join(name);
        let files = Self {
            task: at("task.json"),
            prompt: at("prompt.md"),
            result: at("result.json"),
            tmp: request.tmp.clone(),
            stdout: at("stdout.log"),
            stderr: at("stderr.log"),
            transcript: at("transcript.jsonl"),
        };
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| StartError::Files { path, source }
        };
        for dir in [&request.dir, &files.tmp] {
            fs::create_dir_all(dir).map_err(failed(dir))?;
        }
        let task = serde_json::to_vec_pretty(&request.task).map_err(|e| failed(&files.task)(e.into()))?;
        fs::write(&files.task, task).map_err(failed(&files.task))?;
        fs::write(&files.prompt, &request.prompt).map_err(failed(&files.prompt))?;
        // A result that an interrupted try of the same attempt left must not be taken for this one's.
        if let Err(error) = fs::remove_file(&files.result)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(failed(&files.result)(error));
        }
        Ok(files)
    }
}

fn slots(command: &CommandProfile, request: &AttemptRequest, files: &Files) -> BTreeMap<Slot, OsString> {
    let mut slots = BTreeMap::from([
        (Slot::TaskFile, files.task.clone().into_os_string()),
        (Slot::ResultFile, files.result.clone().into_os_string()),
        (Slot::PromptFile, files.prompt.clone().into_os_string()),
        (Slot::Workspace, request.workspace.clone().into_os_string()),
        (Slot::Prompt, without_nul(&request.prompt).into()),
    ]);
    slots.extend(command.model.as_ref().map(|m| (Slot::Model, m.into())));
    slots.extend(command.max_tokens.map(|n| (Slot::MaxTokens, n.to_string().into())));
    slots.extend(command.temperature.map(|t| (Slot::Temperature, t.to_string().into())));
    slots
}

fn environment(runner: &AgentRunner, profile: &Profile, request: &AttemptRequest, files: &Files) -> EnvMap {
    let mut env = agent_environment(&runner.user_env, profile);
    let title: String = without_nul(&request.task.title).chars().take(LONGEST_TITLE).collect();
    let own: [(&str, OsString); 10] = [
        ("TMPDIR", files.tmp.clone().into()),
        ("GIT_CEILING_DIRECTORIES", request.ceiling.clone().into()),
        ("CONDUCTOR_TASK_FILE", files.task.clone().into()),
        ("CONDUCTOR_RESULT_FILE", files.result.clone().into()),
        ("CONDUCTOR_PROMPT_FILE", files.prompt.clone().into()),
        ("CONDUCTOR_WORKSPACE", request.workspace.clone().into()),
        ("CONDUCTOR_RUN", request.run.to_string().into()),
        ("CONDUCTOR_ATTEMPT", request.attempt.to_string().into()),
        ("CONDUCTOR_TASK_ID", without_nul(&request.task.id).into()),
        ("CONDUCTOR_TASK_TITLE", title.into()),
    ];
    env.extend(own.into_iter().map(|(name, value)| (name.into(), value)));
    env
}

/// No argument or variable of a process can hold a NUL.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The last part of what a file holds after `start`.
fn last_bytes(path: &Path, start: u64) -> io::Result<Vec<u8>> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(start.max(length.saturating_sub(OUTPUT_READ))))?;
    let mut bytes = Vec::new();
    file.take(OUTPUT_READ).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{Contained, Containment, Namespace, Proof};

    fn ended(ended: Ended, exit: Exit, result: AgentResult, output: &str) -> String {
        let by = Containment { namespace: Namespace::None, cgroup: false };
        let contained = Contained { rounds: 0, killed: 0, proof: Proof::NoChildren, by };
        let end = judge(KeptExit { exit, ended, contained }, result, output::read(output.as_bytes()));
        format!("{end:?}")
    }

    fn result(status: Status, message: Option<&str>) -> AgentResult {
        AgentResult { status: Some(status), message: message.map(str::to_owned), ..AgentResult::default() }
    }

    #[test]
    fn each_end_is_told_by_the_strongest_sign() {
        use Ended::{ByItself, DriverGone, Stopped, TimedOut};
        let none = AgentResult::default;
        let done = || result(Status::Done, Some("all done"));
        let table = [
            ended(ByItself, Exit::Code(0), none(), "log\n\nWrote it."),
            ended(ByItself, Exit::Code(0), done(), "noise"),
            ended(ByItself, Exit::Code(1), done(), "noise"),
            ended(ByItself, Exit::Code(3), none(), "boom"),
            ended(ByItself, Exit::Code(75), none(), ""),
            ended(ByItself, Exit::Code(126), none(), "QUESTION: x"),
            ended(ByItself, Exit::Code(127), done(), ""),
            ended(ByItself, Exit::Signal(9), none(), ""),
            ended(ByItself, Exit::Code(0), none(), "QUESTION: which?"),
            ended(ByItself, Exit::Code(1), none(), "BLOCKED: no key"),
            ended(ByItself, Exit::Code(0), done(), "QUESTION: which?"),
            ended(ByItself, Exit::Code(1), result(Status::Question, None), "which?"),
            ended(ByItself, Exit::Code(0), result(Status::Blocked, Some("no key")), ""),
            ended(ByItself, Exit::Code(0), result(Status::Failed, Some("gave up")), ""),
            ended(ByItself, Exit::Code(1), result(Status::RateLimited, None), ""),
            ended(ByItself, Exit::Code(0), result(Status::Refused, Some("no")), ""),
            ended(Stopped, Exit::Code(0), done(), "QUESTION: which?"),
            ended(TimedOut, Exit::Signal(15), done(), ""),
            ended(DriverGone, Exit::Signal(9), none(), ""),
        ];
        insta::assert_snapshot!(table.join("\n"), @r#"
        Finished { summary: "Wrote it." }
        Finished { summary: "all done" }
        Failed { class: Agent, message: "the agent's program ended with exit 1; its last words: all done" }
        Failed { class: Agent, message: "the agent's program ended with exit 3; its last words: boom" }
        Failed { class: Transient, message: "the agent asks to be tried later (exit 75)" }
        Failed { class: Setup, message: "the agent's command could not be run (exit 126); its last words: QUESTION: x" }
        Failed { class: Setup, message: "the agent's command could not be run (exit 127)" }
        Failed { class: Agent, message: "the agent's program was killed by signal 9" }
        Asked { question: "which?" }
        Blocked { reason: "no key" }
        Finished { summary: "all done" }
        Asked { question: "which?" }
        Blocked { reason: "no key" }
        Failed { class: Agent, message: "gave up" }
        RateLimited { until: None }
        Refused { reason: "no" }
        Cancelled
        TimedOut
        Interrupted
        "#);
    }

    #[test]
    fn the_agents_own_file_wins_number_by_number() {
        let file = Usage { input_tokens: Some(1), output_tokens: None, cost_micros: None };
        let output = Usage { input_tokens: Some(2), output_tokens: Some(3), cost_micros: None };
        let both = Usage { input_tokens: Some(1), output_tokens: Some(3), cost_micros: None };
        assert_eq!(merged(&file, &output), both);
    }
}
