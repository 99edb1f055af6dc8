//! Why a demonstration did not come to its end, or did not show what it promised.

use std::path::PathBuf;

use cli_kit::{CliError, Exit};
use conductor_host::git::{GitError, OpenError};
use conductor_host::journal::JournalError;
use conductor_host::process::{Exit as ProcessExit, RunError};
use serde::Serialize;
use taskwerk_client::{StoreError, TasksError};
use thiserror::Error;

/// Why a demonstration failed.
#[derive(Debug, Error)]
pub(super) enum DemoError {
    #[error("{} is not empty, and the demonstration would mix with what is there", .0.display())]
    NotEmpty(PathBuf),
    #[error("cannot make {}: {source}", path.display())]
    Make { path: PathBuf, source: std::io::Error },
    #[error("cannot remove {}: {source}", path.display())]
    Remove { path: PathBuf, source: std::io::Error },
    #[error("failed to find this program's own file: {0}")]
    NoProgram(std::io::Error),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error("`{command}` {}; {expected} was expected", ended(.exit))]
    Unexpected { command: String, exit: ProcessExit, expected: u8 },
    #[error("git could not make the repository: {0}")]
    Git(String),
    #[error("the demonstration did not show what it promised: {}", list(.0))]
    Untrue(Vec<Flaw>),
    #[error("cannot look at the repository again: {0}")]
    Open(#[from] OpenError),
    #[error("cannot look at the commits again: {0}")]
    Commits(#[from] GitError),
    #[error("cannot look at the session again: {0}")]
    Journal(#[from] JournalError),
    #[error("cannot look at the tasks again: {0}")]
    Tasks(#[from] TasksError),
    #[error("cannot look at the tasks again: {0}")]
    Store(#[from] StoreError),
}

/// Something that is not as it has to be at the end.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Flaw {
    #[error("there was no session")]
    NoSession,
    #[error("there is no branch main")]
    NoBranch,
    #[error("the page has {expected} tasks, and {found} were made")]
    TaskCount { expected: usize, found: usize },
    #[error("{0} is not done")]
    NotDone(String),
    #[error("main has {found} commits for {expected} tasks")]
    CommitCount { expected: usize, found: usize },
    #[error("{0} has no commit on main")]
    NoCommit(String),
    #[error("the commit of {0} does not say that a replay made it")]
    NotLabelled(String),
    #[error("the evidence of {0} is missing, was changed, names another tree, or failed")]
    Evidence(String),
    #[error("no gate failed and was mended")]
    NoFailedGate,
    #[error("nothing was held for a person and accepted")]
    NoHold,
    #[error("the checkout has changes that are not committed")]
    Dirty,
}

impl DemoError {
    /// The error as the user sees it.
    pub(super) fn to_cli(&self) -> CliError {
        let message = self.to_string();
        match self {
            Self::NotEmpty(_) => CliError::new(Exit::Refused, "FOLDER_NOT_EMPTY", message)
                .hint("name a folder that is empty or not there yet, or leave --dir out"),
            Self::Make { .. } | Self::Remove { .. } => CliError::new(Exit::Store, "STORE_IO", message)
                .hint("check the folder's rights, or name another with --dir"),
            Self::Run(RunError::NoProgram { .. }) => {
                CliError::new(Exit::Refused, "PROGRAM_NOT_FOUND", message)
                    .hint("the demonstration needs git and the usual programs of a shell")
            }
            Self::Git(_) => CliError::new(Exit::Refused, "GIT_FAILED", message),
            Self::NoProgram(_) | Self::Run(_) | Self::Unexpected { .. } => CliError::internal(message),
            Self::Untrue(flaws) => CliError::internal(message).details(serde_json::json!({ "flaws": flaws })),
            Self::Open(_) | Self::Commits(_) | Self::Journal(_) | Self::Tasks(_) | Self::Store(_) => {
                CliError::internal(message)
            }
        }
    }
}

fn ended(exit: &ProcessExit) -> String {
    match exit {
        ProcessExit::Code(code) => format!("ended with exit code {code}"),
        ProcessExit::Signal(signal) => format!("was ended by signal {signal}"),
    }
}

fn list(flaws: &[Flaw]) -> String {
    flaws.iter().map(Flaw::to_string).collect::<Vec<_>>().join("; ")
}
