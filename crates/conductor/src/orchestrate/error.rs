//! Errors of orchestration as the user sees them.

use cli_kit::{CliError, Exit};
use conductor_host::driver::LockError;
use conductor_host::session::{BeginError, DriveSessionError, HostError, LandError, RollbackError};

/// Something that git, the system or a store could not do.
pub(crate) fn failed(error: &dyn std::error::Error) -> CliError {
    CliError::new(Exit::Store, "FAILED", with_causes(error))
}

/// The error and what caused it, as one sentence.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let more = cause.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = cause.source();
    }
    text
}

pub(super) fn from_lock(error: &LockError) -> CliError {
    match error {
        LockError::Busy(pid) => busy(*pid),
        LockError::File { .. } => CliError::new(Exit::Store, "STORE_IO", error.to_string())
            .hint("nothing was changed; when the file can be written again (space, rights, a read-only disk), try again"),
    }
}

/// Another driver is at work.
pub(super) fn busy(pid: Option<u32>) -> CliError {
    CliError::new(Exit::Conflict, "DRIVER_BUSY", LockError::Busy(pid).to_string())
        .hint("watch it with `conductor monitor`; end it with `conductor orchestrate stop`")
}

pub(super) fn from_host(error: &HostError) -> CliError {
    failed(error)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "what is not named here is a failure of git or a store")]
pub(super) fn from_begin(error: &BeginError) -> CliError {
    let message = with_causes(error);
    match error {
        BeginError::NotLanded { .. } => CliError::new(Exit::Conflict, "NOT_LANDED", message),
        BeginError::Unfinished(_) => CliError::new(Exit::Conflict, "SESSION_UNFINISHED", message),
        BeginError::Detached | BeginError::BranchInTheWay(_) => {
            CliError::new(Exit::Refused, "BRANCH", message)
        }
        BeginError::NoBranch(_) => CliError::new(Exit::NotFound, "BRANCH_NOT_FOUND", message),
        BeginError::Agent(_) | BeginError::AgentMissing { .. } => {
            CliError::new(Exit::Refused, "NO_AGENT", message).hint("`conductor agents` lists what is known")
        }
        BeginError::Profile(_) | BeginError::Gates(_) | BeginError::Config(_) => {
            CliError::new(Exit::Usage, "CONFIG_WRONG_VALUE", message)
        }
        BeginError::Policy(_) => CliError::new(Exit::Usage, "CONFIG_WRONG_VALUE", message)
            .hint("`conductor policy check` shows each rule with what it reads"),
        _ => failed(error),
    }
}

/// A session that cannot go on for now.
pub(super) fn broken_off(error: &dyn std::error::Error) -> CliError {
    failed(error).hint(
        "nothing is lost: when that is mended, `conductor orchestrate resume` takes the session up where it was",
    )
}

pub(super) fn from_drive(error: &DriveSessionError) -> CliError {
    broken_off(error)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "what is not named here is a failure of git or a store")]
pub(super) fn from_land(error: &LandError) -> CliError {
    match error {
        LandError::NoBranch(_) => CliError::new(Exit::NotFound, "BRANCH_NOT_FOUND", error.to_string()),
        LandError::Strange(_) => CliError::new(Exit::Conflict, "BRANCH_MOVED", error.to_string()),
        _ => failed(error),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "what is not named here is a failure of git or a store")]
pub(super) fn from_rollback(error: &RollbackError) -> CliError {
    match error {
        RollbackError::NotLanded { .. } => CliError::new(Exit::NotFound, "NOT_LANDED", error.to_string()),
        RollbackError::Land(error) => from_land(error),
        RollbackError::NoBranch(_) => CliError::new(Exit::NotFound, "BRANCH_NOT_FOUND", error.to_string()),
        _ => failed(error),
    }
}
