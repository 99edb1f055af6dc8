//! The errors of the libraries as the user sees them.

use cli_kit::{CliError, Exit};
use taskwerk_client::{StoreError, TasksError};
use taskwerk_model::{ErrorClass, ErrorCode};

/// An error of the client: a refusal or a failure of the store.
pub(crate) fn from_client(error: TasksError) -> CliError {
    let suggestions = error.suggestions();
    let mut cli =
        CliError::new(exit(error.code()), error.code().as_str(), error.to_string()).details(error.details());
    // Suggestions are shown as a question of their own; a hint that asks the same would say it twice.
    if suggestions.is_empty() {
        cli.hint = error.hint();
    }
    cli.suggestions(suggestions)
}

/// A failure of the store.
pub(crate) fn from_store(error: StoreError) -> CliError {
    from_client(error.into())
}

/// A value of the command line or of the environment that its type refuses.
pub(crate) fn from_value(error: impl std::error::Error) -> CliError {
    CliError::new(Exit::Usage, ErrorCode::Validation.as_str(), error.to_string())
}

fn exit(code: ErrorCode) -> Exit {
    match code.class() {
        ErrorClass::Refused => Exit::Refused,
        ErrorClass::NotFound => Exit::NotFound,
        ErrorClass::Conflict => Exit::Conflict,
        ErrorClass::Store => Exit::Store,
    }
}
