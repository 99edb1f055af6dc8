//! Text that people write into the form of a plan.

use super::plan::{check_sound, check_stored};
use crate::edit::apply;
use crate::text_form::{TextError, read, read_one};
use crate::{Category, Engine, EngineKind, Estimate, Item, ItemKey, Plan, Priority, Side, diff, merge};

/// The most texts of one input.
const MOST_TEXTS: usize = 8;

/// Texts, with a zero byte between them, each of which is read as an edited form of the plan that the one before it gave.
/// The first plan is [`start`].
pub fn text(bytes: &[u8]) {
    let all = String::from_utf8_lossy(bytes);
    let first = start();
    let mut plan = first.clone();
    for text in all.split('\0').take(MOST_TEXTS) {
        let keys: Vec<ItemKey> = plan.items.iter().take(3).map(|item| item.key.clone()).collect();
        for key in keys {
            match read_one(text, &plan, &key) {
                Ok(edits) => {
                    if let Ok(applied) = apply(&plan, &edits) {
                        check_sound(&applied.plan);
                    }
                }
                Err(error) => check_error(&error),
            }
        }
        match read(text, &plan) {
            Ok(next) => {
                check_sound(&next);
                check_stored(&next);
                let _any = diff(&plan, &next).items.len();
                // Two sides that are sound can together ask for a circle, which a check of the merged plan tells.
                let merged = merge(&first, &plan, &next, Side::Mine).plan;
                assert_eq!(merged.tree().len(), merged.items.len());
                plan = next;
            }
            Err(error) => check_error(&error),
        }
    }
}

fn check_error(error: &TextError) {
    assert!(!error.to_string().is_empty(), "{error:?}");
}

/// `a` contains `b` and `c`, which waits for `b`; `d` waits for `a`.
fn start() -> Plan {
    let item = |name: &str, parent: Option<&str>, after: &[&str]| Item {
        key: ItemKey::new(name),
        title: format!("Do {name}"),
        description: format!("What {name} is.\n\nAnd more."),
        parent: parent.map(ItemKey::new),
        depends_on: after.iter().copied().map(ItemKey::new).collect(),
        estimate: (name != "a").then_some(Estimate { low: 60, likely: 120, high: 240 }),
        complexity: 3,
        complexity_reasons: Vec::new(),
        category: Category::Feature,
        priority: Priority::Medium,
        tags: vec!["feature".to_owned()],
        acceptance: vec!["it works".to_owned()],
        files: Vec::new(),
        confidence: 80,
        requirements: Vec::new(),
        sources: Vec::new(),
    };
    Plan::of_items(
        Engine { kind: EngineKind::Outline, model: None },
        vec![
            item("a", None, &[]),
            item("b", Some("a"), &[]),
            item("c", Some("a"), &["b"]),
            item("d", None, &["a"]),
        ],
    )
}
