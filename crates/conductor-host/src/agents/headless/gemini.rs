//! Gemini CLI: `gemini … --output-format stream-json -p …`.
//!
//! Its exit code is the HTTP status modulo 256, so that 400 is 144. While it tries again it is mute on standard output
//! and says so on standard error, in lines that belong together. A message comes in many pieces.

use conductor_engine::agent_event::{AgentEvent, ToolKind, ToolNews, ToolStatus};
use conductor_engine::attempt::Usage;
use serde_json::Value;

use super::super::catalogue::Known;
use super::super::limits::{end_by_error, span_in, status_in};
use super::super::speaker::{TurnEnd, cut, cut_at, said};
use super::{Dialect, number, session_id, text};
use crate::clock::now;
use crate::process::Exit;

/// What was heard of Gemini CLI.
#[derive(Debug, Default)]
pub(in super::super) struct Gemini {
    usage: Usage,
    end: Option<Result<(), String>>,
    no_session: Option<String>,
    retries: Retries,
}

/// What it says on standard error while it tries again, also when it is talked to by the protocol.
#[derive(Debug, Default)]
pub(in super::super) struct Retries {
    /// It said that a try failed; the pause may stand in the next line.
    trying: Option<String>,
}

impl Retries {
    /// What a line says of it, if anything.
    pub(in super::super) fn hear(&mut self, line: &str) -> Option<AgentEvent> {
        let begins = line.starts_with("Attempt ") && line.contains(" failed");
        let pauses = line.contains("Retrying after ") || line.contains("Retrying with backoff");
        let words = match (begins, self.trying.take()) {
            (true, _) => line.to_owned(),
            (false, Some(first)) if pauses => format!("{first} {line}"),
            (false, _) => return None,
        };
        let delay = line.split_once("Retrying ").map(|(_, rest)| format!("retrying {rest}"));
        let delay = delay.as_deref().and_then(span_in);
        if begins && !pauses {
            self.trying = Some(words.clone());
        }
        Some(AgentEvent::Retry {
            status: status_in(&words),
            delay_ms: delay.and_then(|span| u64::try_from(span.as_millis()).ok()),
            text: cut_at(&words, 1000),
        })
    }
}

/// Its exit code for a sign-in that failed.
const NOT_SIGNED_IN: i32 = 41;

impl Dialect for Gemini {
    fn value(&mut self, value: &Value, events: &mut Vec<AgentEvent>) -> bool {
        match text(value, "/type") {
            Some("init") => {
                events.extend(session_id(text(value, "/session_id")).map(|id| AgentEvent::Session {
                    id,
                    resumed: false,
                    model: text(value, "/model").map(cut),
                    mode: None,
                }));
            }
            Some("message") => {
                if text(value, "/role") == Some("assistant") {
                    let part = value.get("delta").and_then(Value::as_bool).unwrap_or(false);
                    events.extend(said(text(value, "/content").unwrap_or_default(), part));
                }
            }
            Some("tool_use") => events.push(AgentEvent::Tool(tool_use(value))),
            Some("tool_result") => events.push(AgentEvent::Tool(tool_result(value))),
            Some("error") => {
                let words = text(value, "/message").unwrap_or("an error");
                events.push(AgentEvent::Error { text: cut(words) });
            }
            Some("result") => self.result(value),
            _ => return false,
        }
        true
    }

    fn error_line(&mut self, line: &str, events: &mut Vec<AgentEvent>) -> bool {
        if line.contains("Error resuming session") {
            self.no_session = Some(cut(line.trim()));
        }
        let retry = self.retries.hear(line);
        let heard = retry.is_some();
        events.extend(retry);
        heard
    }

    fn verdict(&mut self, exit: Exit) -> Option<TurnEnd> {
        if let Some(message) = self.no_session.take() {
            return Some(TurnEnd::NoSession { message });
        }
        let by_exit = status_of(exit);
        match self.end.take() {
            Some(Ok(())) => Some(TurnEnd::Ended),
            Some(Err(words)) => Some(end_by_error(by_exit, &words, Some(Known::Gemini), now())),
            None if exit == Exit::Code(NOT_SIGNED_IN) => {
                Some(end_by_error(Some(401), "no valid sign-in", Some(Known::Gemini), now()))
            }
            None => by_exit.map(|status| {
                end_by_error(Some(status), &format!("HTTP {status}"), Some(Known::Gemini), now())
            }),
        }
    }

    fn usage(&self) -> Usage {
        self.usage.clone()
    }
}

impl Gemini {
    fn result(&mut self, value: &Value) {
        self.usage = Usage {
            input_tokens: number(value, "/stats/input_tokens"),
            output_tokens: number(value, "/stats/output_tokens"),
            cost_micros: None,
        };
        self.end = Some(match text(value, "/status") {
            Some("success") => Ok(()),
            _ => Err(cut(text(value, "/error/message").unwrap_or("it ended with an error"))),
        });
    }
}

/// The HTTP status that an exit code stands for.
fn status_of(exit: Exit) -> Option<u16> {
    match exit {
        // 400 to 511, modulo 256. Shells use 128 and more for signals, which are not exits here.
        Exit::Code(code @ 144..=255) => u16::try_from(code + 256).ok(),
        Exit::Code(_) | Exit::Signal(_) => None,
    }
}

fn tool_use(value: &Value) -> ToolNews {
    let name = text(value, "/tool_name").unwrap_or("a tool");
    let input = value.get("parameters").cloned().unwrap_or_default();
    let place = ["/command", "/file_path", "/path", "/pattern", "/query", "/url", "/prompt"];
    let what = place.iter().find_map(|place| text(&input, place)).unwrap_or_default();
    ToolNews {
        id: cut(text(value, "/tool_id").unwrap_or("?")),
        title: Some(cut_at(format!("{name} {}", what.lines().next().unwrap_or_default()).trim(), 300)),
        tool: Some(kind(name)),
        status: Some(ToolStatus::Running),
        input: Some(cut(&input.to_string())),
        paths: text(&input, "/file_path").map(cut).into_iter().collect(),
        ..ToolNews::default()
    }
}

fn tool_result(value: &Value) -> ToolNews {
    let words = text(value, "/output").or(text(value, "/error/message")).unwrap_or_default();
    let refused = text(value, "/error/type")
        .is_some_and(|kind| kind.contains("policy") || kind.contains("denied"))
        || words.contains("denied by policy");
    let status = match text(value, "/status") {
        Some("success") => ToolStatus::Done,
        _ if refused => ToolStatus::Refused,
        _ => ToolStatus::Failed,
    };
    ToolNews {
        id: cut(text(value, "/tool_id").unwrap_or("?")),
        status: Some(status),
        output: Some(cut(words)),
        ..ToolNews::default()
    }
}

fn kind(name: &str) -> ToolKind {
    match name {
        "read_file" | "read_many_files" | "list_directory" => ToolKind::Read,
        "write_file" | "replace" => ToolKind::Edit,
        "run_shell_command" => ToolKind::Execute,
        "glob" | "search_file_content" | "grep_search" => ToolKind::Search,
        "web_fetch" | "google_web_search" => ToolKind::Fetch,
        "write_todos" | "save_memory" => ToolKind::Think,
        name if name.starts_with("mcp_conductor_") || name.starts_with("conductor__") => ToolKind::Conductor,
        _ => ToolKind::Other,
    }
}
