//! What the tasks force, however many agents there are: the longest chain, and all the work together.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use conductor_engine::ids::TaskRef;
use conductor_engine::schedule::minutes;
use conductor_engine::session::TaskFacts;
use serde::Serialize;

use super::{Assumptions, ForecastError, float, whole};

/// The longest chain of tasks that wait for each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CriticalPath {
    /// Its tasks as people name them, first to last.
    pub tasks: Vec<String>,
    /// How long it takes if all goes as estimated, in seconds; each task with its test.
    pub seconds: u64,
}

/// What the tasks force.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shape {
    /// The longest chain.
    pub critical_path: CriticalPath,
    /// The work of agents in all tasks together, in seconds.
    pub work: u64,
    /// One test, in seconds.
    #[serde(skip)]
    test: u64,
}

impl Shape {
    /// Looks at the tasks, as they go if all goes as estimated. A task without an estimate weighs what the engine
    /// takes it to weigh.
    ///
    /// # Errors
    /// When there are none, or they wait for one another in a circle.
    pub fn of(tasks: &[TaskFacts], assumptions: &Assumptions) -> Result<Self, ForecastError> {
        if tasks.is_empty() {
            return Err(ForecastError::NoTasks);
        }
        let work = |n: usize| whole(float(minutes(&tasks[n]).saturating_mul(60)) * assumptions.pace);
        let test = whole(assumptions.test.as_secs_f64());
        let place: BTreeMap<&TaskRef, usize> = tasks.iter().enumerate().map(|(n, t)| (&t.task, n)).collect();
        let needs = |n: usize| tasks[n].depends_on.iter().filter_map(|on| place.get(on).copied());
        // Of equal chains the one that comes first in the list.
        let order = |chains: &[(u64, Option<usize>)], n: usize| (chains[n].0, Reverse(n));
        let mut chains = vec![(0, None); tasks.len()];
        for n in sorted(tasks.len(), needs).map_err(|left| circle(tasks, &left))? {
            let before = needs(n).max_by_key(|on| order(&chains, *on));
            chains[n] = (work(n) + test + before.map_or(0, |on| chains[on].0), before);
        }
        let last = (0..tasks.len()).max_by_key(|n| order(&chains, *n));
        let mut path: Vec<String> =
            std::iter::successors(last, |n| chains[*n].1).map(|n| tasks[n].id.clone()).collect();
        path.reverse();
        let critical_path = CriticalPath { tasks: path, seconds: last.map_or(0, |n| chains[n].0) };
        Ok(Self { critical_path, work: (0..tasks.len()).map(work).sum(), test })
    }

    /// The seconds below which no schedule of `agents` agents can be, if all goes as estimated: the longest chain,
    /// or all the work shared evenly and one test at the end.
    pub fn bound(&self, agents: usize) -> u64 {
        let agents = u64::try_from(agents.max(1)).unwrap_or(u64::MAX);
        self.critical_path.seconds.max(self.work / agents + self.test)
    }
}

/// The tasks, each after those that it needs; or those that are left over when they wait in a circle.
fn sorted<I: Iterator<Item = usize>>(
    tasks: usize,
    needs: impl Fn(usize) -> I,
) -> Result<Vec<usize>, Vec<usize>> {
    let mut before: Vec<usize> = (0..tasks).map(|n| needs(n).count()).collect();
    let mut after = vec![Vec::new(); tasks];
    for n in 0..tasks {
        needs(n).for_each(|on| after[on].push(n));
    }
    let mut sorted: Vec<usize> = (0..tasks).filter(|n| before[*n] == 0).collect();
    let mut looked_at = 0;
    while let Some(&n) = sorted.get(looked_at) {
        looked_at += 1;
        for &next in &after[n] {
            before[next] -= 1;
            if before[next] == 0 {
                sorted.push(next);
            }
        }
    }
    if sorted.len() == tasks {
        return Ok(sorted);
    }
    Err((0..tasks).filter(|n| before[*n] > 0).collect())
}

fn circle(tasks: &[TaskFacts], left: &[usize]) -> ForecastError {
    ForecastError::Circle(left.iter().map(|n| tasks[*n].id.clone()).collect())
}
