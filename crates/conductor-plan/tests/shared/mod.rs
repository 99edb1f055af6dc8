//! What several tests make by hand.

use conductor_plan::{Engine, EngineKind, Item, PLAN_VERSION, Plan};
use std::collections::BTreeMap;

/// A plan of these items and nothing else.
pub(crate) fn plan(items: Vec<Item>) -> Plan {
    Plan {
        version: PLAN_VERSION,
        title: None,
        engine: Engine { kind: EngineKind::Outline, model: None },
        documents: Vec::new(),
        requirements: Vec::new(),
        items,
        notes: Vec::new(),
        verdicts: BTreeMap::new(),
        answers: Vec::new(),
    }
}
