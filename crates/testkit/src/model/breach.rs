//! What a request may not be, and the checks that all APIs share.

use serde_json::Value;

use super::turn::{Entry, Takes, Tool, Turn};

/// A rule that a request breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {rule}")]
pub(super) struct Breach {
    /// The place in the request.
    pub(super) at: String,
    /// What should be so.
    pub(super) rule: String,
}

/// A breach as an error.
pub(super) fn breach<T>(at: impl Into<String>, rule: impl Into<String>) -> Result<T, Breach> {
    Err(Breach { at: at.into(), rule: rule.into() })
}

/// A text that must be there and not empty.
pub(super) fn text<'a>(value: &'a Value, at: &str, key: &str) -> Result<&'a str, Breach> {
    match value.get(key).and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Ok(text),
        Some(_) => breach(format!("{at}{key}"), "must not be empty"),
        None => breach(format!("{at}{key}"), "must be a string"),
    }
}

/// A list that must be there.
pub(super) fn list<'a>(value: &'a Value, at: &str, key: &str) -> Result<&'a [Value], Breach> {
    match value.get(key).and_then(Value::as_array) {
        Some(list) => Ok(list),
        None => breach(format!("{at}{key}"), "must be a list"),
    }
}

/// A list that may be missing.
pub(super) fn optional_list<'a>(value: &'a Value, at: &str, key: &str) -> Result<&'a [Value], Breach> {
    if value.get(key).is_none_or(Value::is_null) { Ok(&[]) } else { list(value, at, key) }
}

/// A flag that may be missing.
pub(super) fn flag(value: &Value, key: &str) -> Result<bool, Breach> {
    match value.get(key) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => breach(key, "must be true or false"),
    }
}

/// The schema of a tool's arguments: an object, with properties that are schemas and required ones among them.
pub(super) fn tool_schema(schema: Option<&Value>, at: &str) -> Result<Value, Breach> {
    let Some(schema) = schema.filter(|schema| schema.is_object()) else {
        return breach(at, "must be a JSON schema");
    };
    let kind = schema.get("type").and_then(Value::as_str).unwrap_or_default();
    if !kind.eq_ignore_ascii_case("object") {
        return breach(format!("{at}.type"), "must be object");
    }
    let none = serde_json::Map::new();
    let properties = match schema.get("properties") {
        None => &none,
        Some(Value::Object(properties)) => properties,
        Some(_) => return breach(format!("{at}.properties"), "must be an object"),
    };
    if let Some((name, _)) = properties.iter().find(|(_, value)| !value.is_object() && !value.is_boolean()) {
        return breach(format!("{at}.properties.{name}"), "must be a JSON schema");
    }
    for name in optional_list(schema, &format!("{at}."), "required")? {
        if !name.as_str().is_some_and(|name| properties.contains_key(name)) {
            return breach(format!("{at}.required"), format!("names {name}, which is no property"));
        }
    }
    Ok(schema.clone())
}

/// The name of a tool: letters, digits, `_`, `-` and whatever else the API takes; not too long.
pub(super) fn tool_name(name: &str, at: &str, more: &str, longest: usize) -> Result<(), Breach> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-' || more.contains(c);
    if name.is_empty() || name.len() > longest || !name.chars().all(fits) {
        return breach(at, format!("{name:?} must be 1 to {longest} letters, digits, underscores or dashes"));
    }
    Ok(())
}

/// What must be so in every conversation: no tool is offered twice, no id is used twice, every result answers an
/// open call, every call is answered before anything else is said, and a prompt or a result comes last.
pub(super) fn conversation(turn: &Turn) -> Result<(), Breach> {
    for (index, tool) in turn.tools.iter().enumerate() {
        if turn.tools[..index].iter().any(|other| other.name == tool.name && other.group == tool.group) {
            return breach(format!("tools.{index}"), format!("{} is offered twice", tool.name));
        }
    }
    let mut seen: Vec<&str> = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    for (index, entry) in turn.entries.iter().enumerate() {
        let at = || format!("entry {index}");
        match entry {
            Entry::Call { id, name } => {
                if seen.contains(&id.as_str()) {
                    return breach(at(), format!("the id {id} of a call of {name} is used twice"));
                }
                seen.push(id);
                open.push(id);
            }
            Entry::Result { id, .. } => match open.iter().position(|open| open == id) {
                Some(place) => {
                    open.remove(place);
                }
                None => return breach(at(), format!("a result for {id} answers no open call")),
            },
            Entry::Prompt(_) => unanswered(&open, &at())?,
            // Some APIs put what the model says beside its calls.
            Entry::Said(_) => {}
        }
    }
    unanswered(&open, "the end")?;
    match turn.entries.last() {
        Some(Entry::Prompt(_) | Entry::Result { .. }) => Ok(()),
        Some(Entry::Said(_) | Entry::Call { .. }) | None => {
            breach("the end", "the last message must be the user's or a result")
        }
    }
}

fn unanswered(open: &[&str], at: &str) -> Result<(), Breach> {
    match open.first() {
        Some(id) => breach(at, format!("the call {id} has no result")),
        None => Ok(()),
    }
}

/// What came out of a call: a text as it is, anything else as JSON.
pub(super) fn result(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// A tool that takes arguments.
pub(super) fn function(name: &str, group: Option<&str>, schema: Value) -> Tool {
    Tool { name: name.to_owned(), group: group.map(str::to_owned), takes: Takes::Arguments(schema) }
}
