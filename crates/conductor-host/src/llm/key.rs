//! Keys: from the environment or a command, never kept, never shown.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;

use thiserror::Error;

use crate::process::{Cmd, EnvMap, RunError};

/// A key longer than this is none.
const LONGEST: usize = 8 * 1024;

/// A key, and where it comes from. Printing it shows only the latter.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    secret: String,
    from: String,
}

/// Why there is no key.
#[derive(Debug, Error)]
pub enum KeyError {
    /// No variable holds one.
    #[error(
        "there is no key for {provider}: set {variable}, or name another variable (planning.llm.api_key_env) or a \
         command (planning.llm.api_key_command); nothing was sent"
    )]
    Unset {
        /// The provider.
        provider: &'static str,
        /// The variable that was looked at.
        variable: String,
    },
    /// What was found cannot be a key.
    #[error("what {from} holds is no key: it is {why}; nothing was sent")]
    Odd {
        /// Where it came from.
        from: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The command could not be run.
    #[error("planning.llm.api_key_command failed: {0}")]
    Run(#[from] RunError),
    /// The command failed. What it printed is not shown, since it may be the key.
    #[error("planning.llm.api_key_command failed: `{program}` ended with {code}; run it yourself to see why")]
    Failed {
        /// Its program.
        program: String,
        /// How it ended.
        code: String,
    },
}

impl Key {
    /// A key of this text.
    ///
    /// # Errors
    /// When the text cannot be a key.
    pub fn new(text: &str, from: &str) -> Result<Self, KeyError> {
        let secret = text.trim();
        let odd = |why| KeyError::Odd { from: from.to_owned(), why };
        if secret.is_empty() {
            return Err(odd("empty"));
        }
        if secret.len() > LONGEST {
            return Err(odd("too long"));
        }
        if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(odd("not one word of letters, digits and signs"));
        }
        Ok(Self { secret: secret.to_owned(), from: from.to_owned() })
    }

    /// The first of these variables that is set.
    pub(super) fn of_variables<S: AsRef<str>>(
        names: &[S],
        env: &EnvMap,
        provider: &'static str,
    ) -> Result<Self, KeyError> {
        for name in names {
            let value =
                env.get(OsStr::new(name.as_ref())).and_then(|value| value.to_str()).unwrap_or_default();
            if !value.trim().is_empty() {
                return Self::new(value, name.as_ref());
            }
        }
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        Err(KeyError::Unset { provider, variable: names.join(" or ") })
    }

    /// What a command prints.
    pub(super) fn of_command(words: &[String], dir: &Path, env: &EnvMap) -> Result<Self, KeyError> {
        let (program, args) = words.split_first().map_or(("", words), |(first, rest)| (first.as_str(), rest));
        let output = Cmd::new(program, dir).envs(env.clone()).args(args).run()?;
        if !output.exit.success() {
            return Err(KeyError::Failed { program: program.to_owned(), code: format!("{:?}", output.exit) });
        }
        Self::new(&String::from_utf8_lossy(&output.stdout), "planning.llm.api_key_command")
    }

    /// The key itself, for a header.
    pub(super) fn reveal(&self) -> &str {
        &self.secret
    }

    /// Where it comes from.
    pub fn from(&self) -> &str {
        &self.from
    }

    /// A text of others with the key taken out, should it be in there.
    pub(super) fn masked(&self, text: &str) -> String {
        text.replace(&self.secret, "…")
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key(from {})", self.from)
    }
}
