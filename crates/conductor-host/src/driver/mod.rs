//! The driver: the one process that runs a session.

mod core;
mod lock;
mod recover;
mod run;

pub use core::{Core, Journal, Perform, TurnError};
pub use lock::{DriverLock, LockError};
pub use recover::lost_attempts;
pub use run::{Caller, DriveError};
pub(crate) use run::{Driver, Ears};
