//! From lines to entries: what each item of the text says.

use super::escape::unescape;
use super::{LineError, LineProblem, TextError};
use crate::edit::stamp;
use crate::{Category, Estimate, Item, ItemKey, Plan, Priority, Verdict};
use std::collections::BTreeMap;
use taskwerk_model::Minutes;

/// An item as the text has it. Entries are named by their position.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) line: usize,
    pub(super) indent: usize,
    pub(super) key: Option<ItemKey>,
    pub(super) parent: Option<usize>,
    pub(super) verdict: Option<Verdict>,
    pub(super) title: String,
    pub(super) estimate: Option<Guess>,
    pub(super) priority: Option<Priority>,
    pub(super) category: Option<Category>,
    pub(super) tags: Option<Vec<String>>,
    pub(super) files: Option<Vec<String>>,
    pub(super) after: Option<(usize, Vec<String>)>,
    pub(super) description: Vec<String>,
    pub(super) acceptance: Vec<String>,
}

/// An estimate, perhaps without its ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum Guess {
    Likely(u32),
    Whole(Estimate),
}

pub(super) fn entries(text: &str, base: &Plan) -> Result<Vec<Entry>, TextError> {
    let known: BTreeMap<&str, &Item> = base.items.iter().map(|item| (item.key.as_str(), item)).collect();
    let (mut entries, mut errors): (Vec<Entry>, Vec<LineError>) = (Vec::new(), Vec::new());
    let mut comment = false;
    for (number, raw) in (1..).zip(text.split('\n')) {
        let line = raw.strip_suffix('\r').unwrap_or(raw);
        let words = line.trim();
        if entries.is_empty() && (comment || words.starts_with("<!--")) {
            let of = words.strip_prefix("<!-- of ").and_then(|rest| rest.strip_suffix(" -->"));
            if of.is_some_and(|of| of != stamp(base)) {
                return Err(TextError::Outdated);
            }
            comment = !words.ends_with("-->");
            continue;
        }
        if words.is_empty() {
            continue;
        }
        let read = match words.strip_prefix("- [") {
            Some(rest) => {
                begin(rest, indent_of(line), number, &entries, &known).map(|entry| entries.push(entry))
            }
            None => match entries.last_mut() {
                Some(entry) => entry.field(line.trim_start(), number),
                None => Err(LineProblem::NoItem),
            },
        };
        errors.extend(read.err().map(|problem| LineError { line: number, problem }));
    }
    if errors.is_empty() { Ok(entries) } else { Err(TextError::Lines { lines: errors }) }
}

/// Columns before the first character; a tab is four.
fn indent_of(line: &str) -> usize {
    line.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 4 } else { 1 }).sum()
}

/// An item, after its `- [`.
fn begin(
    text: &str,
    indent: usize,
    line: usize,
    entries: &[Entry],
    known: &BTreeMap<&str, &Item>,
) -> Result<Entry, LineProblem> {
    let (mark, rest) = text.split_once(']').ok_or(LineProblem::Unknown)?;
    let verdict = match mark.trim() {
        "" => None,
        "x" | "X" => Some(Verdict::Accepted),
        "-" => Some(Verdict::Rejected),
        found => return Err(LineProblem::Box { found: found.to_owned() }),
    };
    let (title, key) = marked(rest.trim());
    let before = match key.map(unescape) {
        None => None,
        Some(name) => {
            let Some(&item) = known.get(name.as_str()) else { return Err(LineProblem::Key { key: name }) };
            if let Some(first) = entries.iter().find(|entry| entry.key.as_ref() == Some(&item.key)) {
                return Err(LineProblem::SameKey { key: name, first: first.line });
            }
            Some(item)
        }
    };
    if title.is_empty() && before.is_none_or(|item| !item.title.is_empty()) {
        return Err(LineProblem::NoTitle);
    }
    let mut parent = entries.len().checked_sub(1);
    while let Some(above) = parent.and_then(|at| entries.get(at)).filter(|above| above.indent >= indent) {
        parent = above.parent;
    }
    let key = before.map(|item| item.key.clone());
    Ok(Entry { line, indent, key, parent, verdict, title: unescape(title), ..Entry::default() })
}

/// The title, and the key in the mark at its end.
fn marked(text: &str) -> (&str, Option<&str>) {
    let inner = text.strip_suffix('}').and_then(|text| text.rsplit_once("{#"));
    match inner {
        Some((title, key)) if !key.contains(['{', '}']) => (title.trim_end(), Some(key)),
        Some(_) | None => (text, None),
    }
}

impl Entry {
    fn field(&mut self, text: &str, line: usize) -> Result<(), LineProblem> {
        if let Some(rest) = text.strip_prefix('>') {
            self.description.push(unescape(rest.strip_prefix(' ').unwrap_or(rest)));
            return Ok(());
        }
        if let Some(rest) = text.strip_prefix('*') {
            self.acceptance.push(unescape(rest.trim()));
            return Ok(());
        }
        let (name, value) = text.split_once(':').ok_or(LineProblem::Unknown)?;
        let (name, value) = (name.trim(), value.trim());
        let twice = match name {
            "estimate" => self.estimate.replace(estimate(value)?).is_some(),
            "priority" => self.priority.replace(priority(value)?).is_some(),
            "category" => self.category.replace(category(value)?).is_some(),
            "tags" => self.tags.replace(list(value)).is_some(),
            "files" => self.files.replace(list(value)).is_some(),
            "after" => self.after.replace((line, list(value))).is_some(),
            _ if name.is_empty() || name.contains(char::is_whitespace) => return Err(LineProblem::Unknown),
            _ => return Err(LineProblem::Field { name: name.to_owned() }),
        };
        if twice { Err(LineProblem::Twice { name: name.to_owned() }) } else { Ok(()) }
    }
}

fn estimate(text: &str) -> Result<Guess, LineProblem> {
    let wrong = || LineProblem::Estimate { text: text.to_owned() };
    let minutes = |text: &str| text.trim().parse::<Minutes>().map(Minutes::get).map_err(|_| wrong());
    let Some((likely, range)) = text.split_once('(') else { return Ok(Guess::Likely(minutes(text)?)) };
    let (low, high) =
        range.trim().strip_suffix(')').and_then(|range| range.split_once('-')).ok_or_else(wrong)?;
    Ok(Guess::Whole(Estimate { low: minutes(low)?, likely: minutes(likely)?, high: minutes(high)? }))
}

fn priority(text: &str) -> Result<Priority, LineProblem> {
    text.parse().map_err(|_| LineProblem::Priority { text: text.to_owned() })
}

fn category(text: &str) -> Result<Category, LineProblem> {
    Category::named(text).ok_or_else(|| LineProblem::Category { text: text.to_owned() })
}

/// Elements with commas between them; see how they are written.
fn list(text: &str) -> Vec<String> {
    let elements = text.split(',').map(str::trim).filter(|element| !element.is_empty());
    elements.map(|element| if element == "\\" { String::new() } else { unescape(element) }).collect()
}
