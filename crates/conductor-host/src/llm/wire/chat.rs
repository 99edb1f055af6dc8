//! OpenAI's Chat Completions, and what others make of them.

use serde_json::{Value, json};

use super::{Heard, Request, number, text};
use crate::llm::error::ModelError;
use crate::llm::http::Called;
use crate::llm::provider::Provider;
use crate::llm::target::Target;
use crate::llm::{Finish, Question, Turn};

pub(super) fn request(target: &Target, question: &Question) -> Request {
    let message = |turn: &Turn| match turn {
        Turn::Asked(text) => json!({ "role": "user", "content": text }),
        Turn::Answered(text) => json!({ "role": "assistant", "content": text }),
    };
    let mut messages = vec![json!({ "role": "system", "content": question.system })];
    messages.extend(question.turns.iter().map(message));
    let mut body = json!({
        "model": target.model,
        "stream": true,
        "stream_options": { "include_usage": true },
        "messages": messages,
        "response_format": { "type": "json_schema", "json_schema": {
            "name": question.form.name(), "strict": true,
            "schema": question.form.schema(target.provider.dialect()),
        } },
    });
    // OpenAI's newer models refuse the older name, and other servers do not know the newer one.
    let own = target.base_url == Provider::OpenAiChat.base_url();
    body[if own { "max_completion_tokens" } else { "max_tokens" }] = json!(target.max_tokens);
    if let Some(temperature) = target.temperature {
        body["temperature"] = json!(temperature);
    }
    Request { url: format!("{}/chat/completions", target.base_url), body }
}

pub(super) fn hear(event: &Value, heard: &mut Heard, called: &Called) -> Result<bool, ModelError> {
    if event.get("error").is_some_and(|error| !error.is_null()) {
        let code = text(event, "/error/code");
        let status = match code {
            "rate_limit_exceeded" | "insufficient_quota" => 429,
            _ => 500,
        };
        return Err(called.told_refusal(status, text(event, "/error/message"), code, None));
    }
    if event.get("choices").is_none() {
        return Err(called.odd(&event.to_string()));
    }
    // A stream has pieces, an answer in one piece a message.
    for part in ["delta", "message"] {
        heard.text.push_str(text(event, &format!("/choices/0/{part}/content")));
        heard.refusal.push_str(text(event, &format!("/choices/0/{part}/refusal")));
    }
    match text(event, "/choices/0/finish_reason") {
        "" => {}
        "length" => heard.finish = Some(Finish::Length),
        "content_filter" => {
            heard.finish = Some(Finish::Refused("its provider's filter stopped the answer".to_owned()));
        }
        _ => heard.finish = Some(Finish::Done),
    }
    if event.get("usage").is_some_and(Value::is_object) {
        heard.used.input = number(event, "/usage/prompt_tokens");
        heard.used.output = number(event, "/usage/completion_tokens");
    }
    Ok(false)
}
