//! Giving up a session that cannot be driven any more.

use conductor_engine::control::{Actor, Control};
use conductor_engine::event::Recorded;
use conductor_engine::ids::SessionId;
use conductor_engine::session::Session;
use conductor_engine::{Input, apply, decide};
use taskwerk_model::{Children, Command, FencingToken, Guard, Status, TaskId, Verb};

use super::host::{Host, HostError};
use crate::clock;
use crate::driver::{DriverLock, Journal as _};
use crate::journal::JournalError;

impl Host {
    /// Writes down that a session failed, and gives its tasks back. It needs nothing of what the session froze,
    /// so it works where driving it does not. Workspaces and saved work stay.
    ///
    /// # Errors
    /// When a store cannot be written.
    pub fn abandon(
        &self,
        lock: &DriverLock,
        id: SessionId,
        actor: &Actor,
        why: &str,
    ) -> Result<(), HostError> {
        self.end_leftovers(lock)?;
        let mut db = self.database()?;
        let mut session = db.fold(id)?;
        let at = clock::now();
        let control = Control::Abandon { why: why.to_owned() };
        let asked = db.ask(id, actor, &control, at)?;
        let mut rows = Vec::new();
        for event in decide(&session, at, Input::Control(asked, actor.clone(), control)) {
            let row = Recorded { seq: session.seq + 1, at, event };
            apply(&mut session, &row).map_err(|source| JournalError::Fold { session: id, source })?;
            rows.push(row);
        }
        db.append(id, &rows, &session)?;
        self.give_back(&session)
    }

    /// Tasks under claims of the session's go back to todo. One that somebody else took or moved stays as it is.
    fn give_back(&self, session: &Session) -> Result<(), HostError> {
        let tasks = self.tasks(session.id)?;
        for run in session.open_runs() {
            let Some(token) = run.token else { continue };
            let Some(id) = session.tasks.get(&run.task).and_then(|t| t.id.parse::<TaskId>().ok()) else {
                continue;
            };
            let guard = Guard::token(FencingToken(token.0));
            let back = Command::Move {
                task: id.clone(),
                to: Verb::To(Status::Todo),
                reason: None,
                children: Children::Refuse,
                guard,
            };
            let _theirs_now = tasks.execute(Command::All(vec![back, Command::Release { task: id, guard }]));
        }
        Ok(())
    }
}
