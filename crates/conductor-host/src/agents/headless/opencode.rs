//! OpenCode: `opencode run --format json …`.
//!
//! Each step tells what it alone used. While it tries again it is mute, but for its log, which is asked for on standard
//! error. What its rules forbid is refused without a
//! question, which stands on standard error; its exit code is 0 all the same.

use conductor_engine::agent_event::{AgentEvent, Permit, ToolKind, ToolNews, ToolStatus};
use conductor_engine::attempt::Usage;
use serde_json::Value;

use super::super::catalogue::Known;
use super::super::limits::{end_by_error, status_in};
use super::super::result_file::micros;
use super::super::speaker::{TurnEnd, cut, cut_at, said};
use super::{Dialect, number, session_id, sum, text, todo};
use crate::clock::now;
use crate::process::Exit;

/// What was heard of OpenCode.
#[derive(Debug, Default)]
pub(in super::super) struct Opencode {
    usage: Usage,
    session: Option<String>,
    error: Option<(Option<u16>, String)>,
    /// Why the last step ended.
    reason: Option<String>,
    no_session: Option<String>,
    /// A step has begun, and nothing came of it so far.
    begun: bool,
}

/// What a line of its log says of a try that failed. A try for a title, with its small model, holds up nothing.
pub(in super::super) fn retry(line: &str) -> Option<AgentEvent> {
    let failed = line.contains("level=ERROR") && line.contains("message=\"stream error\"");
    if !failed || line.contains("small=true") {
        return None;
    }
    let (_, words) = line.split_once("error.error=")?;
    let words = words.trim().trim_matches('"');
    let words = words.split_once("Error: ").map_or(words, |(_, words)| words);
    Some(AgentEvent::Retry { status: status_in(words), delay_ms: None, text: cut_at(words, 1000) })
}

impl Dialect for Opencode {
    fn value(&mut self, value: &Value, events: &mut Vec<AgentEvent>) -> bool {
        self.session(value, events);
        let kind = text(value, "/type");
        let begun = std::mem::replace(&mut self.begun, kind == Some("step_start"));
        match kind {
            Some("step_start") => {
                self.error = None;
                // A connection that breaks off stands in no log: it only begins the step again.
                if begun {
                    let text = "the answer of its provider broke off".to_owned();
                    events.push(AgentEvent::Retry { status: None, delay_ms: None, text });
                }
            }
            Some("text") => {
                events.extend(said(text(value, "/part/text").unwrap_or_default(), false));
            }
            Some("reasoning") => {
                let words = cut(text(value, "/part/text").unwrap_or_default());
                events.push(AgentEvent::Thought { text: words, part: false });
            }
            Some("tool_use") => tool(value, events),
            Some("step_finish") => self.step(value),
            Some("error") => {
                let status = number(value, "/error/data/statusCode").and_then(|s| u16::try_from(s).ok());
                let words = text(value, "/error/data/message").or(text(value, "/error/name"));
                let words = cut(words.unwrap_or("an error"));
                events.push(AgentEvent::Error { text: words.clone() });
                self.error = Some((status, words));
            }
            _ => return false,
        }
        true
    }

    fn error_line(&mut self, line: &str, events: &mut Vec<AgentEvent>) -> bool {
        if let Some(retry) = retry(line) {
            events.push(retry);
            return true;
        }
        if line.contains("Session not found") {
            self.no_session = Some(cut(line.trim()));
        }
        let Some((what, _)) = line.split_once("auto-rejecting") else { return false };
        let what = what.trim().trim_start_matches(['!', ' ']).trim_end_matches([';', ',', ' ']);
        events.push(AgentEvent::Permission {
            title: cut_at(what, 300),
            tool: ToolKind::Other,
            call: None,
            answer: Permit::Refused,
            why: "its own rules".to_owned(),
        });
        true
    }

    fn verdict(&mut self, exit: Exit) -> Option<TurnEnd> {
        if let Some(message) = self.no_session.take() {
            return Some(TurnEnd::NoSession { message });
        }
        if let Some((status, words)) = self.error.take() {
            return Some(end_by_error(status, &words, Some(Known::Opencode), now()));
        }
        match self.reason.as_deref()? {
            "length" => {
                Some(TurnEnd::failed("its answer was cut off: the most tokens of one answer were used"))
            }
            "content-filter" => Some(TurnEnd::Refused { reason: "the provider's filter".to_owned() }),
            // A turn that ends after a tool was cut short, by whatever the exit tells.
            "tool-calls" if exit != Exit::Code(0) => None,
            _ => Some(TurnEnd::Ended),
        }
    }

    fn usage(&self) -> Usage {
        self.usage.clone()
    }
}

impl Opencode {
    /// Each line names the session; the first one is news.
    fn session(&mut self, value: &Value, events: &mut Vec<AgentEvent>) {
        let id = session_id(text(value, "/sessionID"));
        if id.is_some() && id != self.session {
            self.session.clone_from(&id);
            events.extend(id.map(|id| AgentEvent::Session { id, resumed: false, model: None, mode: None }));
        }
    }

    fn step(&mut self, value: &Value) {
        let tokens = |key: &str| number(value, &format!("/part/tokens/{key}"));
        let add = |sum: &mut Option<u64>, more: Option<u64>| {
            if let Some(more) = more {
                *sum = Some(sum.unwrap_or_default().saturating_add(more));
            }
        };
        add(
            &mut self.usage.input_tokens,
            sum([tokens("input"), tokens("cache/read"), tokens("cache/write")]),
        );
        add(&mut self.usage.output_tokens, sum([tokens("output"), tokens("reasoning")]));
        // A provider without prices costs "0", which is no price.
        let cost = value.pointer("/part/cost").and_then(micros).filter(|cost| *cost > 0);
        add(&mut self.usage.cost_micros, cost);
        self.reason = text(value, "/part/reason").map(str::to_owned);
    }
}

fn tool(value: &Value, events: &mut Vec<AgentEvent>) {
    let name = text(value, "/part/tool").unwrap_or("a tool");
    let state = value.pointer("/part/state").cloned().unwrap_or_default();
    if name == "todowrite" {
        let todos = state.pointer("/input/todos").and_then(Value::as_array);
        events.push(AgentEvent::Plan {
            steps: todos.into_iter().flatten().take(200).filter_map(todo).collect(),
        });
    }
    let words = text(&state, "/output").or(text(&state, "/error")).unwrap_or_default();
    let refused = words.contains("rejected permission") || words.contains("prevents you from using");
    let status = match text(&state, "/status") {
        Some("completed") => ToolStatus::Done,
        Some("error") if refused => ToolStatus::Refused,
        Some("error") => ToolStatus::Failed,
        Some("pending") => ToolStatus::Pending,
        _ => ToolStatus::Running,
    };
    let what = text(&state, "/title").or(text(&state, "/input/command")).unwrap_or_default();
    events.push(AgentEvent::Tool(ToolNews {
        id: cut(text(value, "/part/callID").unwrap_or("?")),
        title: Some(cut_at(format!("{name} {}", what.lines().next().unwrap_or_default()).trim(), 300)),
        tool: Some(kind(name)),
        status: Some(status),
        input: state.get("input").map(|input| cut(&input.to_string())),
        output: Some(cut(words)),
        paths: text(&state, "/input/filePath").map(cut).into_iter().collect(),
        past: false,
    }));
}

fn kind(name: &str) -> ToolKind {
    match name {
        "read" | "list" => ToolKind::Read,
        "write" | "edit" | "patch" | "apply_patch" => ToolKind::Edit,
        "bash" => ToolKind::Execute,
        "glob" | "grep" => ToolKind::Search,
        "webfetch" | "websearch" => ToolKind::Fetch,
        "todowrite" | "todoread" => ToolKind::Think,
        name if name.starts_with("conductor_") => ToolKind::Conductor,
        _ => ToolKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_log_tells_of_a_try_that_failed() {
        let line = |small: bool, words: &str| {
            format!(
                "timestamp=2026-11-28T15:26:54.208Z level=ERROR run=b443674a message=\"stream error\" \
                 providerID=fake small={small} agent=build error.error=\"AI_APICallError: {words}\""
            )
        };
        let told = |line: &str| match retry(line) {
            Some(AgentEvent::Retry { status, text, .. }) => Some((status, text)),
            _ => None,
        };
        let limit = "Rate limit reached. Please try again in 1s.";
        assert_eq!(told(&line(false, limit)), Some((Some(429), limit.to_owned())));
        assert_eq!(told(&line(false, "The server had an error")).map(|(status, _)| status), Some(None));
        assert_eq!(told(&line(true, limit)), None, "a title is not what is waited for");
        assert_eq!(told("level=ERROR message=process error=\"Rate limit reached\""), None);
    }

    #[test]
    fn a_step_that_begins_again_is_a_try() {
        let mut opencode = Opencode::default();
        let mut events = Vec::new();
        let begins = serde_json::json!({"type": "step_start", "sessionID": "s"});
        opencode.value(&begins, &mut events);
        opencode.value(&serde_json::json!({"type": "text", "part": {"text": "x"}}), &mut events);
        opencode.value(&begins, &mut events);
        assert!(!events.iter().any(|event| matches!(event, AgentEvent::Retry { .. })));
        opencode.value(&begins, &mut events);
        assert!(matches!(events.last(), Some(AgentEvent::Retry { status: None, .. })));
    }
}
