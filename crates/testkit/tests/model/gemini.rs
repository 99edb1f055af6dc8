use serde_json::{Value, json};
use testkit::model::{ModelServer, Script};

use crate::client::{post, schema};

pub(crate) const STREAM: &str = "/v1beta/models/any:streamGenerateContent?alt=sse";
const WHOLE: &str = "/v1beta/models/any:generateContent";

pub(crate) fn request(prompt: &str) -> Value {
    let write = schema(&["file_path", "content"]);
    json!({
        "systemInstruction": { "role": "user", "parts": [{ "text": "You work." }] },
        "tools": [{ "functionDeclarations": [
            { "name": "write_file", "parametersJsonSchema": write },
            { "name": "list_todos" },
        ]}],
        "contents": [
            { "role": "user", "parts": [
                { "text": "I'm currently working in the directory: /srv\n" }, { "text": prompt } ]},
        ],
    })
}

pub(crate) fn continued(prompt: &str) -> Value {
    let mut request = request(prompt);
    let contents = request["contents"].as_array_mut().unwrap();
    contents.push(json!({ "role": "model", "parts": [
        { "functionCall": { "name": "write_file", "args": {} }, "thoughtSignature": "x" } ]}));
    contents.push(json!({ "role": "user", "parts": [
        { "functionResponse": { "name": "write_file", "response": { "output": "done" } } } ]}));
    request
}

#[test]
fn a_stream_has_thoughts_text_and_a_whole_call() {
    let server = ModelServer::start(Script::usual()).unwrap();
    let got = post(&server, STREAM, &request("CASE: edit"));
    assert_eq!(got.joined("/candidates/0/content/parts/0/text"), "One file is wanted.I write the file.");
    assert_eq!(got.frames()[0]["candidates"][0]["content"]["parts"][0]["thought"], true);
    let frames = got.frames();
    let last = frames.last().unwrap();
    let call = &last["candidates"][0]["content"]["parts"][0]["functionCall"];
    assert_eq!(call["args"], json!({ "file_path": "/srv/hello.txt", "content": "hello from the model\n" }));
    assert_eq!(last["candidates"][0]["finishReason"], "STOP");
    assert!(last["usageMetadata"]["totalTokenCount"].as_u64().unwrap() > 0);
}

#[test]
fn the_path_says_whether_it_streams_and_tokens_are_counted() {
    let server = ModelServer::start(Script::usual()).unwrap();
    let whole = post(&server, WHOLE, &continued("CASE: edit")).json();
    let text = "I wrote hello.txt. Nothing is left to do.";
    assert_eq!(whole["candidates"][0]["content"]["parts"], json!([{ "text": text }]));
    let count = post(&server, "/v1beta/models/any:countTokens", &request("x")).json();
    assert!(count["totalTokens"].as_u64().unwrap() > 0);
    assert_eq!(server.violations(), []);
}

#[test]
fn an_answer_in_a_fixed_form_has_that_form() {
    let server = ModelServer::start(Script::usual()).unwrap();
    let mut request = request("CASE: edit");
    request["generationConfig"] = json!({ "responseMimeType": "application/json", "responseJsonSchema": { "type": "object",
        "properties": { "next_speaker": { "type": "string", "enum": ["user", "model"] } },
        "required": ["next_speaker"] } });
    let whole = post(&server, WHOLE, &request).json();
    assert_eq!(whole["candidates"][0]["content"]["parts"][0]["text"], r#"{"next_speaker":"user"}"#);
    assert_eq!(server.exchanges()[0].case, None);
}
