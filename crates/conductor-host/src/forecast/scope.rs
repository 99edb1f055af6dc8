//! Which tasks a forecast is about: those that agents would come to.

use std::collections::{BTreeMap, BTreeSet};

use conductor_engine::event::TaskChange;
use conductor_engine::ids::{SessionId, TaskRef};
use conductor_engine::session::{Standing, TaskFacts};
use serde::Serialize;
use taskwerk_client::{Tasks, TasksError};

use crate::perform::{Facts, is_session_worker};

/// The tasks of a forecast, and those that are none of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scope {
    /// What would be worked on, in the order of ids.
    pub tasks: Vec<TaskFacts>,
    /// Of these, the ones that a session works on already: they are counted as if they were begun anew.
    pub under_way: Vec<String>,
    /// What agents would not come to.
    pub left_out: Vec<LeftOut>,
}

/// A task that agents would not come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// The task, as people name it.
    pub task: String,
    /// Why.
    pub why: String,
}

/// Every task of a project as the engine would be told of it.
///
/// # Errors
/// When the task store cannot be read.
pub fn all_tasks(tasks: &Tasks) -> Result<Vec<TaskFacts>, TasksError> {
    // No session has the number 0, so no claim is taken for one of our own.
    let changes = Facts::default().refresh(tasks, SessionId(0))?;
    let facts = changes.into_iter().filter_map(|change| match change {
        TaskChange::Is(facts) => Some(facts),
        TaskChange::Deleted(_) => None,
    });
    Ok(facts.collect())
}

/// Chooses from all tasks the open ones that agents would come to; with `only`, of these alone. What waits for a
/// task that is neither done nor among them is left out, and so is what waits for that.
pub fn scope(all: Vec<TaskFacts>, only: Option<&BTreeSet<TaskRef>>) -> Scope {
    let by_ref: BTreeMap<TaskRef, TaskFacts> =
        all.into_iter().map(|facts| (facts.task.clone(), facts)).collect();
    let mut under_way = Vec::new();
    let mut why_not: BTreeMap<TaskRef, String> = BTreeMap::new();
    let mut chosen: BTreeSet<TaskRef> = BTreeSet::new();
    for facts in by_ref.values().filter(|facts| only.is_none_or(|only| only.contains(&facts.task))) {
        let why = match &facts.standing {
            Standing::Ready | Standing::Ours => None,
            Standing::Waiting { on } => parked(facts, on, &by_ref),
            Standing::Taken { by } if is_session_worker(by) => {
                under_way.push(facts.id.clone());
                None
            }
            Standing::Taken { by } => Some(format!("{by} works on it")),
            Standing::Aside { status } => Some(format!("it is {status}")),
            Standing::Container | Standing::Done | Standing::Gone => continue,
        };
        match why {
            None => drop(chosen.insert(facts.task.clone())),
            Some(why) => drop(why_not.insert(facts.task.clone(), why)),
        }
    }
    let open = |task: &TaskRef| by_ref.get(task).is_some_and(|facts| facts.standing != Standing::Done);
    loop {
        let missing =
            |task: &TaskRef| by_ref[task].depends_on.iter().find(|on| open(on) && !chosen.contains(*on));
        let stuck: Vec<(TaskRef, TaskRef)> =
            chosen.iter().filter_map(|task| Some((task.clone(), missing(task)?.clone()))).collect();
        if stuck.is_empty() {
            break;
        }
        for (task, on) in stuck {
            chosen.remove(&task);
            why_not.insert(task, format!("it waits for {}", by_ref[&on].id));
        }
    }
    let mut left_out: Vec<LeftOut> =
        why_not.into_iter().map(|(task, why)| LeftOut { task: by_ref[&task].id.clone(), why }).collect();
    left_out.sort_by(|a, b| natural(&a.task).cmp(&natural(&b.task)));
    let mut tasks: Vec<TaskFacts> =
        by_ref.into_values().filter(|facts| chosen.contains(&facts.task)).collect();
    tasks.sort_by(|a, b| natural(&a.id).cmp(&natural(&b.id)));
    under_way.retain(|id| tasks.iter().any(|facts| facts.id == *id));
    under_way.sort_by(|a, b| natural(a).cmp(&natural(b)));
    Scope { tasks, under_way, left_out }
}

/// Why a task waits that needs nothing that is open: a container above it is set aside.
fn parked(facts: &TaskFacts, on: &[String], all: &BTreeMap<TaskRef, TaskFacts>) -> Option<String> {
    let needs = facts.depends_on.iter().any(|on| all.get(on).is_some_and(|f| f.standing != Standing::Done));
    (!needs).then(|| {
        if on.is_empty() { "it cannot begin".to_owned() } else { format!("it waits for {}", on.join(", ")) }
    })
}

/// Ids in the order in which people count: TASK-2 before TASK-10.
fn natural(id: &str) -> (Vec<u64>, &str) {
    let numbers = id.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok());
    (numbers.collect(), id)
}
