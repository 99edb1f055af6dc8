//! Snapshots: a workspace's files, saved as a commit under a ref of its own.

use conductor_engine::ids::{Oid, RunId, TreeId};
use jiff::Timestamp;

use super::commit::{CommitText, Trailers};
use super::error::GitError;
use super::name::{NameError, RefName, RepoPath, nul_paths};
use super::open::Repo;
use super::own_commits::Finding;
use super::refs::RefError;
use super::run::{parse_tree, refused};
use super::walk::walk;
use super::workspace::{Workspace, beside, delete};
use crate::process::Exit;

/// What was saved of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The commit; its parent is the run's base.
    pub commit: Oid,
    /// Its tree: what the run's candidate is made from.
    pub tree: TreeId,
    /// Its number among the snapshots of the run: the one that was asked for, or the next free one.
    pub number: u32,
    /// The ref that keeps it.
    pub name: RefName,
    /// Files that could not be saved (unreadable, or vanished meanwhile). Not empty means: partial, and no
    /// proof of anything.
    pub missing: Vec<RepoPath>,
    /// Nested repositories, of which nothing is saved. Not empty means: the workspace has to be kept.
    pub nested: Vec<RepoPath>,
    /// What was odd in the workspace's own repository. Commits that the agent made are kept by refs of their
    /// own unless a finding says otherwise.
    pub findings: Vec<Finding>,
    /// Refs that keep the agent's own commits.
    pub kept: Vec<(RefName, Oid)>,
}

impl Snapshot {
    /// Whether every file that is not ignored is in it, and every commit of the agent's in a ref.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.nested.is_empty() && self.findings.is_empty()
    }
}

/// What came of staging.
struct Staged {
    /// Files that could not be read.
    missing: Vec<RepoPath>,
    /// Whether the workspace's attributes had to be left aside.
    plain: bool,
}

/// The folder of a run's snapshots: `refs/conductor/snap/<run>`.
pub(super) fn snapshots_of(run: RunId) -> String {
    format!("refs/conductor/snap/{run}")
}

/// The names here are made of numbers and object names only, so they are always well-formed; a refusal is
/// passed on all the same, as the answer that it is.
pub(super) fn own_ref(text: &str) -> Result<RefName, GitError> {
    RefName::parse(text).map_err(|NameError { text, .. }| GitError::answer("name a ref", text.as_bytes()))
}

impl Repo {
    /// Saves the workspace as it is: all files that are not ignored, untracked ones too, and the commits that
    /// the agent made by itself. The workspace is not changed, and nothing of its configuration is obeyed.
    ///
    /// `number` is the wanted number of the snapshot. When that is taken by another state, the next free one
    /// is used; saving an unchanged state under the same number again gives the same snapshot.
    ///
    /// # Errors
    /// When git or the file system fails as a whole. Single files that cannot be saved are no error: they are
    /// listed in the snapshot.
    pub fn snapshot(&self, workspace: &Workspace, number: u32, at: Timestamp) -> Result<Snapshot, GitError> {
        workspace.check_place()?;
        let found = walk(workspace.path());
        let index = workspace.index();
        let nested = self.not_ignored(workspace.path(), &index, found.nested)?;
        let Staged { mut missing, plain } = self.stage(workspace, &nested)?;
        missing.extend(self.not_ignored(workspace.path(), &index, found.unreadable)?);
        let tree = self.write_index(workspace, &nested)?;
        let commit = self.commit(&tree, &[workspace.base()], &snapshot_text(workspace.run()), at)?;
        let (number, name) = self.name_snapshot(workspace.run(), number, &commit)?;
        let own = self.keep_own_commits(workspace)?;
        let mut findings = own.findings;
        if found.gave_up {
            findings.push(Finding::TooManyFiles);
        }
        if plain {
            findings.push(Finding::AttributesNotObeyed);
        }
        Ok(Snapshot { commit, tree, number, name, missing, nested, findings, kept: own.kept })
    }

    /// The snapshots of a run, oldest first.
    ///
    /// # Errors
    /// When git fails.
    pub fn snapshots(&self, run: RunId) -> Result<Vec<(u32, Oid)>, GitError> {
        let prefix = snapshots_of(run);
        let number =
            |name: &RefName| name.as_str().strip_prefix(&prefix)?.strip_prefix('/')?.parse::<u32>().ok();
        let refs = self.list_refs(&prefix)?;
        let mut found: Vec<(u32, Oid)> =
            refs.into_iter().filter_map(|(name, oid)| Some((number(&name)?, oid))).collect();
        found.sort_by_key(|(number, _)| *number);
        Ok(found)
    }

    /// Brings the private index up to the workspace's files.
    fn stage(&self, workspace: &Workspace, nested: &[RepoPath]) -> Result<Staged, GitError> {
        let step = "save a workspace's files";
        let index = workspace.index();
        self.ready_index(workspace)?;
        // A nested repository is left out by name: `add` would look into it with that repository's own
        // configuration, and save nothing of its files.
        let mut paths = b".\0".to_vec();
        for path in nested {
            paths.extend_from_slice(b":(top,literal,exclude)");
            paths.extend_from_slice(path.as_bytes());
            paths.push(0);
        }
        let options = ["--all", "--ignore-errors", "--pathspec-from-file=-", "--pathspec-file-nul"];
        let add =
            || self.git().cmd(step, "add").args(options).on(workspace.path(), &index).stdin(paths.clone());
        let staged = |missing, plain| Ok(Staged { missing, plain });
        // A file that vanishes while it is read spoils the first try only; one that cannot be read, every one.
        if add().run()?.exit.success() {
            return staged(Vec::new(), false);
        }
        match add().run()?.exit {
            Exit::Code(0) => staged(Vec::new(), false),
            // 1: staged, but for some files. Which ones is what still differs from the index.
            Exit::Code(1) => staged(self.not_staged(workspace, nested)?, false),
            // Attributes can ask for a conversion that fails, and that ends `add` as a whole. Without them
            // the files are saved byte for byte.
            Exit::Code(_) | Exit::Signal(_) => {
                delete(&beside(&index, ".lock"))?;
                let out = add().env("GIT_ATTR_SOURCE", self.empty_tree()).run()?;
                match out.exit {
                    Exit::Code(0) => staged(Vec::new(), true),
                    Exit::Code(1) => staged(self.not_staged(workspace, nested)?, true),
                    Exit::Code(_) | Exit::Signal(_) => Err(refused(step, &out)),
                }
            }
        }
    }

    /// The same, as the name of a tree.
    pub(super) fn empty_tree_id(&self) -> Result<TreeId, GitError> {
        parse_tree("name the empty tree", self.empty_tree().as_bytes())
    }

    /// The tree without a file, which every repository has.
    fn empty_tree(&self) -> &'static str {
        match self.settings().object_format.as_deref() {
            Some("sha256") => "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
            Some(_) | None => "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        }
    }

    /// An index to begin with, and no lock that a killed git left on it.
    fn ready_index(&self, workspace: &Workspace) -> Result<(), GitError> {
        let index = workspace.index();
        delete(&beside(&index, ".lock"))?;
        if index.is_file() {
            return Ok(());
        }
        let cmd = self.git().cmd("begin an index", "read-tree").arg(workspace.base().as_str());
        cmd.on(workspace.path(), &index).ok().map(drop)
    }

    fn write_index(&self, workspace: &Workspace, nested: &[RepoPath]) -> Result<TreeId, GitError> {
        let step = "write a workspace's tree";
        let write = || self.git().cmd(step, "write-tree").on(workspace.path(), &workspace.index()).run();
        let out = write()?;
        if out.exit.success() {
            return parse_tree(step, &out.stdout);
        }
        // The index names objects that are gone, such as after a power cut that kept the one and not the
        // other. It is only a help: without it every file is read again.
        delete(&workspace.index())?;
        self.stage(workspace, nested)?;
        let out = write()?;
        if out.exit.success() { parse_tree(step, &out.stdout) } else { Err(refused(step, &out)) }
    }

    /// Files that differ from the private index, but for ignored ones and those in nested repositories.
    pub(super) fn not_staged(
        &self,
        workspace: &Workspace,
        nested: &[RepoPath],
    ) -> Result<Vec<RepoPath>, GitError> {
        let cmd = self.git().cmd("list what was not saved", "ls-files");
        let options = ["-z", "--others", "--modified", "--exclude-standard", "--deduplicate"];
        let out = cmd.args(options).on(workspace.path(), &workspace.index()).ok()?;
        let inside = |path: &RepoPath| nested.iter().any(|dir| path.as_path().starts_with(dir.as_path()));
        let mut paths: Vec<RepoPath> = nul_paths(&out).into_iter().filter(|path| !inside(path)).collect();
        paths.sort();
        Ok(paths)
    }

    /// Gives the commit a ref that nothing had before, and makes sure that ref and objects are really there:
    /// until the ref existed, a prune by the user could have taken them.
    fn name_snapshot(&self, run: RunId, number: u32, commit: &Oid) -> Result<(u32, RefName), GitError> {
        let prefix = snapshots_of(run);
        let name = own_ref(&format!("{prefix}/{number}"))?;
        let (number, name) = match self.create_ref(&name, commit) {
            Ok(()) => (number, name),
            Err(RefError::Moved { found: Some(found), .. }) if found == *commit => (number, name),
            Err(RefError::Git(error)) => return Err(error),
            Err(RefError::Moved { .. }) => {
                let taken = self.snapshots(run)?;
                let next = taken.last().map_or(1, |(last, _)| last.saturating_add(1));
                let name = own_ref(&format!("{prefix}/{next}"))?;
                self.ensure_refs(&[(name.clone(), commit.clone())])?;
                (next, name)
            }
        };
        let proof = format!("{name}^{{tree}}");
        if let Err(error) = self.git().cmd("verify a snapshot", "cat-file").args(["-e", &proof]).ok() {
            // A ref to objects that are gone would make every later gc of the user's fail.
            let _said_already = self.delete_ref(&name, commit);
            return Err(error);
        }
        Ok((number, name))
    }
}

fn snapshot_text(run: RunId) -> CommitText {
    let body =
        "Saved from the run's workspace. It keeps the work until it is merged or thrown away.".to_owned();
    CommitText { subject: format!("Snapshot of run {run}"), body, trailers: Trailers::default() }
}
