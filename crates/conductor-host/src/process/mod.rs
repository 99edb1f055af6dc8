//! Children of this program: the only place that starts one.
//!
//! There are two kinds. A [`Cmd`] is a short, trusted command (git) that runs to its end. Anything that may
//! misbehave (an agent, a gate) runs under a [`KeptChild`]: a small parent, the *keeper*, outlives neither its
//! driver nor its child, and leaves nothing of the child's family alive.
//!
//! What holds the family together, the strongest first; [`Contained`] says for each child which were in force:
//!
//! - A **PID namespace** ([`Proof::Namespace`]), Linux: no process can leave it, and when its first process ends
//!   the kernel kills all others and reports its end only when they are gone. The first process is this program
//!   again; it dies with the keeper, so that this holds even when the keeper is killed. The family has its own
//!   `/proc` and sees nobody else; where that cannot be mounted (in most containers) there is no namespace at
//!   all, since a `/proc` with other pids than the system calls have confuses every tool that reads it.
//! - A **cgroup** ([`Proof::Cgroup`]), Linux: the kernel counts who is in it and kills them at one stroke. It
//!   outlives a killed keeper, and [`end_leftovers`] ends what is in it then. A family with root's rights could
//!   leave it.
//! - The **keeper** itself ([`Proof::NoChildren`]), Linux: a child subreaper, so every descendant that loses its
//!   parent becomes the keeper's child, and "no child left" means that no descendant is left. Exact while the
//!   keeper lives; when it is killed, [`sweep`] finds what kept its environment or its folder.
//! - On other systems the keeper **walks the process table** and kills the groups that it finds
//!   ([`Proof::Walked`]); a process that hides from that walk escapes, and the report says so.
//!
//! Each is tried for real, never read from a setting, and left out where the machine refuses it.

mod cgroup;
mod cmd;
mod detach;
mod family;
mod fds;
mod init;
mod keeper;
mod kept;
mod launch;
mod means;
mod namespace;
pub(crate) mod os_path;
mod pulse;
mod reap;
mod signals;
mod spec;
mod sweep;
mod table;

pub use cgroup::{LeftoverError, end_leftovers};
pub use cmd::{Cmd, EnvMap, Exit, Output, RunError};
pub use detach::{leave_session, say_ready, spawn_detached};
pub use keeper::{KEEPER_ARG, keeper_main};
pub use kept::{KeepError, Keeper, KeptChild, KeptExit, Stopper};
pub use means::{CgroupUse, Containment, Means, Namespace};
pub use signals::{Attending, Interrupt, OnHangup, Signals};
pub use spec::{Contained, Ended, KeeperSpec, Proof};
pub(crate) use sweep::strays;
pub use sweep::sweep;
pub use table::ProcessId;
