//! An agent's own session, from one attempt to the next: by what name it is known, and what it had used.

use std::path::Path;

use conductor_engine::attempt::Usage;
use serde::{Deserialize, Serialize};

use super::dir_file;
use super::profile::{ProgramProfile, Protocol};

/// The name of the file in an attempt's directory.
pub(super) const KEPT_SESSION: &str = "session.json";

/// A file that is longer is not one.
const MOST_BYTES: u64 = 64 * 1024;

/// What is kept of an agent's session.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct KeptSession {
    /// As in a report: see [`session_name`].
    pub(super) session: String,
    /// What it used in all, where the agent counts by session.
    pub(super) totals: Usage,
}

/// A session as a report names it: with the way in which the agent was talked to, since one way does not know the
/// sessions of the other.
pub(super) fn session_name(program: &ProgramProfile, id: &str) -> String {
    format!("{}:{id}", word(program.protocol))
}

/// The agent's own name for a session that a report named, where this program can go on with it.
pub(crate) fn session_id<'n>(program: &ProgramProfile, name: &'n str) -> Option<&'n str> {
    let id = name.strip_prefix(word(program.protocol))?.strip_prefix(':')?;
    (can_resume(program) && !id.is_empty()).then_some(id)
}

/// Whether this program can go on with a session at all.
pub(super) fn can_resume(program: &ProgramProfile) -> bool {
    match program.protocol {
        Protocol::Acp => true,
        Protocol::Headless | Protocol::Command => program.resume.is_some(),
    }
}

/// What a session had used in all, as its attempt in `dir` left it.
pub(crate) fn totals_of(dir: &Path, session: &str) -> Usage {
    let kept = dir_file::read(&dir.join(KEPT_SESSION), MOST_BYTES);
    let kept: Option<KeptSession> = kept.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    kept.filter(|kept| kept.session == session).map(|kept| kept.totals).unwrap_or_default()
}

fn word(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Acp => "acp",
        Protocol::Headless => "headless",
        Protocol::Command => "command",
    }
}
