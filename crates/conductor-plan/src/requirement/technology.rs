//! Technologies that a text names.

use super::technology_table::{AMBIGUOUS, TECHNOLOGIES};
use crate::lookup::Lookup;
use crate::words::{fold, list};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

/// A technology of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Technology {
    /// The name as it is usually written.
    pub(crate) name: &'static str,
    pub(crate) kind: TechnologyKind,
}

/// What a technology is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TechnologyKind {
    Language,
    Database,
    Framework,
    Protocol,
    Format,
    Cloud,
    Platform,
    Tool,
}

/// A technology where a text names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) at: Range<usize>,
    pub(crate) technology: Technology,
}

/// A way to write a technology.
struct Alias {
    text: &'static str,
    technology: Technology,
    /// Also a word of everyday language, so that it counts only as it is written and in a telling place.
    ambiguous: bool,
}

/// The ways to write technologies, by their first run of letters and digits; the longer ones first.
static ALIASES: LazyLock<Lookup<String, Vec<Alias>>> = LazyLock::new(|| {
    let mut aliases: BTreeMap<String, Vec<Alias>> = BTreeMap::new();
    for &(kind, names) in TECHNOLOGIES {
        for ways in list(names) {
            let technology = Technology { name: ways.split('|').next().unwrap_or(ways), kind };
            for text in ways.split('|') {
                let ambiguous = AMBIGUOUS.has(text);
                let first = text.trim_start_matches('.');
                let key = first.get(..run(first)).unwrap_or_default().to_ascii_lowercase();
                aliases.entry(key).or_default().push(Alias { text, technology, ambiguous });
            }
        }
    }
    for ways in aliases.values_mut() {
        ways.sort_by_key(|alias| std::cmp::Reverse(alias.text.len()));
    }
    aliases.into_iter().collect()
});

/// The technologies that a text names, in its order.
pub(crate) fn technologies(text: &str) -> Vec<Named> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let end = at + run(&text[at..]);
        match named_at(text, at, end) {
            Some(named) => {
                at = named.at.end.max(end);
                found.push(named);
            }
            None => at = end,
        }
    }
    found
}

/// The length of the run of ASCII letters and digits that a text begins with.
fn run(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_alphanumeric).count()
}

fn named_at(text: &str, start: usize, end: usize) -> Option<Named> {
    let ways = ALIASES.get(&*fold(text.get(start..end)?))?;
    ways.iter().find_map(|alias| {
        // `.NET` begins with a point that no word before it ends with.
        let from = if alias.text.starts_with('.') { start.checked_sub(1)? } else { start };
        if from > 0 && from < start && text.as_bytes()[from - 1].is_ascii_alphanumeric() {
            return None;
        }
        let written = text.get(from..from + alias.text.len())?;
        let same =
            if alias.ambiguous { written == alias.text } else { written.eq_ignore_ascii_case(alias.text) };
        let at = from..from + alias.text.len();
        let ends = !text[at.end..].starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '#'));
        let means_it = same && ends && (!alias.ambiguous || is_telling(text, &at));
        means_it.then_some(Named { at, technology: alias.technology })
    })
}

/// Words before which or after which `Go` is a language and not a verb.
const BEFORE: &[&str] = &[
    "in",
    "with",
    "using",
    "use",
    "uses",
    "on",
    "by",
    "via",
    "and",
    "or",
    "mit",
    "en",
    "con",
    "com",
    "avec",
    "und",
    "the",
    "avoid",
    "no",
    "not",
    "without",
    "plain",
    "is",
    "language",
    "framework",
    "from",
    "to",
    "than",
    "of",
    "never",
];
const AFTER: &[&str] = &[
    "is",
    "must",
    "shall",
    "as",
    "backend",
    "frontend",
    "service",
    "services",
    "server",
    "application",
    "app",
    "program",
    "version",
    "code",
    "client",
    "binary",
    "cli",
    "framework",
    "sdk",
    "library",
    "crate",
    "module",
    "api",
    "components",
    "component",
];

/// Whether the words around say that a technology is meant. A capital within a sentence does, unless it is one of
/// several, as in a title.
fn is_telling(text: &str, at: &Range<usize>) -> bool {
    let word = |c: char| c.is_alphanumeric();
    let ahead = text[..at.start].trim_end();
    let before =
        ahead.trim_end_matches([' ', '`', '"', '(', '/']).rsplit(|c| !word(c)).next().unwrap_or_default();
    let after = text[at.end..].trim_start_matches([' ', '`', '"', ')']);
    let next = after.split(|c| !word(c)).next().unwrap_or_default();
    let version = after.starts_with(|c: char| c.is_ascii_digit());
    let listed = ahead.ends_with([',', ':', '/']) || after.starts_with('/');
    let capital = |text: &str| text.starts_with(char::is_uppercase);
    let within =
        !ahead.is_empty() && !ahead.ends_with(['.', '!', '?', ';']) && !capital(next) && !capital(before);
    BEFORE.contains(&before.to_lowercase().as_str())
        || AFTER.contains(&next.to_lowercase().as_str())
        || version
        || listed
        || within && capital(&text[at.clone()])
}
