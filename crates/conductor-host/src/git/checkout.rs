//! The user's checkouts: what they are on, what is going on in them. Only ever read here.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use conductor_engine::ids::Oid;

use super::error::GitError;
use super::name::{BranchName, RepoPath, nul_fields};
use super::open::{Head, Repo};

/// What a checkout is on, and what in it is not committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkState {
    /// What is checked out; `None` on a branch without a commit.
    pub head: Option<Head>,
    /// Tracked files that differ from the commit or the index, conflicts included.
    pub changed: Vec<RepoPath>,
    /// Files (or whole folders) that are neither tracked nor ignored.
    pub untracked: Vec<RepoPath>,
}

impl WorkState {
    /// Whether nothing is changed and nothing untracked.
    pub fn is_clean(&self) -> bool {
        self.changed.is_empty() && self.untracked.is_empty()
    }
}

/// Something that git has begun in a checkout and not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A merge with its conflicts.
    Merge,
    /// A cherry-pick.
    CherryPick,
    /// A revert.
    Revert,
    /// A rebase, or patches being applied.
    Rebase,
    /// A search for a bad commit.
    Bisect,
    /// A git process holds the index, or was killed while it did.
    IndexLock,
    /// A git process is moving `HEAD` or its branch, or was killed while it did.
    HeadLock,
}

impl Operation {
    /// For people: "a rebase".
    pub fn describe(self) -> &'static str {
        match self {
            Self::Merge => "a merge",
            Self::CherryPick => "a cherry-pick",
            Self::Revert => "a revert",
            Self::Rebase => "a rebase",
            Self::Bisect => "a bisect",
            Self::IndexLock => "a git command (index.lock)",
            Self::HeadLock => "a git command (HEAD.lock)",
        }
    }
}

/// A checkout, by its own part of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Checkout {
    pub(super) path: PathBuf,
    pub(super) git_dir: PathBuf,
}

impl Repo {
    /// The state of the checkout that the repository was opened from. Its index is not even refreshed.
    ///
    /// # Errors
    /// When git fails.
    pub fn work_state(&self) -> Result<WorkState, GitError> {
        self.work_state_of(self.git_dir(), self.top())
    }

    pub(super) fn work_state_of(&self, git_dir: &Path, path: &Path) -> Result<WorkState, GitError> {
        let step = "read the state of the checkout";
        let options = [
            "--porcelain=v2",
            "--branch",
            "-z",
            "--untracked-files=normal",
            "--no-renames",
            "--ignore-submodules=dirty",
        ];
        let out = self.git().cmd(step, "status").args(options).in_checkout(git_dir, path).ok()?;
        parse_status(&out).ok_or_else(|| GitError::answer(step, &out))
    }

    /// All checkouts of the repository, the main one first.
    pub(super) fn checkouts(&self) -> Vec<Checkout> {
        let common = self.common_dir();
        let mut found = Vec::new();
        let beside = common.file_name().is_some_and(|name| name == ".git").then(|| common.parent()).flatten();
        if let Some(path) = self.settings().worktree.as_deref().or(beside) {
            found.push(Checkout { path: common.join(path), git_dir: common.to_owned() });
        }
        let linked = fs::read_dir(common.join("worktrees")).into_iter().flatten().flatten();
        for git_dir in linked.map(|entry| entry.path()) {
            if let Some(path) = linked_path(&git_dir) {
                found.push(Checkout { path, git_dir });
            }
        }
        found
    }

    /// The checkout that is on this branch, or in the middle of an operation that has taken the branch away for now.
    ///
    /// # Errors
    /// When git fails.
    pub fn where_checked_out(&self, branch: &BranchName) -> Result<Option<PathBuf>, GitError> {
        let found = self.checkout_of(branch)?.or_else(|| Some(self.operation_on(branch)?.0));
        Ok(found.map(|checkout| checkout.path))
    }

    /// The checkout that is on this branch, if there is one, without starting a process.
    pub(super) fn quick_checkout_of(&self, branch: &BranchName) -> Result<Option<Checkout>, GitError> {
        if self.settings().reftable {
            return self.checkout_of(branch);
        }
        let on_it = format!("ref: {}", branch.to_ref());
        Ok(self
            .checkouts()
            .into_iter()
            .find(|c| first_line(&c.git_dir.join("HEAD")).is_some_and(|l| l == on_it)))
    }

    /// The checkout that is on this branch, by git's own word: only git knows whether the main one is bare,
    /// and where refs are no files, `HEAD` does not say what is checked out.
    pub(super) fn checkout_of(&self, branch: &BranchName) -> Result<Option<Checkout>, GitError> {
        let step = "find where a branch is checked out";
        let out = self.git().cmd(step, "worktree").args(["list", "--porcelain", "-z"]).ok()?;
        let on_it = format!("branch {}", branch.to_ref());
        let Some(path) = worktree_with(&out, on_it.as_bytes()) else { return Ok(None) };
        // Of a submodule git names its part of the repository instead of the checkout.
        let known = self
            .checkouts()
            .into_iter()
            .find(|c| same_place(&c.path, &path) || same_place(&c.git_dir, &path));
        known.map(Some).ok_or_else(|| GitError::answer(step, path.as_os_str().as_bytes()))
    }

    /// An operation that has taken `branch` away from its checkout for now (a rebase works on a detached head).
    pub(super) fn operation_on(&self, branch: &BranchName) -> Option<(Checkout, Operation)> {
        let full = branch.to_ref();
        self.checkouts().into_iter().find_map(|checkout| {
            let says =
                |file: &str, text: &str| first_line(&checkout.git_dir.join(file)).is_some_and(|l| l == text);
            if says("rebase-merge/head-name", full.as_str()) || says("rebase-apply/head-name", full.as_str())
            {
                Some((checkout, Operation::Rebase))
            } else if says("BISECT_START", branch.as_str()) {
                Some((checkout, Operation::Bisect))
            } else {
                None
            }
        })
    }
}

impl Checkout {
    /// What git has begun here and not finished.
    pub(super) fn operation(&self) -> Option<Operation> {
        let marks = [
            ("index.lock", Operation::IndexLock),
            ("HEAD.lock", Operation::HeadLock),
            ("MERGE_HEAD", Operation::Merge),
            ("CHERRY_PICK_HEAD", Operation::CherryPick),
            ("REVERT_HEAD", Operation::Revert),
            ("rebase-merge", Operation::Rebase),
            ("rebase-apply", Operation::Rebase),
            ("BISECT_START", Operation::Bisect),
        ];
        marks.into_iter().find(|(mark, _)| self.git_dir.join(mark).exists()).map(|(_, operation)| operation)
    }
}

/// The path of the record that has the line `wanted`; records are lines that end with NUL, and end themselves
/// with an empty one.
fn worktree_with(out: &[u8], wanted: &[u8]) -> Option<PathBuf> {
    let mut path = None;
    for line in out.split(|b| *b == 0) {
        if let Some(found) = line.strip_prefix(b"worktree ") {
            path = Some(PathBuf::from(OsStr::from_bytes(found)));
        } else if line == wanted {
            return path;
        }
    }
    None
}

fn same_place(a: &Path, b: &Path) -> bool {
    a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// The file `gitdir` of a linked worktree names its `.git` file.
fn linked_path(git_dir: &Path) -> Option<PathBuf> {
    let bytes = fs::read(git_dir.join("gitdir")).ok()?;
    let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    // It may be relative to the worktree's own directory.
    git_dir.join(OsStr::from_bytes(line)).parent().map(Path::to_owned)
}

fn first_line(path: &Path) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.lines().next()?.trim_end().to_owned())
}

/// Reads `git status --porcelain=v2 --branch -z`.
pub(super) fn parse_status(out: &[u8]) -> Option<WorkState> {
    let (mut oid, mut branch) = (None, None);
    let (mut changed, mut untracked) = (Vec::new(), Vec::new());
    let mut fields = nul_fields(out);
    while let Some(field) = fields.next() {
        let (kind, rest) = (field.first()?, field.get(2..)?);
        match kind {
            b'#' => {
                let text = std::str::from_utf8(rest).ok()?;
                oid = text.strip_prefix("branch.oid ").map(str::to_owned).or(oid);
                branch = text.strip_prefix("branch.head ").map(str::to_owned).or(branch);
            }
            b'1' => changed.push(RepoPath::new(after_spaces(rest, 7)?)),
            b'2' => {
                changed.push(RepoPath::new(after_spaces(rest, 8)?));
                fields.next()?;
            }
            b'u' => changed.push(RepoPath::new(after_spaces(rest, 9)?)),
            b'?' => untracked.push(RepoPath::new(rest)),
            _ => {}
        }
    }
    let head = match (oid?.as_str(), branch?.as_str()) {
        ("(initial)", _) => None,
        (tip, "(detached)") => Some(Head::Detached { tip: Oid::parse(tip).ok()? }),
        (tip, name) => {
            let name = BranchName::parse(name.strip_prefix("refs/heads/").unwrap_or(name)).ok()?;
            Some(Head::Branch { name, tip: Oid::parse(tip).ok()? })
        }
    };
    Some(WorkState { head, changed, untracked })
}

/// What follows the `count`-th space: the path, which may hold spaces itself.
fn after_spaces(field: &[u8], count: usize) -> Option<&[u8]> {
    let mut rest = field;
    for _ in 0..count {
        let space = rest.iter().position(|b| *b == b' ')?;
        rest = rest.get(space + 1..)?;
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_whatever_the_paths() {
        let oid = "a".repeat(40);
        let out = format!(
            "# branch.oid {oid}\0# branch.head main\0# branch.upstream o/main\0\
             1 .M N... 100644 100644 100644 {oid} {oid} a b\nc\0u UU N... 1 2 3 4 {oid} {oid} {oid} both\0? new file\0! ignored\0"
        );
        let state = parse_status(out.as_bytes()).unwrap();
        let texts = |paths: &[RepoPath]| paths.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(texts(&state.changed), ["a b\nc", "both"]);
        assert_eq!(texts(&state.untracked), ["new file"]);
        assert!(matches!(state.head, Some(Head::Branch { ref name, .. }) if name.as_str() == "main"));
        let unborn = parse_status(b"# branch.oid (initial)\0# branch.head main\0").unwrap();
        assert_eq!((unborn.head.clone(), unborn.is_clean()), (None, true));
        assert!(parse_status(b"").is_none());
    }
}
