use serde_json::{Value, json};
use testkit::model::{ModelServer, Script};

use crate::client::{post, schema};

const PATH: &str = "/v1/chat/completions";

pub(crate) fn request(prompt: &str) -> Value {
    let tool = |name: &str, properties: &[&str]| json!({ "type": "function", "function": { "name": name, "parameters": schema(properties) } });
    json!({
        "model": "any", "stream": true, "stream_options": { "include_usage": true },
        "tools": [tool("write", &["filePath", "content"]), tool("edit", &["filePath", "oldString", "newString"])],
        "messages": [
            { "role": "system", "content": "You work.\n  Working directory: /srv\n" },
            { "role": "user", "content": [{ "type": "text", "text": prompt }] },
        ],
    })
}

pub(crate) fn continued(prompt: &str) -> Value {
    let mut request = request(prompt);
    let messages = request["messages"].as_array_mut().unwrap();
    messages.push(json!({ "role": "assistant", "content": null, "tool_calls": [
        { "id": "c1", "type": "function", "function": { "name": "write", "arguments": "{}" } } ]}));
    messages.push(json!({ "role": "tool", "tool_call_id": "c1", "content": "done" }));
    request
}

#[test]
fn a_stream_has_a_call_in_pieces_and_ends_with_figures() {
    let server = ModelServer::start(Script::usual()).unwrap();
    // One client puts what it was given in quotes.
    let got = post(&server, PATH, &request("\"Go on.\nFILE: b.txt\nCASE: edit\"\n"));
    assert_eq!(got.joined("/choices/0/delta/reasoning_content"), "One file is wanted.");
    assert_eq!(got.joined("/choices/0/delta/content"), "I write the file.");
    let arguments = got.joined("/choices/0/delta/tool_calls/0/function/arguments");
    let arguments: Value = serde_json::from_str(&arguments).unwrap();
    assert_eq!(arguments["filePath"], "/srv/b.txt");
    assert_eq!(got.joined("/choices/0/finish_reason"), "tool_calls");
    assert!(got.frames().last().unwrap()["usage"]["prompt_tokens"].as_u64().unwrap() > 0);
    assert!(got.body.ends_with("data: [DONE]\n\n"));
}

#[test]
fn figures_come_only_when_asked_for_and_the_whole_answer_always_has_them() {
    let server = ModelServer::start(Script::usual()).unwrap();
    let mut request = continued("CASE: edit");
    request.as_object_mut().unwrap().remove("stream_options");
    assert!(!post(&server, PATH, &request).body.contains("prompt_tokens"));
    request["stream"] = json!(false);
    let whole = post(&server, PATH, &request).json();
    assert_eq!(whole["choices"][0]["finish_reason"], "stop");
    assert!(whole["usage"]["total_tokens"].as_u64().unwrap() > 0);
    assert_eq!(server.violations(), []);
}
