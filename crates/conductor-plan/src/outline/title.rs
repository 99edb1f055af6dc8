//! Titles: short, in the document's words, without what only helps to lay a document out.

use super::attribute::is_annotation;
use super::label::flat;
use super::language::table;

/// Titles are cut where a clause ends once they are longer than this.
const LONGEST_TITLE: usize = 80;

/// A title, and what stood in brackets behind it: priority, size, what it waits for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Titled {
    pub(crate) title: String,
    pub(crate) annotations: Vec<String>,
}

/// Makes a title of a name or a sentence.
pub(crate) fn title_of(name: &str) -> Titled {
    let mut annotations = Vec::new();
    let plain: String = flat(name).chars().filter(|c| !c.is_control() && !matches!(c, '`' | '*')).collect();
    let mut title = plain.trim();
    while let Some((before, inner)) = trailing_bracket(title)
        && is_annotation(inner)
        && !before.trim().is_empty()
    {
        annotations.push(inner.to_owned());
        title = before.trim();
    }
    let title = without_preamble(title.trim_end_matches(|c| c == '}' && !title.contains('{')));
    let title = shorten(title.trim().trim_end_matches(['.', ':', '：', ';', ',', '。', ' ']));
    Titled { title: capitalised(title.trim_matches(['"', '“', '”']), name), annotations }
}

fn trailing_bracket(title: &str) -> Option<(&str, &str)> {
    let title = title.trim_end_matches(['.', ' ']);
    let (open, close) = if title.ends_with(')') { ('(', ')') } else { ('[', ']') };
    let inner = title.strip_suffix(close)?;
    let at = inner.rfind(open)?;
    Some((inner.get(..at)?, inner.get(at + 1..)?))
}

/// Takes the beginning off sentences that every demand shares: `The system must …`, `As a user, I want to …`.
fn without_preamble(title: &str) -> &str {
    let lower = title.to_lowercase();
    if lower.len() != title.len() {
        return title;
    }
    let demand = || {
        let after = table!(subjects).find_map(|subject| after(&lower, subject))?;
        let verb = table!(must).find_map(|verb| self::after(lower.get(after..)?, verb))?;
        title.get(after + verb..)
    };
    let ability = || table!(abilities).find_map(|start| title.get(after(&lower, start)?..));
    story(title, &lower).or_else(demand).or_else(ability).unwrap_or(title)
}

/// Where a text goes on after the words that it begins with.
fn after(text: &str, beginning: &str) -> Option<usize> {
    let rest = text.strip_prefix(beginning)?;
    rest.starts_with(' ').then_some(beginning.len() + 1)
}

/// What somebody wants, in a user story.
fn story<'t>(title: &'t str, lower: &str) -> Option<&'t str> {
    table!(story_starts).find_map(|start| after(lower, start))?;
    let wants =
        table!(story_wants).filter_map(|want| Some((lower.find(&format!("{want} "))?, want.len() + 1)));
    let (at, length) = wants.min_by_key(|&(at, length)| (at, std::cmp::Reverse(length)))?;
    let wanted = lower.get(at + length..)?;
    let end = table!(story_reasons)
        .filter_map(|reason| wanted.find(&format!(" {reason} ")))
        .min()
        .unwrap_or(wanted.len());
    title.get(at + length..at + length + end).map(|text| text.trim_end_matches([',', '.', ' ']))
}

/// Cuts a text that is no title where a clause ends, or else after the last word that fits.
fn shorten(text: &str) -> String {
    if text.chars().count() <= LONGEST_TITLE {
        return text.to_owned();
    }
    const ENDS: [&str; 16] = [
        ". ",
        "; ",
        " so that ",
        " – ",
        " — ",
        " - ",
        ": ",
        " (",
        "。",
        "、",
        ", ",
        " using ",
        " such as ",
        " with ",
        " for ",
        " para ",
    ];
    for end in ENDS {
        if let Some(head) = text.find(end).and_then(|at| text.get(..at))
            && (12..=LONGEST_TITLE).contains(&head.chars().count())
        {
            return head.trim_end_matches([',', '.', ';', ':']).to_owned();
        }
    }
    let cut: String = text.chars().take(LONGEST_TITLE - 1).collect();
    let head = cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head);
    format!("{}…", head.trim_end_matches([',', '.', ';', ':', ' ']))
}

/// A first letter in lower case becomes a capital, unless the document set the word as code or it has capitals inside.
fn capitalised(title: &str, raw: &str) -> String {
    let first = title.split_whitespace().next().unwrap_or_default().trim_end_matches([',', ';']);
    let word = first.chars().all(|c| c.is_lowercase() || c == '-');
    if raw.trim_start_matches('*').starts_with('`') || !word {
        return title.to_owned();
    }
    let mut chars = title.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, title: &str) {
        assert_eq!(title_of(name).title, title, "{name}");
    }

    #[test]
    fn titles_are_short_and_begin_with_what_matters() {
        check("**Search**:", "Search");
        check("search notes", "Search notes");
        check("create, edit and delete notes", "Create, edit and delete notes");
        check("`tursi up`", "tursi up");
        check("Search (Must)", "Search");
        check("Search (depends on: Store)", "Search");
        check("Quantization (4-bit/8-bit)", "Quantization (4-bit/8-bit)");
        check("The system shall export reports as PDF.", "Export reports as PDF");
        check(
            "As a reader, I want to unsubscribe with one click so that I stay in charge. (Must)",
            "Unsubscribe with one click",
        );
        check("Als Leser möchte ich Ausgaben abbestellen, damit Ruhe ist", "Ausgaben abbestellen");
        check(
            "Store the readings of all sensors in one table, thin them out after a week, and keep the rest for a year",
            "Store the readings of all sensors in one table",
        );
    }

    #[test]
    fn what_stands_in_brackets_is_kept() {
        assert_eq!(title_of("Search (P1) (2 days)").annotations, ["2 days", "P1"]);
    }

    #[test]
    fn long_words_without_end_are_cut() {
        assert!(title_of(&"x".repeat(300)).title.chars().count() <= LONGEST_TITLE);
    }
}
