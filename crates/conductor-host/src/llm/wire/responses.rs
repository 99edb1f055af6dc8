//! OpenAI's Responses.

use serde_json::{Value, json};

use super::{Heard, Request, number, text};
use crate::llm::error::ModelError;
use crate::llm::http::Called;
use crate::llm::target::Target;
use crate::llm::{Finish, Question, Turn};

pub(super) fn request(target: &Target, question: &Question) -> Request {
    let item = |turn: &Turn| match turn {
        Turn::Asked(text) => {
            json!({ "type": "message", "role": "user", "content": [{ "type": "input_text", "text": text }] })
        }
        Turn::Answered(text) => json!({ "type": "message", "role": "assistant", "content": text }),
    };
    let mut body = json!({
        "model": target.model,
        "max_output_tokens": target.max_tokens,
        "stream": true,
        // Nothing is looked up at the provider's later.
        "store": false,
        "instructions": question.system,
        "input": question.turns.iter().map(item).collect::<Vec<_>>(),
        "text": { "format": {
            "type": "json_schema", "name": question.form.name(), "strict": true,
            "schema": question.form.schema(target.provider.dialect()),
        } },
    });
    if let Some(temperature) = target.temperature {
        body["temperature"] = json!(temperature);
    }
    Request { url: format!("{}/responses", target.base_url), body }
}

pub(super) fn hear(event: &Value, heard: &mut Heard, called: &Called) -> Result<bool, ModelError> {
    match text(event, "/type") {
        "response.output_text.delta" => heard.text.push_str(text(event, "/delta")),
        "response.refusal.delta" => heard.refusal.push_str(text(event, "/delta")),
        "response.completed" => {
            used(event, heard);
            heard.finish = Some(Finish::Done);
            return Ok(true);
        }
        "response.incomplete" => {
            used(event, heard);
            heard.finish = Some(match text(event, "/response/incomplete_details/reason") {
                "content_filter" => Finish::Refused("its provider's filter stopped the answer".to_owned()),
                _ => Finish::Length,
            });
            return Ok(true);
        }
        "response.failed" => {
            let code = text(event, "/response/error/code");
            return Err(failed(code, text(event, "/response/error/message"), called));
        }
        "error" => return Err(failed(text(event, "/code"), text(event, "/message"), called)),
        _ => {}
    }
    Ok(false)
}

fn used(event: &Value, heard: &mut Heard) {
    heard.used.input = number(event, "/response/usage/input_tokens");
    heard.used.output = number(event, "/response/usage/output_tokens");
}

fn failed(code: &str, message: &str, called: &Called) -> ModelError {
    let status = match code {
        "rate_limit_exceeded" | "insufficient_quota" => 429,
        "invalid_prompt" => 400,
        _ => 500,
    };
    called.told_refusal(status, message, code, None)
}
