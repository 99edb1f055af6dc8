//! Text on one line, so that it can be read back exactly.

use std::fmt::Write as _;

/// Writes characters that a line cannot hold, or that have a meaning where the text will stand, as escapes. Blanks at the
/// ends are escaped too, since editors and readers trim them.
pub(super) fn escape(text: &str, meaning: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    let last = text.chars().count().saturating_sub(1);
    for (at, c) in text.chars().enumerate() {
        let at_end = (at == 0 || at == last) && c.is_whitespace();
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            _ if c.is_control() || meaning.contains(&c) || at_end => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:06x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out
}

/// Writes one line of a longer text: blanks stay.
pub(super) fn escape_line(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push(c),
            _ if c.is_control() => {
                let _ = write!(out, "\\u{:06x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out
}

/// Reads escapes. A backslash before anything else stands for itself.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        rest = after;
        if let Some(after) = rest.strip_prefix('\\') {
            out.push('\\');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('n') {
            out.push('\n');
            rest = after;
        } else if let Some((c, after)) = code(rest) {
            out.push(c);
            rest = after;
        } else {
            out.push('\\');
        }
    }
    out.push_str(rest);
    out
}

fn code(text: &str) -> Option<(char, &str)> {
    let digits = text.strip_prefix('u')?.get(..6)?;
    let c = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
    Some((c, text.get(7..)?))
}
