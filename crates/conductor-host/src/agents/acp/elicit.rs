//! Questions that an agent asks by the protocol: a form for a person. Nobody is there to fill one in, so it is answered
//! as cancelled at once, and the question becomes the end of the turn.

use serde_json::Value;

use super::super::speaker::{cut, cut_at};

/// A question in words, and the answers that it offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) text: String,
    pub(super) options: Vec<String>,
}

/// The most fields of a form, and answers of one, that are told.
const MOST: usize = 20;

impl Question {
    /// Reads what is there; nothing of it has to be.
    pub(super) fn read(params: &Value) -> Self {
        let message = text(params, "message").unwrap_or_default();
        let fields = params.pointer("/requestedSchema/properties").and_then(Value::as_object);
        let mut lines = vec![message.trim().to_owned()];
        let mut options = Vec::new();
        for (name, field) in fields.into_iter().flatten().take(MOST) {
            // Where the form itself has words, those of its fields only repeat them.
            if message.trim().is_empty() {
                let label = text(field, "description").or_else(|| text(field, "title"));
                lines.push(label.unwrap_or(name).to_owned());
            }
            options.extend(choices(field));
        }
        options.truncate(MOST);
        let words = lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { text: cut(if words.is_empty() { "a question without words" } else { &words }), options }
    }

    /// With its answers, in one line.
    pub(super) fn line(&self) -> String {
        if self.options.is_empty() {
            return self.text.clone();
        }
        format!("{} ({})", self.text, self.options.join(" | "))
    }
}

/// The answers that a field offers: a list of words, or of words with titles, itself or for each of several.
fn choices(field: &Value) -> Vec<String> {
    let items = field.get("items").unwrap_or(field);
    let plain = items.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let titled = ["oneOf", "anyOf"].iter().filter_map(|key| items.get(key)?.as_array()).flatten();
    let titled = titled.filter_map(|choice| text(choice, "title").or_else(|| text(choice, "const")));
    plain.chain(titled).take(MOST).map(|word| cut_at(word, 200)).collect()
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_becomes_a_question_with_its_answers() {
        let form = json!({"mode": "form", "message": "Which colour?\nNow.", "requestedSchema": {"properties": {
            "a": {"type": "string", "title": "Colour", "oneOf": [{"const": "r", "title": "Red"}, {"const": "b"}]},
            "b": {"type": "array", "description": "Which colour?", "items": {"enum": ["x", "y"]}},
        }}});
        let question = Question::read(&form);
        assert_eq!(question.line(), "Which colour? Now. (Red | b | x | y)");
        assert_eq!(Question::read(&json!({"message": "Go on?"})).line(), "Go on?");
        assert_eq!(Question::read(&Value::Null).line(), "a question without words");
    }
}
