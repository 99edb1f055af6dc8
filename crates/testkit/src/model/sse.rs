//! Frames of a stream of server-sent events.

use serde_json::Value;

/// A frame with a name.
pub(super) fn event(name: &str, data: &Value) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}

/// A frame without one.
pub(super) fn data(data: &Value) -> String {
    format!("data: {data}\n\n")
}
