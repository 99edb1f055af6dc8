//! Saved work with what is known of its run, for the commands that list it and bring it back.

use std::collections::BTreeMap;
use std::path::PathBuf;

use cli_kit::CliError;
use conductor_engine::ids::{Oid, RunId, TaskRef};
use conductor_engine::session::{Phase, Run};
use conductor_host::git::{SavedKind, SavedWork};
use serde_json::{Value, json};
use taskwerk_client::model::ListQuery;

use super::error::{failed, from_host};
use super::opened::Opened;
use super::status::ending_word;
use crate::failure::{from_client, from_journal};

/// Work that a ref keeps, and whose it is.
pub(super) struct Saved {
    pub(super) work: SavedWork,
    /// The task as people name it; its stable id when it was deleted. `None` for a run that is not known.
    pub(super) task: Option<String>,
    pub(super) run: Option<Run>,
    /// The workspaces of the run that are still there.
    pub(super) workspaces: Vec<PathBuf>,
}

/// Whose saved work is wanted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanted<'a> {
    pub(super) task: Option<&'a TaskRef>,
    pub(super) run: Option<RunId>,
}

/// The saved work of a task, a run or the session that `--session` names; of all without any of these. By run, the
/// oldest first.
pub(super) fn saved(opened: &Opened, wanted: Wanted<'_>) -> Result<Vec<Saved>, CliError> {
    let runs: BTreeMap<RunId, Run> =
        opened.db.all_runs().map_err(from_journal)?.into_iter().map(|run| (run.id, run)).collect();
    let query = ListQuery { include_closed: true, ..ListQuery::default() };
    let tasks = opened.project.tasks.list(&query).map_err(from_client)?;
    let names: BTreeMap<TaskRef, String> =
        tasks.iter().map(|task| (TaskRef(task.uid.to_string()), task.id.to_string())).collect();
    let places = opened.host.places().map_err(|e| from_host(&e))?;
    let session = opened.named_session()?;
    let mut all = Vec::new();
    for work in opened.host.repo.saved_work().map_err(|e| failed(&e))? {
        let run = runs.get(&work.run);
        let fits = session.is_none_or(|id| work.run.session == id)
            && wanted.run.is_none_or(|id| work.run == id)
            && wanted.task.is_none_or(|task| run.is_some_and(|run| &run.task == task));
        if fits {
            all.push(Saved {
                task: run.map(|run| names.get(&run.task).unwrap_or(&run.task.0).clone()),
                run: run.cloned(),
                workspaces: places.workspaces(work.run).into_iter().filter(|path| path.exists()).collect(),
                work,
            });
        }
    }
    Ok(all)
}

impl Saved {
    /// Where the run started, as far as it is known.
    pub(super) fn base(&self) -> Option<&Oid> {
        match self.work.kind {
            // A run that started afresh has more than one beginning; a snapshot knows its own.
            SavedKind::Snapshot(_) => self.work.parent.as_ref(),
            SavedKind::OwnCommit => self.run.as_ref()?.base.as_ref(),
        }
    }

    /// How many files differ from where the run started; `None` when that cannot be told.
    pub(super) fn files(&self, opened: &Opened) -> Option<usize> {
        let changes = opened.host.repo.changes(self.base()?, self.work.commit.as_ref()?);
        changes.ok().map(|changes| changes.len())
    }

    /// `snapshot 2`, or `agent's commit`.
    pub(super) fn what(&self) -> String {
        match self.work.kind {
            SavedKind::Snapshot(number) => format!("snapshot {number}"),
            SavedKind::OwnCommit => "agent's commit".to_owned(),
        }
    }

    /// How the run stands: `landed`, `held`, `stopped`.
    pub(super) fn state(&self) -> String {
        match &self.run {
            None => "unknown".to_owned(),
            Some(Run { phase: Phase::Ended(ending), .. }) => ending_word(ending).to_owned(),
            Some(run) => format!("{:?}", run.phase.tag()).to_lowercase(),
        }
    }

    pub(super) fn document(&self, opened: &Opened) -> Value {
        let number = match self.work.kind {
            SavedKind::Snapshot(number) => Some(number),
            SavedKind::OwnCommit => None,
        };
        json!({
            "session": self.work.run.session,
            "run": self.work.run,
            "task_id": self.task,
            "kind": if number.is_some() { "snapshot" } else { "own-commit" },
            "number": number,
            "ref": self.work.name.as_str(),
            "commit": self.work.commit,
            "base": self.base(),
            "at": self.work.at,
            "files": self.files(opened),
            "state": self.state(),
            "workspaces": self.workspaces,
            "kept": self.run.as_ref().and_then(|run| run.kept.clone()),
        })
    }
}
