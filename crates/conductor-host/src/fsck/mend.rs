//! Putting things right. Each of these may be repeated, and none deletes what is nowhere else.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;

use conductor_engine::ids::{Oid, RunId, SessionId};
use conductor_engine::session::Run;
use taskwerk_client::TasksError;
use taskwerk_model::{Children, Command, FencingToken, Guard, Status, TaskId, Verb};

use super::refs::landed_as;
use super::view::View;
use super::{Finding, FsckError, Mended, Standing, standing};
use crate::clock;
use crate::git::{GitError, RefError, RefName, Removal, snapshot_ref};
use crate::perform::{cache_dirs, kept_why, session_branch};
use crate::process::sweep;

pub(super) fn mend(view: &mut View<'_>, finding: &Finding) -> Result<Mended, FsckError> {
    match finding {
        // Taking the lock has done it.
        Finding::DeadDriver { .. } => Ok(Mended::Done),
        Finding::Projection { session, .. } => projection(view, *session),
        Finding::SnapshotRef { run, number, commit, .. } => {
            make_ref(view, &snapshot_ref(*run, *number)?, commit)
        }
        Finding::BranchGone { session, tip } => make_ref(view, &session_branch(*session)?.to_ref(), tip),
        Finding::BranchBehind { session, found, tip } => forward(view, *session, found, tip),
        Finding::WorkspaceLeft { run, path } => workspace(view, *run, path),
        Finding::GateLeft { session, slot, path } => {
            let known = view.known.iter().find(|known| known.session.id == *session);
            let caches =
                known.map(|known| cache_dirs(&known.setup.gates, &view.places, *slot)).unwrap_or_default();
            view.host.repo.clear_gate_workspace(path, &caches)?;
            Ok(Mended::Done)
        }
        Finding::TemporaryLeft { path } => deleted(fs::remove_dir_all(path)),
        Finding::ClaimLeft { task, run, token } => claim(view, task, *run, *token),
        Finding::ProcessLeft { workspace, .. } => process(workspace),
        Finding::OwnLock { path } => deleted(fs::remove_file(path)),
        Finding::Interrupted { .. }
        | Finding::AnswersWait { .. }
        | Finding::SnapshotUnreadable { .. }
        | Finding::BranchStrange { .. }
        | Finding::BranchUnknown { .. }
        | Finding::NotOnBranch { .. }
        | Finding::NotInJournal { .. }
        | Finding::WorkspaceGone { .. }
        | Finding::WorkspaceKept { .. }
        | Finding::WorkspaceUnknown { .. }
        | Finding::ClosedWithoutCommit { .. }
        | Finding::SharedLock { .. } => Ok(Mended::Left { why: finding.advice() }),
    }
}

fn left(why: impl Into<String>) -> Result<Mended, FsckError> {
    Ok(Mended::Left { why: why.into() })
}

/// What is gone already is as it should be.
fn deleted(result: io::Result<()>) -> Result<Mended, FsckError> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::NotFound => left(error.to_string()),
        Ok(()) | Err(_) => Ok(Mended::Done),
    }
}

fn projection(view: &mut View<'_>, id: SessionId) -> Result<Mended, FsckError> {
    if let Some(known) = view.known.iter().find(|known| known.session.id == id) {
        view.db.reproject(&known.session)?;
    }
    Ok(Mended::Done)
}

fn make_ref(view: &View<'_>, name: &RefName, commit: &Oid) -> Result<Mended, FsckError> {
    let repo = &view.host.repo;
    if !repo.unreadable(std::slice::from_ref(commit))?.is_empty() {
        return left(format!(
            "the objects of {} are gone: fetch them from another clone or a backup",
            commit.short()
        ));
    }
    match repo.create_ref(name, commit) {
        Ok(()) => Ok(Mended::Done),
        Err(RefError::Moved { .. }) => left(format!("somebody has made {name} meanwhile")),
        Err(RefError::Git(error)) => Err(error.into()),
    }
}

/// Brings a branch forward to what has landed on it. What it is at now is a part of that.
fn forward(view: &View<'_>, session: SessionId, found: &Oid, tip: &Oid) -> Result<Mended, FsckError> {
    let branch = session_branch(session)?;
    if let Some(checkout) = view.host.repo.checked_out(&branch)? {
        return left(format!(
            "it is checked out in {}: let go of it there (git switch --detach)",
            checkout.display()
        ));
    }
    match view.host.repo.move_ref(&branch.to_ref(), found, tip) {
        Ok(()) => Ok(Mended::Done),
        Err(RefError::Moved { .. }) => left("somebody has moved it meanwhile"),
        Err(RefError::Git(error)) => Err(error.into()),
    }
}

/// Removes the workspace of a run that is over: what is in it is saved first, and compared with what was saved.
fn workspace(view: &View<'_>, run: RunId, path: &Path) -> Result<Mended, FsckError> {
    let Standing::Over(state) = standing(&view.known, run) else { return left("its run goes on") };
    match removed(view, state, path)? {
        Removal::Removed => Ok(Mended::Done),
        Removal::Kept { why } => left(format!("kept: {}", kept_why(&why))),
    }
}

fn removed(view: &View<'_>, state: &Run, path: &Path) -> Result<Removal, GitError> {
    let repo = &view.host.repo;
    let Some(workspace) = repo.find_workspace(path) else {
        // An agent is let in only when it is ready; if none ever was, nothing in it is anybody's work.
        return repo.clear_workspace_remains(path, state.counters.attempts == 0);
    };
    if let Some(saved) = &state.snapshot {
        let name = snapshot_ref(state.id, saved.number)?;
        if let Removal::Removed = repo.remove_workspace(&workspace, &name)? {
            return Ok(Removal::Removed);
        }
    }
    let saved = repo.snapshot(&workspace, state.counters.snapshots + 1, clock::now())?;
    repo.remove_workspace(&workspace, &saved.name)
}

/// Gives a task back, unless somebody else has it by now. One whose work has landed is not begun again.
fn claim(view: &View<'_>, task: &TaskId, run: RunId, token: FencingToken) -> Result<Mended, FsckError> {
    let tasks = &view.tasks;
    let current = tasks.last_claim_of(task)?.filter(|claim| claim.token == token);
    let Some(claim) = current else { return Ok(Mended::Done) };
    let live = claim.is_live(tasks.now());
    let guard = if live { Guard::token(token) } else { Guard::default() };
    let landed = matches!(standing(&view.known, run), Standing::Over(state) if landed_as(state).is_some());
    let mut commands = Vec::new();
    if tasks.get(task)?.status == Status::InProgress && !landed {
        let to = Verb::To(Status::Todo);
        let note = format!("Given back: run {run} is over.");
        commands.push(Command::Move {
            task: task.clone(),
            to,
            reason: None,
            children: Children::Refuse,
            guard,
        });
        commands.push(Command::Note { task: task.clone(), text: note });
    }
    if live {
        commands.push(Command::Release { task: task.clone(), guard });
    }
    match tasks.execute(Command::All(commands)) {
        Ok(_) => Ok(Mended::Done),
        Err(TasksError::Refused(refusal)) => left(refusal.to_string()),
        Err(error @ TasksError::Store(_)) => Err(error.into()),
    }
}

/// Ends what was started for a workspace. By its mark alone: a person may have gone into the folder to look.
fn process(workspace: &Path) -> Result<Mended, FsckError> {
    let nowhere = Path::new("/nonexistent/conductor");
    if sweep(OsStr::new("CONDUCTOR_WORKSPACE"), workspace.as_os_str(), nowhere)? {
        Ok(Mended::Done)
    } else {
        left("it cannot be ended")
    }
}
