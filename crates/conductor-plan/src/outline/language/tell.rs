//! Which language a document is in.

use super::super::draft::Source;
use super::{LANGUAGES, Words, chinese, english, japanese, korean};
use crate::words::{list, plain_words};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// So much of a document is looked at.
const NODES: usize = 400;

/// The language of a document, by its script or else by its small words.
pub(in crate::outline) fn language(source: &Source<'_>) -> &'static Words {
    let texts = || source.tree.nodes.iter().take(NODES).flat_map(|node| [&node.label.name, &node.label.rest]);
    let (mut kana, mut hangul, mut han, mut letters) = (0, 0, 0, 0);
    for c in texts().flat_map(|text| text.chars()) {
        letters += usize::from(c.is_alphabetic());
        kana += usize::from(matches!(c, '\u{3040}'..='\u{30FF}'));
        hangul += usize::from(matches!(c, '\u{AC00}'..='\u{D7AF}'));
        han += usize::from(matches!(c, '\u{4E00}'..='\u{9FFF}'));
    }
    if hangul * 5 > letters {
        return &korean::KOREAN;
    }
    if kana * 10 > letters {
        return &japanese::JAPANESE;
    }
    if han * 5 > letters {
        return &chinese::CHINESE;
    }
    let words: Vec<Cow<'_, str>> = texts().flat_map(|text| plain_words(text)).collect();
    let count = |language: &Words| {
        let small: BTreeSet<&str> = list(language.small_words).collect();
        words.iter().filter(|word| small.contains(&***word)).count()
    };
    let counted = LANGUAGES.iter().map(|language| (count(language), *language));
    // Of equals the first.
    counted.rev().max_by_key(|&(count, _)| count).map_or(&english::ENGLISH, |(_, language)| language)
}
