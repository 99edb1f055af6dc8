//! What happened, a line each.

use cli_kit::text::{escape, truncate};
use cli_kit::time::relative;
use jiff::Timestamp;
use serde_json::Value;
use taskwerk_model::{Change, Event, Field, Recorded};

/// The longest a value stands in a line; descriptions can be long.
const VALUE_COLUMNS: usize = 60;

/// An event without its task: `2h ago  ann  started; status: todo → in-progress`.
pub(crate) fn line(recorded: &Recorded, now: Timestamp) -> String {
    let when = relative(recorded.at.timestamp(), now);
    format!("{when}  {}  {}", escape(recorded.actor.as_str()), what(&recorded.event))
}

/// What happened, without when, to what and by whom.
pub(crate) fn what(event: &Event) -> String {
    let kind = event.kind();
    match event {
        Event::Created { .. } | Event::Deleted { .. } => kind.to_owned(),
        Event::Changed { reason, forced, changes, .. } => {
            let mut text = kind.to_owned();
            if *forced {
                text.push_str(" (forced)");
            }
            // The reason is told at the end; as the field it would be said twice.
            let told = |change: &&Change| reason.is_none() || change.field() != Field::BlockReason;
            let changes: Vec<String> = changes.iter().filter(told).filter_map(change).collect();
            if !changes.is_empty() {
                text = format!("{text}; {}", changes.join("; "));
            }
            match reason {
                Some(reason) => format!("{text} ({})", short(reason.as_str())),
                None => text,
            }
        }
        Event::Noted { note, .. } => format!("{kind}: {}", short(&note.text)),
        Event::Claimed { claim } | Event::Extended { claim } => {
            format!("{kind} by {}", escape(claim.worker.as_str()))
        }
        Event::Released { worker, .. } => format!("{kind} by {}", escape(worker.as_str())),
    }
}

/// A change as `field: old → new`; nothing for times, which people see beside the event itself.
pub(crate) fn change(change: &Change) -> Option<String> {
    let field = change.field();
    if matches!(field, Field::StartedAt | Field::CompletedAt) {
        return None;
    }
    Some(match change.values() {
        Ok((old, new)) => format!("{field}: {} → {}", word(&old), word(&new)),
        Err(_) => field.to_string(),
    })
}

/// A value as a person reads it, on one line.
fn word(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => short(text),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => short(&items.iter().map(word).collect::<Vec<_>>().join(", ")),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => short(&value.to_string()),
    }
}

fn short(text: &str) -> String {
    truncate(&escape(text), VALUE_COLUMNS).into_owned()
}
