//! What an agent's updates say, in the neutral vocabulary. Read field by field: an update that lacks what the protocol
//! asks for, or has more, still says something.

use conductor_engine::agent_event::{AgentEvent, PlanStep, StepStatus, ToolKind, ToolNews, ToolStatus};
use serde_json::Value;

use super::super::desk::{SERVER_NAME, is_own_tool};
use super::super::limits::status_in;
use super::super::speaker::{cut, cut_at, said};
use super::state::{SideError, Stage, State};

/// Takes a `session/update` in.
pub(super) fn take(state: &mut State, params: &Value) {
    let update = params.get("update").cloned().unwrap_or_default();
    let name = text(&update, "/sessionUpdate").unwrap_or("?").to_owned();
    match name.as_str() {
        "agent_message_chunk" => chunk(state, &update, false),
        "agent_thought_chunk" => chunk(state, &update, true),
        "tool_call" | "tool_call_update" => {
            let mut news = tool(&update);
            news.past = state.stage == Stage::Loading;
            if name == "tool_call" && news.status.is_none() {
                news.status = Some(ToolStatus::Pending);
            }
            state.learn(&news);
            state.tell(AgentEvent::Tool(news));
        }
        "plan" => state.tell(AgentEvent::Plan { steps: plan(&update) }),
        "usage_update" => {
            if state.meter.cost(&update) {
                let usage = state.meter.used();
                state.tell(AgentEvent::Usage { usage });
            }
        }
        "session_info_update" => session_info(state, &update),
        "current_mode_update" => {
            let mode = text(&update, "/currentModeId").map(cut);
            if let Some(id) = state.session.clone() {
                state.tell(AgentEvent::Session { id, resumed: false, model: None, mode });
            }
        }
        // What it could be told to do, and the user's own words: no news.
        "available_commands_update" | "config_option_update" | "user_message_chunk" => {}
        _ => state.tell_raw(&name, &update),
    }
}

/// A piece of what it says or thinks. Outside of a turn it is no part of the task's story: a remark on a mode, a word
/// that comes late, a session of before that is told again.
fn chunk(state: &mut State, update: &Value, thought: bool) {
    let words = match text(update, "/content/type") {
        Some("text") | None => text(update, "/content/text").unwrap_or_default().to_owned(),
        Some(other) => format!("[{}]", cut_at(other, 50)),
    };
    if state.stage == Stage::Turn && state.meter.step(update) {
        let usage = state.meter.used();
        state.tell(AgentEvent::Usage { usage });
    }
    if words.is_empty() || state.stage == Stage::Loading {
        return;
    }
    if state.stage != Stage::Turn {
        return state.tell_raw("late message", update);
    }
    let this = Some((thought, text(update, "/messageId").map(str::to_owned)));
    let part = state.saying == this;
    state.saying = this;
    if thought {
        return state.events.push(AgentEvent::Thought { text: cut(&words), part });
    }
    if !part {
        state.said.clear();
    }
    if state.said.len() < 16 * 1024 {
        state.said.push_str(&cut(&words));
    }
    state.events.extend(said(&words, part));
}

/// One agent tells here, beside the protocol, that its provider fails, and then ends its turn as if nothing was.
fn session_info(state: &mut State, update: &Value) {
    let side = |place: &str| update.pointer(&format!("/_meta/codex{place}"));
    if let Some(error) = side("/error").filter(|error| error.is_object()) {
        let words = [text(error, "/message"), text(error, "/additionalDetails")];
        let words = words.into_iter().flatten().collect::<Vec<_>>().join(": ");
        let status = http_status(error).or_else(|| status_in(&words));
        let again = error.get("willRetry").and_then(Value::as_bool).unwrap_or(false);
        state.side_error = Some(SideError { status, text: cut(&words), is_final: !again });
        if again {
            state.tell(AgentEvent::Retry { status, delay_ms: None, text: cut(&words) });
        }
    }
    if side("/threadStatus/type").and_then(Value::as_str) == Some("systemError") {
        state.side_error.get_or_insert_default().is_final = true;
    }
}

/// One agent tells by an extension that it tries its provider again.
pub(super) fn retrying(state: &mut State, params: &Value) {
    let words = cut_at(&params.to_string(), 1000);
    let number = |places: &[&str]| places.iter().find_map(|place| params.pointer(place)?.as_f64());
    let status = number(&["/statusCode", "/status_code", "/status", "/error/status"]);
    let status = status.and_then(|status| format!("{status:.0}").parse().ok()).or_else(|| status_in(&words));
    let delay = number(&["/delayMs", "/retryAfterMs"])
        .or_else(|| number(&["/delaySeconds", "/delay", "/retryAfter"]).map(|seconds| seconds * 1000.0));
    let delay_ms = delay.and_then(|ms| format!("{ms:.0}").parse().ok());
    state.tell(AgentEvent::Retry { status, delay_ms, text: words });
}

/// The one number in `codexErrorInfo` that is a status, whatever it is called there.
fn http_status(error: &Value) -> Option<u16> {
    let info = error.get("codexErrorInfo")?.as_object()?;
    let status = info.values().find_map(|kind| kind.get("httpStatusCode")?.as_u64())?;
    u16::try_from(status).ok()
}

/// What is new of a tool call, also in a request for permission.
pub(super) fn tool(update: &Value) -> ToolNews {
    let name = text(update, "/name").or(text(update, "/_meta/claudeCode/toolName"));
    let title = text(update, "/title").or(name);
    ToolNews {
        id: text(update, "/toolCallId").map(|id| cut_at(id, 300)).unwrap_or_default(),
        title: title.map(|title| cut_at(title, 300)),
        tool: kind(text(update, "/kind").filter(|_| !is_own_call(update)), name, title),
        status: text(update, "/status").and_then(status),
        input: update.get("rawInput").filter(|input| !is_empty(input)).map(|input| cut(&input.to_string())),
        output: content(update),
        paths: paths(update),
        past: false,
    }
}

/// One agent calls every tool of a server a command; what it is given tells them apart.
fn is_own_call(update: &Value) -> bool {
    text(update, "/rawInput/server") == Some(SERVER_NAME) && update.pointer("/rawInput/command").is_none()
}

fn kind(word: Option<&str>, name: Option<&str>, title: Option<&str>) -> Option<ToolKind> {
    if word != Some("execute") && [name, title].into_iter().flatten().any(is_own_tool) {
        return Some(ToolKind::Conductor);
    }
    Some(match word? {
        "read" => ToolKind::Read,
        "edit" => ToolKind::Edit,
        "delete" => ToolKind::Delete,
        "move" => ToolKind::Move,
        "search" => ToolKind::Search,
        "execute" => ToolKind::Execute,
        "think" => ToolKind::Think,
        "fetch" => ToolKind::Fetch,
        "switch_mode" => ToolKind::SwitchMode,
        _ => ToolKind::Other,
    })
}

fn status(word: &str) -> Option<ToolStatus> {
    Some(match word {
        "pending" => ToolStatus::Pending,
        "in_progress" => ToolStatus::Running,
        "completed" => ToolStatus::Done,
        "failed" => ToolStatus::Failed,
        _ => return None,
    })
}

/// Text of the content; of a difference only whose it is, since the files have the rest.
fn content(update: &Value) -> Option<String> {
    let blocks = update.get("content")?.as_array()?;
    let text_of = |block: &Value| match text(block, "/type") {
        Some("content") => text(block, "/content/text").map(str::to_owned),
        Some("diff") => text(block, "/path").map(|path| format!("[difference in {path}]")),
        Some(other) => Some(format!("[{}]", cut_at(other, 50))),
        None => None,
    };
    let all: Vec<String> = blocks.iter().take(50).filter_map(text_of).collect();
    (!all.is_empty()).then(|| cut(&all.join("\n")))
}

fn paths(update: &Value) -> Vec<String> {
    let from = |list: &str| update.get(list).and_then(Value::as_array).into_iter().flatten().take(50);
    let mut all: Vec<String> = Vec::new();
    for place in from("locations").chain(from("content")) {
        if let Some(path) = text(place, "/path").map(cut)
            && !all.contains(&path)
        {
            all.push(path);
        }
    }
    all
}

fn plan(update: &Value) -> Vec<PlanStep> {
    let step = |entry: &Value| {
        let status = match text(entry, "/status") {
            Some("completed") => StepStatus::Done,
            Some("in_progress") => StepStatus::Active,
            _ => StepStatus::Pending,
        };
        Some(PlanStep { text: cut(text(entry, "/content")?), status })
    };
    let entries = update.get("entries").and_then(Value::as_array);
    entries.into_iter().flatten().take(200).filter_map(step).collect()
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty)
}

fn text<'v>(value: &'v Value, place: &str) -> Option<&'v str> {
    value.pointer(place).and_then(Value::as_str)
}
