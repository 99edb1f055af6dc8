//! Ids as the database keeps them: `TASK-0000000001.0000000002`. With numbers of one width, the order of the
//! texts is the order of the ids, and what lies under a task is one range.

use crate::error::StoreError;
use std::fmt::Write;
use taskwerk_model::{Prefix, TaskId};

pub(crate) fn encode(id: &TaskId) -> String {
    let prefix = id.prefix();
    let mut text = String::with_capacity(prefix.as_str().len() + id.path().len() * 11);
    text.push_str(prefix.as_str());
    for (depth, number) in id.path().iter().enumerate() {
        let separator = if depth == 0 { '-' } else { '.' };
        // Writing to a string does not fail.
        let _ = write!(text, "{separator}{number:010}");
    }
    text
}

pub(crate) fn decode(text: &str) -> Result<TaskId, StoreError> {
    text.parse().map_err(|_| StoreError::Value { what: "a task id", text: text.to_owned() })
}

/// The ids of a task and of everything under it lie from the first text up to, not including, the second:
/// after the text of an id comes its end or a dot, and a slash follows the dot.
pub(crate) fn range_with_children(id: &TaskId) -> (String, String) {
    let first = encode(id);
    let end = format!("{first}/");
    (first, end)
}

/// The same without the task itself.
pub(crate) fn range_of_children(id: &TaskId) -> (String, String) {
    let text = encode(id);
    (format!("{text}."), format!("{text}/"))
}

/// The name under which the numbers below a parent, or of a prefix, are counted.
pub(crate) fn scope(prefix: Prefix, parent: Option<&TaskId>) -> String {
    parent.map_or_else(|| prefix.as_str().to_owned(), encode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_order_as_ids_and_ranges_hold_what_lies_below() {
        let mut ids: Vec<TaskId> =
            ["2", "10", "1", "1.2", "1.10", "1.2.1", "11", "AB-1", "ABC-1.1", "1000.1"]
                .map(|t| t.parse().unwrap())
                .into();
        ids.sort();
        let texts: Vec<String> = ids.iter().map(encode).collect();
        assert!(texts.is_sorted(), "{texts:?}");
        for id in &ids {
            assert_eq!(decode(&encode(id)).unwrap(), *id);
            let (first, end) = range_with_children(id);
            let (below, _) = range_of_children(id);
            for other in &ids {
                let text = encode(other);
                assert_eq!(text >= first && text < end, other == id || id.contains(other), "{id} {other}");
                assert_eq!(text >= below && text < end, id.contains(other), "{id} {other}");
            }
        }
    }
}
