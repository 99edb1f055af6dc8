//! Text broken into lines.

use cli_kit::text::width;

/// Words with the blanks after them; what is too long for a word is cut, and so is a script without blanks.
pub(crate) fn words(text: &str) -> Vec<&str> {
    const LONGEST_WORD: usize = 24;
    let mut words = Vec::new();
    let (mut start, mut length) = (0, 0);
    for (at, c) in text.char_indices() {
        let wide = width(c.encode_utf8(&mut [0; 4])) > 1;
        if length >= LONGEST_WORD || wide && length > 0 {
            words.extend(text.get(start..at));
            (start, length) = (at, 0);
        }
        length += 1;
        if c == ' ' {
            words.extend(text.get(start..at + 1));
            (start, length) = (at + 1, 0);
        }
    }
    words.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    words
}

/// Text in lines of so many columns, broken between words.
pub(crate) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in words(text) {
        if used > 0 && used + width(word.trim_end()) > columns {
            lines.push(String::new());
            used = 0;
        }
        used += width(word);
        if let Some(line) = lines.last_mut() {
            line.push_str(word);
        }
    }
    lines
}
