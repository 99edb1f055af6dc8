//! Offering the desk to an agent: each program is told of an MCP server in its own way. Nothing is written into the
//! user's own configuration, and their own servers stay.

pub mod headless;

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::call::Tool;
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

impl Offer {
    /// Writes its files. What was there under their names is replaced.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self) -> io::Result<()> {
        for (path, text) in &self.files {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            file.write_all(text.as_bytes())?;
        }
        Ok(())
    }
}

/// The entry of `mcpServers` in ACP's `session/new` and `session/load`.
pub fn acp_server(server: &ServerCommand) -> Value {
    let env: Vec<Value> =
        server.env.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    json!({"name": SERVER_NAME, "command": server.program, "args": server.args, "env": env})
}

/// Whether this is how one of the agents calls a tool of the desk when it asks over ACP whether it may use it. Only
/// whole titles count: elsewhere a title is the text of a command.
pub fn is_own_tool(title: &str) -> bool {
    Tool::ALL.iter().any(|tool| {
        let tool = tool.name();
        // Claude Code, Gemini CLI, opencode, Codex CLI, Vibe.
        [
            format!("mcp__{SERVER_NAME}__{tool}"),
            format!("{tool} ({SERVER_NAME} MCP Server)"),
            format!("{SERVER_NAME}_{tool}"),
            format!("mcp.{SERVER_NAME}.{tool}"),
            format!("mcp_{SERVER_NAME}.{tool}"),
        ]
        .iter()
        .any(|own| own == title)
    })
}

#[cfg(test)]
mod tests;
