//! What kind of work an item is, told by the words of its title.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::language::meanings;
use crate::Category;
use crate::words::{is_packed, plain_words};

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

/// What names a category.
#[derive(Default)]
struct Names {
    /// In a script without spaces they may stand anywhere.
    packed: Vec<&'static str>,
    /// Beginnings of titles.
    phrases: Vec<&'static str>,
    /// Beginnings of words, by their first characters.
    words: BTreeMap<char, Vec<&'static str>>,
}

/// Beginnings of at most so many bytes are whole words: `ui` is not the start of `uint`.
const LONGEST_WHOLE: usize = 4;

impl Names {
    fn of(category: Category) -> Self {
        let mut names = Self::default();
        let own = meanings(|words| words.categories).filter(|(known, _)| *known == category);
        for text in own.map(|(_, text)| text) {
            if text.chars().any(is_packed) {
                names.packed.push(text);
            } else if text.contains(' ') {
                names.phrases.push(text);
            } else {
                names.words.entry(text.chars().next().unwrap_or_default()).or_default().push(text);
            }
        }
        names
    }

    fn has_beginning_of(&self, word: &str) -> bool {
        let beginnings = word.chars().next().and_then(|first| self.words.get(&first));
        let is = |text: &str| word == text || word.strip_suffix('s') == Some(text);
        let fits = |text: &&str| if text.len() <= LONGEST_WHOLE { is(text) } else { word.starts_with(*text) };
        beginnings.is_some_and(|beginnings| beginnings.iter().any(fits))
    }
}

/// The table with its lists taken apart, once.
static NAMES: LazyLock<Vec<(Category, Names)>> =
    LazyLock::new(|| CATEGORIES.iter().map(|&category| (category, Names::of(category))).collect());

pub(super) fn category_of(title: &str) -> Category {
    let words = plain_words(title);
    let joined = words.join(" ");
    let packed = title.contains(is_packed);
    let fits = |names: &Names| {
        packed && names.packed.iter().any(|text| title.contains(text))
            || names.phrases.iter().any(|text| joined.starts_with(text))
            || words.iter().any(|word| names.has_beginning_of(word))
    };
    let found = NAMES.iter().find(|(_, names)| fits(names));
    found.map_or(Category::Feature, |(category, _)| *category)
}
