//! Which task is next: the one on the longest chain of remaining work, then the most urgent, then the oldest
//! (list scheduling by critical path).

use std::collections::BTreeMap;

use crate::ids::TaskRef;
use crate::session::{Session, Standing, TaskFacts};

/// What a task without an estimate weighs, in minutes.
const UNKNOWN_MINUTES: u64 = 60;

/// Whether the session may work on `task` at all.
pub fn selected(s: &Session, task: &TaskFacts) -> bool {
    s.rules.only.as_ref().is_none_or(|only| only.contains(&task.task))
}

/// The tasks that can be dispatched now, first one first.
pub fn ready(s: &Session) -> Vec<&TaskFacts> {
    let mut ready: Vec<&TaskFacts> = s
        .tasks
        .values()
        .filter(|t| t.standing == Standing::Ready && selected(s, t) && s.run_of(&t.task).is_none())
        .collect();
    if ready.len() > 1 {
        let chains = chains(s);
        ready.sort_by(|a, b| {
            let chain = |t: &TaskFacts| chains.get(&t.task).copied().unwrap_or(0);
            chain(b)
                .cmp(&chain(a))
                .then(a.urgency.cmp(&b.urgency))
                .then(a.created_at.cmp(&b.created_at))
                .then_with(|| a.task.cmp(&b.task))
        });
    }
    ready
}

/// The minutes of open work from each task to the end of the longest chain that begins with it. A cycle, which
/// the task store refuses, would count each task once.
pub fn chains(s: &Session) -> BTreeMap<TaskRef, u64> {
    let mut dependants: BTreeMap<&TaskRef, Vec<&TaskRef>> = BTreeMap::new();
    let open = |t: &TaskFacts| !matches!(t.standing, Standing::Done | Standing::Gone | Standing::Container);
    for task in s.tasks.values().filter(|t| open(t)) {
        for needed in &task.depends_on {
            dependants.entry(needed).or_default().push(&task.task);
        }
    }
    let mut lengths: BTreeMap<TaskRef, u64> = BTreeMap::new();
    for start in s.tasks.values().filter(|t| open(t)) {
        measure(s, &dependants, &start.task, &mut lengths);
    }
    lengths
}

/// Depth first without recursion, so that a long chain cannot exhaust the stack.
fn measure<'a>(
    s: &'a Session,
    dependants: &BTreeMap<&'a TaskRef, Vec<&'a TaskRef>>,
    start: &'a TaskRef,
    lengths: &mut BTreeMap<TaskRef, u64>,
) {
    let mut stack = vec![(start, false)];
    let mut entered = std::collections::BTreeSet::new();
    while let Some((task, children_done)) = stack.pop() {
        if lengths.contains_key(task) {
            continue;
        }
        let next = dependants.get(task).map_or(&[][..], Vec::as_slice);
        if children_done {
            let rest = next.iter().filter_map(|t| lengths.get(*t)).max().copied().unwrap_or(0);
            let own = s.tasks.get(task).map_or(0, |t| match t.estimate_minutes {
                0 => UNKNOWN_MINUTES,
                minutes => minutes,
            });
            lengths.insert(task.clone(), own.saturating_add(rest));
        } else if entered.insert(task) {
            stack.push((task, true));
            stack.extend(next.iter().map(|t| (*t, false)));
        }
    }
}
