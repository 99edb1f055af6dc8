//! Gates: which there are, running them, and the evidence that comes of it.

mod compare;
mod coverage;
mod environment;
mod evidence;
mod explain;
mod find;
mod measure;
mod report;
mod resolve;
mod run;
mod tail;

pub use compare::{Base, compared, merged_tests};
pub(crate) use coverage::too_little;
pub(crate) use environment::looks_like_credential;
pub use environment::{gate_environment, withheld_names};
pub use evidence::{Demands, digest, gates_digest, stored_digest, summarise, uncounted_tests};
pub use explain::reads;
pub use find::{FileMode, Found, TreeView, find};
pub use resolve::{GateConfigError, resolve};
pub use run::{GateJob, GateRunner, GateStop, RunGatesError, Tampered};
