//! Which of the offered tools a call means, and its arguments in the words of that tool.

use serde_json::{Map, Value, json};

use super::deferred;
use super::script::Call;
use super::turn::{Input, Takes, Tool, Turn};

/// Names of tools by what they do, best first.
const WRITE: &[&str] = &["Write", "write", "write_file"];
const EDIT: &[&str] = &["Edit", "edit", "replace"];
const READ: &[&str] = &["Read", "read", "read_file"];
const SHELL: &[&str] = &["Bash", "bash", "run_shell_command", "exec_command", "shell_command", "shell"];
const PATCH: &[&str] = &["apply_patch"];

/// Names of arguments by what they hold.
const PATH: &[&str] = &["file_path", "filePath", "absolute_path", "path"];
const CONTENT: &[&str] = &["content", "contents", "text"];
const OLD: &[&str] = &["old_string", "oldString", "old_str"];
const NEW: &[&str] = &["new_string", "newString", "new_str"];
const COMMAND: &[&str] = &["command", "cmd"];

/// The tool and what to call it with; none when the client offers no tool for it.
pub(super) fn resolve<'t>(call: &Call, turn: &'t Turn, cwd: &str) -> Option<(&'t Tool, Input)> {
    let tools = turn.tools.as_slice();
    let full = |path: &str| absolute(path, cwd);
    match call {
        Call::WriteFile { path, content } => {
            with(tools, WRITE, &[(PATH, full(path)), (CONTENT, content.clone())])
                .or_else(|| patch(tools, &added(path, content)))
                .or_else(|| run(tools, &format!("printf %s {} > {}", quoted(content), quoted(path))))
        }
        Call::Edit { path, old, new } => {
            let words = [(PATH, full(path)), (OLD, old.clone()), (NEW, new.clone())];
            with(tools, EDIT, &words).or_else(|| patch(tools, &updated(path, old, new)))
        }
        Call::RunShell { command } => run(tools, command),
        Call::ReadFile { path } => {
            with(tools, READ, &[(PATH, full(path))]).or_else(|| run(tools, &format!("cat {}", quoted(path))))
        }
        Call::Tool { name, arguments } => {
            let tool = tools.iter().find(|tool| ends_in(&tool.name, name));
            tool.map(|tool| (tool, Input::Arguments(arguments.clone())))
                .or_else(|| deferred::resolve(name, arguments, turn))
        }
    }
}

fn run<'t>(tools: &'t [Tool], command: &str) -> Option<(&'t Tool, Input)> {
    // One client hands a command that takes longer back to the model, which is no way to wait for it.
    with(tools, SHELL, &[(COMMAND, command.to_owned()), (&["yield_time_ms"], "600000".to_owned())])
}

pub(super) fn named<'t>(tools: &'t [Tool], names: &[&str]) -> Option<&'t Tool> {
    names.iter().find_map(|name| tools.iter().find(|tool| tool.name == *name))
}

/// The tool with the first of these names that is offered, and its arguments by the words that it knows.
fn with<'t>(tools: &'t [Tool], names: &[&str], words: &[(&[&str], String)]) -> Option<(&'t Tool, Input)> {
    let tool = named(tools, names)?;
    let Takes::Arguments(schema) = &tool.takes else { return None };
    Some((tool, Input::Arguments(filled(schema, words))))
}

/// Every property that a word stands for, and something harmless for each other one that is required.
pub(super) fn filled(schema: &Value, words: &[(&[&str], String)]) -> Value {
    let none = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let required = |name: &String| {
        schema.get("required").and_then(Value::as_array).is_some_and(|list| list.iter().any(|r| r == name))
    };
    let value = |(name, property): (&String, &Value)| {
        let word = words.iter().find(|(known, _)| known.contains(&name.as_str()));
        let value = match word {
            Some((_, text)) if is(property, "array") => json!(["bash", "-lc", text]),
            Some((_, text)) if is(property, "number") || is(property, "integer") => {
                serde_json::from_str(text).unwrap_or_else(|_| json!(text))
            }
            Some((_, text)) => json!(text),
            None if required(name) => sample(property),
            None => return None,
        };
        Some((name.clone(), value))
    };
    Value::Object(properties.iter().filter_map(value).collect())
}

/// Any value that the schema allows.
pub(super) fn sample(schema: &Value) -> Value {
    let first = |key: &str| schema.get(key).and_then(Value::as_array).and_then(|list| list.first());
    if let Some(value) = schema.get("const").or_else(|| first("enum")) {
        return value.clone();
    }
    if let Some(one) = first("anyOf").or_else(|| first("oneOf")) {
        return sample(one);
    }
    match () {
        () if is(schema, "object") => filled(schema, &[]),
        () if is(schema, "array") => json!([]),
        () if is(schema, "integer") || is(schema, "number") => {
            schema.get("minimum").cloned().unwrap_or_else(|| json!(1))
        }
        () if is(schema, "boolean") => json!(false),
        () => json!("as scripted"),
    }
}

/// Whether a schema has this type. Gemini writes types in capitals.
fn is(schema: &Value, kind: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(one)) => one.eq_ignore_ascii_case(kind),
        Some(Value::Array(several)) => several.first().is_some_and(|one| one == kind),
        _ => false,
    }
}

/// A patch, where a tool for patches is offered.
fn patch<'t>(tools: &'t [Tool], body: &str) -> Option<(&'t Tool, Input)> {
    let tool = named(tools, PATCH)?;
    let text = format!("*** Begin Patch\n{body}*** End Patch\n");
    Some(match &tool.takes {
        Takes::Text => (tool, Input::Text(text)),
        Takes::Arguments(schema) => (tool, Input::Arguments(filled(schema, &[(&["input", "patch"], text)]))),
    })
}

fn added(path: &str, content: &str) -> String {
    let lines: String = content.lines().map(|line| format!("+{line}\n")).collect();
    format!("*** Add File: {path}\n{lines}")
}

fn updated(path: &str, old: &str, new: &str) -> String {
    let lines =
        |sign: char, text: &str| text.lines().map(|line| format!("{sign}{line}\n")).collect::<String>();
    format!("*** Update File: {path}\n@@\n{}{}", lines('-', old), lines('+', new))
}

/// Whether the last word of a name is this. Words end where anything but a letter or a digit stands.
pub(super) fn ends_in(name: &str, word: &str) -> bool {
    name.strip_suffix(word).is_some_and(|rest| !rest.ends_with(|c: char| c.is_ascii_alphanumeric()))
}

fn absolute(path: &str, cwd: &str) -> String {
    if path.starts_with('/') || cwd.is_empty() { path.to_owned() } else { format!("{cwd}/{path}") }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
