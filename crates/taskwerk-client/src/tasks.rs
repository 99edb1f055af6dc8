//! The handle.

use crate::wire::ExportRow;
use crate::{Changed, Clock, Detail, Exported, IdSource, Init, StoreError, Summary, TasksError};
use jiff::SignedDuration;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;
use taskwerk_model::{
    Actor, Claim, Command, Guard, Import, ImportReport, ImportRow, Known, ListQuery, Moment, Prefix,
    Recorded, Refusal, Session, Sort, Task, TaskId, Worker,
};
use taskwerk_store::{Caller, Store};

/// All access to the tasks of a project. Synchronous, starts no thread, may be sent to another thread but used
/// by one at a time; open a second handle for a second thread.
#[derive(Debug)]
pub struct Tasks {
    store: Store,
    caller: Caller,
}

/// How to import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportOptions {
    /// What to do with tasks that are there already.
    pub known: Known,
    /// Put the tasks under this prefix.
    pub prefix: Option<Prefix>,
    /// Only say what would be done.
    pub dry_run: bool,
}

impl Tasks {
    /// Makes the store of the project in `dir`, or opens the one that is there; doing it again changes
    /// nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the folder cannot be written, or holds something else.
    pub fn init(dir: &Path) -> Result<(Self, Init), StoreError> {
        let (store, init) = Store::init(dir)?;
        Ok((Self::new(store), init))
    }

    /// Opens the store of the project that `explicit` names (the project's folder or the `.taskwerk` in it),
    /// or else the nearest in `start` or above it; in a linked worktree of git, that of the main worktree.
    ///
    /// # Errors
    /// [`StoreError`] when there is none, or it cannot be used.
    pub fn open(start: &Path, explicit: Option<&Path>) -> Result<Self, StoreError> {
        Store::open(start, explicit).map(Self::new)
    }

    fn new(store: Store) -> Self {
        let caller =
            Caller { actor: Actor::stored("unknown".to_owned()), session: None, prefix: Prefix::TASK };
        Self { store, caller }
    }

    /// The same handle for commands of this actor in this session.
    #[must_use]
    pub fn with_context(self, actor: Actor, session: Option<Session>) -> Self {
        Self { caller: Caller { actor, session, ..self.caller }, ..self }
    }

    /// The same handle with another prefix for new ids, and for ids that are typed as bare numbers.
    #[must_use]
    pub fn with_prefix(self, prefix: Prefix) -> Self {
        Self { caller: Caller { prefix, ..self.caller }, ..self }
    }

    /// The same handle with another clock and source of identities.
    #[must_use]
    pub fn with_clock(self, clock: Box<dyn Clock + Send>, ids: Box<dyn IdSource + Send>) -> Self {
        Self { store: self.store.with_clock(clock, ids), ..self }
    }

    /// The project's folder, which holds `.taskwerk`.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.data_dir().parent().unwrap_or_else(|| self.data_dir())
    }

    /// The folder `.taskwerk`.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.store.folder()
    }

    /// The prefix of new ids.
    #[must_use]
    pub fn prefix(&self) -> Prefix {
        self.caller.prefix
    }

    /// The time by the clock of the store.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.store.now()
    }

    /// Carries a command out, durably, or refuses it and changes nothing.
    ///
    /// # Errors
    /// [`TasksError`]: the rules forbid it, or the store failed. The same holds for all that follows.
    pub fn execute(&self, command: Command) -> Result<Changed, TasksError> {
        self.store.execute(&self.caller, command)
    }

    /// What a command would do; nothing is changed.
    ///
    /// # Errors
    /// As [`Tasks::execute`].
    pub fn preview(&self, command: Command) -> Result<Changed, TasksError> {
        self.store.preview(&self.caller, command)
    }

    /// Carries several commands out in one durable transaction, each for itself: one that is refused leaves
    /// the others in force. [`Command::All`] makes a group of commands that stands or falls together.
    ///
    /// # Errors
    /// [`StoreError`] when the store failed; then none was carried out.
    pub fn execute_many(&self, commands: Vec<Command>) -> Result<Vec<Result<Changed, Refusal>>, StoreError> {
        self.store.execute_many(&self.caller, commands)
    }

    /// The task that a text names, in any spelling of its id.
    ///
    /// # Errors
    /// As [`Tasks::execute`]; also when the text is no id.
    pub fn find(&self, text: &str) -> Result<Task, TasksError> {
        let id = TaskId::parse_in(self.caller.prefix, text).map_err(|bad| Refusal::Invalid(bad.into()))?;
        self.get(&id)
    }

    /// A task.
    ///
    /// # Errors
    /// As [`Tasks::execute`]; there may be no such task.
    pub fn get(&self, id: &TaskId) -> Result<Task, TasksError> {
        self.store.get(id)
    }

    /// A task with all that belongs to it.
    ///
    /// # Errors
    /// As [`Tasks::get`].
    pub fn detail(&self, id: &TaskId) -> Result<Detail, TasksError> {
        self.store.detail(id)
    }

    /// The tasks that a query asks for.
    ///
    /// # Errors
    /// As [`Tasks::execute`]; a task that is named by id may not exist.
    pub fn list(&self, query: &ListQuery) -> Result<Vec<Task>, TasksError> {
        self.store.list(query)
    }

    /// Hands the tasks that a query asks for to `visit`, one by one, until it breaks off. Memory does not grow
    /// with their number.
    ///
    /// # Errors
    /// As [`Tasks::list`].
    pub fn each(
        &self,
        query: &ListQuery,
        visit: impl FnMut(Task) -> ControlFlow<()>,
    ) -> Result<(), TasksError> {
        self.store.each(query, visit)
    }

    /// The tasks that can be begun and that nobody has claimed, in the order in which they are to be done.
    ///
    /// # Errors
    /// As [`Tasks::execute`].
    pub fn ready(&self, limit: Option<u32>) -> Result<Vec<Task>, TasksError> {
        self.store.ready(limit)
    }

    /// The first ready task.
    ///
    /// # Errors
    /// As [`Tasks::execute`].
    pub fn next(&self) -> Result<Option<Task>, TasksError> {
        Ok(self.ready(Some(1))?.pop())
    }

    /// Claims the first ready task. Two workers that ask at the same time get different tasks.
    ///
    /// # Errors
    /// As [`Tasks::execute`].
    pub fn next_claim(
        &self,
        worker: Worker,
        ttl: SignedDuration,
    ) -> Result<Option<(Task, Claim)>, TasksError> {
        let changed = self.store.claim_next(&self.caller, worker, ttl)?;
        match changed.and_then(|changed| changed.claims.into_iter().next()) {
            Some(claim) => Ok(Some((self.get(&claim.task)?, claim))),
            None => Ok(None),
        }
    }

    /// Figures about all tasks.
    ///
    /// # Errors
    /// As [`Tasks::execute`].
    pub fn summary(&self) -> Result<Summary, TasksError> {
        Ok(self.store.summary()?)
    }

    /// The tasks that changed last, closed ones too, the latest first.
    ///
    /// # Errors
    /// As [`Tasks::execute`].
    pub fn recent(&self, limit: u32) -> Result<Vec<Task>, TasksError> {
        self.list(&ListQuery {
            include_closed: true,
            limit: Some(limit),
            sort: Sort::Updated,
            ..ListQuery::default()
        })
    }

    /// Makes or updates many tasks at once: all or nothing, and the same rows again make nothing new.
    ///
    /// # Errors
    /// As [`Tasks::execute`]; the refusal names the row and the field.
    pub fn import(&self, rows: Vec<ImportRow>, options: &ImportOptions) -> Result<ImportReport, TasksError> {
        let import = Import { rows, known: options.known, prefix: options.prefix };
        let command = Command::Import(Box::new(import));
        let changed = if options.dry_run { self.preview(command) } else { self.execute(command) }?;
        Ok(changed.import.unwrap_or_default())
    }

    /// Hands every task, closed ones too, with what an import needs to make it again, to `visit`.
    ///
    /// # Errors
    /// As [`Tasks::execute`].
    pub fn each_exported(&self, visit: impl FnMut(Exported) -> ControlFlow<()>) -> Result<(), TasksError> {
        Ok(self.store.each_exported(visit)?)
    }

    /// Writes all tasks as JSON that an import into an empty store turns into the same tasks again. Returns
    /// how many they were; the inner result is that of writing.
    ///
    /// # Errors
    /// As [`Tasks::execute`].
    pub fn export_json(&self, mut out: impl Write) -> Result<io::Result<u64>, TasksError> {
        let mut written = out.write_all(b"{\"tasks\":[");
        let mut count = 0;
        self.each_exported(|exported| {
            let separator: &[u8] = if count == 0 { b"\n" } else { b",\n" };
            count += 1;
            written = out.write_all(separator).and_then(|()| {
                serde_json::to_writer(&mut out, &ExportRow::from(exported)).map_err(io::Error::from)
            });
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(written.and_then(|()| out.write_all(b"\n]}\n")).and_then(|()| out.flush()).map(|()| count))
    }

    /// Takes a task for a worker. For the worker that holds it already, this is a heartbeat.
    ///
    /// # Errors
    /// As [`Tasks::execute`]; another worker may hold it.
    pub fn claim(&self, id: &TaskId, worker: Worker, ttl: SignedDuration) -> Result<Claim, TasksError> {
        let command = Command::Claim { task: id.clone(), worker, ttl, guard: Guard::default() };
        self.claimed(command, id)
    }

    /// Keeps a claim alive from now for `ttl`.
    ///
    /// # Errors
    /// As [`Tasks::execute`]; another worker may have taken the task since the claim lapsed.
    pub fn heartbeat(&self, claim: &Claim, ttl: SignedDuration) -> Result<Claim, TasksError> {
        let command = Command::Heartbeat { task: claim.task.clone(), token: claim.token, ttl };
        self.claimed(command, &claim.task)
    }

    fn claimed(&self, command: Command, id: &TaskId) -> Result<Claim, TasksError> {
        let taken = self.execute(command)?.claims.pop();
        // A claim or heartbeat that is not refused always says what is held; the type cannot tell.
        taken.ok_or_else(|| Refusal::IsContainer { id: id.clone() }.into())
    }

    /// The live claim on a task.
    ///
    /// # Errors
    /// As [`Tasks::execute`].
    pub fn claim_of(&self, id: &TaskId) -> Result<Option<Claim>, TasksError> {
        Ok(self.store.claim_of(id)?)
    }

    /// The last claim on a task that was not given back, also when it has lapsed: whoever held it may take the
    /// task up again as long as nobody else has.
    ///
    /// # Errors
    /// As [`Tasks::execute`].
    pub fn last_claim_of(&self, id: &TaskId) -> Result<Option<Claim>, TasksError> {
        Ok(self.store.last_claim_of(id)?)
    }

    /// Ends a claim. One that is gone already is no change.
    ///
    /// # Errors
    /// As [`Tasks::execute`].
    pub fn release(&self, claim: &Claim) -> Result<Changed, TasksError> {
        self.execute(Command::Release { task: claim.task.clone(), guard: Guard::token(claim.token) })
    }

    /// At most `limit` events after that place in the log, oldest first. Asking again with the place of the
    /// last one misses nothing.
    ///
    /// # Errors
    /// As [`Tasks::execute`].
    pub fn events_after(&self, cursor: u64, limit: u32) -> Result<Vec<Recorded>, TasksError> {
        Ok(self.store.events_after(cursor, limit)?)
    }

    /// The newest events, at most `limit`, oldest first.
    ///
    /// # Errors
    /// As [`Tasks::execute`].
    pub fn latest_events(&self, limit: u32) -> Result<Vec<Recorded>, TasksError> {
        Ok(self.store.latest_events(limit)?)
    }

    /// Everything that happened to a task, oldest first, also after it was deleted.
    ///
    /// # Errors
    /// As [`Tasks::execute`].
    pub fn events_of(&self, id: &TaskId) -> Result<Vec<Recorded>, TasksError> {
        Ok(self.store.events_of(id)?)
    }

    /// The place of the newest event; 0 when there is none.
    ///
    /// # Errors
    /// As [`Tasks::execute`].
    pub fn last_event(&self) -> Result<u64, TasksError> {
        Ok(self.store.last_event()?)
    }

    /// A number that changes whenever another process writes to the store (not when this handle does). Polling
    /// it costs microseconds.
    ///
    /// # Errors
    /// As [`Tasks::execute`].
    pub fn data_version(&self) -> Result<i64, TasksError> {
        Ok(self.store.data_version()?)
    }
}
