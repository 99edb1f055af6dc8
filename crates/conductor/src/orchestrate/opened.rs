//! The project as orchestration sees it: opened once for a command.

use std::path::PathBuf;
use std::time::Duration;

use cli_kit::{CliError, Exit};
use conductor_engine::control::Actor;
use conductor_engine::ids::{HoldId, SessionId, TaskRef};
use conductor_engine::session::{Run, Session};
use conductor_host::driver::{DriverLock, LockError};
use conductor_host::journal::Database;
use conductor_host::perform::lock_path;
use conductor_host::process::Keeper;
use conductor_host::session::Host;

use super::error::{failed, from_lock};
use crate::context::{Context, Project};
use crate::failure::{from_client, from_journal};

/// How often, and after what time, a background driver tries to get the lock: two seconds in all.
const TRIES: usize = 40;
const PAUSE: Duration = Duration::from_millis(50);

/// What can be read of a project's sessions without its repository.
pub(crate) struct Records {
    pub(crate) project: Project,
    pub(crate) db: Database,
    asked: Option<SessionId>,
}

/// The same with the repository, for whatever looks into commits or starts something.
pub(crate) struct Opened {
    pub(crate) host: Host,
    records: Records,
}

impl std::ops::Deref for Opened {
    type Target = Records;
    fn deref(&self) -> &Records {
        &self.records
    }
}

impl std::ops::DerefMut for Opened {
    fn deref_mut(&mut self) -> &mut Records {
        &mut self.records
    }
}

impl Opened {
    pub(crate) fn new(context: &Context) -> Result<Self, CliError> {
        let records = Records::new(context)?;
        let host = Host {
            repo: context.repository()?,
            taskwerk: records.project.tasks.data_dir().to_owned(),
            config: records.project.merged.clone(),
            env: context.user_env(),
            keeper: Keeper::current_exe().map_err(|e| failed(&e))?,
        };
        Ok(Self { host, records })
    }

    pub(crate) fn take_lock(&self) -> Result<DriverLock, CliError> {
        DriverLock::take(&self.lock_path()).map_err(|e| from_lock(&e))
    }

    /// The same for a driver that was just begun in the background: whoever looked whether there is one, and had the
    /// lock for that moment, is waited for.
    pub(crate) fn take_lock_soon(&self) -> Result<DriverLock, CliError> {
        let path = self.lock_path();
        for _ in 0..TRIES {
            match DriverLock::take(&path) {
                Err(LockError::Busy(_)) => std::thread::park_timeout(PAUSE),
                other => return other.map_err(|e| from_lock(&e)),
            }
        }
        self.take_lock()
    }

    /// Who gives the commands.
    pub(crate) fn actor(context: &Context) -> Result<Actor, CliError> {
        Ok(Actor(context.actor()?.to_string()))
    }
}

impl Records {
    pub(crate) fn new(context: &Context) -> Result<Self, CliError> {
        let project = context.open()?;
        let db = project.database()?;
        Ok(Self { project, db, asked: asked_session(context)? })
    }

    /// The session that was named with `--session`, else the newest one.
    pub(crate) fn session(&self) -> Result<Option<SessionId>, CliError> {
        match self.asked {
            Some(id) => {
                self.db.session_row(id).map_err(from_journal)?;
                Ok(Some(id))
            }
            None => self.db.newest_session().map_err(from_journal),
        }
    }

    /// The session that was named with `--session`, if one was.
    pub(crate) fn named_session(&self) -> Result<Option<SessionId>, CliError> {
        if let Some(id) = self.asked {
            self.db.session_row(id).map_err(from_journal)?;
        }
        Ok(self.asked)
    }

    /// The session that was named, else the newest one that worked on the task, else the newest.
    pub(crate) fn session_of(&self, task: &TaskRef) -> Result<SessionId, CliError> {
        match (self.asked, self.db.session_of_task(task).map_err(from_journal)?) {
            (None, Some(id)) => Ok(id),
            (Some(_), _) | (None, None) => self.some_session(),
        }
    }

    /// The session in which a hold was opened.
    pub(crate) fn session_of_hold(&self, hold: HoldId) -> Result<SessionId, CliError> {
        self.db.session_of_hold(hold).map_err(from_journal)?.ok_or_else(|| {
            CliError::new(Exit::NotFound, "HOLD_NOT_FOUND", format!("there is no hold {hold}"))
                .hint("`conductor inbox` lists what waits for you")
        })
    }

    /// The same, where there must be one.
    pub(crate) fn some_session(&self) -> Result<SessionId, CliError> {
        self.session()?.ok_or_else(|| {
            CliError::new(Exit::NotFound, "SESSION_NOT_FOUND", "there was no session yet")
                .hint("begin one with `conductor orchestrate run`")
        })
    }

    /// The session that was named with `--session`.
    pub(crate) fn asked(&self) -> Option<SessionId> {
        self.asked
    }

    pub(crate) fn lock_path(&self) -> PathBuf {
        lock_path(self.project.tasks.data_dir())
    }

    /// The process that drives a session now, if one does.
    pub(crate) fn driver(&self) -> Result<Option<u32>, CliError> {
        DriverLock::holder(&self.lock_path()).map_err(|e| from_lock(&e))
    }

    pub(crate) fn fold(&self, id: SessionId) -> Result<Session, CliError> {
        self.db.fold(id).map_err(from_journal)
    }

    /// A task by any spelling of its id, as the engine and as people know it.
    pub(crate) fn task(&self, text: &str) -> Result<(TaskRef, String), CliError> {
        let task = self.project.tasks.find(text).map_err(from_client)?;
        Ok((TaskRef(task.uid.to_string()), task.id.to_string()))
    }
}

/// The newest run of a task in a session.
pub(crate) fn newest_run<'s>(session: &'s Session, task: &TaskRef) -> Option<&'s Run> {
    session.runs.values().rev().find(|r| &r.task == task)
}

/// `--session` names an orchestration as `2` or `orchestration-2`. Any other tag, such as one in the environment
/// that marks tasks, names none.
fn asked_session(context: &Context) -> Result<Option<SessionId>, CliError> {
    let Some(text) = context.flags.session(&context.env) else { return Ok(None) };
    let number = text.strip_prefix("orchestration-").unwrap_or(&text);
    match number.parse() {
        Ok(number) => Ok(Some(SessionId(number))),
        Err(_) if context.flags.session.is_none() => Ok(None),
        Err(_) => Err(CliError::usage(format!(
            "`--session {text}` names no orchestration: use its number, such as `--session 2`"
        ))),
    }
}
