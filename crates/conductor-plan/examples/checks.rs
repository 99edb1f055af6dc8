//! Checks or orders a large plan of made-up work: `cargo run --release --example checks -- lint 5000`, `… order 100000`,
//! `… circle 100000`, `… draw 300`. For benchmarks: what is printed says that the work was done.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use conductor_plan::{
    Bound, Category, Constraint, Engine, EngineKind, Estimate, Item, ItemKey, Labels, Modality, Order,
    Picture, Plan, Priority, Requirement, RequirementId, RequirementKind, Source, Span, lint,
};
use std::process::ExitCode;

const VERBS: [&str; 10] =
    ["Add", "Import", "Export", "Search", "Check", "Store", "Print", "Sort", "Merge", "Review"];
const THINGS: [&str; 16] = [
    "notes",
    "tariffs",
    "berths",
    "invoices",
    "pilots",
    "cranes",
    "manifests",
    "tides",
    "ledgers",
    "queues",
    "vessels",
    "quays",
    "clerks",
    "permits",
    "fees",
    "calls",
];
const WAYS: [&str; 8] = [
    "by date",
    "by name",
    "in bulk",
    "for guests",
    "with totals",
    "as a list",
    "per harbour",
    "after review",
];

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let (what, count) = (words.next().unwrap_or_default(), words.next().and_then(|count| count.parse().ok()));
    let Some(count) = count else {
        eprintln!("name what to do (lint, order, circle, draw) and with how many items");
        return ExitCode::FAILURE;
    };
    match what.as_str() {
        "lint" => println!("{} findings", lint(&plan(count, true)).len()),
        "order" => match Order::of(&plan(count, false)) {
            Ok(order) => {
                println!("{} on the critical path, {} levels", order.critical_path.len(), order.levels.len())
            }
            Err(error) => println!("{error}"),
        },
        "circle" => {
            let mut plan = plan(count, false);
            // The last item leads back to the first.
            let last = plan.items.last().map(|item| item.key.clone());
            if let Some(first) = plan.items.get_mut(1) {
                first.depends_on.extend(last);
            }
            println!("{}", Order::of(&plan).map_or_else(|error| error.to_string().len(), |_| 0));
        }
        "draw" => {
            let plan = plan(count, true);
            let (labels, findings) = (Labels::of(&plan), lint(&plan));
            println!("{} bytes", Picture::new(&plan, &labels, &findings).svg().len());
        }
        other => {
            eprintln!("`{other}` is none of lint, order, circle, draw");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// A plan in groups of ten, each item after up to three earlier ones; with what documents asked for, or bare.
fn plan(count: usize, whole: bool) -> Plan {
    // Made once each, as the planner does.
    let keys: Vec<ItemKey> = (0..count).map(|at| ItemKey::new(format!("item-{at:06}"))).collect();
    Plan {
        title: Some("Harbour".to_owned()),
        requirements: (0..if whole { count * 2 } else { 0 }).map(requirement).collect(),
        ..Plan::of_items(
            Engine { kind: EngineKind::Outline, model: None },
            (0..count).map(|at| item(at, &keys, whole)).collect(),
        )
    }
}

fn title(at: usize) -> String {
    format!(
        "{} {} and {} {}",
        VERBS[at % VERBS.len()],
        THINGS[at / 3 % THINGS.len()],
        THINGS[at / 7 % THINGS.len()],
        WAYS[at / 11 % WAYS.len()]
    )
}

fn item(at: usize, keys: &[ItemKey], whole: bool) -> Item {
    let key = |at: usize| keys[at].clone();
    let group = at / 10 * 10;
    let earlier = [1, 3, 17].into_iter().filter_map(|back| at.checked_sub(back));
    // A part does not wait for the group that it is in.
    let depends_on = earlier.filter(|&on| on != group && on % 10 != 0 && at != group).map(key).collect();
    let description =
        if whole { format!("{} once the {} are there.", title(at), THINGS[at % 13]) } else { String::new() };
    Item {
        key: key(at),
        title: if whole { format!("{} {at}", title(at)) } else { at.to_string() },
        description,
        parent: (at != group).then(|| key(group)),
        depends_on,
        estimate: Some(Estimate { low: 30, likely: 60, high: 120 }),
        complexity: 3,
        complexity_reasons: Vec::new(),
        category: Category::Feature,
        priority: Priority::Medium,
        tags: Vec::new(),
        acceptance: vec!["a list of what was done is printed".to_owned()],
        files: Vec::new(),
        confidence: 80,
        requirements: vec![id(at * 2)],
        sources: vec![source(at)],
    }
}

fn id(at: usize) -> RequirementId {
    RequirementId::new(format!("R-{at:08x}"))
}

fn source(at: usize) -> Source {
    let line = u32::try_from(at).unwrap_or(u32::MAX);
    Source {
        document: "harbour.md".into(),
        span: Span { start: at, end: at + 1, first_line: line, last_line: line, page: None },
    }
}

fn requirement(at: usize) -> Requirement {
    let ms = (at % 50 + 1) * 10;
    let text = match at % 4 {
        0 => format!("{} within {ms} ms", title(at)),
        1 => format!("{} is fast, as needed", title(at)),
        2 => format!("{} must not use MongoDB", title(at)),
        _ => format!("{} uses PostgreSQL", title(at)),
    };
    let constraints =
        vec![Constraint::Quantity { bound: Bound::AtMost, value: ms.to_string(), unit: "ms".to_owned() }];
    Requirement {
        id: id(at),
        text,
        section: format!("Part {}", at / 100).into(),
        source: source(at),
        kind: RequirementKind::Feature,
        modality: Modality::Must,
        constraints: if at.is_multiple_of(4) { constraints } else { Vec::new() },
    }
}
