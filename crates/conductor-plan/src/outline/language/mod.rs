//! The words by which documents are understood, as data: one file a language, and nothing of any language elsewhere in the
//! outline.
//!
//! Phrases are separated by commas, in lower case, and without marks on letters (`ä` is `ae`) where not said otherwise. For
//! names of sections, singular and plural in `s` are the same. Scripts without spaces are matched anywhere in a text, the
//! rest word by word. What is empty a language has not, or its neighbours have it already.

mod chinese;
mod english;
mod french;
mod german;
mod japanese;
mod korean;
mod portuguese;
mod spanish;
mod tell;

pub(super) use tell::language;

use super::attribute::Attribute;
use super::role::Role;
use crate::phrases::Phrases;
use crate::words::{is_packed, list};
use crate::{Category, Priority};

/// The languages, English first: where two have the same word for different things, the first one's counts.
pub(super) const LANGUAGES: [&Words; 8] = [
    &english::ENGLISH,
    &german::GERMAN,
    &french::FRENCH,
    &spanish::SPANISH,
    &portuguese::PORTUGUESE,
    &chinese::CHINESE,
    &japanese::JAPANESE,
    &korean::KOREAN,
];

/// The words of one language.
#[derive(Debug)]
pub(super) struct Words {
    /// Small words by which it is told, where its script is not enough.
    pub(super) small_words: &'static str,
    /// Names of sections by the part that they play.
    pub(super) roles: &'static [(Role, &'static str)],
    /// Words that name a stage when a number is with them.
    pub(super) stages: &'static str,
    /// What stands before the number of a feature.
    pub(super) feature_words: &'static str,
    /// Labels that say something of the thing above them, and heads of columns.
    pub(super) attributes: &'static [(Attribute, &'static str)],
    /// How much something matters.
    pub(super) priorities: [(Priority, &'static str); 4],
    /// Beginnings of words of a title, by the kind of work.
    pub(super) categories: &'static [(Category, &'static str)],
    /// Verbs that begin a heading which says what to do, and cannot be read as nouns there.
    pub(super) first_verbs: &'static str,
    /// Verbs that end one.
    pub(super) last_verbs: &'static str,
    /// Words after which `list`, `view` and the like are nouns: `List of features`.
    pub(super) of: &'static str,
    /// Names of sections, in singular, that are as often names of things.
    pub(super) role_or_thing: &'static str,
    /// Labels that are as often names of things.
    pub(super) attribute_or_thing: &'static str,
    /// What kind of thing a heading names, before its name.
    pub(super) kinds: &'static str,
    /// What stands in the short names of pieces of work: `US-1`, `Task 3`.
    pub(super) work_names: &'static str,
    /// Who does or must do something in sentences that every demand shares; with marks.
    pub(super) subjects: &'static str,
    /// That they must, longer forms first; with marks.
    pub(super) must: &'static str,
    /// Beginnings of demands without a subject; with marks.
    pub(super) abilities: &'static str,
    /// The three parts of a user story; with marks.
    pub(super) story_starts: &'static str,
    pub(super) story_wants: &'static str,
    pub(super) story_reasons: &'static str,
    /// Words after which a sentence names what must be done before, with the space behind them; with marks.
    pub(super) before_name: &'static str,
    /// Words that make a whole sentence one of what must be done before.
    pub(super) before_sentence: &'static str,
    /// In an order of building: what stands between a thing and what it needs; with marks and spaces.
    pub(super) needs: &'static str,
    /// In an order of building: what stands between things that follow each other; with marks and spaces.
    pub(super) then: &'static str,
    /// What stands between names in a list of them, with spaces.
    pub(super) and: &'static str,
    /// That there is nothing to name.
    pub(super) nothing: &'static str,
    /// Words that may stand beside the name of a role without making it another.
    pub(super) fillers: &'static str,
    /// Words that any two pieces of work may have in common, separated by spaces.
    pub(super) generic: &'static str,
    /// What runs things in the background.
    pub(super) background: &'static str,
    /// Of which one has to stand beside those that are as often something else.
    pub(super) background_beside: &'static str,
    /// Beginnings of words for who may do what.
    pub(super) access: &'static str,
    /// That somebody has to be known first.
    pub(super) known: &'static str,
    /// Words that lead to what access is checked for.
    pub(super) access_at: &'static str,
    /// Words of sentences that ask for something to be there.
    pub(super) asking: &'static str,
    /// That something is to be written by hand, in sentences of what is needed; with marks. Kinds of such things before
    /// their names, and behind them.
    pub(super) own_kinds: &'static str,
    pub(super) own_kinds_behind: &'static str,
    /// Verbs before a kind, and those that stand behind the name.
    pub(super) own_verbs: &'static str,
    pub(super) own_verbs_behind: &'static str,
    /// Articles between verb and kind.
    pub(super) own_articles: &'static str,
    /// What the name ends before.
    pub(super) own_ends: &'static str,
    /// That something need not be.
    pub(super) optional: &'static str,
    /// Beginnings of words that usually mean more work than they read.
    pub(super) hard: &'static str,
    /// Units of time.
    pub(super) minutes: &'static str,
    pub(super) hours: &'static str,
    pub(super) days: &'static str,
    pub(super) weeks: &'static str,
    /// What stands between the ends of a span.
    pub(super) to: &'static str,
    /// Data, and beginnings of what brings it in.
    pub(super) data: &'static str,
    pub(super) bringing: &'static str,
    /// Beginnings of words of which titles consist that are about tests of the whole, and about reports.
    pub(super) tests: &'static str,
    pub(super) reports: &'static str,
    /// Heads of columns with one thing in each cell.
    pub(super) one_each: &'static str,
    /// Names of sections about bringing the product to where it runs, and the title of that work.
    pub(super) deployment: &'static str,
    pub(super) deploy: &'static str,
    /// That the project itself has to be made.
    pub(super) set_up: &'static str,
    /// How the folders of a project lie, in names of sections.
    pub(super) structure: &'static str,
    /// What a system is made of, in names of lists.
    pub(super) components: &'static str,
    /// Words of titles that say that something comes into being.
    pub(super) making: &'static str,
    /// What a project is made of, before the name of a technology.
    pub(super) layers: &'static str,
    /// The titles of the work of making what a document only describes.
    pub(super) data_model: &'static str,
    pub(super) interface: &'static str,
    /// The title of the work that everything else begins with.
    pub(super) project: &'static str,
    /// The title of the tests that a document asks for.
    pub(super) acceptance_tests: &'static str,
    /// The title of the work of writing a file, `{}`.
    pub(super) provide: &'static str,
}

/// The phrases that all languages have for something.
pub(super) fn phrases(of: fn(&Words) -> &'static str) -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().flat_map(move |words| list(of(words))).filter(|phrase| !phrase.is_empty())
}

/// The same for a table by its name, taken apart once for all texts: `table!(stages)`.
macro_rules! table {
    ($name:ident) => {{
        static TABLE: std::sync::LazyLock<Vec<&'static str>> =
            std::sync::LazyLock::new(|| $crate::outline::language::phrases(|words| words.$name).collect());
        TABLE.iter().copied()
    }};
}
pub(super) use table;

/// The phrases that all languages have for something, prepared to be looked for in many texts.
pub(super) fn prepared(of: fn(&Words) -> &'static str) -> Phrases<()> {
    Phrases::of(&LANGUAGES.map(|words| ((), of(words))))
}

/// The same as whole words, with a space on each side where their script has them.
pub(super) fn spaced(of: fn(&Words) -> &'static str) -> Vec<String> {
    let space = |phrase: &str| match phrase.trim() {
        word if word.is_ascii() && !word.contains(char::is_alphabetic) || word.contains(is_packed) => {
            word.to_owned()
        }
        word => format!(" {word} "),
    };
    phrases(of).map(space).collect()
}

/// The phrases of a table of all languages, with what they mean.
pub(super) fn meanings<T: Copy + 'static>(
    of: fn(&'static Words) -> &'static [(T, &'static str)],
) -> impl Iterator<Item = (T, &'static str)> {
    LANGUAGES
        .iter()
        .flat_map(move |&words| of(words).iter())
        .flat_map(|(meaning, phrases)| list(phrases).map(move |phrase| (*meaning, phrase)))
        .filter(|(_, phrase)| !phrase.is_empty())
}

impl Words {
    /// The title of the work of writing a file.
    pub(super) fn provide(&self, file: &str) -> String {
        self.provide.replace("{}", file)
    }
}

#[cfg(test)]
mod tests;
