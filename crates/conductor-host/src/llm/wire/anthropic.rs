//! Anthropic's Messages.

use serde_json::{Value, json};

use super::{Heard, Request, number, text};
use crate::llm::error::ModelError;
use crate::llm::http::Called;
use crate::llm::target::Target;
use crate::llm::{Finish, Question, Turn};

pub(super) fn request(target: &Target, question: &Question) -> Request {
    let message = |turn: &Turn| match turn {
        Turn::Asked(text) => json!({ "role": "user", "content": text }),
        Turn::Answered(text) => json!({ "role": "assistant", "content": text }),
    };
    let mut body = json!({
        "model": target.model,
        "max_tokens": target.max_tokens,
        "stream": true,
        "system": question.system,
        "messages": question.turns.iter().map(message).collect::<Vec<_>>(),
        "output_config": {
            "format": { "type": "json_schema", "schema": question.form.schema(target.provider.dialect()) },
        },
    });
    if let Some(temperature) = target.temperature {
        body["temperature"] = json!(temperature);
    }
    Request { url: format!("{}/v1/messages", target.base_url), body }
}

pub(super) fn hear(event: &Value, heard: &mut Heard, called: &Called) -> Result<bool, ModelError> {
    match text(event, "/type") {
        "message_start" => {
            let read = |kind: &str| number(event, &format!("/message/usage/{kind}"));
            heard.used.input = read("input_tokens").map(|fresh| {
                let cached = ["cache_creation_input_tokens", "cache_read_input_tokens"];
                fresh + cached.into_iter().filter_map(read).sum::<u64>()
            });
        }
        "content_block_delta" if text(event, "/delta/type") == "text_delta" => {
            heard.text.push_str(text(event, "/delta/text"));
        }
        "message_delta" => {
            heard.used.output = number(event, "/usage/output_tokens").or(heard.used.output);
            heard.finish = match text(event, "/delta/stop_reason") {
                "" => heard.finish.take(),
                "max_tokens" | "model_context_window_exceeded" => Some(Finish::Length),
                "refusal" => Some(Finish::Refused("it declines to answer".to_owned())),
                _ => Some(Finish::Done),
            };
        }
        "message_stop" => return Ok(true),
        "error" => return Err(failed(event, called)),
        _ => {}
    }
    Ok(false)
}

/// An error in the middle of a stream, where there is no status.
fn failed(event: &Value, called: &Called) -> ModelError {
    let kind = text(event, "/error/type");
    let status = match kind {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "permission_error" => 403,
        "not_found_error" => 404,
        "request_too_large" => 413,
        "rate_limit_error" => 429,
        "overloaded_error" => 529,
        _ => 500,
    };
    called.told_refusal(status, text(event, "/error/message"), kind, None)
}
