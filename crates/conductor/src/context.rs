//! What every command is handed: the flags, the environment, the printer, and the way to the project.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use cli_kit::config::Config as Layers;
use cli_kit::{CliError, Env, Exit, GlobalFlags, Printer};
use conductor_host::config::Config;
use conductor_host::git::Repo;
use conductor_host::journal::Database;
use conductor_host::process::EnvMap;
use conductor_plan::LintOptions;
use serde_json::Value;
use taskwerk_client::model::{Actor, ErrorCode, Session};
use taskwerk_client::{Init, Tasks, locate};

use crate::failure::{from_journal, from_open, from_store, from_value};
use crate::place::checkout_top;
use crate::settings;

/// What every command is handed.
pub(crate) struct Context {
    pub(crate) env: Env,
    pub(crate) flags: GlobalFlags,
    pub(crate) printer: Printer,
    /// Whether a person is there to answer a question.
    pub(crate) can_ask: bool,
}

/// An opened project: its tasks and its configuration.
pub(crate) struct Project {
    pub(crate) tasks: Tasks,
    pub(crate) config: Config,
    /// The configuration as it was merged.
    pub(crate) merged: Value,
}

impl Context {
    pub(crate) fn new(flags: GlobalFlags, env: Env) -> Self {
        let printer = Printer::of_process(&flags, &env);
        let can_ask = !flags.json && std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
        Self { env, flags, printer, can_ask }
    }

    /// The folder from which the project is looked for: that of the flag or variable, else the current one.
    pub(crate) fn here(&self) -> Result<PathBuf, CliError> {
        self.flags.dir(&self.env).map_or_else(current_folder, Ok)
    }

    /// Opens the project that the flags, the environment or the current folder lead to.
    pub(crate) fn open(&self) -> Result<Project, CliError> {
        let tasks =
            Tasks::open(&current_folder()?, self.flags.dir(&self.env).as_deref()).map_err(from_store)?;
        self.project(tasks)
    }

    /// Opens the project, or makes it at the top of the repository when there is none.
    ///
    /// # Errors
    /// Outside a repository nothing is made: work on tasks needs one, and a folder that was hit by chance (the home
    /// folder) is no place for a project.
    pub(crate) fn open_or_init(&self) -> Result<(Project, Init), CliError> {
        let explicit = self.flags.dir(&self.env);
        let (tasks, init) = match Tasks::open(&current_folder()?, explicit.as_deref()) {
            Ok(tasks) => (tasks, Init::Existing),
            Err(error) if error.code() == ErrorCode::NotInitialized => {
                Tasks::init(&self.place_of_a_new_one()?).map_err(from_store)?
            }
            Err(error) => return Err(from_store(error)),
        };
        Ok((self.project(tasks)?, init))
    }

    /// The folder of the project, or the one in which [`Self::open_or_init`] would make it.
    pub(crate) fn root_or_place(&self) -> Result<PathBuf, CliError> {
        let folder = locate(&current_folder()?, self.flags.dir(&self.env).as_deref()).ok();
        match folder.as_deref().and_then(Path::parent) {
            Some(root) => Ok(root.to_owned()),
            None => self.place_of_a_new_one(),
        }
    }

    fn place_of_a_new_one(&self) -> Result<PathBuf, CliError> {
        let here = self.here()?;
        checkout_top(&here).ok_or_else(|| {
            let message = format!("{} is not in a git repository", here.display());
            CliError::new(Exit::Refused, "NOT_GIT_REPOSITORY", message).hint("run `git init` there first")
        })
    }

    fn project(&self, tasks: Tasks) -> Result<Project, CliError> {
        let layers = settings::load(&self.env, Some(tasks.data_dir()))?;
        let config = settings::config(&layers)?;
        let prefix = settings::id_prefix(&self.env, tasks.data_dir())?;
        let merged = settings::merged(&layers);
        Ok(Project {
            tasks: tasks.with_context(self.actor()?, self.session()?).with_prefix(prefix),
            config,
            merged,
        })
    }

    /// Makes the project at the top of the repository, whether or not there is one further up; opens it when it is there.
    pub(crate) fn init(&self) -> Result<(Project, Init), CliError> {
        let (tasks, init) = Tasks::init(&self.place_of_a_new_one()?).map_err(from_store)?;
        Ok((self.project(tasks)?, init))
    }

    /// The configuration, also outside a project, where the user's layers are all there is.
    pub(crate) fn config(&self) -> Result<Config, CliError> {
        settings::config(&self.layers()?)
    }

    /// The same with where each value was set.
    pub(crate) fn layers(&self) -> Result<Layers, CliError> {
        let folder = locate(&current_folder()?, self.flags.dir(&self.env).as_deref()).ok();
        settings::load(&self.env, folder.as_deref())
    }

    /// The repository that the project is in.
    pub(crate) fn repository(&self) -> Result<Repo, CliError> {
        Repo::discover(&self.here()?, &self.user_env()).map_err(from_open)
    }

    /// The user's environment, in the form in which children are given theirs.
    pub(crate) fn user_env(&self) -> EnvMap {
        self.env.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Who gives the commands.
    pub(crate) fn actor(&self) -> Result<Actor, CliError> {
        self.flags.actor(&self.env).parse().map_err(from_value)
    }

    fn session(&self) -> Result<Option<Session>, CliError> {
        self.flags.session(&self.env).map(|text| text.parse().map_err(from_value)).transpose()
    }
}

impl Project {
    /// What this project's plans are checked against.
    pub(crate) fn lint_options(&self) -> LintOptions {
        self.config.planning.lint_options()
    }

    /// Conductor's own database of this project.
    pub(crate) fn database(&self) -> Result<Database, CliError> {
        Database::open(self.tasks.data_dir()).map_err(from_journal)
    }

    /// The same for what only looks: where there is none yet, none is made.
    pub(crate) fn database_if_there(&self) -> Result<Option<Database>, CliError> {
        Database::open_if_there(self.tasks.data_dir()).map_err(from_journal)
    }
}

/// The folder in which the program was started.
pub(crate) fn current_folder() -> Result<PathBuf, CliError> {
    std::env::current_dir().map_err(|error| {
        CliError::new(Exit::Store, "STORE_IO", format!("failed to find the current folder: {error}"))
            .hint("it may have been removed; change to another one, or use --dir")
    })
}
