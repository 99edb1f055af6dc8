//! Text of others in a prompt: marked line by line, without control characters, cut where it is too long.
//!
//! A quote without an end mark cannot be closed from inside, so whatever it says stays the subject of the work and
//! never becomes an instruction with Conductor's voice.

use super::budget::size;

/// Which end of a text matters when it is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    Start,
    End,
}

/// Each line with the mark of a quote.
pub(crate) fn quoted(text: &str) -> String {
    let text =
        text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}', '\u{b}', '\u{c}', '\u{85}'], "\n");
    let clean: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    clean
        .trim_end()
        .trim_start_matches('\n')
        .lines()
        .map(|line| format!("> {line}").trim_end().to_owned() + "\n")
        .collect()
}

/// Whether a quote says nothing: what is left of blanks and control characters.
pub(super) fn is_empty(quote: &str) -> bool {
    quote.chars().all(|c| c == '>' || c.is_whitespace())
}

/// A text in one line.
pub(super) fn line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|w| !w.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A text in one line, cut to `most` characters.
pub(super) fn short_line(text: &str, most: usize) -> String {
    cut(&line(text), most, Keep::Start)
}

pub(super) fn bullets(items: &[String]) -> String {
    items.iter().map(|item| format!("- {}\n", item.trim().replace('\n', "\n  "))).collect()
}

/// At most `most` characters of a text.
pub(super) fn cut(text: &str, most: usize, keep: Keep) -> String {
    let length = size(text);
    if length <= most {
        return text.to_owned();
    }
    let kept = most.saturating_sub(1);
    match keep {
        Keep::Start => text.chars().take(kept).chain(['…']).collect(),
        Keep::End => ['…'].into_iter().chain(text.chars().skip(length - kept)).collect(),
    }
}

/// Whole lines of at most `most` characters, all of which begin with `mark`, with a sign where some are missing. A
/// single line that is too long is cut.
pub(super) fn cut_lines(text: &str, most: usize, keep: Keep, mark: &str) -> String {
    let missing = format!("{mark}[…]\n");
    let room = most.saturating_sub(size(&missing));
    let mut kept = Vec::new();
    let mut used = 0;
    let mut lines = text.split_inclusive('\n');
    while let Some(line) = match keep {
        Keep::Start => lines.next(),
        Keep::End => lines.next_back(),
    } {
        if used + size(line) > room {
            break;
        }
        used += size(line);
        kept.push(line);
    }
    if kept.is_empty() {
        let start = keep == Keep::Start;
        let only = text.lines().find(|_| start).or(text.lines().next_back()).unwrap_or_default();
        let words = only.strip_prefix(mark).unwrap_or(only);
        return format!("{mark}{}\n", cut(words, most.saturating_sub(size(mark) + 1), keep));
    }
    match keep {
        Keep::Start => kept.concat() + &missing,
        Keep::End => {
            kept.reverse();
            missing + &kept.concat()
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_cut_at_either_end() {
        let text = "> one\n> two\n> three\n";
        assert_eq!(cut_lines(text, 18, Keep::Start, "> "), "> one\n> two\n> […]\n");
        assert_eq!(cut_lines(text, 15, Keep::End, "> "), "> […]\n> three\n");
        assert_eq!(cut_lines("> a long line\n", 8, Keep::Start, "> "), "> a lo…\n");
        assert_eq!(cut_lines("> a long line\n", 8, Keep::End, "> "), "> …line\n");
    }

    proptest! {
        #[test]
        fn every_line_of_a_quote_is_marked(text in "[a>\n\r\t\u{7}\u{1b}\u{2028}\u{85} #`-]{0,60}", most in 8_usize..60) {
            let quote = quoted(&text);
            let marked = |quote: &str| quote.lines().all(|line| line.starts_with('>') && !line.contains(char::is_control));
            let clean: String = quote.chars().filter(|c| *c != '\t').collect();
            prop_assert!(marked(&clean), "{quote:?}");
            for keep in [Keep::Start, Keep::End] {
                let short = cut_lines(&clean, most, keep, "> ");
                prop_assert!(marked(&short) && size(&short) <= most.max(size(&clean)), "{short:?}");
            }
        }
    }
}
