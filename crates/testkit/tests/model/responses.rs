use serde_json::{Value, json};
use testkit::model::{ModelServer, Script};

use crate::client::{post, schema};

const PATH: &str = "/v1/responses";

pub(crate) fn request(prompt: &str) -> Value {
    json!({
        "model": "any", "stream": true, "instructions": "You work.",
        "tools": [
            { "type": "function", "name": "exec_command", "parameters": schema(&["cmd"]) },
            { "type": "custom", "name": "apply_patch", "format": { "type": "grammar" } },
            { "type": "namespace", "name": "mcp__x", "tools": [
                { "type": "function", "name": "ask", "parameters": schema(&["question"]) } ]},
            { "type": "web_search" },
        ],
        "input": [
            { "type": "message", "role": "developer", "content": [{ "type": "input_text", "text": "Rules." }] },
            { "type": "message", "role": "user", "content": [{ "type": "input_text", "text": prompt }] },
        ],
    })
}

pub(crate) fn continued(prompt: &str) -> Value {
    let mut request = request(prompt);
    let input = request["input"].as_array_mut().unwrap();
    input.push(json!({ "type": "reasoning", "summary": [], "encrypted_content": "x" }));
    input
        .push(json!({ "type": "function_call", "call_id": "c1", "name": "exec_command", "arguments": "{}" }));
    input.push(json!({ "type": "function_call_output", "call_id": "c1", "output": "done" }));
    request
}

#[test]
fn a_stream_has_every_item_added_filled_and_done() {
    let server = ModelServer::start(Script::usual()).unwrap();
    let got = post(&server, PATH, &request("CASE: edit"));
    let frames = got.frames();
    for (number, frame) in frames.iter().enumerate() {
        assert_eq!(frame["sequence_number"], number);
    }
    assert_eq!(frames[0]["type"], "response.created");
    let last = frames.last().unwrap();
    assert_eq!(last["type"], "response.completed");
    let kinds: Vec<&Value> =
        last["response"]["output"].as_array().unwrap().iter().map(|i| &i["type"]).collect();
    assert_eq!(kinds, ["reasoning", "message", "custom_tool_call"]);
    let patch = "*** Begin Patch\n*** Add File: hello.txt\n+hello from the model\n*** End Patch\n";
    assert_eq!(last["response"]["output"][2]["input"], patch);
    let deltas: String = frames
        .iter()
        .filter(|frame| frame["type"] == "response.custom_tool_call_input.delta")
        .filter_map(|frame| frame["delta"].as_str())
        .collect();
    assert_eq!(deltas, patch);
    assert!(last["response"]["usage"]["total_tokens"].as_u64().unwrap() > 0);
    assert_eq!(server.violations(), []);
}

#[test]
fn commands_and_grouped_tools_are_called_by_their_own_words() {
    let server = ModelServer::start(Script::usual()).unwrap();
    let mut shell = request("CASE: shell\nRUN: make");
    shell["stream"] = json!(false);
    let called = &post(&server, PATH, &shell).json()["output"][0];
    assert_eq!(
        (&called["name"], &called["arguments"]),
        (&json!("exec_command"), &json!(r#"{"cmd":"make"}"#))
    );
    let mut ask = request("CASE: ask");
    ask["stream"] = json!(false);
    let called = &post(&server, PATH, &ask).json()["output"][0];
    assert_eq!((&called["name"], &called["namespace"]), (&json!("ask"), &json!("mcp__x")));
    let done = post(&server, PATH, &continued("CASE: shell"));
    assert_eq!(done.frames().last().unwrap()["response"]["output"][0]["content"][0]["text"], "I ran it.");
    assert_eq!(server.violations(), []);
}
