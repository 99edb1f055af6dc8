//! Gates: which there are, running them, and the evidence that comes of it.

mod environment;
mod evidence;
mod find;
mod readers;
mod resolve;
mod run;
mod tail;

pub(crate) use environment::looks_like_credential;
pub use environment::{gate_environment, withheld_names};
pub use evidence::{digest, gates_digest, summarise, uncounted_tests};
pub use find::{FileMode, Found, TreeView, find};
pub use resolve::{GateConfigError, resolve};
pub use run::{GateJob, GateRunner, GateStop, RunGatesError, Tampered, merged_tests};
