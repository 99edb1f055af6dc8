//! What Conductor recorded of a run, and what else could be seen.

use std::time::Duration;

use serde_json::Value;

use super::left::Process;

/// All that is known when a run is over.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The attempts that ended, in order.
    pub(super) attempts: Vec<Attempt>,
    /// The task's status.
    pub(super) task: String,
    /// Why it is blocked.
    pub(super) blocked: String,
    /// The kinds of the holds that were opened.
    pub(super) holds: Vec<String>,
    /// What the waits were for.
    pub(super) waits: Vec<String>,
    /// The commit that landed.
    pub(super) commit: Option<String>,
    /// The files that it changes.
    pub(super) files: Vec<String>,
    /// How many attempts were charged as failures.
    pub(super) failures: u64,
    /// How the last command ended.
    pub(super) exit: Option<i32>,
    /// How long all of it took.
    pub(super) wall: Duration,
    /// How long `stop` took.
    pub(super) stopped_in: Option<Duration>,
    /// Whether what was to be stopped was under way.
    pub(super) was_under_way: bool,
    /// The time was up before it was over.
    pub(super) too_long: bool,
    pub(super) left: Vec<Process>,
    /// Rules of its API that the agent broke.
    pub(super) violations: Vec<String>,
    /// Tools that the model wanted and was not offered.
    pub(super) unmet: Vec<String>,
    /// How many requests the model got for the task itself, and not for a title or the like.
    pub(super) requests: usize,
    /// A request held both the person's answer and what was said before it.
    pub(super) resumed: bool,
    /// A request held the person's answer, or what was to be read for a plan.
    pub(super) answered: bool,
    /// How many items the plan has.
    pub(super) planned: Option<u64>,
}

/// How an attempt ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Attempt {
    /// The end in a word: `finished`, `failed`, …
    pub(super) end: String,
    /// The class of a failure.
    pub(super) class: String,
    /// Its words.
    pub(super) words: String,
    pub(super) input: Option<u64>,
    pub(super) output: Option<u64>,
    pub(super) cost_micros: Option<u64>,
    pub(super) contained: bool,
}

impl Attempt {
    /// From the event in which it ended.
    fn read(report: &Value) -> Self {
        let (end, body) = match report.get("end") {
            Some(Value::String(word)) => (word.clone(), Value::Null),
            Some(Value::Object(object)) => match object.iter().next() {
                Some((word, body)) => (word.clone(), body.clone()),
                None => Default::default(),
            },
            _ => Default::default(),
        };
        let words = ["message", "question", "reason", "summary", "until"].iter();
        let usage = |key: &str| report.pointer(&format!("/usage/{key}")).and_then(Value::as_u64);
        Self {
            end,
            class: text(&body, "class"),
            words: words.map(|key| text(&body, key)).find(|text| !text.is_empty()).unwrap_or_default(),
            input: usage("input_tokens"),
            output: usage("output_tokens"),
            cost_micros: usage("cost_micros"),
            contained: report.get("contained").and_then(Value::as_bool).unwrap_or(false),
        }
    }

    /// In a few words.
    pub(super) fn short(&self) -> String {
        if self.class.is_empty() { self.end.clone() } else { format!("{} {}", self.end, self.class) }
    }
}

impl Seen {
    /// Takes in the rows of the journal.
    pub(super) fn journal(&mut self, document: &Value) {
        self.attempts.clear();
        self.holds.clear();
        self.waits.clear();
        for row in document.get("rows").and_then(Value::as_array).into_iter().flatten() {
            let Some((name, body)) =
                row.get("event").and_then(Value::as_object).and_then(|event| event.iter().next())
            else {
                continue;
            };
            match name.as_str() {
                "attempt-ended" => {
                    self.attempts.extend(body.get("report").map(Attempt::read));
                }
                "hold-opened" => self.holds.push(word(body, "kind")),
                "waited" => self.waits.push(word(body, "why")),
                _ => {}
            }
        }
    }

    /// Takes in the status of the session.
    pub(super) fn status(&mut self, document: &Value) {
        let run = document.pointer("/runs/0");
        self.failures = run.and_then(|run| run.get("failures")?.as_u64()).unwrap_or(0);
        self.commit = run.and_then(|run| Some(run.get("commit")?.as_str()?.to_owned()));
    }

    /// Takes in the task.
    pub(super) fn task(&mut self, document: &Value) {
        self.task = text(document, "status");
        self.blocked = text(document, "block_reason");
    }

    pub(super) fn last(&self) -> Attempt {
        self.attempts.last().cloned().unwrap_or_default()
    }

    pub(super) fn first(&self) -> Attempt {
        self.attempts.first().cloned().unwrap_or_default()
    }
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A value of an enum: a word, or an object with the word as its only key.
fn word(value: &Value, key: &str) -> String {
    match value.get(key) {
        Some(Value::String(word)) => word.clone(),
        Some(Value::Object(object)) => object.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    }
}
