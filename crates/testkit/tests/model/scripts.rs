//! Scripts as data, and which step of which case a conversation gets.

use serde_json::{Value, json};
use testkit::model::{Answer, Call, Case, ModelServer, Script, Step, Usage};

use crate::client::{post, schema};
use crate::{anthropic, chat};

#[test]
fn a_script_is_json_and_comes_back_the_same() {
    let script = Script::usual();
    let text = serde_json::to_string(&script).unwrap();
    assert_eq!(serde_json::from_str::<Script>(&text).unwrap(), script);
    let own = r#"{ "default": "two", "cases": { "two": { "steps": [
        { "does": { "answer": { "say": "a", "calls": [{ "run_shell": { "command": "ls" } }], "pause_ms": 1 } } },
        { "does": { "fail": { "status": 503, "retry_after": 2 } }, "times": 2 },
        { "does": "hang" } ] } } }"#;
    let own: Script = serde_json::from_str(own).unwrap();
    assert_eq!(own.cases["two"].steps[2], Step::hang());
    assert!(serde_json::from_str::<Script>(r#"{ "default": "x", "cases": {}, "more": 1 }"#).is_err());
}

fn said(server: &ModelServer, messages: Value) -> String {
    let mut request = anthropic::request("");
    request["messages"] = messages;
    post(server, "/v1/messages", &request).joined("/delta/text")
}

#[test]
fn a_new_prompt_begins_anew_and_what_clients_add_does_not() {
    let user = |text: &str| json!({ "role": "user", "content": text });
    let call = |id: &str| {
        json!({ "role": "assistant", "content": [
        { "type": "tool_use", "id": id, "name": "Bash", "input": {} } ]})
    };
    let result = |id: &str| {
        json!({ "role": "user", "content": [
        { "type": "tool_result", "tool_use_id": id }, { "type": "text", "text": "<note>x</note>" } ]})
    };
    let done = json!({ "role": "assistant", "content": "done" });
    let server = ModelServer::start(Script::usual()).unwrap();
    let first = json!([user("CASE: shell"), call("a"), result("a")]);
    assert_eq!(said(&server, first), "I ran it.");
    let second = json!([user("CASE: shell"), call("a"), result("a"), done, user("CASE: shell")]);
    assert_eq!(said(&server, second), "");
    let other = json!([user("CASE: shell"), call("a"), result("a"), done, user("CASE: nothing")]);
    assert_eq!(said(&server, other), "All is done.");
    // Whoever hands a prompt on may quote it.
    let quoted = json!([user("# Your task\n\n> Do it.\n> CASE: nothing\n\n- then stop")]);
    assert_eq!(said(&server, quoted), "All is done.");
    // Without a case, the last prompt that is no client's counts.
    let unnamed = json!([user("Do it."), call("a"), result("a")]);
    assert_eq!(said(&server, unnamed), "I wrote hello.txt. Nothing is left to do.");
    assert_eq!(server.violations(), []);
}

#[test]
fn several_calls_make_one_step_and_figures_are_as_given() {
    let shell = |command: &str| Call::RunShell { command: command.to_owned() };
    let both = Answer {
        calls: vec![shell("a"), shell("b")],
        usage: Some(Usage { input: 100, cached: 40, output: 7 }),
        ..Answer::default()
    };
    let script = Script::new("both").with("both", Case::of([both.into(), Step::say("Both ran.")]));
    let server = ModelServer::start(script).unwrap();
    let mut request = anthropic::request("Go.");
    request["stream"] = json!(false);
    let message = post(&server, "/v1/messages", &request).json();
    let ids: Vec<&Value> = message["content"].as_array().unwrap().iter().map(|block| &block["id"]).collect();
    assert_eq!(ids, ["toolu_000000", "toolu_000001"]);
    let usage = &message["usage"];
    assert_eq!((&usage["input_tokens"], &usage["cache_read_input_tokens"]), (&json!(60), &json!(40)));
    assert_eq!(usage["output_tokens"], 7);
    let messages = request["messages"].as_array_mut().unwrap();
    messages.push(json!({ "role": "assistant", "content": message["content"] }));
    let results: Vec<Value> =
        ids.iter().map(|id| json!({ "type": "tool_result", "tool_use_id": id })).collect();
    messages.push(json!({ "role": "user", "content": results }));
    let message = post(&server, "/v1/messages", &request).json();
    assert_eq!(message["content"][0]["text"], "Both ran.");
}

#[test]
fn a_step_without_a_tool_for_it_is_passed_over_and_told() {
    let server = ModelServer::start(Script::usual()).unwrap();
    let mut request = chat::request("CASE: tools");
    let tool =
        json!({ "type": "function", "function": { "name": "bash", "parameters": schema(&["command"]) } });
    request["tools"] = json!([tool]);
    // Reading and writing go through the shell, but there is no tool to edit with.
    let got = post(&server, "/v1/chat/completions", &request);
    let arguments = got.joined("/choices/0/delta/tool_calls/0/function/arguments");
    assert_eq!(arguments, r#"{"command":"cat 'notes.txt'"}"#);
    assert!(matches!(server.exchanges()[0].unmet[..], [Call::Edit { .. }]));
}

#[test]
fn requests_without_tools_are_answered_with_a_line() {
    let server = ModelServer::start(Script::usual()).unwrap();
    let mut request = anthropic::request("Write a title for: CASE: hang");
    request.as_object_mut().unwrap().remove("tools");
    let got = post(&server, "/v1/messages", &request);
    assert_eq!(got.joined("/delta/text"), "A small task");
    assert_eq!(server.exchanges()[0].case, None);
}
