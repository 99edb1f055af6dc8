//! What a decision reads, and the circumstances it is made in.

use crate::id::{Prefix, TaskId, Uid};
use crate::refusal::{Invalid, Refusal};
use crate::task::{Claim, FencingToken, Note, Task};
use crate::text::{Actor, Key, Session};
use crate::time::Moment;

/// Read access to tasks. A decision asks only for what it needs, so that adding one task to a store of ten
/// thousand reads a handful of rows.
pub trait View {
    /// Why reading can fail.
    type Error;

    /// The task with this id.
    ///
    /// # Errors
    /// When it cannot be read; the same holds for every method.
    fn task(&self, id: &TaskId) -> Result<Option<Task>, Self::Error>;

    /// The tasks directly under this one.
    ///
    /// # Errors
    /// When they cannot be read.
    fn children(&self, id: &TaskId) -> Result<Vec<TaskId>, Self::Error>;

    /// The tasks that wait for this one by name.
    ///
    /// # Errors
    /// When they cannot be read.
    fn dependents(&self, id: &TaskId) -> Result<Vec<TaskId>, Self::Error>;

    /// The notes of this task, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    fn notes(&self, id: &TaskId) -> Result<Vec<Note>, Self::Error>;

    /// The last claim of this task that was not released, live or lapsed.
    ///
    /// # Errors
    /// When it cannot be read.
    fn claim(&self, id: &TaskId) -> Result<Option<Claim>, Self::Error>;

    /// The importer's name for this task.
    ///
    /// # Errors
    /// When it cannot be read.
    fn key(&self, id: &TaskId) -> Result<Option<Key>, Self::Error>;

    /// The task that an importer gave this name.
    ///
    /// # Errors
    /// When it cannot be read.
    fn by_key(&self, key: &str) -> Result<Option<TaskId>, Self::Error>;

    /// The task with this identity.
    ///
    /// # Errors
    /// When it cannot be read.
    fn by_uid(&self, uid: Uid) -> Result<Option<TaskId>, Self::Error>;

    /// The highest number ever given directly under `parent`, or to a task of this prefix without a parent.
    ///
    /// # Errors
    /// When it cannot be read.
    fn last_number(&self, prefix: Prefix, parent: Option<&TaskId>) -> Result<u32, Self::Error>;

    /// Whether a task, perhaps deleted since, ever had this id.
    ///
    /// # Errors
    /// When it cannot be read.
    fn was_given(&self, id: &TaskId) -> Result<bool, Self::Error>;

    /// The highest token ever given.
    ///
    /// # Errors
    /// When it cannot be read.
    fn last_token(&self) -> Result<FencingToken, Self::Error>;

    /// At most three ids that someone who typed this one may have meant.
    ///
    /// # Errors
    /// When they cannot be read.
    fn nearest(&self, id: &TaskId) -> Result<Vec<TaskId>, Self::Error>;
}

/// The circumstances of a command.
pub struct Context<'c> {
    /// The time.
    pub now: Moment,
    /// Who gives it.
    pub actor: &'c Actor,
    /// In which session.
    pub session: Option<&'c Session>,
    /// The prefix of new ids.
    pub prefix: Prefix,
    /// Makes the identity of a new task.
    pub new_uid: &'c dyn Fn() -> Uid,
}

/// Why a decision did not come about.
#[derive(Debug)]
pub enum DecideError<E> {
    /// The rules forbid the command.
    Refused(Box<Refusal>),
    /// The view failed.
    View(E),
}

impl<E> From<Refusal> for DecideError<E> {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl<E> From<Invalid> for DecideError<E> {
    fn from(invalid: Invalid) -> Self {
        Self::from(Refusal::Invalid(invalid))
    }
}

/// The outcome of a step of a decision over the view `V`.
pub(crate) type Decided<T, V> = Result<T, DecideError<<V as View>::Error>>;
