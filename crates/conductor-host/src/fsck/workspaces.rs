//! What lies outside the checkout: workspaces of runs, checkouts for gates, temporary files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use conductor_engine::effect::Verb;
use conductor_engine::ids::RunId;
use conductor_engine::session::{Run, Session};

use super::view::View;
use super::{Finding, Scope, Standing, is_over, standing};
use crate::perform::{gate_of, owner_of};

pub(super) fn look(view: &View<'_>, found: &mut Vec<Finding>) {
    for known in view.resting() {
        gone(view, &known.session, found);
    }
    left(view, found);
    if view.scope == Scope::All && view.driver.is_none() {
        gates(view, found);
        temporary(view, found);
    }
}

/// Workspaces that should be there.
fn gone(view: &View<'_>, session: &Session, found: &mut Vec<Finding>) {
    let needs_one = |run: &&Run| {
        !is_over(session, run)
            && run.workspace
            && run.base.is_some()
            && !run.pending.contains(&Verb::Worktree)
    };
    for run in session.runs.values().filter(needs_one) {
        let there = |path: &PathBuf| view.host.repo.find_workspace(path).is_some();
        if !view.places.workspaces(run.id).iter().any(there) {
            let saved = run.snapshot.as_ref().map(|saved| saved.number);
            found.push(Finding::WorkspaceGone { run: run.id, path: view.places.workspace(run.id, 0), saved });
        }
    }
}

/// What is among the workspaces and belongs to no run that goes on.
fn left(view: &View<'_>, found: &mut Vec<Finding>) {
    let mut seen: BTreeSet<(RunId, u32)> = BTreeSet::new();
    for path in entries(&view.places.runs()) {
        let owner = path.file_name().and_then(|name| name.to_str()).and_then(owner_of);
        let Some((run, again)) = owner else {
            if view.scope == Scope::All {
                found.push(Finding::WorkspaceUnknown { path });
            }
            continue;
        };
        if let Scope::Drive(session) = view.scope
            && run.session != session
        {
            continue;
        }
        if view.driver.is_some() || !seen.insert((run, again)) {
            continue;
        }
        let path = view.places.workspace(run, again);
        match standing(&view.known, run) {
            Standing::Live => {}
            Standing::Over(state) => match &state.kept {
                // Told when it was kept, and whenever a person asks.
                Some(_) if view.scope != Scope::All => {}
                Some(why) => found.push(Finding::WorkspaceKept { run, path, why: why.clone() }),
                None => found.push(Finding::WorkspaceLeft { run, path }),
            },
            Standing::Unknown => found.push(Finding::WorkspaceUnknown { path }),
        }
    }
}

fn gates(view: &View<'_>, found: &mut Vec<Finding>) {
    for path in entries(&view.places.gates()) {
        if let Some((session, slot)) = path.file_name().and_then(|name| gate_of(name.to_str()?)) {
            found.push(Finding::GateLeft { session, slot, path });
        }
    }
}

/// Those of a run that goes on may be wanted by its agent's next attempt.
fn temporary(view: &View<'_>, found: &mut Vec<Finding>) {
    for path in entries(&view.places.temporary()) {
        let name = path.file_name().and_then(|name| name.to_str());
        let run = name.and_then(|name| name.rsplit_once('-')?.0.parse().ok());
        if run.is_some_and(|run| matches!(standing(&view.known, run), Standing::Over(_) | Standing::Unknown))
        {
            found.push(Finding::TemporaryLeft { path });
        }
    }
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
