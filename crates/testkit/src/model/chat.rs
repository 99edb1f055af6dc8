//! OpenAI's Chat Completions API, which many other providers speak too.

use serde_json::{Value, json};

use super::breach::{Breach, breach, flag, function, list, optional_list, text, tool_name, tool_schema};
use super::script::Finish;
use super::turn::{Asked, Entry, Reply, Turn, pieces};
use super::{form, sse};

/// A request for a completion.
pub(super) fn read(body: &Value) -> Result<Turn, Breach> {
    let mut turn =
        Turn { model: text(body, "", "model")?.to_owned(), stream: flag(body, "stream")?, ..Turn::default() };
    turn.figures = !turn.stream || body.pointer("/stream_options/include_usage") == Some(&Value::Bool(true));
    if !turn.stream && body.get("stream_options").is_some_and(|options| !options.is_null()) {
        return breach("stream_options", "is only for streams");
    }
    for (index, tool) in optional_list(body, "", "tools")?.iter().enumerate() {
        let at = format!("tools[{index}]");
        if text(tool, &format!("{at}."), "type")? != "function" {
            return breach(format!("{at}.type"), "must be function");
        }
        let Some(own) = tool.get("function") else { return breach(format!("{at}.function"), "is required") };
        let at = format!("{at}.function");
        let name = text(own, &format!("{at}."), "name")?;
        tool_name(name, &format!("{at}.name"), "", 64)?;
        let schema = match own.get("parameters") {
            // A tool without parameters may leave them out.
            None => json!({ "type": "object" }),
            given => tool_schema(given, &format!("{at}.parameters"))?,
        };
        turn.tools.push(function(name, None, schema));
    }
    turn.longest = ["max_completion_tokens", "max_tokens"].iter().find_map(|key| body.get(key)?.as_u64());
    if let Some(format) = body.pointer("/response_format/json_schema") {
        form::openai(format, "response_format.json_schema")?;
    }
    turn.form = body.pointer("/response_format/json_schema/schema").cloned();
    let messages = list(body, "", "messages")?;
    for (index, message) in messages.iter().enumerate() {
        read_message(message, &format!("messages[{index}]"), &mut turn)?;
    }
    Ok(turn)
}

fn read_message(message: &Value, at: &str, turn: &mut Turn) -> Result<(), Breach> {
    let dot = format!("{at}.");
    match text(message, &dot, "role")? {
        "system" | "developer" => {
            turn.system += &content(message, at)?;
            turn.system.push('\n');
        }
        "user" => {
            let text = content(message, at)?;
            turn.entries.push(Entry::Prompt(text));
        }
        "assistant" => {
            let calls = optional_list(message, &dot, "tool_calls")?;
            if calls.is_empty() || !message.get("content").is_none_or(Value::is_null) {
                let text = content(message, at)?;
                turn.entries.push(Entry::Said(text));
            }
            for (index, call) in calls.iter().enumerate() {
                let at = format!("{at}.tool_calls[{index}]");
                turn.entries.push(read_call(call, &at)?);
            }
        }
        "tool" => {
            let result = content(message, at)?;
            let id = text(message, &dot, "tool_call_id")?;
            turn.entries.push(Entry::Result { id: id.to_owned(), text: result });
        }
        role => return breach(format!("{at}.role"), format!("{role} is no role")),
    }
    Ok(())
}

fn read_call(call: &Value, at: &str) -> Result<Entry, Breach> {
    let dot = format!("{at}.");
    if text(call, &dot, "type")? != "function" {
        return breach(format!("{at}.type"), "must be function");
    }
    let Some(own) = call.get("function") else { return breach(format!("{at}.function"), "is required") };
    let arguments = text(own, &format!("{at}.function."), "arguments")?;
    if !serde_json::from_str::<Value>(arguments).is_ok_and(|value| value.is_object()) {
        return breach(format!("{at}.function.arguments"), "must be a JSON object in a string");
    }
    let name = text(own, &format!("{at}.function."), "name")?;
    Ok(Entry::Call { id: text(call, &dot, "id")?.to_owned(), name: name.to_owned() })
}

/// A text, or parts of which the texts count.
fn content(message: &Value, at: &str) -> Result<String, Breach> {
    match message.get("content") {
        Some(Value::String(text)) => Ok(text.clone()),
        _ => {
            let mut all = String::new();
            for (index, part) in list(message, &format!("{at}."), "content")?.iter().enumerate() {
                let at = format!("{at}.content[{index}].");
                match text(part, &at, "type")? {
                    "text" => all += text(part, &at, "text")?,
                    "image_url" | "input_audio" | "file" | "refusal" => {}
                    kind => return breach(format!("{at}type"), format!("{kind} is no kind of part")),
                }
            }
            Ok(all)
        }
    }
}

fn finish(reply: &Reply) -> &'static str {
    match reply.finish {
        Finish::Done if !reply.calls.is_empty() => "tool_calls",
        // A refusal is an end like others; its words stand in a field of their own.
        Finish::Done | Finish::Refused => "stop",
        Finish::Length => "length",
    }
}

fn usage(reply: &Reply) -> Value {
    let usage = &reply.usage;
    json!({ "prompt_tokens": usage.input, "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": { "cached_tokens": usage.cached } })
}

fn call(call: &Asked, arguments: &str) -> Value {
    json!({ "id": format!("call_{:06}", call.number), "type": "function",
        "function": { "name": call.name, "arguments": arguments } })
}

/// The answer in one piece.
pub(super) fn whole(reply: &Reply) -> Value {
    let calls: Vec<Value> = reply.calls.iter().map(|c| call(c, &c.arguments().to_string())).collect();
    let mut message = json!({ "role": "assistant", "content": reply.say });
    if reply.finish == Finish::Refused {
        message = json!({ "role": "assistant", "content": null, "refusal": reply.say });
    }
    if !reply.think.is_empty() {
        message["reasoning_content"] = json!(reply.think);
    }
    if !calls.is_empty() {
        message["tool_calls"] = json!(calls);
    }
    json!({ "id": format!("chatcmpl-{:06}", reply.number), "object": "chat.completion", "created": 0,
        "model": reply.model, "usage": usage(reply),
        "choices": [{ "index": 0, "message": message, "finish_reason": finish(reply), "logprobs": null }] })
}

/// The answer as the frames of a stream.
pub(super) fn frames(reply: &Reply) -> Vec<String> {
    let chunk = |choices: Value| {
        json!({ "id": format!("chatcmpl-{:06}", reply.number), "object": "chat.completion.chunk", "created": 0,
            "model": reply.model, "choices": choices })
    };
    let delta = |delta: Value, finish: Option<&str>| {
        sse::data(&chunk(json!([{ "index": 0, "delta": delta, "finish_reason": finish }])))
    };
    let mut frames = vec![delta(json!({ "role": "assistant", "content": "" }), None)];
    frames.extend(pieces(&reply.think).map(|piece| delta(json!({ "reasoning_content": piece }), None)));
    let words = if reply.finish == Finish::Refused { "refusal" } else { "content" };
    frames.extend(pieces(&reply.say).map(|piece| delta(json!({ words: piece }), None)));
    for (index, asked) in reply.calls.iter().enumerate() {
        let mut opened = call(asked, "");
        opened["index"] = json!(index);
        frames.push(delta(json!({ "tool_calls": [opened] }), None));
        let arguments = asked.arguments().to_string();
        frames.extend(pieces(&arguments).map(|piece| {
            let more = json!({ "index": index, "function": { "arguments": piece } });
            delta(json!({ "tool_calls": [more] }), None)
        }));
    }
    frames.push(delta(json!({}), Some(finish(reply))));
    if reply.figures {
        let mut last = chunk(json!([]));
        last["usage"] = usage(reply);
        frames.push(sse::data(&last));
    }
    frames.push("data: [DONE]\n\n".to_owned());
    frames
}
