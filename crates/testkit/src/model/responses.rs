//! OpenAI's Responses API.

use serde_json::{Value, json};

use super::breach::{
    Breach, breach, flag, function, list, optional_list, result, text, tool_name, tool_schema,
};
use super::script::Finish;
use super::turn::{Asked, Entry, Input, Reply, Takes, Tool, Turn, pieces};
use super::{form, sse};

/// A request to make a response.
pub(super) fn read(body: &Value) -> Result<Turn, Breach> {
    let mut turn =
        Turn { model: text(body, "", "model")?.to_owned(), stream: flag(body, "stream")?, ..Turn::default() };
    match body.get("instructions") {
        None | Some(Value::Null) => {}
        Some(Value::String(text)) => turn.system.clone_from(text),
        Some(_) => return breach("instructions", "must be a string"),
    }
    read_tools(optional_list(body, "", "tools")?, "tools", None, &mut turn)?;
    turn.longest = body.get("max_output_tokens").and_then(Value::as_u64);
    if let Some(format) = body.pointer("/text/format").filter(|format| format.get("schema").is_some()) {
        form::openai(format, "text.format")?;
    }
    turn.form = body.pointer("/text/format/schema").cloned();
    match body.get("input") {
        Some(Value::String(text)) if !text.is_empty() => turn.entries.push(Entry::Prompt(text.clone())),
        _ => {
            for (index, item) in list(body, "", "input")?.iter().enumerate() {
                read_item(item, &format!("input[{index}]"), &mut turn)?;
            }
        }
    }
    Ok(turn)
}

fn read_tools(tools: &[Value], at: &str, group: Option<&str>, turn: &mut Turn) -> Result<(), Breach> {
    for (index, tool) in tools.iter().enumerate() {
        let at = format!("{at}[{index}]");
        let dot = format!("{at}.");
        match text(tool, &dot, "type")? {
            "function" => {
                let name = text(tool, &dot, "name")?;
                tool_name(name, &format!("{at}.name"), "", 64)?;
                let schema = tool_schema(tool.get("parameters"), &format!("{at}.parameters"))?;
                turn.tools.push(function(name, group, schema));
            }
            "custom" => {
                let name = text(tool, &dot, "name")?;
                tool_name(name, &format!("{at}.name"), "", 64)?;
                let group = group.map(str::to_owned);
                turn.tools.push(Tool { name: name.to_owned(), group, takes: Takes::Text });
            }
            "namespace" if group.is_none() => {
                let name = text(tool, &dot, "name")?;
                read_tools(list(tool, &dot, "tools")?, &format!("{at}.tools"), Some(name), turn)?;
            }
            // A search that the client does, for tools that it does not offer at once.
            "tool_search" if tool.get("execution").is_some_and(|by| by == "client") => {
                let schema = tool_schema(tool.get("parameters"), &format!("{at}.parameters"))?;
                turn.tools.push(function("tool_search", None, schema));
            }
            // The provider's own, which it runs itself.
            "web_search" | "web_search_preview" | "image_generation" | "local_shell" | "tool_search"
            | "file_search" | "code_interpreter" | "mcp" => {}
            kind => return breach(format!("{at}.type"), format!("{kind} is no kind of tool")),
        }
    }
    Ok(())
}

fn read_item(item: &Value, at: &str, turn: &mut Turn) -> Result<(), Breach> {
    let dot = format!("{at}.");
    // A message may leave its type out.
    let kind = item.get("type").and_then(Value::as_str).unwrap_or("message");
    match kind {
        "message" => read_message(item, at, turn)?,
        "function_call" | "custom_tool_call" => {
            let name = text(item, &dot, "name")?;
            let key = if kind == "function_call" { "arguments" } else { "input" };
            let Some(input) = item.get(key).and_then(Value::as_str) else {
                return breach(format!("{at}.{key}"), "must be a string");
            };
            if kind == "function_call" && serde_json::from_str::<Value>(input).is_err() {
                return breach(format!("{at}.arguments"), "must be JSON in a string");
            }
            let id = text(item, &dot, "call_id")?;
            turn.entries.push(Entry::Call { id: id.to_owned(), name: name.to_owned() });
        }
        "function_call_output" | "custom_tool_call_output" => {
            let id = text(item, &dot, "call_id")?;
            if !item.get("output").is_some_and(|output| output.is_string() || output.is_array()) {
                return breach(format!("{at}.output"), "must be a string or a list of parts");
            }
            turn.entries.push(Entry::Result { id: id.to_owned(), text: result(item.get("output")) });
        }
        "tool_search_call" => {
            let id = text(item, &dot, "call_id")?.to_owned();
            turn.entries.push(Entry::Call { id, name: "tool_search".to_owned() });
        }
        "tool_search_output" => {
            let id = text(item, &dot, "call_id")?;
            turn.entries.push(Entry::Result { id: id.to_owned(), text: result(item.get("tools")) });
            // What was found may be called from now on.
            let mut found = Turn::default();
            read_tools(list(item, &dot, "tools")?, &format!("{at}.tools"), None, &mut found)?;
            found.tools.retain(|tool| !turn.tools.contains(tool));
            turn.tools.append(&mut found.tools);
        }
        "reasoning" => {
            list(item, &dot, "summary")?;
        }
        // What the provider's own tools left behind.
        "web_search_call" | "compaction" | "item_reference" | "additional_tools" | "local_shell_call" => {}
        other => return breach(format!("{at}.type"), format!("{other} is no kind of item")),
    }
    Ok(())
}

fn read_message(item: &Value, at: &str, turn: &mut Turn) -> Result<(), Breach> {
    let role = text(item, &format!("{at}."), "role")?;
    let (kinds, said): (&[&str], &str) = match role {
        "user" | "developer" | "system" => (&["input_text", "input_image", "input_file"], role),
        "assistant" => (&["output_text", "refusal"], role),
        other => return breach(format!("{at}.role"), format!("{other} is no role")),
    };
    let words = match item.get("content") {
        Some(Value::String(text)) => text.clone(),
        _ => {
            let mut all = String::new();
            for (index, part) in list(item, &format!("{at}."), "content")?.iter().enumerate() {
                let at = format!("{at}.content[{index}].");
                let kind = text(part, &at, "type")?;
                if !kinds.contains(&kind) {
                    return breach(
                        format!("{at}type"),
                        format!("{kind} has no place in a message of {role}"),
                    );
                }
                all += part.get("text").and_then(Value::as_str).unwrap_or_default();
            }
            all
        }
    };
    match said {
        "assistant" => turn.entries.push(Entry::Said(words)),
        "user" => turn.entries.push(Entry::Prompt(words)),
        _ => {
            turn.system.push('\n');
            turn.system += &words;
        }
    }
    Ok(())
}

/// The items of the answer, whole.
fn items(reply: &Reply) -> Vec<Value> {
    let mut items = Vec::new();
    let id = |kind: &str| format!("{kind}_{:06}", reply.number);
    if !reply.think.is_empty() {
        items.push(json!({ "type": "reasoning", "id": id("rs"), "encrypted_content": "c2VhbGVk",
            "summary": [{ "type": "summary_text", "text": reply.think }] }));
    }
    if !reply.say.is_empty() {
        let part = match reply.finish {
            Finish::Refused => json!({ "type": "refusal", "refusal": reply.say }),
            Finish::Done | Finish::Length => {
                json!({ "type": "output_text", "text": reply.say, "annotations": [] })
            }
        };
        items.push(json!({ "type": "message", "id": id("msg"), "role": "assistant", "status": "completed",
            "content": [part] }));
    }
    items.extend(reply.calls.iter().map(call));
    items
}

fn call(call: &Asked) -> Value {
    if call.name == "tool_search" {
        return json!({ "type": "tool_search_call", "id": format!("ts_{:06}", call.number), "status": "completed",
            "call_id": format!("call_{:06}", call.number), "execution": "client", "arguments": call.arguments() });
    }
    let (kind, key, input) = match &call.input {
        Input::Arguments(arguments) => ("function_call", "arguments", arguments.to_string()),
        Input::Text(text) => ("custom_tool_call", "input", text.clone()),
    };
    let mut item = json!({ "type": kind, "id": format!("fc_{:06}", call.number), "name": call.name,
        "call_id": format!("call_{:06}", call.number), "status": "completed" });
    item[key] = json!(input);
    if let Some(group) = &call.group {
        item["namespace"] = json!(group);
    }
    item
}

fn response(reply: &Reply, status: &str, output: Vec<Value>) -> Value {
    let usage = &reply.usage;
    let usage = (status != "in_progress").then(|| {
        json!({ "input_tokens": usage.input, "input_tokens_details": { "cached_tokens": usage.cached },
            "output_tokens": usage.output, "output_tokens_details": { "reasoning_tokens": 0 },
            "total_tokens": usage.input + usage.output })
    });
    json!({ "id": format!("resp_{:06}", reply.number), "object": "response", "created_at": 0, "status": status,
        "model": reply.model, "output": output, "error": null, "incomplete_details": null, "usage": usage })
}

/// The answer in one piece.
pub(super) fn whole(reply: &Reply) -> Value {
    let mut whole = response(reply, status(reply), items(reply));
    if reply.finish == Finish::Length {
        whole["incomplete_details"] = json!({ "reason": "max_output_tokens" });
    }
    whole
}

fn status(reply: &Reply) -> &'static str {
    match reply.finish {
        Finish::Done | Finish::Refused => "completed",
        Finish::Length => "incomplete",
    }
}

/// The answer as the frames of a stream.
pub(super) fn frames(reply: &Reply) -> Vec<String> {
    let begun = response(reply, "in_progress", Vec::new());
    let mut events = vec![
        json!({ "type": "response.created", "response": begun }),
        json!({ "type": "response.in_progress", "response": begun }),
    ];
    for (index, item) in items(reply).into_iter().enumerate() {
        let (empty, deltas) = opened(&item);
        events.push(json!({ "type": "response.output_item.added", "output_index": index, "item": empty }));
        events.extend(deltas.into_iter().map(|mut delta| {
            delta["output_index"] = json!(index);
            delta["item_id"] = item["id"].clone();
            delta
        }));
        events.push(json!({ "type": "response.output_item.done", "output_index": index, "item": item }));
    }
    events.push(json!({ "type": format!("response.{}", status(reply)), "response": whole(reply) }));
    let numbered = |(number, mut event): (usize, Value)| {
        event["sequence_number"] = json!(number);
        sse::event(event.get("type").and_then(Value::as_str).unwrap_or_default(), &event)
    };
    events.into_iter().enumerate().map(numbered).collect()
}

/// An item as it begins, and the events that fill it.
fn opened(item: &Value) -> (Value, Vec<Value>) {
    let mut empty = item.clone();
    let string = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default();
    empty["status"] = json!("in_progress");
    let events = match string("type") {
        "reasoning" => {
            empty["summary"] = json!([]);
            let text = item.pointer("/summary/0/text").and_then(Value::as_str).unwrap_or_default();
            let part = json!({ "type": "summary_text", "text": text });
            filling(
                "response.reasoning_summary_part",
                "response.reasoning_summary_text",
                "summary_index",
                &part,
            )
        }
        "message" => {
            empty["content"] = json!([]);
            let none = Value::Null;
            let part = item.pointer("/content/0").unwrap_or(&none);
            let refused = part.get("type").is_some_and(|kind| kind == "refusal");
            let words = if refused { "response.refusal" } else { "response.output_text" };
            filling("response.content_part", words, "content_index", part)
        }
        "function_call" => {
            empty["arguments"] = json!("");
            streamed("response.function_call_arguments", "arguments", string("arguments"))
        }
        "tool_search_call" => Vec::new(),
        _ => {
            empty["input"] = json!("");
            streamed("response.custom_tool_call_input", "input", string("input"))
        }
    };
    (empty, events)
}

/// The events of one part with a text.
fn filling(part_event: &str, text_event: &str, index: &str, part: &Value) -> Vec<Value> {
    let key = if part.get("refusal").is_some() { "refusal" } else { "text" };
    let mut empty = part.clone();
    empty[key] = json!("");
    let text = part.get(key).and_then(Value::as_str).unwrap_or_default();
    let mut events = vec![json!({ "type": format!("{part_event}.added"), "part": empty })];
    events.extend(streamed(text_event, key, text));
    events.push(json!({ "type": format!("{part_event}.done"), "part": part }));
    for event in &mut events {
        event[index] = json!(0);
    }
    events
}

fn streamed(event: &str, key: &str, text: &str) -> Vec<Value> {
    let delta = |piece| json!({ "type": format!("{event}.delta"), "delta": piece });
    let mut events: Vec<Value> = pieces(text).map(delta).collect();
    let mut done = json!({ "type": format!("{event}.done") });
    done[key] = json!(text);
    events.push(done);
    events
}

/// An error in the provider's form.
pub(super) fn error(status: u16, message: &str) -> Value {
    let (kind, code, usual) = match status {
        400 => ("invalid_request_error", Value::Null, "The request is not valid."),
        401 => ("invalid_request_error", json!("invalid_api_key"), "Incorrect API key provided."),
        403 => ("invalid_request_error", json!("forbidden"), "You have no access to this."),
        404 => ("invalid_request_error", json!("model_not_found"), "The model does not exist."),
        429 => ("tokens", json!("rate_limit_exceeded"), "Rate limit reached. Please try again in 1s."),
        _ => ("server_error", Value::Null, "The server had an error while processing your request."),
    };
    let message = if message.is_empty() { usual } else { message };
    json!({ "error": { "message": message, "type": kind, "param": null, "code": code } })
}
