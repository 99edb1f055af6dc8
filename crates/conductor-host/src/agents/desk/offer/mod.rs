//! Offering the desk to an agent: each program is told of an MCP server in its own way. Nothing is written into the
//! user's own configuration, and their own servers stay.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::server::{SERVER_NAME, ServerCommand};

/// What a program is started with, so that it knows the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offer {
    /// Arguments to add at the end of its command line.
    pub args: Vec<String>,
    /// Variables to add to its environment.
    pub env: BTreeMap<String, String>,
    /// Files to write before it starts, for this user alone (mode 0600): they hold the token.
    pub files: Vec<(PathBuf, String)>,
}

/// The entry of `mcpServers` in ACP's `session/new` and `session/load`.
pub fn acp_server(server: &ServerCommand) -> Value {
    let env: Vec<Value> =
        server.env.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    json!({"name": SERVER_NAME, "command": server.program, "args": server.args, "env": env})
}

/// The programs that are started for one prompt.
pub mod headless {}
