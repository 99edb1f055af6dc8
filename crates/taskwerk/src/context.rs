//! What every command is handed: the flags, the environment, the printer, and the way to the store.

use std::io::Read as _;

use cli_kit::{CliError, Env, Exit, GlobalFlags, Printer};
use taskwerk_client::Tasks;
use taskwerk_model::{Actor, Selector, Session, TaskId};

use crate::failure::{from_client, from_store, from_value};
use crate::settings::{self, Settings};

/// The most that is read from standard input for one field: well above what a field may hold.
const MAX_STDIN_BYTES: u64 = 16 * 1024 * 1024;

/// What every command is handed.
pub(crate) struct Context {
    pub(crate) env: Env,
    pub(crate) flags: GlobalFlags,
    pub(crate) printer: Printer,
}

/// An opened project: its tasks and its settings.
pub(crate) struct Project {
    pub(crate) tasks: Tasks,
    pub(crate) settings: Settings,
}

impl Context {
    pub(crate) fn new(flags: GlobalFlags, env: Env) -> Self {
        let printer = Printer::of_process(&flags, &env);
        Self { env, flags, printer }
    }

    /// Opens the project that the flags, the environment or the current folder lead to.
    pub(crate) fn open(&self) -> Result<Project, CliError> {
        let here = current_folder()?;
        let tasks = Tasks::open(&here, self.flags.dir(&self.env).as_deref()).map_err(from_store)?;
        let config = settings::load(&self.env, Some(tasks.data_dir()))?;
        let settings = Settings::of(&config)?;
        let tasks = tasks.with_context(self.actor()?, self.session()?).with_prefix(settings.prefix);
        Ok(Project { tasks, settings })
    }

    /// Who gives the commands.
    pub(crate) fn actor(&self) -> Result<Actor, CliError> {
        self.flags.actor(&self.env).parse().map_err(from_value)
    }

    /// The session that the commands belong to.
    pub(crate) fn session(&self) -> Result<Option<Session>, CliError> {
        self.flags.session(&self.env).map(|text| text.parse().map_err(from_value)).transpose()
    }
}

impl Project {
    /// Reads one id in any of its forms.
    pub(crate) fn id(&self, text: &str) -> Result<TaskId, CliError> {
        TaskId::parse_in(self.settings.prefix, text).map_err(from_value)
    }

    /// Reads a selector.
    pub(crate) fn selector(&self, text: &str) -> Result<Selector, CliError> {
        Selector::parse_in(self.settings.prefix, text).map_err(from_value)
    }

    /// The ids that a selector leads to now.
    pub(crate) fn ids(&self, text: &str) -> Result<Vec<TaskId>, CliError> {
        match self.selector(text)? {
            Selector::Ids(ids) => Ok(ids),
            selector @ (Selector::Status(_) | Selector::Ready) => {
                let tasks = self.tasks.list(&selector.into()).map_err(from_client)?;
                Ok(tasks.into_iter().map(|task| task.id).collect())
            }
        }
    }
}

/// The folder in which the program was started.
pub(crate) fn current_folder() -> Result<std::path::PathBuf, CliError> {
    std::env::current_dir().map_err(|error| {
        CliError::new(Exit::Store, "STORE_IO", format!("failed to find the current folder: {error}"))
            .hint("it may have been removed; change to another one, or use --dir")
    })
}

/// The text itself, or what standard input holds when the text is `-`.
pub(crate) fn text_or_stdin(text: String) -> Result<String, CliError> {
    if text != "-" {
        return Ok(text);
    }
    let mut text = String::new();
    // An endless input is then refused for its length, and does not fill the memory.
    std::io::stdin().take(MAX_STDIN_BYTES).read_to_string(&mut text).map_err(|error| unreadable(&error))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn unreadable(error: &dyn std::error::Error) -> CliError {
    CliError::new(Exit::Usage, "INPUT_UNREADABLE", format!("failed to read standard input: {error}"))
        .hint("give it as UTF-8 text")
}
