//! What kind of work an item is, told by the words of its title.

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

/// The beginning of a word, or of a title, that names a category.
struct Beginning {
    text: &'static str,
    /// In a script without spaces it may stand anywhere.
    packed: bool,
    phrase: bool,
    /// Short beginnings are whole words: `ui` is not the start of `uint`.
    whole: bool,
}

/// The table with its lists taken apart, once.
static BEGINNINGS: LazyLock<Vec<(Category, Vec<Beginning>)>> = LazyLock::new(|| {
    let beginning = |text: &'static str| Beginning {
        text,
        packed: text.chars().any(is_packed),
        phrase: text.contains(' '),
        whole: text.len() <= 4,
    };
    let of = |category: Category| {
        let own = meanings(|words| words.categories).filter(move |(known, _)| *known == category);
        (category, own.map(|(_, text)| beginning(text)).collect())
    };
    CATEGORIES.map(of).into_iter().collect()
});

pub(super) fn category_of(title: &str) -> Category {
    let words = plain_words(title);
    let joined = words.join(" ");
    let plain = title.is_ascii();
    let fits = |beginning: &Beginning| {
        let text = beginning.text;
        if beginning.packed {
            return !plain && title.contains(text);
        }
        if beginning.phrase {
            return joined.starts_with(text);
        }
        let is = |word: &String| word == text || word.strip_suffix('s') == Some(text);
        words.iter().any(|word| if beginning.whole { is(word) } else { word.starts_with(text) })
    };
    let found = BEGINNINGS.iter().find(|(_, beginnings)| beginnings.iter().any(fits));
    found.map_or(Category::Feature, |(category, _)| *category)
}
