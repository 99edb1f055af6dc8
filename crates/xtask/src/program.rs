//! The one door to other programs.

use std::path::Path;
use std::process::{Command, Stdio};

/// A command in an explicit directory with nothing on its stdin.
#[expect(
    clippy::disallowed_methods,
    reason = "the workspace's chores start cargo, git and the measured programs here"
)]
pub(crate) fn program(name: impl AsRef<std::ffi::OsStr>, dir: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(dir).stdin(Stdio::null());
    command
}
