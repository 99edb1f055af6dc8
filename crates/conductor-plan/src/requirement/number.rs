//! Numbers as people write them: `10,000`, `1.000,5`, `10k`, `1.5 million`, `１万`.

use super::quantity::Dimension;
use super::quantity_table::POWERS;
use std::ops::Range;

/// A number in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    /// With the sign of a power of ten behind it.
    pub(super) at: Range<usize>,
    /// Digits and separators as they are written, in ASCII.
    written: String,
    /// Zeros that the power of ten adds.
    zeros: usize,
}

/// The first number at or after a place. What is part of a word, of a version (`3.11.2`) or of a date is none.
pub(super) fn number_at(text: &str, from: usize) -> Option<Number> {
    let mut at = from;
    loop {
        let start = at + text.get(at..)?.find(is_digit)?;
        let length = text[start..]
            .find(|c: char| !is_digit(c) && !matches!(c, '.' | ',' | '\''))
            .unwrap_or(text.len() - start);
        let run = text[start..start + length].trim_end_matches(['.', ',', '\'']);
        let end = start + run.len();
        at = end;
        let before = text[..start].chars().next_back();
        let joined = before.is_some_and(|c| {
            c.is_alphanumeric() && !crate::words::is_packed(c) || matches!(c, '.' | '_' | '#')
        });
        let written: String = run.chars().map(ascii).collect();
        if joined || decimal(&written, false).is_none() {
            continue;
        }
        let (zeros, end) = power(text, end);
        return Some(Number { at: start..end, written, zeros });
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c)
}

fn ascii(c: char) -> char {
    // The full-width digits stand in the order of the plain ones.
    char::from_u32(u32::from(c).wrapping_sub(0xFEE0)).filter(char::is_ascii_digit).unwrap_or(c)
}

fn power(text: &str, end: usize) -> (usize, usize) {
    let rest = &text[end..];
    let letter = rest.chars().next().zip(rest.chars().nth(1).or(Some(' ')));
    if let Some((c @ ('k' | 'm'), next)) = letter
        && !next.is_alphanumeric()
        && !matches!(next, '/' | '²')
    {
        return (if c == 'k' { 3 } else { 6 }, end + 1);
    }
    let bare = rest.trim_start();
    let word = POWERS.iter().find(|(word, _)| {
        let packed = word.starts_with(crate::words::is_packed);
        bare.strip_prefix(word).is_some_and(|after| packed || !after.starts_with(char::is_alphanumeric))
    });
    word.map_or((0, end), |(word, zeros)| (*zeros, end + (rest.len() - bare.len()) + word.len()))
}

impl Number {
    /// The number with a decimal point and without separators.
    pub(super) fn value(&self, dimension: Dimension) -> String {
        let plain = decimal(&self.written, dimension == Dimension::Share).unwrap_or_default();
        scaled(&plain, self.zeros)
    }

    /// Whether nothing is behind its point.
    pub(super) fn is_whole(&self) -> bool {
        !self.value(Dimension::Count).contains('.')
    }

    /// Whether it may be a year.
    pub(super) fn is_year(&self) -> bool {
        self.written.len() == 4 && (self.written.starts_with("19") || self.written.starts_with("20"))
    }
}

/// Digits with a decimal point, of digits with separators; nothing when they cannot be a number. A share cannot have
/// thousands, so `99.999 %` is one number and `99.999 users` another.
fn decimal(written: &str, share: bool) -> Option<String> {
    let separators: Vec<char> = written.chars().filter(|c| !c.is_ascii_digit()).collect();
    let groups: Vec<&str> = written.split(|c: char| !c.is_ascii_digit()).collect();
    if groups.iter().any(|group| group.is_empty()) {
        return None;
    }
    let (Some(&last), Some(first)) = (separators.last(), groups.first()) else {
        return Some(written.to_owned());
    };
    let tail = groups.last().map_or(0, |group| group.len());
    let thousands = |groups: &[&str]| {
        groups.first().is_some_and(|first| first.len() <= 3 && *first != "0")
            && groups.iter().skip(1).all(|group| group.len() == 3)
    };
    let whole = |groups: &[&str]| groups.concat();
    if separators.len() == 1 {
        let grouped = last == '\'' || tail == 3 && thousands(&groups) && !share;
        return Some(if grouped { whole(&groups) } else { format!("{first}.{}", groups.last()?) });
    }
    let (head, fraction) = groups.split_at(groups.len() - 1);
    if separators.iter().all(|&c| c == last) {
        return thousands(&groups).then(|| whole(&groups));
    }
    let uniform = separators.iter().rev().skip(1).all(|&c| c == separators[0] && c != last);
    (uniform && thousands(head)).then(|| format!("{}.{}", whole(head), fraction.concat()))
}

/// A decimal number with its point moved to the right.
fn scaled(plain: &str, zeros: usize) -> String {
    if zeros == 0 {
        return plain.to_owned();
    }
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let mut digits = format!("{whole}{fraction:0<zeros$}");
    if fraction.len() > zeros {
        digits.insert(whole.len() + zeros, '.');
    }
    let trimmed = digits.trim_start_matches('0');
    if trimmed.is_empty() { "0".to_owned() } else { trimmed.to_owned() }
}
