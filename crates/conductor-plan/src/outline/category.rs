//! What kind of work an item is, told by the words of its title.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::language::meanings;
use crate::Category;
use crate::words::{is_packed, plain_text};

/// The kinds of work, in the order in which they are looked for.
const CATEGORIES: [Category; 7] = [
    Category::Documentation,
    Category::Setup,
    Category::Test,
    Category::Operations,
    Category::Api,
    Category::Ui,
    Category::Data,
];

/// What names the categories, each by its place among them.
#[derive(Default)]
struct Names {
    /// In a script without spaces they may stand anywhere.
    packed: Vec<(&'static str, usize)>,
    /// Beginnings of titles, by their first bytes.
    phrases: BTreeMap<u8, Vec<(&'static str, usize)>>,
    /// Beginnings of words, by their first bytes.
    words: BTreeMap<u8, Vec<(&'static str, usize)>>,
}

/// Beginnings of at most so many bytes are whole words: `ui` is not the start of `uint`.
const LONGEST_WHOLE: usize = 4;

impl Names {
    fn new() -> Self {
        let mut names = Self::default();
        for (category, text) in meanings(|words| words.categories) {
            let Some(place) = CATEGORIES.iter().position(|&known| known == category) else { continue };
            let first = text.bytes().next().unwrap_or_default();
            if text.chars().any(is_packed) {
                names.packed.push((text, place));
            } else if text.contains(' ') {
                names.phrases.entry(first).or_default().push((text, place));
            } else {
                names.words.entry(first).or_default().push((text, place));
            }
        }
        names
    }

    /// The places of the categories of which a beginning of this word is a name.
    fn of_word(&self, word: &str) -> impl Iterator<Item = usize> {
        let beginnings = word.bytes().next().and_then(|first| self.words.get(&first));
        let is = move |text: &str| word == text || word.strip_suffix('s') == Some(text);
        let fits =
            move |text: &str| if text.len() <= LONGEST_WHOLE { is(text) } else { word.starts_with(text) };
        beginnings.into_iter().flatten().filter(move |(text, _)| fits(text)).map(|&(_, place)| place)
    }

    /// The same of a title in plain words.
    fn of_title(&self, title: &str) -> impl Iterator<Item = usize> {
        let beginnings = title.bytes().next().and_then(|first| self.phrases.get(&first));
        let fits = move |text: &str| title.starts_with(text);
        beginnings.into_iter().flatten().filter(move |(text, _)| fits(text)).map(|&(_, place)| place)
    }
}

/// The table with its lists taken apart, once.
static NAMES: LazyLock<Names> = LazyLock::new(Names::new);

pub(super) fn category_of(title: &str) -> Category {
    let plain = plain_text(title);
    let packed = title.contains(is_packed).then_some(&NAMES.packed).into_iter().flatten();
    let packed = packed.filter(|(text, _)| title.contains(text)).map(|&(_, place)| place);
    let words = plain.split(' ').flat_map(|word| NAMES.of_word(word));
    let found = packed.chain(NAMES.of_title(&plain)).chain(words).min();
    found.and_then(|place| CATEGORIES.get(place)).copied().unwrap_or(Category::Feature)
}
