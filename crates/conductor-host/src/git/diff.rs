//! What differs between two trees.

use super::error::GitError;
use super::name::RepoPath;
use super::open::Repo;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// New.
    Added,
    /// Other content or another mode.
    Modified,
    /// Gone.
    Deleted,
    /// Has another path, and perhaps other content.
    Renamed,
    /// Became something else, such as a symbolic link.
    TypeChanged,
}

/// One file that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Its path; of a renamed file the new one, of a deleted file the old one.
    pub path: RepoPath,
    /// The old path of a renamed file.
    pub from: Option<RepoPath>,
    /// What became of it.
    pub kind: ChangeKind,
    /// Lines added; `None` for what is no text.
    pub added: Option<u64>,
    /// Lines deleted; `None` for what is no text.
    pub deleted: Option<u64>,
    /// Its mode now, as git writes it (`100644`, `120000` for a link, `160000` for a nested repository;
    /// `000000` when it is gone).
    pub mode: u32,
    /// Its blob before; `None` when there was no file.
    pub old_blob: Option<String>,
    /// Its blob now; `None` when it is gone.
    pub new_blob: Option<String>,
}

/// A patch for people and prompts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// The patch, or its beginning. It is what files hold: any bytes.
    pub bytes: Vec<u8>,
    /// Whether it was longer than the bound.
    pub truncated: bool,
}

/// Nothing of these runs anything: no external diff, no text conversion.
pub(super) const PLAIN: [&str; 5] = ["--no-ext-diff", "--no-textconv", "--no-color", "-r", "-M"];

impl Repo {
    /// The files that differ between two trees or commits (`conductor_engine` ids, as text), sorted by path.
    ///
    /// # Errors
    /// When one of them does not exist, or git fails.
    pub fn changes(&self, from: &impl AsTree, to: &impl AsTree) -> Result<Vec<FileChange>, GitError> {
        let step = "compare two trees";
        let options =
            ["-z", "--raw", "--numstat", "--no-abbrev", "--ignore-submodules=none", "--end-of-options"];
        let out = self
            .git()
            .cmd(step, "diff-tree")
            .args(PLAIN)
            .args(options)
            .args([from.name(), to.name()])
            .ok()?;
        parse_changes(&out).ok_or_else(|| GitError::answer(step, &out))
    }

    /// The patch from one tree or commit to another, at most `limit` bytes of it.
    ///
    /// # Errors
    /// When one of them does not exist, or git fails.
    pub fn patch(&self, from: &impl AsTree, to: &impl AsTree, limit: usize) -> Result<Patch, GitError> {
        let step = "make a patch";
        let options = ["-p", "--src-prefix=a/", "--dst-prefix=b/", "--full-index", "--end-of-options"];
        let cmd = self.git().cmd(step, "diff-tree").args(PLAIN).args(options).args([from.name(), to.name()]);
        let out = cmd.limit(limit).run()?;
        if !out.exit.success() {
            return Err(super::run::refused(step, &out));
        }
        Ok(Patch { bytes: out.stdout, truncated: out.truncated })
    }

    /// The patch from one tree or commit to another, whole and with files that are no text, for git to apply; `None`
    /// when it has more than `limit` bytes.
    ///
    /// # Errors
    /// When one of them does not exist, or git fails.
    pub fn whole_patch(
        &self,
        from: &impl AsTree,
        to: &impl AsTree,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, GitError> {
        let step = "make a patch";
        let options =
            ["-p", "--binary", "--src-prefix=a/", "--dst-prefix=b/", "--full-index", "--no-renames"];
        let cmd = self.git().cmd(step, "diff-tree").args(PLAIN).args(options).arg("--end-of-options");
        let out = cmd.args([from.name(), to.name()]).limit(limit).run()?;
        if !out.exit.success() && !out.truncated {
            return Err(super::run::refused(step, &out));
        }
        Ok((!out.truncated).then_some(out.stdout))
    }
}

/// What names a tree: a tree, or a commit for its tree.
pub trait AsTree {
    /// The object's full name.
    fn name(&self) -> &str;
}

impl AsTree for conductor_engine::ids::Oid {
    fn name(&self) -> &str {
        self.as_str()
    }
}

impl AsTree for conductor_engine::ids::TreeId {
    fn name(&self) -> &str {
        self.as_str()
    }
}

/// Reads `diff-tree -z --raw --numstat`: all raw records (they begin with a colon), then all counts.
fn parse_changes(out: &[u8]) -> Option<Vec<FileChange>> {
    let mut fields = out.split(|b| *b == 0).peekable();
    let mut changes = Vec::new();
    while let Some(head) = fields.next_if(|field| field.first() == Some(&b':')) {
        changes.push(parse_raw(std::str::from_utf8(head).ok()?, &mut fields)?);
    }
    for change in &mut changes {
        let line = fields.next()?;
        let mut parts = line.splitn(3, |b| *b == b'\t');
        let mut count = || Some(std::str::from_utf8(parts.next()?).ok()?.parse().ok());
        (change.added, change.deleted) = (count()?, count()?);
        // Of a renamed file the paths stand in two fields of their own.
        if parts.next()?.is_empty() {
            fields.nth(1)?;
        }
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    Some(changes)
}

/// `:100644 100755 <old> <new> R090`, then one path or two.
fn parse_raw<'a>(head: &str, fields: &mut impl Iterator<Item = &'a [u8]>) -> Option<FileChange> {
    let parts: Vec<&str> = head.split(' ').collect();
    let kind = match parts.get(4)?.chars().next()? {
        'A' | 'C' => ChangeKind::Added,
        'M' => ChangeKind::Modified,
        'D' => ChangeKind::Deleted,
        'R' => ChangeKind::Renamed,
        'T' => ChangeKind::TypeChanged,
        _ => return None,
    };
    let first = RepoPath::new(fields.next()?);
    let (from, path) = match kind {
        ChangeKind::Renamed => (Some(first), RepoPath::new(fields.next()?)),
        ChangeKind::Added | ChangeKind::Modified | ChangeKind::Deleted | ChangeKind::TypeChanged => {
            (None, first)
        }
    };
    // A name of zeros stands for no file.
    let blob = |at: usize| parts.get(at).filter(|id| id.contains(|c| c != '0')).map(|id| (*id).to_owned());
    let (old_blob, new_blob) = (blob(2), blob(3));
    let mode = parts.get(1)?.parse().ok()?;
    Some(FileChange { path, from, kind, added: None, deleted: None, mode, old_blob, new_blob })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_counts_are_joined_whatever_the_paths() {
        let out =
            b":100644 100644 a b M\0x\ty\0:100644 100755 a b R090\0old\0new\n\0:000000 100644 0 b A\0:odd\0\
            1\t2\tx\ty\0\x33\t4\t\0old\0new\n\0-\t-\t:odd\0";
        let changes = parse_changes(out).unwrap();
        let rows: Vec<_> =
            changes.iter().map(|c| (c.path.to_string(), c.kind, c.added, c.deleted, c.mode)).collect();
        assert_eq!(
            rows,
            [
                (":odd".to_owned(), ChangeKind::Added, None, None, 100_644),
                ("new\n".to_owned(), ChangeKind::Renamed, Some(3), Some(4), 100_755),
                ("x\ty".to_owned(), ChangeKind::Modified, Some(1), Some(2), 100_644),
            ]
        );
        assert_eq!(parse_changes(b""), Some(Vec::new()));
        assert_eq!(parse_changes(b":100644 100644 a b M\0x\0"), None);
    }
}
