//! Many files of commits at once, within bounds.

use super::error::GitError;
use super::open::Repo;

/// A file as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blob {
    /// There is no such file.
    Missing,
    /// It is larger than what was left of the bounds, and was not read.
    TooLarge,
    /// Its content.
    Bytes(Vec<u8>),
}

/// How much is read, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobBounds {
    /// Of one file.
    pub each: u64,
    /// Of all together.
    pub all: u64,
}

impl Repo {
    /// Reads files, named by their blob or as `<commit>:<path>`; the answers are in the same order. Two processes, the
    /// first of which only asks for sizes.
    ///
    /// # Errors
    /// When git fails.
    pub fn blobs(&self, names: &[String], bounds: BlobBounds) -> Result<Vec<Blob>, GitError> {
        let step = "read files of a commit";
        let mut blobs = vec![Blob::Missing; names.len()];
        // A line is a name; there is none with a line break among what Conductor asks for, but paths may have one.
        let asked: Vec<usize> = names
            .iter()
            .enumerate()
            .filter(|(_, name)| !name.is_empty() && !name.contains('\n'))
            .map(|(at, _)| at)
            .collect();
        if asked.is_empty() {
            return Ok(blobs);
        }
        let lines = |which: &[usize]| -> String {
            which.iter().filter_map(|at| names.get(*at)).map(|name| format!("{name}\n")).collect()
        };
        let cmd = self.git().cmd(step, "cat-file").args(["--batch-check=%(objecttype) %(objectsize)"]);
        let out = cmd.stdin(lines(&asked)).ok()?;
        let mut wanted = Vec::new();
        let mut left = bounds.all;
        for (at, line) in asked.iter().zip(String::from_utf8_lossy(&out).lines()) {
            let size = line.strip_prefix("blob ").and_then(|size| size.parse::<u64>().ok());
            let Some(blob) = blobs.get_mut(*at) else { continue };
            match size {
                Some(size) if size <= bounds.each && size <= left => {
                    left -= size;
                    wanted.push(*at);
                }
                Some(_) => *blob = Blob::TooLarge,
                None => {}
            }
        }
        if wanted.is_empty() {
            return Ok(blobs);
        }
        let most = usize::try_from(bounds.all).unwrap_or(usize::MAX).saturating_add(wanted.len() * 256);
        let cmd = self.git().cmd(step, "cat-file").args(["--batch"]);
        let out = cmd.stdin(lines(&wanted)).limit(most).ok()?;
        let mut rest = out.as_slice();
        for at in wanted {
            let (bytes, after) = next(rest).ok_or_else(|| GitError::answer(step, rest))?;
            rest = after;
            if let Some(blob) = blobs.get_mut(at) {
                *blob = Blob::Bytes(bytes.to_vec());
            }
        }
        Ok(blobs)
    }
}

/// The first object of `--batch`'s output, and what comes after it: `<oid> blob <size>`, the bytes, a line break.
fn next(out: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = out.iter().position(|b| *b == b'\n')?;
    let head = std::str::from_utf8(out.get(..end)?).ok()?;
    let size: usize = head.rsplit(' ').next()?.parse().ok()?;
    let begin = end + 1;
    Some((out.get(begin..begin + size)?, out.get(begin + size + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_told_apart_by_their_sizes() {
        let (first, rest) = next(b"aa blob 3\na\nb\nbb blob 0\n\n").unwrap();
        assert_eq!(first, b"a\nb");
        assert_eq!(next(rest), Some((&b""[..], &b""[..])));
        assert_eq!(next(b"aa blob 9\nabc"), None);
    }
}
