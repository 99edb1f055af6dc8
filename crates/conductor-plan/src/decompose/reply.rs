//! From the text of an answer to its fields, and nothing else: whether they make sense is looked at in [`check`](super::check).

use super::flaw::{Flaw, shortened};
use crate::{Category, Priority};
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ItemsReply {
    pub(super) items: Vec<SaidItem>,
    pub(super) existing: Vec<SaidExisting>,
    pub(super) whole: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SaidItem {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) depends_on: Vec<String>,
    pub(super) low_minutes: u32,
    pub(super) likely_minutes: u32,
    pub(super) high_minutes: u32,
    pub(super) complexity: u8,
    pub(super) complexity_reasons: Vec<String>,
    pub(super) category: Category,
    pub(super) priority: Priority,
    pub(super) tags: Vec<String>,
    pub(super) acceptance: Vec<String>,
    pub(super) files: Vec<String>,
    pub(super) confidence: u8,
    pub(super) requirements: Vec<String>,
    pub(super) cites: Vec<SaidCite>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SaidCite {
    pub(super) document: String,
    pub(super) first_line: u32,
    pub(super) last_line: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SaidExisting {
    pub(super) requirement: String,
    pub(super) files: Vec<String>,
    pub(super) reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JoiningReply {
    pub(super) same: Vec<Vec<String>>,
    pub(super) edges: Vec<SaidEdge>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SaidEdge {
    pub(super) item: String,
    pub(super) after: String,
}

/// An answer that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Read<T> {
    pub(super) reply: T,
    /// It stood in a fence, which was taken off.
    pub(super) fenced: bool,
}

/// Reads an answer. A fence around the whole document is taken off, which is told; a fence that is not closed, or that
/// has something beside it, is no whole document.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<Read<T>, Flaw> {
    let text = text.trim().trim_start_matches('\u{feff}');
    if text.is_empty() {
        return Err(Flaw::NoText);
    }
    let (json, fenced) = match unfenced(text) {
        Some(inner) => (inner?, true),
        None => (text, false),
    };
    match serde_json::from_str(json) {
        Ok(reply) => Ok(Read { reply, fenced }),
        Err(error) if error.is_eof() => Err(Flaw::CutOff),
        Err(error) if error.is_data() => Err(Flaw::Misshapen { problem: problem(&error) }),
        Err(error) => Err(Flaw::NotJson { problem: problem(&error), beginning: beginning(text) }),
    }
}

/// What the reader says, without the place: who gave the answer does not count its columns.
fn problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    shortened(text.rsplit_once(" at line ").map_or(text.as_str(), |(words, _)| words))
}

fn beginning(text: &str) -> String {
    shortened(&text.chars().take(60).collect::<String>())
}

/// What stands in the fence that the text begins with, if it begins with one.
fn unfenced(text: &str) -> Option<Result<&str, Flaw>> {
    let (info, rest) = text.strip_prefix("```")?.split_once('\n')?;
    if info.trim().contains(|c: char| !c.is_ascii_alphanumeric()) {
        return None;
    }
    let Some(at) = rest.rfind("```") else { return Some(Err(Flaw::CutOff)) };
    let (inner, after) = rest.split_at(at);
    let after = after.trim_start_matches('`').trim();
    if after.is_empty() {
        return Some(Ok(inner.trim()));
    }
    Some(Err(Flaw::NotJson {
        problem: "there is text after the fence".to_owned(),
        beginning: beginning(text),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joining(text: &str) -> Result<bool, Flaw> {
        read::<JoiningReply>(text).map(|read| read.fenced)
    }

    #[test]
    fn only_a_whole_document_is_read() {
        let good = r#"{"same":[["a","b"]],"edges":[]}"#;
        let cases = [
            (good.to_owned(), "Ok(false)"),
            (format!("\u{feff}{good}\n"), "Ok(false)"),
            (format!("```json\n{good}\n```\n"), "Ok(true)"),
            (format!("```\n{good}\n```"), "Ok(true)"),
            (format!("```json\n{good}"), "Err(CutOff)"),
            (format!("```json\n{}\n```", &good[..20]), "Err(CutOff)"),
            (good[..20].to_owned(), "Err(CutOff)"),
            (" \n".to_owned(), "Err(NoText)"),
            ("{".to_owned(), "Err(CutOff)"),
        ];
        for (text, expected) in cases {
            assert_eq!(format!("{:?}", joining(&text)), expected, "{text}");
        }
        for text in [
            format!("Here it is:\n{good}"),
            format!("{good}\nI hope that helps."),
            format!("```json\n{good}\n```\nI hope that helps."),
            "I cannot help with that.".to_owned(),
        ] {
            assert!(matches!(joining(&text), Err(Flaw::NotJson { .. })), "{text}");
        }
        for text in [
            r#"{"same":[]}"#,
            r#"{"same":[],"edges":[],"more":1}"#,
            r#"{"same":[],"same":[],"edges":[]}"#,
            r#"{"same":{},"edges":[]}"#,
            "[]",
            "null",
        ] {
            assert!(matches!(joining(text), Err(Flaw::Misshapen { .. })), "{text}");
        }
    }
}
