//! Replays: a recording of what an agent did is played back, turn by turn. No model is involved, and everything that
//! shows a replay says so.
//!
//! A recording is a JSON file. Turn *n* answers attempt *n* of the run of a task; what it writes stays inside the
//! workspace, whatever the recording says. A turn that has the lines of the agent's program is played by a program of
//! Conductor's own, which is kept, heard and judged as the agent was.

mod faults;
mod files;
mod player;
mod record;
mod recording;
mod script;
mod wire;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use conductor_engine::attempt::{AttemptEnd, AttemptReport, FailureClass, Usage};

pub use player::{PLAYER_ARG, player_main};
pub use record::turn_of;
pub use recording::{
    Content, FileWrite, PathFault, RecordedTask, Recording, ReplayError, Turn, TurnEnd, VERSION,
};
pub use wire::Wire;

#[cfg(test)]
pub(super) use script::{Next, Script};
pub(super) use wire::Began;
#[cfg(test)]
pub(super) use wire::WORKSPACE;

use super::argv::RunTemplate;
use super::attempt::{AgentRunner, AttemptRequest, Resume, closing_events, started};
use super::conversation::TRANSCRIPT_LIMIT;
use super::profile::{Profile, ProfileKind, ProgramProfile};
use crate::clock::{Stopwatch, now};
use crate::config::Playing;
use crate::process::EnvMap;
use crate::transcript::{Event, Writer};

/// The name of the agent whose place a recording takes that was named for one session.
pub const REPLAY: &str = "replay";

/// A recording that takes the place of an agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// The file.
    pub recording: PathBuf,
    /// How it is played.
    pub playing: Playing,
    /// For how long it may be silent with no tool under way; `None` for as long as the agent that was recorded.
    pub silence: Option<Duration>,
}

/// How an attempt is played.
pub(super) enum Stage {
    /// It was done at once.
    Over(AttemptReport),
    /// By a program.
    Program(Box<Profile>, Box<ProgramProfile>, Box<AttemptRequest>),
}

/// Plays the attempt back. A recording that does not fit is an attempt that failed, class setup.
pub(super) fn stage(
    runner: &AgentRunner,
    profile: &Profile,
    replay: &Replay,
    request: AttemptRequest,
) -> Stage {
    let found = find(replay, &request);
    match found {
        Ok((task, turn)) => match &turn.wire {
            Some(wire) => program(runner, profile, replay, request, &task, wire),
            None => Stage::Over(attempt(profile, &runner.user_env, Ok(turn), &request)),
        },
        Err(error) => Stage::Over(attempt(profile, &runner.user_env, Err(error), &request)),
    }
}

/// The recorded turn, and the name of its task in the recording.
fn find(replay: &Replay, request: &AttemptRequest) -> Result<(String, Turn), ReplayError> {
    let recording = Recording::read(&replay.recording)?;
    let title = || request.task.title.clone();
    let task = recording.task(&request.task);
    let found = task.and_then(|task| Some((task.task.clone(), task.turn(request.attempt)?.clone())));
    let attempt = request.attempt;
    let (task, turn) = found.ok_or_else(|| ReplayError::NoTurn { task: title(), attempt })?;
    if turn.wire.is_none() && !replay.playing.faults.is_empty() {
        return Err(ReplayError::NoLines { task: title(), attempt });
    }
    Ok((task, turn))
}

/// The program that plays, in the clothes of the one that was recorded.
fn program(
    runner: &AgentRunner,
    profile: &Profile,
    replay: &Replay,
    request: AttemptRequest,
    task: &str,
    wire: &Wire,
) -> Stage {
    let mut words = vec![
        runner.keeper.program().to_string_lossy().into_owned(),
        PLAYER_ARG.to_owned(),
        replay.recording.to_string_lossy().into_owned(),
        task.to_owned(),
        request.attempt.to_string(),
    ];
    words.extend(player::words(&replay.playing));
    let goes_on = wire.session.is_some();
    let run = RunTemplate::literal(words);
    let program = ProgramProfile::playing(wire.known, wire.protocol, run, goes_on, replay.silence);
    let profile = Profile { kind: ProfileKind::Program(Box::new(program.clone())), ..profile.clone() };
    let resume = wire.session.clone().map(|session| Resume {
        session,
        totals: wire.before.clone(),
        prompt: request.prompt.clone(),
    });
    // Nobody answers a recording: what was answered is in it.
    let request = AttemptRequest { aide: None, resume, ..request };
    Stage::Program(Box::new(profile), Box::new(program), Box::new(request))
}

/// An attempt without a program.
fn attempt(
    profile: &Profile,
    env: &EnvMap,
    turn: Result<Turn, ReplayError>,
    request: &AttemptRequest,
) -> AttemptReport {
    let stopwatch = Stopwatch::start();
    let mut report = AttemptReport {
        end: AttemptEnd::Interrupted,
        usage: Usage::default(),
        agent_session: None,
        working_ms: 0,
        // No process was started.
        contained: true,
        verdicts: Vec::new(),
    };
    match begin(profile, request).and_then(|transcript| play(transcript, env, turn?, request)) {
        Ok(turn) => {
            report.usage = turn.usage.clone();
            report.end = end(turn);
        }
        Err(error) => {
            report.end = AttemptEnd::Failed { class: FailureClass::Setup, message: error.to_string() };
        }
    }
    report.working_ms = stopwatch.elapsed_ms();
    // The attempt counts as it ended, whether its transcript could be finished or not.
    let _not_written = Writer::open(&request.dir.join("transcript.jsonl"), TRANSCRIPT_LIMIT)
        .and_then(|mut transcript| transcript.append(now(), closing_events(&report)));
    report
}

fn begin(profile: &Profile, request: &AttemptRequest) -> Result<Writer, ReplayError> {
    fs::create_dir_all(&request.dir)
        .map_err(|source| ReplayError::Write { path: request.dir.display().to_string(), source })?;
    let mut transcript = Writer::open(&request.dir.join("transcript.jsonl"), TRANSCRIPT_LIMIT)?;
    transcript.append(now(), [started(profile, request)])?;
    Ok(transcript)
}

fn play(
    mut transcript: Writer,
    env: &EnvMap,
    turn: Turn,
    request: &AttemptRequest,
) -> Result<Turn, ReplayError> {
    files::change(&request.workspace, env, &turn)?;
    let messages = turn.messages.iter().map(|text| Event::Message { text: text.clone(), part: false });
    transcript.append(now(), messages)?;
    Ok(turn)
}

fn end(turn: Turn) -> AttemptEnd {
    let message = turn.message;
    match turn.end {
        TurnEnd::Done => AttemptEnd::Finished { summary: message },
        TurnEnd::Question => AttemptEnd::Asked { question: message },
        TurnEnd::Blocked => AttemptEnd::Blocked { reason: message },
        TurnEnd::Failed => AttemptEnd::Failed { class: FailureClass::Agent, message },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::attempt::TaskSheet;
    use super::super::profile::AgentLabel;
    use super::*;
    use crate::config::AgentRole;
    use crate::process::Keeper;
    use crate::transcript;

    const RECORDING: &str = r##"{"version": 1, "tasks": [
        {"task": "Store notes", "turns": [
            {"messages": ["I write the store."],
             "writes": [{"path": "src/store.txt", "content": {"text": "notes\n"}},
                        {"path": "run", "content": {"base64": "IyEvYmluL3NoCg=="}, "executable": true}],
             "message": "Wrote the store."},
            {"deletes": ["src/store.txt", "never/there"], "end": "question", "message": "Which format?",
             "usage": {"input_tokens": 5, "output_tokens": null, "cost_micros": null}}
        ]},
        {"task": "TASK-009", "turns": [{"end": "failed", "message": "no"}]}
    ]}"##;

    fn profile() -> Profile {
        Profile {
            label: AgentLabel { name: "demo".into(), replay: true },
            role: AgentRole::Author,
            price: None,
            configured: true,
            kind: ProfileKind::Replay(replay(PathBuf::new())),
        }
    }

    fn replay(recording: PathBuf) -> Replay {
        Replay { recording, playing: Playing::default(), silence: None }
    }

    struct Scene {
        dir: tempfile::TempDir,
    }

    impl Scene {
        fn new(recording: &str) -> Self {
            let dir = tempfile::tempdir().unwrap();
            fs::create_dir(dir.path().join("ws")).unwrap();
            fs::write(dir.path().join("rec.json"), recording).unwrap();
            Self { dir }
        }

        fn ws(&self, path: &str) -> PathBuf {
            self.dir.path().join("ws").join(path)
        }

        fn attempt(&self, title: &str, id: &str, attempt: u32) -> AttemptEnd {
            let request = AttemptRequest {
                run: "1.1".parse().unwrap(),
                attempt,
                task: TaskSheet { id: id.into(), title: title.into(), ..TaskSheet::default() },
                prompt: String::new(),
                workspace: self.ws(""),
                dir: self.dir.path().join(format!("attempt-{attempt}")),
                tmp: self.dir.path().join("tmp"),
                ceiling: self.dir.path().to_owned(),
                resume: None,
                aide: None,
                purpose: crate::agents::Purpose::Work,
                limits: crate::agents::AttemptLimits::default(),
                timeout: Duration::from_secs(1),
            };
            let runner = AgentRunner { keeper: Keeper::at("unused"), user_env: EnvMap::new() };
            let replay = replay(self.dir.path().join("rec.json"));
            let Stage::Over(report) = stage(&runner, &profile(), &replay, request) else {
                panic!("a program")
            };
            report.end
        }
    }

    #[test]
    fn turn_by_turn_the_recording_is_played_and_labelled() {
        let scene = Scene::new(RECORDING);
        let done = AttemptEnd::Finished { summary: "Wrote the store.".into() };
        assert_eq!(scene.attempt("store NOTES", "TASK-001", 1), done);
        assert_eq!(fs::read_to_string(scene.ws("src/store.txt")).unwrap(), "notes\n");
        assert_eq!(fs::read_to_string(scene.ws("run")).unwrap(), "#!/bin/sh\n");
        assert!(crate::agents::find_program(scene.ws("run").to_str().unwrap(), "".as_ref()).is_some());
        let page = transcript::read(&scene.dir.path().join("attempt-1/transcript.jsonl"), 0).unwrap();
        let events: Vec<String> = page.entries.iter().map(|e| format!("{:?}", e.event)).collect();
        insta::assert_snapshot!(events.join("\n"), @r#"
        Started { agent: "demo (replay)", replay: true, run: "1.1", attempt: 1 }
        Message { text: "I write the store.", part: false }
        End { outcome: "finished" }
        "#);
        let asked = AttemptEnd::Asked { question: "Which format?".into() };
        assert_eq!(scene.attempt("Store notes", "TASK-001", 2), asked);
        assert!(!scene.ws("src/store.txt").exists());
        let failed = AttemptEnd::Failed { class: FailureClass::Agent, message: "no".into() };
        assert_eq!(scene.attempt("anything", "task-009", 1), failed);
    }

    #[test]
    fn what_does_not_fit_is_a_setup_failure_that_says_why() {
        let message = |recording: &str, attempt| {
            let end = Scene::new(recording).attempt("Store notes", "TASK-001", attempt);
            let AttemptEnd::Failed { class: FailureClass::Setup, message } = end else { panic!("{end:?}") };
            message.split_once("rec.json").map_or(message.clone(), |(_, rest)| rest.to_owned())
        };
        insta::assert_snapshot!(message(RECORDING, 3), @r#"the recording has no attempt 3 of "Store notes""#);
        insta::assert_snapshot!(message(RECORDING, 0), @r#"the recording has no attempt 0 of "Store notes""#);
        insta::assert_snapshot!(message("{}", 1), @" is not a recording: missing field `version` at line 1 column 2");
        insta::assert_snapshot!(message(r#"{"version": 3, "tasks": []}"#, 1), @" is a recording of version 3; this program plays versions up to 2");
    }
}
