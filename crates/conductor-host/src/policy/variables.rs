//! What rules can read: the facts of one candidate, and the table of their names.

use conductor_engine::evidence::Evidence;
use conductor_engine::gate::TestDelta;
use conductor_engine::judgement::{Reviewed, RunFacts};
use serde::Serialize;

use super::change::Change;
use crate::config::ApprovalClass;

/// The kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Int,
    /// A number with decimals.
    Double,
    /// Text.
    Text,
    /// Yes or no.
    Bool,
    /// Several texts.
    Texts,
}

impl Kind {
    /// Its name in the language of the rules.
    pub fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Double => "double",
            Self::Text => "string",
            Self::Bool => "bool",
            Self::Texts => "list(string)",
        }
    }
}

/// A name that rules can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// The name, with dots.
    pub name: &'static str,
    /// The kind of its value.
    pub kind: Kind,
    /// Whether it may be absent: then a rule that reads it without `has()` cannot be decided.
    pub optional: bool,
    /// What it says.
    pub meaning: &'static str,
}

const fn always(name: &'static str, kind: Kind, meaning: &'static str) -> Variable {
    Variable { name, kind, optional: false, meaning }
}

const fn maybe(name: &'static str, kind: Kind, meaning: &'static str) -> Variable {
    Variable { name, kind, optional: true, meaning }
}

/// All of them, in the order of the documentation.
pub const VARIABLES: &[Variable] = &[
    always("run.attempts", Kind::Int, "Attempts that were begun on the task in this run"),
    always("run.agent", Kind::Text, "The agent that did the work"),
    always("run.minutes", Kind::Int, "How long agents worked on it, in minutes, rounded up"),
    always(
        "run.failures",
        Kind::Int,
        "Attempts and gates of this run that failed, and work that was sent back",
    ),
    always("diff.lines", Kind::Int, "Lines added and removed, together"),
    always("diff.added", Kind::Int, "Lines added"),
    always("diff.removed", Kind::Int, "Lines removed"),
    always("diff.files", Kind::Int, "Files changed"),
    always("diff.paths", Kind::Texts, "Their paths; of a renamed file both, at most 5,000 in all"),
    always("diff.binaries", Kind::Int, "Files added or changed that are no text"),
    always("diff.largest", Kind::Int, "The size of the largest file that was added or changed, in bytes"),
    always("evidence.passed", Kind::Bool, "Whether every gate passed"),
    always("evidence.tests.ran", Kind::Int, "Tests that ran; 0 when no gate tells its tests"),
    always("evidence.tests.added", Kind::Int, "Tests that the base has not"),
    always("evidence.tests.removed", Kind::Int, "Tests of the base that are gone"),
    always("evidence.tests.broken", Kind::Int, "Tests that passed on the base and fail"),
    always("evidence.tests.skipped", Kind::Int, "Tests that ran on the base and are skipped"),
    maybe(
        "evidence.coverage",
        Kind::Double,
        "Lines that the tests reach, in percent, where that was measured",
    ),
    maybe("evidence.lints", Kind::Int, "What static analysis found, where that was counted"),
    always("cost.dollars", Kind::Double, "What agents reported that the run cost, in US dollars"),
    always("cost.tokens", Kind::Int, "Tokens that agents reported"),
    always("task.id", Kind::Text, "The task, such as `TASK-001`"),
    always("task.priority", Kind::Text, "Its priority: `critical`, `high`, `medium`, `low`"),
    always("task.tags", Kind::Texts, "Its tags"),
    always("task.type", Kind::Text, "Its type, such as `feature`; empty without one"),
    always("task.estimate_minutes", Kind::Int, "Its estimate in minutes; 0 without one"),
    always(
        "classes",
        Kind::Texts,
        "The approval classes that the change meets, whether they are listed or not",
    ),
    maybe("review.findings", Kind::Int, "What the reviewing agent found, where there was a review"),
    maybe("review.worst", Kind::Text, "The worst of it: `none`, `note`, `minor`, `major`, `critical`"),
];

/// The most paths that rules are shown.
const MOST_PATHS: usize = 5_000;

/// The values of the variables for one candidate. The names of the fields are the names of the variables.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Facts {
    run: RunPart,
    diff: DiffPart,
    evidence: EvidencePart,
    cost: CostPart,
    task: TaskPart,
    classes: Vec<&'static str>,
    review: ReviewPart,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct RunPart {
    attempts: i64,
    agent: String,
    minutes: i64,
    failures: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct DiffPart {
    lines: i64,
    added: i64,
    removed: i64,
    files: i64,
    paths: Vec<String>,
    binaries: i64,
    largest: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct EvidencePart {
    passed: bool,
    tests: TestsPart,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lints: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct TestsPart {
    ran: i64,
    added: i64,
    removed: i64,
    broken: i64,
    skipped: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct CostPart {
    dollars: f64,
    tokens: i64,
}

/// What rules may ask of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TaskPart {
    /// The id that people use.
    pub id: String,
    /// The priority's word.
    pub priority: String,
    /// The tags.
    pub tags: Vec<String>,
    /// The type; empty without one.
    #[serde(rename = "type")]
    pub kind: String,
    /// The estimate; 0 without one.
    pub estimate_minutes: i64,
}

/// Nothing of it is there without a review.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct ReviewPart {
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    worst: Option<String>,
}

/// What the facts are made of.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'p> {
    /// The run.
    pub run: &'p RunFacts,
    /// The agent's name.
    pub agent: &'p str,
    /// The task.
    pub task: &'p TaskPart,
    /// What changed.
    pub change: &'p Change,
    /// The classes that it meets.
    pub classes: &'p [ApprovalClass],
    /// What was seen when the gates ran.
    pub evidence: &'p Evidence,
    /// The tests compared with those of what the work stands on.
    pub tests: &'p TestDelta,
    /// What a reviewer found.
    pub review: Option<&'p Reviewed>,
}

impl Facts {
    /// The values.
    pub fn new(parts: &Parts<'_>) -> Self {
        let Parts { run, agent, task, change, classes, evidence, tests, review } = *parts;
        Self {
            run: RunPart {
                attempts: run.attempts.into(),
                agent: agent.to_owned(),
                minutes: int(run.working_ms.div_ceil(60_000)),
                failures: run.failures.into(),
            },
            diff: diff(change),
            evidence: EvidencePart {
                passed: evidence.passed(),
                tests: TestsPart {
                    ran: count(evidence.tests_run().unwrap_or(0)),
                    added: count(tests.added.len()),
                    removed: count(tests.removed.len()),
                    broken: count(tests.broken.len()),
                    skipped: count(tests.newly_skipped.len()),
                },
                coverage: coverage(evidence),
                lints: lints(evidence),
            },
            cost: CostPart {
                dollars: dollars(run.usage.cost_micros.unwrap_or(0)),
                tokens: int(run.usage.tokens().unwrap_or(0)),
            },
            task: task.clone(),
            classes: classes.iter().map(|class| class.name()).collect(),
            review: ReviewPart {
                findings: review.map(|found| int(found.findings)),
                worst: review.map(|found| found.worst.clone()),
            },
        }
    }
}

fn diff(change: &Change) -> DiffPart {
    let sum = |of: fn(&super::change::ChangedFile) -> Option<u64>| {
        change.files.iter().filter_map(of).fold(0, u64::saturating_add)
    };
    let (added, removed) = (sum(|f| f.added), sum(|f| f.deleted));
    let present = || change.files.iter().filter(|f| !f.gone);
    DiffPart {
        lines: int(added.saturating_add(removed)),
        added: int(added),
        removed: int(removed),
        files: count(change.files.len()),
        paths: change.paths().take(MOST_PATHS).map(str::to_owned).collect(),
        binaries: count(present().filter(|f| f.is_binary()).count()),
        largest: int(present().map(|f| f.size).max().unwrap_or(0)),
    }
}

/// The share of lines that tests reach, in percent.
fn coverage(evidence: &Evidence) -> Option<f64> {
    let permille = evidence.coverage.as_ref()?.total.permille()?;
    Some(f64::from(u32::try_from(permille).ok()?) / 10.0)
}

/// Errors and warnings of static analysis.
fn lints(evidence: &Evidence) -> Option<i64> {
    evidence.lints.map(|lints| int(lints.counts.errors.saturating_add(lints.counts.warnings)))
}

fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Exact below four billion dollars.
fn dollars(micros: u64) -> f64 {
    let whole = u32::try_from(micros / 1_000_000).unwrap_or(u32::MAX);
    let rest = u32::try_from(micros % 1_000_000).unwrap_or(0);
    f64::from(whole) + f64::from(rest) / 1_000_000.0
}
