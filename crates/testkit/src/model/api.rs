//! The APIs, and what differs between them.

use axum::http::{HeaderMap, Method, Uri};
use serde_json::{Value, json};

use super::breach::{Breach, breach};
use super::script::Failure;
use super::turn::{Reply, Turn};
use super::{anthropic, chat, gemini, responses};

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// Whether the server is there.
    Alive,
    /// Which models there are.
    Models,
    /// An answer of the model.
    Answer(Api),
    /// How many tokens a request would have.
    Count(Api),
    /// Nothing that is known.
    Unknown,
}

/// A provider's API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Api {
    /// Anthropic's Messages.
    Messages,
    /// OpenAI's Responses.
    Responses,
    /// OpenAI's Chat Completions.
    Chat,
    /// Google's Gemini, where the path has the model and whether the answer streams.
    Gemini {
        /// The model's name.
        model: String,
        /// Whether the answer streams.
        stream: bool,
    },
}

impl Endpoint {
    /// What a request is by its method and path. Some clients have `/v1` in their base URL and some add it, so
    /// OpenAI's paths stand with and without it.
    pub(super) fn of(method: &Method, uri: &Uri) -> Self {
        match (method.as_str(), uri.path()) {
            ("HEAD" | "GET", "/") => Self::Alive,
            ("GET", "/v1/models" | "/v1beta/models") => Self::Models,
            ("POST", "/v1/messages") => Self::Answer(Api::Messages),
            ("POST", "/v1/messages/count_tokens") => Self::Count(Api::Messages),
            ("POST", "/v1/responses") => Self::Answer(Api::Responses),
            ("POST", "/v1/chat/completions") => Self::Answer(Api::Chat),
            ("POST", path) => Self::gemini(path).unwrap_or(Self::Unknown),
            _ => Self::Unknown,
        }
    }

    fn gemini(path: &str) -> Option<Self> {
        let (model, verb) = path.strip_prefix("/v1beta/models/")?.split_once(':')?;
        let api = |stream| Api::Gemini { model: model.to_owned(), stream };
        match verb {
            "streamGenerateContent" => Some(Self::Answer(api(true))),
            "generateContent" => Some(Self::Answer(api(false))),
            "countTokens" => Some(Self::Count(api(false))),
            _ => None,
        }
    }
}

impl Api {
    /// Whether the headers are as the provider wants them.
    pub(super) fn headers(&self, headers: &HeaderMap, uri: &Uri) -> Result<(), Breach> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !text("content-type").to_ascii_lowercase().starts_with("application/json") {
            return breach("content-type", "must be application/json");
        }
        let query = uri.query().unwrap_or_default();
        let bearer = text("authorization").strip_prefix("Bearer ").is_some_and(|key| !key.trim().is_empty());
        match self {
            Self::Messages if text("x-api-key").is_empty() && !bearer => {
                breach("x-api-key", "must hold a key, or authorization a bearer token")
            }
            Self::Messages if text("anthropic-version").is_empty() => {
                breach("anthropic-version", "header is required")
            }
            Self::Responses | Self::Chat if !bearer => breach("authorization", "must be Bearer and a key"),
            Self::Gemini { .. } if text("x-goog-api-key").is_empty() && !query.contains("key=") => {
                breach("x-goog-api-key", "must hold a key")
            }
            Self::Gemini { stream: true, .. } if !query.contains("alt=sse") => {
                breach("alt", "must be sse; the stream of a JSON list is not served")
            }
            Self::Messages | Self::Responses | Self::Chat | Self::Gemini { .. } => Ok(()),
        }
    }

    /// A request in words of no API.
    pub(super) fn read(&self, body: &Value, counting: bool) -> Result<Turn, Breach> {
        match self {
            Self::Messages => anthropic::read(body, counting),
            Self::Responses => responses::read(body),
            Self::Chat => chat::read(body),
            // A count may wrap the request that it is of.
            Self::Gemini { model, stream } => {
                gemini::read(body.get("generateContentRequest").unwrap_or(body), model, *stream)
            }
        }
    }

    /// An answer in one piece.
    pub(super) fn whole(&self, reply: &Reply) -> Value {
        match self {
            Self::Messages => anthropic::whole(reply),
            Self::Responses => responses::whole(reply),
            Self::Chat => chat::whole(reply),
            Self::Gemini { .. } => gemini::whole(reply),
        }
    }

    /// An answer as the frames of a stream.
    pub(super) fn frames(&self, reply: &Reply) -> Vec<String> {
        match self {
            Self::Messages => anthropic::frames(reply),
            Self::Responses => responses::frames(reply),
            Self::Chat => chat::frames(reply),
            Self::Gemini { .. } => gemini::frames(reply),
        }
    }

    /// A refusal in the provider's form.
    pub(super) fn error(&self, failure: &Failure) -> Value {
        let Failure { status, message, retry_after } = failure;
        match self {
            Self::Messages => anthropic::error(*status, message),
            Self::Responses | Self::Chat => responses::error(*status, message),
            Self::Gemini { .. } => gemini::error(*status, message, *retry_after),
        }
    }

    /// The number of tokens in the provider's form.
    pub(super) fn count(&self, tokens: usize) -> Value {
        match self {
            Self::Gemini { .. } => json!({ "totalTokens": tokens }),
            Self::Messages | Self::Responses | Self::Chat => json!({ "input_tokens": tokens }),
        }
    }
}

/// Which models there are: any name is one, so this lists only an example, in every provider's form.
pub(super) fn models() -> Value {
    let model = json!({ "id": "fake", "name": "models/fake", "object": "model", "type": "model",
        "display_name": "Fake", "created": 0, "created_at": "2026-01-01T00:00:00Z", "owned_by": "tests" });
    json!({ "object": "list", "data": [model], "models": [], "has_more": false, "first_id": "fake",
        "last_id": "fake" })
}

/// What a path that no provider has gets.
pub(super) fn unknown() -> Value {
    json!({ "error": { "message": "no such path", "type": "not_found_error", "code": 404 } })
}
