//! The one way in which a git process is started.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use conductor_engine::ids::{Oid, TreeId};

use super::error::{GitError, readable};
use super::name::RepoPath;
use crate::process::{Cmd, EnvMap, Output};

/// How many git processes were started, for benchmarks and bounds.
#[derive(Debug, Default)]
pub struct GitStats {
    processes: AtomicU64,
}

impl GitStats {
    /// The number of git processes that were started so far, with those of all clones of the same [`super::Repo`].
    pub fn processes(&self) -> u64 {
        self.processes.load(Ordering::Relaxed)
    }

    pub(super) fn count_one(&self) {
        self.processes.fetch_add(1, Ordering::Relaxed);
    }
}

/// What git must not do, whatever the repository's configuration says.
const HARDENED: &[(&str, &str)] = &[
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.untrackedCache", "false"),
    ("core.splitIndex", "false"),
    ("core.sparseCheckout", "false"),
    ("core.pager", "cat"),
    ("core.editor", "true"),
    ("core.sshCommand", "false"),
    ("core.alternateRefsCommand", "false"),
    ("core.quotePath", "false"),
    ("core.fsync", "committed,loose-object"),
    ("core.fsyncMethod", "batch"),
    ("core.filesRefLockTimeout", "2000"),
    ("core.packedRefsTimeout", "5000"),
    ("commit.gpgSign", "false"),
    ("tag.gpgSign", "false"),
    ("log.showSignature", "false"),
    ("diff.external", ""),
    ("diff.ignoreSubmodules", "dirty"),
    ("diff.orderFile", "/dev/null"),
    ("submodule.recurse", "false"),
    ("fetch.recurseSubmodules", "false"),
    ("status.submoduleSummary", "false"),
    ("merge.renames", "true"),
    ("merge.directoryRenames", "conflict"),
    ("merge.conflictStyle", "merge"),
    ("i18n.commitEncoding", "UTF-8"),
    ("i18n.logOutputEncoding", "UTF-8"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("protocol.allow", "never"),
    ("advice.graftFileDeprecated", "false"),
    ("checkout.workers", "0"),
];

/// The environment of every git process: nothing of the caller's but where programs are found.
pub(super) fn hardened_env(user: &EnvMap) -> EnvMap {
    let mut env: EnvMap = ["PATH", "TMPDIR"]
        .iter()
        .filter_map(|name| Some((OsString::from(name), user.get(OsString::from(name).as_os_str())?.clone())))
        .collect();
    let fixed = [
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_ATTR_NOSYSTEM", "1"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_NO_LAZY_FETCH", "1"),
        ("GIT_NO_REPLACE_OBJECTS", "1"),
        ("GIT_EDITOR", "true"),
        ("GIT_PAGER", "cat"),
        ("LC_ALL", "C"),
    ];
    env.extend(fixed.map(|(name, value)| (name.into(), value.into())));
    env
}

/// Starts git processes for one repository.
#[derive(Debug, Clone)]
pub(super) struct Git {
    env: EnvMap,
    config: Vec<(String, OsString)>,
    common_dir: PathBuf,
    stats: Arc<GitStats>,
}

impl Git {
    /// `config` is added to what is always set.
    pub(super) fn new(
        user: &EnvMap,
        common_dir: &Path,
        config: Vec<(String, OsString)>,
        stats: Arc<GitStats>,
    ) -> Self {
        let fixed = HARDENED.iter().map(|(key, value)| ((*key).to_owned(), OsString::from(value)));
        Self {
            env: hardened_env(user),
            config: fixed.chain(config).collect(),
            common_dir: common_dir.to_owned(),
            stats,
        }
    }

    pub(super) fn stats(&self) -> &Arc<GitStats> {
        &self.stats
    }

    /// A git command on the main repository, without a checkout. `step` is for messages: "failed to {step}".
    pub(super) fn cmd(&self, step: &'static str, verb: &str) -> GitCmd {
        let cmd =
            Cmd::new("git", &self.common_dir).envs(&self.env).env("GIT_DIR", &self.common_dir).arg(verb);
        GitCmd { cmd, step, config: self.config.clone(), stats: Arc::clone(&self.stats) }
    }
}

/// One git command that is being put together.
#[derive(Debug, Clone)]
pub(super) struct GitCmd {
    cmd: Cmd,
    step: &'static str,
    config: Vec<(String, OsString)>,
    stats: Arc<GitStats>,
}

impl GitCmd {
    pub(super) fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.cmd = self.cmd.arg(arg);
        self
    }

    pub(super) fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.cmd = self.cmd.args(args);
        self
    }

    pub(super) fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.cmd = self.cmd.env(name, value);
        self
    }

    pub(super) fn config(mut self, key: &str, value: impl Into<OsString>) -> Self {
        self.config.push((key.to_owned(), value.into()));
        self
    }

    /// Works on this checkout with this index, still with the main repository's objects and configuration.
    pub(super) fn on(self, work_tree: &Path, index: &Path) -> Self {
        self.env("GIT_WORK_TREE", work_tree).env("GIT_INDEX_FILE", index)
    }

    /// Works on another repository directory: a checkout of the user's, or a clone that no agent has seen yet.
    pub(super) fn in_checkout(self, git_dir: &Path, work_tree: &Path) -> Self {
        // From its root: the repository's own directory lies inside the main checkout, and git would take it
        // for the part of the checkout that is meant.
        self.env("GIT_DIR", git_dir).env("GIT_WORK_TREE", work_tree).in_dir(work_tree)
    }

    /// Runs in this directory instead of the repository's own.
    pub(super) fn in_dir(mut self, dir: &Path) -> Self {
        self.cmd = self.cmd.dir(dir);
        self
    }

    pub(super) fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.cmd = self.cmd.stdin(bytes);
        self
    }

    /// NUL-separated paths on standard input.
    pub(super) fn stdin_paths<'a>(self, paths: impl IntoIterator<Item = &'a RepoPath>) -> Self {
        let mut bytes = Vec::new();
        for path in paths {
            bytes.extend_from_slice(path.as_bytes());
            bytes.push(0);
        }
        self.stdin(bytes)
    }

    pub(super) fn stdin_file(mut self, path: &Path) -> Self {
        self.cmd = self.cmd.stdin_file(path);
        self
    }

    pub(super) fn stdout_file(mut self, path: &Path) -> Self {
        self.cmd = self.cmd.stdout_file(path);
        self
    }

    pub(super) fn limit(mut self, bytes: usize) -> Self {
        self.cmd = self.cmd.limit(bytes);
        self
    }

    /// Runs it, whatever its exit code.
    pub(super) fn run(self) -> Result<Output, GitError> {
        self.stats.count_one();
        // By the environment instead of `-c`: names of filters and merge drivers may hold any character.
        let mut cmd = self.cmd.env("GIT_CONFIG_COUNT", self.config.len().to_string());
        for (index, (key, value)) in self.config.into_iter().enumerate() {
            cmd = cmd
                .env(format!("GIT_CONFIG_KEY_{index}"), key)
                .env(format!("GIT_CONFIG_VALUE_{index}"), value);
        }
        cmd.run().map_err(|source| GitError::Run { step: self.step, source })
    }

    /// Runs it and gives its output; a non-zero exit is an error, and so is output beyond the bound.
    pub(super) fn ok(self) -> Result<Vec<u8>, GitError> {
        let step = self.step;
        let out = self.run()?;
        if !out.exit.success() {
            return Err(refused(step, &out));
        }
        if out.truncated {
            return Err(GitError::answer(step, b"(more output than can be held)"));
        }
        Ok(out.stdout)
    }

    /// Runs it and reads a commit id from its output.
    pub(super) fn oid(self) -> Result<Oid, GitError> {
        let step = self.step;
        let out = self.ok()?;
        parse_oid(step, &out)
    }
}

pub(super) fn refused(step: &'static str, out: &Output) -> GitError {
    GitError::Refused { step, exit: out.exit, message: readable(&out.stderr) }
}

pub(super) fn parse_oid(step: &'static str, bytes: &[u8]) -> Result<Oid, GitError> {
    std::str::from_utf8(bytes)
        .ok()
        .and_then(|t| Oid::parse(t.trim()).ok())
        .ok_or_else(|| GitError::answer(step, bytes))
}

pub(super) fn parse_tree(step: &'static str, bytes: &[u8]) -> Result<TreeId, GitError> {
    let text = std::str::from_utf8(bytes).ok();
    text.and_then(|t| TreeId::parse(t.trim()).ok()).ok_or_else(|| GitError::answer(step, bytes))
}
