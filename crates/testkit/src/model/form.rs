//! What the providers take as the form of an answer, by their documentation.

use serde_json::Value;

use super::breach::{Breach, breach, text};

/// Anthropic: every object closed, no bounds of numbers, texts or lists.
pub(super) fn anthropic(format: &Value) -> Result<(), Breach> {
    let at = "output_config.format";
    if text(format, &format!("{at}."), "type")? != "json_schema" {
        return breach(format!("{at}.type"), "must be json_schema");
    }
    let Some(schema) = format.get("schema") else { return breach(format!("{at}.schema"), "is required") };
    walk(schema, &format!("{at}.schema"), &Dialect { closed: true, all_required: false, keywords: CLOSED })
}

/// OpenAI: a name, and in strict mode every object closed with all of its properties required.
pub(super) fn openai(format: &Value, at: &str) -> Result<(), Breach> {
    let name = text(format, &format!("{at}."), "name")?;
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.len() > 64 || !name.chars().all(fits) {
        return breach(format!("{at}.name"), "must be 1 to 64 letters, digits, underscores or dashes");
    }
    let Some(schema) = format.get("schema") else { return breach(format!("{at}.schema"), "is required") };
    if format.get("strict") != Some(&Value::Bool(true)) {
        return Ok(());
    }
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        return breach(format!("{at}.schema"), "must have an object at its root");
    }
    walk(schema, &format!("{at}.schema"), &Dialect { closed: true, all_required: true, keywords: CLOSED })
}

/// Gemini: JSON must be asked for, and only some keywords are known.
pub(super) fn gemini(schema: &Value, kind: Option<&Value>) -> Result<(), Breach> {
    if kind.and_then(Value::as_str) != Some("application/json") {
        return breach("generationConfig.responseMimeType", "must be application/json with a schema");
    }
    let at = "generationConfig.responseJsonSchema";
    walk(schema, at, &Dialect { closed: false, all_required: false, keywords: BOUNDED })
}

const CLOSED: &[&str] = &[
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "description",
    "title",
    "anyOf",
    "$ref",
    "$defs",
    "format",
    "pattern",
];
const BOUNDED: &[&str] = &[
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "prefixItems",
    "enum",
    "description",
    "title",
    "anyOf",
    "oneOf",
    "$ref",
    "$defs",
    "$id",
    "$anchor",
    "format",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "propertyOrdering",
];

struct Dialect {
    closed: bool,
    all_required: bool,
    keywords: &'static [&'static str],
}

/// The deepest nesting that is taken.
const DEEPEST: usize = 10;

fn walk(schema: &Value, at: &str, dialect: &Dialect) -> Result<(), Breach> {
    if at.matches(".properties.").count() >= DEEPEST {
        return breach(at, "is nested too deep");
    }
    let Some(map) = schema.as_object() else { return breach(at, "must be a JSON schema") };
    if let Some(key) = map.keys().find(|key| !dialect.keywords.contains(&key.as_str())) {
        return breach(format!("{at}.{key}"), "is not supported in a schema");
    }
    if let Some(properties) = map.get("properties").and_then(Value::as_object) {
        if dialect.closed && map.get("additionalProperties") != Some(&Value::Bool(false)) {
            return breach(format!("{at}.additionalProperties"), "is required to be false");
        }
        let required: Vec<&str> = map
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if let Some(name) = properties.keys().find(|name| !required.contains(&name.as_str()))
            && dialect.all_required
        {
            return breach(format!("{at}.required"), format!("must have every property, {name} is missing"));
        }
        for (name, property) in properties {
            walk(property, &format!("{at}.properties.{name}"), dialect)?;
        }
    }
    map.get("items").map_or(Ok(()), |items| walk(items, &format!("{at}.items"), dialect))
}
