//! Names of things: small types that cannot be mistaken for one another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not a {what}")]
pub struct IdError {
    /// What was expected, for example "git object id".
    pub what: &'static str,
    /// The text that was refused, as it came.
    pub text: String,
}

/// True for the hexadecimal form of a SHA-1 (40) or SHA-256 (64) object name.
fn is_object_name(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

macro_rules! object_name {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads the full lower-case hexadecimal form; abbreviations are refused, since what they name
            /// can change.
            ///
            /// # Errors
            /// When `text` is not 40 or 64 lower-case hexadecimal digits.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                if is_object_name(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(IdError { what: $what, text: text.to_owned() })
                }
            }

            /// The hexadecimal form.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The first seven digits, for people.
            pub fn short(&self) -> &str {
                &self.0[..7]
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

object_name!(
    /// The name of a git commit.
    Oid,
    "git commit id"
);
object_name!(
    /// The name of a git tree: what evidence is bound to.
    TreeId,
    "git tree id"
);

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                text.parse().map(Self).map_err(|_| IdError { what: stringify!($name), text: text.to_owned() })
            }
        }
    };
}

number!(
    /// One orchestration: a number counted up in its repository.
    SessionId
);
number!(
    /// A row of the control table: what a person asked for. Later rows have greater numbers.
    ControlId
);
number!(
    /// A question that waits for a person, counted up in its session.
    HoldId
);
number!(
    /// The proof that a claim on a task is the newest one, given out by the task store.
    Token
);
number!(
    /// Counts the phases of a run. A result or a deadline that names an older epoch is stale.
    Epoch
);

impl Epoch {
    /// The epoch of the next phase.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// One task being worked in one session: `1.4` is the fourth run of session 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId {
    /// The session.
    pub session: SessionId,
    /// The number of the run in its session, from 1.
    pub number: u64,
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.session, self.number)
    }
}

impl FromStr for RunId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let bad = || IdError { what: "run id such as 1.4", text: text.to_owned() };
        let (session, number) = text.split_once('.').ok_or_else(bad)?;
        Ok(Self { session: session.parse().map_err(|_| bad())?, number: number.parse().map_err(|_| bad())? })
    }
}

impl TryFrom<String> for RunId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<RunId> for String {
    fn from(id: RunId) -> Self {
        id.to_string()
    }
}

/// The digest of a piece of evidence: what the `Evidence:` trailer of a commit carries.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EvidenceId(pub String);

impl fmt::Display for EvidenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The task store's own stable id of a task (a UUID), by which Conductor remembers it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskRef(pub String);

impl fmt::Display for TaskRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_names_are_full_and_lower_case() {
        assert!(Oid::parse(&"a1".repeat(20)).is_ok());
        assert!(Oid::parse(&"a1".repeat(32)).is_ok());
        for bad in ["", "abc", &"A1".repeat(20), &"g1".repeat(20), "--all"] {
            assert!(Oid::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_run_id_survives_its_text() {
        let id = RunId { session: SessionId(3), number: 12 };
        assert_eq!(id.to_string().parse::<RunId>(), Ok(id));
        for bad in ["", "3", "3.", ".1", "3.x", "a.1"] {
            assert!(bad.parse::<RunId>().is_err(), "{bad}");
        }
    }
}
