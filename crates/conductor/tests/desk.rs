//! The desk of an agent from end to end: the program itself speaks MCP on one side, and a driver answers on the other.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use conductor_host::agents::desk::{
    Call, Desk, DeskToken, Finding, HELD, NOTED, PATIENCE, Reply, Said, ServerCommand,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use testkit::Hermetic;

const CONDUCTOR: &str = env!("CARGO_BIN_EXE_conductor");

/// How often the driver of a test looks while it waits for a line.
const PERIOD: Duration = Duration::from_millis(5);

/// A running bridge, as an agent holds it.
struct Bridge {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<Value>,
    asked: u64,
}

impl Bridge {
    /// A bridge that knows where it is, and has shaken hands.
    fn start(place: &Hermetic, server: &ServerCommand) -> Self {
        let mut command = place.cmd(&server.program);
        command.args(&server.args).envs(&server.env).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        thread::spawn(move || {
            for line in output.lines() {
                let _test_is_over = send.send(serde_json::from_str(&line.unwrap()).unwrap());
            }
        });
        let input = child.stdin.take();
        Self { child, input, lines, asked: 0 }
    }

    fn shake_hands(&mut self, desk: &mut Desk) -> Value {
        let hello = json!({
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        });
        let told = self.ask("initialize", &hello, desk, &mut nobody);
        self.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        told
    }

    fn say(&mut self, message: &Value) {
        writeln!(self.input.as_mut().unwrap(), "{message}").unwrap();
    }

    /// Asks, and has the driver look until the answer is there.
    fn ask(
        &mut self,
        method: &str,
        params: &Value,
        desk: &mut Desk,
        answers: &mut dyn FnMut(&Call) -> Reply,
    ) -> Value {
        self.asked += 1;
        self.say(&json!({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params}));
        loop {
            match self.lines.recv_timeout(PERIOD) {
                Ok(answer) if answer["id"] == self.asked => return answer["result"].clone(),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => drop(desk.poll(Timestamp::UNIX_EPOCH, answers)),
                Err(RecvTimeoutError::Disconnected) => panic!("the bridge ended"),
            }
        }
    }

    /// Uses a tool: what the agent reads, and whether it is an error.
    fn call(
        &mut self,
        tool: &str,
        arguments: Value,
        desk: &mut Desk,
        answers: &mut dyn FnMut(&Call) -> Reply,
    ) -> (String, bool) {
        let result = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}), desk, answers);
        (result["content"][0]["text"].as_str().unwrap().to_owned(), result["isError"] == json!(true))
    }

    /// The agent goes, and the bridge after it.
    fn end(mut self) -> Option<i32> {
        drop(self.input.take());
        self.child.wait().unwrap().code()
    }
}

fn nobody(call: &Call) -> Reply {
    panic!("nobody called, but {call:?} was heard")
}

fn usual(call: &Call) -> Reply {
    Reply::usual(call).unwrap_or_else(|| Reply::Json(json!({"id": "TASK-001"})))
}

fn desk(place: &Hermetic) -> (Desk, ServerCommand) {
    let desk = Desk::open(&place.home().join("attempt/desk"), DeskToken::random().unwrap()).unwrap();
    let server = desk.server_at(Path::new(CONDUCTOR)).unwrap();
    (desk, server)
}

#[test]
fn an_agent_lists_the_tools_and_uses_each_of_them() {
    let place = Hermetic::new().unwrap();
    let (mut desk, server) = desk(&place);
    let mut agent = Bridge::start(&place, &server);
    let hello = agent.shake_hands(&mut desk);
    assert_eq!(hello["serverInfo"]["name"], "conductor");
    assert_eq!(hello["protocolVersion"], "2025-06-18");
    let tools = agent.ask("tools/list", &json!({}), &mut desk, &mut nobody);
    let names: Vec<&str> =
        tools["tools"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["task", "related", "ask", "block", "progress", "note", "submit"]);
    let note = &tools["tools"][5];
    assert_eq!(note["annotations"]["destructiveHint"], false);
    assert_eq!(note["_meta"]["anthropic/alwaysLoad"], true);

    let mut heard = Vec::new();
    let mut answers = |call: &Call| {
        heard.push(call.clone());
        usual(call)
    };
    let mut call = |tool, arguments| agent.call(tool, arguments, &mut desk, &mut answers);
    assert_eq!(call("task", json!({})), (r#"{"id":"TASK-001"}"#.to_owned(), false));
    assert_eq!(call("ask", json!({"question": "A?", "options": ["A", "B"]})), (HELD.to_owned(), false));
    assert_eq!(call("submit", json!({"summary": "all\nthere"})), (NOTED.to_owned(), false));
    assert_eq!(call("note", json!({})), ("`text` is needed, as a text that is not empty".to_owned(), true));
    let (why, refused) = call("complete", json!({}));
    assert!(refused && why.starts_with("there is no such tool"), "{why}");
    assert_eq!(agent.end(), Some(0));
    let expected = [
        Call::Task,
        Call::Ask { question: "A?".to_owned(), options: vec!["A".to_owned(), "B".to_owned()] },
        Call::Submit { summary: "all\nthere".to_owned() },
    ];
    assert_eq!(heard, expected);
}

#[test]
fn two_bridges_of_an_attempt_speak_at_once_and_are_told_apart() {
    let place = Hermetic::new().unwrap();
    let (mut desk, server) = desk(&place);
    let mut agents = [Bridge::start(&place, &server), Bridge::start(&place, &server)];
    let calls = 20;
    for agent in &mut agents {
        agent.shake_hands(&mut desk);
    }
    for number in 0..calls {
        for (which, agent) in agents.iter_mut().enumerate() {
            let text = format!("{which}-{number}");
            let params = json!({"name": "note", "arguments": {"text": text}});
            agent.say(&json!({"jsonrpc": "2.0", "id": text, "method": "tools/call", "params": params}));
        }
    }
    let mut echo = |call: &Call| match call {
        Call::Note { text } => Reply::Text(text.clone()),
        Call::Task
        | Call::Related { .. }
        | Call::Ask { .. }
        | Call::Block { .. }
        | Call::Progress { .. }
        | Call::Submit { .. } => panic!("{call:?}"),
    };
    let mut heard = Vec::new();
    for agent in agents {
        let mut answered = 0;
        while answered < calls {
            heard.extend(desk.poll(Timestamp::UNIX_EPOCH, &mut echo));
            if let Ok(answer) = agent.lines.recv_timeout(PERIOD) {
                assert_eq!(answer["id"], answer["result"]["content"][0]["text"]);
                answered += 1;
            }
        }
        assert_eq!(agent.end(), Some(0));
    }
    assert_eq!(heard.len(), 2 * calls);
}

#[test]
fn what_nobody_answers_is_kept_and_the_agent_is_told_to_end_its_turn() {
    let place = Hermetic::new().unwrap();
    let (mut desk, mut server) = desk(&place);
    server.env.insert(PATIENCE.to_owned(), "50".to_owned());
    let mut agent = Bridge::start(&place, &server);
    agent.shake_hands(&mut desk);
    // The driver is busy with the desk of another attempt.
    let mut elsewhere = Desk::open(&place.home().join("other"), DeskToken::random().unwrap()).unwrap();
    let (told, refused) = agent.call("ask", json!({"question": "A?"}), &mut elsewhere, &mut nobody);
    assert!(!refused && told.contains("is kept") && told.contains("end your turn now"), "{told}");
    let (told, refused) = agent.call("task", json!({}), &mut elsewhere, &mut nobody);
    assert!(refused && told.contains("did not answer in time"), "{told}");
    let heard = desk.poll(Timestamp::UNIX_EPOCH, &mut usual);
    let calls: Vec<&Said> = heard.iter().map(|heard| &heard.said).collect();
    assert!(
        matches!(calls[..], [Said::Call { call: Call::Ask { .. }, .. }, Said::Call { call: Call::Task, .. }]),
        "{calls:?}"
    );
    assert_eq!(agent.end(), Some(0));
}

#[test]
fn the_token_of_another_attempt_opens_nothing() {
    let place = Hermetic::new().unwrap();
    let (mut desk, mut server) = desk(&place);
    server.env.insert("CONDUCTOR_DESK_TOKEN".to_owned(), DeskToken::random().unwrap().secret().to_owned());
    let mut agent = Bridge::start(&place, &server);
    agent.shake_hands(&mut desk);
    let (told, refused) = agent.call("note", json!({"text": "x"}), &mut desk, &mut nobody);
    assert!(refused && told.contains("not the token"), "{told}");
    assert_eq!(agent.end(), Some(0));
}

#[test]
fn lines_that_are_no_calls_keep_no_agent_from_being_heard() {
    let place = Hermetic::new().unwrap();
    let (mut desk, server) = desk(&place);
    let calls = place.home().join("attempt/desk/calls.jsonl");
    std::fs::write(&calls, b"\xff\xfe\n{\"v\": 1}\ntorn").unwrap();
    let findings = desk.poll(Timestamp::UNIX_EPOCH, &mut nobody);
    assert!(
        findings.iter().all(|heard| matches!(heard.said, Said::Finding(Finding::Fault(_)))),
        "{findings:?}"
    );
    assert_eq!(findings.len(), 2);
    let mut agent = Bridge::start(&place, &server);
    agent.shake_hands(&mut desk);
    let (told, refused) =
        agent.call("progress", json!({"text": "half", "percent": 50}), &mut desk, &mut usual);
    assert!(!refused, "{told}");
    assert_eq!(agent.end(), Some(0));
}

#[test]
fn without_a_desk_the_program_ends_at_once() {
    let place = Hermetic::new().unwrap();
    let ran = place.run(CONDUCTOR, ["__agent-desk"]).unwrap();
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
}
