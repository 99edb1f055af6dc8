//! One layer against the schema.

use std::path::Path;

use serde_json::Value;

use super::error::ConfigError;
use super::layers::Origin;
use super::schema::{Field, Kind, Schema};
use super::yaml::{Data, Node};
use crate::suggest::nearest;
use crate::time::parse_duration;

/// Where a layer's values come from: a line of it becomes an origin.
pub(super) trait Place {
    /// The origin of a value on this line.
    fn at(&self, line: u64) -> Origin;
}

impl<F: Fn(u64) -> Origin> Place for F {
    fn at(&self, line: u64) -> Origin {
        self(line)
    }
}

/// Checks the top level of a file: our sections strictly, the other program's not at all.
pub(super) fn check_file(
    schema: &Schema,
    node: &Node,
    place: &impl Place,
    file: &Path,
) -> Result<(), ConfigError> {
    let entries = match &node.data {
        Data::Scalar(Value::Null) => return Ok(()),
        Data::Map(entries) => entries,
        Data::Scalar(_) | Data::List(_) => {
            return Err(ConfigError::Syntax {
                file: file.to_owned(),
                line: node.line,
                problem: "the file must hold sections such as `tasks:`".to_owned(),
            });
        }
    };
    for (section, line, node) in entries {
        if schema.foreign.contains(&section.as_str()) {
            continue;
        }
        match schema.own.iter().find(|field| field.key == section) {
            Some(field) => check(&field.kind, node, section, place)?,
            None => {
                let known = schema.own.iter().map(|field| field.key).chain(schema.foreign.iter().copied());
                return Err(ConfigError::UnknownSection {
                    at: Box::new(place.at(*line)),
                    section: section.clone(),
                    suggestions: owned(nearest(section, known)),
                });
            }
        }
    }
    Ok(())
}

/// Checks a value against what it may be.
pub(super) fn check(kind: &Kind, node: &Node, path: &str, place: &impl Place) -> Result<(), ConfigError> {
    if matches!(node.data, Data::Scalar(Value::Null)) {
        return Ok(());
    }
    match (kind, &node.data) {
        (Kind::Any, _) => Ok(()),
        (Kind::List(item), Data::List(nodes)) => nodes
            .iter()
            .enumerate()
            .try_for_each(|(at, node)| check(item, node, &format!("{path}[{at}]"), place)),
        (Kind::Map(each), Data::Map(entries)) => {
            entries.iter().try_for_each(|(key, _, node)| check(each, node, &format!("{path}.{key}"), place))
        }
        (Kind::Object(fields), Data::Map(entries)) => entries.iter().try_for_each(|(key, line, node)| {
            match fields.iter().find(|field| field.key == key) {
                Some(field) => check(&field.kind, node, &format!("{path}.{key}"), place),
                None => Err(unknown_key(fields, key, path, place.at(*line))),
            }
        }),
        (_, Data::Scalar(value)) if fits(kind, value) => Ok(()),
        _ => Err(wrong_value(kind, node, path, place)),
    }
}

fn fits(kind: &Kind, value: &Value) -> bool {
    let text = value.as_str();
    match kind {
        Kind::Text => true,
        Kind::Integer => value.is_u64(),
        Kind::Number => value.is_number(),
        Kind::Flag => value.is_boolean(),
        Kind::Duration => text.is_some_and(|text| parse_duration(text).is_ok()),
        Kind::OneOf(words) => text.is_some_and(|text| words.contains(&text)),
        Kind::Checked(_, check) => text.is_some_and(check),
        Kind::List(_) | Kind::Object(_) | Kind::Map(_) | Kind::Any => false,
    }
}

fn unknown_key(fields: &[Field], key: &str, parent: &str, at: Origin) -> ConfigError {
    let known = || fields.iter().map(|field| field.key);
    ConfigError::UnknownKey {
        at: Box::new(at),
        parent: parent.to_owned(),
        key: key.to_owned(),
        suggestions: owned(nearest(key, known())),
        known: known().map(str::to_owned).collect(),
    }
}

fn wrong_value(kind: &Kind, node: &Node, path: &str, place: &impl Place) -> ConfigError {
    let suggestions = match (kind, &node.data) {
        (Kind::OneOf(words), Data::Scalar(Value::String(text))) => {
            owned(nearest(text, words.iter().copied()))
        }
        _ => Vec::new(),
    };
    let found = match &node.data {
        Data::Scalar(Value::String(text)) => format!("`{text}`"),
        Data::Scalar(value) => format!("`{value}`"),
        Data::List(_) => "a list".to_owned(),
        Data::Map(_) => "an object".to_owned(),
    };
    ConfigError::WrongValue {
        at: Box::new(place.at(node.line)),
        path: path.to_owned(),
        expected: expected(kind),
        found,
        suggestions,
    }
}

fn expected(kind: &Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Integer => "a whole number, zero or more".to_owned(),
        Kind::Number => "a number".to_owned(),
        Kind::Flag => "true or false".to_owned(),
        Kind::Duration => "a length of time such as 30m or 2h".to_owned(),
        Kind::OneOf(words) => format!("one of {}", words.join(", ")),
        Kind::Checked(words, _) => (*words).to_owned(),
        Kind::List(_) => "a list".to_owned(),
        Kind::Object(_) | Kind::Map(_) => "an object".to_owned(),
        Kind::Any => "a value".to_owned(),
    }
}

fn owned(names: Vec<&str>) -> Vec<String> {
    names.into_iter().map(str::to_owned).collect()
}
