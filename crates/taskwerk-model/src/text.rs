//! One-line texts with bounds, each its own type, so that a title never lands where a tag is wanted.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest description and the longest note, in bytes.
pub const MAX_TEXT_BYTES: usize = 1024 * 1024;

/// Why a text was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// Nothing but white space.
    #[error("{what} must not be empty")]
    Empty {
        /// What the text was to be, for example `title`.
        what: &'static str,
    },
    /// More characters than the field holds.
    #[error("{what} has {length} characters; at most {max} are allowed")]
    TooLong {
        /// What the text was to be.
        what: &'static str,
        /// Characters found.
        length: usize,
        /// Characters allowed.
        max: usize,
    },
    /// A line break, an escape or another control character in a one-line text.
    #[error("{what} must be one line without control characters; found {found} at character {position}")]
    Control {
        /// What the text was to be.
        what: &'static str,
        /// The character, escaped.
        found: String,
        /// Its position, counted from 1.
        position: usize,
    },
    /// White space or a comma in a word.
    #[error("{what} `{text}` must be one word without spaces or commas")]
    NotAWord {
        /// What the text was to be.
        what: &'static str,
        /// The text as it came.
        text: String,
    },
}

macro_rules! line_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal, $check:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks and takes a text; white space around it is dropped.
            ///
            /// # Errors
            /// [`TextError`] when it is empty, too long, or not one line.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                $check($what, $max, text).map(|text| Self(text.to_owned()))
            }

            /// Takes a text that was checked before it was stored. Rules may become stricter with time, and
            /// what was accepted once must stay readable.
            #[must_use]
            pub fn stored(text: String) -> Self {
                Self(text)
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = TextError;

            fn try_from(text: String) -> Result<Self, TextError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    };
}

line_type!(
    /// What a task is called: one line of 1 to 255 characters.
    Title, "title", 255, line
);
line_type!(
    /// A label of a task: one word of up to 64 characters.
    Tag, "tag", 64, word
);
line_type!(
    /// Who is to do a task.
    Assignee, "assignee", 128, line
);
line_type!(
    /// The area that a task belongs to.
    Category, "category", 64, line
);
line_type!(
    /// The sort of a task (feature, bug, chore …); free text, since projects differ.
    Kind, "type", 64, line
);
line_type!(
    /// The name of the piece of work that a command belongs to, such as `orchestration-3`.
    Session, "session", 128, line
);
line_type!(
    /// Who gave a command.
    Actor, "actor", 128, line
);
line_type!(
    /// Who holds a claim. Two workers that are to exclude each other need two names.
    Worker, "worker", 128, line
);
line_type!(
    /// The name that an importer gave a task, by which a second import finds it again.
    Key, "key", 512, line
);
line_type!(
    /// Why something was done, in one line.
    Reason, "reason", 4096, paragraph
);

fn line<'t>(what: &'static str, max: usize, text: &'t str) -> Result<&'t str, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Empty { what });
    }
    let mut length = 0;
    for character in text.chars() {
        length += 1;
        if character.is_control() {
            return Err(TextError::Control {
                what,
                found: character.escape_default().to_string(),
                position: length,
            });
        }
    }
    if length > max {
        return Err(TextError::TooLong { what, length, max });
    }
    Ok(text)
}

fn word<'t>(what: &'static str, max: usize, text: &'t str) -> Result<&'t str, TextError> {
    let text = line(what, max, text)?;
    if text.contains(|c: char| c.is_whitespace() || c == ',') {
        return Err(TextError::NotAWord { what, text: text.to_owned() });
    }
    Ok(text)
}

/// A reason often quotes a program's output, so line breaks and the rest are kept as they are.
fn paragraph<'t>(what: &'static str, max: usize, text: &'t str) -> Result<&'t str, TextError> {
    let text = text.trim();
    let length = text.chars().count();
    if text.is_empty() {
        return Err(TextError::Empty { what });
    }
    if length > max {
        return Err(TextError::TooLong { what, length, max });
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_trimmed_and_bounded() {
        assert_eq!(Title::parse("  Store notes ").unwrap().as_str(), "Store notes");
        assert_eq!(Title::parse(&"é".repeat(255)).unwrap().as_str().chars().count(), 255);
        assert!(matches!(Title::parse(&"x".repeat(256)), Err(TextError::TooLong { length: 256, .. })));
        assert!(matches!(Title::parse(" \t "), Err(TextError::Empty { .. })));
    }

    #[test]
    fn hostile_titles_are_kept_as_they_are_or_refused() {
        for kept in ["$(touch x)", "--force", "../../x", "'; DROP TABLE tasks", "a\u{202e}b"] {
            assert_eq!(Title::parse(kept).unwrap().as_str(), kept);
        }
        for refused in ["a\nb", "a\u{1b}[31mb", "a\0b", "a\tb"] {
            assert!(
                matches!(Title::parse(refused), Err(TextError::Control { position: 2, .. })),
                "{refused:?}"
            );
        }
    }

    #[test]
    fn a_tag_is_one_word_and_a_reason_may_have_lines() {
        assert!(matches!(Tag::parse("a b"), Err(TextError::NotAWord { .. })));
        assert!(matches!(Tag::parse("a,b"), Err(TextError::NotAWord { .. })));
        assert_eq!(
            Reason::parse("test failed:\n\tleft != right\n").unwrap().as_str(),
            "test failed:\n\tleft != right"
        );
    }
}
