//! Google's Gemini.

use serde_json::{Value, json};

use super::{Heard, Request, number, text};
use crate::llm::error::ModelError;
use crate::llm::http::Called;
use crate::llm::target::Target;
use crate::llm::{Finish, Question, Turn};

pub(super) fn request(target: &Target, question: &Question) -> Request {
    let content = |turn: &Turn| match turn {
        Turn::Asked(text) => json!({ "role": "user", "parts": [{ "text": text }] }),
        Turn::Answered(text) => json!({ "role": "model", "parts": [{ "text": text }] }),
    };
    let mut config = json!({
        "maxOutputTokens": target.max_tokens,
        "responseMimeType": "application/json",
        "responseJsonSchema": question.form.schema(target.provider.dialect()),
    });
    if let Some(temperature) = target.temperature {
        config["temperature"] = json!(temperature);
    }
    let body = json!({
        "systemInstruction": { "parts": [{ "text": question.system }] },
        "contents": question.turns.iter().map(content).collect::<Vec<_>>(),
        "generationConfig": config,
    });
    let model = target.model.trim_start_matches("models/");
    let url = format!("{}/v1beta/models/{model}:streamGenerateContent?alt=sse", target.base_url);
    Request { url, body }
}

pub(super) fn hear(event: &Value, heard: &mut Heard, called: &Called) -> Result<bool, ModelError> {
    if let Some(error) = event.get("error") {
        let status = error.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
        return Err(called.told_refusal(status.unwrap_or(500), text(event, "/error/message"), "", None));
    }
    let blocked = text(event, "/promptFeedback/blockReason");
    if !blocked.is_empty() {
        heard.finish = Some(Finish::Refused(format!("its provider blocks the question ({blocked})")));
    }
    let parts = event.pointer("/candidates/0/content/parts").and_then(Value::as_array);
    for part in parts.into_iter().flatten().filter(|part| part.get("thought") != Some(&Value::Bool(true))) {
        heard.text.push_str(text(part, "/text"));
    }
    match text(event, "/candidates/0/finishReason") {
        "" | "FINISH_REASON_UNSPECIFIED" => {}
        "STOP" => heard.finish = Some(Finish::Done),
        "MAX_TOKENS" => heard.finish = Some(Finish::Length),
        other => {
            heard.finish = Some(Finish::Refused(format!("its provider stopped the answer ({other})")));
        }
    }
    if let Some(input) = number(event, "/usageMetadata/promptTokenCount") {
        heard.used.input = Some(input);
        let written = ["candidatesTokenCount", "thoughtsTokenCount"];
        let count = |kind: &&str| number(event, &format!("/usageMetadata/{kind}"));
        heard.used.output = Some(written.iter().filter_map(count).sum());
    }
    Ok(false)
}
