//! What errors of providers mean, however an agent words them: whether waiting, signing in or trying again helps.

use jiff::{SignedDuration, Timestamp};

use super::catalogue::Known;
use super::speaker::TurnEnd;

/// How a turn ended that an error of the provider ended. `status` is the HTTP status, where the agent tells it apart.
pub(super) fn end_by_error(status: Option<u16>, text: &str, known: Option<Known>, now: Timestamp) -> TurnEnd {
    let text = text.trim();
    let text = if text.is_empty() { "an error without words" } else { text };
    match status.or_else(|| status_in(text)) {
        Some(402 | 429) => TurnEnd::Limited { until: until_in(text, now) },
        Some(401 | 403) => TurnEnd::setup(signed_out(text, known)),
        Some(408 | 409 | 425) | Some(500..=599) => TurnEnd::transient(text),
        Some(_) => TurnEnd::failed(text),
        None if is_network(text) => TurnEnd::transient(text),
        None => TurnEnd::failed(text),
    }
}

/// What a person is told when the provider does not know the agent.
pub(super) fn signed_out(text: &str, known: Option<Known>) -> String {
    match known {
        Some(known) => format!("{text}: {known} is not signed in; {}", known.sign_in()),
        None => format!("{text}: the agent is not signed in to its provider"),
    }
}

/// The HTTP status that a text tells of, by number or in words.
pub(super) fn status_in(text: &str) -> Option<u16> {
    let lower = text.to_lowercase();
    numbered(&lower).or_else(|| worded(&lower))
}

/// A number of three digits that stands for itself, shortly after a word that announces it.
fn numbered(lower: &str) -> Option<u16> {
    let bytes = lower.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = 0;
    while at < bytes.len() {
        if !digit(at) {
            at += 1;
            continue;
        }
        let start = at;
        while digit(at) {
            at += 1;
        }
        let code = lower.get(start..at).filter(|code| code.len() == 3).and_then(|code| code.parse().ok());
        let before: String = lower.get(..start).unwrap_or_default().chars().rev().take(14).collect();
        let announced = ["rorre", "sutats", "edoc", "ptth"].iter().any(|word| before.contains(word));
        if let Some(code @ 400..=599) = code
            && announced
        {
            return Some(code);
        }
    }
    None
}

const WORDS: &[(&str, u16)] = &[
    ("rate limit", 429),
    ("rate_limit", 429),
    ("ratelimit", 429),
    ("usage limit", 429),
    ("too many requests", 429),
    ("exceeded your current quota", 429),
    ("resource_exhausted", 429),
    ("quota exceeded", 429),
    ("overloaded", 529),
    ("high demand", 500),
    ("internal server error", 500),
    ("internalerror", 500),
    ("service unavailable", 503),
    ("bad gateway", 502),
    ("unauthorized", 401),
    ("invalid api key", 401),
    ("incorrect api key", 401),
    ("invalid x-api-key", 401),
    ("authentication_error", 401),
    ("api key not valid", 401),
    ("unauthenticated", 401),
    ("permission_denied", 403),
    ("invalid_request_error", 400),
    ("invalid_argument", 400),
];

fn worded(lower: &str) -> Option<u16> {
    WORDS.iter().find(|(word, _)| lower.contains(word)).map(|(_, status)| *status)
}

/// What happens to connections, not to requests.
fn is_network(text: &str) -> bool {
    const SIGNS: &[&str] = &[
        "econnrefused",
        "econnreset",
        "enotfound",
        "etimedout",
        "fetch failed",
        "connection error",
        "connection refused",
        "connection reset",
        "error sending request",
        "network error",
        "socket hang up",
        "stream disconnected",
        "terminated",
        "timed out",
        "unexpected end of",
        "premature close",
    ];
    let lower = text.to_lowercase();
    SIGNS.iter().any(|sign| lower.contains(sign))
}

/// When the provider lets through again, where a text says so: a moment, seconds since 1970, or a span of time.
pub(super) fn until_in(text: &str, now: Timestamp) -> Option<Timestamp> {
    let soon = |at: &Timestamp| *at > now && now.duration_until(*at) < SignedDuration::from_hours(24 * 8);
    let words = || text.split(|c: char| c.is_whitespace() || matches!(c, '|' | '"' | ',' | '(' | ')'));
    let moment = words().filter_map(|word| {
        let word = word.trim_end_matches(['.', ';']);
        match word.parse::<i64>() {
            Ok(seconds @ 1_500_000_000..=9_999_999_999) => Timestamp::from_second(seconds).ok(),
            Ok(millis @ 1_500_000_000_000..=9_999_999_999_999) => Timestamp::from_millisecond(millis).ok(),
            Ok(_) => None,
            Err(_) => word.parse().ok(),
        }
    });
    moment.filter(soon).min().or_else(|| now.checked_add(span_in(text)?).ok().filter(soon))
}

/// A span of time after words that announce it: `try again in 1h2m`, `retry after 20s`, `Retrying after 5427ms`.
pub(super) fn span_in(text: &str) -> Option<SignedDuration> {
    const MARKS: &[&str] = &[
        "try again in ",
        "retry in ",
        "retry after ",
        "retrying after ",
        "retrying in ",
        "resets in ",
        "reset in ",
    ];
    let lower = text.to_lowercase();
    let spans = MARKS.iter().filter_map(|mark| {
        let (_, rest) = lower.split_once(mark)?;
        // `1 hour 2 minutes.` and `20s..` alike: as many words as still make a span.
        let words: Vec<&str> = rest.split_whitespace().take(6).collect();
        (1..=words.len()).rev().find_map(|count| {
            let candidate = words.get(..count)?.join(" ");
            let plain =
                candidate.trim_end_matches(['.', ',', ';', '!', ')', '"', '\'']).replace(" and ", " ");
            plain.parse::<SignedDuration>().ok().or_else(|| {
                plain.parse::<u32>().ok().map(|seconds| SignedDuration::from_secs(i64::from(seconds)))
            })
        })
    });
    spans.filter(|span| span.is_positive()).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_read_from_what_real_agents_say() {
        let table = [
            ("API Error: 400 The request is not valid.", Some(400)),
            ("exceeded retry limit, last status: 429 Too Many Requests", Some(429)),
            ("unexpected status 401 Unauthorized: no, url: http://127.0.0.1:4290/v1", Some(401)),
            (
                "[API Error: {\"error\":{\"code\":400,\"message\":\"bad\",\"status\":\"INVALID_ARGUMENT\"}}]",
                Some(400),
            ),
            ("We\u{2019}re currently experiencing high demand", Some(500)),
            ("You've hit your usage limit.", Some(429)),
            ("{\"error\":{\"type\":\"invalid_request_error\"}}", Some(400)),
            ("Overloaded", Some(529)),
            ("I changed 429 lines and 500 tests", None),
            ("listening on port 4010", None),
            ("stream disconnected before completion", None),
        ];
        for (text, expected) in table {
            assert_eq!(status_in(text), expected, "{text}");
        }
    }

    #[test]
    fn each_error_leads_where_it_helps() {
        let now = Timestamp::UNIX_EPOCH;
        let end = |status, text: &str| end_by_error(status, text, Some(Known::Claude), now);
        assert_eq!(end(Some(429), "slow down"), TurnEnd::Limited { until: None });
        assert!(
            matches!(end(None, "API Error: 401 no"), TurnEnd::Failed { message, .. } if message.contains("run `claude` once"))
        );
        assert_eq!(end(Some(503), "x"), TurnEnd::transient("x"));
        assert_eq!(end(None, "fetch failed"), TurnEnd::transient("fetch failed"));
        assert_eq!(end(Some(400), "x"), TurnEnd::failed("x"));
        assert_eq!(end(None, ""), TurnEnd::failed("an error without words"));
    }

    #[test]
    fn the_moment_at_which_a_provider_lets_through_again() {
        let now: Timestamp = "2026-11-28T12:00:00Z".parse().unwrap();
        let table = [
            ("Claude AI usage limit reached|1795870800", Some("2026-11-28T13:00:00Z")),
            ("limit until 2026-11-28T12:30:00Z.", Some("2026-11-28T12:30:00Z")),
            ("Please try again in 1h2m3s.", Some("2026-11-28T13:02:03Z")),
            ("try again in 2 hours 5 minutes.", Some("2026-11-28T14:05:00Z")),
            ("Suggested retry after 20s.. Retrying after 5427ms...", Some("2026-11-28T12:00:20Z")),
            ("retry after 7", Some("2026-11-28T12:00:07Z")),
            ("usage limit reached|1700000000", None),
            ("try again in a while", None),
        ];
        for (text, expected) in table {
            let expected = expected.map(|at| at.parse::<Timestamp>().unwrap());
            assert_eq!(until_in(text, now), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in ".{0,80}", more in "(try again in |status |\\|)?[0-9hms. ]{0,20}") {
            let _whatever = (status_in(&text), until_in(&more, Timestamp::UNIX_EPOCH), status_in(&more));
        }
    }
}
