//! The one door for every change.

use crate::changed::Changed;
use crate::circumstances::Caller;
use crate::error::{ExecuteError, StoreError};
use crate::open::Store;
use crate::project::carry_out;
use crate::tables::Tables;
use jiff::SignedDuration;
use rusqlite::{Transaction, TransactionBehavior};
use std::collections::BTreeSet;
use taskwerk_model::{Command, Context, Guard, Refusal, TaskId, View, Worker, decide};

impl Store {
    /// Carries a command out, durably, or refuses it and changes nothing.
    ///
    /// # Errors
    /// [`ExecuteError`]: the rules forbid it, or the store failed.
    pub fn execute(&self, caller: &Caller, command: Command) -> Result<Changed, ExecuteError> {
        let transaction = self.begin()?;
        let changed = self.run(caller, command)?;
        transaction.commit()?;
        Ok(changed)
    }

    /// What a command would do. Nothing is changed.
    ///
    /// # Errors
    /// As [`Store::execute`].
    pub fn preview(&self, caller: &Caller, command: Command) -> Result<Changed, ExecuteError> {
        let transaction = self.begin()?;
        let changed = self.run(caller, command);
        transaction.rollback()?;
        changed
    }

    /// Carries several commands out in one durable transaction. Each stands for itself: one that is refused
    /// leaves the others in force. No savepoints are needed for that, since a command is decided before
    /// anything of it is written.
    ///
    /// # Errors
    /// [`StoreError`] when the store failed; then none was carried out.
    pub fn execute_many(
        &self,
        caller: &Caller,
        commands: Vec<Command>,
    ) -> Result<Vec<Result<Changed, Refusal>>, StoreError> {
        let transaction = self.begin()?;
        let mut outcomes = Vec::with_capacity(commands.len());
        for command in commands {
            match self.run(caller, command) {
                Ok(changed) => outcomes.push(Ok(changed)),
                Err(ExecuteError::Refused(refusal)) => outcomes.push(Err(*refusal)),
                Err(ExecuteError::Store(error)) => return Err(error),
            }
        }
        transaction.commit()?;
        Ok(outcomes)
    }

    /// Claims the first ready task for a worker; nothing happens when none is ready.
    ///
    /// # Errors
    /// As [`Store::execute`].
    pub fn claim_next(
        &self,
        caller: &Caller,
        worker: Worker,
        ttl: SignedDuration,
    ) -> Result<Option<Changed>, ExecuteError> {
        let transaction = self.begin()?;
        let Some(task) = self.tables().first_ready(self.clock.now())? else { return Ok(None) };
        let changed = self.run(caller, Command::Claim { task, worker, ttl, guard: Guard::default() })?;
        transaction.commit()?;
        Ok(Some(changed))
    }

    /// Begins with the right to write, so that what a decision reads is what it changes.
    fn begin(&self) -> Result<Transaction<'_>, StoreError> {
        Ok(Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?)
    }

    pub(crate) fn tables(&self) -> Tables<'_> {
        Tables { connection: &self.connection }
    }

    fn run(&self, caller: &Caller, command: Command) -> Result<Changed, ExecuteError> {
        let now = self.clock.now();
        let context = Context {
            now,
            actor: &caller.actor,
            session: caller.session.as_ref(),
            prefix: caller.prefix,
            new_uid: &|| self.ids.uid(now),
        };
        let tables = self.tables();
        let decision = decide(&tables, &context, command)?;
        carry_out(&self.connection, caller, now, &decision.events)?;
        let mut changed =
            Changed { stranded: decision.stranded, import: decision.import, ..Changed::default() };
        if changed.import.is_none() {
            decision.events.iter().for_each(|event| changed.note(event));
            let touched: BTreeSet<&TaskId> = changed.created.iter().chain(changed.changes.keys()).collect();
            let mut tasks = Vec::with_capacity(touched.len());
            for id in touched {
                tasks.extend(tables.task(id)?);
            }
            changed.tasks = tasks;
        }
        changed.last_event = self.last_event()?;
        Ok(changed)
    }
}
