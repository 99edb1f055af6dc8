//! What a failed command tells its user: one shape for people and for `--json`.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::exit::Exit;

/// A failed command: what failed, why, what to do next, and the exit code.
///
/// Libraries have typed errors of their own; a program turns them into this at its edge.
#[derive(Debug, Clone, PartialEq)]
pub struct CliError {
    /// Stable and in capitals (`TASK_NOT_FOUND`): what scripts match on.
    pub code: Cow<'static, str>,
    /// What failed and why, in one sentence without a full stop. Escaped when it is printed, not before.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// Names that may have been meant, the nearest first.
    pub suggestions: Vec<String>,
    /// Facts for programs; an object, or null. Boxed, since every result of a command carries room for an error.
    pub details: Box<Value>,
    /// How the process ends.
    pub exit: Exit,
}

impl CliError {
    /// An error without hint, suggestions and details.
    pub fn new(exit: Exit, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            hint: None,
            suggestions: Vec::new(),
            details: Box::new(Value::Null),
            exit,
        }
    }

    /// Something on the command line is wrong (exit 2).
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "USAGE", message)
    }

    /// A fault of the program itself (exit 70).
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Exit::Internal, "INTERNAL", message)
            .hint("this is a fault of the program; please report it together with the command")
    }

    /// The same with a hint: what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with names that may have been meant.
    #[must_use]
    pub fn suggestions(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.suggestions = names.into_iter().map(Into::into).collect();
        self
    }

    /// The same with facts for programs.
    #[must_use]
    pub fn details(mut self, details: Value) -> Self {
        self.details = Box::new(details);
        self
    }

    /// The error document: `{"error":{"code","message","hint","suggestions","details"}}`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "error": {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "suggestions": self.suggestions,
            "details": self.details,
        }})
    }
}

impl std::fmt::Display for CliError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CliError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_always_has_all_five_fields() {
        let bare = CliError::new(Exit::NotFound, "TASK_NOT_FOUND", "there is no task TASK-009");
        let full =
            bare.clone().hint("see `taskwerk list`").suggestions(["TASK-008"]).details(json!({"id": 9}));
        insta::assert_snapshot!(bare.to_json(), @r#"{"error":{"code":"TASK_NOT_FOUND","message":"there is no task TASK-009","hint":null,"suggestions":[],"details":null}}"#);
        insta::assert_snapshot!(full.to_json(), @r#"{"error":{"code":"TASK_NOT_FOUND","message":"there is no task TASK-009","hint":"see `taskwerk list`","suggestions":["TASK-008"],"details":{"id":9}}}"#);
    }
}
