//! A program that goes on when the one that started it has ended.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};

use super::cmd::EnvMap;

/// Starts `program` with its output appended to `log`. It is to call [`say_ready`] once it is under way, and
/// to leave the caller's session. Returns true when it said so, false when it ended before.
///
/// # Errors
/// When it cannot be started, or the log cannot be written.
#[expect(clippy::disallowed_methods, reason = "this module is where children are started")]
pub fn spawn_detached(
    program: &Path,
    args: &[OsString],
    env: &EnvMap,
    dir: &Path,
    log: &Path,
) -> io::Result<bool> {
    if let Some(parent) = log.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let output = OpenOptions::new().append(true).create(true).open(log)?;
    // The child's standard input is one end of a pair: it speaks through it, and its death closes it.
    let (mut ours, theirs) = UnixStream::pair()?;
    let child = Command::new(program)
        .args(args)
        .current_dir(dir)
        .env_clear()
        .envs(env)
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::from(output.try_clone()?))
        .stderr(Stdio::from(output))
        .spawn()?;
    // It is not waited for: it outlives this program, and the system's init collects it.
    drop(child);
    let mut word = [0_u8; 1];
    Ok(ours.read(&mut word)? == 1)
}

/// Tells the program that called [`spawn_detached`] that this one is under way.
///
/// # Errors
/// When nobody listens.
pub fn say_ready() -> io::Result<()> {
    rustix::io::write(rustix::stdio::stdin(), b"r")?;
    Ok(())
}

/// Leaves the terminal's session, so that closing the terminal does not end this program.
pub fn leave_session() {
    // It fails only for the leader of a process group, which a detached program is not.
    let _leader_already = rustix::process::setsid();
}
