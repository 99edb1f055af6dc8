//! Saved work and the branches of sessions.

use std::collections::BTreeMap;

use conductor_engine::ids::{Oid, RunId};
use conductor_engine::session::{Ending, Phase, Run, Session, Status};

use super::view::{Known, View};
use super::{Finding, FsckError, Scope};
use crate::git::{BranchName, dropped_ref, snapshot_ref};
use crate::perform::{session_branch, stranger};

pub(super) fn look(view: &View<'_>, found: &mut Vec<Finding>) -> Result<(), FsckError> {
    for known in view.resting() {
        snapshots(view, &known.session, found)?;
        branch(view, known, found)?;
    }
    if view.scope == Scope::All {
        unknown_branches(view, found);
    }
    Ok(())
}

/// The commit as which a run has landed.
pub(super) fn landed_as(run: &Run) -> Option<&Oid> {
    match &run.phase {
        Phase::Ended(Ending::Landed { commit }) | Phase::Stopping(Ending::Landed { commit }) => Some(commit),
        Phase::Ended(_)
        | Phase::Stopping(_)
        | Phase::Queued
        | Phase::Preparing
        | Phase::Working(_)
        | Phase::Collecting
        | Phase::Gating(_)
        | Phase::Deciding(_)
        | Phase::Landing(_)
        | Phase::Waiting { .. }
        | Phase::Held(_) => None,
    }
}

/// Work that has landed is on a branch; all other saved work hangs on its ref.
fn snapshots(view: &View<'_>, session: &Session, found: &mut Vec<Finding>) -> Result<(), FsckError> {
    let mut kept = Vec::new();
    for run in session.runs.values().filter(|run| landed_as(run).is_none()) {
        let Some(saved) = &run.snapshot else { continue };
        let there = view.refs.get(&snapshot_ref(run.id, saved.number)?).cloned();
        if there.is_none() && view.refs.contains_key(&dropped_ref(run.id)?) {
            continue;
        }
        if there.as_ref() == Some(&saved.commit) {
            kept.push((run.id, saved));
        } else {
            let (number, commit) = (saved.number, saved.commit.clone());
            found.push(Finding::SnapshotRef { run: run.id, number, commit, found: there });
        }
    }
    if view.scope != Scope::All {
        return Ok(());
    }
    let commits: Vec<Oid> = kept.iter().map(|(_, saved)| saved.commit.clone()).collect();
    let broken = view.host.repo.unreadable(&commits)?;
    for (run, saved) in kept.into_iter().filter(|(_, saved)| broken.contains(&saved.commit)) {
        found.push(Finding::SnapshotUnreadable { run, number: saved.number, commit: saved.commit.clone() });
    }
    Ok(())
}

fn branch(view: &View<'_>, known: &Known, found: &mut Vec<Finding>) -> Result<(), FsckError> {
    let session = &known.session;
    let name = session_branch(session.id)?;
    let Some(tip) = view.refs.get(&name.to_ref()) else {
        if is_needed(view, known)? {
            let tip = newest_tip(view, session)?;
            found.push(Finding::BranchGone { session: session.id, tip });
        }
        return Ok(());
    };
    if !view.db.knows_tip(session.id, tip)? {
        let ours = view.db.newest_tip(session.id)?;
        let what = stranger(&name, tip, ours.as_deref());
        found.push(Finding::BranchStrange { session: session.id, what });
    } else if *tip != session.tip && view.host.repo.is_ancestor(tip, &session.tip)? {
        let (id, was) = (session.id, session.tip.clone());
        found.push(Finding::BranchBehind { session: id, found: tip.clone(), tip: was });
        return Ok(());
    }
    if view.scope == Scope::All { commits(view, known, tip, found) } else { Ok(()) }
}

/// Whether somebody still needs a branch that is gone: a session that goes on, or work that is nowhere else.
fn is_needed(view: &View<'_>, known: &Known) -> Result<bool, FsckError> {
    let session = &known.session;
    if matches!(session.status, Status::Active | Status::Paused { .. })
        || session.open_runs().next().is_some()
    {
        return Ok(true);
    }
    if view.scope != Scope::All || !session.runs.values().any(|run| landed_as(run).is_some()) {
        return Ok(false);
    }
    // What a later session has built upon, or the user's branch has, is not lost with this branch.
    let target = BranchName::parse(&known.setup.target)?.to_ref();
    let elsewhere = view.host.repo.read_ref(&target)?.into_iter().chain(view.refs.values().cloned());
    for other in elsewhere {
        if view.host.repo.is_ancestor(&session.tip, &other)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The last commit to which the branch was brought: a merge of the user's work, or a task taken back, is not in the
/// session's state.
fn newest_tip(view: &View<'_>, session: &Session) -> Result<Oid, FsckError> {
    let newest = view.db.newest_tip(session.id)?.and_then(|oid| Oid::parse(&oid).ok());
    let Some(newest) = newest.filter(|newest| *newest != session.tip) else { return Ok(session.tip.clone()) };
    // An object that is gone makes git refuse, and then it is not the one.
    let follows = view.host.repo.is_ancestor(&session.tip, &newest).unwrap_or(false);
    Ok(if follows { newest } else { session.tip.clone() })
}

/// The trailers on the branch against what the journal has as landed.
fn commits(view: &View<'_>, known: &Known, tip: &Oid, found: &mut Vec<Finding>) -> Result<(), FsckError> {
    let session = &known.session;
    let named = view.host.repo.landed_runs(tip, &known.setup.base)?;
    let mut on_branch: BTreeMap<RunId, Vec<Oid>> = BTreeMap::new();
    for landed in named {
        if let Some(run) = landed.trailers.run.filter(|run| run.session == session.id) {
            on_branch.entry(run).or_default().push(landed.commit);
        }
    }
    for run in session.runs.values() {
        let named = on_branch.remove(&run.id).unwrap_or_default();
        let ours = landed_as(run);
        if let Some(commit) = ours.filter(|commit| !named.contains(commit)) {
            found.push(Finding::NotOnBranch { run: run.id, commit: commit.clone() });
        }
        for commit in named {
            // One that a driver put there before it died is found again by the next.
            if ours != Some(&commit) && !view.db.knows_tip(session.id, &commit)? {
                found.push(Finding::NotInJournal { run: run.id, commit });
            }
        }
    }
    let unknown = on_branch.into_iter().flat_map(|(run, commits)| commits.into_iter().map(move |c| (run, c)));
    found.extend(unknown.map(|(run, commit)| Finding::NotInJournal { run, commit }));
    Ok(())
}

fn unknown_branches(view: &View<'_>, found: &mut Vec<Finding>) {
    for name in view.refs.keys() {
        let Some(branch) = name.as_str().strip_prefix("refs/heads/") else { continue };
        let number = branch.strip_prefix("conductor/s").and_then(|number| number.parse::<u64>().ok());
        if number.is_some_and(|number| view.known.iter().all(|known| known.session.id.0 != number)) {
            found.push(Finding::BranchUnknown { branch: branch.to_owned() });
        }
    }
}
