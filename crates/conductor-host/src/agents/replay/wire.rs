//! What was exchanged with an agent's program in one attempt, as a recording keeps it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::super::catalogue::Known;
use super::super::profile::Protocol;
use super::super::wire::WireLine;
use crate::process::Exit;

/// What stands in recorded lines for the workspace, so that a recording is not bound to a machine.
#[cfg(test)]
pub(in super::super) const WORKSPACE: &str = "{workspace}";

/// What was exchanged with an agent's program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wire {
    /// The known agent that it was.
    #[serde(default, with = "known")]
    pub known: Option<Known>,
    /// How it was talked to.
    pub protocol: Protocol,
    /// The agent's own session that went on, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The lines, in order, of one process.
    pub lines: Vec<WireLine>,
    /// How the program ended.
    pub exit: Exit,
}

/// A known agent by its name.
mod known {
    use super::{Deserialize as _, Deserializer, Known, Serialize as _, Serializer, de};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn serialize<S: Serializer>(known: &Option<Known>, to: S) -> Result<S::Ok, S::Error> {
        known.map(Known::name).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Known>, D::Error> {
        let Some(name) = Option::<String>::deserialize(from)? else { return Ok(None) };
        let unknown = || de::Error::custom(format!("there is no known agent {name:?}"));
        Known::of_name(&name).map(Some).ok_or_else(unknown)
    }
}
