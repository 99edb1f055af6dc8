//! Git, by its command line, from outside any workspace.
//!
//! Every git process that Conductor starts gets an explicit repository (the main one's common directory), a
//! cleared environment and a configuration that switches off whatever could run somebody's code: hooks,
//! filters, merge drivers, fsmonitor, external diffs, pagers, signing, lazy fetches. A workspace's own `.git`
//! belongs to an agent: it is read as plain data and never obeyed.
//!
//! All changes of refs are compare-and-swap; nothing here moves a branch that is checked out, except
//! [`Repo::perform_landing`] with git's own fast-forward.

mod added;
mod apply;
mod blobs;
mod candidate;
mod checkout;
mod commit;
mod contents;
mod diff;
mod error;
mod gate;
mod heal;
mod history;
mod land;
mod locks;
mod name;
mod open;
mod own_commits;
mod reading;
mod refs;
mod remove;
mod restore;
mod rollback;
mod run;
mod saved;
mod snapshot;
mod tree;
mod walk;
mod workspace;

pub use apply::{apply_patch, patched_paths};
pub use blobs::{Blob, BlobBounds};
pub use candidate::{CandidateOutcome, TargetMerge};
pub use checkout::{Operation, WorkState};
pub use commit::{CommitText, LandedRun, Trailers};
pub use contents::{Bounds, Content, Contents};
pub use diff::{AsTree, ChangeKind, FileChange, Patch};
pub use error::GitError;
pub use gate::{CacheDir, GateWorkspace};
pub use history::PastCommit;
pub use land::{Advance, Held, LandOutcome, LandPlan, Planned};
pub use locks::SharedLock;
pub(crate) use locks::{clone_locks, is_open};
pub use name::{BranchName, NameError, RefName, RepoPath};
pub use open::{Head, Identity, OpenError, Repo};
pub use own_commits::Finding;
pub use reading::{ReadingCopy, Touched};
pub use refs::{RefChange, RefError};
pub use remove::{KeptWhy, Removal};
pub(crate) use restore::{DROPPED, dropped_ref, snapshot_ref};
pub use rollback::Rollback;
pub use run::GitStats;
pub(crate) use saved::real;
pub use saved::{SavedKind, SavedWork, WriteFilesError};
pub use snapshot::Snapshot;
pub use tree::CommittedTree;
pub(crate) use workspace::delete;
pub use workspace::{Workspace, WorkspaceError, WorkspaceSpec};
