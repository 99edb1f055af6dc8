//! What a recording is: a JSON file of tasks, their attempts, and what each of these said and did.
//!
//! Version 2 adds to an attempt what was exchanged with the agent's program, and what it changed as a patch. Files of
//! version 1 are read as they are.

use std::borrow::Cow;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use conductor_engine::attempt::Usage;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::super::attempt::TaskSheet;
use super::wire::Wire;
use crate::git::GitError;
use crate::transcript::TranscriptError;

/// The version of the form that this program writes; it reads this one and all before it.
pub const VERSION: u32 = 2;

/// What an agent did, task by task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// The version of the form, at most [`VERSION`].
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
    /// What it changed in its workspace, as a patch that git applies. It comes after the deletions and the written
    /// files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch: Option<Content>,
    /// What was exchanged with its program. Where this is, the attempt is played as a program, and its end is what
    /// becomes of that; else everything is done at once and it ends as `end` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wire: Option<Wire>,
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
    #[error("{} is a recording of version {found}; this program plays versions up to {VERSION}", path.display())]
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
    /// A patch that git does not take.
    #[error("the recorded patch does not fit the workspace: {0}")]
    Patch(#[from] GitError),
    /// Something is to go wrong that can only go wrong with a program.
    #[error(
        "the recording has no lines of a program for attempt {attempt} of {task:?}, so that no fault can be played"
    )]
    NoLines {
        /// The task's title.
        task: String,
        /// The attempt.
        attempt: u32,
    },
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
        if !(1..=VERSION).contains(&recording.version) {
            return Err(ReplayError::Version { path: path.to_owned(), found: recording.version });
        }
        Ok(recording)
    }

    /// What is recorded of a task, found by its key, else its id, else its title.
    pub(super) fn task(&self, task: &TaskSheet) -> Option<&RecordedTask> {
        let by = |name: &str| self.named(name);
        task.key.as_deref().and_then(by).or_else(|| by(&task.id)).or_else(|| by(&task.title))
    }

    /// What is recorded under a name.
    pub(super) fn named(&self, name: &str) -> Option<&RecordedTask> {
        self.tasks.iter().find(|task| task.task.to_lowercase() == name.trim().to_lowercase())
    }
}

impl RecordedTask {
    /// An attempt, counted from 1.
    pub(super) fn turn(&self, attempt: u32) -> Option<&Turn> {
        self.turns.get(usize::try_from(attempt).ok()?.checked_sub(1)?)
    }
}

impl Content {
    /// The bytes, as text where they are.
    pub fn of(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::Text(text),
            Err(error) => Self::Base64(STANDARD.encode(error.as_bytes())),
        }
    }

    /// The bytes; `None` where it says that it is base64 and is not.
    pub fn bytes(&self) -> Option<Cow<'_, [u8]>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text.as_bytes())),
            Self::Base64(text) => {
                // With padding; line breaks are allowed.
                let digits: String = text.split_whitespace().collect();
                STANDARD.decode(digits).ok().map(Cow::Owned)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(Content::Base64(text.to_owned()).bytes().as_deref(), bytes, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_recorded_of_a_file_is_what_it_held(bytes in proptest::prelude::any::<Vec<u8>>()) {
            let held = Content::of(bytes.clone()).bytes().map(|held| held.to_vec());
            proptest::prop_assert_eq!(held, Some(bytes));
        }
    }
}
