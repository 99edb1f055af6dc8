//! One request over HTTP, with its answer as it comes.

use std::io::{self, BufRead, BufReader, Read as _};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use ureq::http::HeaderMap;
use ureq::{Agent, Body};

use super::error::ModelError;
use super::proxy::Through;
use super::{Calls, sse};

/// How long it may take to be connected.
const CONNECT: Duration = Duration::from_secs(20);
/// How long one answer may take in all.
const WHOLE: Duration = Duration::from_secs(60 * 60);
/// How much of an error is read, in bytes, and told, in characters.
const ERROR_BYTES: u64 = 64 * 1024;
const ERROR_TOLD: usize = 400;

/// Who is asked, for messages.
#[derive(Debug, Clone)]
pub(super) struct Called {
    pub(super) place: String,
    pub(super) model: String,
    pub(super) api: &'static str,
    /// Where the key comes from.
    pub(super) key: String,
    pub(super) timeout: Duration,
}

/// The agent that makes requests.
pub(super) fn agent(timeout: Duration, proxy: Option<&Through>) -> Agent {
    Agent::config_builder()
        .timeout_global(Some(WHOLE))
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(timeout))
        .timeout_per_read(Some(timeout))
        .max_redirects(0)
        .http_status_as_error(false)
        .proxy(proxy.map(Through::proxy))
        .user_agent(concat!("conductor/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

/// Sends a request, and hands each event of the answer to `hear` until that has heard enough.
pub(super) fn post(
    agent: &Agent,
    called: &Called,
    url: &str,
    headers: &[(&str, &str)],
    body: &Value,
    calls: &Calls,
    hear: &mut dyn FnMut(&Value) -> Result<bool, ModelError>,
) -> Result<(), ModelError> {
    let mut request = agent.post(url).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send(body.to_string()).map_err(|error| called.failure(&error))?;
    let status = response.status().as_u16();
    let (parts, body) = response.into_parts();
    if !(200..300).contains(&status) {
        return Err(called.refusal(status, &parts.headers, &read_error(body)));
    }
    let streamed = parts.headers.get("content-type").is_some_and(|kind| {
        kind.to_str().is_ok_and(|kind| kind.to_ascii_lowercase().contains("event-stream"))
    });
    let mut reader = BufReader::new(body.into_reader());
    if !streamed {
        return whole(called, &mut reader, hear);
    }
    let mut read = 0;
    loop {
        if calls.is_stopped() {
            return Err(ModelError::Stopped);
        }
        let data = match sse::next(&mut reader, &mut read) {
            Ok(Some(data)) => data,
            Ok(None) => return Ok(()),
            Err(error) => return Err(called.broken(&error)),
        };
        if data == "[DONE]" {
            return Ok(());
        }
        let event = serde_json::from_str(&data).map_err(|_| called.odd(&data))?;
        if hear(&event)? {
            return Ok(());
        }
    }
}

/// Some servers answer in one piece whatever they are asked.
fn whole(
    called: &Called,
    reader: &mut impl BufRead,
    hear: &mut dyn FnMut(&Value) -> Result<bool, ModelError>,
) -> Result<(), ModelError> {
    let mut text = String::new();
    reader.take(32 << 20).read_to_string(&mut text).map_err(|error| called.broken(&error))?;
    let value: Value = serde_json::from_str(&text).map_err(|_| called.odd(&text))?;
    hear(&value).map(|_| ())
}

fn read_error(body: Body) -> String {
    let mut bytes = Vec::new();
    // What cannot be read of an error is not told; its status is.
    let _ = body.into_reader().take(ERROR_BYTES).read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Called {
    fn failure(&self, error: &ureq::Error) -> ModelError {
        let (place, seconds) = (self.place.clone(), self.timeout.as_secs());
        if matches!(error, ureq::Error::Timeout(_)) {
            return ModelError::Silent { place, seconds };
        }
        if let ureq::Error::Io(error) = error
            && error.kind() == io::ErrorKind::UnexpectedEof
        {
            return self.broken(error);
        }
        ModelError::Unreachable { place, message: told(&error.to_string()) }
    }

    fn broken(&self, error: &io::Error) -> ModelError {
        let place = self.place.clone();
        let timeout = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
        if matches!(timeout, Some(ureq::Error::Timeout(_))) || error.kind() == io::ErrorKind::TimedOut {
            return ModelError::Silent { place, seconds: self.timeout.as_secs() };
        }
        ModelError::BrokeOff { place, message: told(&error.to_string()) }
    }

    /// What came is no answer of this API.
    pub(super) fn odd(&self, text: &str) -> ModelError {
        ModelError::NotUnderstood { place: self.place.clone(), api: self.api, message: told(text) }
    }

    /// An error of the provider's, by its status and its words.
    pub(super) fn refusal(&self, status: u16, headers: &HeaderMap, body: &str) -> ModelError {
        let value: Value = serde_json::from_str(body).unwrap_or(Value::Null);
        let after = retry_after(headers, &value);
        self.told_refusal(status, &message(&value, body), code(&value), after)
    }

    pub(super) fn told_refusal(
        &self,
        status: u16,
        message: &str,
        code: &str,
        after: Option<Duration>,
    ) -> ModelError {
        let (place, model, message) = (self.place.clone(), self.model.clone(), told(message));
        match status {
            401 => ModelError::Unauthorized { place, message, key: self.key.clone() },
            402 => ModelError::NoCredit { place, message },
            403 => ModelError::Forbidden { place, model, message },
            404 => ModelError::NotFound { place, model, message },
            413 => ModelError::TooLong { place, message },
            429 if code == "insufficient_quota" => ModelError::NoCredit { place, message },
            429 => ModelError::Limited { place, message, after },
            408 | 409 | 500.. => ModelError::Unwell { place, status, message, after },
            _ => ModelError::Rejected { place, status, message },
        }
    }
}

/// The provider's words, in the forms in which they come.
fn message(value: &Value, body: &str) -> String {
    let places = ["/error/message", "/0/error/message", "/message", "/error"];
    places.iter().find_map(|place| value.pointer(place)?.as_str()).unwrap_or(body).to_owned()
}

fn code(value: &Value) -> &str {
    ["/error/code", "/error/type"].iter().find_map(|place| value.pointer(place)?.as_str()).unwrap_or_default()
}

/// How long the provider wants to be left alone: a header in seconds, milliseconds or as a date, or a field of Google's.
fn retry_after(headers: &HeaderMap, body: &Value) -> Option<Duration> {
    let header = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let millis = header("retry-after-ms").and_then(|text| text.parse().ok()).map(Duration::from_millis);
    let after = header("retry-after");
    let seconds = || seconds(after?);
    let date = || {
        let at = jiff::fmt::rfc2822::parse(after?).ok()?.timestamp();
        Some(until(at, crate::clock::now()))
    };
    let field = || {
        let details = body.pointer("/error/details")?.as_array()?;
        seconds_of(details.iter().find_map(|detail| detail.get("retryDelay")?.as_str())?)
    };
    millis.or_else(seconds).or_else(date).or_else(field)
}

fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.parse::<f64>().ok()?).ok()
}

/// `3s`, `0.5s`.
fn seconds_of(text: &str) -> Option<Duration> {
    seconds(text.strip_suffix('s')?)
}

fn until(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or_default()
}

/// Words of others, short and in one line.
fn told(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.trim_end_matches('.');
    if line.chars().count() <= ERROR_TOLD {
        return line.to_owned();
    }
    let mut short: String = line.chars().take(ERROR_TOLD).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_wish_to_be_left_alone_is_read_in_every_form() {
        let headers = |name: &'static str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            headers
        };
        let none = HeaderMap::new();
        let google = json!({ "error": { "details": [{}, { "retryDelay": "0.5s" }] } });
        let millis = |ms| Some(Duration::from_millis(ms));
        assert_eq!(retry_after(&headers("retry-after", "7"), &Value::Null), millis(7_000));
        assert_eq!(retry_after(&headers("retry-after", " 1.5 "), &Value::Null), millis(1_500));
        assert_eq!(retry_after(&headers("retry-after-ms", "250"), &Value::Null), millis(250));
        assert_eq!(retry_after(&headers("retry-after", "soon"), &Value::Null), None);
        let past = headers("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT");
        assert_eq!(retry_after(&past, &Value::Null), millis(0));
        assert_eq!(retry_after(&none, &google), millis(500));
        assert_eq!(retry_after(&none, &Value::Null), None);
        let at: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(until("2026-01-01T00:01:00Z".parse().unwrap(), at), Duration::from_secs(60));
    }
}
