//! What changed files hold, before and after.

use std::collections::BTreeMap;

use super::blobs::{Blob, BlobBounds};
use super::diff::{AsTree, FileChange};
use super::error::GitError;
use super::name::RepoPath;
use super::open::Repo;

/// How much is read.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The most bytes of one file.
    pub file: u64,
    /// The most bytes of all files together, before and after.
    pub total: u64,
}

/// One side of a changed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// There is no file.
    Absent,
    /// Its bytes; of a symbolic link its target.
    Bytes(Vec<u8>),
    /// It has this many bytes, which is more than is read.
    TooLarge(u64),
    /// A nested repository: git keeps only the name of a commit.
    Nested,
}

impl Content {
    /// What was read; nothing of what is absent or was not.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Absent | Self::TooLarge(_) | Self::Nested => &[],
        }
    }

    /// Its size in bytes; 0 for what is absent or a nested repository.
    pub fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Self::TooLarge(size) => *size,
            Self::Absent | Self::Nested => 0,
        }
    }
}

/// Both sides of a changed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// Before; of a renamed file what stood at its old path.
    pub old: Content,
    /// After.
    pub new: Content,
}

/// A file in a tree: the mode as git writes it, and the name of its object.
struct Entry {
    nested: bool,
    object: String,
}

/// The entries of both trees, by path.
#[derive(Default)]
struct Sides {
    old: BTreeMap<RepoPath, Entry>,
    new: BTreeMap<RepoPath, Entry>,
}

impl Repo {
    /// What each of `changes`, which lead from one tree or commit to another, was and is; in the same order. What is
    /// beyond the bounds is only measured, the largest first.
    ///
    /// # Errors
    /// When git fails.
    pub fn contents(
        &self,
        from: &impl AsTree,
        to: &impl AsTree,
        changes: &[FileChange],
        bounds: Bounds,
    ) -> Result<Vec<Contents>, GitError> {
        let sides = self.sides(from, to)?;
        let objects = sides.old.values().chain(sides.new.values()).filter(|entry| !entry.nested);
        let mut sizes = self.sizes(objects.map(|entry| entry.object.as_str()))?;
        sizes.sort_by_key(|(_, size)| *size);
        let mut left = bounds.total;
        let mut read = Vec::new();
        for (object, size) in &sizes {
            if *size <= bounds.file && *size <= left {
                left -= size;
                read.push(object.clone());
            }
        }
        let bytes = self.bytes_of(&read, bounds)?;
        let sizes: BTreeMap<String, u64> = sizes.into_iter().collect();
        let content = |entry: Option<&Entry>| match entry {
            None => Content::Absent,
            Some(entry) if entry.nested => Content::Nested,
            Some(entry) => match bytes.get(&entry.object) {
                Some(bytes) => Content::Bytes(bytes.clone()),
                None => Content::TooLarge(sizes.get(&entry.object).copied().unwrap_or(u64::MAX)),
            },
        };
        let contents = changes.iter().map(|change| Contents {
            old: content(sides.old.get(change.from.as_ref().unwrap_or(&change.path))),
            new: content(sides.new.get(&change.path)),
        });
        Ok(contents.collect())
    }

    fn sides(&self, from: &impl AsTree, to: &impl AsTree) -> Result<Sides, GitError> {
        let step = "compare two trees";
        let options = [
            "-r",
            "-z",
            "--raw",
            "--no-abbrev",
            "--no-renames",
            "--ignore-submodules=none",
            "--end-of-options",
        ];
        let out = self.git().cmd(step, "diff-tree").args(options).args([from.name(), to.name()]).ok()?;
        parse_sides(&out).ok_or_else(|| GitError::answer(step, &out))
    }

    /// The sizes of objects, each once.
    fn sizes<'o>(&self, objects: impl Iterator<Item = &'o str>) -> Result<Vec<(String, u64)>, GitError> {
        let step = "measure the changed files";
        let mut names: Vec<&str> = objects.collect();
        names.sort_unstable();
        names.dedup();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let format = "--batch-check=%(objectname) %(objectsize)";
        let out = self.git().cmd(step, "cat-file").arg(format).stdin(lines(&names)).ok()?;
        let text = std::str::from_utf8(&out).map_err(|_| GitError::answer(step, &out))?;
        let size = |line: &str| {
            let (name, size) = line.split_once(' ')?;
            Some((name.to_owned(), size.parse().ok()?))
        };
        text.lines().map(|line| size(line).ok_or_else(|| GitError::answer(step, line.as_bytes()))).collect()
    }

    /// The bytes of objects, by name.
    fn bytes_of(&self, names: &[String], bounds: Bounds) -> Result<BTreeMap<String, Vec<u8>>, GitError> {
        let blobs = self.blobs(names, BlobBounds { each: bounds.file, all: bounds.total })?;
        let bytes = names.iter().zip(blobs).filter_map(|(name, blob)| match blob {
            Blob::Bytes(bytes) => Some((name.clone(), bytes)),
            Blob::Missing | Blob::TooLarge => None,
        });
        Ok(bytes.collect())
    }
}

fn lines(names: &[&str]) -> String {
    names.iter().flat_map(|name| [*name, "\n"]).collect()
}

/// `:100644 100755 <old> <new> M`, then the path.
fn parse_sides(out: &[u8]) -> Option<Sides> {
    let mut sides = Sides::default();
    let mut fields = out.split(|b| *b == 0);
    while let Some(head) = fields.next().filter(|head| !head.is_empty()) {
        let head = std::str::from_utf8(head.strip_prefix(b":")?).ok()?;
        let path = RepoPath::new(fields.next()?);
        let mut parts = head.split(' ');
        let (old_mode, new_mode) = (parts.next()?, parts.next()?);
        let (old, new) = (parts.next()?, parts.next()?);
        for (mode, object, side) in [(old_mode, old, &mut sides.old), (new_mode, new, &mut sides.new)] {
            if mode != "000000" {
                let entry = Entry { nested: mode == "160000", object: object.to_owned() };
                side.insert(path.clone(), entry);
            }
        }
    }
    Some(sides)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_git_are_taken_apart_whatever_the_bytes() {
        let sides = parse_sides(
            b":100644 000000 aa 00 D\0gone\n\0:000000 160000 00 bb A\0nested\0:100644 100755 cc dd M\0:x\0",
        )
        .unwrap();
        let of = |side: &BTreeMap<RepoPath, Entry>| -> Vec<(String, String, bool)> {
            side.iter().map(|(p, e)| (p.to_string(), e.object.clone(), e.nested)).collect()
        };
        let row = |path: &str, object: &str, nested| (path.to_owned(), object.to_owned(), nested);
        assert_eq!(of(&sides.old), [row(":x", "cc", false), row("gone\n", "aa", false)]);
        assert_eq!(of(&sides.new), [row(":x", "dd", false), row("nested", "bb", true)]);
    }
}
