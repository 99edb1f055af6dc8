//! What a heading or an item is called, apart from what it says.

use super::attribute::{Attribute, attribute};
use super::language::phrases;
use super::role::{Named, Role, named};
use crate::Block;
use std::collections::BTreeSet;
use std::sync::{LazyLock, OnceLock};

/// Longer texts before a colon are sentences, not names.
const LONGEST_NAME: usize = 60;
const MOST_WORDS: usize = 8;

/// The name of a node, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Label {
    /// What it is called; a whole sentence where it has no name.
    pub(crate) name: String,
    /// What is said of it on the same line.
    pub(crate) rest: String,
    /// A short name to refer to it by: `US-1`, `Feature 2`, `1.3`.
    pub(crate) alias: Option<String>,
    /// Whether the name was set apart from the rest, by bold type or a colon.
    pub(crate) named: bool,
    /// Whether the name was set in bold.
    pub(crate) bold: bool,
    /// What the name says of a role, once somebody asked.
    role: OnceLock<Option<Named>>,
    /// What the name says of the thing above, once somebody asked.
    attribute: OnceLock<Option<Attribute>>,
}

impl Label {
    pub(crate) fn of_heading(text: &str) -> Self {
        let text = flat(text);
        let (alias, name) = split_alias(&text);
        Self {
            name: name.trim_end_matches([':', '：']).trim().to_owned(),
            alias,
            named: true,
            ..Self::default()
        }
    }

    pub(crate) fn of_tag(name: &str) -> Self {
        Self { name: name.replace(['-', '_'], " "), named: true, ..Self::default() }
    }

    pub(crate) fn of_intro(text: &str) -> Self {
        Self::of_heading(text)
    }

    pub(crate) fn of_text(text: &str) -> Self {
        Self { name: flat(text), ..Self::default() }
    }

    /// What the name says of the role that a section plays.
    pub(crate) fn role(&self) -> Option<Named> {
        *self.role.get_or_init(|| named(&self.name))
    }

    /// What the name says of the thing above, if it is nothing but a label.
    pub(crate) fn attribute(&self) -> Option<Attribute> {
        *self.attribute.get_or_init(|| attribute(&self.name))
    }

    /// The role that the name names, and the share of its words that say so, in percent.
    pub(crate) fn role_and_share(&self) -> Option<(Role, usize)> {
        self.role().map(|named| (named.role, named.share))
    }

    /// Name and rest as one text.
    pub(crate) fn full(&self) -> String {
        match (self.name.is_empty(), self.rest.is_empty()) {
            (_, true) => self.name.clone(),
            (true, false) => self.rest.clone(),
            (false, false) => format!("{}: {}", self.name, self.rest),
        }
    }
}

/// The label of an item or a paragraph.
pub(crate) fn label_of(block: &Block) -> Label {
    let text = flat(&block.text);
    let (name, rest, bold) = match &block.lead {
        Some(lead) => {
            let lead = flat(lead);
            let rest = text.strip_prefix(&lead).unwrap_or_default();
            (lead, rest.trim_start_matches([' ', ':', '：', '–', '—', '-']).trim().to_owned(), true)
        }
        None => match split_name(&text) {
            Some((name, rest)) => (name.to_owned(), rest.to_owned(), false),
            None => {
                let (alias, name) = split_alias(&text);
                return Label { name: name.to_owned(), alias, ..Label::default() };
            }
        },
    };
    if is_alias(&name) && !rest.is_empty() {
        // `**US-1**: As a reader, I want …`: the name says nothing, what follows may have a name of its own.
        let (inner, after) = split_name(&rest).unwrap_or((&rest, ""));
        return Label {
            name: inner.to_owned(),
            rest: after.to_owned(),
            alias: Some(name),
            named: !after.is_empty(),
            ..Label::default()
        };
    }
    let (alias, name) = split_alias(&name);
    Label { name: name.to_owned(), rest, alias, named: true, bold, ..Label::default() }
}

/// Splits `Name: what it is` and `Name – what it is`.
fn split_name(text: &str) -> Option<(&str, &str)> {
    let colon = text.find(": ").map(|at| (at, 2));
    let wide = text.find('：').map(|at| (at, '：'.len_utf8()));
    let dash =
        [" – ", " — ", " - "].iter().filter_map(|dash| text.find(dash).map(|at| (at, dash.len()))).min();
    let (at, len) = [colon, wide, dash].into_iter().flatten().min()?;
    let (name, rest) = (text.get(..at)?.trim(), text.get(at + len..)?.trim());
    let plain = !name.contains(['.', '?', '!', '。']) || is_code(name);
    let closed = name.matches(['(', '[']).count() == name.matches([')', ']']).count();
    let short =
        closed && name.chars().count() <= LONGEST_NAME && name.split_whitespace().count() <= MOST_WORDS;
    (plain && short && !name.is_empty() && !rest.is_empty()).then_some((name, rest))
}

fn is_code(name: &str) -> bool {
    name.starts_with('`') && name.ends_with('`')
}

/// Splits a short name to refer by off the front of a heading: `Feature 2: Search`, `1.3 Search`, `US-4 Search`.
pub(crate) fn split_alias(text: &str) -> (Option<String>, &str) {
    let text = text.trim_start_matches(|c: char| {
        !(c.is_alphanumeric() || matches!(c, '`' | '/' | '.' | '$' | '(' | '"' | '@'))
    });
    if let Some((alias, rest)) = numbered(text) {
        let (inner, rest) = split_alias_word(rest);
        return (Some(inner.unwrap_or(alias)), rest);
    }
    split_alias_word(text)
}

/// `1. Search`, `1.3 Search`, `2) Search`.
fn numbered(text: &str) -> Option<(String, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let bare = number.trim_end_matches('.');
    let (rest, marked) = match rest.strip_prefix([')', '、', ':']) {
        Some(after) => (after, true),
        None => (rest, number.ends_with('.') || bare.contains('.')),
    };
    let separated = rest.starts_with(char::is_whitespace) || rest.starts_with(crate::words::is_packed);
    (!bare.is_empty() && marked && separated && !rest.trim().is_empty())
        .then(|| (bare.to_owned(), rest.trim_start()))
}

/// `Feature 2: Search`, `Capability: Search`, `US-4 Search`.
fn split_alias_word(text: &str) -> (Option<String>, &str) {
    if let Some(at) = text.find([':', '：', '–', '—', '-', ')']).filter(|&at| at <= LONGEST_NAME) {
        let after = text.get(at..).unwrap_or_default();
        let rest = after.trim_start_matches([':', '：', '–', '—', '-', ')', ' ']);
        let name = text.get(..at).unwrap_or_default().trim();
        if is_alias(name) && !rest.is_empty() && !after.starts_with("-") {
            return (Some(name.to_owned()), rest);
        }
        if after.starts_with([':', '：']) && is_kind_word(name) && !rest.is_empty() {
            return (None, rest);
        }
        let spaced = text.get(..at).is_some_and(|before| before.ends_with(' ')) && after.starts_with("- ");
        if spaced && is_alias(name) && !rest.is_empty() {
            return (Some(name.to_owned()), rest);
        }
    }
    if let Some((first, rest)) = text.split_once(' ')
        && (first.contains(['-', '_']) || rest.starts_with(crate::words::is_packed))
        && is_alias(first.trim_matches(['[', ']', '(', ')', ':']))
    {
        return (Some(first.trim_matches(['[', ']', '(', ')', ':']).to_owned()), rest.trim());
    }
    (None, text)
}

/// A word and a number, and nothing else: `Feature 2`, `US-4`, `단계 1`, `F1`.
pub(crate) fn is_alias(name: &str) -> bool {
    let name = name.trim_matches(['[', ']', '(', ')']);
    let digits = name.find(|c: char| c.is_ascii_digit());
    let Some((word, number)) = digits.and_then(|at| name.split_at_checked(at)) else { return false };
    let word = word.trim_end_matches([' ', '-', '_', '#', '.', '°', 'º']);
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let one_word = word.split([' ', '-', '_']).count() <= 2
        && letters == word.chars().filter(|c| !matches!(c, ' ' | '-' | '_')).count();
    (1..=16).contains(&letters)
        && one_word
        && number.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-'))
}

/// Words that say what kind of thing a heading names, before its name.
fn is_kind_word(name: &str) -> bool {
    static KINDS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| phrases(|words| words.kinds).collect());
    KINDS.contains(crate::words::plain_text(name).as_str())
}

/// A text on one line.
pub(crate) fn flat(text: &str) -> String {
    let mut flat = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !flat.is_empty() {
            flat.push(' ');
        }
        flat.push_str(word);
    }
    flat
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(text: &str) -> (Option<String>, String) {
        let label = Label::of_heading(text);
        (label.alias, label.name)
    }

    #[test]
    fn numbers_and_kinds_are_taken_off_the_name() {
        let some = |alias: &str, name: &str| (Some(alias.to_owned()), name.to_owned());
        assert_eq!(heading("1. Search"), some("1", "Search"));
        assert_eq!(heading("1.3 Search"), some("1.3", "Search"));
        assert_eq!(heading("Feature 2: Search"), some("Feature 2", "Search"));
        assert_eq!(heading("Melhoria 1: Tela de Login"), some("Melhoria 1", "Tela de Login"));
        assert_eq!(heading("US-4 Search"), some("US-4", "Search"));
        assert_eq!(heading("FR-12: Search"), some("FR-12", "Search"));
        assert_eq!(heading("Capability: Search"), (None, "Search".to_owned()));
        assert_eq!(heading("3D view"), (None, "3D view".to_owned()));
        assert_eq!(heading("Two-factor login"), (None, "Two-factor login".to_owned()));
        assert_eq!(heading("Step 3 - Search"), some("Step 3", "Search"));
        assert_eq!(heading("🔍 Search"), (None, "Search".to_owned()));
    }
}
