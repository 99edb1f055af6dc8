//! A model that is asked for plans: good answers made of the question itself, and everything that goes wrong.
//!
//! A good answer has an item for each requirement that the question shows, and splits an item into equal parts. It is made
//! of the question's text alone, so that it must be well asked to be well answered.

use std::sync::Arc;

use serde_json::{Value, json};

use super::script::{Answer, Cut, Does, Failure, Finish};
use super::turn::{Entry, Turn};

/// Says what comes back for a question.
pub type Respond = Arc<dyn Fn(&Prompt) -> Does + Send + Sync>;

/// A question as the model gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The instructions.
    pub system: String,
    /// The first text of the user.
    pub first: String,
    /// The last one, which is the first where nothing was said since.
    pub last: String,
    /// How many answers of the model were sent back.
    pub answers: usize,
    /// How many results of tools were.
    pub results: usize,
    /// How many questions came before this one, of all conversations.
    pub before: u64,
}

/// How large good plans are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// The estimate of each item of the first level, in minutes.
    pub minutes: u64,
    /// Into how many parts an item is split that is estimated at `minutes`.
    pub first_parts: u64,
    /// The same for smaller ones.
    pub parts: u64,
    /// How many items of the first level, and how many parts of each of these, are that large; the others take an hour.
    pub large: (u64, u64),
    /// How long the model thinks about each answer, in milliseconds.
    pub delay_ms: u64,
}

impl Default for Shape {
    /// Nothing is large enough to be split.
    fn default() -> Self {
        Self { minutes: 120, first_parts: 2, parts: 2, large: (u64::MAX, u64::MAX), delay_ms: 0 }
    }
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The answer stands in a fence.
    Fenced,
    /// There is talk around the document.
    Talk,
    /// The answer ends at the limit of tokens.
    Length,
    /// It ends in the middle, and is called whole.
    Half,
    /// A list without items.
    Empty,
    /// Nothing at all.
    Silence,
    /// An item depends on one that is not there.
    UnknownItem,
    /// A requirement that is not there is named.
    UnknownRequirement,
    /// Lines that are not there are cited.
    Invented,
    /// Items wait for each other.
    Circle,
    /// A field that nobody asked for.
    OtherForm,
    /// The model declines.
    Refusal,
    /// Too many requests, with a time to wait.
    Limited,
    /// An error of the provider with this status.
    Status(u16),
    /// A word every few milliseconds.
    Slow,
    /// The connection is closed in the middle.
    Cut,
    /// The stream stays open and nothing more comes.
    Stuck,
    /// Nothing ever comes.
    Hang,
}

impl Prompt {
    pub(super) fn of(turn: &Turn, before: u64) -> Self {
        let prompts = || {
            turn.entries.iter().filter_map(|entry| match entry {
                Entry::Prompt(text) => Some(text.clone()),
                Entry::Said(_) | Entry::Call { .. } | Entry::Result { .. } => None,
            })
        };
        let count = |is: fn(&Entry) -> bool| turn.entries.iter().filter(|entry| is(entry)).count();
        let answers = count(|entry| matches!(entry, Entry::Said(_)));
        let results = count(|entry| matches!(entry, Entry::Result { .. }));
        // Agents say more in the user's name than the question.
        let question = prompts().find(|text| is_for_an_agent(text));
        Self {
            system: turn.system.clone(),
            first: question.or_else(|| prompts().next()).unwrap_or_default(),
            last: prompts().next_back().unwrap_or_default(),
            answers,
            results,
            before,
        }
    }
}

/// Whether a text is a question for a plan that an agent was given.
pub(super) fn is_for_an_agent(text: &str) -> bool {
    text.contains("# Plan, and change nothing")
}

/// A model that always answers well.
pub fn good(shape: Shape) -> Respond {
    let delay_ms = shape.delay_ms;
    Arc::new(move |prompt| {
        let say = answer(prompt, shape).to_string();
        Does::Answer(Answer { say, delay_ms, ..Answer::default() })
    })
}

/// A model that meets trouble for its first `times` questions, and then answers well.
pub fn troubled(trouble: Trouble, times: u64) -> Respond {
    Arc::new(move |prompt| {
        let good = answer(prompt, Shape::default());
        if prompt.before < times { trouble.does(good) } else { say(good.to_string()) }
    })
}

fn say(text: impl Into<String>) -> Does {
    Does::Answer(Answer { say: text.into(), ..Answer::default() })
}

impl Trouble {
    fn does(self, good: Value) -> Does {
        let text = good.to_string();
        let changed = |change: &dyn Fn(&mut Value)| {
            let mut good = good.clone();
            change(&mut good);
            say(good.to_string())
        };
        let answer = |answer: Answer| Does::Answer(answer);
        match self {
            Self::Fenced => say(format!("```json\n{text}\n```")),
            Self::Talk => say(format!("Sure, here is the plan:\n{text}")),
            Self::Length => {
                let say = text.chars().take(text.len() / 2).collect();
                answer(Answer { say, finish: Finish::Length, ..Answer::default() })
            }
            Self::Half => say(text.chars().take(text.len() / 2).collect::<String>()),
            Self::Empty => changed(&|good| good["items"] = json!([])),
            Self::Silence => say(""),
            Self::UnknownItem => changed(&|good| good["items"][0]["depends_on"] = json!(["nobody"])),
            Self::UnknownRequirement => {
                changed(&|good| good["items"][0]["requirements"] = json!(["R-nobody"]))
            }
            Self::Invented => changed(&|good| {
                let cite = json!({ "document": "docs/other.md", "first_line": 1, "last_line": 2 });
                good["items"][0]["cites"] = json!([cite]);
            }),
            Self::Circle => changed(&|good| {
                good["items"][0]["depends_on"] = json!([good["items"][1]["id"]]);
                good["items"][1]["depends_on"] = json!([good["items"][0]["id"]]);
            }),
            Self::OtherForm => changed(&|good| good["thoughts"] = json!("hm")),
            Self::Refusal => {
                let say = "I will not help with that.".to_owned();
                answer(Answer { say, finish: Finish::Refused, ..Answer::default() })
            }
            Self::Limited => Does::Fail(Failure { status: 429, retry_after: Some(7), ..Failure::default() }),
            Self::Status(status) => Does::Fail(Failure { status, ..Failure::default() }),
            Self::Slow => answer(Answer { say: text, pause_ms: 1, ..Answer::default() }),
            Self::Cut => answer(Answer { say: text, cut: Cut::Crash, ..Answer::default() }),
            Self::Stuck => answer(Answer { say: text, cut: Cut::Hang, ..Answer::default() }),
            Self::Hang => Does::Hang,
        }
    }
}

/// What is not large takes an hour.
const HOUR: u64 = 60;

/// A good answer.
pub fn answer(prompt: &Prompt, shape: Shape) -> Value {
    let text = &prompt.first;
    if text.contains("`same` has groups of ids") {
        return json!({ "same": [], "edges": [] });
    }
    let requirements = requirements(text);
    let items: Vec<Value> = if text.starts_with("Split one item") {
        let (title, likely) = (split_title(text), split_minutes(text));
        let first = likely >= shape.minutes;
        let parts = if first { shape.first_parts } else { shape.parts };
        let minutes = |n: u64| if first && n > shape.large.1 { HOUR } else { (likely / parts).max(1) };
        (1..=parts)
            .map(|n| {
                let ids: Vec<&str> = requirements.iter().map(|(id, _)| id.as_str()).collect();
                item(n, &format!("Part {n} of {title}"), minutes(n), &ids)
            })
            .collect()
    } else {
        (1..)
            .zip(&requirements)
            .map(|(n, (id, line))| {
                let title = format!("Do {}", line_text(text, *line));
                item(n, &title, if n > shape.large.0 { HOUR } else { shape.minutes }, &[id])
            })
            .collect()
    };
    json!({ "items": items, "existing": [], "whole": "" })
}

fn item(number: u64, title: &str, minutes: u64, requirements: &[&str]) -> Value {
    let title: String = title.chars().take(200).collect();
    json!({
        "id": format!("a{number}"), "title": title, "description": "As the document says.",
        "depends_on": [], "low_minutes": minutes.div_ceil(2), "likely_minutes": minutes, "high_minutes": minutes * 2,
        "complexity": 3, "complexity_reasons": ["known steps"], "category": "feature", "priority": "medium",
        "tags": [], "acceptance": ["It does what the document says."], "files": [], "confidence": 80,
        "requirements": requirements, "cites": [],
    })
}

/// Ids of the requirements that a question shows, with their first lines.
fn requirements(text: &str) -> Vec<(String, u64)> {
    let of = |line: &str| {
        let rest = line.strip_prefix("- R-")?;
        let id = format!("R-{}", rest.split(' ').next()?);
        let at = rest.split_once("line ").or_else(|| rest.split_once("lines "))?.1;
        let digits: String = at.chars().take_while(char::is_ascii_digit).collect();
        Some((id, digits.parse().ok()?))
    };
    text.lines().filter_map(of).collect()
}

fn line_text(text: &str, number: u64) -> &str {
    let prefix = format!("{number}| ");
    text.lines()
        .find_map(|line| line.strip_prefix(&prefix))
        .unwrap_or("it")
        .trim_start_matches(['-', '*', ' '])
}

fn split_title(text: &str) -> &str {
    text.lines().find_map(|line| line.strip_prefix("Title: ")).unwrap_or("it")
}

fn split_minutes(text: &str) -> u64 {
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    text.split_once("likely ").and_then(|(_, rest)| digits(rest).parse().ok()).unwrap_or(1)
}
