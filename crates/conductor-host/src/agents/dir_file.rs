//! Files in the directory of an attempt. The agent knows it and may have left anything there, for this turn or for the
//! next try: a pipe that nobody reads, a link to somebody else's file. Nothing is written through what is there, and
//! only regular files are read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

/// Removes whatever is at `path`.
pub(super) fn clear(path: &Path) -> io::Result<()> {
    let removed = match path.symlink_metadata() {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// A file that is new, in the place of whatever was there.
pub(super) fn create(path: &Path) -> io::Result<File> {
    clear(path)?;
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Writes a file that is new, in the place of whatever was there.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    create(path)?.write_all(bytes)
}

/// What stands in a regular file of at most so many bytes.
pub(crate) fn read(path: &Path, most: u64) -> Option<Vec<u8>> {
    if !path.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(most + 1).read_to_end(&mut bytes).ok()?;
    (u64::try_from(bytes.len()).ok()? <= most).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    #[test]
    fn whatever_is_there_is_replaced_and_nothing_is_written_through_it() {
        let dir = tempfile::tempdir().unwrap();
        let (path, other) = (dir.path().join("kept"), dir.path().join("other"));
        fs::write(&other, "mine").unwrap();
        let pipe = || mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        let folder = || {
            fs::create_dir(&path).unwrap();
            fs::write(path.join("inside"), "x").unwrap();
        };
        let link = || std::os::unix::fs::symlink(&other, &path).unwrap();
        for make in [&pipe as &dyn Fn(), &folder, &link, &|| ()] {
            clear(&path).unwrap();
            make();
            assert_eq!(read(&path, 10), None);
            write(&path, b"new").unwrap();
            assert_eq!(read(&path, 3).as_deref(), Some(&b"new"[..]));
        }
        assert_eq!(read(&path, 2), None, "too long");
        assert_eq!(fs::read_to_string(&other).unwrap(), "mine");
    }
}
