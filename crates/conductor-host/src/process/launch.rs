//! Starting the child itself, as its specification says.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Stdio;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::WaitStatus;

use super::cmd::{Exit, command, start_error};
use super::spec::KeeperSpec;

/// Starts the child in a process group of its own; its pid, or why it could not be started, for people.
pub(super) fn start(spec: &KeeperSpec) -> Result<i32, String> {
    let opened = |path: &Path, file: io::Result<File>| {
        file.map_err(|source| format!("cannot open {}: {source}", path.display()))
    };
    let append = |path: &Path| opened(path, at_once(OpenOptions::new().create(true).append(true), path));
    let (program, args): (&OsString, &[OsString]) =
        spec.argv.split_first().ok_or_else(|| "the command line is empty".to_owned())?;
    let mut command = command(program, args, &spec.dir, &spec.env);
    command.process_group(0).stdout(append(&spec.stdout)?).stderr(append(&spec.stderr)?);
    match &spec.stdin {
        Some(path) => command.stdin(opened(path, at_once(OpenOptions::new().read(true), path))?),
        None => command.stdin(Stdio::null()),
    };
    let child = command.spawn().map_err(|source| start_error(program, &spec.dir, source).to_string())?;
    i32::try_from(child.id()).map_err(|error| error.to_string())
}

/// Opens a file that may be a pipe whose other end is not there any more: a driver may have been killed since it said
/// that the child is to be started, and whoever waits for it here holds its lock for ever. The child itself reads and
/// writes as usual.
fn at_once(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let nonblocking = i32::try_from(OFlags::NONBLOCK.bits()).map_err(io::Error::other)?;
    let file = options.custom_flags(nonblocking).open(path)?;
    fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
    Ok(file)
}

/// How a process ended, from what `wait` says.
pub(super) fn exit_of(status: WaitStatus) -> Exit {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        // Without the options for stopped and continued children, `wait` reports only ends.
        (None, None) => Exit::Code(-1),
    }
}
