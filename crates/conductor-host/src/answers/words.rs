//! Words of questions and sentences, in a form in which they can be compared.
//!
//! Stems are cut with care here: two words that are not the same must never become the same, or a sentence answers what
//! nobody asked. So only plural, `-ing` and `-ed` go, and what is left has at least four letters.

use std::collections::BTreeSet;

/// The shortest stem that an ending is taken off for.
const SHORTEST: usize = 4;

/// Words that say nothing of what a text is about, the words of questions among them.
const STOP: &str = "a about actually all also am an and any are as at be been being by can could currently did do does \
    doing for from get give given had has have having how i in into is many may me might much must my need needs of on \
    our out per please shall should so some tell than the their them then they to up us use used uses using via was we \
    were what when where which who whom whose why will with within would you your";

/// The words of a text in lower case, in order. Marks between words are left out, those within them too.
pub(super) fn words(text: &str) -> Vec<String> {
    text.replace(['\'', '’'], "")
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// A text reduced to its words, so that the same words in another dress are the same.
pub(super) fn normal(text: &str) -> String {
    words(text).join(" ")
}

/// The stems of the words that carry meaning. Numbers carry meaning.
pub(super) fn content(text: &str) -> BTreeSet<String> {
    words(text).iter().filter(|word| !is_stop(word)).map(|word| stem(word)).collect()
}

/// The stems of all words.
pub(super) fn stems(text: &str) -> BTreeSet<String> {
    words(text).iter().map(|word| stem(word)).collect()
}

fn is_stop(word: &str) -> bool {
    STOP.split_whitespace().any(|stop| stop == word)
}

/// A word without the ending of its number or its time.
pub(super) fn stem(word: &str) -> String {
    let cut = |ending: &str| word.strip_suffix(ending).filter(|stem| stem.len() >= SHORTEST);
    if !word.is_ascii() || word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") {
        return word.to_owned();
    }
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() >= 3) {
        return format!("{stem}y");
    }
    for ending in ["ches", "shes", "sses", "xes"] {
        if word.ends_with(ending) && word.len() > SHORTEST + 1 {
            return word[..word.len() - 2].to_owned();
        }
    }
    if let Some(stem) = cut("ing").or_else(|| cut("ed")) {
        return without_e(stem);
    }
    if let Some(stem) = word.strip_suffix('s').filter(|stem| stem.len() >= 3) {
        return without_e(stem);
    }
    without_e(word)
}

/// `store`, `stored` and `storing` are one word; so is `stopped` and `stop`.
fn without_e(word: &str) -> String {
    let stem = word.strip_suffix('e').filter(|stem| stem.len() >= SHORTEST).unwrap_or(word);
    stem.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_are_one() {
        for (a, b) in [
            ("databases", "database"),
            ("store", "stored"),
            ("stores", "storing"),
            ("entries", "entry"),
            ("listens", "listen"),
            ("branches", "branch"),
            ("notes", "note"),
        ] {
            assert_eq!(stem(a), stem(b), "{a} {b}");
        }
    }

    #[test]
    fn other_words_stay_others() {
        for (a, b) in [
            ("user", "use"),
            ("status", "state"),
            ("port", "portal"),
            ("access", "acces"),
            ("order", "ord"),
            ("server", "serve"),
            ("class", "clas"),
            ("caching", "cash"),
            ("readable", "read"),
            ("production", "product"),
        ] {
            assert_ne!(stem(a), stem(b), "{a} {b}");
        }
    }

    #[test]
    fn only_words_with_meaning_are_content() {
        let of = |text| content(text).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(of("Which database should I use for the notes?"), "databas note");
        assert_eq!(of("How many retries are there, 3 or 5?"), "3 5 or retry ther");
        assert_eq!(of("What do I do?"), "");
        assert_eq!(of("Don’t we?"), "dont");
    }

    #[test]
    fn the_dress_of_a_text_does_not_count() {
        assert_eq!(normal("  Which **port**?\n"), normal("which port"));
        assert_ne!(normal("which port"), normal("which ports"));
    }
}
