//! The smallest HTTP client that will do: one request, one connection, read to its end.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};
use testkit::model::ModelServer;

/// An answer.
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
    /// Whether the body came to its end.
    pub(crate) whole: bool,
}

impl Got {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The data of the frames of a stream, those that are JSON.
    pub(crate) fn frames(&self) -> Vec<Value> {
        let data = self.body.lines().filter_map(|line| line.strip_prefix("data: "));
        data.filter_map(|data| serde_json::from_str(data).ok()).collect()
    }

    /// The texts at this place of all frames, one after the other.
    pub(crate) fn joined(&self, pointer: &str) -> String {
        let frames = self.frames();
        frames.iter().filter_map(|frame| frame.pointer(pointer)).filter_map(Value::as_str).collect()
    }
}

/// Headers that every API takes.
pub(crate) const HEADERS: [(&str, &str); 5] = [
    ("content-type", "application/json"),
    ("x-api-key", "key"),
    ("anthropic-version", "2023-06-01"),
    ("authorization", "Bearer key"),
    ("x-goog-api-key", "key"),
];

/// Sends a request and leaves the connection open.
pub(crate) fn send(server: &ModelServer, line: &str, headers: &[(&str, &str)], body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let head = format!(
        "{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n"
    );
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    stream
}

/// Reads an answer to the end of the connection, however it ends.
pub(crate) fn receive(mut stream: TcpStream) -> Got {
    let mut bytes = Vec::new();
    // A connection that is cut may end in an error; what came before it counts.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).unwrap();
    let (head, rest) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    let (body, whole) = if chunked { joined(rest) } else { (rest.to_owned(), true) };
    Got { status, head: head.to_ascii_lowercase(), body, whole }
}

/// The chunks of a body, and whether the last one came.
fn joined(mut rest: &str) -> (String, bool) {
    let mut body = String::new();
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return (body, true);
        }
        let Some(chunk) = after.get(..size) else { break };
        body.push_str(chunk);
        rest = after[size..].trim_start_matches("\r\n");
    }
    (body, false)
}

pub(crate) fn post(server: &ModelServer, path: &str, body: &Value) -> Got {
    receive(send(server, &format!("POST {path}"), &HEADERS, &body.to_string()))
}

/// The schema of a tool with these properties, all strings, the first of them required.
pub(crate) fn schema(properties: &[&str]) -> Value {
    let each = properties.iter().map(|name| ((*name).to_owned(), json!({ "type": "string" })));
    let all: serde_json::Map<String, Value> = each.collect();
    json!({ "type": "object", "properties": all, "required": [properties[0]] })
}
