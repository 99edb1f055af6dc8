//! Tasks as pure data: ids, statuses, commands, events, decisions and the dependency graph.
//!
//! A [`Command`] is decided against a view of the tasks into [`Event`]s; a store applies the events. Nothing
//! here reads a clock, a file or the environment: time, ids and who acts come in with the context.

mod change;
mod code;
mod command;
mod cycle;
mod decide;
mod draft;
mod event;
mod id;
mod import;
mod query;
mod refusal;
mod status;
mod task;
mod task_set;
mod text;
mod time;
mod view;

pub use change::{Change, Delta, Field};
pub use code::{ErrorClass, ErrorCode};
pub use command::{Add, Children, Command, Edit, Guard, Patch, Verb};
pub use decide::{Decision, decide};
pub use event::{Action, Event, Recorded};
pub use id::{IdError, Prefix, TaskId, Uid};
pub use import::{Import, ImportFile, ImportNote, ImportReport, ImportRow, Known, RowShapeError};
pub use query::{ListQuery, Selector, SelectorError, Sort, SortError};
pub use refusal::{Invalid, Refusal};
pub use status::{Priority, PriorityError, Status, StatusError, TRANSITIONS, Transition, transition};
pub use task::{Claim, FencingToken, Note, Progress, ProgressError, Task};
pub use task_set::TaskSet;
pub use text::{
    Actor, Assignee, Category, Key, Kind, MAX_TEXT_BYTES, Reason, Session, Tag, TextError, Title, Worker,
};
pub use time::{Due, DueError, Minutes, MinutesError, Moment};
pub use view::{Context, DecideError, View};

/// The most entries that one list of a task (tags, dependencies, acceptance criteria …) may have.
pub const MAX_ENTRIES: usize = 1000;
