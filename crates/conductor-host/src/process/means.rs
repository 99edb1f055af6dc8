//! With what a family of processes is held together: what may be used, and what was.

use serde::{Deserialize, Serialize};

/// What a keeper may use beside being the reaper of all descendants, which it always is. What the machine does
/// not give is left out silently; [`Containment`] says what was in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Means {
    /// A PID namespace: of the system's own for root, inside a user namespace for others.
    pub namespace: bool,
    /// A cgroup.
    pub cgroup: CgroupUse,
}

/// When a cgroup is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CgroupUse {
    /// Wherever one can be made.
    Always,
    /// Only where there is no PID namespace.
    InsteadOfNamespace,
    /// Never.
    Never,
}

impl Means {
    /// Everything that the machine gives.
    pub const STRONGEST: Self = Self { namespace: true, cgroup: CgroupUse::Always };
    /// The keeper alone.
    pub const REAPER: Self = Self { namespace: false, cgroup: CgroupUse::Never };

    /// Whether a cgroup is to be made when this is what is left to use.
    pub(super) fn wants_cgroup(self) -> bool {
        match self.cgroup {
            CgroupUse::Always => true,
            CgroupUse::InsteadOfNamespace => !self.namespace,
            CgroupUse::Never => false,
        }
    }
}

/// The PID namespace that a family lived in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Namespace {
    /// None: it shared that of its driver.
    None,
    /// Its own. Nothing but the view of processes is changed.
    Own,
    /// Its own, inside a user namespace, since the driver is not root. Only the user's own id and group exist
    /// in it: programs that act as another user (`sudo`, rootless `podman`) do not work there, and files of
    /// others are shown as nobody's. Rights to files are as ever.
    InUserNamespace,
}

/// What held a family together, beside the keeper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Containment {
    /// The PID namespace.
    pub namespace: Namespace,
    /// Whether the family was in a cgroup of its own.
    pub cgroup: bool,
}
