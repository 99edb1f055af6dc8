//! Runs the frozen gates on a prepared gate workspace, phase by phase.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use conductor_engine::evidence::Evidence;
use conductor_engine::gate::{GateSpec, TestResults};
use conductor_engine::ids::TreeId;
use thiserror::Error;

use crate::process::{EnvMap, Keeper, Stopper};

/// What all gates of one session have in common.
#[derive(Debug, Clone)]
pub struct GateRunner {
    /// How kept children are started.
    pub keeper: Keeper,
    /// The user's environment. Gates get it without what looks like a credential.
    pub user_env: EnvMap,
}

/// One tree to be checked.
#[derive(Debug, Clone, Copy)]
pub struct GateJob<'a> {
    /// The gates as they were frozen at the start of the session.
    pub specs: &'a [GateSpec],
    /// The tree that is checked out in the workspace.
    pub tree: &'a TreeId,
    /// The gate workspace: exactly that tree, and declared caches.
    pub workspace: &'a Path,
    /// A directory outside of it for outputs (`<gate>.log`) and for temporary files; made when it is not there.
    pub dir: &'a Path,
    /// The tests of the base tree, to compare with; see [`Evidence::tests`].
    pub base: Option<&'a TestResults>,
}

/// Ends running gates from another thread.
#[derive(Debug, Clone, Default)]
pub struct GateStop(Arc<Mutex<StopState>>);

#[derive(Debug, Default)]
struct StopState {
    stopped: bool,
    running: Option<Stopper>,
}

impl GateStop {
    /// Ends the gate that runs and starts no other one. What has been found so far is dropped.
    pub fn stop(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.stopped = true;
        if let Some(running) = &state.running {
            running.stop();
        }
    }
}

/// What the check of the workspace after the gates found: see [`GateRunner::run`].
pub type Tampered = Vec<String>;

/// Why there is no evidence. A gate that fails is no error: that is what evidence is for.
#[derive(Debug, Error)]
pub enum RunGatesError<V: std::error::Error + 'static> {
    /// It was stopped.
    #[error("the gates were stopped before they had finished")]
    Stopped,
    /// The place for their output cannot be used.
    #[error("cannot prepare {} for the gates' output: {source}", path.display())]
    Prepare {
        /// The directory or file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A gate could not be kept, so nothing about it is certain.
    #[error("gate {gate}: {source}")]
    Keep {
        /// The gate's name.
        gate: String,
        /// The reason.
        source: crate::process::KeepError,
    },
    /// Whether the workspace still holds the tree could not be told.
    #[error("cannot tell whether the gates changed the tree that they checked: {0}")]
    Verify(#[source] V),
}

impl GateRunner {
    /// Runs the gates of `job`, the lower phases first; a phase in which a gate failed is the last. Then asks
    /// `verify` which tracked files of the workspace are no longer those of the tree. The base's tests are
    /// compared when both sides have some.
    ///
    /// # Errors
    /// When stopped, or when it cannot be known what happened. Then there is no evidence at all.
    pub fn run<V: std::error::Error + 'static>(
        &self,
        job: &GateJob<'_>,
        stop: &GateStop,
        verify: impl FnOnce() -> Result<Tampered, V>,
    ) -> Result<Evidence, RunGatesError<V>> {
        let _ = (job, stop, verify);
        unimplemented!()
    }
}
