//! Calls to a real server of one connection, which tells what it was sent.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;

use super::*;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What a server was sent.
struct Request {
    first: String,
    headers: BTreeMap<String, String>,
    body: String,
}

/// Serves one connection with this answer; an empty one means that nothing is ever answered.
fn server(answer: &'static str) -> (String, JoinHandle<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = move || {
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream);
        let mut line = || {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            line.trim_end().to_owned()
        };
        let first = line();
        let mut headers = BTreeMap::new();
        while let Some((name, value)) = line().split_once(": ") {
            assert!(headers.insert(name.to_lowercase(), value.to_owned()).is_none(), "{name} comes twice");
        }
        let length = headers["content-length"].parse().unwrap();
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        reader.get_mut().write_all(answer.as_bytes()).unwrap();
        if answer.is_empty() {
            // Until the other side has gone.
            let _gone = reader.read(&mut [0; 1]);
        }
        Request { first, headers, body: String::from_utf8(body).unwrap() }
    };
    (format!("http://127.0.0.1:{port}/hook/s3cr3t?x=1"), std::thread::spawn(serve))
}

fn at() -> Timestamp {
    Timestamp::from_second(1_614_265_330).unwrap()
}

fn call(answer: &'static str, secret: Option<Secret>) -> (Result<(), WebhookError>, Request) {
    let (url, server) = server(answer);
    let sent = Webhook::new(&url, secret).unwrap().send("hold-7-5", at(), "{\"größe\":1}");
    (sent, server.join().unwrap())
}

#[test]
fn a_call_is_one_signed_post_of_json() {
    let secret = Secret::parse(SECRET).unwrap();
    let (sent, request) = call("HTTP/1.1 204 No Content\r\n\r\n", Some(secret.clone()));
    sent.unwrap();
    assert_eq!(request.first, "POST /hook/s3cr3t?x=1 HTTP/1.1");
    assert_eq!(request.body, "{\"größe\":1}");
    let header = |name: &str| request.headers.get(name).map(String::as_str);
    assert_eq!(header("content-type"), Some("application/json"));
    assert_eq!(header("webhook-id"), Some("hold-7-5"));
    assert_eq!(header("webhook-timestamp"), Some("1614265330"));
    let signature = secret.sign("hold-7-5", 1_614_265_330, &request.body);
    assert_eq!(header("webhook-signature"), Some(signature.as_str()));
    assert!(header("user-agent").unwrap().starts_with("conductor/"));
    let known = ["accept", "accept-encoding", "content-length", "content-type", "host", "user-agent"];
    let own = ["webhook-id", "webhook-signature", "webhook-timestamp"];
    let others: Vec<_> = request
        .headers
        .keys()
        .filter(|name| !known.contains(&name.as_str()) && !own.contains(&name.as_str()))
        .collect();
    assert_eq!(others, Vec::<&String>::new());
}

#[test]
fn without_a_secret_nothing_is_signed() {
    let (sent, request) = call("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", None);
    sent.unwrap();
    assert_eq!(request.headers.get("webhook-signature"), None);
}

#[test]
fn only_a_yes_is_success_and_the_address_stays_secret() {
    for (answer, transient) in [
        ("HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n", true),
        ("HTTP/1.1 429 Slow\r\ncontent-length: 0\r\n\r\n", true),
        ("HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n", false),
        // Nobody listens there: following it would be another error.
        ("HTTP/1.1 307 There\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", false),
        ("HTTP/1.1 303 There\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", false),
        ("no HTTP at all\r\n\r\n", true),
    ] {
        let (sent, _) = call(answer, Some(Secret::parse(SECRET).unwrap()));
        let error = sent.unwrap_err();
        assert_eq!(error.is_transient(), transient, "{answer}: {error}");
        let told = format!("{error} {error:?}");
        assert!(!told.contains("s3cr3t") && !told.contains("MfKQ"), "{told}");
        assert!(error.to_string().starts_with("http://127.0.0.1 "), "{error}");
    }
}

#[test]
fn who_never_answers_is_left_after_a_while() {
    let (url, server) = server("");
    let patient = Webhook::new(&url, None).unwrap();
    assert_eq!(patient.timeout, Duration::from_secs(10));
    let hasty = Webhook { timeout: Duration::from_millis(200), ..patient };
    let error = hasty.send("a", at(), "{}").unwrap_err();
    assert!(matches!(error, WebhookError::Timeout { .. }), "{error}");
    assert_eq!(server.join().unwrap().body, "{}");
}

#[test]
fn what_is_no_address_is_refused() {
    for url in ["", "localhost", "ftp://example.org/x", "http://", "/x", "file:///etc/passwd", "http://a b/"]
    {
        assert!(Webhook::new(url, None).is_err(), "{url}");
    }
    assert_eq!(place_of("https://user:pw@example.org:8443/x").unwrap(), "https://example.org");
}
