//! A broken promise, in the smallest schedule that breaks it too.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Plan, Report, Simulator};

/// Seeds that are tried for each smaller plan: another size is another course of events.
const SEEDS: u64 = 40;

/// A schedule in which a promise was broken.
#[derive(Debug, Clone)]
pub struct Broken {
    /// The schedule in which it was found.
    pub found: Plan,
    /// The smallest one in which a promise is broken.
    pub smallest: Plan,
    /// What the smallest one says.
    pub message: String,
}

/// Runs a schedule; when it breaks a promise, looks for a small one that does.
///
/// # Errors
/// When a promise is broken.
pub fn check(plan: &Plan) -> Result<Report, Box<Broken>> {
    let message = match run(plan) {
        Ok(report) => return Ok(report),
        Err(message) => message,
    };
    let (mut smallest, mut message) = (plan.clone(), message);
    while let Some((plan, words)) = smaller(&smallest).into_iter().find_map(broken_near) {
        (smallest, message) = (plan, words);
    }
    Err(Box::new(Broken { found: plan.clone(), smallest, message }))
}

fn run(plan: &Plan) -> Result<Report, String> {
    let plan = plan.clone();
    catch_unwind(AssertUnwindSafe(|| Simulator::new(plan).run())).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|t| (*t).to_owned())).unwrap_or_default()
    })
}

/// The plan, or the same with another seed, if one of them breaks a promise.
fn broken_near(plan: Plan) -> Option<(Plan, String)> {
    let seeds = std::iter::once(plan.seed).chain(0..SEEDS);
    seeds
        .map(|seed| Plan { seed, ..plan.clone() })
        .find_map(|plan| run(&plan).err().map(|words| (plan, words)))
}

/// Plans with less of one thing each, the boldest first.
fn smaller(plan: &Plan) -> Vec<Plan> {
    let mut all = Vec::new();
    let mut less = |change: &dyn Fn(&mut Plan)| {
        let mut smaller = plan.clone();
        change(&mut smaller);
        if smaller != *plan {
            all.push(smaller);
        }
    };
    less(&|p| p.tasks = (p.tasks / 2).max(1));
    less(&|p| p.unkind_turns /= 2);
    less(&|p| p.faults /= 2);
    less(&|p| p.lane.batch = 1);
    less(&|p| p.lane.at_once = 1);
    less(&|p| p.agent_jobs = None);
    less(&|p| p.hold_minutes = None);
    less(&|p| p.jobs = (p.jobs - 1).max(1));
    less(&|p| p.tasks = (p.tasks - 1).max(1));
    less(&|p| p.unkind_turns = p.unkind_turns * 9 / 10);
    all
}
