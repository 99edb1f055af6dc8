//! One step of an upcast, and what steps are made of.

use serde_json::{Map, Value};
use thiserror::Error;

/// Makes of a document in one version the same in the next.
pub(super) type Step = fn(&mut Value) -> Result<(), Misshapen>;

/// What a document lacks to be one of the version that it says it has.
#[derive(Debug, Error)]
pub enum Misshapen {
    /// Neither the name of a kind nor an object of one kind.
    #[error("it is no event")]
    NoEvent,
    /// A field that it must have.
    #[error("it has no field `{0}`")]
    Lacks(&'static str),
}

/// The step of a change that serde makes up for: a field was added whose default says what older programs did. It is a
/// version all the same, since an older program would pass over the field and go on with another meaning.
#[expect(clippy::unnecessary_wraps, reason = "it is a step as any other")]
pub(super) fn defaulted(_: &mut Value) -> Result<(), Misshapen> {
    Ok(())
}

#[cfg_attr(not(test), expect(dead_code, reason = "every change so far is one that serde makes up for"))]
/// The fields of an event, empty ones for an event that had none.
pub(super) fn fields(body: &mut Value) -> Result<&mut Map<String, Value>, Misshapen> {
    if let Value::String(kind) = body {
        let kind = std::mem::take(kind);
        *body = Value::Object(Map::from_iter([(kind, Value::Object(Map::new()))]));
    }
    let Value::Object(event) = body else { return Err(Misshapen::NoEvent) };
    match event.values_mut().next() {
        Some(Value::Object(fields)) => Ok(fields),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) | None => {
            Err(Misshapen::NoEvent)
        }
    }
}
