//! Which task is next: the one on the longest chain of remaining work, then the most urgent, then the oldest
//! (list scheduling by critical path).

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::TaskRef;
use crate::session::{Session, Standing, TaskFacts};

/// What a task without an estimate weighs, in minutes.
const UNKNOWN_MINUTES: u64 = 60;

/// Whether the session may work on `task` at all.
pub fn selected(s: &Session, task: &TaskFacts) -> bool {
    s.rules.only.as_ref().is_none_or(|only| only.contains(&task.task))
}

/// The tasks that can be dispatched now, first one first.
pub fn ready(s: &Session) -> impl ExactSizeIterator<Item = &TaskFacts> {
    s.index.ready().map(|task| &s.tasks[task])
}

/// The minutes of open work from `task` to the end of the longest chain that begins with it; 0 for one that is
/// over.
pub fn chain(s: &Session, task: &TaskRef) -> u64 {
    s.index.chain(task)
}

/// The minutes that a task is taken to need.
pub fn minutes(task: &TaskFacts) -> u64 {
    match task.estimate_minutes {
        0 => UNKNOWN_MINUTES,
        minutes => minutes,
    }
}

/// Whether there is work left in it, or under way.
pub(crate) fn is_open(task: &TaskFacts) -> bool {
    !matches!(task.standing, Standing::Done | Standing::Gone | Standing::Container)
}

/// The minutes of open work from each task to the end of the longest chain that begins with it. A cycle, which
/// the task store refuses, would count each task once.
pub fn chains(s: &Session) -> BTreeMap<TaskRef, u64> {
    let mut dependants: BTreeMap<&TaskRef, BTreeSet<TaskRef>> = BTreeMap::new();
    for task in s.tasks.values().filter(|t| is_open(t)) {
        for needed in &task.depends_on {
            dependants.entry(needed).or_default().insert(task.task.clone());
        }
    }
    let mut lengths: BTreeMap<TaskRef, u64> = BTreeMap::new();
    for start in s.tasks.keys() {
        measure(s, |task| dependants.get(task), start, &mut lengths);
    }
    lengths
}

/// Adds the length of the chain that begins with `start`, and of those after it that are not known, if it is
/// open. Depth first without recursion, so that a long chain cannot exhaust the stack.
pub(crate) fn measure<'a>(
    s: &'a Session,
    dependants: impl Fn(&TaskRef) -> Option<&'a BTreeSet<TaskRef>>,
    start: &'a TaskRef,
    lengths: &mut BTreeMap<TaskRef, u64>,
) {
    let mut stack = vec![(start, false)];
    let mut entered = BTreeSet::new();
    while let Some((task, dependants_done)) = stack.pop() {
        let Some(facts) = s.tasks.get(task).filter(|facts| is_open(facts)) else { continue };
        if lengths.contains_key(task) {
            continue;
        }
        let next = dependants(task);
        if dependants_done {
            let rest = next.into_iter().flatten().filter_map(|t| lengths.get(t)).max().copied().unwrap_or(0);
            lengths.insert(task.clone(), minutes(facts).saturating_add(rest));
        } else if entered.insert(task) {
            stack.push((task, true));
            stack.extend(next.into_iter().flatten().map(|t| (t, false)));
        }
    }
}
