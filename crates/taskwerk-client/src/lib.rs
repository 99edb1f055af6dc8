//! One handle to tasks for other programs, and the JSON they exchange.
//!
//! [`Tasks`] is the embedded store with the circumstances of its user. A [`taskwerk_model::Task`] serializes as
//! the task object of the public interface; the replies around it are in [`wire`].

mod tasks;
pub mod wire;

pub use tasks::{ImportOptions, Tasks};
/// The vocabulary of tasks, for programs that speak to them only through this crate.
pub use taskwerk_model as model;
pub use taskwerk_store::{
    Changed, Clock, DATABASE, Detail, ExecuteError as TasksError, Exported, FOLDER, IdSource, Init,
    RandomIds, StoreError, Summary, SystemClock, locate,
};
