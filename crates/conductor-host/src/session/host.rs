//! What every session command needs: the repository, the stores, the user's environment.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use conductor_engine::ids::{Oid, SessionId};
use serde_json::Value;
use sha2::{Digest, Sha256};
use taskwerk_client::Tasks;
use taskwerk_model::{Actor, Session as SessionTag, TextError};
use thiserror::Error;

use crate::config::{Config, ConfigError};
use crate::driver::DriverLock;
use crate::git::Repo;
use crate::journal::{Database, JournalError};
use crate::perform::{Parts, Places, PlacesError, Site, SiteError};
use crate::process::{EnvMap, Keeper, LeftoverError, end_leftovers};
use crate::session::Setup;

/// Why a command cannot work with the project.
#[derive(Debug, Error)]
pub enum HostError {
    /// The database.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The task store.
    #[error("failed to open the tasks: {0}")]
    Tasks(#[from] taskwerk_client::StoreError),
    /// Where things are.
    #[error(transparent)]
    Places(#[from] PlacesError),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The session's surroundings.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// What an earlier driver left.
    #[error(transparent)]
    Leftover(#[from] LeftoverError),
    /// A name that the task store does not take.
    #[error(transparent)]
    Name(#[from] TextError),
}

/// A project, as orchestration sees it.
#[derive(Debug, Clone)]
pub struct Host {
    /// The repository.
    pub repo: Repo,
    /// The project's `.taskwerk` directory.
    pub taskwerk: PathBuf,
    /// Conductor's part of the merged configuration.
    pub config: Value,
    /// The user's environment.
    pub env: EnvMap,
    /// How kept children are started.
    pub keeper: Keeper,
}

impl Host {
    /// Conductor's database.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn database(&self) -> Result<Database, JournalError> {
        Database::open(&self.taskwerk)
    }

    /// Where workspaces and records are.
    ///
    /// # Errors
    /// When there is no place for them.
    pub fn places(&self) -> Result<Places, HostError> {
        let config = Config::from_value(&self.config)?;
        let root = config.orchestration.workflow.workspace_root;
        let main_top = self.taskwerk.parent().unwrap_or_else(|| self.repo.top());
        Ok(Places::new(self.repo.common_dir(), main_top, &self.taskwerk, root.as_deref(), &self.env)?)
    }

    /// The tasks, for commands that carry the session's tag.
    pub(crate) fn tasks(&self, session: SessionId) -> Result<Tasks, HostError> {
        let actor: Actor = "conductor".parse()?;
        let tag: SessionTag = format!("orchestration-{session}").parse()?;
        Ok(open_tasks(&self.taskwerk)?.with_context(actor, Some(tag)))
    }

    /// By which cgroups of this project's keepers are known again. Two projects in one repository have two locks,
    /// so they have two marks.
    fn mark(&self) -> String {
        let place = self.taskwerk.canonicalize().unwrap_or_else(|_| self.taskwerk.clone());
        let digest = Sha256::digest(place.as_os_str().as_bytes());
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Ends what keepers left that were killed together with their driver. The lock says that no other keeper of
    /// this project is alive.
    pub(crate) fn end_leftovers(&self, _lock: &DriverLock) -> Result<(), LeftoverError> {
        end_leftovers(&self.mark()).map(drop)
    }

    pub(crate) fn site(&self, session: SessionId, setup: Setup, last_tip: Oid) -> Result<Site, HostError> {
        Ok(Site::new(Parts {
            session,
            repo: self.repo.clone(),
            places: self.places()?,
            keeper: self.keeper.clone().with_mark(self.mark()),
            user_env: self.env.clone(),
            tasks: self.tasks(session)?,
            db: self.database()?,
            setup,
            last_tip,
        })?)
    }
}

fn open_tasks(taskwerk: &Path) -> Result<Tasks, taskwerk_client::StoreError> {
    Tasks::open(taskwerk, Some(taskwerk))
}
