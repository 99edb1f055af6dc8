//! What there is to work with: the repository's state, the gates, the agents. Several commands tell parts of it.

use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use cli_kit::{CliError, Exit};
use conductor_engine::gate::GateSpec;
use conductor_host::agents::{
    self, AgentRunner, Detected, Profile, Unsupported, detect_all, has_program, profiles, unsupported_options,
};
use conductor_host::config::Config;
use conductor_host::gates::{find, reads, resolve};
use conductor_host::git::{GitError, Head, Repo, WorkState};
use conductor_host::process::Keeper;
use serde::Serialize;

use crate::context::Context;

/// The state of the checkout. What is Taskwerk's own does not count: `init` makes it, and whether it is committed is
/// the user's choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Checkout {
    /// Its folder.
    pub(crate) path: PathBuf,
    /// The branch; `None` when a commit without one is checked out.
    pub(crate) branch: Option<String>,
    /// The commit.
    pub(crate) commit: Option<String>,
    /// Tracked files that differ from it.
    pub(crate) changed: usize,
    /// Files or folders that are neither tracked nor ignored.
    pub(crate) untracked: usize,
}

/// The checks that a session would run now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Gates {
    /// The commit in whose files they were found.
    pub(crate) commit: String,
    /// The checks, in their order.
    pub(crate) gates: Vec<GateSpec>,
    /// What is read from each of them, by its name; beyond the exit of its command.
    pub(crate) reads: BTreeMap<String, Vec<String>>,
    /// What else was seen, and why it is not used.
    pub(crate) notes: Vec<String>,
}

/// An agent, and whether it can be used.
#[derive(Debug, Clone)]
pub(crate) struct Agent {
    pub(crate) profile: Profile,
    pub(crate) detected: Detected,
    pub(crate) unsupported: Vec<Unsupported>,
}

/// A folder for what programs write while they are asked or tried; removed when dropped.
pub(crate) struct Scratch {
    path: PathBuf,
    keep: bool,
}

/// Looks at the checkout.
pub(crate) fn checkout(repo: &Repo) -> Result<Checkout, CliError> {
    let WorkState { head, changed, untracked } = repo.work_state().map_err(|error| from_git(&error))?;
    let ours = |path: &Path| path.starts_with(taskwerk_client::FOLDER);
    Ok(Checkout {
        path: repo.top().to_owned(),
        branch: head.as_ref().and_then(|head| match head {
            Head::Branch { name, .. } => Some(name.as_str().to_owned()),
            Head::Detached { .. } => None,
        }),
        commit: head.as_ref().map(|head| head.tip().as_str().to_owned()),
        changed: changed.iter().filter(|path| !ours(path.as_path())).count(),
        untracked: untracked.iter().filter(|path| !ours(path.as_path())).count(),
    })
}

/// Finds the gates in the files of the commit that is checked out, and in the configuration.
pub(crate) fn gates(repo: &Repo, config: &Config) -> Result<Gates, CliError> {
    let head = repo.head().map_err(crate::failure::from_open)?;
    let tree = repo.committed_tree(head.tip()).map_err(|error| from_git(&error))?;
    let found = find(&tree, config.orchestration.workflow.min_coverage.is_asked());
    let gates = resolve(found.gates, &config.orchestration.gates).map_err(|error| config_error(&error))?;
    let reads = gates.iter().map(|gate| (gate.name.clone(), reads(gate))).collect();
    Ok(Gates { commit: head.tip().as_str().to_owned(), gates, reads, notes: found.notes })
}

/// For how long a program that says its version is waited for by those who came to hear it.
pub(crate) const PATIENT: Duration = Duration::from_secs(10);

/// The same for those who have other things to do. A keeper gives what does not obey half a second more.
pub(crate) const BRISK: Duration = Duration::from_millis(1_500);

/// Looks for every agent that is built in or configured, and asks those that are there for their version, which is left
/// out where it does not come within `patience`.
pub(crate) fn agents(context: &Context, config: &Config, patience: Duration) -> Result<Vec<Agent>, CliError> {
    let runner = runner(context)?;
    let profiles = known(config, &runner)?;
    let scratch = Scratch::new(context)?;
    let detected = detect_all(&runner, &profiles, scratch.path(), patience);
    let agent = |(profile, detected)| Agent { unsupported: unsupported_options(&profile), profile, detected };
    Ok(profiles.into_iter().zip(detected).map(agent).collect())
}

/// Every agent that is built in or configured, whether or not it is there.
pub(crate) fn known(config: &Config, runner: &AgentRunner) -> Result<Vec<Profile>, CliError> {
    profiles(&config.orchestration.agents, &|name| has_program(&runner.user_env, name))
        .map_err(|error| config_error(&error))
}

/// The same as those who answer questions and change nothing.
pub(crate) fn answerers(config: &Config, runner: &AgentRunner) -> Result<Vec<Profile>, CliError> {
    agents::answerers(&config.orchestration.agents, &|name| has_program(&runner.user_env, name))
        .map_err(|error| config_error(&error))
}

/// What all agents have in common that are started from here.
pub(crate) fn runner(context: &Context) -> Result<AgentRunner, CliError> {
    Ok(AgentRunner { keeper: keeper()?, user_env: context.user_env() })
}

/// This very program as the parent of what it starts.
pub(crate) fn keeper() -> Result<Keeper, CliError> {
    Keeper::current_exe().map_err(|error| {
        CliError::new(Exit::Internal, "NO_KEEPER", format!("failed to find this program's own file: {error}"))
            .hint("it is needed to start other programs; was it moved or deleted?")
    })
}

impl Agent {
    /// Whether it can be used.
    pub(crate) fn is_ready(&self) -> bool {
        match self.detected {
            Detected::Ready { .. } | Detected::Recording { .. } => true,
            Detected::Missing { .. } => false,
        }
    }

    /// Its name, with the version where it told one: `claude 2.1.330`.
    pub(crate) fn name_and_version(&self) -> String {
        match &self.detected {
            Detected::Ready { version: Some(version), .. } => format!("{} {version}", self.profile.label),
            Detected::Ready { version: None, .. } | Detected::Recording { .. } | Detected::Missing { .. } => {
                self.profile.label.to_string()
            }
        }
    }
}

impl Checkout {
    /// `my-app, on main, clean`.
    pub(crate) fn describe(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy();
        let on = match (&self.branch, &self.commit) {
            (Some(branch), _) => format!("on {branch}"),
            (None, Some(commit)) => format!("at {}, on no branch", commit.get(..7).unwrap_or(commit)),
            (None, None) => "without a commit".to_owned(),
        };
        let state = match (self.changed, self.untracked) {
            (0, 0) => "clean".to_owned(),
            (changed, 0) => format!("{changed} changed"),
            (0, untracked) => format!("{untracked} untracked"),
            (changed, untracked) => format!("{changed} changed, {untracked} untracked"),
        };
        format!("{name}, {on}, {state}")
    }
}

impl Gates {
    /// `build, test (from Cargo.toml)`.
    pub(crate) fn describe(&self) -> String {
        if self.gates.is_empty() {
            return "none found: nothing would check the work (`conductor gates`)".to_owned();
        }
        let names: Vec<&str> = self.gates.iter().map(|gate| gate.name.as_str()).collect();
        let mut reasons: Vec<&str> = Vec::new();
        for gate in &self.gates {
            if !reasons.contains(&gate.reason.as_str()) {
                reasons.push(&gate.reason);
            }
        }
        format!("{} (from {}; `conductor gates`)", names.join(", "), reasons.join(", "))
    }
}

impl Scratch {
    pub(crate) fn new(context: &Context) -> Result<Self, CliError> {
        let base = context.env.path("TMPDIR").filter(|path| path.is_absolute());
        let path =
            base.unwrap_or_else(|| PathBuf::from("/tmp")).join(format!("conductor-{}", std::process::id()));
        // Fails when it is there already, so that nobody can have prepared it.
        DirBuilder::new().mode(0o700).create(&path).map_err(|error| {
            let message = format!("failed to make the temporary folder {}: {error}", path.display());
            CliError::new(Exit::Store, "STORE_IO", message).hint("check TMPDIR")
        })?;
        // Git speaks of the resolved path, and a temporary folder is a link on some systems.
        let path = path.canonicalize().unwrap_or(path);
        Ok(Self { path, keep: false })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// It stays.
    pub(crate) fn keep(mut self) {
        self.keep = true;
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.keep {
            // What agents look at is closed to whoever would write in it.
            if std::fs::remove_dir_all(&self.path).is_err() {
                open(&self.path);
                // A temporary folder that stays behind does no harm.
                let _ = std::fs::remove_dir_all(&self.path);
            }
        }
    }
}

/// Gives the right to delete what is in a folder and below it; links are left alone.
fn open(folder: &Path) {
    let _stays_closed = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700));
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open(&entry.path());
        }
    }
}

fn from_git(error: &GitError) -> CliError {
    CliError::new(Exit::Refused, "GIT_FAILED", error.to_string())
}

fn config_error(error: &dyn std::error::Error) -> CliError {
    CliError::new(Exit::Usage, "CONFIG_WRONG_VALUE", error.to_string())
}
