//! How long a text is for a model, without any model's vocabulary.

/// About so many tokens a text has: one for 3.5 letters of the Latin alphabet, one for every other letter.
pub fn tokens(text: &str) -> usize {
    let (mut ascii, mut other) = (0_usize, 0_usize);
    for c in text.chars() {
        if c.is_ascii() { ascii += 1 } else { other += 1 }
    }
    (ascii * 2).div_ceil(7) + other
}

/// The text up to so many tokens, cut between words, with `…` where something was left out.
pub(super) fn cut(text: &str, most: usize) -> String {
    if tokens(text) <= most {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut used = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        used += tokens(word);
        if used > most {
            break;
        }
        short.push_str(word);
    }
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_other_scripts_count_more() {
        for (text, expected) in [("", 0), ("a", 1), ("seven letters", 4), ("数据库", 3), ("né", 2)] {
            assert_eq!(tokens(text), expected, "{text}");
        }
    }

    #[test]
    fn a_text_is_cut_between_words() {
        assert_eq!(cut("one two three", 100), "one two three");
        assert_eq!(cut("one two three four five", 4), "one two…");
        assert_eq!(cut("incomprehensibilities", 2), "…");
    }
}
