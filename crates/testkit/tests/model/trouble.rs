//! What goes wrong on purpose.

use std::time::Duration;

use testkit::model::{ModelServer, Script};

use crate::client::{HEADERS, post, receive, send};
use crate::{anthropic, chat, gemini, responses};

/// Long enough that it is never reached unless the server is broken.
const LONG: Duration = Duration::from_secs(60);

#[test]
fn every_provider_refuses_in_its_own_form() {
    let server = ModelServer::start(Script::usual()).unwrap();
    let paths = ["/v1/messages", "/v1/responses", "/v1/chat/completions", gemini::STREAM];
    let expected = [
        (
            400,
            ["invalid_request_error", "invalid_request_error", "invalid_request_error", "INVALID_ARGUMENT"],
        ),
        (401, ["authentication_error", "invalid_api_key", "invalid_api_key", "UNAUTHENTICATED"]),
        (429, ["rate_limit_error", "rate_limit_exceeded", "rate_limit_exceeded", "RESOURCE_EXHAUSTED"]),
        (500, ["api_error", "server_error", "server_error", "INTERNAL"]),
        (529, ["overloaded_error", "server_error", "server_error", "INTERNAL"]),
    ];
    for (status, words) in expected {
        let prompt = format!("CASE: e{status}");
        let bodies = [
            anthropic::request(&prompt),
            responses::request(&prompt),
            chat::request(&prompt),
            gemini::request(&prompt),
        ];
        for ((path, body), word) in paths.into_iter().zip(bodies).zip(words) {
            let got = post(&server, path, &body);
            assert_eq!(got.status, status, "{path}");
            assert!(got.body.contains(word), "{path}: {}", got.body);
            assert_eq!(got.head.contains("retry-after: 1"), status == 429, "{path}");
        }
    }
    assert_eq!(server.violations(), []);
}

#[test]
fn a_crash_cuts_the_stream_after_some_of_it_and_may_be_for_one_request_only() {
    let server = ModelServer::start(Script::usual()).unwrap();
    let cut = post(&server, "/v1/messages", &anthropic::request("CASE: crash-once"));
    assert!(!cut.whole);
    assert!(cut.joined("/delta/text").starts_with("one two"), "{}", cut.body);
    assert!(!cut.body.contains("message_stop"));
    let then = post(&server, "/v1/messages", &anthropic::request("CASE: crash-once"));
    assert!(then.whole && then.body.contains("message_stop"));
}

#[test]
fn a_limit_that_is_over_is_followed_by_the_work() {
    let server = ModelServer::start(Script::usual()).unwrap();
    let statuses =
        [(); 3].map(|()| post(&server, "/v1/responses", &responses::request("CASE: limit-once")).status);
    assert_eq!(statuses, [429, 200, 200]);
}

#[test]
fn a_hanging_request_is_known_at_once_and_ends_with_the_server() {
    for (case, some) in [("hang", false), ("half", true)] {
        let server = ModelServer::start(Script::usual()).unwrap();
        let body = chat::request(&format!("CASE: {case}")).to_string();
        let stream = send(&server, "POST /v1/chat/completions", &HEADERS, &body);
        let seen = server.wait_for(LONG, |exchange| exchange.case.as_deref() == Some(case));
        assert_eq!(seen.unwrap().status, 200);
        if some {
            // The first byte of the answer: what was sent before the stream stopped is there.
            stream.peek(&mut [0]).unwrap();
        }
        drop(server);
        let got = receive(stream);
        assert_eq!((got.status == 200, got.whole && some), (some, false), "{case}");
    }
}
