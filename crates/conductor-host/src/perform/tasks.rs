//! The task store as the orchestration sees it: facts for the engine, and the effects that change tasks.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use conductor_engine::effect::{Outcome, Refusal as ClaimRefusal, ReportAs, Verb as Effected};
use conductor_engine::event::TaskChange;
use conductor_engine::ids::{Oid, RunId, SessionId, TaskRef, Token};
use conductor_engine::session::{Session, Standing, TaskFacts};
use jiff::SignedDuration;
use taskwerk_client::{Tasks, TasksError};
use taskwerk_model::{
    Children, Claim, Command, Edit, FencingToken, Guard, ListQuery, Minutes, Patch, Priority, Reason,
    Refusal, Status, Task, TaskId, Verb, Worker,
};

use super::failed;
use super::failpoint::Place;
use super::site::Site;
use crate::prompt::Records;

/// For how long a claim holds without a heartbeat.
pub(crate) const CLAIM_TTL: SignedDuration = SignedDuration::from_mins(15);

/// The most characters of a reason that is written to a task; the rest is in the journal.
const REASON_LIMIT: usize = 900;

type Problem = Box<dyn Error>;

/// The name under which a run claims its task.
pub(crate) fn worker_name(run: RunId) -> String {
    format!("conductor/{run}")
}

/// The run whose claim this worker's is.
pub(crate) fn run_of_worker(worker: &str) -> Option<RunId> {
    worker.strip_prefix("conductor/")?.parse().ok()
}

/// Whether a claim is a run's, of whatever session.
pub(crate) fn is_session_worker(worker: &str) -> bool {
    run_of_worker(worker).is_some()
}

/// The beginning of the names of all workers of a session.
fn session_workers(session: SessionId) -> String {
    format!("conductor/{session}.")
}

/// What is known of the tasks, brought up to date by looking again.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    known: BTreeMap<TaskRef, TaskFacts>,
}

impl Facts {
    /// What the journal knows already. A task of these that is not in the store any more was deleted meanwhile.
    pub(crate) fn of(session: &Session) -> Self {
        Self { known: session.tasks.clone() }
    }

    /// Looks at the tasks and returns what changed since the last look.
    pub(crate) fn refresh(
        &mut self,
        tasks: &Tasks,
        session: SessionId,
    ) -> Result<Vec<TaskChange>, TasksError> {
        let all = tasks.list(&ListQuery { include_closed: true, ..ListQuery::default() })?;
        let ready: BTreeSet<TaskId> = tasks.ready(None)?.into_iter().map(|t| t.id).collect();
        let tree = Tree::new(&all);
        let mut changes = Vec::new();
        let mut seen = BTreeSet::new();
        for task in &all {
            let facts = tree.facts(tasks, task, &ready, session)?;
            seen.insert(facts.task.clone());
            if self.known.get(&facts.task) != Some(&facts) {
                changes.push(TaskChange::Is(facts.clone()));
                self.known.insert(facts.task.clone(), facts);
            }
        }
        let gone: Vec<TaskRef> = self.known.keys().filter(|t| !seen.contains(*t)).cloned().collect();
        for task in gone {
            self.known.remove(&task);
            changes.push(TaskChange::Deleted(task));
        }
        Ok(changes)
    }

    /// The id of a task as people name it.
    pub(crate) fn known(&self) -> &BTreeMap<TaskRef, TaskFacts> {
        &self.known
    }
}

/// All tasks, by id, to follow containment and dependencies.
struct Tree<'t> {
    by_id: BTreeMap<&'t TaskId, &'t Task>,
    containers: BTreeSet<TaskId>,
}

impl<'t> Tree<'t> {
    fn new(all: &'t [Task]) -> Self {
        Self {
            by_id: all.iter().map(|t| (&t.id, t)).collect(),
            containers: all.iter().filter_map(|t| t.parent.clone()).collect(),
        }
    }

    fn facts(
        &self,
        tasks: &Tasks,
        task: &Task,
        ready: &BTreeSet<TaskId>,
        session: SessionId,
    ) -> Result<TaskFacts, TasksError> {
        let needed = self.needed(task);
        let depends_on = needed.iter().map(|t| reference(t)).collect();
        Ok(TaskFacts {
            task: reference(task),
            id: task.id.to_string(),
            title: task.title.to_string(),
            standing: self.standing(tasks, task, ready, session, &needed)?,
            urgency: urgency(task.priority),
            created_at: task.created_at.timestamp(),
            estimate_minutes: task.estimate_minutes.map_or(0, |m| u64::from(m.get())),
            depends_on,
        })
    }

    fn standing(
        &self,
        tasks: &Tasks,
        task: &Task,
        ready: &BTreeSet<TaskId>,
        session: SessionId,
        needed: &[&Task],
    ) -> Result<Standing, TasksError> {
        match task.status {
            Status::Done => return Ok(Standing::Done),
            Status::Cancelled => return Ok(Standing::Gone),
            Status::Todo | Status::InProgress | Status::Paused | Status::Blocked | Status::Review => {}
        }
        if self.containers.contains(&task.id) {
            return Ok(Standing::Container);
        }
        if ready.contains(&task.id) {
            return Ok(Standing::Ready);
        }
        match task.status {
            // A person's word, also over a claim of ours.
            Status::Paused | Status::Blocked | Status::Review | Status::Done | Status::Cancelled => {
                return Ok(Standing::Aside { status: task.status.to_string() });
            }
            Status::Todo | Status::InProgress => {}
        }
        // A claim of ours that lapsed while the machine slept is ours all the same until somebody else has
        // taken the task.
        let claim = tasks.last_claim_of(&task.id)?;
        let ours = |c: &Claim| c.worker.as_str().starts_with(&session_workers(session));
        Ok(match (task.status, claim) {
            (Status::InProgress, Some(claim)) if ours(&claim) => Standing::Ours,
            (_, Some(claim)) if claim.is_live(tasks.now()) => {
                if ours(&claim) {
                    Standing::Ours
                } else {
                    Standing::Taken { by: claim.worker.to_string() }
                }
            }
            (Status::Todo, _) => Standing::Waiting { on: self.waits_on(task, needed) },
            (_, _) => Standing::Taken {
                by: task.assignee.as_ref().map_or_else(|| "somebody".to_owned(), ToString::to_string),
            },
        })
    }

    /// What keeps a task that is not ready: what it needs and is not done, else the parked container above.
    fn waits_on(&self, task: &Task, needed: &[&Task]) -> Vec<String> {
        let unmet: Vec<String> =
            needed.iter().filter(|t| t.status != Status::Done).map(|t| t.id.to_string()).collect();
        if !unmet.is_empty() {
            return unmet;
        }
        let above =
            task.id.ancestors().find(|id| self.by_id.get(id).is_some_and(|t| t.status != Status::Todo));
        above.map(|id| id.to_string()).into_iter().collect()
    }

    /// What must be done before `task`: its own dependencies and those of the containers above it, with what
    /// is under a container in the place of the container.
    fn needed(&self, task: &Task) -> Vec<&'t Task> {
        let above: Vec<TaskId> = task.id.ancestors().collect();
        let own = task.depends_on.iter();
        let inherited = above.iter().filter_map(|id| self.by_id.get(id)).flat_map(|t| t.depends_on.iter());
        let mut found: BTreeMap<&TaskId, &'t Task> = BTreeMap::new();
        for id in own.chain(inherited) {
            if self.containers.contains(id) {
                let under = self.by_id.iter().filter(|(other, _)| id.contains(other) && *other != &id);
                let leaves = under.filter(|(other, _)| !self.containers.contains(**other));
                found.extend(leaves.map(|(id, task)| (*id, *task)));
            } else if let Some((id, task)) = self.by_id.get_key_value(id) {
                found.insert(id, task);
            }
        }
        found.into_values().collect()
    }
}

fn reference(task: &Task) -> TaskRef {
    TaskRef(task.uid.to_string())
}

fn urgency(priority: Priority) -> u8 {
    match priority {
        Priority::Critical => 0,
        Priority::High => 1,
        Priority::Medium => 2,
        Priority::Low => 3,
    }
}

/// All that a task says it asks for.
pub fn asked_for(task: &Task) -> String {
    let title = task.title.to_string();
    let parts = std::iter::once(title.as_str()).chain(task.description.as_deref());
    parts.chain(task.acceptance.iter().map(String::as_str)).collect::<Vec<_>>().join("\n")
}

/// What landing needs to know of a task.
pub(super) struct TaskNames {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) kind: Option<String>,
    pub(super) category: Option<String>,
}

impl Site {
    /// The task as it is in the store now.
    fn task(&self, task: &TaskRef) -> Result<Task, Problem> {
        let id = self.task_id(task)?;
        Ok(self.tasks().get(&id)?)
    }

    pub(super) fn task_id(&self, task: &TaskRef) -> Result<TaskId, Problem> {
        if let Some(id) = self.known_id(task) {
            return Ok(id);
        }
        let all = self.tasks().list(&ListQuery { include_closed: true, ..ListQuery::default() })?;
        self.learn_ids(all.iter().map(|t| (reference(t), t.id.clone())));
        self.known_id(task).ok_or_else(|| format!("task {task} is not in the task store any more").into())
    }

    pub(super) fn task_facts(&self, task: &TaskRef) -> Result<TaskNames, Problem> {
        let task = self.task(task)?;
        Ok(TaskNames {
            id: task.id.to_string(),
            title: task.title.to_string(),
            kind: task.kind.map(|k| k.to_string()),
            category: task.category.map(|c| c.to_string()),
        })
    }

    /// What the task of a run asks for, as text.
    pub(super) fn task_text(&self, run: RunId) -> Result<String, Problem> {
        let task = self.db().run_task(run)?;
        Ok(asked_for(&self.task(&task)?))
    }

    pub(super) fn run_task(&self, run: RunId) -> Result<TaskNames, Problem> {
        let task = self.db().run_task(run)?;
        self.task_facts(&task)
    }

    /// What an agent is told of a task and of those around it.
    pub(super) fn records(&self, task: &TaskRef) -> Result<Records, Problem> {
        let id = self.task_id(task)?;
        let mut records = Records::of(&self.tasks(), &id)?;
        records.add_summaries(&self.db())?;
        Ok(records)
    }

    pub(super) fn claim(&self, run: RunId, task: &TaskRef) -> Outcome {
        match self.try_claim(run, task) {
            Ok(outcome) => outcome,
            Err(error) => failed(&*error).into(),
        }
    }

    fn try_claim(&self, run: RunId, task: &TaskRef) -> Result<Outcome, Problem> {
        let Ok(id) = self.task_id(task) else { return Ok(Outcome::ClaimRefused(ClaimRefusal::Gone)) };
        let worker: Worker = worker_name(run).parse()?;
        let tasks = self.tasks();
        let take = Command::Claim {
            task: id.clone(),
            worker: worker.clone(),
            ttl: CLAIM_TTL,
            guard: Guard::default(),
        };
        let last = tasks.last_claim_of(&id)?;
        let begun = tasks.get(&id)?.status == Status::InProgress;
        let command = match last {
            // A try whose answer was lost, or a claim that lapsed while the machine slept.
            Some(claim) if claim.worker == worker && begun => take,
            Some(claim) if claim.is_live(tasks.now()) => {
                let by = claim.worker.to_string();
                return Ok(Outcome::ClaimRefused(ClaimRefusal::Taken { by }));
            }
            Some(_) | None => {
                if tasks.get(&id)?.status.is_closed() {
                    return Ok(Outcome::ClaimRefused(ClaimRefusal::Gone));
                }
                Command::All(vec![move_to(&id, Verb::Start, None, Guard::default()), take])
            }
        };
        self.count_commit();
        self.failpoint.reach(Effected::Claim, Place::Inside);
        match tasks.execute(command) {
            Ok(changed) => match changed.claims.last() {
                Some(claim) => Ok(Outcome::Claimed { token: Token(claim.token.0) }),
                None => Err("the task store gave no claim".into()),
            },
            Err(TasksError::Refused(refusal)) => Ok(Outcome::ClaimRefused(claim_refusal(&refusal))),
            Err(error @ TasksError::Store(_)) => Err(error.into()),
        }
    }

    pub(super) fn close(
        &self,
        run: RunId,
        task: &TaskRef,
        token: Token,
        minutes: u64,
        commit: &Oid,
    ) -> Outcome {
        let minutes = Minutes::new(u32::try_from(minutes).unwrap_or(u32::MAX));
        let note = format!("Landed as {commit} by run {run}.");
        self.settle(Effected::CloseTask, task, Some(token), |id, guard| {
            let patch = Patch { actual: Edit::Set(minutes), ..Patch::default() };
            vec![
                Command::Update { task: id.clone(), patch: Box::new(patch), guard },
                Command::Note { task: id.clone(), text: note },
                move_to(id, Verb::Complete, None, guard),
            ]
        })
    }

    pub(super) fn report(
        &self,
        run: RunId,
        task: &TaskRef,
        token: Option<Token>,
        as_status: ReportAs,
        reason: &str,
    ) -> Outcome {
        let short = one_line(reason);
        let note = format!("Run {run}: {short}");
        self.settle(Effected::Report, task, token, |id, guard| {
            let (verb, reason) = match as_status {
                ReportAs::Blocked => (Verb::Block, short.parse::<Reason>().ok()),
                ReportAs::Review => (Verb::Review, None),
                ReportAs::Todo => (Verb::To(Status::Todo), None),
            };
            vec![move_to(id, verb, reason, guard), Command::Note { task: id.clone(), text: note }]
        })
    }

    pub(super) fn release(&self, task: &TaskRef, token: Token) -> Outcome {
        self.settle(Effected::Release, task, Some(token), |_, _| Vec::new())
    }

    /// Does something to a task under the run's claim and gives the claim back, all in one transaction. A claim
    /// that lapsed and that nobody else took since is as good as held.
    fn settle(
        &self,
        effect: Effected,
        task: &TaskRef,
        token: Option<Token>,
        commands: impl FnOnce(&TaskId, Guard) -> Vec<Command>,
    ) -> Outcome {
        match self.try_settle(effect, task, token, commands) {
            Ok(outcome) => outcome,
            Err(error) => failed(&*error).into(),
        }
    }

    fn try_settle(
        &self,
        effect: Effected,
        task: &TaskRef,
        token: Option<Token>,
        commands: impl FnOnce(&TaskId, Guard) -> Vec<Command>,
    ) -> Result<Outcome, Problem> {
        let Ok(id) = self.task_id(task) else {
            return Ok(Outcome::Lost { why: "the task was deleted".to_owned() });
        };
        let tasks = self.tasks();
        let held = tasks.claim_of(&id)?.filter(|c| c.is_live(tasks.now()));
        let ours = |claim: &Claim| token.is_some_and(|t| t.0 == claim.token.0);
        let guard = match &held {
            Some(claim) if ours(claim) => Guard::token(claim.token),
            Some(claim) => {
                return Ok(Outcome::Lost { why: format!("{} has the task", claim.worker) });
            }
            None => Guard::default(),
        };
        let status = tasks.get(&id)?.status;
        if held.is_none() && status.is_closed() {
            // Done by a try whose answer was lost, or closed by a person meanwhile.
            return Ok(if status == Status::Done {
                Outcome::Done
            } else {
                Outcome::Lost { why: "the task was cancelled".to_owned() }
            });
        }
        let mut all = commands(&id, guard);
        if held.is_some() {
            all.push(Command::Release { task: id.clone(), guard });
        }
        if all.is_empty() {
            return Ok(Outcome::Done);
        }
        self.count_commit();
        self.failpoint.reach(effect, Place::Inside);
        match tasks.execute(Command::All(all)) {
            Ok(_) => Ok(Outcome::Done),
            Err(TasksError::Refused(refusal)) => {
                // Somebody moved the task meanwhile, and their word stands; but the claim is still given back.
                self.count_commit();
                tasks.execute(Command::Release { task: id.clone(), guard })?;
                Ok(Outcome::Lost { why: refusal.to_string() })
            }
            Err(error @ TasksError::Store(_)) => Err(error.into()),
        }
    }
}

/// Keeps the claim of a run alive. What happened when that fails is told by the next look at the tasks.
pub(crate) fn heartbeat(tasks: &Tasks, id: &str, token: Token) -> Result<(), TasksError> {
    let id = tasks.find(id)?.id;
    tasks.execute(Command::Heartbeat { task: id, token: FencingToken(token.0), ttl: CLAIM_TTL }).map(drop)
}

fn move_to(id: &TaskId, to: Verb, reason: Option<Reason>, guard: Guard) -> Command {
    Command::Move { task: id.clone(), to, reason, children: Children::Refuse, guard }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "every other refusal means that it cannot be begun now")]
fn claim_refusal(refusal: &Refusal) -> ClaimRefusal {
    match refusal {
        Refusal::Claimed { holder, .. } => ClaimRefusal::Taken { by: holder.to_string() },
        Refusal::NotFound { .. } => ClaimRefusal::Gone,
        other => ClaimRefusal::NotReady { why: other.to_string() },
    }
}

fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(REASON_LIMIT) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}
