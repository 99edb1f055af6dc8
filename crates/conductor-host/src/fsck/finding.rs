//! What can be found, and what people are told of it.

use std::path::PathBuf;

use conductor_engine::ids::{Oid, RunId, SessionId};
use taskwerk_model::{FencingToken, TaskId};

/// Something that is not as the journal says it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A session is not over, and nobody drives it.
    Interrupted {
        /// The session.
        session: SessionId,
    },
    /// The driver's lock names a process that is dead.
    DeadDriver {
        /// Its pid.
        pid: u32,
    },
    /// People have said something that no driver has looked at yet.
    AnswersWait {
        /// The session.
        session: SessionId,
        /// How many things.
        count: usize,
    },
    /// Tables that are made from the journal say something else.
    Projection {
        /// The session.
        session: SessionId,
        /// What differs.
        what: Vec<String>,
    },
    /// The ref that keeps a run's saved work is gone, or is somewhere else.
    SnapshotRef {
        /// The run.
        run: RunId,
        /// The number of the snapshot.
        number: u32,
        /// Where it should be.
        commit: Oid,
        /// Where it is; `None` when it is gone.
        found: Option<Oid>,
    },
    /// A run's saved work has a ref, but objects of it are missing or damaged.
    SnapshotUnreadable {
        /// The run.
        run: RunId,
        /// The number of the snapshot.
        number: u32,
        /// Its commit.
        commit: Oid,
    },
    /// A session's branch is gone.
    BranchGone {
        /// The session.
        session: SessionId,
        /// Where it was.
        tip: Oid,
    },
    /// A session's branch was taken back behind work that has landed on it.
    BranchBehind {
        /// The session.
        session: SessionId,
        /// Where it is.
        found: Oid,
        /// Where it was.
        tip: Oid,
    },
    /// Somebody else put commits on a session's branch.
    BranchStrange {
        /// The session.
        session: SessionId,
        /// What is said of it everywhere.
        what: String,
    },
    /// A branch is named as a session's, and there is no such session.
    BranchUnknown {
        /// The branch.
        branch: String,
    },
    /// By the journal a run has landed, and its commit is not on the session's branch.
    NotOnBranch {
        /// The run.
        run: RunId,
        /// The commit.
        commit: Oid,
    },
    /// A commit on the session's branch says that it is a run's, and the journal knows nothing of it.
    NotInJournal {
        /// The run that it names.
        run: RunId,
        /// The commit.
        commit: Oid,
    },
    /// The workspace of a run that goes on is not where it was made.
    WorkspaceGone {
        /// The run.
        run: RunId,
        /// Where it should be.
        path: PathBuf,
        /// The number of the last snapshot, if there is one.
        saved: Option<u32>,
    },
    /// A workspace of a run that is over.
    WorkspaceLeft {
        /// The run.
        run: RunId,
        /// Where it is.
        path: PathBuf,
    },
    /// A workspace of a run that is over, kept because of what is in it.
    WorkspaceKept {
        /// The run.
        run: RunId,
        /// Where it is.
        path: PathBuf,
        /// What in it is nowhere else.
        why: String,
    },
    /// Something among the workspaces that belongs to no run of these sessions.
    WorkspaceUnknown {
        /// Where it is.
        path: PathBuf,
    },
    /// A gate workspace that nobody uses.
    GateLeft {
        /// The session that it was made for.
        session: SessionId,
        /// Which of its lane's.
        slot: usize,
        /// Where it is.
        path: PathBuf,
    },
    /// Temporary files of a run that is over.
    TemporaryLeft {
        /// Where they are.
        path: PathBuf,
    },
    /// A task that a run which is over still holds.
    ClaimLeft {
        /// The task.
        task: TaskId,
        /// The run.
        run: RunId,
        /// The proof of the claim.
        token: FencingToken,
    },
    /// Conductor closed a task, and nothing of it has landed.
    ClosedWithoutCommit {
        /// The task.
        task: TaskId,
        /// Its newest run.
        run: RunId,
    },
    /// A process of an agent or a gate whose keeper is gone.
    ProcessLeft {
        /// Its pid.
        pid: i32,
        /// The workspace that it was started for.
        workspace: PathBuf,
    },
    /// A lock that a killed git left where only Conductor's git works.
    OwnLock {
        /// The file.
        path: PathBuf,
    },
    /// A lock that a git left in a place that is the user's too.
    SharedLock {
        /// The file.
        path: PathBuf,
        /// What cannot be done while it is there.
        hinders: &'static str,
        /// How old it is, in seconds.
        age: u64,
    },
}

impl Finding {
    /// A stable word for it, for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Interrupted { .. } => "interrupted",
            Self::DeadDriver { .. } => "dead-driver",
            Self::AnswersWait { .. } => "answers-wait",
            Self::Projection { .. } => "projection",
            Self::SnapshotRef { .. } => "snapshot-ref",
            Self::SnapshotUnreadable { .. } => "snapshot-unreadable",
            Self::BranchGone { .. } => "branch-gone",
            Self::BranchBehind { .. } => "branch-behind",
            Self::BranchStrange { .. } => "branch-strange",
            Self::BranchUnknown { .. } => "branch-unknown",
            Self::NotOnBranch { .. } => "not-on-branch",
            Self::NotInJournal { .. } => "not-in-journal",
            Self::WorkspaceGone { .. } => "workspace-gone",
            Self::WorkspaceLeft { .. } => "workspace-left",
            Self::WorkspaceKept { .. } => "workspace-kept",
            Self::WorkspaceUnknown { .. } => "workspace-unknown",
            Self::GateLeft { .. } => "gate-left",
            Self::TemporaryLeft { .. } => "temporary-left",
            Self::ClaimLeft { .. } => "claim-left",
            Self::ClosedWithoutCommit { .. } => "closed-without-commit",
            Self::ProcessLeft { .. } => "process-left",
            Self::OwnLock { .. } => "own-lock",
            Self::SharedLock { .. } => "shared-lock",
        }
    }

    /// What was found.
    pub fn what(&self) -> String {
        match self {
            Self::Interrupted { session } => format!("session {session} is not over, and nobody drives it"),
            Self::DeadDriver { pid } => format!("the driver's lock names process {pid}, which is dead"),
            Self::AnswersWait { session, count } => {
                format!("{count} answers or requests to session {session} wait for a driver")
            }
            Self::Projection { session, what } => {
                format!("tables of session {session} differ from its journal: {}", what.join(", "))
            }
            Self::SnapshotRef { run, number, commit, found } => {
                let place =
                    found.as_ref().map_or_else(|| "gone".to_owned(), |at| format!("at {}", at.short()));
                format!("the ref of snapshot {number} of run {run} ({}) is {place}", commit.short())
            }
            Self::SnapshotUnreadable { run, number, commit } => {
                format!("snapshot {number} of run {run} ({}) cannot be read to its end", commit.short())
            }
            Self::BranchGone { session, tip } => {
                format!("branch conductor/s{session} is gone; it was at {}", tip.short())
            }
            Self::BranchBehind { session, found, tip } => format!(
                "branch conductor/s{session} is at {}, behind {} that has landed on it",
                found.short(),
                tip.short()
            ),
            Self::BranchStrange { what, .. } => what.clone(),
            Self::BranchUnknown { branch } => format!("branch {branch} belongs to no session"),
            Self::NotOnBranch { run, commit } => {
                format!("run {run} has landed as {}, which is not on its session's branch", commit.short())
            }
            Self::NotInJournal { run, commit } => {
                format!(
                    "commit {} says that it is run {run}, and the journal knows nothing of it",
                    commit.short()
                )
            }
            Self::WorkspaceGone { run, path, .. } => {
                format!("the workspace of run {run} is not at {}", path.display())
            }
            Self::WorkspaceLeft { run, path } => {
                format!("the workspace of run {run}, which is over, is still at {}", path.display())
            }
            Self::WorkspaceKept { path, why, .. } => format!("{} was kept: {why}", path.display()),
            Self::WorkspaceUnknown { path } => format!("{} belongs to no run", path.display()),
            Self::GateLeft { path, .. } => format!("a checkout for gates is left at {}", path.display()),
            Self::TemporaryLeft { path } => format!("temporary files are left at {}", path.display()),
            Self::ClaimLeft { task, run, .. } => format!("{task} is still held by run {run}, which is over"),
            Self::ClosedWithoutCommit { task, run } => {
                format!("{task} was closed by Conductor, and run {run} has landed nothing")
            }
            Self::ProcessLeft { pid, workspace } => {
                format!("process {pid} is left of what was started for {}", workspace.display())
            }
            Self::OwnLock { path } => format!("a killed git left {}", path.display()),
            Self::SharedLock { path, age, .. } => {
                format!("{} is there, {} old", path.display(), old(*age))
            }
        }
    }

    /// Why it matters.
    pub fn why(&self) -> String {
        let text = match self {
            Self::Interrupted { .. } => "its tasks stay claimed and its work unfinished",
            Self::DeadDriver { .. } => "nothing depends on it; the next driver writes its own name there",
            Self::AnswersWait { .. } => "nothing is done about them until the session is driven",
            Self::Projection { .. } => "status, inbox and logs show what is not so",
            Self::SnapshotRef { .. } => "git may delete the saved work at its next cleaning",
            Self::SnapshotUnreadable { .. } => "what the agent did until then cannot be brought back from it",
            Self::BranchGone { .. } => {
                "what landed on it can be reached by no branch, and git may delete it in time"
            }
            Self::BranchBehind { .. } => {
                "tasks that are done are missing from it, and from what would be landed"
            }
            Self::BranchStrange { .. } | Self::NotInJournal { .. } => "no gate of the session's has seen it",
            Self::BranchUnknown { .. } => {
                "it is left of a session that was never written down, or somebody made it"
            }
            Self::NotOnBranch { .. } => "the task counts as done, and its work would not be landed",
            Self::WorkspaceGone { saved: Some(_), .. } => {
                "what its agent did since the last snapshot is not there"
            }
            Self::WorkspaceGone { saved: None, .. } => {
                "what its agent did is not there, and nothing was saved of it yet"
            }
            Self::WorkspaceLeft { .. } | Self::GateLeft { .. } | Self::TemporaryLeft { .. } => {
                "it takes space"
            }
            Self::WorkspaceKept { .. } => "what is in it is nowhere else",
            Self::WorkspaceUnknown { .. } => "it may hold work of a session that is not in this database",
            Self::ClaimLeft { .. } => "nobody else can begin the task",
            Self::ClosedWithoutCommit { .. } => "a task is done only when its work has landed",
            Self::ProcessLeft { .. } => "it may still change files",
            Self::OwnLock { .. } => "git refuses for ever what needs it",
            Self::SharedLock { hinders, .. } => hinders,
        };
        text.to_owned()
    }

    /// What to do.
    pub fn advice(&self) -> String {
        if self.is_mendable() {
            return "conductor doctor --fix".to_owned();
        }
        match self {
            Self::Interrupted { session } | Self::AnswersWait { session, .. } => {
                format!("conductor orchestrate resume --session {session}")
            }
            Self::SnapshotRef { run, number, commit, .. } => format!(
                "if the ref is not yours, put it back: git update-ref refs/conductor/snap/{run}/{number} {commit}"
            ),
            Self::SnapshotUnreadable { .. } => {
                "fetch the missing objects from another clone or a backup, if there is one; else have the task done again"
                    .to_owned()
            }
            Self::BranchStrange { session, .. } => format!("git log conductor/s{session}"),
            Self::BranchUnknown { branch } => format!("look at it (git log {branch}); delete it if it is not yours"),
            Self::NotOnBranch { commit, .. } => format!("look at it (git show {commit}); bring it back by git cherry-pick, or reopen the task"),
            Self::NotInJournal { commit, .. } => format!("look at it: git show {commit}"),
            Self::WorkspaceGone { path, saved, .. } => {
                let from = saved.map_or_else(|| "from nothing".to_owned(), |n| format!("from snapshot {n}"));
                format!("if you moved it, move it back to {} first; else `resume` goes on {from}", path.display())
            }
            Self::WorkspaceKept { path, .. } | Self::WorkspaceUnknown { path } => {
                format!("take what you need and delete it: {}", path.display())
            }
            Self::ClosedWithoutCommit { task, .. } => format!("taskwerk reopen {task} --reason \"nothing landed\""),
            Self::SharedLock { path, .. } => {
                format!("if no git of yours is at work (an editor may be open for it), delete {}", path.display())
            }
            Self::DeadDriver { .. }
            | Self::Projection { .. }
            | Self::BranchGone { .. }
            | Self::BranchBehind { .. }
            | Self::WorkspaceLeft { .. }
            | Self::GateLeft { .. }
            | Self::TemporaryLeft { .. }
            | Self::ClaimLeft { .. }
            | Self::ProcessLeft { .. }
            | Self::OwnLock { .. } => String::new(),
        }
    }

    /// Whether it can be put right without a person, and without losing anything.
    pub fn is_mendable(&self) -> bool {
        match self {
            Self::DeadDriver { .. }
            | Self::Projection { .. }
            | Self::SnapshotRef { found: None, .. }
            | Self::BranchGone { .. }
            | Self::BranchBehind { .. }
            | Self::WorkspaceLeft { .. }
            | Self::GateLeft { .. }
            | Self::TemporaryLeft { .. }
            | Self::ClaimLeft { .. }
            | Self::ProcessLeft { .. }
            | Self::OwnLock { .. } => true,
            Self::Interrupted { .. }
            | Self::AnswersWait { .. }
            | Self::SnapshotRef { found: Some(_), .. }
            | Self::SnapshotUnreadable { .. }
            | Self::BranchStrange { .. }
            | Self::BranchUnknown { .. }
            | Self::NotOnBranch { .. }
            | Self::NotInJournal { .. }
            | Self::WorkspaceGone { .. }
            | Self::WorkspaceKept { .. }
            | Self::WorkspaceUnknown { .. }
            | Self::ClosedWithoutCommit { .. }
            | Self::SharedLock { .. } => false,
        }
    }

    /// Whether work is lost, or would land unseen or not at all, unless a person does something.
    pub fn is_harm(&self) -> bool {
        match self {
            Self::SnapshotUnreadable { .. }
            | Self::SnapshotRef { found: Some(_), .. }
            | Self::BranchStrange { .. }
            | Self::NotOnBranch { .. }
            | Self::NotInJournal { .. }
            | Self::ClosedWithoutCommit { .. } => true,
            Self::Interrupted { .. }
            | Self::DeadDriver { .. }
            | Self::AnswersWait { .. }
            | Self::Projection { .. }
            | Self::SnapshotRef { found: None, .. }
            | Self::BranchGone { .. }
            | Self::BranchBehind { .. }
            | Self::BranchUnknown { .. }
            | Self::WorkspaceGone { .. }
            | Self::WorkspaceLeft { .. }
            | Self::WorkspaceKept { .. }
            | Self::WorkspaceUnknown { .. }
            | Self::GateLeft { .. }
            | Self::TemporaryLeft { .. }
            | Self::ClaimLeft { .. }
            | Self::ProcessLeft { .. }
            | Self::OwnLock { .. }
            | Self::SharedLock { .. } => false,
        }
    }
}

fn old(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7200 => format!("{} minutes", seconds / 60),
        7200..172_800 => format!("{} hours", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}
