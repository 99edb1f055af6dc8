//! Which speaker understands which program.

use std::path::Path;

use conductor_engine::attempt::Usage;
use serde_json::Value;

use super::acp;
use super::catalogue::Known;
use super::headless::{Claude, Codex, Gemini, Headless, Opencode};
use super::plain::Plain;
use super::profile::{ProgramProfile, Protocol};
use super::speaker::Speaker;

/// What a process of a program begins with.
pub(super) struct Opening<'o> {
    /// Where the agent works.
    pub(super) workspace: &'o Path,
    /// The agent's own session that goes on.
    pub(super) session: Option<&'o str>,
    /// The first prompt.
    pub(super) prompt: &'o str,
    /// Conductor's own tools, as an entry of the protocol.
    pub(super) server: Option<Value>,
    /// What the attempt used before this process.
    pub(super) usage: Usage,
    /// What the agent's own session had used before this attempt, where the agent counts by session.
    pub(super) totals: Usage,
}

/// The speaker for a process of this program.
pub(super) fn speaker_for(program: &ProgramProfile, opening: Opening<'_>) -> Box<dyn Speaker> {
    match (program.protocol, program.known) {
        (Protocol::Acp, _) => Box::new(acp::Client::new(program, opening)),
        (Protocol::Headless, Some(Known::Claude)) => Box::new(Headless::new(Claude::default(), &opening)),
        (Protocol::Headless, Some(Known::Codex)) => Box::new(Headless::new(Codex::default(), &opening)),
        (Protocol::Headless, Some(Known::Gemini)) => Box::new(Headless::new(Gemini::default(), &opening)),
        (Protocol::Headless, Some(Known::Opencode)) => Box::new(Headless::new(Opencode::default(), &opening)),
        (Protocol::Headless, Some(Known::Qwen | Known::Vibe) | None) | (Protocol::Command, _) => {
            Box::new(Plain::default())
        }
    }
}
