//! What was exchanged with an agent's program in one attempt, as a recording keeps it.

use conductor_engine::attempt::Usage;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::super::catalogue::Known;
use super::super::profile::Protocol;
use super::super::wire::{Way, WireLine};
use crate::process::Exit;

/// What stands in recorded lines for the workspace, so that a recording is not bound to a machine.
pub(in super::super) const WORKSPACE: &str = "{workspace}";

/// What was exchanged with an agent's program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// What that had used in all before, where the agent counts by session.
    #[serde(default)]
    pub before: Usage,
    /// The lines, in order, of one process.
    pub lines: Vec<WireLine>,
    /// How the program ended.
    pub exit: Exit,
}

/// What is written down of a program when it begins, as the first of its lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Began {
    /// The known agent that it is.
    #[serde(default, with = "known")]
    pub(in super::super) known: Option<Known>,
    /// How it is talked to.
    pub(in super::super) protocol: Protocol,
    /// Where it works.
    pub(in super::super) workspace: String,
    /// The agent's own session that goes on.
    pub(in super::super) session: Option<String>,
    /// What that had used.
    pub(in super::super) before: Usage,
}

impl Wire {
    /// The lines of the last program in what an attempt wrote down; `None` when there is nothing that can be played:
    /// no program, one that has not ended, or lines of a program before this one.
    pub(super) fn of_log(log: &str) -> Option<(Self, Began)> {
        let lines: Vec<WireLine> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let from = lines.iter().rposition(|line| line.way == Way::Start)?;
        let mut lines = lines.into_iter().skip(from);
        let began: Began = serde_json::from_str(&lines.next()?.line).ok()?;
        let mut lines: Vec<WireLine> = lines.collect();
        let exit = lines.pop().filter(|line| line.way == Way::Exit)?;
        let wire = Self {
            known: began.known,
            protocol: began.protocol,
            session: began.session.clone(),
            before: began.before.clone(),
            lines,
            exit: serde_json::from_str(&exit.line).ok()?,
        };
        Some((wire, began))
    }
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
