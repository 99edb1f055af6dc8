//! Output of programs as text that people and agents can read: without escapes, bounded, the last part kept.

/// Removes terminal escapes and control characters; of a line that was overwritten with carriage returns only
/// what was visible last is kept.
pub(super) fn plain(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut plain = String::with_capacity(text.len());
    let mut line_start = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_escape(&mut chars),
            '\n' => {
                plain.push('\n');
                line_start = plain.len();
            }
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' => plain.truncate(line_start),
            '\t' => plain.push('\t'),
            c if c.is_control() => {}
            c => plain.push(c),
        }
    }
    plain
}

/// Steps over the rest of an escape: CSI up to its final byte, OSC up to its end, else one character.
fn skip_escape(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match chars.next() {
        Some('[') => while chars.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
        Some(']') => {
            while let Some(c) = chars.next() {
                if c == '\u{7}' || (c == '\u{1b}' && chars.next_if_eq(&'\\').is_some()) {
                    return;
                }
            }
        }
        Some(_) | None => {}
    }
}

/// The last lines of `text` that fit into `most` bytes, with a mark when something is missing before them.
pub(super) fn tail(text: &str, most: usize) -> String {
    const MARK: &str = "[…]\n";
    let text = text.trim_end();
    if text.len() <= most {
        return text.to_owned();
    }
    let mut start = text.len() - most.saturating_sub(MARK.len()).min(text.len());
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let rest = text.get(start..).unwrap_or_default();
    // A line that would begin in its middle is left out, unless it is all there is.
    let from_line = rest.split_once('\n').map_or(rest, |(_, whole)| whole);
    format!("{MARK}{from_line}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_and_overwritten_lines_are_gone() {
        let table: [(&[u8], &str); 7] = [
            (b"a\x1b[31;1mred\x1b[0m b", "ared b"),
            (b"\x1b]0;title\x07x \x1b]8;;http://y\x1b\\link", "x link"),
            (b"10%\r50%\r100%\r\ndone\r\n", "100%\ndone\n"),
            (b"\x1b", ""),
            (b"\x1b[", ""),
            (b"a\x00\x08b\tc", "ab\tc"),
            (b"\xff", "\u{fffd}"),
        ];
        for (bytes, text) in table {
            assert_eq!(plain(bytes), text, "{bytes:?}");
        }
    }

    #[test]
    fn the_tail_begins_with_a_whole_line() {
        assert_eq!(tail("one\ntwo\nthree\n", 100), "one\ntwo\nthree");
        assert_eq!(tail("one\ntwo\nthree\nfour", 14), "[…]\nfour");
        assert_eq!(tail(&"x".repeat(100), 16), format!("[…]\n{}", "x".repeat(10)));
    }

    proptest! {
        #[test]
        fn bounds_hold_for_any_bytes(bytes in any::<Vec<u8>>(), most in 0_usize..64) {
            let text = plain(&bytes);
            prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
            prop_assert!(tail(&text, most).len() <= most.max("[…]\n".len()));
        }
    }
}
