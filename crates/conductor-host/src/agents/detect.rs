//! Whether an agent is there.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::attempt::AgentRunner;
use super::profile::Profile;

/// Whether an agent can be used on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detected {
    /// Its program is there.
    Ready {
        /// Where.
        program: PathBuf,
        /// What a built-in agent's program says to `--version`; other programs are not asked, since nobody
        /// knows what they would do.
        version: Option<String>,
    },
    /// Its program was not found.
    NotFound {
        /// What was looked for.
        program: String,
    },
    /// A recording that is there.
    Recording {
        /// The file.
        file: PathBuf,
    },
}

/// Looks whether the agent of `profile` is there, and asks a built-in one for its version. `scratch` is an
/// empty directory for its output.
pub fn detect(runner: &AgentRunner, profile: &Profile, scratch: &Path) -> Detected {
    let _ = (runner, profile, scratch);
    unimplemented!()
}

/// The executable file that `program` names: a path with a slash as it is, else the first in `search`, the
/// user's `PATH`.
pub fn find_program(program: &str, search: &OsStr) -> Option<PathBuf> {
    let _ = (program, search);
    unimplemented!()
}
