//! Every rule: a request that keeps it is answered, and one that breaks it gets the provider's error and is kept.

use serde_json::{Value, json};
use testkit::model::{ModelServer, Script};

use crate::client::{Got, HEADERS, post, receive, send};
use crate::{anthropic, chat, gemini, responses};

/// A place in a request, what is put there (null: it is taken away), and what the error says.
type Breach = (&'static str, Value, &'static str);

/// Sends the request as it is, and then broken in each way.
fn check(path: &str, request: &Value, breaches: &[Breach], is_error: impl Fn(&Got) -> bool) {
    let server = ModelServer::start(Script::usual()).unwrap();
    assert_eq!(post(&server, path, request).status, 200);
    assert_eq!(server.violations(), []);
    for (index, (place, value, expected)) in breaches.iter().enumerate() {
        let mut broken = request.clone();
        set(&mut broken, place, value);
        let got = post(&server, path, &broken);
        assert_eq!(got.status, 400, "{place}");
        assert!(is_error(&got), "{place}: {}", got.body);
        let violations = server.violations();
        assert_eq!(violations.len(), index + 1, "{place}");
        assert!(violations[index].rule.contains(expected), "{place}: {}", violations[index].rule);
        assert!(got.body.contains(expected), "{place}: {}", got.body);
    }
}

fn set(request: &mut Value, place: &str, value: &Value) {
    let (parent, key) = place.rsplit_once('/').unwrap();
    let parent = request.pointer_mut(parent).unwrap();
    match (parent, value.is_null()) {
        (Value::Object(map), true) => {
            map.remove(key).unwrap();
        }
        (Value::Object(map), false) => {
            map.insert(key.to_owned(), value.clone());
        }
        (Value::Array(list), true) => {
            list.remove(key.parse().unwrap());
        }
        (Value::Array(list), false) => list.insert(key.parse().unwrap(), value.clone()),
        (other, _) => panic!("{place} is in {other}"),
    }
}

#[test]
fn messages() {
    let tool = json!({ "name": "Write", "input_schema": { "type": "object" } });
    let result = json!({ "type": "tool_result", "tool_use_id": "toolu_1" });
    let breaches: &[Breach] = &[
        ("/model", Value::Null, "model: must be a string"),
        ("/max_tokens", Value::Null, "max_tokens: must be a number"),
        ("/stream", json!("yes"), "must be true or false"),
        ("/messages", json!([]), "must not be empty"),
        ("/messages/0/role", json!("tool"), "tool is no role"),
        ("/messages/0", Value::Null, "the first message must be the user's"),
        ("/messages/0/content", json!([]), "must not be empty"),
        ("/messages/0/content/0/text", json!(""), "must not be empty"),
        ("/messages/1/content/0/signature", Value::Null, "signature: must be a string"),
        ("/messages/1/content/1/input", json!("{}"), "must be an object"),
        ("/messages/1/content/1/id", json!("other"), "answers no open call"),
        ("/messages/2/content/0", json!({ "type": "text", "text": "x" }), "has no result"),
        ("/messages/2/content/0", Value::Null, "has no result"),
        ("/messages/2/content/0", result, "answers no open call"),
        ("/messages/2", Value::Null, "has no result"),
        ("/messages/3", json!({ "role": "assistant", "content": "x" }), "must be the user's or a result"),
        ("/tools/0", tool, "is offered twice"),
        ("/tools/0/name", json!("no good"), "letters, digits"),
        ("/tools/0/input_schema", Value::Null, "must be a JSON schema"),
        ("/tools/0/input_schema/type", json!("string"), "must be object"),
        ("/tools/0/input_schema/required/0", json!("x"), "which is no property"),
    ];
    check("/v1/messages", &anthropic::continued("CASE: edit"), breaches, |got| {
        got.json()["type"] == "error" && got.json()["error"]["type"] == "invalid_request_error"
    });
}

#[test]
fn openai_responses() {
    let output = json!({ "type": "function_call_output", "call_id": "c9", "output": "x" });
    let breaches: &[Breach] = &[
        ("/model", json!(""), "must not be empty"),
        ("/input", json!(7), "must be a list"),
        ("/instructions", json!([]), "must be a string"),
        ("/input/0/role", json!("tool"), "is no role"),
        ("/input/1/content/0/type", json!("output_text"), "has no place"),
        ("/input/2/summary", Value::Null, "must be a list"),
        ("/input/3/arguments", json!({}), "must be a string"),
        ("/input/3/arguments", json!("{"), "must be JSON in a string"),
        ("/input/3", Value::Null, "answers no open call"),
        ("/input/4", Value::Null, "has no result"),
        ("/input/4/output", Value::Null, "must be a string or a list"),
        ("/input/5", output, "answers no open call"),
        ("/input/2/type", json!("thought"), "is no kind of item"),
        ("/tools/0/type", json!("lambda"), "is no kind of tool"),
        ("/tools/0/parameters", Value::Null, "must be a JSON schema"),
        ("/tools/2/tools/0/parameters/type", json!("array"), "must be object"),
    ];
    check("/v1/responses", &responses::continued("CASE: shell"), breaches, is_openai);
}

#[test]
fn chat_completions() {
    let breaches: &[Breach] = &[
        ("/model", Value::Null, "must be a string"),
        ("/stream", json!(false), "is only for streams"),
        ("/messages/1/role", json!("human"), "is no role"),
        ("/messages/1/content/0/type", json!("input_text"), "is no kind of part"),
        ("/messages/2/tool_calls/0/type", Value::Null, "must be a string"),
        ("/messages/2/tool_calls/0/function/arguments", json!("x"), "must be a JSON object in a string"),
        ("/messages/2/tool_calls/0/id", json!("c2"), "answers no open call"),
        ("/messages/3", Value::Null, "has no result"),
        ("/messages/3/tool_call_id", Value::Null, "must be a string"),
        ("/tools/0/type", json!("custom"), "must be function"),
        ("/tools/0/function/parameters", json!([]), "must be a JSON schema"),
    ];
    check("/v1/chat/completions", &chat::continued("CASE: edit"), breaches, is_openai);
}

fn is_openai(got: &Got) -> bool {
    got.json()["error"]["type"] == "invalid_request_error"
}

#[test]
fn gemini_contents() {
    let twice = json!({ "functionResponse": { "name": "write_file", "response": {} } });
    let breaches: &[Breach] = &[
        ("/contents", Value::Null, "must be a list"),
        ("/contents/0/role", json!("assistant"), "is no role"),
        ("/contents/0/parts", json!([]), "must not be empty"),
        ("/contents/0/parts/0", json!({ "words": "x" }), "known fields"),
        ("/contents/1/role", json!("user"), "is the model's"),
        ("/contents/2", Value::Null, "has no result"),
        ("/contents/2/parts/0/functionResponse/name", json!("other"), "answers no open call"),
        ("/contents/2/parts/0/functionResponse/response", json!("x"), "holds an object"),
        ("/contents/2/parts/1", twice, "answers no open call"),
        ("/tools/0/functionDeclarations/0/name", json!(""), "must not be empty"),
        ("/tools/0/functionDeclarations/0/parametersJsonSchema/type", json!("string"), "must be object"),
    ];
    check(gemini::STREAM, &gemini::continued("CASE: edit"), breaches, |got| {
        got.json()["error"]["status"] == "INVALID_ARGUMENT" && got.json()["error"]["code"] == 400
    });
}

#[test]
fn headers_and_bodies() {
    let server = ModelServer::start(Script::usual()).unwrap();
    let cases = [
        ("/v1/messages", "content-type", "content-type"),
        ("/v1/messages", "anthropic-version", "anthropic-version"),
        ("/v1/responses", "authorization", "must be Bearer"),
        ("/v1/chat/completions", "authorization", "must be Bearer"),
        (gemini::STREAM, "x-goog-api-key", "must hold a key"),
        ("/v1beta/models/any:streamGenerateContent", "", "must be sse"),
        ("/v1/messages", "", "body: must be JSON"),
    ];
    for (index, (path, without, expected)) in cases.into_iter().enumerate() {
        let headers: Vec<_> = HEADERS.into_iter().filter(|(name, _)| *name != without).collect();
        let got = receive(send(&server, &format!("POST {path}"), &headers, "{"));
        assert_eq!(got.status, 400, "{path} without {without}");
        assert!(server.violations()[index].rule.contains(expected), "{:?}", server.violations()[index]);
    }
    // Either header will do for Messages, and neither's value is kept.
    for without in [["x-api-key"].as_slice(), &["x-api-key", "authorization"]] {
        let headers: Vec<_> = HEADERS.into_iter().filter(|(name, _)| !without.contains(name)).collect();
        let body = anthropic::request("CASE: edit").to_string();
        let got = receive(send(&server, "POST /v1/messages", &headers, &body));
        assert_eq!(got.status, if without.len() == 1 { 200 } else { 400 });
    }
    assert!(server.exchanges().iter().all(|e| !e.headers.values().any(|value| value.contains("key"))));
}
