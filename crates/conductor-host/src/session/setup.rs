//! What a session freezes when it begins, so that nothing that happens meanwhile can change the rules that it
//! is judged by.

use conductor_engine::gate::GateSpec;
use conductor_engine::ids::Oid;
use conductor_engine::session::Rules;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A session's frozen setup, as it is stored with the session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// The version of this type.
    pub version: u32,
    /// What the engine goes by.
    pub rules: Rules,
    /// The commit that the session's branch was cut from.
    pub base: Oid,
    /// The user's branch that the work is for, without `refs/heads/`.
    pub target: String,
    /// The gates.
    pub gates: Vec<GateSpec>,
    /// Their digest.
    pub gates_digest: String,
    /// Whether a run without tests is refused.
    pub require_tests: bool,
    /// Whether work that an earlier session kept is left where it is.
    pub fresh: bool,
    /// Conductor's merged configuration.
    pub config: Value,
    /// A recording that takes the agent's place, if one was named for this session.
    pub replay: Option<String>,
}

impl Setup {
    /// The version that this program writes.
    pub const VERSION: u32 = 4;
}
