//! What Conductor's git does, beside git itself on the same files. `cargo xtask bench --only trees` runs it.
//!
//! - `trees prepare REPOSITORY FOLDER`: a workspace of a run in that folder with a snapshot of it, and a gate
//!   workspace of the newest commit.
//! - `trees open REPOSITORY`: what a driver does once, before anything else.
//! - `trees snapshot REPOSITORY FOLDER NUMBER`: the same, then a snapshot of the workspace.
//! - `trees gate REPOSITORY FOLDER COMMIT`: the same, then the gate workspace, filled with another commit.

use std::path::Path;

use conductor_engine::ids::{Oid, RunId, SessionId};
use conductor_host::git::{BranchName, Repo, Workspace, WorkspaceSpec};
use conductor_host::process::EnvMap;
use jiff::Timestamp;

type Problem = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Problem> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let env: EnvMap = std::env::vars_os().collect();
    match words.as_slice() {
        ["prepare", repository, folder] => {
            let repo = Repo::discover(Path::new(repository), &env)?;
            let workspace = workspace(&repo, Path::new(folder))?;
            repo.snapshot(&workspace, 1, Timestamp::UNIX_EPOCH)?;
            let tree = repo.tree_of(repo.head()?.tip())?;
            repo.ensure_gate_workspace(&Path::new(folder).join("gate"), &tree, &[])?;
        }
        ["open", repository] => drop(Repo::discover(Path::new(repository), &env)?),
        ["snapshot", repository, folder, number] => {
            let repo = Repo::discover(Path::new(repository), &env)?;
            let found = repo.find_workspace(&Path::new(folder).join("run"));
            let workspace = found.ok_or("there is no workspace: prepare it first")?;
            let saved = repo.snapshot(&workspace, number.parse()?, Timestamp::UNIX_EPOCH)?;
            if !saved.is_complete() {
                return Err("the snapshot is not complete, so its time says nothing".into());
            }
        }
        ["gate", repository, folder, commit] => {
            let repo = Repo::discover(Path::new(repository), &env)?;
            let tree = repo.tree_of(&Oid::parse(commit)?)?;
            repo.ensure_gate_workspace(&Path::new(folder).join("gate"), &tree, &[])?;
        }
        _ => return Err("see the top of this file for how it is called".into()),
    }
    Ok(())
}

/// The workspace of the only run.
fn workspace(repo: &Repo, folder: &Path) -> Result<Workspace, Problem> {
    let spec = WorkspaceSpec {
        path: folder.join("run"),
        run: RunId { session: SessionId(1), number: 1 },
        branch: BranchName::parse("feature/one")?,
        base: repo.head()?.tip().clone(),
    };
    Ok(repo.ensure_workspace(&spec)?)
}
