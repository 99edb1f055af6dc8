//! Masking: what is written down or shown has a mask in place of each secret.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};
use serde_json::Value;

use super::{find, named};
use crate::gates::looks_like_credential;
use crate::process::EnvMap;

/// What stands in place of a secret, as in what the configuration shows.
pub const MASK: &str = "********";

/// A value shorter than this is found in too much that is none, in bytes.
const LEAST: usize = 8;

/// A larger file is not masked after it was written, in bytes.
const MOST_FILE: u64 = 64 * 1024 * 1024;

/// A longer line of a protocol is looked at as text, in bytes.
const MOST_LINE: usize = 512 * 1024;

/// Masks secrets: those of known shapes, and the values of certain variables wherever they appear.
#[derive(Debug, Clone, Default)]
pub struct Masker {
    values: Option<Arc<AhoCorasick>>,
}

impl Masker {
    /// One that also knows these values. What is too short to be told from other text is left out.
    pub fn new<V: AsRef<[u8]>>(values: impl IntoIterator<Item = V>) -> Self {
        let values: BTreeSet<Vec<u8>> = values
            .into_iter()
            .map(|value| value.as_ref().trim_ascii().to_vec())
            .filter(|value| value.len() >= LEAST)
            .collect();
        if values.is_empty() {
            return Self::default();
        }
        // Values that cannot be looked for at all would need gigabytes.
        let built = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(values);
        Self { values: built.ok().map(Arc::new) }
    }

    /// The text with a mask in place of each secret; the text itself where there is none.
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut spans: Vec<Range<usize>> =
            find(text.as_bytes()).into_iter().map(|found| found.span).collect();
        if let Some(values) = &self.values {
            spans.extend(values.find_iter(text).map(|hit| hit.range()));
            spans.sort_by_key(|span| (span.start, span.end));
        }
        if spans.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut masked = String::with_capacity(text.len());
        let mut at = 0;
        for span in spans {
            if span.end <= at {
                continue;
            }
            // Of two that overlap, the second goes on under the mask of the first.
            if span.start >= at {
                masked.push_str(text.get(at..span.start).unwrap_or_default());
                masked.push_str(MASK);
            }
            at = span.end;
        }
        masked.push_str(text.get(at..).unwrap_or_default());
        Cow::Owned(masked)
    }

    /// Masks a text in its place.
    pub fn mask_in(&self, text: &mut String) {
        let _any = self.masked_in(text);
    }

    /// Masks every text in a JSON document, also one that is a secret only by the name that it stands behind.
    pub fn mask_json(&self, value: &mut Value) {
        let _any = self.masked_json(value);
    }

    /// As [`mask_in`](Self::mask_in); whether there was something to mask.
    fn masked_in(&self, text: &mut String) -> bool {
        let Cow::Owned(masked) = self.mask(text) else { return false };
        *text = masked;
        true
    }

    /// As [`mask_json`](Self::mask_json); whether there was something to mask.
    fn masked_json(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => self.masked_in(text),
            Value::Array(all) => all.iter_mut().fold(false, |any, value| self.masked_json(value) | any),
            Value::Object(fields) => fields.iter_mut().fold(false, |any, (name, value)| {
                let masked = match value {
                    Value::String(text) if named::is_name(name) && named::is_value(text) => {
                        MASK.clone_into(text);
                        true
                    }
                    Value::Null
                    | Value::Bool(_)
                    | Value::Number(_)
                    | Value::String(_)
                    | Value::Array(_)
                    | Value::Object(_) => self.masked_json(value),
                };
                masked | any
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    /// One line of a protocol: the very same line where nothing in it is masked. A very long one is looked at as text: as
    /// a document it would take many times its length.
    pub fn mask_line<'t>(&self, line: &'t str) -> Cow<'t, str> {
        if line.len() > MOST_LINE {
            return self.mask(line);
        }
        match serde_json::from_str::<Value>(line) {
            Ok(mut document @ (Value::Object(_) | Value::Array(_))) => {
                match self.masked_json(&mut document) {
                    true => Cow::Owned(document.to_string()),
                    false => Cow::Borrowed(line),
                }
            }
            Ok(_) | Err(_) => self.mask(line),
        }
    }

    /// Masks what a program has written into a file. A file that cannot be read or written stays as it is.
    pub fn mask_file(&self, path: &Path) {
        let is_file = path.symlink_metadata().is_ok_and(|found| found.is_file() && found.len() <= MOST_FILE);
        if is_file
            && let Ok(bytes) = std::fs::read(path)
            && let Cow::Owned(masked) = self.mask_bytes(&bytes)
        {
            let _stays = std::fs::write(path, masked);
        }
    }

    /// Bytes that are text for the most part: what is no UTF-8 stays only where nothing is masked.
    pub fn mask_bytes<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        match String::from_utf8_lossy(bytes) {
            Cow::Borrowed(text) => match self.mask(text) {
                Cow::Borrowed(_) => Cow::Borrowed(bytes),
                Cow::Owned(masked) => Cow::Owned(masked.into_bytes()),
            },
            Cow::Owned(text) => match self.mask(&text) {
                Cow::Borrowed(_) => Cow::Borrowed(bytes),
                Cow::Owned(masked) => Cow::Owned(masked.into_bytes()),
            },
        }
    }
}

/// Masks secrets of known shapes in a text whose surroundings are not known.
pub fn mask(text: &str) -> Cow<'_, str> {
    Masker::default().mask(text)
}

/// The values of an environment that are credentials by their names.
pub fn credential_values(env: &EnvMap) -> impl Iterator<Item = &[u8]> {
    let credentials = env.iter().filter(|(name, value)| {
        let (name, value) = (name.to_string_lossy().to_uppercase(), value.as_encoded_bytes());
        let sure = SURE.iter().any(|part| name.contains(part));
        sure && !is_place(value) || looks_like_credential(&name) && is_mixed(value)
    });
    credentials.map(|(_, value)| value.as_encoded_bytes())
}

/// Parts of names that nothing but a credential has.
const SURE: &[&str] =
    &["TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "API_KEY", "APIKEY"];

/// Folders, files and sockets that such names also stand for: masking them would make messages unreadable and hides
/// nothing.
fn is_place(value: &[u8]) -> bool {
    value.starts_with(b"/") || value.starts_with(b"./") || value.starts_with(b"unix:")
}

/// What other names stand for is often a word, such as that of a desktop's session.
fn is_mixed(value: &[u8]) -> bool {
    let has = |of: fn(&u8) -> bool| value.iter().any(of);
    value.len() >= 16 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) && !is_place(value)
}
