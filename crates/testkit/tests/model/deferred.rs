//! Tools that clients have but do not offer at once, in each way that is known.

use serde_json::{Value, json};
use testkit::model::{ModelServer, Script};

use crate::client::{post, schema};
use crate::{anthropic, chat, responses};

const PROMPT: &str = "CASE: ask";

#[test]
fn told_by_name_searched_for_and_then_offered() {
    let server = ModelServer::start(Script::usual()).unwrap();
    let mut request = anthropic::request(PROMPT);
    request["tools"] = json!([{ "name": "ToolSearch", "input_schema": schema(&["query"]) }]);
    let reminder = json!({ "role": "user", "content": "<system-reminder>\nmcp__x__ask\n</system-reminder>" });
    request["messages"].as_array_mut().unwrap().insert(0, reminder);
    let got = post(&server, "/v1/messages", &request);
    assert_eq!(got.joined("/delta/partial_json"), r#"{"query":"select:mcp__x__ask"}"#);

    let messages = request["messages"].as_array_mut().unwrap();
    messages.push(json!({ "role": "assistant", "content": [
        { "type": "tool_use", "id": "t", "name": "ToolSearch", "input": {} } ]}));
    messages.push(json!({ "role": "user", "content": [{ "type": "tool_result", "tool_use_id": "t" }] }));
    let found = json!({ "name": "mcp__x__ask", "input_schema": schema(&["question"]) });
    request["tools"].as_array_mut().unwrap().push(found);
    let got = post(&server, "/v1/messages", &request);
    assert_eq!(got.joined("/delta/partial_json"), r#"{"question":"Which colour?"}"#);
}

#[test]
fn found_by_a_search_of_the_client_and_called_in_its_group() {
    let server = ModelServer::start(Script::usual()).unwrap();
    let mut request = responses::request(PROMPT);
    request["stream"] = json!(false);
    let search = json!({ "type": "tool_search", "execution": "client", "parameters": schema(&["query"]) });
    request["tools"] = json!([search]);
    let mut search = post(&server, "/v1/responses", &request).json()["output"][0].clone();
    assert_eq!(
        (&search["type"], &search["arguments"]),
        (&json!("tool_search_call"), &json!({ "query": "ask" }))
    );
    search.as_object_mut().unwrap().remove("status");
    let group = json!({ "type": "namespace", "name": "mcp__x", "tools": [
        { "type": "function", "name": "ask", "parameters": schema(&["question"]) } ]});
    let found = json!({ "type": "tool_search_output", "call_id": search["call_id"], "tools": [group] });
    request["input"].as_array_mut().unwrap().extend([search, found]);
    let call = &post(&server, "/v1/responses", &request).json()["output"][0];
    assert_eq!((&call["name"], &call["namespace"]), (&json!("ask"), &json!("mcp__x")));
    assert_eq!(server.violations(), []);
}

#[test]
fn found_by_a_search_and_called_through_another_tool() {
    let server = ModelServer::start(Script::usual()).unwrap();
    let tool = |name: &str, properties: &[&str]| json!({ "type": "function", "function": { "name": name, "parameters": schema(properties) } });
    let mut request = chat::request(PROMPT);
    request["tools"] = json!([tool("tool_call", &["name", "arguments"]), tool("tool_search", &["query"])]);
    let called = |request: &Value| {
        let got = post(&server, "/v1/chat/completions", request);
        let at = |key: &str| got.joined(&format!("/choices/0/delta/tool_calls/0/function/{key}"));
        (at("name"), serde_json::from_str::<Value>(&at("arguments")).unwrap())
    };
    assert_eq!(called(&request), ("tool_search".to_owned(), json!({ "query": "ask" })));
    let messages = request["messages"].as_array_mut().unwrap();
    messages.push(json!({ "role": "assistant", "content": null, "tool_calls": [
        { "id": "c", "type": "function", "function": { "name": "tool_search", "arguments": "{}" } } ]}));
    let found = r#"<function>{"name":"mcp__x__ask"}</function>"#;
    messages.push(json!({ "role": "tool", "tool_call_id": "c", "content": found }));
    let expected = json!({ "name": "mcp__x__ask", "arguments": { "question": "Which colour?" } });
    assert_eq!(called(&request), ("tool_call".to_owned(), expected));
    request["tools"] = json!([tool("run_typescript", &["code"])]);
    let (name, arguments) = called(&request);
    assert_eq!(name, "run_typescript");
    assert!(arguments["code"].as_str().unwrap().contains(r#"group.ask({"question":"Which colour?"})"#));
}
