//! How wide text is when it is drawn, without a font at hand.
//!
//! Widths are those of usual sans-serif fonts, rather too wide than too narrow, so that text fits into its box whichever
//! of them a viewer has.

/// Widths are in thousandths of the font's size.
const NARROW: u32 = 340;
const USUAL: u32 = 580;
const WIDE: u32 = 900;
const FULL: u32 = 1_050;

fn width_of(c: char) -> u32 {
    match c {
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '(' | ')'
        | '[' | ']' | ' ' | '-' => NARROW,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '—' | '…' => WIDE,
        'A'..='Z' | '&' => 720,
        c if u32::from(c) < 0x1100 => USUAL,
        _ => FULL,
    }
}

/// The width of a text in a font of this size, in pixels.
pub(super) fn width(text: &str, size: u32) -> u32 {
    text.chars().map(width_of).sum::<u32>() * size / 1_000
}

/// The text in at most so many lines of this width; what does not fit ends in `…`.
pub(super) fn fit(text: &str, size: u32, most: u32, lines: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in pieces(text, size, most) {
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line}{word}") };
        if width(joined.trim_end(), size) <= most {
            line = joined;
            continue;
        }
        out.push(std::mem::replace(&mut line, word.trim_start().to_owned()).trim_end().to_owned());
        if out.len() == lines {
            if let Some(last) = out.last_mut() {
                *last = shortened(last, size, most);
            }
            return out;
        }
    }
    if !line.trim().is_empty() {
        out.push(line.trim_end().to_owned());
    }
    out
}

/// A text with `…` at its end that is not wider than `most`.
fn shortened(text: &str, size: u32, most: u32) -> String {
    let mut text = text.to_owned();
    while !text.is_empty() && width(&format!("{text}…"), size) > most {
        text.pop();
    }
    format!("{}…", text.trim_end())
}

/// The words of a text with the space behind them; what is wider than a line, and what is written without spaces, in
/// pieces that fit.
fn pieces(text: &str, size: u32, most: u32) -> Vec<&str> {
    let mut pieces = Vec::new();
    for word in text.split_inclusive(' ') {
        let mut rest = word;
        while width(rest.trim_end(), size) > most {
            let mut end = 0;
            let mut wide = 0;
            for (at, c) in rest.char_indices() {
                wide += width_of(c) * size;
                if wide > most * 1_000 && at > 0 {
                    break;
                }
                end = at + c.len_utf8();
            }
            let (piece, after) = rest.split_at(end);
            pieces.push(piece);
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(rest);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_say_when_something_is_left_out() {
        assert_eq!(fit("Store notes", 13, 160, 2), ["Store notes"]);
        assert_eq!(
            fit("Export all the notes of a notebook as PDF", 13, 160, 2),
            ["Export all the notes of a", "notebook as PDF"]
        );
        let cut = fit("Export all the notes of every notebook and of their readers as PDF", 13, 160, 2);
        assert!(cut.len() == 2 && cut[1].ends_with('…'), "{cut:?}");
        for text in ["x".repeat(500), "漢字".repeat(200), "a ".repeat(300), String::new()] {
            for line in fit(&text, 13, 160, 2) {
                assert!(width(&line, 13) <= 160 && !line.is_empty(), "{line}");
            }
        }
    }
}
