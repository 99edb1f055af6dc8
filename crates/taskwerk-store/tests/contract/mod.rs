//! What every database of tasks must do, written once and stamped on each. A database is a [`Database`]; the
//! functions here are its tests.

pub(crate) mod claims;
pub(crate) mod commands;
pub(crate) mod lists;
pub(crate) mod random;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use taskwerk_model::{
    Actor, Add, Children, Claim, Command, Guard, ListQuery, Moment, Prefix, Recorded, Refusal, Task, TaskId,
    Title, Uid, Verb, Worker,
};
use taskwerk_store::{Caller, Changed, Clock, Exported, IdSource};

/// A database that a test has for itself.
pub(crate) trait Database: Sync {
    type Handle: Handle;

    /// A new, empty one.
    fn fresh() -> Self;

    /// Another connection to it, as another process would have.
    fn connect(&self, time: &Time) -> Self::Handle;
}

/// What is asked of a connection. Failures of the database itself are failures of the test.
pub(crate) trait Handle {
    fn execute(&self, command: Command) -> Result<Changed, Refusal>;
    fn preview(&self, command: Command) -> Result<Changed, Refusal>;
    fn execute_many(&self, commands: Vec<Command>) -> Vec<Result<Changed, Refusal>>;
    fn claim_next(&self, worker: Worker) -> Option<Claim>;
    fn list(&self, query: &ListQuery) -> Result<Vec<Task>, Refusal>;
    fn events_after(&self, cursor: u64, limit: u32) -> Vec<Recorded>;
    fn exported(&self) -> Vec<Exported>;
    fn data_version(&self) -> i64;

    fn add(&self, title: &str) -> TaskId {
        let add = Add::new(Title::parse(title).unwrap());
        self.execute(Command::Add(Box::new(add))).unwrap().created[0].clone()
    }

    fn all(&self) -> Vec<Task> {
        self.list(&ListQuery { include_closed: true, ..ListQuery::default() }).unwrap()
    }
}

/// A clock that all connections of a test share and that only the test moves.
#[derive(Clone, Default)]
pub(crate) struct Time(Arc<AtomicI64>);

impl Time {
    pub(crate) fn advance(&self, minutes: i64) {
        self.0.fetch_add(minutes * 60_000_000, Ordering::SeqCst);
    }
}

impl Clock for Time {
    fn now(&self) -> Moment {
        Moment::from_micros(1_800_000_000_000_000 + self.0.load(Ordering::SeqCst))
    }
}

/// Identities that count up, different for each connection of a process.
pub(crate) struct Uids(AtomicU64);

impl Default for Uids {
    fn default() -> Self {
        static CONNECTIONS: AtomicU64 = AtomicU64::new(0);
        Self(AtomicU64::new(CONNECTIONS.fetch_add(1, Ordering::SeqCst) << 32))
    }
}

impl IdSource for Uids {
    fn uid(&self, _now: Moment) -> Uid {
        Uid::new(uuid::Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::SeqCst))))
    }
}

pub(crate) fn caller() -> Caller {
    Caller { actor: Actor::parse("ann").unwrap(), session: None, prefix: Prefix::TASK }
}

pub(crate) fn id(text: &str) -> TaskId {
    text.parse().unwrap()
}

pub(crate) fn worker(name: &str) -> Worker {
    Worker::parse(name).unwrap()
}

pub(crate) fn step(task: &str, to: Verb) -> Command {
    Command::Move { task: id(task), to, reason: None, children: Children::Refuse, guard: Guard::default() }
}

pub(crate) fn ids(tasks: &[Task]) -> String {
    tasks.iter().map(|task| task.id.to_string()).collect::<Vec<_>>().join(" ")
}

/// Stamps the whole suite on a database.
#[macro_export]
macro_rules! contract {
    ($database:ty: $($area:ident { $($test:ident)* })*) => {
        $($(
            #[test]
            fn $test() {
                contract::$area::$test::<$database>();
            }
        )*)*
    };
}
