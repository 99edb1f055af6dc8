//! The directory of a desk as the driver handles it: through descriptors, following no link, since whoever the
//! agent started may put anything there.

use std::fs::{DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::Path;

use rustix::fd::OwnedFd;
use rustix::fs::{Mode, OFlags, openat, renameat};
use rustix::io::Errno;

use super::ids::CallId;

/// The file of calls.
pub(super) const CALLS: &str = "calls.jsonl";

/// The directory of replies.
pub(super) const REPLIES: &str = "replies";

/// Where a reply is written before it takes its place.
const PART: &str = ".part";

/// The name of the file with the reply to a call.
pub(super) fn reply_name(id: &CallId) -> String {
    format!("{id}.json")
}

/// The two directories of a desk, held open.
#[derive(Debug)]
pub(super) struct Files {
    desk: OwnedFd,
    replies: OwnedFd,
}

impl Files {
    /// Makes what is not there yet, for this user alone.
    pub(super) fn open(dir: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        let desk = rustix::fs::open(dir, DIRECTORY, Mode::empty())?;
        match rustix::fs::mkdirat(&desk, REPLIES, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
        let replies = openat(&desk, REPLIES, DIRECTORY, Mode::empty())?;
        let calls = OFlags::CREATE | OFlags::WRONLY | SAFELY;
        openat(&desk, CALLS, calls, Mode::RUSR | Mode::WUSR)?;
        Ok(Self { desk, replies })
    }

    /// The file of calls and how long it is.
    pub(super) fn calls(&self) -> io::Result<(File, u64)> {
        regular(openat(&self.desk, CALLS, OFlags::RDONLY | SAFELY, Mode::empty())?)
    }

    /// Writes a reply; it is there whole or not at all.
    pub(super) fn reply(&self, id: &CallId, bytes: &[u8]) -> io::Result<()> {
        replace(&self.replies, &reply_name(id), bytes)
    }
}

/// Without waiting either: what looks like a file may be a pipe that nobody writes to.
const SAFELY: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

const DIRECTORY: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

fn regular(file: OwnedFd) -> io::Result<(File, u64)> {
    let file = File::from(file);
    let metadata = file.metadata()?;
    if metadata.is_file() { Ok((file, metadata.len())) } else { Err(io::ErrorKind::InvalidInput.into()) }
}

fn replace(dir: &OwnedFd, name: &str, bytes: &[u8]) -> io::Result<()> {
    let part = format!("{name}{PART}");
    let flags = OFlags::CREATE | OFlags::WRONLY | OFlags::TRUNC | SAFELY;
    let (mut file, _) = regular(openat(dir, &part, flags, Mode::RUSR | Mode::WUSR)?)?;
    file.write_all(bytes)?;
    renameat(dir, &part, dir, name)?;
    Ok(())
}

/// As many bytes as there are at `offset`, but no more than `buffer` holds.
pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    loop {
        match file.read_at(buffer, offset) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
