//! Labels that say something about the thing above them, and name nothing of their own: `Description:`, `Depends on:`.

use super::draft::priority_of;
use super::language::meanings;
use crate::words::{is_packed, plain_text, plain_words};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What a label says about the thing above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attribute {
    /// What it is and does.
    Description,
    /// What it is good for. Read by people; the words tell nothing of what it stands on.
    Benefit,
    /// How one sees that it is done.
    Acceptance,
    /// What must be done before.
    DependsOn,
    /// How long it takes.
    Estimate,
    /// How much it matters.
    Priority,
    /// The files that it concerns.
    Files,
    /// The work that it consists of.
    Tasks,
    /// Its name, as the head of a column.
    Name,
    /// A short name to refer to it by, as the head of a column.
    Alias,
    /// Something that is not about the work.
    Aside,
}

/// No label of the table has more words; a test says so.
const MOST_WORDS: usize = 8;

/// What a label says, if it is nothing but such a label.
pub(crate) fn attribute(name: &str) -> Option<Attribute> {
    static INDEX: LazyLock<BTreeMap<String, Attribute>> = LazyLock::new(|| {
        let mut index = BTreeMap::new();
        for (attribute, name) in meanings(|words| words.attributes) {
            // The first of equal names counts.
            index.entry(key(name)).or_insert(attribute);
        }
        index
    });
    if name.len() > 60 || name.split(' ').count() > MOST_WORDS {
        return None;
    }
    INDEX.get(&key(name)).copied()
}

fn key(name: &str) -> String {
    if name.chars().any(is_packed) {
        return name.chars().filter(|c| c.is_alphanumeric()).collect();
    }
    plain_text(name)
}

/// Priority, size and order that people put in brackets at the end of a title.
pub(crate) fn is_annotation(text: &str) -> bool {
    let words = plain_words(text);
    let first = words.first().map_or("", |word| word);
    let short = words.len() == 1 || matches!(words.last().map(|word| &**word), Some("have" | "priority"));
    short && priority_of(text).is_some()
        || matches!(attribute(first), Some(Attribute::Priority | Attribute::Estimate))
        || waits_for(text).is_some()
        || super::estimate::minutes_in(text).is_some()
}

/// What stands behind `depends on` and the like, at the beginning of a text.
pub(crate) fn waits_for(text: &str) -> Option<&str> {
    static KNOWN: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let known = meanings(|words| words.attributes).filter(|(kind, _)| *kind == Attribute::DependsOn);
        known.map(|(_, phrase)| phrase).collect()
    });
    let lower = text.to_lowercase();
    let rest = KNOWN.iter().filter_map(|phrase| lower.strip_prefix(phrase)).min_by_key(|rest| rest.len())?;
    let separated = rest.starts_with([' ', ':', '：']) && lower.len() == text.len();
    text.get(text.len() - rest.len()..)
        .filter(|_| separated)
        .map(|rest| rest.trim_start_matches([':', '：', ' ']))
}
