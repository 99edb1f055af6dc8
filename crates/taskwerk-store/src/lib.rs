//! Durable storage of tasks: one transaction per command, events, claims.
//!
//! A [`Store`] is a SQLite file in the folder `.taskwerk` of a project. Every change comes in as a
//! [`taskwerk_model::Command`] and is decided, recorded and carried out in one durable transaction. Nothing here
//! starts a thread or reads the environment.

mod changed;
mod circumstances;
mod error;
mod execute;
mod id_text;
mod list;
mod locate;
mod log;
mod open;
mod project;
mod read;
mod row;
mod schema;
mod tables;

pub use changed::Changed;
pub use circumstances::{Caller, Clock, IdSource, RandomIds, SystemClock};
pub use error::{ExecuteError, StoreError};
pub use locate::{DATABASE, FOLDER, locate};
pub use open::{Init, Store};
pub use read::{Detail, Exported, Summary};
