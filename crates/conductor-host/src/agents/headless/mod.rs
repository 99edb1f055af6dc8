//! Known agents without a person in front of them: each prints a stream of JSON values, one a line, in a form of its
//! own. A file each says what its lines mean and when its "success" is one.

mod claude;
mod codex;
mod gemini;
mod lines;
pub(super) mod opencode;

use conductor_engine::agent_event::{AgentEvent, PlanStep, StepStatus, Stream};
use conductor_engine::attempt::Usage;
use serde_json::Value;

pub(super) use claude::Claude;
pub(super) use codex::Codex;
pub(super) use gemini::{Gemini, Retries};
pub(super) use lines::values;
pub(super) use opencode::Opencode;

use super::judge::end_of;
use super::pipes::Line;
use super::speaker::{Speaker, TurnEnd, finding, output, too_long};
use super::speakers::Opening;
use super::weight::is_too_heavy;
use crate::process::Exit;

/// What the lines of one program mean.
pub(super) trait Dialect {
    /// Takes a value of standard output in. Returns whether it is known.
    fn value(&mut self, value: &Value, events: &mut Vec<AgentEvent>) -> bool;

    /// Takes a line of standard error in; `false` where it is only text.
    fn error_line(&mut self, line: &str, events: &mut Vec<AgentEvent>) -> bool;

    /// How the turn ended, as far as the stream tells; `None` where it told nothing, and the exit code has to.
    fn verdict(&mut self, exit: Exit) -> Option<TurnEnd>;

    /// What the stream says was used so far.
    fn usage(&self) -> Usage;

    /// Whether that is counted over the agent's whole session and not over this process.
    const COUNTS_SESSION: bool = false;
}

/// A process of a program whose lines are known.
pub(super) struct Headless<D> {
    dialect: D,
    /// What was used before and is not in what the dialect tells.
    before: Usage,
    /// What is in what the dialect tells and was used before this attempt.
    counted: Usage,
    told: Usage,
    resumed: bool,
}

impl<D: Dialect> Headless<D> {
    /// A process that begins so.
    pub(super) fn new(dialect: D, opening: &Opening<'_>) -> Self {
        let by_session = D::COUNTS_SESSION && opening.session.is_some();
        let (before, counted) = if by_session {
            (Usage::default(), opening.totals.clone())
        } else {
            (opening.usage.clone(), Usage::default())
        };
        Self { dialect, before, counted, told: Usage::default(), resumed: opening.session.is_some() }
    }

    fn stdout(&mut self, text: &[u8], events: &mut Vec<AgentEvent>) {
        if is_too_heavy(text) {
            return events.push(finding("a line with too many values was passed over", text));
        }
        let from = events.len();
        let values = values(text);
        if values.is_empty() && !text.trim_ascii().is_empty() {
            events.push(if text.trim_ascii_start().starts_with(b"{") {
                finding("a line that is not JSON", text)
            } else {
                output(Stream::Stdout, text)
            });
        }
        for value in values {
            let before = events.len();
            if !self.dialect.value(&value, events) && events.len() == before {
                events.push(raw(&value));
            }
        }
        if self.resumed {
            for event in events.iter_mut().skip(from) {
                if let AgentEvent::Session { resumed, .. } = event {
                    *resumed = true;
                }
            }
        }
        let told = self.dialect.usage();
        if told != self.told {
            self.told = told;
            events.push(AgentEvent::Usage { usage: self.used() });
        }
    }

    /// What the attempt used so far.
    fn used(&self) -> Usage {
        let sum = |before: Option<u64>, told: Option<u64>, counted: Option<u64>| {
            let new = told.map(|told| told.saturating_sub(counted.unwrap_or_default()));
            match (before, new) {
                (None, None) => None,
                (before, new) => Some(before.unwrap_or_default().saturating_add(new.unwrap_or_default())),
            }
        };
        let (before, told, counted) = (&self.before, &self.told, &self.counted);
        Usage {
            input_tokens: sum(before.input_tokens, told.input_tokens, counted.input_tokens),
            output_tokens: sum(before.output_tokens, told.output_tokens, counted.output_tokens),
            cost_micros: sum(before.cost_micros, told.cost_micros, counted.cost_micros),
        }
    }
}

impl<D: Dialect> Speaker for Headless<D> {
    fn line(&mut self, stream: Stream, line: Line<'_>, events: &mut Vec<AgentEvent>) {
        match (line, stream) {
            (Line::TooLong { bytes, start }, _) => events.push(too_long(bytes, start)),
            (Line::Text(text), Stream::Stdout) => self.stdout(text, events),
            (Line::Text(text), Stream::Stderr) => {
                let plain = lines::without_escapes(&String::from_utf8_lossy(text));
                if !self.dialect.error_line(&plain, events) {
                    events.push(output(Stream::Stderr, text));
                }
            }
        }
    }

    fn totals(&self) -> Option<Usage> {
        D::COUNTS_SESSION.then(|| self.told.clone())
    }

    fn exited(&mut self, exit: Exit, _: &mut Vec<AgentEvent>) -> TurnEnd {
        match self.dialect.verdict(exit) {
            // A stream that says "success" and a program that ends with an error contradict each other: not done.
            Some(TurnEnd::Ended) => end_of(exit),
            Some(end) => end,
            None => match end_of(exit) {
                TurnEnd::Ended => TurnEnd::failed("the agent ended without saying how"),
                end @ (TurnEnd::Refused { .. }
                | TurnEnd::Limited { .. }
                | TurnEnd::Failed { .. }
                | TurnEnd::Cancelled
                | TurnEnd::NoSession { .. }) => end,
            },
        }
    }
}

/// Something for which there is no word here.
fn raw(value: &Value) -> AgentEvent {
    let word = |key: &str| value.get(key).and_then(Value::as_str);
    let name = match (word("type"), word("subtype")) {
        (Some(kind), Some(sub)) => format!("{kind}/{sub}"),
        (Some(kind), None) => kind.to_owned(),
        (None, _) => "?".to_owned(),
    };
    AgentEvent::Raw {
        name: super::speaker::cut_at(&name, 100),
        text: super::speaker::cut_at(&value.to_string(), 2000),
    }
}

/// A text at a place in a value.
fn text<'v>(value: &'v Value, place: &str) -> Option<&'v str> {
    value.pointer(place).and_then(Value::as_str)
}

/// A whole number at a place in a value.
fn number(value: &Value, place: &str) -> Option<u64> {
    value.pointer(place).and_then(Value::as_u64)
}

/// The sum of numbers, where at least one is there.
fn sum(numbers: impl IntoIterator<Item = Option<u64>>) -> Option<u64> {
    numbers.into_iter().flatten().reduce(u64::saturating_add)
}

/// A step of a plan, in the form that Claude Code has and OpenCode took from it.
fn todo(todo: &Value) -> Option<PlanStep> {
    let status = match text(todo, "/status") {
        Some("completed") => StepStatus::Done,
        Some("in_progress") => StepStatus::Active,
        _ => StepStatus::Pending,
    };
    Some(PlanStep { text: super::speaker::cut(text(todo, "/content")?), status })
}

/// A name by which an agent calls its session, if it is one.
fn session_id(id: Option<&str>) -> Option<String> {
    id.filter(|id| !id.is_empty() && id.len() <= 200 && !id.starts_with('-')).map(str::to_owned)
}
