//! Pieces of source as text: put into one form, and taken apart at the top level, whatever the language.

use std::collections::BTreeMap;

/// Longer expressions are compared as they are.
const EXPRESSION_MAX: usize = 20_000;

/// The same code in the same form, however it is laid out: no space but between words, one kind of quotes, no comma
/// before a closing bracket.
pub(super) fn norm(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space = false;
    for c in text.chars() {
        if c.is_whitespace() {
            space = true;
            continue;
        }
        let c = if c == '\'' { '"' } else { c };
        let last = out.chars().next_back();
        if space && last.is_some_and(is_word) && is_word(c) {
            out.push(' ');
        }
        space = false;
        if matches!(c, ')' | ']' | '}') && last == Some(',') {
            out.pop();
        }
        out.push(c);
    }
    while out.ends_with([';', ',']) {
        out.pop();
    }
    out
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// The places of the bytes of a text at which no bracket or string is open, marked.
fn top_level(text: &str) -> Vec<bool> {
    let bytes = text.as_bytes();
    let mut top = vec![false; bytes.len()];
    let (mut depth, mut quote, mut at) = (0_usize, None, 0);
    while let (Some(byte), Some(mark)) = (bytes.get(at), top.get_mut(at)) {
        match (quote, byte) {
            (Some(_), b'\\') => at += 1,
            (Some(open), byte) if *byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'`') => quote = Some(*byte),
            // A lifetime is no string.
            (None, b'\'') if bytes.get(at + 2) == Some(&b'\'') || bytes.get(at + 1) == Some(&b'\\') => {
                quote = Some(*byte);
            }
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            (None, _) => *mark = depth == 0,
        }
        at += 1;
    }
    top
}

/// The parts between separators at the top level. A separator made of letters must stand as a word of its own.
pub(super) fn split<'t>(text: &'t str, separators: &[&str]) -> Vec<&'t str> {
    if text.len() > EXPRESSION_MAX {
        return vec![text];
    }
    let top = top_level(text);
    let mut parts = Vec::new();
    let (mut begin, mut at) = (0, 0);
    while at < text.len() {
        let found = top.get(at).copied().unwrap_or_default().then(|| find(text, at, separators)).flatten();
        match found {
            Some(length) => {
                parts.push(text.get(begin..at).unwrap_or_default());
                at += length;
                begin = at;
            }
            None => at += 1,
        }
    }
    parts.push(text.get(begin..).unwrap_or_default());
    parts
}

fn find(text: &str, at: usize, separators: &[&str]) -> Option<usize> {
    let rest = text.get(at..)?;
    separators.iter().find(|s| rest.starts_with(**s) && stands_alone(text, at, s)).map(|s| s.len())
}

/// Whether an operator is not a part of a longer one, or of a word.
fn stands_alone(text: &str, at: usize, operator: &str) -> bool {
    let before = text.get(..at).and_then(|t| t.chars().next_back());
    let after = text.get(at + operator.len()..).and_then(|t| t.chars().next());
    let worded = operator.chars().all(|c| c.is_alphabetic() || c == ' ');
    let part = |c: Option<char>| c.is_some_and(is_word);
    let glued = |c: Option<char>| c.is_some_and(|c| "<>=!-&|".contains(c));
    if worded {
        !part(before) && !part(after)
    } else {
        operator == "," || operator == "." || (!glued(before) && !glued(after))
    }
}

/// The arguments of a call, given what stands between its brackets.
pub(super) fn arguments(text: &str) -> Vec<String> {
    split(text, &[","]).into_iter().map(norm).filter(|part| !part.is_empty()).collect()
}

/// Text without the brackets around all of it.
pub(super) fn bare(mut text: &str) -> &str {
    loop {
        text = text.trim();
        let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) else { return text };
        // `(a) == (b)` begins and ends with brackets, too.
        let mut depth = 0_i64;
        if inner.bytes().any(|b| {
            depth += i64::from(b == b'(') - i64::from(b == b')');
            depth < 0
        }) {
            return text;
        }
        text = inner;
    }
}

/// The words of a text that are names.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_word(c)).filter(|w| w.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_'))
}

/// A line with its number, from 1.
pub(super) type Line<'t> = (usize, &'t str);

/// The lines that only the old text has, and those that only the new one has, compared without their indentation and
/// without regard to their order: what was moved has not changed.
pub(super) fn differing<'t>(
    old: &'t str,
    new: &'t str,
    counts: impl Fn(&str) -> bool,
) -> (Vec<Line<'t>>, Vec<Line<'t>>) {
    let of = |text: &'t str| {
        let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
        lines.filter(|(_, line)| !line.trim().is_empty() && counts(line.trim())).collect::<Vec<_>>()
    };
    let (old, new) = (of(old), of(new));
    let only = |these: &[Line<'t>], those: &[Line<'t>]| {
        let mut there: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, line) in those {
            *there.entry(line.trim()).or_default() += 1;
        }
        let mut only = Vec::new();
        for (number, line) in these {
            match there.get_mut(line.trim()) {
                Some(left) if *left > 0 => *left -= 1,
                Some(_) | None => only.push((*number, *line)),
            }
        }
        only
    };
    (only(&old, &new), only(&new, &old))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_is_no_difference() {
        assert_eq!(norm("assert_eq!(\n    a,\n    'b',\n);"), "assert_eq!(a,\"b\")");
        assert_eq!(norm("x  is   not None"), "x is not None");
    }

    #[test]
    fn operators_are_found_at_the_top_level_only() {
        assert_eq!(split("f(a == b) == c", &["=="]), ["f(a == b) ", " c"]);
        assert_eq!(split("\"a == b\"", &["=="]), ["\"a == b\""]);
        assert_eq!(split("a or b", &["or"]), ["a ", " b"]);
        assert_eq!(split("for_x", &["or"]), ["for_x"]);
        assert_eq!(split("a >= b", &["=="]), ["a >= b"]);
        assert_eq!(split("f::<'a>(x), 'y', ','", &[","]), ["f::<'a>(x)", " 'y'", " ','"]);
        assert_eq!((bare("((a))"), bare("(a) == (b)")), ("a", "(a) == (b)"));
    }

    #[test]
    fn moved_and_indented_lines_are_the_same() {
        let (gone, came) = differing("a\nb\nc\n", "  c\na\nd\n", |_| true);
        assert_eq!((gone, came), (vec![(2, "b")], vec![(3, "d")]));
    }
}
