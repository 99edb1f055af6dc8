//! Words of a text, in a form in which two texts can be compared.

/// A text reduced to its letters and digits in lower case, with single spaces between words.
pub(crate) fn normal_form(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}
