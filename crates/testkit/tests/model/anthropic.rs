use serde_json::{Value, json};
use testkit::model::{ModelServer, Script};

use crate::client::{HEADERS, post, receive, schema, send};

const PATH: &str = "/v1/messages?beta=true";

pub(crate) fn request(prompt: &str) -> Value {
    json!({
        "model": "any", "max_tokens": 100, "stream": true,
        "system": [{ "type": "text", "text": "You work.\n - Primary working directory: /srv\n" }],
        "tools": [
            { "name": "Write", "description": "w", "input_schema": schema(&["file_path", "content"]) },
            { "name": "Bash", "description": "b", "input_schema": schema(&["command", "description"]) },
        ],
        "messages": [{ "role": "user", "content": [{ "type": "text", "text": prompt }] }],
    })
}

/// The conversation with one call of a tool and its result.
pub(crate) fn continued(prompt: &str) -> Value {
    let mut request = request(prompt);
    let messages = request["messages"].as_array_mut().unwrap();
    messages.push(json!({ "role": "assistant", "content": [
        { "type": "thinking", "thinking": "x", "signature": "y" },
        { "type": "tool_use", "id": "toolu_1", "name": "Write", "input": {} },
    ]}));
    messages.push(json!({ "role": "user", "content": [
        { "type": "tool_result", "tool_use_id": "toolu_1", "content": "done" },
        { "type": "text", "text": "<system-reminder>tidy up</system-reminder>" },
    ]}));
    request
}

#[test]
fn a_stream_thinks_says_and_calls_in_blocks_that_open_and_close() {
    let server = ModelServer::start(Script::usual()).unwrap();
    let got = post(&server, PATH, &request("CASE: edit\nFILE: a.txt\nTEXT: hi"));
    assert!(got.head.contains("content-type: text/event-stream"), "{}", got.head);
    let frames = got.frames();
    let kinds: Vec<&str> = frames.iter().filter_map(|frame| frame["type"].as_str()).collect();
    assert_eq!(kinds[..2], ["message_start", "ping"]);
    assert_eq!(kinds[kinds.len() - 2..], ["message_delta", "message_stop"]);
    assert_eq!(got.joined("/delta/thinking"), "One file is wanted.");
    assert_eq!(got.joined("/delta/text"), "I write the file.");
    let arguments: Value = serde_json::from_str(&got.joined("/delta/partial_json")).unwrap();
    assert_eq!(arguments, json!({ "file_path": "/srv/a.txt", "content": "hi\n" }));
    assert_eq!(frames[frames.len() - 2]["delta"]["stop_reason"], "tool_use");
    for (line, frame) in got.body.lines().filter_map(|line| line.strip_prefix("event: ")).zip(&frames) {
        assert_eq!(frame["type"], line);
    }
}

#[test]
fn after_the_result_it_sums_up_in_one_piece_too() {
    let server = ModelServer::start(Script::usual()).unwrap();
    let mut request = continued("CASE: edit");
    request["stream"] = json!(false);
    let message = post(&server, PATH, &request).json();
    let text = "I wrote hello.txt. Nothing is left to do.";
    assert_eq!(message["content"], json!([{ "type": "text", "text": text }]));
    assert_eq!(message["stop_reason"], "end_turn");
    assert_eq!(server.violations(), []);
    assert_eq!(server.exchanges()[0].step, 1);
}

#[test]
fn tokens_are_counted_and_the_server_is_there() {
    let server = ModelServer::start(Script::usual()).unwrap();
    let mut request = request("CASE: edit");
    request.as_object_mut().unwrap().remove("max_tokens");
    let count = post(&server, "/v1/messages/count_tokens", &request).json();
    assert!(count["input_tokens"].as_u64().unwrap() > 0);
    assert_eq!(receive(send(&server, "HEAD /", &[], "")).status, 200);
    assert_eq!(receive(send(&server, "GET /v1/models", &HEADERS, "")).status, 200);
    assert_eq!(receive(send(&server, "POST /v1/nothing", &HEADERS, "{}")).status, 404);
    assert_eq!(server.violations(), []);
}
