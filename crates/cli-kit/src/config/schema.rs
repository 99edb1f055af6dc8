//! What a configuration may hold: described as data, so that checking, defaults, environment names and the
//! documentation come from one place.

use serde_json::Value;

/// What one program reads from the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// The top-level sections that the program owns; it is strict in these.
    pub own: &'static [Field],
    /// The names of the sections that the other program owns; these are ignored.
    pub foreign: &'static [&'static str],
}

/// A key: what it may hold and what it holds when nobody sets it.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The name.
    pub key: &'static str,
    /// What it may hold. Null is always allowed and means "not set".
    pub kind: Kind,
    /// What it holds when no layer sets it.
    pub default: Default,
    /// What it is for, in one line.
    pub help: &'static str,
}

impl Field {
    /// A key without a default.
    #[must_use]
    pub const fn new(key: &'static str, kind: Kind, help: &'static str) -> Self {
        Self { key, kind, default: Default::Unset, help }
    }

    /// The same with a default.
    #[must_use]
    pub const fn or(self, default: Default) -> Self {
        Self { default, ..self }
    }
}

/// A default, in a form that can stand in a constant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Default {
    /// No value.
    Unset,
    /// Text, or a length of time such as `30m`.
    Text(&'static str),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// A list of texts.
    List(&'static [&'static str]),
}

impl Default {
    pub(super) fn value(self) -> Option<Value> {
        match self {
            Self::Unset => None,
            Self::Text(text) => Some(text.into()),
            Self::Integer(number) => Some(number.into()),
            Self::Number(number) => Some(number.into()),
            Self::Flag(flag) => Some(flag.into()),
            Self::List(texts) => Some(texts.iter().copied().collect()),
        }
    }
}

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text; numbers and yes or no are taken as text too, since YAML does not tell `1.10` from a version.
    Text,
    /// A whole number, zero or more.
    Integer,
    /// A number.
    Number,
    /// Yes or no.
    Flag,
    /// A length of time such as `30m`.
    Duration,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Text that a function of the section's owner can read; the words say what is expected.
    Checked(&'static str, fn(&str) -> bool),
    /// A list of these.
    List(&'static Self),
    /// An object with exactly these keys, each optional.
    Object(&'static [Field]),
    /// An object with any keys, each of this kind.
    Map(&'static Self),
    /// Anything; its reader checks it.
    Any,
}
