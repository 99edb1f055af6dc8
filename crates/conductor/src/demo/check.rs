//! Looks again at what was done, past everything that was printed: tasks, commits, evidence, checkout.

use std::collections::BTreeMap;

use conductor_engine::control::Ruling;
use conductor_engine::event::Event;
use conductor_engine::ids::{EvidenceId, Oid, RunId, SessionId};
use conductor_engine::session::{Hold, HoldKind, Run, Session};
use conductor_host::gates::digest;
use conductor_host::git::{Head, LandedRun, Repo, RepoPath};
use conductor_host::journal::{Database, JournalError, Metrics};
use conductor_host::process::Cmd;
use serde::Serialize;
use taskwerk_client::model::{ListQuery, Status, Task};
use taskwerk_client::{FOLDER, Tasks};

use super::error::{DemoError, Flaw};
use super::place::Place;

/// The session as it is at the end.
#[derive(Debug, Serialize)]
pub(super) struct Picture {
    pub(super) id: SessionId,
    /// Who worked.
    pub(super) agent: String,
    /// Whether that was a recording.
    pub(super) replay: bool,
    /// The branch that everything is on.
    pub(super) branch: String,
    /// The commit with which it began.
    pub(super) base: Oid,
    /// The commit that it is at.
    pub(super) tip: Oid,
    pub(super) commits: usize,
    pub(super) attempts: u64,
    pub(super) failed_gates: usize,
    /// Times that a person had to act.
    pub(super) answers: u64,
    pub(super) tasks: Vec<TaskPicture>,
}

/// A task with what proves that it is done.
#[derive(Debug, Serialize)]
pub(super) struct TaskPicture {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) status: Status,
    pub(super) attempts: u32,
    pub(super) failed_gates: usize,
    /// Whether a person had to accept it.
    pub(super) accepted: bool,
    /// How many tests ran.
    pub(super) tests: Option<usize>,
    pub(super) commit: Oid,
    /// The evidence that the commit names, and that names the commit's tree.
    pub(super) evidence: EvidenceId,
}

/// What the demonstration left behind.
struct Seen {
    repo: Repo,
    db: Database,
    session: Session,
    agent: String,
    replay: bool,
    metrics: Metrics,
    base: Oid,
    tip: Oid,
    landed: Vec<LandedRun>,
    tasks: Vec<Task>,
    /// How often the gates of a run failed.
    failures: BTreeMap<RunId, usize>,
}

/// Draws the picture from the stores and the repository.
///
/// # Errors
/// When anything is not as it has to be, with everything that is not.
pub(super) fn check(place: &Place, expected_tasks: usize) -> Result<Picture, DemoError> {
    let seen = Seen::new(place)?;
    let mut flaws = seen.flaws(expected_tasks)?;
    let commits = commits(place, &seen)?;
    if commits != seen.tasks.len() {
        flaws.push(Flaw::CommitCount { expected: seen.tasks.len(), found: commits });
    }
    let mut tasks = Vec::new();
    for task in &seen.tasks {
        match seen.task(task)? {
            Ok(picture) => tasks.push(picture),
            Err(flaw) => flaws.push(flaw),
        }
    }
    if !flaws.is_empty() {
        return Err(DemoError::Untrue(flaws));
    }
    Ok(Picture {
        id: seen.session.id,
        agent: seen.agent,
        replay: seen.replay,
        branch: "main".to_owned(),
        base: seen.base,
        tip: seen.tip,
        commits,
        attempts: seen.metrics.attempts,
        failed_gates: seen.failures.values().sum(),
        answers: seen.metrics.interventions,
        tasks,
    })
}

/// How many commits main has that it did not have at the beginning, whoever made them.
fn commits(place: &Place, seen: &Seen) -> Result<usize, DemoError> {
    let range = format!("{}..{}", seen.base, seen.tip);
    let cmd = Cmd::new("git", place.repository()).args(["rev-list", "--count", &range]);
    let output = cmd.envs(place.env().clone()).run()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().map_err(|_| DemoError::Git(String::from_utf8_lossy(&output.stderr).into_owned()))
}

impl Seen {
    fn new(place: &Place) -> Result<Self, DemoError> {
        let none = |flaw| DemoError::Untrue(vec![flaw]);
        let repo = Repo::discover(&place.repository(), place.env())?;
        let store = Tasks::open(&place.repository(), None)?;
        let db = Database::open(store.data_dir())?;
        let id = db.newest_session()?.ok_or_else(|| none(Flaw::NoSession))?;
        let base = db.setup(id)?.base;
        let tip = match repo.head()? {
            Head::Branch { name, tip } if name.as_str() == "main" => tip,
            Head::Branch { .. } | Head::Detached { .. } => return Err(none(Flaw::NoBranch)),
        };
        let mut failures = BTreeMap::new();
        for row in db.rows(id, 0)? {
            if let Event::GatesFailed { run, .. } = row.event {
                *failures.entry(run).or_default() += 1;
            }
        }
        let row = db.session_row(id)?;
        Ok(Self {
            landed: repo.landed_runs(&tip, &base)?,
            session: db.fold(id)?,
            agent: row.agent,
            replay: db.setup(id)?.replay.is_some(),
            metrics: row.metrics,
            tasks: store.list(&ListQuery { include_closed: true, ..ListQuery::default() })?,
            repo,
            db,
            base,
            tip,
            failures,
        })
    }

    /// What is not as it has to be, apart from the single tasks.
    fn flaws(&self, expected_tasks: usize) -> Result<Vec<Flaw>, DemoError> {
        let mut flaws = Vec::new();
        if self.tasks.len() != expected_tasks {
            flaws.push(Flaw::TaskCount { expected: expected_tasks, found: self.tasks.len() });
        }
        if self.failures.is_empty() {
            flaws.push(Flaw::NoFailedGate);
        }
        if !self.session.runs.values().any(|run| self.was_accepted(run)) {
            flaws.push(Flaw::NoHold);
        }
        let state = self.repo.work_state()?;
        // What Taskwerk keeps beside the code is the user's to commit or not.
        let foreign = |path: &RepoPath| !path.as_path().starts_with(FOLDER);
        if !state.changed.is_empty() || state.untracked.iter().any(foreign) {
            flaws.push(Flaw::Dirty);
        }
        Ok(flaws)
    }

    fn task(&self, task: &Task) -> Result<Result<TaskPicture, Flaw>, DemoError> {
        let id = task.id.to_string();
        if task.status != Status::Done {
            return Ok(Err(Flaw::NotDone(id)));
        }
        let landed = self.landed.iter().find(|landed| landed.trailers.task.as_ref() == Some(&id));
        let run = landed.and_then(|landed| self.session.runs.get(&landed.trailers.run?));
        let (Some(landed), Some(run)) = (landed, run) else { return Ok(Err(Flaw::NoCommit(id))) };
        if !(self.replay && landed.trailers.agent.as_deref() == Some(self.agent.as_str())) {
            return Ok(Err(Flaw::NotLabelled(id)));
        }
        let Some((evidence, tests)) = self.evidence(landed)? else { return Ok(Err(Flaw::Evidence(id))) };
        Ok(Ok(TaskPicture {
            title: task.title.to_string(),
            status: task.status,
            attempts: run.counters.attempts,
            failed_gates: self.failures.get(&run.id).copied().unwrap_or_default(),
            accepted: self.was_accepted(run),
            tests,
            commit: landed.commit.clone(),
            evidence,
            id,
        }))
    }

    /// The evidence that a commit names, and how many tests ran, if it holds: it is stored unchanged, it is of this
    /// commit's tree, and every gate in it passed.
    fn evidence(&self, landed: &LandedRun) -> Result<Option<(EvidenceId, Option<usize>)>, DemoError> {
        let Some(id) = &landed.trailers.evidence else { return Ok(None) };
        let evidence = match self.db.evidence(id) {
            Ok(evidence) => evidence,
            Err(JournalError::NoEvidence(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let holds = digest(&evidence) == *id
            && evidence.tree == self.repo.tree_of(&landed.commit)?
            && !evidence.gates.is_empty()
            && evidence.passed();
        Ok(holds.then(|| (id.clone(), evidence.tests_run())))
    }

    fn was_accepted(&self, run: &Run) -> bool {
        let accepted = |hold: &Hold| hold.kind == HoldKind::Approval && hold.ruling == Some(Ruling::Accept);
        self.session.holds.values().any(|hold| hold.run == run.id && accepted(hold))
    }
}

#[cfg(test)]
mod tests {
    use cli_kit::Env;

    use super::*;

    #[test]
    fn a_repository_in_which_nothing_was_done_is_no_success() {
        let base = tempfile::tempdir().unwrap();
        let place = Place::new(Some(base.path()), &Env::default()).unwrap();
        place.fill().unwrap();
        Tasks::init(&place.repository()).unwrap();
        assert!(matches!(check(&place, 6), Err(DemoError::Untrue(flaws)) if flaws == [Flaw::NoSession]));
    }
}
