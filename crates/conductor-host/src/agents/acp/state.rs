//! What a client knows while it runs.

use std::collections::BTreeMap;

use conductor_engine::agent_event::{AgentEvent, Permit, ToolKind, ToolNews};
use conductor_engine::attempt::Usage;
use serde_json::Value;

use super::super::profile::ProgramProfile;
use super::super::speaker::TurnEnd;
use super::super::speakers::Opening;
use super::elicit::Question;
use super::permission::{Policy, Request};
use super::usage::Meter;

/// Tool calls are remembered by id; an agent that has more than this under way at once is broken.
const MOST_CALLS: usize = 2000;

/// So is one whose calls have more bytes of words and paths than this.
const MOST_CALL_BYTES: usize = 4 * 1024 * 1024;

/// Where the conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing is agreed yet.
    Opening,
    /// A session of before is being told again.
    Loading,
    /// A prompt is being worked on.
    Turn,
    /// Nothing is asked of the agent.
    Idle,
}

/// What a client knows.
#[derive(Debug)]
pub(super) struct State {
    pub(super) stage: Stage,
    pub(super) session: Option<String>,
    pub(super) events: Vec<AgentEvent>,
    pub(super) end: Option<TurnEnd>,
    pub(super) policy: Policy,
    pub(super) meter: Meter,
    cancelling: bool,
    refused: bool,
    calls: BTreeMap<String, Call>,
    /// How many bytes they have.
    call_bytes: usize,
    /// The message that is being said, and whether it is a thought.
    pub(super) saying: Option<(bool, Option<String>)>,
    /// What it asked by the protocol.
    pub(super) asked: Option<String>,
    /// An error that the agent told of beside the protocol.
    pub(super) side_error: Option<SideError>,
    /// The last text of the turn.
    pub(super) said: String,
    raw: u32,
}

/// What is remembered of a tool call.
#[derive(Debug, Clone, Default)]
struct Call {
    title: Option<String>,
    kind: Option<ToolKind>,
    paths: Vec<String>,
}

impl Call {
    fn bytes(&self, id: &str) -> usize {
        let paths: usize = self.paths.iter().map(String::len).sum();
        id.len() + self.title.as_ref().map_or(0, String::len) + paths
    }
}

/// An error beside the protocol, as one agent tells it.
#[derive(Debug, Clone, Default)]
pub(super) struct SideError {
    pub(super) status: Option<u16>,
    pub(super) text: String,
    /// It does not try again.
    pub(super) is_final: bool,
}

/// The most events of one turn that are kept raw.
const MOST_RAW: u32 = 200;

impl State {
    pub(super) fn new(program: &ProgramProfile, opening: &Opening<'_>) -> Self {
        Self {
            stage: Stage::Opening,
            session: None,
            events: Vec::new(),
            end: None,
            policy: Policy::new(program, opening.workspace),
            meter: Meter::new(program.known, opening),
            cancelling: false,
            refused: false,
            calls: BTreeMap::new(),
            call_bytes: 0,
            saying: None,
            asked: None,
            side_error: None,
            said: String::new(),
            raw: 0,
        }
    }

    pub(super) fn tell(&mut self, event: AgentEvent) {
        if !matches!(
            event,
            AgentEvent::Message { .. } | AgentEvent::Thought { .. } | AgentEvent::Usage { .. }
        ) {
            self.saying = None;
        }
        self.events.push(event);
    }

    /// Keeps what there is no word for, a bounded number of times.
    pub(super) fn tell_raw(&mut self, name: &str, value: &Value) {
        self.raw += 1;
        if self.raw <= MOST_RAW {
            let text = super::super::speaker::cut_at(&value.to_string(), 2000);
            self.events.push(AgentEvent::Raw { name: super::super::speaker::cut_at(name, 100), text });
        }
    }

    pub(super) fn begin_turn(&mut self) {
        self.stage = Stage::Turn;
        // What ended the turn before says nothing of this one.
        self.cancelling = false;
        self.asked = None;
        self.refused = false;
        self.saying = None;
        self.side_error = None;
        self.said.clear();
    }

    pub(super) fn end_turn(&mut self, end: TurnEnd) {
        self.stage = Stage::Idle;
        self.end = Some(end);
    }

    /// Whether there is a turn to be cancelled; it is, from now on.
    pub(super) fn begin_cancel(&mut self) -> bool {
        if self.stage != Stage::Turn || std::mem::replace(&mut self.cancelling, true) {
            return self.stage == Stage::Turn;
        }
        true
    }

    pub(super) fn is_cancelling(&self) -> bool {
        self.cancelling
    }

    pub(super) fn is_idle(&self) -> bool {
        self.stage == Stage::Idle && self.end.is_none() && self.session.is_some()
    }

    pub(super) fn has_session(&self) -> bool {
        self.session.is_some()
    }

    pub(super) fn was_refused(&self) -> bool {
        self.refused
    }

    pub(super) fn totals(&self) -> Usage {
        self.meter.totals()
    }

    /// Remembers what is new of a tool call.
    pub(super) fn learn(&mut self, news: &ToolNews) {
        let known = self.calls.remove(&news.id);
        self.call_bytes -= known.as_ref().map_or(0, |call| call.bytes(&news.id));
        let mut call = known.unwrap_or_default();
        if news.title.is_some() {
            call.title.clone_from(&news.title);
        }
        if news.tool.is_some() {
            call.kind = news.tool;
        }
        if !news.paths.is_empty() {
            call.paths.clone_from(&news.paths);
        }
        self.call_bytes += call.bytes(&news.id);
        while self.calls.len() >= MOST_CALLS || self.call_bytes > MOST_CALL_BYTES {
            let Some((id, other)) = self.calls.pop_first() else { break };
            self.call_bytes -= other.bytes(&id);
        }
        self.calls.insert(news.id.clone(), call);
    }

    /// Keeps a question of the agent's; the turn is ended by it.
    pub(super) fn ask(&mut self, params: &Value) {
        let question = Question::read(params);
        self.asked.get_or_insert_with(|| question.line());
        self.tell(AgentEvent::Question { text: question.text, options: question.options });
    }

    /// Answers a request for permission; the id of the option to choose, `None` to cancel.
    pub(super) fn permit(&mut self, params: &Value) -> Option<String> {
        let mut request = Request::read(params);
        if let Some(call) = self.calls.get(&request.call) {
            request.complete(call.title.as_deref(), call.kind, &call.paths);
        }
        let (mut permit, mut why) = self.policy.decide(&request);
        if self.cancelling {
            (permit, why) = (Permit::Cancelled, "the turn is being ended".to_owned());
        }
        let option = request.option(permit);
        if permit == Permit::Refused {
            self.refused = true;
        }
        self.tell(AgentEvent::Permission {
            title: request.title(),
            tool: request.kind.unwrap_or_default(),
            call: Some(request.call.clone()).filter(|call| !call.is_empty()),
            answer: permit,
            why,
        });
        option
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::super::profile::{ProfileKind, profiles};
    use super::*;
    use crate::config::Config;

    fn state() -> State {
        let value = serde_json::json!({"orchestration": {"agents": {"a": {"run": "x", "adapter": "acp"}}}});
        let config = Config::from_value(&value).unwrap();
        let all = profiles(&config.orchestration.agents, &|_| false).unwrap();
        let own = all.into_iter().find(|profile| profile.label.name == "a").unwrap();
        let ProfileKind::Program(program) = own.kind else { unreachable!() };
        let opening = Opening {
            workspace: Path::new("/ws"),
            session: None,
            prompt: "",
            server: None,
            usage: Usage::default(),
            totals: Usage::default(),
        };
        State::new(&program, &opening)
    }

    #[test]
    fn a_turn_after_one_that_was_cancelled_may_do_what_any_may() {
        let permit = |state: &mut State| {
            state.permit(&serde_json::json!({
                "toolCall": {"toolCallId": "1", "kind": "read"},
                "options": [{"optionId": "yes", "kind": "allow_once"}],
            }))
        };
        let mut state = state();
        state.begin_turn();
        state.ask(&serde_json::json!({"message": "Which colour?"}));
        assert!(state.begin_cancel());
        assert_eq!(permit(&mut state), None);
        state.end_turn(TurnEnd::Cancelled);
        state.begin_turn();
        assert!(!state.is_cancelling() && state.asked.is_none());
        assert_eq!(permit(&mut state).as_deref(), Some("yes"));
    }

    #[test]
    fn what_is_remembered_of_tool_calls_has_a_bound_however_it_is_told() {
        let mut state = state();
        let news = |id: usize, paths: usize| ToolNews {
            id: id.to_string(),
            paths: vec!["p".repeat(10_000); paths],
            ..ToolNews::default()
        };
        for id in 0..1000 {
            state.learn(&news(id, 50));
            state.learn(&news(id, 1 + id % 50));
        }
        let bytes: usize = state.calls.iter().map(|(id, call)| call.bytes(id)).sum();
        assert_eq!(bytes, state.call_bytes);
        assert!(bytes <= MOST_CALL_BYTES + 500_010 && state.calls.contains_key("999"), "{bytes}");
        for id in 1000..9000 {
            state.learn(&news(id, 0));
        }
        assert!(state.calls.len() <= MOST_CALLS && state.calls.contains_key("8999"));
    }
}
