//! Programs that are started for one prompt, each with its own way of being told of a server.
//!
//! Tried with Claude Code 2.1.330, Codex CLI 0.169.0, opencode 1.18.33 and Gemini CLI 0.61.0. The last has none: its
//! servers come from settings files alone, and of those that a variable can name it reads only what root owns. It
//! takes the server over ACP ([`super::acp_server`]).

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::super::call::Tool;
use super::super::server::{SERVER_NAME, ServerCommand};
use super::Offer;

/// The variable in which opencode takes a part of its configuration.
pub const OPENCODE_CONFIG: &str = "OPENCODE_CONFIG_CONTENT";

/// Claude Code. `dir` is a directory of the attempt, for a file: arguments can be read by every user of the machine.
/// The tools need no permission; the user's own servers stay, and so do rules that the command line has already.
pub fn claude(server: &ServerCommand, dir: &Path) -> Offer {
    let file = dir.join("mcp.json");
    let entry = json!({
        "type": "stdio",
        "command": server.program,
        "args": server.args,
        "env": server.env,
        // Else its model has to search for the tools before it sees them.
        "alwaysLoad": true,
    });
    let allowed: Vec<String> =
        Tool::ALL.iter().map(|tool| format!("mcp__{SERVER_NAME}__{}", tool.name())).collect();
    Offer {
        // Joined by `=`, since both options would take the words that follow them as well.
        args: vec![
            format!("--mcp-config={}", file.display()),
            format!("--allowedTools={}", allowed.join(",")),
        ],
        env: BTreeMap::new(),
        files: vec![(file, json!({"mcpServers": {SERVER_NAME: entry}}).to_string())],
    }
}

/// Codex CLI. The values of the variables are not on its command line; it passes them on from its own environment.
/// The tools need no permission, since they say of themselves that they destroy nothing.
pub fn codex(server: &ServerCommand) -> Offer {
    let names: Vec<&str> = server.env.keys().map(String::as_str).collect();
    let settings = [
        ("command", toml_text(&server.program)),
        ("args", toml_list(server.args.iter().map(String::as_str))),
        ("env_vars", toml_list(names)),
    ];
    let args = settings
        .into_iter()
        .flat_map(|(key, value)| ["-c".to_owned(), format!("mcp_servers.{SERVER_NAME}.{key}={value}")]);
    Offer { args: args.collect(), env: server.env.clone(), files: Vec::new() }
}

/// opencode. `users` is what the user has in [`OPENCODE_CONFIG`]; it stays, with the server added and its tools
/// allowed. `None` when it is not a JSON object: then nothing can be added to it, and it is better left alone.
pub fn opencode(server: &ServerCommand, users: Option<&str>) -> Option<Offer> {
    // As it was written: in opencode the order of rules decides.
    let mut config: BTreeMap<String, Box<RawValue>> = match users.filter(|text| !text.trim().is_empty()) {
        None => BTreeMap::new(),
        Some(text) => serde_json::from_str(text).ok()?,
    };
    let command: Vec<&str> =
        std::iter::once(&server.program).chain(&server.args).map(String::as_str).collect();
    let entry = json!({"type": "local", "command": command, "environment": server.env, "enabled": true});
    let servers = with(config.get("mcp").map(|raw| raw.get()), SERVER_NAME, &entry)?;
    config.insert("mcp".to_owned(), servers);
    // The last rule that fits decides, and one word stands for a rule for everything.
    let rules = match config.get("permission").map(|raw| raw.get()) {
        Some(word) if word.starts_with('"') => Some(format!("{{\"*\":{word}}}")),
        rules => rules.map(str::to_owned),
    };
    let rules = with(rules.as_deref(), &format!("{SERVER_NAME}_*"), &json!("allow"))?;
    config.insert("permission".to_owned(), rules);
    let config = serde_json::to_string(&config).ok()?;
    Some(Offer { env: BTreeMap::from([(OPENCODE_CONFIG.to_owned(), config)]), ..Offer::default() })
}

/// An object with one more member at its end.
fn with(object: Option<&str>, key: &str, value: &Value) -> Option<Box<RawValue>> {
    let inside = object.unwrap_or("{}").strip_prefix('{')?.strip_suffix('}')?.trim();
    let comma = if inside.is_empty() { "" } else { "," };
    RawValue::from_string(format!("{{{inside}{comma}{}:{value}}}", Value::from(key))).ok()
}

/// A basic string of TOML. JSON's escapes are TOML's, too, except for the one character that JSON leaves as it is.
fn toml_text(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

fn toml_list<'t>(items: impl IntoIterator<Item = &'t str>) -> String {
    let items: Vec<String> = items.into_iter().map(toml_text).collect();
    format!("[{}]", items.join(","))
}
