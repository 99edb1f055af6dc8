//! Lines of JSON as they really come: a value may stand in the middle of another one's line, when two parts of a
//! program print at once.

use serde_json::Value;

/// The objects in a line: one as a rule; two where one was printed into the middle of the other.
pub(in super::super) fn values(line: &[u8]) -> Vec<Value> {
    let line = line.trim_ascii();
    if !line.starts_with(b"{") {
        return Vec::new();
    }
    if let Some(value) = object(line) {
        return vec![value];
    }
    intruder(line).unwrap_or_default()
}

fn object(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice::<Value>(bytes).ok().filter(Value::is_object)
}

/// The most places at which an intruding value is looked for: a line of a broken program is not worth more.
const MOST_PLACES: usize = 50;

/// Takes a whole object out of the middle, when what is left of the line is an object too.
fn intruder(line: &[u8]) -> Option<Vec<Value>> {
    const START: &[u8] = b"{\"type\":\"";
    let places = memchr::memmem::find_iter(line, START).filter(|at| *at > 0).take(MOST_PLACES);
    for at in places {
        let (before, rest) = line.split_at(at);
        let mut stream = serde_json::Deserializer::from_slice(rest).into_iter::<Value>();
        let Some(Ok(inner)) = stream.next() else { continue };
        let after = rest.get(stream.byte_offset()..).unwrap_or_default();
        let after = after.strip_prefix(b"\\n").unwrap_or(after);
        if let Some(outer) = object(&[before, after].concat()) {
            return Some(vec![inner, outer]);
        }
    }
    None
}

/// A line without the escapes by which terminals are told colours.
pub(super) fn without_escapes(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            plain.push(c);
            continue;
        }
        // `ESC [ … letter`; anything else is one character long.
        if chars.next() == Some('[') {
            for c in chars.by_ref() {
                if c.is_ascii_alphabetic() {
                    break;
                }
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_value_inside_another_ones_line_is_taken_out() {
        let outer = r#"{"type":"assistant","message":{"content":[{"type":"text","text":"a long answer"}]}}"#;
        let inner = r#"{"type":"rate_limit_event","rate_limit_info":{"status":"allowed"}}"#;
        for at in [30, 60, 70] {
            let line = format!("{}{inner}{}", &outer[..at], &outer[at..]);
            let found = values(line.as_bytes());
            assert_eq!(found.len(), 2, "at {at}");
            assert_eq!(found[0]["type"], "rate_limit_event");
            assert_eq!(found[1]["message"]["content"][0]["text"], "a long answer");
        }
        assert_eq!(values(br#"{"type":"assistant","mess"#), Vec::<Value>::new());
        assert_eq!(values(b"[1]"), Vec::<Value>::new());
        assert_eq!(values(b"text"), Vec::<Value>::new());
    }

    #[test]
    fn colours_are_no_part_of_words() {
        assert_eq!(without_escapes("\u{1b}[91m\u{1b}[1mError: \u{1b}[0mno\u{1b}"), "Error: no");
    }

    proptest! {
        #[test]
        fn garbage_is_survived(bytes in any::<Vec<u8>>(), text in r#"(\{"type":"x"[{}",:a-z]{0,12}){1,5}"#, any in any::<String>()) {
            let _whatever = (values(&bytes), values(text.as_bytes()), without_escapes(&any));
        }
    }
}
