//! A plan's items as the engine would be told of them, if they were tasks: for a forecast of what is not imported yet.

use std::collections::{BTreeMap, BTreeSet};

use cli_kit::{CliError, Exit};
use conductor_engine::ids::TaskRef;
use conductor_engine::session::{Standing, TaskFacts};
use conductor_host::journal::Database;
use conductor_plan::{Item, ItemKey, LintOptions, Order, Plan, Priority, live};
use jiff::Timestamp;

use super::stored::{Stored, Unnamed};
use super::tree::Labels;

/// The work in the plan of this number that was not rejected, under the names that `plan show` gives its items.
pub(crate) fn work(database: &Database, id: u64) -> Result<Vec<TaskFacts>, CliError> {
    let stored = Stored::find(database, Some(id), Unnamed::Draft, &LintOptions::default())?;
    Order::of(&stored.plan).map_err(|error| {
        CliError::new(Exit::Refused, "PLAN_HAS_ERRORS", error.to_string())
            .hint(format!("`conductor plan lint {id}` shows all that is wrong with it"))
    })?;
    Ok(facts(&live(&stored.plan), &Labels::new(&stored)))
}

fn facts(plan: &Plan, labels: &Labels) -> Vec<TaskFacts> {
    let items: BTreeMap<&ItemKey, &Item> = plan.items.iter().map(|item| (&item.key, item)).collect();
    let containers = plan.containers();
    // The place in the plan is the order of equal tasks, as the order of creation would be.
    let reference: BTreeMap<&ItemKey, TaskRef> =
        plan.leaves().enumerate().map(|(n, item)| (&item.key, TaskRef(format!("{n:06}")))).collect();
    let leaves_under = |above| {
        if !containers.contains(above) {
            return vec![above];
        }
        plan.leaves().filter(|leaf| ancestors(leaf, &items).contains(above)).map(|leaf| &leaf.key).collect()
    };
    let needed = |item| -> Vec<TaskRef> {
        let above = ancestors(item, &items).into_iter().filter_map(|key| items.get(key).copied());
        let named: BTreeSet<&ItemKey> =
            std::iter::once(item).chain(above).flat_map(|i| &i.depends_on).collect();
        let leaves: BTreeSet<&ItemKey> = named.into_iter().flat_map(leaves_under).collect();
        leaves.into_iter().filter_map(|key| reference.get(key).cloned()).collect()
    };
    let fact = plan.leaves().map(|item| TaskFacts {
        task: reference[&item.key].clone(),
        id: labels.of(&item.key).to_owned(),
        title: item.title.clone(),
        standing: Standing::Ready,
        urgency: urgency(item.priority),
        created_at: Timestamp::UNIX_EPOCH,
        estimate_minutes: item.estimate.map_or(0, |estimate| u64::from(estimate.likely)),
        depends_on: needed(item),
    });
    fact.collect()
}

/// The containers above an item; of a circle of parents, each once.
fn ancestors<'p>(item: &'p Item, items: &BTreeMap<&'p ItemKey, &'p Item>) -> BTreeSet<&'p ItemKey> {
    let mut above = BTreeSet::new();
    let mut parent = item.parent.as_ref();
    while let Some(key) = parent.filter(|key| above.insert(*key)) {
        parent = items.get(key).and_then(|item| item.parent.as_ref());
    }
    above
}

fn urgency(priority: Priority) -> u8 {
    match priority {
        Priority::Critical => 0,
        Priority::High => 1,
        Priority::Medium => 2,
        Priority::Low => 3,
    }
}
