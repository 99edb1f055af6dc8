//! Why a step of git could not be done.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::process::{Exit, RunError};

/// A step that failed for a reason that is none of its regular outcomes. Nothing was changed that the step
/// itself would not find and finish (or clear away) when it is asked for again.
#[derive(Debug, Error)]
pub enum GitError {
    /// Git could not be run.
    #[error("failed to {step}: {source}")]
    Run {
        /// What was being done.
        step: &'static str,
        /// Why it could not be run.
        source: RunError,
    },
    /// Git ran and refused.
    #[error("failed to {step}: git said: {message}")]
    Refused {
        /// What was being done.
        step: &'static str,
        /// How git ended.
        exit: Exit,
        /// What it wrote to standard error, cut to a readable length.
        message: String,
    },
    /// Git's answer was not in the form that it documents.
    #[error("failed to {step}: cannot understand git's answer `{answer}`")]
    Answer {
        /// What was being done.
        step: &'static str,
        /// The part that was not understood, cut to a readable length.
        answer: String,
    },
    /// A file of the repository, a workspace or their surroundings could not be used.
    #[error("failed to {step}: {}: {source}", .path.display())]
    File {
        /// What was being done.
        step: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl GitError {
    pub(super) fn file(step: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { step, path, source }
    }

    pub(crate) fn answer(step: &'static str, answer: &[u8]) -> Self {
        Self::Answer { step, answer: readable(answer) }
    }
}

/// The beginning of what git said, for a message.
pub(super) fn readable(bytes: &[u8]) -> String {
    const LIMIT: usize = 2000;
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim();
    match text.char_indices().nth(LIMIT) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}
