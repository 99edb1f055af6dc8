//! `orchestration.policy` and `orchestration.notify`.

use super::reader::Section;
use crate::webhook::place_of;

/// What a rule does with the work that it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyAction {
    /// A person decides.
    Hold,
    /// It is refused.
    Reject,
    /// It is tried again.
    Retry,
}

/// One rule over finished work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRule {
    /// Its name, for people.
    pub name: String,
    /// When it applies: a CEL expression.
    pub when: String,
    /// What it does.
    pub then: PolicyAction,
    /// The question that the person is asked.
    pub ask: Option<String>,
}

impl PolicyRule {
    pub(super) fn read(mut section: Section<'_>) -> Option<Self> {
        let actions =
            [("hold", PolicyAction::Hold), ("reject", PolicyAction::Reject), ("retry", PolicyAction::Retry)];
        let name = section.require("name", "a name").and_then(|f| f.text());
        let when = section.require("when", "an expression").and_then(|f| f.text());
        let then = section.require("then", "hold, reject or retry").and_then(|f| f.choice(&actions));
        let ask = section.take("ask").and_then(|f| f.text());
        section.finish();
        Some(Self { name: name?, when: when?, then: then?, ask })
    }
}

/// Who is told when a person is needed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notify {
    /// A command of the user's.
    pub command: Option<String>,
    /// An address that is called.
    pub webhook: Option<String>,
    /// The environment variable with the secret that calls are signed with.
    pub secret_env: Option<String>,
}

impl Notify {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let read = Self {
            command: section.take("command").and_then(|f| f.text()),
            webhook: section.take("webhook").and_then(|f| {
                let url = f.text()?;
                // The value is not repeated in the problem: an address may be a secret itself.
                if place_of(&url).is_ok() {
                    Some(url)
                } else {
                    f.refuse_unseen("an address that begins with http:// or https://")
                }
            }),
            secret_env: section.take("secret_env").and_then(|f| {
                let name = f.text()?;
                let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                if plain && !name.is_empty() {
                    Some(name)
                } else {
                    f.refuse_unseen("the name of an environment variable")
                }
            }),
        };
        section.finish();
        read
    }
}
