//! What a session would do, without beginning it.

use std::collections::BTreeSet;

use conductor_engine::event::{Event, Recorded, TaskChange};
use conductor_engine::ids::{Oid, RunId, TaskRef};
use conductor_engine::session::{Session, Standing, TaskFacts};
use conductor_engine::{apply, schedule, why};
use jiff::Timestamp;

use super::begin::{BeginError, Begun, Options};
use super::host::Host;
use crate::clock;
use crate::git::snapshot_ref;
use crate::perform::Facts;

/// A session that could begin now, and what would come of it if all went well.
#[derive(Debug, Clone)]
pub struct Foreseen {
    /// What it would be; nothing of it exists.
    pub begun: Begun,
    /// The tasks that would run, in the order in which they would begin.
    pub steps: Vec<Step>,
    /// The open tasks that would not run.
    pub rest: Vec<NotRun>,
}

/// A task that would run. Times are minutes from the beginning of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The task as the engine would see it.
    pub task: TaskFacts,
    /// The minutes of the longest chain of open work that begins with it: what orders the tasks.
    pub chain: u64,
    /// The tasks that it waits for, as people name them.
    pub after: Vec<String>,
    /// When it would begin.
    pub start: u64,
    /// When it would be done.
    pub end: u64,
    /// Work that a stopped session kept, from which it would go on.
    pub saved: Option<Oid>,
}

/// A task that would not run, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRun {
    /// The task as the engine would see it.
    pub task: TaskFacts,
    /// Why, in the engine's words.
    pub why: String,
}

impl Host {
    /// Says what [`Host::begin`] with these options would begin, and what would run in it. Begins and writes
    /// nothing.
    ///
    /// # Errors
    /// As [`Host::begin`].
    pub fn foresee(&self, options: &Options) -> Result<Foreseen, BeginError> {
        let db = self.database()?;
        let begun = self.settle(&db, options)?;
        let mut session = Session::new(begun.id, begun.setup.rules.clone(), begun.setup.base.clone());
        let changes = Facts::default().refresh(&self.tasks(begun.id)?, begun.id)?;
        let at = clock::now();
        apply(&mut session, &Recorded { seq: 1, at, event: Event::TasksChanged { changes } })?;
        let (mut steps, rest) = play(session);
        if !options.fresh {
            let first = RunId { session: begun.id, number: 0 };
            for step in &mut steps {
                let Some(kept) = db.kept_work(&step.task.task, first)? else { continue };
                let name = snapshot_ref(kept.run, kept.snapshot.number)?;
                step.saved = self.repo.read_ref(&name)?;
            }
        }
        Ok(Foreseen { begun, steps, rest })
    }
}

/// A task under way, and when it ends.
struct Running {
    task: TaskRef,
    end: u64,
}

/// Lets the session run through with every task taking what it is estimated at. Which task is next is asked of the
/// engine's own schedule each time.
fn play(mut session: Session) -> (Vec<Step>, Vec<NotRun>) {
    let before = session.clone();
    let chains = schedule::chains(&before);
    let (mut now, mut steps, mut running): (u64, Vec<Step>, Vec<Running>) = (0, Vec::new(), Vec::new());
    loop {
        let allowance =
            session.rules.max_tasks.map_or(u64::MAX, |max| max.saturating_sub(session.dispatched));
        let free = session.rules.agents().saturating_sub(running.len());
        let take = free.min(usize::try_from(allowance).unwrap_or(usize::MAX));
        let next: Vec<TaskRef> = schedule::ready(&session).take(take).map(|t| t.task.clone()).collect();
        for task in next {
            session.dispatched += 1;
            let Some(facts) = before.tasks.get(&task) else { continue };
            let end = now.saturating_add(schedule::minutes(facts));
            let chain = chains.get(&task).copied().unwrap_or(0);
            let after = waited_for(&facts.standing);
            steps.push(Step { task: facts.clone(), chain, after, start: now, end, saved: None });
            set(&mut session, &task, Standing::Ours);
            running.push(Running { task, end });
        }
        let Some(end) = running.iter().map(|r| r.end).min() else { break };
        now = end;
        let (over, on): (Vec<Running>, Vec<Running>) = running.into_iter().partition(|r| r.end == now);
        running = on;
        for Running { task, .. } in over {
            set(&mut session, &task, Standing::Done);
        }
        open_what_waited(&mut session);
    }
    let ran: BTreeSet<&TaskRef> = steps.iter().map(|step| &step.task.task).collect();
    let open = |t: &&TaskFacts| !matches!(t.standing, Standing::Done | Standing::Gone);
    let left = session.tasks.values().filter(open).filter(|t| !ran.contains(&t.task));
    let mut rest: Vec<NotRun> =
        left.map(|t| NotRun { task: t.clone(), why: why(&session, &t.task).to_string() }).collect();
    rest.sort_by(|a, b| a.task.created_at.cmp(&b.task.created_at).then_with(|| a.task.id.cmp(&b.task.id)));
    (steps, rest)
}

/// Tells the session that tasks are otherwise now, as a driver would.
fn tell(session: &mut Session, changed: Vec<TaskFacts>) {
    let changes = changed.into_iter().map(TaskChange::Is).collect();
    let row =
        Recorded { seq: session.seq + 1, at: Timestamp::UNIX_EPOCH, event: Event::TasksChanged { changes } };
    let told = apply(session, &row);
    debug_assert!(told.is_ok(), "the next row about tasks always fits");
}

fn set(session: &mut Session, task: &TaskRef, standing: Standing) {
    if let Some(facts) = session.tasks.get(task).cloned() {
        tell(session, vec![TaskFacts { standing, ..facts }]);
    }
}

fn waited_for(standing: &Standing) -> Vec<String> {
    match standing {
        Standing::Waiting { on } => on.clone(),
        Standing::Ready
        | Standing::Ours
        | Standing::Taken { .. }
        | Standing::Aside { .. }
        | Standing::Container
        | Standing::Done
        | Standing::Gone => Vec::new(),
    }
}

/// Tasks whose last need was met are ready. One that waits for something that is no task waits on.
fn open_what_waited(session: &mut Session) {
    let done: BTreeSet<&String> =
        session.tasks.values().filter(|t| t.standing == Standing::Done).map(|t| &t.id).collect();
    let opened = |facts: &TaskFacts| {
        let Standing::Waiting { on } = &facts.standing else { return None };
        let left: Vec<String> = on.iter().filter(|id| !done.contains(id)).cloned().collect();
        let standing =
            if left.is_empty() && !on.is_empty() { Standing::Ready } else { Standing::Waiting { on: left } };
        (standing != facts.standing).then(|| TaskFacts { standing, ..facts.clone() })
    };
    let changed = session.tasks.values().filter_map(opened).collect();
    tell(session, changed);
}

#[cfg(test)]
mod tests {
    use conductor_engine::ids::SessionId;
    use conductor_engine::session::Rules;

    use super::*;

    fn session(jobs: usize, max_tasks: Option<u64>, tasks: &[(&str, u64, Standing)]) -> Session {
        let rules = Rules { max_tasks, ..Rules::new("script", jobs) };
        let mut session = Session::new(SessionId(1), rules, Oid::parse(&"a".repeat(40)).unwrap());
        for (id, minutes, standing) in tasks {
            let facts = TaskFacts {
                task: TaskRef((*id).to_owned()),
                id: (*id).to_owned(),
                title: String::new(),
                standing: standing.clone(),
                urgency: 2,
                created_at: Timestamp::UNIX_EPOCH,
                estimate_minutes: *minutes,
                depends_on: waited_for(standing).into_iter().map(TaskRef).collect(),
            };
            session.tasks.insert(facts.task.clone(), facts);
        }
        session.reindex();
        session
    }

    fn after(ids: &[&str]) -> Standing {
        Standing::Waiting { on: ids.iter().map(|id| (*id).to_owned()).collect() }
    }

    fn told(session: Session) -> (Vec<String>, Vec<String>) {
        let (steps, rest) = play(session);
        let step = |s: &Step| format!("{} {}-{} of {}", s.task.id, s.start, s.end, s.chain);
        let not = |n: &NotRun| format!("{}: {}", n.task.id, n.why);
        (steps.iter().map(step).collect(), rest.iter().map(not).collect())
    }

    #[test]
    fn slots_are_filled_by_the_schedule_as_needs_are_met() {
        use Standing::Ready;
        let tasks =
            [("a", 30, Ready), ("b", 60, Ready), ("c", 0, after(&["a"])), ("d", 10, after(&["b", "c"]))];
        let (steps, rest) = told(session(2, None, &tasks));
        assert_eq!(steps, ["a 0-30 of 100", "b 0-60 of 70", "c 30-90 of 70", "d 90-100 of 10"]);
        assert_eq!(rest, Vec::<String>::new());
        let (steps, _) = told(session(1, None, &tasks));
        assert_eq!(steps, ["a 0-30 of 100", "b 30-90 of 70", "c 90-150 of 70", "d 150-160 of 10"]);
    }

    #[test]
    fn what_would_not_run_says_why() {
        use Standing::{Aside, Container, Done, Ready, Taken};
        let tasks = [
            ("a", 30, Ready),
            ("b", 20, Ready),
            ("c", 5, after(&["a", "t"])),
            ("t", 5, Taken { by: "ann".to_owned() }),
            ("x", 5, Aside { status: "blocked".to_owned() }),
            ("y", 5, Container),
            ("z", 5, Done),
        ];
        let (steps, rest) = told(session(1, Some(1), &tasks));
        assert_eq!(steps, ["a 0-30 of 35"]);
        assert_eq!(
            rest,
            [
                "b: it is next; the session reached its limit on tasks",
                "c: it needs t first",
                "t: ann has it",
                "x: it is blocked and waits for a person",
                "y: it holds other tasks and is never worked on itself",
            ]
        );
        assert_eq!(told(session(1, None, &[])), (Vec::new(), Vec::new()));
    }
}
