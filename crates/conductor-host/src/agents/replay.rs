//! Replays: a recording of what an agent did is played back, turn by turn. No model and no program is
//! involved, and everything that shows a replay says so.
//!
//! A recording is a JSON file. Turn *n* answers attempt *n* of the run of a task; what it writes stays inside
//! the workspace, whatever the recording says.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};

use conductor_engine::attempt::{AttemptEnd, AttemptReport, FailureClass, Usage};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::attempt::{AttemptRequest, TaskSheet, closing_events, started};
use super::conversation::TRANSCRIPT_LIMIT;
use super::profile::Profile;
use crate::clock::{Stopwatch, now};
use crate::transcript::{Event, TranscriptError, Writer};

/// The version of the form that this program reads and writes.
pub const VERSION: u32 = 1;

/// What an agent did, task by task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// The version of the form: [`VERSION`].
    pub version: u32,
    /// The tasks, in any order.
    pub tasks: Vec<RecordedTask>,
}

/// What was done for one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedTask {
    /// The task's key, id or title; a title is compared without regard to case.
    pub task: String,
    /// Its attempts, in order.
    pub turns: Vec<Turn>,
}

/// One attempt.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// What the agent said, in order.
    #[serde(default)]
    pub messages: Vec<String>,
    /// Files that it deleted.
    #[serde(default)]
    pub deletes: Vec<String>,
    /// Files that it wrote, after the deletions.
    #[serde(default)]
    pub writes: Vec<FileWrite>,
    /// How it ended.
    #[serde(default)]
    pub end: TurnEnd,
    /// Its last words: the summary, the question or the reason.
    #[serde(default)]
    pub message: String,
    /// What it used.
    #[serde(default)]
    pub usage: Usage,
}

/// A file with its whole content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileWrite {
    /// Its path in the workspace, with `/` between folders.
    pub path: String,
    /// Its content.
    pub content: Content,
    /// Whether it may be executed.
    #[serde(default)]
    pub executable: bool,
}

/// The content of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// As it stands.
    Text(String),
    /// In base64 with padding, for what is not text.
    Base64(String),
}

/// How a recorded attempt ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TurnEnd {
    /// It said that it was done.
    #[default]
    Done,
    /// It asked.
    Question,
    /// Something was missing.
    Blocked,
    /// It failed.
    Failed,
}

/// Why a recording could not be played back.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// The file cannot be read.
    #[error("cannot read the recording {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It is not a recording.
    #[error("{} is not a recording: {source}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// It is of another version.
    #[error("{} is a recording of version {found}; this program plays version {VERSION}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// It has nothing for this attempt.
    #[error("the recording has no attempt {attempt} of {task:?}")]
    NoTurn {
        /// The task's title.
        task: String,
        /// The attempt.
        attempt: u32,
    },
    /// A path that leaves the workspace, or lies in git's own folder.
    #[error("the recording names {path:?}, which is not a file of the workspace ({why})")]
    Path {
        /// The path as recorded.
        path: String,
        /// What is wrong with it.
        why: PathFault,
    },
    /// Content that is not base64.
    #[error("the recorded content of {path:?} is not base64")]
    Base64 {
        /// The path as recorded.
        path: String,
    },
    /// A file of the workspace cannot be written.
    #[error("cannot change {path:?} in the workspace: {source}")]
    Write {
        /// The path as recorded.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The transcript cannot be written.
    #[error(transparent)]
    Transcript(#[from] TranscriptError),
}

/// What is wrong with a recorded path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathFault {
    /// It is empty, absolute or has `.` or `..` in it.
    NotPlain,
    /// It lies in git's own folder.
    Git,
    /// A folder on its way is a symbolic link or a file.
    Link,
}

impl fmt::Display for PathFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotPlain => "only plain names between slashes are allowed",
            Self::Git => "git's own folder is out of bounds",
            Self::Link => "a folder on its way is a link or a file",
        })
    }
}

impl Recording {
    /// Reads a recording.
    ///
    /// # Errors
    /// When the file cannot be read or is not a recording of this version.
    pub fn read(path: &Path) -> Result<Self, ReplayError> {
        let bytes = fs::read(path).map_err(|source| ReplayError::Read { path: path.to_owned(), source })?;
        let recording: Self = serde_json::from_slice(&bytes)
            .map_err(|source| ReplayError::Form { path: path.to_owned(), source })?;
        if recording.version != VERSION {
            return Err(ReplayError::Version { path: path.to_owned(), found: recording.version });
        }
        Ok(recording)
    }

    /// The recorded turn for this attempt, found by the task's key, else its id, else its title.
    fn turn(&self, task: &TaskSheet, attempt: u32) -> Option<&Turn> {
        let by = |name: &str| self.tasks.iter().find(|t| t.task.to_lowercase() == name.trim().to_lowercase());
        let recorded =
            task.key.as_deref().and_then(by).or_else(|| by(&task.id)).or_else(|| by(&task.title))?;
        recorded.turns.get(usize::try_from(attempt).ok()?.checked_sub(1)?)
    }
}

/// Plays the attempt back. A recording that does not fit is an attempt that failed, class setup.
pub(super) fn attempt(profile: &Profile, recording: &Path, request: &AttemptRequest) -> AttemptReport {
    let stopwatch = Stopwatch::start();
    let mut report = AttemptReport {
        end: AttemptEnd::Interrupted,
        usage: Usage::default(),
        agent_session: None,
        working_ms: 0,
        // No process was started.
        contained: true,
    };
    match play(profile, recording, request) {
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

fn play(profile: &Profile, recording: &Path, request: &AttemptRequest) -> Result<Turn, ReplayError> {
    fs::create_dir_all(&request.dir)
        .map_err(|source| ReplayError::Write { path: request.dir.display().to_string(), source })?;
    let mut transcript = Writer::open(&request.dir.join("transcript.jsonl"), TRANSCRIPT_LIMIT)?;
    transcript.append(now(), [started(profile, request)])?;
    let recording = Recording::read(recording)?;
    let turn = recording
        .turn(&request.task, request.attempt)
        .ok_or_else(|| ReplayError::NoTurn { task: request.task.title.clone(), attempt: request.attempt })?;
    for path in &turn.deletes {
        delete(&request.workspace, path)?;
    }
    for file in &turn.writes {
        write(&request.workspace, file)?;
    }
    let messages = turn.messages.iter().map(|text| Event::Message { text: text.clone(), part: false });
    transcript.append(now(), messages)?;
    Ok(turn.clone())
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

fn delete(workspace: &Path, path: &str) -> Result<(), ReplayError> {
    let target = inside(workspace, path)?;
    match fs::remove_file(target) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(ReplayError::Write { path: path.to_owned(), source: error })
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

fn write(workspace: &Path, file: &FileWrite) -> Result<(), ReplayError> {
    let target = inside(workspace, &file.path)?;
    let decoded;
    let content = match &file.content {
        Content::Text(text) => text.as_bytes(),
        Content::Base64(text) => {
            decoded = base64(text).ok_or_else(|| ReplayError::Base64 { path: file.path.clone() })?;
            &decoded
        }
    };
    let mode = if file.executable { 0o755 } else { 0o644 };
    let written = (|| {
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        // The old file goes first: a link there is replaced and never followed.
        if target.symlink_metadata().is_ok() {
            fs::remove_file(&target)?;
        }
        OpenOptions::new().write(true).create_new(true).mode(mode).open(&target)?.write_all(content)
    })();
    written.map_err(|source| ReplayError::Write { path: file.path.clone(), source })
}

/// Where a recorded path lies, if that is inside the workspace.
fn inside(workspace: &Path, path: &str) -> Result<PathBuf, ReplayError> {
    let fault = |why| ReplayError::Path { path: path.to_owned(), why };
    let parts: Vec<&str> = path.split('/').collect();
    let plain = |part: &&str| {
        let mut components = Path::new(part).components();
        matches!((components.next(), components.next()), (Some(Component::Normal(_)), None))
            && !part.contains('\0')
    };
    if !parts.iter().all(plain) {
        return Err(fault(PathFault::NotPlain));
    }
    // File systems that ignore case, and the short name that Windows gives the folder, mean the same one.
    if parts.iter().any(|part| part.eq_ignore_ascii_case(".git") || part.eq_ignore_ascii_case("git~1")) {
        return Err(fault(PathFault::Git));
    }
    let mut target = workspace.to_owned();
    let (file, folders) = parts.split_last().ok_or_else(|| fault(PathFault::NotPlain))?;
    for folder in folders {
        target.push(folder);
        if target.symlink_metadata().is_ok_and(|m| !m.is_dir()) {
            return Err(fault(PathFault::Link));
        }
    }
    target.push(file);
    Ok(target)
}

/// Decodes base64 with padding; line breaks are allowed.
fn base64(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let padding = digits.iter().rev().take_while(|b| **b == b'=').count();
    if padding > 2 || !digits.len().is_multiple_of(4) {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3);
    let mut buffer = 0_u32;
    let mut bits = 0;
    for byte in digits.get(..digits.len() - padding)? {
        buffer = (buffer << 6 | u32::from(digit(*byte)?)) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(buffer >> bits & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::time::Duration;

    use super::super::profile::{AgentLabel, ProfileKind};
    use super::*;
    use crate::config::{AgentRole, Playing};
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
            kind: ProfileKind::Replay { recording: PathBuf::new(), playing: Playing::default() },
        }
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
                timeout: Duration::from_secs(1),
            };
            super::attempt(&profile(), &self.dir.path().join("rec.json"), &request).end
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
        insta::assert_snapshot!(message(r#"{"version": 2, "tasks": []}"#, 1), @" is a recording of version 2; this program plays version 1");
    }

    #[test]
    fn nothing_outside_the_workspace_is_ever_touched() {
        let scene = Scene::new(RECORDING);
        let outside = scene.dir.path().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("file"), "mine").unwrap();
        symlink(&outside, scene.ws("link")).unwrap();
        symlink(outside.join("file"), scene.ws("to-file")).unwrap();
        let file = |path: &str| FileWrite {
            path: path.into(),
            content: Content::Text("x".into()),
            executable: false,
        };
        for bad in [
            "",
            "/etc/x",
            "../x",
            "a/../../x",
            "a//b",
            "./a",
            "a/.",
            ".git/config",
            "sub/.GIT/hooks/x",
            "git~1/x",
            "link/x",
            "link/sub/x",
            "a\0b",
            "a/",
            "to-file/x",
        ] {
            assert!(write(&scene.ws(""), &file(bad)).is_err(), "{bad:?}");
            assert!(delete(&scene.ws(""), bad).is_err(), "{bad:?}");
        }
        write(&scene.ws(""), &file("to-file")).unwrap();
        write(&scene.ws(""), &file(".gitignore")).unwrap();
        assert_eq!(fs::read_to_string(outside.join("file")).unwrap(), "mine");
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
    }

    #[test]
    fn base64_is_decoded_or_refused() {
        let table: [(&str, Option<&[u8]>); 9] = [
            ("", Some(b"")),
            ("Zg==", Some(b"f")),
            ("Zm8=", Some(b"fo")),
            ("Zm9v\n", Some(b"foo")),
            ("/+8A", Some(b"\xff\xef\x00")),
            ("Zg=", None),
            ("Z===", None),
            ("Z!==", None),
            ("Zg==Zg==", None),
        ];
        for (text, bytes) in table {
            assert_eq!(base64(text).as_deref(), bytes, "{text}");
        }
    }
}
