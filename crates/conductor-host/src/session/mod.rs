//! Sessions: how one is begun, taken up again, landed and undone.

mod abandon;
mod begin;
mod clean;
mod drive;
mod foresee;
mod host;
mod land;
mod preview;
mod proof;
mod record;
mod rejudge;
mod rollback;
mod setup;

pub use begin::{BeginError, Begun, Options, rules};
pub use clean::{CleanError, CleanOptions, Cleaned, Left, LeftKind};
pub use drive::DriveSessionError;
pub use foresee::{Foreseen, NotRun, Step};
pub use host::{Host, HostError};
pub use land::{LandError, Landing};
pub use preview::{Preview, PreviewError, newest_run_of};
pub use proof::{Flaw, LandedOn, Proof, ProofError};
pub use record::{Made, RecordError};
pub use rejudge::{Decided, RejudgeError, Rejudged};
pub use rollback::{RollbackError, RolledBack, Undo, Undone};
pub use setup::Setup;
