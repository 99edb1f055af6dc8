//! What can be wrong with a configuration.

use std::path::PathBuf;

use serde_json::json;

use super::layers::Origin;
use crate::error::CliError;
use crate::exit::Exit;

/// Why a configuration cannot be used. Every variant says where.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file is there but cannot be read.
    #[error("failed to read {}: {source}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not YAML.
    #[error("{}:{line}: this is not valid YAML: {problem}", file.display())]
    Syntax {
        /// The file.
        file: PathBuf,
        /// The line, from 1; 0 when it is not known.
        line: u64,
        /// What the reader of YAML says.
        problem: String,
    },
    /// A section that neither program knows.
    #[error("{at}: there is no section `{section}`")]
    UnknownSection {
        /// Where.
        at: Box<Origin>,
        /// The section.
        section: String,
        /// Sections that may have been meant.
        suggestions: Vec<String>,
    },
    /// A key that the section does not have.
    #[error("{at}: `{parent}` has no key `{key}`")]
    UnknownKey {
        /// Where.
        at: Box<Origin>,
        /// The path of the object, by dots.
        parent: String,
        /// The key.
        key: String,
        /// Keys that may have been meant.
        suggestions: Vec<String>,
        /// Every key that the object may have.
        known: Vec<String>,
    },
    /// A value of the wrong kind.
    #[error("{at}: `{path}` must be {expected}, not {found}")]
    WrongValue {
        /// Where.
        at: Box<Origin>,
        /// The path of the value, by dots.
        path: String,
        /// What is expected, in words.
        expected: String,
        /// What is there.
        found: String,
        /// Words that may have been meant.
        suggestions: Vec<String>,
    },
    /// The values do not fit the program's own type.
    #[error("the configuration's section `{section}` cannot be used: {source}")]
    Unusable {
        /// The section.
        section: String,
        /// Why.
        source: serde_json::Error,
    },
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        let message = error.to_string();
        let base = |code| Self::new(Exit::Usage, code, message);
        match error {
            ConfigError::Unreadable { file, .. } => base("CONFIG_UNREADABLE")
                .hint("check that it is a file of UTF-8 text that you may read")
                .details(json!({ "file": file.display().to_string() })),
            ConfigError::Syntax { file, line, .. } => base("CONFIG_SYNTAX")
                .hint("correct the file; nothing was changed")
                .details(json!({ "file": file.display().to_string(), "line": line })),
            ConfigError::UnknownSection { section, suggestions, .. } => base("CONFIG_UNKNOWN_SECTION")
                .hint("correct or remove it; an ignored setting would be worse than an error")
                .suggestions(suggestions)
                .details(json!({ "section": section })),
            ConfigError::UnknownKey { parent, key, suggestions, known, .. } => base("CONFIG_UNKNOWN_KEY")
                .hint(format!("the keys of `{parent}` are {}", known.join(", ")))
                .suggestions(suggestions)
                .details(json!({ "key": format!("{parent}.{key}") })),
            ConfigError::WrongValue { path, suggestions, .. } => {
                base("CONFIG_WRONG_VALUE").suggestions(suggestions).details(json!({ "key": path }))
            }
            ConfigError::Unusable { section, .. } => {
                base("CONFIG_UNUSABLE").details(json!({ "section": section }))
            }
        }
    }
}
