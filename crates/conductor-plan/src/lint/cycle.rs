//! Items that wait for each other in a circle.

use super::about;
use crate::graph::Circle;
use crate::{Finding, FindingCode, Fix, Item, Plan};

pub(super) fn found(plan: &Plan, circle: &Circle) -> Finding {
    let items: Vec<&Item> = circle.items.iter().filter_map(|&index| plan.items.get(index)).collect();
    let path = path(&items);
    let mut finding = about(FindingCode::Cycle, String::new(), &items);
    let Some((waiting, on)) = cheapest_cut(plan, circle) else {
        finding.message = format!("items wait for each other in a circle: {path}");
        return finding;
    };
    finding.message = format!(
        "items wait for each other in a circle: {path}; the cheapest way out is that \"{}\" no longer waits for \"{}\"",
        waiting.title, on.title
    );
    finding.fixed_by(Fix::RemoveDependency { item: waiting.key.clone(), depends_on: on.key.clone() })
}

/// Items of a circle that are named at either end of its path, where it has too many.
const NAMED: usize = 6;

fn path(items: &[&Item]) -> String {
    let titles: Vec<String> =
        items.iter().chain(items.first()).map(|item| format!("\"{}\"", item.title)).collect();
    if titles.len() <= 2 * NAMED + 1 {
        return titles.join(" -> ");
    }
    let (first, last) = (&titles[..NAMED], &titles[titles.len() - NAMED..]);
    format!("{} -> … {} more … -> {}", first.join(" -> "), titles.len() - 2 * NAMED, last.join(" -> "))
}

/// The dependency of a circle that is most likely wrong: one in which the earlier item of the document waits for the
/// later one, and of several that of the item that the engine is least sure of.
fn cheapest_cut<'p>(plan: &'p Plan, circle: &Circle) -> Option<(&'p Item, &'p Item)> {
    let pairs = circle.items.iter().zip(circle.items.iter().cycle().skip(1));
    let mut cuts: Vec<(bool, u8, usize, &Item, &Item)> = Vec::new();
    for (&on, &waiting) in pairs {
        let (Some(first), Some(second)) = (plan.items.get(on), plan.items.get(waiting)) else { continue };
        if second.depends_on.contains(&first.key) {
            cuts.push((waiting > on, second.confidence, waiting, second, first));
        }
    }
    cuts.sort_by_key(|&(forwards, confidence, index, ..)| (forwards, confidence, index));
    cuts.first().map(|&(.., waiting, on)| (waiting, on))
}
