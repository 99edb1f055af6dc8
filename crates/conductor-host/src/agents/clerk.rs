//! Who serves at the desk of an attempt: hears what the agent calls, answers what can be answered at once, and keeps
//! the rest for a person.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::sync::Arc;

use conductor_engine::agent_event::AgentEvent;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::attempt::{Aide, AttemptRequest};
use super::catalogue::Known;
use super::desk::{self, Call, Desk, Offer, Reply, Said, ServerCommand};
use super::judge::Appeal;
use super::profile::{ProgramProfile, Protocol};
use super::result_file::bounded;
use super::speaker::cut;
use crate::process::EnvMap;

/// How many notes of one attempt are kept at its task.
const MOST_NOTES: u32 = 20;

/// How many questions of one attempt are answered at once; after that it is a person's turn.
pub(super) const MOST_ANSWERS: usize = 5;

/// The desk of an attempt and who helps there.
pub(super) struct Clerk {
    desk: Desk,
    server: ServerCommand,
    aide: Arc<dyn Aide>,
    appeal: Option<Appeal>,
    notes: u32,
}

impl Clerk {
    /// Opens the desk, if somebody is there to help.
    pub(super) fn open(request: &AttemptRequest) -> io::Result<Option<Self>> {
        let Some(aide) = request.aide.clone() else { return Ok(None) };
        let dir = request.dir.join("desk");
        // What a try of before heard was for that one, under another token.
        match fs::remove_dir_all(&dir) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let desk = Desk::open(&dir, Desk::token()?)?;
        let server = desk.server()?;
        Ok(Some(Self { desk, server, aide, appeal: None, notes: 0 }))
    }

    /// The entry for a session of the protocol.
    pub(super) fn acp_server(&self) -> Value {
        desk::acp_server(&self.server)
    }

    /// How a program that is started for each prompt is told of the desk.
    pub(super) fn offer(
        &self,
        program: &ProgramProfile,
        request: &AttemptRequest,
        user_env: &EnvMap,
    ) -> Offer {
        match (program.protocol, program.known) {
            (Protocol::Acp, _) => Offer::default(),
            (Protocol::Headless, Some(known)) => headless(known, &self.server, request, user_env),
            (Protocol::Headless, None) => Offer::default(),
            (Protocol::Command, _) => command(&self.server, request),
        }
    }

    /// What the agent waits for a person for.
    pub(super) fn appeal(&self) -> Option<&Appeal> {
        self.appeal.as_ref()
    }

    /// Hears what was called since the last time. `asked` are the questions that were answered in this attempt.
    pub(super) fn serve(&mut self, now: Timestamp, asked: &mut Vec<String>) -> Vec<AgentEvent> {
        let mut events = Vec::new();
        let Self { desk, aide, appeal, notes, .. } = self;
        let mut answer = |call: &Call| {
            let (reply, told) = serve_one(call, aide.as_ref(), appeal, notes, asked);
            events.extend(told);
            reply
        };
        let heard = desk.poll(now, &mut answer);
        events.extend(heard.into_iter().filter_map(|heard| match heard.said {
            Said::Finding(finding) => {
                Some(AgentEvent::Finding { what: finding.to_string(), line: String::new() })
            }
            Said::Call { .. } => None,
        }));
        events
    }
}

fn serve_one(
    call: &Call,
    aide: &dyn Aide,
    appeal: &mut Option<Appeal>,
    notes: &mut u32,
    asked: &mut Vec<String>,
) -> (Reply, Vec<AgentEvent>) {
    let usual = || Reply::usual(call).unwrap_or_else(|| Reply::refused("there is nothing to answer"));
    match call {
        Call::Task | Call::Related { .. } => (aide.look(call).unwrap_or_else(usual), Vec::new()),
        Call::Ask { question, options } => {
            let asks = AgentEvent::Question {
                text: cut(question),
                options: options.iter().map(|option| cut(option)).collect(),
            };
            let answer = (asked.len() < MOST_ANSWERS).then(|| aide.answer(question, asked)).flatten();
            if let Some(answer) = answer {
                asked.push(question.clone());
                return (Reply::Text(answer.clone()), vec![asks, AgentEvent::Answer { text: answer }]);
            }
            let options =
                if options.is_empty() { String::new() } else { format!(" ({})", options.join(" | ")) };
            appeal.get_or_insert(Appeal::Question(bounded(&format!("{question}{options}"))));
            (usual(), vec![asks])
        }
        Call::Block { reason } => {
            appeal.get_or_insert(Appeal::Blocked(bounded(reason)));
            (usual(), vec![AgentEvent::Blocker { text: cut(reason) }])
        }
        Call::Progress { text, percent } => {
            (usual(), vec![AgentEvent::Progress { text: cut(text), percent: *percent }])
        }
        Call::Note { text } => {
            if *notes < MOST_NOTES {
                *notes += 1;
                aide.note(text);
            }
            (usual(), vec![AgentEvent::Note { text: cut(text) }])
        }
        Call::Submit { summary } => (usual(), vec![AgentEvent::Submitted { summary: bounded(summary) }]),
    }
}

/// Gemini takes servers from files only that it does not trust in a place of ours; Qwen and Vibe are talked to by the
/// protocol.
fn headless(known: Known, server: &ServerCommand, request: &AttemptRequest, user_env: &EnvMap) -> Offer {
    match known {
        Known::Claude => desk::headless::claude(server, &request.dir),
        Known::Codex => desk::headless::codex(server),
        Known::Opencode => {
            let own = user_env.get(OsStr::new("OPENCODE_CONFIG_CONTENT")).and_then(|text| text.to_str());
            desk::headless::opencode(server, own).unwrap_or_default()
        }
        Known::Gemini | Known::Qwen | Known::Vibe => Offer::default(),
    }
}

/// A program of the user's own finds a file in the usual form of such lists.
fn command(server: &ServerCommand, request: &AttemptRequest) -> Offer {
    let path = request.dir.join("mcp.json");
    let servers = json!({ "mcpServers": { desk::SERVER_NAME: {
        "command": server.program, "args": server.args, "env": server.env,
    }}});
    Offer {
        args: Vec::new(),
        env: BTreeMap::from([("CONDUCTOR_MCP_CONFIG".to_owned(), path.display().to_string())]),
        files: vec![(path, servers.to_string())],
    }
}
