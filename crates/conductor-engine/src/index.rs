//! What is looked up at every step, kept beside the state so that a step costs what is under way and not what
//! there is: a session may have ten thousand tasks.
//!
//! Nothing here is a fact of its own. [`Index::of`] derives all of it, and the tests compare the two after
//! every event.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::ids::{RunId, TaskRef};
use crate::schedule::{self, minutes};
use crate::session::{Phase, Session, Standing, TaskFacts};

/// The place of a task that could be begun: the smaller comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// The minutes of the longest chain of open work that begins with it.
    chain: Reverse<u64>,
    urgency: u8,
    created_at: Timestamp,
    task: TaskRef,
}

/// See the module.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Index {
    /// Runs that are not over.
    open: BTreeSet<RunId>,
    /// The open run of each task that has one.
    by_task: BTreeMap<TaskRef, RunId>,
    /// Tasks that need this one.
    dependants: BTreeMap<TaskRef, BTreeSet<TaskRef>>,
    /// For each open task, the minutes of the longest chain of open work that begins with it.
    chains: BTreeMap<TaskRef, u64>,
    /// What could be begun now, first one first.
    ready: BTreeSet<Rank>,
    /// Where in `ready` each task stands.
    ranks: BTreeMap<TaskRef, Rank>,
}

impl Index {
    /// Everything from nothing.
    pub(crate) fn of(s: &Session) -> Self {
        let mut index = Self { chains: schedule::chains(s), ..Self::default() };
        for facts in s.tasks.values() {
            index.link(facts);
        }
        for run in s.runs.values().filter(|run| !matches!(run.phase, Phase::Ended(_))) {
            index.open.insert(run.id);
            index.by_task.insert(run.task.clone(), run.id);
        }
        for task in s.tasks.keys() {
            index.rank(s, task);
        }
        index
    }

    pub(crate) fn open(&self) -> impl Iterator<Item = RunId> {
        self.open.iter().copied()
    }

    pub(crate) fn run_of(&self, task: &TaskRef) -> Option<RunId> {
        self.by_task.get(task).copied()
    }

    pub(crate) fn ready(&self) -> impl ExactSizeIterator<Item = &TaskRef> {
        self.ready.iter().map(|rank| &rank.task)
    }

    pub(crate) fn chain(&self, task: &TaskRef) -> u64 {
        self.chains.get(task).copied().unwrap_or(0)
    }

    pub(crate) fn opened(&mut self, s: &Session, run: RunId, task: &TaskRef) {
        self.open.insert(run);
        self.by_task.insert(task.clone(), run);
        self.rank(s, task);
    }

    pub(crate) fn ended(&mut self, s: &Session, run: RunId, task: &TaskRef) {
        self.open.remove(&run);
        self.by_task.remove(task);
        self.rank(s, task);
    }

    /// Takes in that these tasks were otherwise before; `None` for one that was not known.
    pub(crate) fn changed(&mut self, s: &Session, before: &[(TaskRef, Option<TaskFacts>)]) {
        let mut moved = BTreeSet::new();
        for (task, old) in before {
            let now = s.tasks.get(task);
            if old.as_ref().map(weight) == now.map(weight) {
                continue;
            }
            if let Some(old) = old {
                self.unlink(old);
                moved.extend(old.depends_on.iter().cloned());
            }
            if let Some(now) = now {
                self.link(now);
                moved.extend(now.depends_on.iter().cloned());
            }
            moved.insert(task.clone());
        }
        let chained = self.measure(s, moved);
        for task in before.iter().map(|(task, _)| task).chain(&chained) {
            self.rank(s, task);
        }
    }

    /// Measures anew the chains of these tasks and of all open ones that they need. Returns whose changed.
    fn measure(&mut self, s: &Session, mut todo: BTreeSet<TaskRef>) -> Vec<TaskRef> {
        let mut found: BTreeMap<TaskRef, Option<u64>> = BTreeMap::new();
        while let Some(task) = todo.pop_first() {
            let Some(facts) = s.tasks.get(&task) else { continue };
            let old = self.chains.remove(&task);
            if schedule::is_open(facts) {
                todo.extend(facts.depends_on.iter().filter(|d| !found.contains_key(*d)).cloned());
            }
            found.insert(task, old);
        }
        let dependants = |task: &TaskRef| self.dependants.get(task);
        for task in found.keys() {
            schedule::measure(s, dependants, task, &mut self.chains);
        }
        found
            .into_iter()
            .filter(|(task, old)| self.chains.get(task) != old.as_ref())
            .map(|(t, _)| t)
            .collect()
    }

    fn link(&mut self, facts: &TaskFacts) {
        if schedule::is_open(facts) {
            for needed in &facts.depends_on {
                self.dependants.entry(needed.clone()).or_default().insert(facts.task.clone());
            }
        }
    }

    fn unlink(&mut self, facts: &TaskFacts) {
        for needed in &facts.depends_on {
            if let Some(all) = self.dependants.get_mut(needed) {
                all.remove(&facts.task);
                if all.is_empty() {
                    self.dependants.remove(needed);
                }
            }
        }
    }

    /// Puts a task where it belongs among those that could be begun, or takes it away from there.
    fn rank(&mut self, s: &Session, task: &TaskRef) {
        let offered = s.tasks.get(task).filter(|facts| {
            facts.standing == Standing::Ready
                && schedule::selected(s, facts)
                && !self.by_task.contains_key(task)
        });
        let rank = offered.map(|facts| Rank {
            chain: Reverse(self.chain(task)),
            urgency: facts.urgency,
            created_at: facts.created_at,
            task: task.clone(),
        });
        if self.ranks.get(task) == rank.as_ref() {
            return;
        }
        if let Some(old) = self.ranks.remove(task) {
            self.ready.remove(&old);
        }
        if let Some(rank) = rank {
            self.ready.insert(rank.clone());
            self.ranks.insert(task.clone(), rank);
        }
    }
}

/// What a task gives to the chains.
fn weight(facts: &TaskFacts) -> (bool, u64, &[TaskRef]) {
    (schedule::is_open(facts), minutes(facts), &facts.depends_on)
}
