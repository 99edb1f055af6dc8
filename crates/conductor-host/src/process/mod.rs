//! Children of this program: the only place that starts one.
//!
//! There are two kinds. A [`Cmd`] is a short, trusted command (git) that runs to its end. Anything that may
//! misbehave (an agent, a gate) runs under a [`KeptChild`]: a small parent, the *keeper*, outlives neither its
//! driver nor its child, and leaves nothing of the child's family alive.
//!
//! On Linux containment is proven: the keeper is a child subreaper, so every descendant that loses its parent
//! becomes the keeper's child, and "no child left" means that no descendant is left. On other systems the
//! keeper walks the process table and kills the groups that it finds; a process that hides from that walk
//! escapes, and the report says so ([`Proof::Walked`]).

mod cmd;
mod detach;
mod fds;
mod keeper;
mod kept;
pub(crate) mod os_path;
mod reap;
mod signals;
mod spec;
mod sweep;
mod table;

pub use cmd::{Cmd, EnvMap, Exit, Output, RunError};
pub use detach::{leave_session, say_ready, spawn_detached};
pub use keeper::{KEEPER_ARG, keeper_main};
pub use kept::{KeepError, Keeper, KeptChild, KeptExit, Stopper};
pub use signals::{Attending, Interrupt, OnHangup, Signals};
pub use spec::{Contained, Ended, KeeperSpec, Proof};
pub use sweep::sweep;
pub use table::ProcessId;
