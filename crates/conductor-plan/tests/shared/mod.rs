//! What several tests make by hand.

use conductor_plan::{Engine, EngineKind, Item, Plan};

/// A plan of these items and nothing else.
pub(crate) fn plan(items: Vec<Item>) -> Plan {
    Plan::of_items(Engine { kind: EngineKind::Outline, model: None }, items)
}
