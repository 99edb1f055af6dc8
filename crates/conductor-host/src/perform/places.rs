//! Where things are: workspaces outside the checkout, records beside the task store.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use conductor_engine::ids::{RunId, SessionId};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::git::real;
use crate::process::EnvMap;

/// Why there is no place for workspaces.
#[derive(Debug, Error)]
pub enum PlacesError {
    /// Nothing says where the user's state belongs.
    #[error("no place for workspaces: set HOME or XDG_STATE_HOME, or orchestration.workflow.workspace_root")]
    NoHome,
    /// Inside the checkout, where the user's tools would see them.
    #[error("workspaces must not be inside the repository: {} is; choose another workspace_root", .0.display())]
    Inside(PathBuf),
}

/// The driver's lock of a project, whose `.taskwerk` directory this is.
pub fn lock_path(taskwerk: &Path) -> PathBuf {
    taskwerk.join("driver.lock")
}

/// The directories of one repository's sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Workspaces and caches, `<state>/conductor/<name>-<digest of the repository's path>`.
    root: PathBuf,
    /// `.taskwerk` of the project.
    taskwerk: PathBuf,
}

impl Places {
    /// `common_dir` is the repository's common directory, `top` its main checkout, `taskwerk` the directory of
    /// the task store.
    ///
    /// # Errors
    /// When no place is known, or the one that was configured is inside the checkout.
    pub fn new(
        common_dir: &Path,
        top: &Path,
        taskwerk: &Path,
        configured: Option<&Path>,
        env: &EnvMap,
    ) -> Result<Self, PlacesError> {
        let state = match configured {
            Some(path) => path.to_owned(),
            None => state_home(env).ok_or(PlacesError::NoHome)?,
        };
        let digest = Sha256::digest(common_dir.as_os_str().as_bytes());
        let id: String = digest.iter().take(6).map(|b| format!("{b:02x}")).collect();
        let name = top.file_name().and_then(OsStr::to_str).unwrap_or("repository");
        let name: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '-' })
            .collect();
        let root = state.join("conductor").join(format!("{name}-{id}"));
        if real(&root).starts_with(real(top)) {
            return Err(PlacesError::Inside(root));
        }
        Ok(Self { root, taskwerk: taskwerk.to_owned() })
    }

    /// Everything of this repository's.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The workspaces of runs.
    pub fn runs(&self) -> PathBuf {
        self.root.join("run")
    }

    /// The workspace of a run. A run that had to start afresh while its old workspace had to be kept has more
    /// than one, `again` counts them from 0.
    pub fn workspace(&self, run: RunId, again: u32) -> PathBuf {
        let name = if again == 0 { run.to_string() } else { format!("{run}-{again}") };
        self.runs().join(name)
    }

    /// Every place of the run's at which there is a workspace, or something that a crash left of one, oldest
    /// first.
    pub fn workspaces(&self, run: RunId) -> Vec<PathBuf> {
        let names = fs::read_dir(self.runs()).into_iter().flatten().flatten().map(|entry| entry.file_name());
        let again: BTreeSet<u32> = names.filter_map(|name| again_of(run, name.to_str()?)).collect();
        again.into_iter().map(|again| self.workspace(run, again)).collect()
    }

    /// The folder of all gate workspaces.
    pub fn gates(&self) -> PathBuf {
        self.root.join("gate")
    }

    /// The folder of all temporary files.
    pub fn temporary(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// The gate workspace of a session's lane; the lane has one for each test that goes on at once, and `slot`
    /// counts them from 0.
    pub fn gate(&self, session: SessionId, slot: usize) -> PathBuf {
        let name = if slot == 0 { session.to_string() } else { format!("{session}-{slot}") };
        self.gates().join(name)
    }

    /// A place for temporary files of one step of a run.
    pub fn tmp(&self, run: RunId, step: &str) -> PathBuf {
        self.temporary().join(format!("{run}-{step}"))
    }

    /// Where the declared caches of a gate workspace survive between times: each slot has its own, since two
    /// tests cannot write one cache at once.
    pub fn cache(&self, slot: usize) -> PathBuf {
        let all = self.root.join("cache");
        if slot == 0 { all } else { all.join(format!(".slot-{slot}")) }
    }

    /// Where searches remember what they read.
    pub fn search_cache(&self) -> PathBuf {
        self.cache(0).join(".search")
    }

    /// The driver's lock.
    pub fn lock(&self) -> PathBuf {
        lock_path(&self.taskwerk)
    }

    /// The records of a session.
    pub fn session(&self, session: SessionId) -> PathBuf {
        self.taskwerk.join("sessions").join(session.to_string())
    }

    /// The output of a session that runs in the background.
    pub fn session_log(&self, session: SessionId) -> PathBuf {
        self.session(session).join("log")
    }

    /// The records of one run.
    pub fn run_records(&self, run: RunId) -> PathBuf {
        self.session(run.session).join("runs").join(run.number.to_string())
    }

    /// The records of one attempt.
    pub fn attempt(&self, run: RunId, number: u32) -> PathBuf {
        self.run_records(run).join(format!("attempt-{number}"))
    }

    /// The records of the gates on one tree.
    pub fn gate_records(&self, run: RunId, tree: &str) -> PathBuf {
        self.run_records(run).join("gates").join(tree)
    }
}

/// The session and the slot that a name among the gate workspaces belongs to: `1-2` to the third of session 1.
pub(crate) fn gate_of(name: &str) -> Option<(SessionId, usize)> {
    let (session, slot) = name.split_once('-').unwrap_or((name, "0"));
    Some((SessionId(session.parse().ok()?), slot.parse().ok()?))
}

/// The run and the place of it that a name among the workspaces belongs to: `1.2-3.ready` to the fourth of run 1.2.
pub(crate) fn owner_of(name: &str) -> Option<(RunId, u32)> {
    let (session, rest) = name.split_once('.')?;
    let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let run: RunId = format!("{session}.{number}").parse().ok()?;
    // Only the spelling that Conductor itself uses.
    let own = name.strip_prefix(&run.to_string())?;
    (own.is_empty() || own.starts_with(['-', '.'])).then_some(())?;
    Some((run, again_of(run, name)?))
}

/// Which of the run's workspaces a name belongs to: `1.2` and `1.2.ready` to the first one of run 1.2.
fn again_of(run: RunId, name: &str) -> Option<u32> {
    let rest = name.strip_prefix(&run.to_string())?;
    let (again, _record) = rest.split_once('.').unwrap_or((rest, ""));
    match again.strip_prefix('-') {
        Some(number) => number.parse().ok(),
        None => again.is_empty().then_some(0),
    }
}

fn state_home(env: &EnvMap) -> Option<PathBuf> {
    let absolute =
        |name: &str| env.get(OsStr::new(name)).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(rows: &[(&str, &str)]) -> EnvMap {
        rows.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect()
    }

    #[test]
    fn workspaces_are_outside_and_apart() {
        let top = Path::new("/home/ann/my app");
        let places = |common: &str, env: &EnvMap, configured| {
            Places::new(Path::new(common), top, &top.join(".taskwerk"), configured, env)
        };
        let home = env(&[("HOME", "/home/ann")]);
        let one = places("/home/ann/my app/.git", &home, None).unwrap();
        assert!(one.root().starts_with("/home/ann/.local/state/conductor"), "{one:?}");
        assert!(one.root().file_name().unwrap().to_str().unwrap().starts_with("my-app-"));
        let other = places("/srv/my app/.git", &home, None).unwrap();
        assert_ne!(one.root(), other.root());
        let xdg = env(&[("HOME", "/home/ann"), ("XDG_STATE_HOME", "/var/state")]);
        assert!(places("/x", &xdg, None).unwrap().root().starts_with("/var/state/conductor"));
        assert!(matches!(places("/x", &env(&[]), None), Err(PlacesError::NoHome)));
        assert!(matches!(places("/x", &env(&[("HOME", "relative")]), None), Err(PlacesError::NoHome)));
        assert!(matches!(places("/x", &home, Some(&top.join("ws"))), Err(PlacesError::Inside(_))));
        let dir = tempfile::tempdir().unwrap();
        let checkout = dir.path().join("app");
        fs::create_dir(&checkout).unwrap();
        std::os::unix::fs::symlink(&checkout, dir.path().join("link")).unwrap();
        let through = Places::new(&checkout, &checkout, &checkout, Some(&dir.path().join("link/ws")), &home);
        assert!(matches!(through, Err(PlacesError::Inside(_))), "{through:?}");
        let run = RunId { session: SessionId(1), number: 2 };
        assert!(one.workspace(run, 0).ends_with("run/1.2") && one.workspace(run, 1).ends_with("run/1.2-1"));
    }

    #[test]
    fn a_runs_workspaces_are_found_by_whatever_is_left_of_them() {
        let state = tempfile::tempdir().unwrap();
        let env = env(&[("XDG_STATE_HOME", state.path().to_str().unwrap())]);
        let places =
            Places::new(Path::new("/x/.git"), Path::new("/x"), Path::new("/x/.taskwerk"), None, &env)
                .unwrap();
        let run = RunId { session: SessionId(1), number: 2 };
        assert_eq!(places.workspaces(run), Vec::<PathBuf>::new());
        for name in ["1.2-3.gone", "1.2", "1.2.ready", "1.20", "1.2-x", "1.2-1.index", "11.2", "1.2x"] {
            fs::create_dir_all(places.runs().join(name)).unwrap();
        }
        assert_eq!(places.workspaces(run), [0, 1, 3].map(|again| places.workspace(run, again)));
    }
}
