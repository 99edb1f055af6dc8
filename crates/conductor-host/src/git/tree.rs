//! A committed tree as what gates and settings are looked for in: never a workspace, where an agent could plant one.

use std::collections::BTreeMap;

use super::diff::AsTree;
use super::error::GitError;
use super::name::nul_fields;
use super::open::Repo;
use crate::gates::{FileMode, TreeView};

/// A file larger than this is no manifest, in bytes.
const MOST: usize = 4 * 1024 * 1024;

/// The files of a tree, listed once; their content is read when it is asked for.
#[derive(Debug, Clone)]
pub struct CommittedTree<'r> {
    repo: &'r Repo,
    name: String,
    files: BTreeMap<String, FileMode>,
}

impl Repo {
    /// Lists the files of a tree, or of a commit's tree.
    ///
    /// # Errors
    /// When git fails.
    pub fn committed_tree(&self, tree: &impl AsTree) -> Result<CommittedTree<'_>, GitError> {
        let (step, name) = ("list the files of a tree", tree.name().to_owned());
        let out = self.git().cmd(step, "ls-tree").args(["-r", "-z", "--full-tree", name.as_str()]).ok()?;
        let mut files = BTreeMap::new();
        for field in nul_fields(&out) {
            let tab = field.iter().position(|b| *b == b'\t').ok_or_else(|| GitError::answer(step, field))?;
            let (about, path) = field.split_at(tab);
            let mode = match about.split(|b| *b == b' ').next() {
                Some(b"100644" | b"100664") => FileMode::Plain,
                Some(b"100755") => FileMode::Executable,
                Some(_) | None => FileMode::Other,
            };
            // Manifests and scripts have plain names; a path that is no text cannot be asked for anyway.
            if let Ok(path) = std::str::from_utf8(&path[1..]) {
                files.insert(path.to_owned(), mode);
            }
        }
        Ok(CommittedTree { repo: self, name, files })
    }
}

impl TreeView for CommittedTree<'_> {
    fn files(&self) -> &BTreeMap<String, FileMode> {
        &self.files
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.files.get(path).filter(|mode| **mode != FileMode::Other)?;
        let object = format!("{}:{path}", self.name);
        self.repo.git().cmd("read a committed file", "cat-file").args(["blob", &object]).limit(MOST).ok().ok()
    }
}
