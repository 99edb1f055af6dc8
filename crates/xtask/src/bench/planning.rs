//! A plan of three levels by a model that takes a second for each answer, eight questions at once: what passes beside the
//! waiting for answers.
//!
//! The shortest that it can take is what a list of the same questions takes with eight at once and nothing else to do. In
//! the narrow plan no level has more than eight questions, so that this is the longest chain of them; in the wide one the
//! last level has three times as many.

use std::fmt::Write as _;

use serde_json::Value;
use testkit::model::ModelServer;
use testkit::model::planning::{Shape, good};

use super::BenchError;
use super::report::{Figure, Row};
use super::stage::Stage;

const BAR: f64 = 1.2;
const ITEMS: usize = 200;
const PARALLEL: &str = "8";
const SECOND: u64 = 1_000;

struct Kind {
    name: &'static str,
    /// How many requirements the document has: so many items the first level has.
    requirements: usize,
    shape: Shape,
    /// How many questions the levels have, one after the other.
    questions: [u32; 3],
}

const KINDS: [Kind; 2] = [
    // 92 items, of which 4 have 3 parts, of which 2 have 12 parts.
    Kind {
        name: "narrow",
        requirements: 92,
        shape: Shape { minutes: 9_000, first_parts: 3, parts: 12, large: (4, 2), delay_ms: SECOND },
        questions: [1, 4, 8],
    },
    // 8 items of 3 parts of 7 parts.
    Kind {
        name: "wide",
        requirements: 8,
        shape: Shape {
            minutes: 3_000,
            first_parts: 3,
            parts: 7,
            large: (u64::MAX, u64::MAX),
            delay_ms: SECOND,
        },
        questions: [1, 8, 24],
    },
];

pub(super) fn run(stage: &Stage) -> Result<Vec<Row>, BenchError> {
    KINDS.iter().map(|kind| row(stage, kind)).collect()
}

fn row(stage: &Stage, kind: &Kind) -> Result<Row, BenchError> {
    let server = ModelServer::planning(good(kind.shape))
        .map_err(|source| BenchError::Prepare { what: "a model server".to_owned(), source })?;
    let project = stage.folder(&format!("planning-{}", kind.name))?;
    stage.write(&project.join("prd.md"), &document(kind.requirements))?;
    stage.must(&project, &[stage.ours("taskwerk"), "init".into()])?;
    let config = format!(
        "planning: {{ max_items: {ITEMS}, llm: {{ model: ollama/fake, base_url: \"{}/v1\", max_tokens: 100000 }} }}\n",
        server.url()
    );
    stage.write(&project.join(".taskwerk").join("config.yml"), &config)?;
    let plan = ["plan", "decompose", "prd.md", "--engine", "llm", "--fresh", "--parallel", PARALLEL];
    let words: Vec<_> =
        std::iter::once(stage.ours("conductor")).chain(plan.into_iter().map(Into::into)).collect();
    // One run is enough: seconds of waiting do not vary.
    let usage = stage.measure(&project, &words)?;
    let shown =
        stage.must(&project, &[stage.ours("conductor"), "--json".into(), "plan".into(), "show".into()])?;
    let shown: Value = serde_json::from_slice(&shown)
        .map_err(|source| BenchError::Answer { what: "conductor plan show --json", source })?;
    let found = shown.get("items").and_then(Value::as_array).map_or(0, Vec::len);
    if found != ITEMS {
        return Err(BenchError::OtherPlan { found, expected: ITEMS });
    }
    // Each level waits for the one before it; eight questions at once are as long as one.
    let shortest: u32 = kind.questions.iter().map(|questions| questions.div_ceil(8)).sum();
    let times = usage.wall.as_secs_f64() / f64::from(shortest);
    let calls: u32 = kind.questions.iter().sum();
    Ok(Row {
        name: format!(
            "plan of {ITEMS} items by {calls} calls of 1 s, {} ({shortest} s at the least)",
            kind.name
        ),
        figure: Figure::TimesCalls(times),
        bar: Some(BAR),
        cost: Some(usage.into()),
        taskwarrior: None,
    })
}

fn document(requirements: usize) -> String {
    let mut text = "# Harbour\n\n## Features\n\n".to_owned();
    for number in 1..=requirements {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "- Clerks can record what happens at berth {number}.");
    }
    text
}
