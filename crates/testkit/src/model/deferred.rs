//! Tools that a client has but does not offer at once: it tells their names, or only that there are some, and the model
//! has to search for them, or to call them through another tool.

use serde_json::{Value, json};

use super::tools::{ends_in, filled, named};
use super::turn::{Entry, Input, Takes, Tool, Turn};

/// Tools that search for tools. After a search, most clients offer what was found.
const SEARCH: &[&str] = &["ToolSearch", "tool_search"];
/// Tools that call a tool by its name.
const THROUGH: &[&str] = &["tool_call"];
/// Tools that run a program which can call tools.
const PROGRAM: &[&str] = &["run_typescript"];

/// How to come to a tool whose name ends in this word.
pub(super) fn resolve<'t>(word: &str, arguments: &Value, turn: &'t Turn) -> Option<(&'t Tool, Input)> {
    let full = full_name(word, turn);
    search(word, full, turn)
        .or_else(|| through(full?, arguments, turn))
        .or_else(|| program(word, arguments, turn))
}

/// Whether a call by this name only searches, so that its result is no result of the script.
pub(super) fn is_search(name: &str) -> bool {
    SEARCH.contains(&name)
}

/// A search, unless there was one.
fn search<'t>(word: &str, full: Option<&str>, turn: &'t Turn) -> Option<(&'t Tool, Input)> {
    let searched = |entry: &Entry| matches!(entry, Entry::Call { name, .. } if is_search(name));
    if turn.entries.iter().any(searched) {
        return None;
    }
    let query = full.map_or_else(|| word.to_owned(), |full| format!("select:{full}"));
    with(turn, SEARCH, |schema| filled(schema, &[(&["query"], query.clone())]))
}

fn through<'t>(full: &str, arguments: &Value, turn: &'t Turn) -> Option<(&'t Tool, Input)> {
    with(turn, THROUGH, |_| json!({ "name": full, "arguments": arguments }))
}

/// A program that calls the first function of this name in any group.
fn program<'t>(word: &str, arguments: &Value, turn: &'t Turn) -> Option<(&'t Tool, Input)> {
    let code = format!(
        "async function main() {{ for (const group of Object.values(tools)) {{ \
         if (group.{word}) return await group.{word}({arguments}); }} return 'no such tool'; }}"
    );
    with(turn, PROGRAM, |schema| filled(schema, &[(&["code"], code.clone())]))
}

fn with<'t>(turn: &'t Turn, names: &[&str], input: impl Fn(&Value) -> Value) -> Option<(&'t Tool, Input)> {
    let tool = named(&turn.tools, names)?;
    match &tool.takes {
        Takes::Arguments(schema) => Some((tool, Input::Arguments(input(schema)))),
        Takes::Text => None,
    }
}

/// The name as the client tells it, in what it adds to prompts or as what a search found.
fn full_name<'t>(word: &str, turn: &'t Turn) -> Option<&'t str> {
    let texts = turn.entries.iter().filter_map(|entry| match entry {
        Entry::Prompt(text) | Entry::Result { text, .. } => Some(text.as_str()),
        Entry::Said(_) | Entry::Call { .. } => None,
    });
    let apart = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let mut names = texts.chain([turn.system.as_str()]).flat_map(|text| text.split(apart));
    names.find(|name| name.starts_with("mcp_") && ends_in(name, word))
}
