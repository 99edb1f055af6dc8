//! Claude Code: `claude -p … --output-format stream-json --verbose`.
//!
//! Its result line says `subtype: "success"` also when the provider refused the request, so that `is_error` decides;
//! and it exits with 0 when it was interrupted. The usage on its messages is a start value, the one in the result is
//! the sum. A limit shows as `api_retry` with status 429, or as a `rate_limit_event` that is not only a warning.

use conductor_engine::agent_event::{AgentEvent, ToolKind, ToolNews, ToolStatus};
use conductor_engine::attempt::Usage;
use jiff::Timestamp;
use serde_json::Value;

use super::super::catalogue::Known;
use super::super::limits::end_by_error;
use super::super::result_file::micros;
use super::super::speaker::{TurnEnd, cut, said};
use super::{Dialect, number, session_id, sum, text, todo};
use crate::clock::now;
use crate::process::Exit;

/// What was heard of Claude Code.
#[derive(Debug, Default)]
pub(in super::super) struct Claude {
    usage: Usage,
    result: Option<Ended>,
    no_session: Option<String>,
    limit: Option<Limit>,
    last_tool: Option<String>,
    /// The calls that it said were not permitted.
    denied: Vec<String>,
    said: bool,
}

/// The most calls that are remembered as not permitted; the last one stands in the result as well.
const MOST_DENIED: usize = 200;

/// A limit that the provider put up.
#[derive(Debug)]
struct Limit {
    until: Option<Timestamp>,
}

/// What the result line says.
#[derive(Debug)]
struct Ended {
    is_error: bool,
    subtype: String,
    text: String,
    status: Option<u16>,
    refused: bool,
}

impl Dialect for Claude {
    fn value(&mut self, value: &Value, events: &mut Vec<AgentEvent>) -> bool {
        match (text(value, "/type"), text(value, "/subtype")) {
            (Some("system"), Some("init")) => {
                events.extend(session_id(text(value, "/session_id")).map(|id| AgentEvent::Session {
                    id,
                    resumed: false,
                    model: text(value, "/model").map(cut),
                    mode: text(value, "/permissionMode").map(cut),
                }))
            }
            (Some("system"), Some("api_retry")) => events.push(AgentEvent::Retry {
                status: number(value, "/error_status").and_then(|status| u16::try_from(status).ok()),
                delay_ms: number(value, "/retry_delay_ms"),
                text: cut(text(value, "/error").unwrap_or("an error of the provider")),
            }),
            (Some("system"), Some("permission_denied")) => {
                let id = text(value, "/tool_use_id").filter(|_| self.denied.len() < MOST_DENIED);
                self.denied.extend(id.map(cut));
            }
            // Estimates while it thinks, and its own book-keeping of commands: signs of life, and no news.
            (Some("system"), Some("thinking_tokens" | "status" | "task_started" | "task_notification")) => {}
            (Some("rate_limit_event"), _) => self.rate_limit(value, events),
            (Some("assistant"), _) => self.assistant(value, events),
            (Some("user"), _) => self.user(value, events),
            (Some("stream_event"), _) => {}
            (Some("result"), subtype) => self.result(value, subtype.unwrap_or_default(), events),
            _ => return false,
        }
        true
    }

    fn error_line(&mut self, line: &str, _: &mut Vec<AgentEvent>) -> bool {
        if line.contains("No conversation found") {
            self.no_session = Some(cut(line.trim()));
        }
        false
    }

    fn verdict(&mut self, _: Exit) -> Option<TurnEnd> {
        if let Some(message) = self.no_session.take() {
            return Some(TurnEnd::NoSession { message });
        }
        let Some(ended) = &self.result else {
            return self.limit.as_ref().map(|limit| TurnEnd::Limited { until: limit.until });
        };
        if !ended.is_error && ended.subtype == "success" {
            return Some(if ended.refused {
                TurnEnd::Refused { reason: ended.text.clone() }
            } else {
                TurnEnd::Ended
            });
        }
        if let Some(limit) = &self.limit {
            return Some(TurnEnd::Limited { until: limit.until });
        }
        let words =
            if ended.text.is_empty() { format!("it ended as {}", ended.subtype) } else { ended.text.clone() };
        Some(end_by_error(ended.status, &words, Some(Known::Claude), now()))
    }

    fn usage(&self) -> Usage {
        self.usage.clone()
    }
}

impl Claude {
    /// A warning is no limit.
    fn rate_limit(&mut self, value: &Value, events: &mut Vec<AgentEvent>) {
        let info = |key: &str| value.pointer(&format!("/rate_limit_info/{key}"));
        if info("status").and_then(Value::as_str) != Some("rejected") {
            return events.push(super::raw(value));
        }
        let until = info("resetsAt").and_then(Value::as_i64).and_then(|at| Timestamp::from_second(at).ok());
        let kind = info("rateLimitType").and_then(Value::as_str).unwrap_or("limit");
        events.push(AgentEvent::Limit { until, text: cut(kind) });
        self.limit = Some(Limit { until });
    }

    fn assistant(&mut self, value: &Value, events: &mut Vec<AgentEvent>) {
        // Its own words for an error, which the result has too.
        if text(value, "/message/model") == Some("<synthetic>") {
            return;
        }
        // An agent of the agent's: what it says is not the last word on the task.
        let inner = text(value, "/parent_tool_use_id").is_some();
        // What it says itself after a result is of another turn, which has to end by itself.
        if !inner {
            self.result = None;
        }
        for block in value.pointer("/message/content").and_then(Value::as_array).into_iter().flatten() {
            match text(block, "/type") {
                Some("text") if inner => {
                    let words = cut(text(block, "/text").unwrap_or_default());
                    events.push(AgentEvent::Thought { text: words, part: false });
                }
                Some("text") => {
                    self.said = true;
                    events.extend(said(text(block, "/text").unwrap_or_default(), false));
                }
                Some("thinking") => {
                    let words = text(block, "/thinking").unwrap_or_default();
                    if !words.is_empty() {
                        events.push(AgentEvent::Thought { text: cut(words), part: false });
                    }
                }
                Some("tool_use") => self.tool_use(block, events),
                _ => events.push(super::raw(block)),
            }
        }
    }

    fn tool_use(&mut self, block: &Value, events: &mut Vec<AgentEvent>) {
        let (Some(id), Some(name)) = (text(block, "/id"), text(block, "/name")) else { return };
        self.last_tool = Some(cut(id));
        if name == "TodoWrite" {
            let todos = block.pointer("/input/todos").and_then(Value::as_array);
            events.push(AgentEvent::Plan {
                steps: todos.into_iter().flatten().take(200).filter_map(todo).collect(),
            });
        }
        let input = block.get("input").cloned().unwrap_or_default();
        events.push(AgentEvent::Tool(ToolNews {
            id: cut(id),
            title: Some(title(name, &input)),
            tool: Some(kind(name)),
            status: Some(ToolStatus::Running),
            input: Some(cut(&input.to_string())),
            paths: ["/file_path", "/notebook_path", "/path"]
                .iter()
                .filter_map(|place| text(&input, place))
                .map(cut)
                .collect(),
            ..ToolNews::default()
        }));
    }

    fn user(&self, value: &Value, events: &mut Vec<AgentEvent>) {
        for block in value.pointer("/message/content").and_then(Value::as_array).into_iter().flatten() {
            let (Some("tool_result"), Some(id)) = (text(block, "/type"), text(block, "/tool_use_id")) else {
                continue;
            };
            let words = content(block);
            let failed = block.get("is_error").and_then(Value::as_bool).unwrap_or(false);
            let status = match failed {
                true if self.denied.contains(&cut(id)) || is_refusal(&words) => ToolStatus::Refused,
                true => ToolStatus::Failed,
                false => ToolStatus::Done,
            };
            events.push(AgentEvent::Tool(ToolNews {
                id: cut(id),
                status: Some(status),
                output: Some(cut(&words)),
                ..ToolNews::default()
            }));
        }
    }

    fn result(&mut self, value: &Value, subtype: &str, events: &mut Vec<AgentEvent>) {
        let words = text(value, "/result").unwrap_or_default();
        let errors = value.pointer("/errors").and_then(Value::as_array).into_iter().flatten();
        // A note to its own makers, where it was ended by others.
        let told = errors.filter_map(Value::as_str).filter(|error| !error.starts_with("[ede_diagnostic]"));
        let error = told.collect::<Vec<_>>().join("\n");
        let is_error = value.get("is_error").and_then(Value::as_bool).unwrap_or(subtype != "success");
        if !is_error && !self.said && !words.is_empty() {
            events.extend(said(words, false));
        }
        self.denied(value, events);
        let usage = |key: &str| number(value, &format!("/usage/{key}"));
        self.usage = Usage {
            input_tokens: sum([
                usage("input_tokens"),
                usage("cache_creation_input_tokens"),
                usage("cache_read_input_tokens"),
            ]),
            output_tokens: usage("output_tokens"),
            cost_micros: value.get("total_cost_usd").and_then(micros),
        };
        self.result = Some(Ended {
            is_error,
            subtype: subtype.to_owned(),
            text: cut(if words.is_empty() { &error } else { words }),
            status: number(value, "/api_error_status").and_then(|status| u16::try_from(status).ok()),
            refused: text(value, "/stop_reason") == Some("refusal"),
        });
    }

    /// What it was not permitted stands in the result; it stopped there when that was the last thing it tried.
    fn denied(&self, value: &Value, events: &mut Vec<AgentEvent>) {
        let denials = value.pointer("/permission_denials").and_then(Value::as_array);
        for denial in denials.into_iter().flatten() {
            let Some(id) = text(denial, "/tool_use_id").map(cut) else { continue };
            if Some(&id) != self.last_tool.as_ref() {
                continue;
            }
            let name = text(denial, "/tool_name").unwrap_or("a tool");
            let input = denial.get("tool_input").cloned().unwrap_or_default();
            events.push(AgentEvent::Tool(ToolNews {
                id,
                title: Some(title(name, &input)),
                status: Some(ToolStatus::Refused),
                ..ToolNews::default()
            }));
        }
    }
}

/// What a tool gave: a text, or a list of blocks of which some are text.
fn content(block: &Value) -> String {
    match block.get("content") {
        Some(Value::String(words)) => words.clone(),
        Some(Value::Array(parts)) => {
            parts.iter().filter_map(|part| text(part, "/text")).collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

/// The words of versions that do not tell it apart. What a command says of files that it may not read is none of them.
fn is_refusal(words: &str) -> bool {
    let words = words.get(..words.floor_char_boundary(300)).unwrap_or(words);
    words.contains("requested permissions") || words.contains("requires approval")
}

fn kind(name: &str) -> ToolKind {
    match name {
        "Read" | "NotebookRead" => ToolKind::Read,
        "Write" | "Edit" | "MultiEdit" | "NotebookEdit" => ToolKind::Edit,
        "Bash" | "BashOutput" | "KillShell" => ToolKind::Execute,
        "Glob" | "Grep" | "LS" | "ToolSearch" => ToolKind::Search,
        "WebFetch" | "WebSearch" => ToolKind::Fetch,
        "TodoWrite" => ToolKind::Think,
        "ExitPlanMode" | "EnterPlanMode" => ToolKind::SwitchMode,
        name if name.starts_with("mcp__conductor__") => ToolKind::Conductor,
        _ => ToolKind::Other,
    }
}

/// A tool with what it is used on, in one line.
fn title(name: &str, input: &Value) -> String {
    let what =
        ["/command", "/file_path", "/notebook_path", "/path", "/pattern", "/url", "/query", "/description"]
            .iter()
            .find_map(|place| text(input, place));
    let line = what.unwrap_or_default().lines().next().unwrap_or_default();
    super::super::speaker::cut_at(format!("{name} {line}").trim(), 300)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_was_not_permitted_is_a_refusal() {
        let status = |denied: bool, words: &str| {
            let mut claude = Claude::default();
            let mut events = Vec::new();
            if denied {
                let told = json!({"type": "system", "subtype": "permission_denied", "tool_use_id": "t1"});
                claude.value(&told, &mut events);
            }
            let result =
                json!({"type": "tool_result", "tool_use_id": "t1", "is_error": true, "content": words});
            claude.value(&json!({"type": "user", "message": {"content": [result]}}), &mut events);
            match events.last() {
                Some(AgentEvent::Tool(news)) => news.status,
                _ => None,
            }
        };
        let refused = Some(ToolStatus::Refused);
        assert_eq!(status(true, "Permission to use Bash has been denied."), refused);
        assert_eq!(status(false, "This command requires approval"), refused);
        assert_eq!(status(false, "Claude requested permissions to write to a, but …"), refused);
        assert_eq!(status(false, "cat: /var/x: Permission denied"), Some(ToolStatus::Failed));
    }
}
