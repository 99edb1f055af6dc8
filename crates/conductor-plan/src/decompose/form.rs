//! The form of an answer, as a JSON schema in each provider's dialect.
//!
//! Written by hand, since the dialects differ in what they refuse. All of them take an object whose properties are all
//! required and that has no others. Bounds of numbers and lists are understood by one of them and refused by two, so
//! they are checked when the answer has come, by everybody's rules alike.

use serde_json::{Value, json};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// Items of a plan.
    Items,
    /// What is the same among items, and what depends on what.
    Joining,
}

/// Whose words a schema is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// Strict structured output: everything required, nothing else allowed, no bounds.
    Strict,
    /// Google's: bounds are understood, and help.
    Gemini,
}

const CATEGORIES: [&str; 8] =
    ["setup", "data", "feature", "api", "ui", "operations", "test", "documentation"];
const PRIORITIES: [&str; 4] = ["critical", "high", "medium", "low"];

impl Form {
    /// Its name: letters and underscores.
    pub fn name(self) -> &'static str {
        match self {
            Self::Items => "plan_items",
            Self::Joining => "plan_joining",
        }
    }

    /// The schema.
    pub fn schema(self, dialect: Dialect) -> Value {
        match self {
            Self::Items => object(&[
                ("items", list(item(dialect))),
                ("existing", list(existing())),
                ("whole", text("Why the item cannot be split; empty where items are given.")),
            ]),
            Self::Joining => object(&[
                ("same", list(list(json!({ "type": "string" })))),
                (
                    "edges",
                    list(object(&[
                        ("item", text("The id of the item that waits.")),
                        ("after", text("The id of the item that it waits for.")),
                    ])),
                ),
            ]),
        }
    }
}

fn item(dialect: Dialect) -> Value {
    let minutes = |what: &str| number(dialect, what, 1, 100_000);
    object(&[
        ("id", text("A short name, unique in this answer.")),
        ("title", text("One line that begins with a verb.")),
        ("description", text("What is to be done, and what not.")),
        ("depends_on", list(text("The id of an item of this answer that must be finished first."))),
        ("low_minutes", minutes("If all goes well.")),
        ("likely_minutes", minutes("Most likely.")),
        ("high_minutes", minutes("If it turns out harder than it reads.")),
        ("complexity", number(dialect, "From 1 to 10.", 1, 10)),
        ("complexity_reasons", list(text("A short phrase."))),
        ("category", json!({ "type": "string", "enum": CATEGORIES })),
        ("priority", json!({ "type": "string", "enum": PRIORITIES })),
        ("tags", list(text("A word to find it by."))),
        ("acceptance", list(text("Something to check."))),
        ("files", list(text("A path relative to the repository."))),
        ("confidence", number(dialect, "In percent.", 0, 100)),
        ("requirements", list(text("The id of a requirement, as it was shown."))),
        (
            "cites",
            list(object(&[
                ("document", text("The document's name, as it was shown.")),
                ("first_line", number(dialect, "From 1.", 1, u32::MAX)),
                ("last_line", number(dialect, "The last line that is meant.", 1, u32::MAX)),
            ])),
        ),
    ])
}

fn existing() -> Value {
    object(&[
        ("requirement", text("The id of a requirement, as it was shown.")),
        ("files", list(text("A file that shows it."))),
        ("reason", text("How it is met, in a sentence.")),
    ])
}

fn object(properties: &[(&str, Value)]) -> Value {
    let required: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
    let properties: serde_json::Map<String, Value> =
        properties.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn list(of: Value) -> Value {
    json!({ "type": "array", "items": of })
}

fn text(what: &str) -> Value {
    json!({ "type": "string", "description": what })
}

fn number(dialect: Dialect, what: &str, least: u32, most: u32) -> Value {
    let mut schema = json!({ "type": "integer", "description": what });
    if dialect == Dialect::Gemini {
        schema["minimum"] = json!(least);
        schema["maximum"] = json!(most);
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_has_the_fields_that_a_reply_is_read_into() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&Form::Items.schema(Dialect::Gemini)).unwrap());
    }

    /// What strict structured output refuses.
    #[test]
    fn the_strict_dialect_has_nothing_that_is_refused() {
        fn walk(schema: &Value) {
            let known =
                ["type", "properties", "required", "additionalProperties", "items", "enum", "description"];
            for key in schema.as_object().unwrap().keys() {
                assert!(known.contains(&key.as_str()), "{key}");
            }
            if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
                let required: Vec<&str> =
                    schema["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
                assert_eq!(required, properties.keys().collect::<Vec<_>>());
                assert_eq!(schema["additionalProperties"], json!(false));
                properties.values().for_each(walk);
            }
            if let Some(items) = schema.get("items") {
                walk(items);
            }
        }
        walk(&Form::Items.schema(Dialect::Strict));
        walk(&Form::Joining.schema(Dialect::Strict));
    }
}
