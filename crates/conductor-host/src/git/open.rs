//! Opening a repository: what is asked of the user's own git, once.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use conductor_engine::ids::Oid;
use thiserror::Error;

use super::error::{GitError, readable};
use super::name::{BranchName, nul_fields};
use super::run::{Git, GitStats};
use crate::process::{Cmd, EnvMap, Output};

/// The oldest git whose `merge-tree` writes a tree, and whose commands have the options used here.
const OLDEST: (u32, u32) = (2, 38);

/// Who commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
}

/// What the user's checkout is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// A branch with at least one commit.
    Branch {
        /// The branch.
        name: BranchName,
        /// Its tip.
        tip: Oid,
    },
    /// A commit without a branch.
    Detached {
        /// The commit.
        tip: Oid,
    },
}

impl Head {
    /// The commit that is checked out.
    pub fn tip(&self) -> &Oid {
        match self {
            Self::Branch { tip, .. } | Self::Detached { tip } => tip,
        }
    }
}

/// A repository of the user's, and how git is called for it. Clones share the counter of processes.
#[derive(Debug, Clone)]
pub struct Repo {
    top: PathBuf,
    common_dir: PathBuf,
    git_dir: PathBuf,
    identity: Identity,
    settings: Settings,
    git: Git,
}

/// What the user's configuration says that Conductor obeys.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    /// `sha256` repositories need it in their clones.
    pub(super) object_format: Option<String>,
    /// Refs are not files there.
    pub(super) reftable: bool,
    /// Where the main checkout is when it is not beside the repository.
    pub(super) worktree: Option<PathBuf>,
    /// Whether filters are defined in any of the user's configuration, such as LFS.
    pub(super) has_filters: bool,
    /// What a clone of the repository needs for the same files, as `(section, key, value)`.
    pub(super) file_rules: Vec<(&'static str, String)>,
}

/// Why a repository could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The folder is not there.
    #[error("there is no folder {}", .dir.display())]
    NoFolder {
        /// The folder.
        dir: PathBuf,
    },
    /// No git on the `PATH`.
    #[error("git is needed and could not be run: {0}")]
    NoGit(#[from] crate::process::RunError),
    /// A git that is too old.
    #[error("git {found} is too old: at least {}.{} is needed", OLDEST.0, OLDEST.1)]
    TooOld {
        /// The version that was found.
        found: String,
    },
    /// The folder is in no repository.
    #[error("{} is not in a git repository: run `git init` there and make a first commit", .dir.display())]
    NotARepository {
        /// The folder.
        dir: PathBuf,
    },
    /// Git does not trust the folder, or found something else wrong with it.
    #[error("git refuses to work in {}: {message}", .dir.display())]
    Refused {
        /// The folder.
        dir: PathBuf,
        /// Git's reason.
        message: String,
    },
    /// A repository without a checkout, or a place inside `.git`.
    #[error("{} has no checkout (a bare repository, or a folder inside .git): go to a checkout of it", .dir.display())]
    NoCheckout {
        /// The folder.
        dir: PathBuf,
    },
    /// No commit yet.
    #[error(
        "the repository has no commit yet: make one first, for example `git commit --allow-empty -m start`"
    )]
    Unborn,
    /// A path that cannot be written into git's own files.
    #[error("the path {} of the repository holds a line break, which git cannot keep: move it", .dir.display())]
    OddPath {
        /// The path.
        dir: PathBuf,
    },
    /// Anything else that git could not do.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl Repo {
    /// Opens the repository that `dir` is in, from any folder of any of its checkouts. `user` is the user's
    /// environment: it is what the user's configuration is read with, this once.
    ///
    /// # Errors
    /// When there is none, it is bare or has no commit, or git is missing or too old.
    pub fn discover(dir: &Path, user: &EnvMap) -> Result<Self, OpenError> {
        if !dir.is_dir() {
            return Err(OpenError::NoFolder { dir: dir.to_owned() });
        }
        let stats = Arc::new(GitStats::default());
        let asked = Asked { dir, user, stats: &stats };
        asked.check_version()?;
        let places = asked.places()?;
        let listed = asked.configuration()?;
        let identity = identity(&listed, user);
        let (settings, config) = obeyed(&listed, user);
        let git = Git::new(user, &places.common_dir, config, stats);
        let Places { top, common_dir, git_dir } = places;
        let repo = Self { top, common_dir, git_dir, identity, settings, git };
        repo.head()?;
        Ok(repo)
    }

    /// The root of the checkout that it was opened from.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// The directory that all checkouts share (`.git` of the main one).
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// Who commits: the user, or `Conductor <conductor@localhost>` where the user has no identity.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// How many git processes were started.
    pub fn stats(&self) -> &GitStats {
        self.git.stats()
    }

    /// What the user's checkout is on now.
    ///
    /// # Errors
    /// [`OpenError::Unborn`] when there is no commit.
    pub fn head(&self) -> Result<Head, OpenError> {
        let state = self.work_state_of(&self.git_dir, &self.top)?;
        state.head.ok_or(OpenError::Unborn)
    }

    pub(super) fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn git(&self) -> &Git {
        &self.git
    }
}

struct Places {
    top: PathBuf,
    common_dir: PathBuf,
    git_dir: PathBuf,
}

/// Questions to the user's own git, with the user's own configuration. None of them runs a hook or a filter.
struct Asked<'a> {
    dir: &'a Path,
    user: &'a EnvMap,
    stats: &'a Arc<GitStats>,
}

impl Asked<'_> {
    fn git(&self, args: &[&str]) -> Result<Output, OpenError> {
        // Variables such as GIT_DIR, set by a hook that runs Conductor, would lead to another repository.
        let env = self.user.iter().filter(|(name, _)| !name.as_bytes().starts_with(b"GIT_"));
        let cmd = Cmd::new("git", self.dir).envs(env.map(|(n, v)| (n.clone(), v.clone()))).env("LC_ALL", "C");
        self.stats.count_one();
        Ok(cmd.args(args.iter().copied()).run()?)
    }

    fn check_version(&self) -> Result<(), OpenError> {
        let out = self.git(&["version"])?;
        let text = String::from_utf8_lossy(&out.stdout);
        let found = text.trim().strip_prefix("git version ").unwrap_or_else(|| text.trim());
        let mut numbers = found.split('.').map(|part| part.parse().ok());
        match (numbers.next().flatten(), numbers.next().flatten()) {
            (Some(major), Some(minor)) if (major, minor) >= OLDEST => Ok(()),
            _ => Err(OpenError::TooOld { found: found.to_owned() }),
        }
    }

    fn places(&self) -> Result<Places, OpenError> {
        let questions =
            ["--is-inside-work-tree", "--git-common-dir", "--absolute-git-dir", "--show-toplevel"];
        let out = self.git(&[&["rev-parse", "--path-format=absolute"], questions.as_slice()].concat())?;
        let dir = || self.dir.to_owned();
        let lines: Vec<&[u8]> = out.stdout.split(|b| *b == b'\n').filter(|line| !line.is_empty()).collect();
        match (out.exit.success(), lines.as_slice()) {
            (true, [b"true", common, git_dir, top]) => {
                let path = |bytes: &[u8]| PathBuf::from(OsStr::from_bytes(bytes));
                let places = Places { top: path(top), common_dir: path(common), git_dir: path(git_dir) };
                // A line break in one of the paths makes more lines, or a path that is none.
                if places.top.is_dir() && places.common_dir.is_dir() {
                    Ok(places)
                } else {
                    Err(OpenError::OddPath { dir: dir() })
                }
            }
            (true, _) => Err(OpenError::OddPath { dir: dir() }),
            (false, [b"false" | b"true", ..]) => Err(OpenError::NoCheckout { dir: dir() }),
            (false, _) => {
                let message = readable(&out.stderr);
                if message.contains("not a git repository") {
                    Err(OpenError::NotARepository { dir: dir() })
                } else {
                    Err(OpenError::Refused { dir: dir(), message })
                }
            }
        }
    }

    /// All settings with their values, in the order in which later ones win.
    fn configuration(&self) -> Result<Vec<(String, OsString)>, OpenError> {
        let out = self.git(&["config", "--list", "--null"])?;
        if !out.exit.success() {
            return Err(OpenError::Refused { dir: self.dir.to_owned(), message: readable(&out.stderr) });
        }
        let setting = |field: &[u8]| {
            let mut parts = field.splitn(2, |b| *b == b'\n');
            let key = String::from_utf8_lossy(parts.next()?).into_owned();
            Some((key, OsString::from_vec(parts.next().unwrap_or(b"true").to_owned())))
        };
        Ok(nul_fields(&out.stdout).filter_map(setting).collect())
    }
}

/// The last value of a setting.
fn value<'a>(listed: &'a [(String, OsString)], key: &str) -> Option<&'a OsStr> {
    listed.iter().rev().find(|(found, _)| found == key).map(|(_, value)| value.as_os_str())
}

fn identity(listed: &[(String, OsString)], user: &EnvMap) -> Identity {
    let usable = |text: &OsStr| {
        let text = text.to_str()?.trim();
        (!text.is_empty() && !text.chars().any(char::is_control)).then(|| text.to_owned())
    };
    let found = |variable: &str, key: &str| {
        let set = user.get(OsStr::new(variable)).and_then(|v| usable(v));
        set.or_else(|| value(listed, key).and_then(usable))
    };
    match (found("GIT_AUTHOR_NAME", "user.name"), found("GIT_AUTHOR_EMAIL", "user.email")) {
        (Some(name), Some(email)) => Identity { name, email },
        _ => Identity { name: "Conductor".to_owned(), email: "conductor@localhost".to_owned() },
    }
}

/// What is obeyed of the user's configuration, and what is set on every git process because of it.
fn obeyed(listed: &[(String, OsString)], user: &EnvMap) -> (Settings, Vec<(String, OsString)>) {
    let text = |key: &str| value(listed, key).and_then(OsStr::to_str).map(str::to_owned);
    let mut settings = Settings {
        object_format: text("extensions.objectformat"),
        reftable: text("extensions.refstorage").is_some_and(|storage| storage == "reftable"),
        worktree: value(listed, "core.worktree").map(PathBuf::from),
        ..Settings::default()
    };
    let mut config = Vec::new();
    for (key, _) in listed {
        if let Some(name) =
            key.strip_prefix("filter.").and_then(|rest| rest.rsplit_once('.')).map(|(name, _)| name)
        {
            settings.has_filters = true;
            for (what, off) in [("clean", ""), ("smudge", ""), ("process", ""), ("required", "false")] {
                config.push((format!("filter.{name}.{what}"), off.into()));
            }
        }
        if let Some(name) = key.strip_prefix("merge.").and_then(|rest| rest.strip_suffix(".driver")) {
            // An empty command would count as a merge that took our side. This is git's own text merge, and
            // a conflict where that cannot do it.
            let own = "git merge-file -q --marker-size=%L %A %O %B || exit 1";
            config.push((format!("merge.{name}.driver"), own.into()));
        }
    }
    for key in [
        "core.autocrlf",
        "core.eol",
        "core.filemode",
        "core.symlinks",
        "core.ignorecase",
        "core.precomposeunicode",
    ] {
        if let Some(found) = text(key) {
            settings.file_rules.push((key, found.clone()));
            config.push((key.to_owned(), found.into()));
        }
    }
    if let Some(excludes) = excludes_file(listed, user) {
        config.push(("core.excludesFile".to_owned(), excludes.into()));
    }
    (settings, config)
}

/// The user's own ignore file, which git would not look for without the user's home directory.
fn excludes_file(listed: &[(String, OsString)], user: &EnvMap) -> Option<PathBuf> {
    let home = user.get(OsStr::new("HOME")).map(PathBuf::from);
    match value(listed, "core.excludesfile") {
        Some(set) => match set.as_bytes().strip_prefix(b"~/") {
            Some(rest) => Some(home?.join(OsStr::from_bytes(rest))),
            None => Some(PathBuf::from(set)),
        },
        None => {
            let base =
                user.get(OsStr::new("XDG_CONFIG_HOME")).filter(|dir| !dir.is_empty()).map(PathBuf::from);
            Some(base.or_else(|| Some(home?.join(".config")))?.join("git/ignore"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(rows: &[(&str, &str)]) -> Vec<(String, OsString)> {
        rows.iter().map(|(k, v)| ((*k).to_owned(), OsString::from(v))).collect()
    }

    fn env(rows: &[(&str, &str)]) -> EnvMap {
        rows.iter().map(|(k, v)| (OsString::from(k), OsString::from(v))).collect()
    }

    #[test]
    fn the_identity_is_whole_or_conductors() {
        let who = |rows: &[(&str, &str)], vars: &[(&str, &str)]| {
            let found = identity(&listed(rows), &env(vars));
            format!("{} <{}>", found.name, found.email)
        };
        let own = "Conductor <conductor@localhost>";
        assert_eq!(who(&[("user.name", "A"), ("user.email", "a@b"), ("user.name", "B")], &[]), "B <a@b>");
        assert_eq!(who(&[("user.name", "A"), ("user.email", "a@b")], &[("GIT_AUTHOR_NAME", "E")]), "E <a@b>");
        assert_eq!(who(&[("user.name", "A")], &[]), own);
        assert_eq!(who(&[("user.name", " "), ("user.email", "a@b")], &[]), own);
        assert_eq!(who(&[("user.name", "A\nB"), ("user.email", "a@b")], &[]), own);
    }

    #[test]
    fn filters_and_merge_drivers_of_any_name_are_switched_off() {
        let (settings, config) =
            obeyed(&listed(&[("filter.a.b=c.clean", "evil"), ("merge.odd name.driver", "evil")]), &env(&[]));
        assert!(settings.has_filters);
        let of = |key: &str| {
            config.iter().rev().find(|(k, _)| k == key).map(|(_, v)| v.to_str().unwrap().to_owned())
        };
        assert_eq!(of("filter.a.b=c.clean").as_deref(), Some(""));
        assert_eq!(of("filter.a.b=c.process").as_deref(), Some(""));
        assert_eq!(of("filter.a.b=c.required").as_deref(), Some("false"));
        assert!(of("merge.odd name.driver").unwrap().starts_with("git merge-file"));
    }

    #[test]
    fn the_users_ignore_file_is_found_as_git_would() {
        let find = |rows: &[(&str, &str)], vars: &[(&str, &str)]| excludes_file(&listed(rows), &env(vars));
        let home = ("HOME", "/h");
        assert_eq!(find(&[("core.excludesfile", "~/x")], &[home]), Some("/h/x".into()));
        assert_eq!(find(&[("core.excludesfile", "/x")], &[]), Some("/x".into()));
        assert_eq!(find(&[], &[home]), Some("/h/.config/git/ignore".into()));
        assert_eq!(find(&[], &[home, ("XDG_CONFIG_HOME", "/c")]), Some("/c/git/ignore".into()));
        assert_eq!(find(&[], &[]), None);
    }
}
