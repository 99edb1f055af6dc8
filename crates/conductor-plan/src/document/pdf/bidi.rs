//! From the order on the page to the order of reading, for scripts that are written from right to left.
//!
//! Only the part of the bidirectional algorithm (UAX #9) that a line of text needs when it is read back: the line is
//! turned round, and what is written from left to right within it, words of other scripts and numbers, is turned back.

/// Whether a character belongs to a script that is written from right to left.
pub(super) fn is_right_to_left(c: char) -> bool {
    matches!(u32::from(c),
        0x0590..=0x08FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFC | 0x1_0800..=0x1_0FFF | 0x1_E800..=0x1_EFFF)
        && !c.is_numeric()
}

fn is_left_to_right(c: char) -> bool {
    c.is_alphabetic() && !is_right_to_left(c)
}

/// Whether text reads from right to left as a whole.
pub(super) fn reads_right_to_left(text: &str) -> bool {
    let right = text.chars().filter(|&c| is_right_to_left(c)).count();
    right > 0 && right >= text.chars().filter(|&c| is_left_to_right(c)).count()
}

/// Joins pieces of one word that are given from left to right, each of them in the order of reading.
pub(super) fn in_order(pieces: &[&str]) -> String {
    let mut out = String::new();
    for run in turned(pieces, |piece| *piece) {
        out.push_str(run);
    }
    out
}

/// A number as it is read: `1.` in text from right to left is drawn as `.1`.
pub(super) fn number(word: &str) -> String {
    let digits = word.trim_start_matches(['.', ')', '(', ':', '-']);
    let number = digits.len() < word.len() && !digits.is_empty() && digits.chars().all(char::is_numeric);
    match word.get(..word.len() - digits.len()).filter(|_| number) {
        Some(marks) => format!("{digits}{}", marks.chars().rev().collect::<String>()),
        None => word.to_owned(),
    }
}

/// The pieces of a line, given from left to right, in the order of reading when the line reads from right to left.
pub(super) fn turned<T: Copy>(pieces: &[T], text: impl Fn(&T) -> &str) -> Vec<T> {
    let mut out: Vec<T> = Vec::with_capacity(pieces.len());
    let mut run = 0;
    for piece in pieces.iter().rev() {
        let foreign = text(piece).chars().any(|c| is_left_to_right(c) || c.is_numeric())
            && !text(piece).chars().any(is_right_to_left);
        if foreign {
            out.insert(run, *piece);
        } else {
            out.push(*piece);
            run = out.len();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_put_in_the_order_of_reading() {
        assert_eq!(in_order(&["ם", "ו", "ל", "ש"]), "שלום");
        assert_eq!(turned(&["3.5", "גרסה"], |text| text), ["גרסה", "3.5"]);
        assert_eq!(
            turned(&["זמין", "Visual", "Studio", "עם"], |text| text),
            ["עם", "Visual", "Studio", "זמין"]
        );
        assert!(
            reads_right_to_left("שלום API") && !reads_right_to_left("plain") && !reads_right_to_left("12")
        );
    }
}
