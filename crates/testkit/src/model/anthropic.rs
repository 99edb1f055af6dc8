//! Anthropic's Messages API.

use serde_json::{Value, json};

use super::breach::{
    Breach, breach, flag, function, list, optional_list, result, text, tool_name, tool_schema,
};
use super::script::Finish;
use super::turn::{Asked, Entry, Reply, Tool, Turn, pieces};
use super::{form, sse};

/// A request to make a message, or to count its tokens, which has no limit of its own.
pub(super) fn read(body: &Value, counting: bool) -> Result<Turn, Breach> {
    let mut turn =
        Turn { model: text(body, "", "model")?.to_owned(), stream: flag(body, "stream")?, ..Turn::default() };
    if !counting && body.get("max_tokens").and_then(Value::as_u64).is_none_or(|limit| limit == 0) {
        return breach("max_tokens", "must be a number above 0");
    }
    turn.system = system(body)?;
    for (index, tool) in optional_list(body, "", "tools")?.iter().enumerate() {
        turn.tools.extend(read_tool(tool, &format!("tools.{index}"))?);
    }
    turn.longest = body.get("max_tokens").and_then(Value::as_u64);
    if let Some(format) = body.pointer("/output_config/format") {
        form::anthropic(format)?;
    }
    let form = body.pointer("/output_config/format/schema").or_else(|| body.pointer("/output_format/schema"));
    turn.form = form.cloned();
    messages(list(body, "", "messages")?, &mut turn)?;
    Ok(turn)
}

fn system(body: &Value) -> Result<String, Breach> {
    match body.get("system") {
        None => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => {
            let mut all = String::new();
            for (index, block) in list(body, "", "system")?.iter().enumerate() {
                all += text(block, &format!("system.{index}."), "text")?;
                all.push('\n');
            }
            Ok(all)
        }
    }
}

fn read_tool(tool: &Value, at: &str) -> Result<Option<Tool>, Breach> {
    let kind = tool.get("type").and_then(Value::as_str).unwrap_or("custom");
    if kind != "custom" {
        // The provider's own, which it runs itself.
        return Ok(None);
    }
    let name = text(tool, &format!("{at}."), "name")?;
    tool_name(name, &format!("{at}.name"), "", 128)?;
    let schema = tool_schema(tool.get("input_schema"), &format!("{at}.input_schema"))?;
    Ok(Some(function(name, None, schema)))
}

/// Messages alternate, a user's first; results of tools come in the message right after their calls, before any text.
fn messages(list: &[Value], turn: &mut Turn) -> Result<(), Breach> {
    if list.is_empty() {
        return breach("messages", "must not be empty");
    }
    for (index, message) in list.iter().enumerate() {
        let at = format!("messages.{index}");
        let role = text(message, &format!("{at}."), "role")?;
        match role {
            "user" | "assistant" => {}
            // Instructions in the middle of a conversation.
            "system" if index > 0 => {}
            other => return breach(format!("{at}.role"), format!("{other} is no role")),
        }
        if index == 0 && role != "user" {
            return breach(at, "the first message must be the user's");
        }
        match message.get("content") {
            Some(Value::String(text)) if text.is_empty() => {
                return breach(format!("{at}.content"), "must not be empty");
            }
            Some(Value::String(text)) => turn.entries.push(said(role, text)),
            Some(Value::Array(blocks)) => self::blocks(blocks, role, &at, turn)?,
            _ => return breach(format!("{at}.content"), "must be a string or a list of blocks"),
        }
    }
    Ok(())
}

fn said(role: &str, text: &str) -> Entry {
    if role == "assistant" { Entry::Said(text.to_owned()) } else { Entry::Prompt(text.to_owned()) }
}

fn blocks(blocks: &[Value], role: &str, at: &str, turn: &mut Turn) -> Result<(), Breach> {
    if blocks.is_empty() {
        return breach(format!("{at}.content"), "must not be empty");
    }
    for (index, block) in blocks.iter().enumerate() {
        let at = format!("{at}.content.{index}");
        let dot = format!("{at}.");
        match (text(block, &dot, "type")?, role) {
            ("text", _) => turn.entries.push(said(role, text(block, &dot, "text")?)),
            ("image" | "document" | "search_result", "user") => {
                turn.entries.push(Entry::Prompt(String::new()));
            }
            ("thinking", "assistant") => {
                text(block, &dot, "signature")?;
            }
            ("redacted_thinking" | "server_tool_use" | "web_search_tool_result", "assistant") => {}
            ("tool_use", "assistant") => {
                if !block.get("input").is_some_and(Value::is_object) {
                    return breach(format!("{at}.input"), "must be an object");
                }
                let (id, name) = (text(block, &dot, "id")?, text(block, &dot, "name")?);
                turn.entries.push(Entry::Call { id: id.to_owned(), name: name.to_owned() });
            }
            ("tool_result", "user") => {
                let id = text(block, &dot, "tool_use_id")?;
                turn.entries.push(Entry::Result { id: id.to_owned(), text: result(block.get("content")) });
            }
            (kind, role) => return breach(at, format!("{kind} has no place in a message of the {role}")),
        }
    }
    Ok(())
}

/// The answer in one piece.
pub(super) fn whole(reply: &Reply) -> Value {
    let mut message = start(reply);
    message["content"] = Value::Array(contents(reply));
    message["stop_reason"] = json!(stop_reason(reply));
    message["usage"]["output_tokens"] = json!(reply.usage.output);
    message
}

fn start(reply: &Reply) -> Value {
    let usage = &reply.usage;
    json!({
        "id": format!("msg_{:06}", reply.number), "type": "message", "role": "assistant", "model": reply.model,
        "content": [], "stop_reason": null, "stop_sequence": null,
        "usage": {
            "input_tokens": usage.input - usage.cached.min(usage.input), "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": usage.cached, "output_tokens": 1, "service_tier": "standard",
        },
    })
}

fn contents(reply: &Reply) -> Vec<Value> {
    let mut blocks = Vec::new();
    if !reply.think.is_empty() {
        blocks.push(json!({ "type": "thinking", "thinking": reply.think, "signature": "c2lnbmVk" }));
    }
    if !reply.say.is_empty() {
        blocks.push(json!({ "type": "text", "text": reply.say }));
    }
    let call = |call: &Asked| {
        json!({ "type": "tool_use", "id": format!("toolu_{:06}", call.number), "name": call.name,
            "input": call.arguments() })
    };
    blocks.extend(reply.calls.iter().map(call));
    blocks
}

fn stop_reason(reply: &Reply) -> &'static str {
    match reply.finish {
        Finish::Done if reply.calls.is_empty() => "end_turn",
        Finish::Done => "tool_use",
        Finish::Length => "max_tokens",
        Finish::Refused => "refusal",
    }
}

/// The answer as the frames of a stream.
pub(super) fn frames(reply: &Reply) -> Vec<String> {
    let mut frames = vec![event(&json!({ "type": "message_start", "message": start(reply) }))];
    frames.push(event(&json!({ "type": "ping" })));
    for (index, block) in contents(reply).into_iter().enumerate() {
        let (empty, deltas) = opened(&block);
        frames.push(event(&json!({ "type": "content_block_start", "index": index, "content_block": empty })));
        frames.extend(
            deltas.into_iter().map(|delta| {
                event(&json!({ "type": "content_block_delta", "index": index, "delta": delta }))
            }),
        );
        frames.push(event(&json!({ "type": "content_block_stop", "index": index })));
    }
    frames.push(event(&json!({
        "type": "message_delta", "delta": { "stop_reason": stop_reason(reply), "stop_sequence": null },
        "usage": { "output_tokens": reply.usage.output },
    })));
    frames.push(event(&json!({ "type": "message_stop" })));
    frames
}

/// A block as it begins, and what fills it.
fn opened(block: &Value) -> (Value, Vec<Value>) {
    let mut empty = block.clone();
    let string = |key: &str| block.get(key).and_then(Value::as_str).unwrap_or_default();
    let deltas = match string("type") {
        "thinking" => {
            empty["thinking"] = json!("");
            empty["signature"] = json!("");
            let thought = pieces(string("thinking"));
            let mut deltas: Vec<Value> =
                thought.map(|p| json!({ "type": "thinking_delta", "thinking": p })).collect();
            deltas.push(json!({ "type": "signature_delta", "signature": string("signature") }));
            deltas
        }
        "text" => {
            empty["text"] = json!("");
            pieces(string("text")).map(|p| json!({ "type": "text_delta", "text": p })).collect()
        }
        _ => {
            empty["input"] = json!({});
            let input = block.get("input").map(Value::to_string).unwrap_or_default();
            pieces(&input).map(|p| json!({ "type": "input_json_delta", "partial_json": p })).collect()
        }
    };
    (empty, deltas)
}

fn event(data: &Value) -> String {
    sse::event(data.get("type").and_then(Value::as_str).unwrap_or_default(), data)
}

/// An error in the provider's form.
pub(super) fn error(status: u16, message: &str) -> Value {
    let (kind, usual) = match status {
        400 => ("invalid_request_error", "The request is not valid."),
        401 => ("authentication_error", "invalid x-api-key"),
        403 => ("permission_error", "Your API key has no permission for this."),
        404 => ("not_found_error", "model: not found"),
        413 => ("request_too_large", "Request exceeds the maximum size"),
        429 => ("rate_limit_error", "This request would exceed your account's rate limit."),
        529 => ("overloaded_error", "Overloaded"),
        _ => ("api_error", "Internal server error"),
    };
    let message = if message.is_empty() { usual } else { message };
    json!({ "type": "error", "error": { "type": kind, "message": message }, "request_id": "req_000001" })
}
