//! Lines by which any program can say more than plain text: a JSON object with the key `conductor`, one a line.
//!
//! `{"conductor":"message","text":"…"}`, and likewise `thought`, `progress` (with `percent`), `note`, `question`
//! (with `options`), `blocked`, `error`, `limit` (with `until`), `session` (with `id`), `usage` (`input_tokens`,
//! `output_tokens`, `cost_usd`: what was used so far, not what was added), `plan` (`steps`, each `text` and
//! `status`) and `tool` (`id`, `title`, `tool`, `status`, `input`, `output`, `paths`).

use conductor_engine::agent_event::{AgentEvent, PlanStep, StepStatus, ToolKind, ToolNews, ToolStatus};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::result_file;
use super::speaker::{cut, finding};

/// What a line of the contract says.
pub(super) enum Said {
    Event(AgentEvent),
    /// It has the key, but not the form.
    Broken(AgentEvent),
}

/// Reads a line; `None` for one that is not of the contract.
pub(super) fn read(line: &[u8]) -> Option<Said> {
    if !line.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let value: Value = serde_json::from_slice(line).ok()?;
    let kind = value.get("conductor")?;
    let event = kind.as_str().and_then(|kind| event(kind, &value));
    Some(event.map_or_else(|| Said::Broken(finding("not a line of the contract", line)), Said::Event))
}

fn event(kind: &str, value: &Value) -> Option<AgentEvent> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(cut);
    Some(match kind {
        "message" => AgentEvent::Message { text: value.get("text")?.as_str()?.to_owned(), part: false },
        "thought" => AgentEvent::Thought { text: text("text")?, part: false },
        "progress" => AgentEvent::Progress {
            text: text("text").unwrap_or_default(),
            percent: value.get("percent").and_then(Value::as_u64).and_then(|n| u8::try_from(n.min(100)).ok()),
        },
        "note" => AgentEvent::Note { text: text("text")? },
        "question" => AgentEvent::Question { text: text("text")?, options: texts(value, "options") },
        "blocked" => AgentEvent::Blocker { text: text("text")? },
        "error" => AgentEvent::Error { text: text("text")? },
        "limit" => AgentEvent::Limit {
            until: text("until").and_then(|until| until.parse().ok()),
            text: text("text").unwrap_or_default(),
        },
        "session" => AgentEvent::Session {
            id: text("id").filter(|id| !id.is_empty() && id.len() <= 200)?,
            resumed: false,
            model: text("model"),
            mode: None,
        },
        "usage" => AgentEvent::Usage { usage: result_file::usage(value) },
        "plan" => AgentEvent::Plan { steps: steps(value)? },
        "tool" => AgentEvent::Tool(ToolNews {
            id: text("id")?,
            title: text("title"),
            tool: word::<ToolKind>(value, "tool"),
            status: word::<ToolStatus>(value, "status"),
            input: text("input"),
            output: text("output"),
            paths: texts(value, "paths"),
            past: false,
        }),
        _ => return None,
    })
}

/// A word of a closed list; what is not in it is as if it were absent.
fn word<T: DeserializeOwned>(value: &Value, key: &str) -> Option<T> {
    serde_json::from_value(value.get(key)?.clone()).ok()
}

fn texts(value: &Value, key: &str) -> Vec<String> {
    let all = value.get(key).and_then(Value::as_array);
    all.into_iter().flatten().filter_map(Value::as_str).take(50).map(cut).collect()
}

fn steps(value: &Value) -> Option<Vec<PlanStep>> {
    let step = |step: &Value| {
        Some(PlanStep {
            text: cut(step.get("text")?.as_str()?),
            status: word(step, "status").unwrap_or(StepStatus::Pending),
        })
    };
    Some(value.get("steps")?.as_array()?.iter().take(200).filter_map(step).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(line: &str) -> String {
        match read(line.as_bytes()) {
            None => "plain".to_owned(),
            Some(Said::Broken(_)) => "broken".to_owned(),
            Some(Said::Event(event)) => serde_json::to_string(&event).unwrap(),
        }
    }

    #[test]
    fn lines_of_the_contract_are_told_from_plain_ones() {
        let lines = [
            r#"{"conductor":"message","text":"hi"}"#,
            r#" {"conductor":"progress","text":"half","percent":250}"#,
            r#"{"conductor":"tool","id":"1","tool":"execute","status":"running","title":"make","more":1}"#,
            r#"{"conductor":"tool","id":"1","status":"sideways"}"#,
            r#"{"conductor":"plan","steps":[{"text":"a","status":"done"},{"text":"b"},3]}"#,
            r#"{"conductor":"usage","input_tokens":5,"cost_usd":0.5}"#,
            r#"{"conductor":"limit","until":"soon"}"#,
            r#"{"conductor":"message"}"#,
            r#"{"conductor":"dance"}"#,
            r#"{"conductor":7}"#,
            r#"{"other":1}"#,
            r#"{"conductor":"#,
            "conductor",
        ];
        insta::assert_snapshot!(lines.map(told).join("\n"), @r#"
        {"kind":"message","text":"hi"}
        {"kind":"progress","text":"half","percent":100}
        {"kind":"tool","id":"1","title":"make","tool":"execute","status":"running"}
        {"kind":"tool","id":"1"}
        {"kind":"plan","steps":[{"text":"a","status":"done"},{"text":"b","status":"pending"}]}
        {"kind":"usage","usage":{"input_tokens":5,"output_tokens":null,"cost_micros":500000}}
        {"kind":"limit","text":""}
        broken
        broken
        broken
        plain
        plain
        plain
        "#);
    }

    proptest! {
        #[test]
        fn garbage_never_panics(bytes in any::<Vec<u8>>(), text in r#"\{"conductor":"(tool|plan|usage|x)"[-0-9a-z":,{}\[\]]{0,20}\}"#) {
            let _whatever = (read(&bytes), read(text.as_bytes()));
        }
    }
}
