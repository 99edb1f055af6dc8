//! The errors of the libraries as the user sees them: a stable code, an exit code, and what to do next.

use cli_kit::{CliError, Exit};
use conductor_host::git::OpenError;
use conductor_host::journal::{JournalError, UpcastError};
use taskwerk_client::model::{ErrorClass, ErrorCode};
use taskwerk_client::{StoreError, TasksError};

/// An error of the client: a refusal or a failure of the store.
pub(crate) fn from_client(error: TasksError) -> CliError {
    let code = error.code();
    let cli = CliError::new(exit(code), code.as_str(), error.to_string())
        .details(error.details())
        .suggestions(error.suggestions());
    let hint = if code == ErrorCode::NotInitialized { Some(INIT_HINT.to_owned()) } else { error.hint() };
    match hint {
        // Suggestions are shown as a question of their own; a hint that asks the same would say it twice.
        Some(hint) if cli.suggestions.is_empty() => cli.hint(hint),
        Some(_) | None => cli,
    }
}

const INIT_HINT: &str = "run `conductor init` in the project, or name its folder with --dir";

/// An error of the store alone.
pub(crate) fn from_store(error: StoreError) -> CliError {
    from_client(TasksError::Store(error))
}

/// A value of the command line or of the environment that its type refuses.
pub(crate) fn from_value(error: impl std::error::Error) -> CliError {
    CliError::new(Exit::Usage, ErrorCode::Validation.as_str(), error.to_string())
}

/// An error of Conductor's own database.
pub(crate) fn from_journal(error: JournalError) -> CliError {
    let message = error.to_string();
    match error {
        JournalError::NoSession(_) => CliError::new(Exit::NotFound, "SESSION_NOT_FOUND", message),
        JournalError::NoRun(_) => CliError::new(Exit::NotFound, "RUN_NOT_FOUND", message),
        JournalError::NoEvidence(_) => CliError::new(Exit::NotFound, "EVIDENCE_NOT_FOUND", message),
        JournalError::NoControl(_) => CliError::new(Exit::NotFound, "CONTROL_NOT_FOUND", message),
        JournalError::Conflict { .. } => CliError::new(Exit::Conflict, "JOURNAL_CONFLICT", message),
        JournalError::Newer { .. }
        | JournalError::Form { source: UpcastError::Newer { .. } | UpcastError::UnknownKind(_), .. } => {
            CliError::new(Exit::Store, "STORE_NEWER", message)
        }
        JournalError::Sqlite(_) | JournalError::Directory { .. } | JournalError::Backup { .. } => CliError::new(Exit::Store, "STORE_IO", message)
            .hint("check that `.taskwerk/conductor.db` can be read and written; `conductor doctor` looks at both stores"),
        JournalError::Unfaithful(_) => CliError::new(Exit::Internal, "CHECKPOINT_UNFAITHFUL", message),
        JournalError::Row { .. }
        | JournalError::Form {
            source: UpcastError::NoVersion(_) | UpcastError::Misshapen { .. } | UpcastError::Json(_),
            ..
        }
        | JournalError::Fold { .. }
        | JournalError::Range(_) => {
            CliError::new(Exit::Store, "STORE_DAMAGED", message)
                .hint("the database holds something that this program did not write; restore it from a backup")
        }
    }
}

/// A repository that cannot be used.
pub(crate) fn from_open(error: OpenError) -> CliError {
    let message = error.to_string();
    match error {
        OpenError::NotARepository { .. } => CliError::new(Exit::Refused, "NOT_GIT_REPOSITORY", message),
        OpenError::NoFolder { .. } => CliError::new(Exit::NotFound, "FOLDER_NOT_FOUND", message),
        OpenError::NoCheckout { .. } => CliError::new(Exit::Refused, "NO_CHECKOUT", message),
        OpenError::Unborn => CliError::new(Exit::Refused, "NO_COMMIT", message),
        OpenError::NoGit(_) => CliError::new(Exit::Refused, "GIT_NOT_FOUND", message),
        OpenError::TooOld { .. } => CliError::new(Exit::Refused, "GIT_TOO_OLD", message),
        OpenError::Refused { .. } | OpenError::OddPath { .. } | OpenError::Git(_) => {
            CliError::new(Exit::Refused, "GIT_FAILED", message)
        }
    }
}

fn exit(code: ErrorCode) -> Exit {
    match code.class() {
        ErrorClass::Refused => Exit::Refused,
        ErrorClass::NotFound => Exit::NotFound,
        ErrorClass::Conflict => Exit::Conflict,
        ErrorClass::Store => Exit::Store,
    }
}
