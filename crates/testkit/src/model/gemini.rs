//! Google's Gemini API.

use serde_json::{Value, json};

use super::breach::{Breach, breach, function, list, optional_list, result, text, tool_name, tool_schema};
use super::script::Finish;
use super::turn::{Asked, Entry, Reply, Turn, pieces};
use super::{form, sse};

/// A request for content. The model stands in the path, and so does whether the answer streams.
pub(super) fn read(body: &Value, model: &str, stream: bool) -> Result<Turn, Breach> {
    let mut turn = Turn { model: model.to_owned(), stream, ..Turn::default() };
    if let Some(system) = body.get("systemInstruction") {
        turn.system = texts(list(system, "systemInstruction.", "parts")?);
    }
    for (index, tool) in optional_list(body, "", "tools")?.iter().enumerate() {
        let at = format!("tools[{index}].");
        for (index, own) in optional_list(tool, &at, "functionDeclarations")?.iter().enumerate() {
            read_tool(own, &format!("{at}functionDeclarations[{index}]"), &mut turn)?;
        }
    }
    let config = |key: &str| body.get("generationConfig").and_then(|config| config.get(key));
    turn.longest = config("maxOutputTokens").and_then(Value::as_u64);
    if let Some(schema) = config("responseJsonSchema") {
        form::gemini(schema, config("responseMimeType"))?;
    }
    turn.form = config("responseJsonSchema").or_else(|| config("responseSchema")).cloned();
    let contents = list(body, "", "contents")?;
    let mut calls = Calls::default();
    for (index, content) in contents.iter().enumerate() {
        read_content(content, &format!("contents[{index}]"), &mut calls, &mut turn)?;
    }
    Ok(turn)
}

/// The text of parts.
fn texts(parts: &[Value]) -> String {
    parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str)).collect::<Vec<_>>().join("\n")
}

fn read_tool(own: &Value, at: &str, turn: &mut Turn) -> Result<(), Breach> {
    let name = text(own, &format!("{at}."), "name")?;
    tool_name(name, &format!("{at}.name"), ".:", 64)?;
    let schema = match own.get("parametersJsonSchema").or_else(|| own.get("parameters")) {
        // A tool without parameters may leave them out.
        None => json!({ "type": "object" }),
        given => tool_schema(given, &format!("{at}.parametersJsonSchema"))?,
    };
    turn.tools.push(function(name, None, schema));
    Ok(())
}

/// Calls in their order. A call and its result need no id: then the result answers the first open call of its name.
#[derive(Default)]
struct Calls {
    count: usize,
    open: Vec<(String, String)>,
}

impl Calls {
    fn call(&mut self, id: Option<&str>, name: &str) -> Entry {
        let id = id.map_or_else(|| format!("{name}#{}", self.count), str::to_owned);
        self.count += 1;
        self.open.push((id.clone(), name.to_owned()));
        Entry::Call { id, name: name.to_owned() }
    }

    fn result(&mut self, response: &Value, name: &str, at: &str) -> Result<Entry, Breach> {
        let id = response.get("id").and_then(Value::as_str);
        let fits = |(open, of): &(String, String)| id.map_or(of == name, |id| open == id && of == name);
        match self.open.iter().position(fits) {
            Some(place) => {
                let text = result(response.get("response"));
                Ok(Entry::Result { id: self.open.remove(place).0, text })
            }
            None => breach(at, format!("a response of {name} answers no open call")),
        }
    }
}

/// Contents have the roles user and model; a call's response comes in the content right after it.
fn read_content(content: &Value, at: &str, calls: &mut Calls, turn: &mut Turn) -> Result<(), Breach> {
    let role = content.get("role").and_then(Value::as_str).unwrap_or("user");
    if !["user", "model", "function"].contains(&role) {
        return breach(format!("{at}.role"), format!("{role} is no role; use user or model"));
    }
    let parts = list(content, &format!("{at}."), "parts")?;
    if parts.is_empty() {
        return breach(format!("{at}.parts"), "must not be empty");
    }
    for (index, part) in parts.iter().enumerate() {
        let at = format!("{at}.parts[{index}]");
        let field = |key: &str| part.get(key).filter(|value| !value.is_null());
        if let Some(call) = field("functionCall") {
            if role != "model" {
                return breach(at, "a functionCall is the model's");
            }
            let name = text(call, &format!("{at}.functionCall."), "name")?;
            turn.entries.push(calls.call(call.get("id").and_then(Value::as_str), name));
        } else if let Some(response) = field("functionResponse") {
            if role == "model" || !response.get("response").is_some_and(Value::is_object) {
                return breach(at, "a functionResponse is the user's and holds an object");
            }
            let name = text(response, &format!("{at}.functionResponse."), "name")?;
            let entry = calls.result(response, name, &at)?;
            turn.entries.push(entry);
        } else if let Some(Value::String(said)) = field("text") {
            turn.entries.push(match role {
                "model" => Entry::Said(said.clone()),
                _ => Entry::Prompt(said.clone()),
            });
        } else if ["inlineData", "fileData", "executableCode", "codeExecutionResult", "thoughtSignature"]
            .iter()
            .all(|key| field(key).is_none())
        {
            return breach(at, "must have one of the known fields");
        }
    }
    Ok(())
}

fn call(call: &Asked) -> Value {
    json!({ "functionCall": { "name": call.name, "args": call.arguments() } })
}

fn usage(reply: &Reply) -> Value {
    let usage = &reply.usage;
    json!({ "promptTokenCount": usage.input, "candidatesTokenCount": usage.output,
        "cachedContentTokenCount": usage.cached, "totalTokenCount": usage.input + usage.output })
}

/// A response with these parts; the last one says why it ends and what was used.
fn response(reply: &Reply, parts: &[Value], last: bool) -> Value {
    let mut candidate = json!({ "index": 0, "content": { "role": "model", "parts": parts } });
    let mut response =
        json!({ "modelVersion": reply.model, "responseId": format!("resp-{:06}", reply.number) });
    if last {
        candidate["finishReason"] = json!(match reply.finish {
            Finish::Done => "STOP",
            Finish::Length => "MAX_TOKENS",
            Finish::Refused => "PROHIBITED_CONTENT",
        });
        response["usageMetadata"] = usage(reply);
    }
    response["candidates"] = json!([candidate]);
    response
}

/// The answer in one piece.
pub(super) fn whole(reply: &Reply) -> Value {
    let mut parts = Vec::new();
    if !reply.think.is_empty() {
        parts.push(json!({ "text": reply.think, "thought": true }));
    }
    if !reply.say.is_empty() {
        parts.push(json!({ "text": reply.say }));
    }
    parts.extend(reply.calls.iter().map(call));
    response(reply, &parts, true)
}

/// The answer as the frames of a stream.
pub(super) fn frames(reply: &Reply) -> Vec<String> {
    let thoughts = pieces(&reply.think).map(|piece| json!({ "text": piece, "thought": true }));
    let said = pieces(&reply.say).map(|piece| json!({ "text": piece }));
    let mut parts: Vec<Value> = thoughts.chain(said).chain(reply.calls.iter().map(call)).collect();
    if parts.is_empty() {
        parts.push(json!({ "text": "" }));
    }
    let count = parts.len();
    let frame = |(index, part): (usize, Value)| sse::data(&response(reply, &[part], index + 1 == count));
    parts.into_iter().enumerate().map(frame).collect()
}

/// An error in the provider's form.
pub(super) fn error(status: u16, message: &str, retry_after: Option<u32>) -> Value {
    let (kind, usual) = match status {
        400 => ("INVALID_ARGUMENT", "Request contains an invalid argument."),
        401 => ("UNAUTHENTICATED", "API key not valid. Please pass a valid API key."),
        403 => ("PERMISSION_DENIED", "Permission denied."),
        404 => ("NOT_FOUND", "The model is not found."),
        429 => ("RESOURCE_EXHAUSTED", "You exceeded your current quota."),
        503 => ("UNAVAILABLE", "The model is overloaded. Please try again later."),
        _ => ("INTERNAL", "An internal error has occurred."),
    };
    let message = if message.is_empty() { usual } else { message };
    let mut error = json!({ "error": { "code": status, "message": message, "status": kind } });
    if let Some(seconds) = retry_after {
        error["error"]["details"] = json!([{ "@type": "type.googleapis.com/google.rpc.RetryInfo",
            "retryDelay": format!("{seconds}s") }]);
    }
    error
}
