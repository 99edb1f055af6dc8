//! The driver: the one process that runs a session.

mod core;
mod lock;
mod recover;

pub use core::{Core, Journal, Perform, TurnError};
pub use lock::{DriverLock, LockError};
pub use recover::lost_attempts;
