//! The result file: where an agent may say how its attempt ended. Optional, bounded, and read tolerantly: what
//! cannot be understood is as if it were not there.

use std::path::Path;

use conductor_engine::attempt::Usage;
use jiff::Timestamp;
use serde_json::Value;

use super::dir_file;

/// A result file that is longer is not one.
const MOST_BYTES: u64 = 1024 * 1024;

/// Texts of an agent are cut after so many characters: they go into the journal and into commits.
pub(super) const MOST_TEXT: usize = 4000;

/// How an agent says that it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Done,
    Question,
    Blocked,
    Failed,
    RateLimited,
    Refused,
}

impl Status {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "done" => Some(Self::Done),
            "question" => Some(Self::Question),
            "blocked" => Some(Self::Blocked),
            "failed" => Some(Self::Failed),
            "rate_limited" => Some(Self::RateLimited),
            "refused" => Some(Self::Refused),
            _ => None,
        }
    }
}

/// What a result file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct AgentResult {
    pub(super) status: Option<Status>,
    pub(super) message: Option<String>,
    pub(super) until: Option<Timestamp>,
    pub(super) usage: Usage,
}

/// Reads the result file at `path`. The agent chose what is there: only a regular file is read.
pub(super) fn read(path: &Path) -> Option<AgentResult> {
    parse(&dir_file::read(path, MOST_BYTES)?)
}

pub(super) fn parse(bytes: &[u8]) -> Option<AgentResult> {
    let Value::Object(map) = serde_json::from_slice(bytes).ok()? else { return None };
    Some(AgentResult {
        status: map.get("status").and_then(Value::as_str).and_then(Status::parse),
        message: map.get("message").and_then(Value::as_str).map(bounded).filter(|text| !text.is_empty()),
        until: map.get("until").and_then(Value::as_str).and_then(|text| text.parse().ok()),
        usage: map.get("usage").map(usage).unwrap_or_default(),
    })
}

/// Numbers that are not there, negative or not numbers were not reported.
pub(super) fn usage(value: &Value) -> Usage {
    let tokens = |key: &str| value.get(key).and_then(Value::as_u64);
    Usage {
        input_tokens: tokens("input_tokens"),
        output_tokens: tokens("output_tokens"),
        cost_micros: value.get("cost_usd").and_then(micros),
    }
}

/// US dollars as a JSON number to millionths, rounded. Amounts beyond a million dollars are not believed.
pub(super) fn micros(value: &Value) -> Option<u64> {
    let dollars = value.as_f64().filter(|d| (0.0..1e6).contains(d))?;
    format!("{:.0}", dollars * 1e6).parse().ok()
}

/// A text without blanks around it, cut at [`MOST_TEXT`] characters.
pub(super) fn bounded(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(MOST_TEXT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_result_file_is_read_tolerantly() {
        let full = br#"{"status": "rate_limited", "message": " wait ", "until": "2026-01-02T03:04:05Z",
            "usage": {"input_tokens": 10, "output_tokens": 2, "cost_usd": 0.31}, "more": 1}"#;
        let usage = Usage { input_tokens: Some(10), output_tokens: Some(2), cost_micros: Some(310_000) };
        let expected = AgentResult {
            status: Some(Status::RateLimited),
            message: Some("wait".into()),
            until: "2026-01-02T03:04:05Z".parse().ok(),
            usage,
        };
        assert_eq!(parse(full), Some(expected));
        let nothing = Some(AgentResult::default());
        for odd in [
            "{}",
            r#"{"status": "finished"}"#,
            r#"{"status": 1, "message": [], "until": "soon", "usage": 3}"#,
            r#"{"message": "", "usage": {"input_tokens": -1, "cost_usd": 1e300}}"#,
        ] {
            assert_eq!(parse(odd.as_bytes()), nothing, "{odd}");
        }
        for none in ["", "[]", "done", "{", "null", "\u{0}"] {
            assert_eq!(parse(none.as_bytes()), None, "{none}");
        }
    }

    #[test]
    fn only_a_regular_file_of_a_sane_size_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("result.json");
        assert_eq!(read(&path), None);
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        assert_eq!(read(&path), None);
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, format!("{{\"message\":\"{}\"}}", "x".repeat(2_000_000))).unwrap();
        assert_eq!(read(&path), None);
        std::fs::write(&path, "{\"status\":\"done\"}").unwrap();
        assert_eq!(read(&path).and_then(|r| r.status), Some(Status::Done));
    }

    proptest! {
        #[test]
        fn garbage_never_panics(bytes in any::<Vec<u8>>(), text in any::<String>()) {
            let _whatever = parse(&bytes);
            let cut = bounded(&text.repeat(9));
            prop_assert!(cut.chars().count() <= MOST_TEXT + 1);
        }
    }
}
