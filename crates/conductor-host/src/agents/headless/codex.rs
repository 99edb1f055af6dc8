//! Codex CLI: `codex exec --json …`.
//!
//! `error` lines are not final: it connects again, up to five times, and says so. Only `turn.completed` and
//! `turn.failed` end a turn. The usage in `turn.completed` counts from the beginning of the thread, also of one that
//! was resumed. What its sandbox forbids shows only on standard error: nothing is written, and it exits
//! with 0.

use conductor_engine::agent_event::{
    AgentEvent, Permit, PlanStep, StepStatus, ToolKind, ToolNews, ToolStatus,
};
use conductor_engine::attempt::Usage;
use serde_json::Value;

use super::super::catalogue::Known;
use super::super::limits::{end_by_error, span_in, status_in};
use super::super::speaker::{TurnEnd, cut, cut_at, said};
use super::{Dialect, number, session_id, text};
use crate::clock::now;
use crate::process::Exit;

/// What was heard of Codex.
#[derive(Debug, Default)]
pub(in super::super) struct Codex {
    usage: Usage,
    end: Option<End>,
    no_session: Option<String>,
}

#[derive(Debug)]
enum End {
    Completed,
    Failed(String),
}

impl Dialect for Codex {
    const COUNTS_SESSION: bool = true;

    fn value(&mut self, value: &Value, events: &mut Vec<AgentEvent>) -> bool {
        match text(value, "/type") {
            Some("thread.started") => {
                events.extend(session_id(text(value, "/thread_id")).map(|id| AgentEvent::Session {
                    id,
                    resumed: false,
                    model: None,
                    mode: None,
                }));
            }
            Some("turn.started") => {}
            Some("item.started" | "item.updated") => return item(value, false, events),
            Some("item.completed") => return item(value, true, events),
            Some("error") => {
                let words = text(value, "/message").unwrap_or_default();
                events.push(match words.starts_with("Reconnecting") {
                    true => AgentEvent::Retry {
                        status: status_in(words),
                        delay_ms: span_in(words).and_then(|span| u64::try_from(span.as_millis()).ok()),
                        text: cut(words),
                    },
                    false => AgentEvent::Error { text: cut(words) },
                });
            }
            Some("turn.completed") => {
                self.usage = Usage {
                    input_tokens: number(value, "/usage/input_tokens"),
                    output_tokens: number(value, "/usage/output_tokens"),
                    cost_micros: None,
                };
                self.end = Some(End::Completed);
            }
            Some("turn.failed") => {
                let words = text(value, "/error/message").unwrap_or("the turn failed");
                self.end = Some(End::Failed(cut(words)));
            }
            _ => return false,
        }
        true
    }

    fn error_line(&mut self, line: &str, events: &mut Vec<AgentEvent>) -> bool {
        if line.contains("thread/resume failed") || line.contains("no rollout found") {
            self.no_session = Some(cut(line.trim()));
        }
        // The only word of a change that its sandbox forbade: the turn ends as if it had been made.
        let Some((_, why)) = line.split_once("error=patch rejected: ") else { return false };
        events.push(AgentEvent::Permission {
            title: "change files".to_owned(),
            tool: ToolKind::Edit,
            call: None,
            answer: Permit::Refused,
            why: cut_at(why.trim(), 300),
        });
        true
    }

    fn verdict(&mut self, _: Exit) -> Option<TurnEnd> {
        if let Some(message) = self.no_session.take() {
            return Some(TurnEnd::NoSession { message });
        }
        Some(match self.end.take()? {
            End::Completed => TurnEnd::Ended,
            End::Failed(words) => end_by_error(None, &words, Some(Known::Codex), now()),
        })
    }

    fn usage(&self) -> Usage {
        self.usage.clone()
    }
}

/// An item begins, goes on or is over.
fn item(value: &Value, over: bool, events: &mut Vec<AgentEvent>) -> bool {
    let Some(item) = value.get("item") else { return false };
    let words = |place: &str| cut(text(item, place).unwrap_or_default());
    match text(item, "/type") {
        Some("agent_message") if over => {
            events.extend(said(text(item, "/text").unwrap_or_default(), false));
        }
        Some("reasoning") if over => events.push(AgentEvent::Thought { text: words("/text"), part: false }),
        Some("agent_message" | "reasoning") => {}
        Some("todo_list") => {
            let todos = item.pointer("/items").and_then(Value::as_array);
            events.push(AgentEvent::Plan {
                steps: todos.into_iter().flatten().take(200).filter_map(step).collect(),
            });
        }
        Some("command_execution") => {
            let command = words("/command");
            events.push(AgentEvent::Tool(ToolNews {
                output: over.then(|| words("/aggregated_output")),
                ..tool(item, over, ToolKind::Execute, command)
            }));
        }
        Some("file_change") => {
            let changes = item.pointer("/changes").and_then(Value::as_array);
            let paths: Vec<String> =
                changes.into_iter().flatten().filter_map(|c| text(c, "/path")).take(100).map(cut).collect();
            let title = format!("change {}", paths.join(", "));
            events.push(AgentEvent::Tool(ToolNews { paths, ..tool(item, over, ToolKind::Edit, title) }));
        }
        Some("mcp_tool_call") => {
            let kind = if text(item, "/server") == Some("conductor") {
                ToolKind::Conductor
            } else {
                ToolKind::Other
            };
            let title = format!("{} {}", words("/server"), words("/tool"));
            events.push(AgentEvent::Tool(ToolNews {
                input: item.get("arguments").map(|arguments| cut(&arguments.to_string())),
                ..tool(item, over, kind, title)
            }));
        }
        Some("web_search") => {
            events.push(AgentEvent::Tool(tool(item, over, ToolKind::Fetch, words("/query"))));
        }
        // A remark of its own, about a model that it does not know for one. It goes on.
        Some("error") => events.push(AgentEvent::Finding { what: words("/message"), line: String::new() }),
        _ => return false,
    }
    true
}

fn tool(item: &Value, over: bool, kind: ToolKind, title: String) -> ToolNews {
    let status = match (text(item, "/status"), item.pointer("/exit_code").and_then(Value::as_i64)) {
        (Some("declined"), _) => ToolStatus::Refused,
        (Some("failed"), _) => ToolStatus::Failed,
        (_, Some(code)) if over && code != 0 => ToolStatus::Failed,
        _ if over => ToolStatus::Done,
        _ => ToolStatus::Running,
    };
    ToolNews {
        id: cut(text(item, "/id").unwrap_or("?")),
        title: Some(cut_at(title.lines().next().unwrap_or_default(), 300)),
        tool: Some(kind),
        status: Some(status),
        ..ToolNews::default()
    }
}

fn step(todo: &Value) -> Option<PlanStep> {
    let done = todo.get("completed").and_then(Value::as_bool).unwrap_or(false);
    let status = if done { StepStatus::Done } else { StepStatus::Pending };
    Some(PlanStep { text: cut(text(todo, "/text")?), status })
}
