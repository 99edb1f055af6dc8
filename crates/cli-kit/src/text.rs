//! Text from documents, tasks, agents and models made safe for a terminal and fitted to its width.
//!
//! Such text is data. Printed raw, it could move the cursor, recolour or rewrite what was printed before, set the
//! window's title, or, with bidirectional and invisible characters, show something else than it says.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// The text on one line with everything that a terminal would obey, or that a reader could not see, made visible:
/// control characters (newline as `\n`), escape sequences, bidirectional overrides, invisible tags.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    escape_where(text, is_unsafe)
}

/// As [`escape`], but line breaks and tabs stay: for descriptions, notes and other text of several lines.
#[must_use]
pub fn escape_block(text: &str) -> Cow<'_, str> {
    escape_where(text, |c| c != '\n' && c != '\t' && is_unsafe(c))
}

fn escape_where(text: &str, is_unsafe: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' if is_unsafe(c) => safe.push_str("\\n"),
            '\r' if is_unsafe(c) => safe.push_str("\\r"),
            '\t' if is_unsafe(c) => safe.push_str("\\t"),
            _ if is_unsafe(c) => {
                // Writing to a String cannot fail.
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
            _ => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

/// Whether a terminal would act on the character, or a reader could not see it.
///
/// The joiners U+200C and U+200D are left alone: Persian, Indic scripts and emoji need them.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}'      // marks of direction, zero-width space
            | '\u{2028}'..='\u{202e}'                              // line separators, embeddings and overrides
            | '\u{2060}'..='\u{206f}'                              // invisible operators, isolates
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}'                 // byte order mark, annotations
            | '\u{e0000}'..='\u{e007f}'                            // tags: whole sentences that nobody sees
        )
}

/// How many columns the text takes on a terminal. Meant for escaped text.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text cut to at most `columns` columns, with `…` as its last character where something was cut.
#[must_use]
pub fn truncate(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut used = 0;
    let mut cut = String::new();
    for c in text.chars() {
        let next = c.width().unwrap_or(0);
        if used + next + 1 > columns {
            break;
        }
        used += next;
        cut.push(c);
    }
    if columns > 0 {
        cut.push('…');
    }
    Cow::Owned(cut)
}

/// The text filled with blanks on the right to at least `columns` columns.
#[must_use]
pub fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width(text));
    format!("{text}{:missing$}", "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn everything_that_a_terminal_obeys_becomes_visible() {
        let cases = [
            ("plain, ünïcode, 日本語, 👩‍💻", "plain, ünïcode, 日本語, 👩‍💻"),
            ("a\nb\r\tc", "a\\nb\\r\\tc"),
            ("\u{1b}[31mred\u{1b}]0;title\u{7}", "\\u{1b}[31mred\\u{1b}]0;title\\u{7}"),
            ("\u{9b}2J", "\\u{9b}2J"),
            ("\u{7f}\0", "\\u{7f}\\u{0}"),
            ("abc\u{202e}fed", "abc\\u{202e}fed"),
            ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
            ("hi\u{e0041}", "hi\\u{e0041}"),
            ("$(touch x) --force ../../x", "$(touch x) --force ../../x"),
        ];
        for (raw, shown) in cases {
            assert_eq!(escape(raw), shown);
        }
    }

    #[test]
    fn a_block_keeps_its_lines_and_nothing_else() {
        assert_eq!(escape_block("a\n\tb\r\n\u{1b}[2J"), "a\n\tb\\r\n\\u{1b}[2J");
    }

    #[test]
    fn truncation_counts_columns_not_bytes() {
        let cases = [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("ab", 1, "…"),
            ("ab", 0, ""),
        ];
        for (text, columns, expected) in cases {
            assert_eq!(truncate(text, columns), expected, "{text} in {columns}");
        }
    }

    proptest! {
        #[test]
        fn escaped_text_is_safe_and_stable(text in any::<String>()) {
            let safe = escape(&text);
            prop_assert!(!safe.chars().any(is_unsafe));
            prop_assert_eq!(escape(&safe), safe.clone());
        }

        #[test]
        fn truncated_text_fits(text in any::<String>(), columns in 0usize..40) {
            let safe = escape(&text);
            prop_assert!(width(&truncate(&safe, columns)) <= columns);
        }
    }
}
