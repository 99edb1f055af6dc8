//! The language of a document, for the few words that the outline engine adds itself.

use super::draft::Source;
use crate::words::plain_words;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    German,
    French,
    Spanish,
    Portuguese,
    Chinese,
    Japanese,
    Korean,
}

/// Small words by which a language is told.
const SMALL_WORDS: &[(Language, &[&str])] = &[
    (Language::English, &["the", "and", "of", "to", "is", "with", "for"]),
    (Language::German, &["der", "und", "die", "das", "ist", "mit", "fuer", "eine"]),
    (Language::French, &["le", "et", "les", "des", "est", "avec", "pour", "une"]),
    (Language::Spanish, &["el", "y", "los", "del", "es", "con", "para", "una"]),
    (Language::Portuguese, &["o", "e", "os", "do", "com", "para", "uma", "nao"]),
];

pub(super) fn language(source: &Source<'_>) -> Language {
    let texts = || source.tree.nodes.iter().take(400).flat_map(|node| [&node.label.name, &node.label.rest]);
    let (mut kana, mut hangul, mut han, mut letters) = (0, 0, 0, 0);
    for c in texts().flat_map(|text| text.chars()) {
        letters += usize::from(c.is_alphabetic());
        kana += usize::from(matches!(c, '\u{3040}'..='\u{30FF}'));
        hangul += usize::from(matches!(c, '\u{AC00}'..='\u{D7AF}'));
        han += usize::from(matches!(c, '\u{4E00}'..='\u{9FFF}'));
    }
    if hangul * 5 > letters {
        return Language::Korean;
    }
    if kana * 10 > letters {
        return Language::Japanese;
    }
    if han * 5 > letters {
        return Language::Chinese;
    }
    let words: Vec<String> = texts().flat_map(|text| plain_words(text)).collect();
    let count = |small: &[&str]| words.iter().filter(|word| small.contains(&word.as_str())).count();
    let counted = SMALL_WORDS.iter().map(|(language, small)| (count(small), *language));
    counted.rev().max_by_key(|&(count, _)| count).map_or(Language::English, |(_, language)| language)
}

impl Language {
    pub(super) fn acceptance_tests(self) -> &'static str {
        match self {
            Self::English => "Acceptance tests",
            Self::German => "Abnahmetests",
            Self::French => "Tests d'acceptation",
            Self::Spanish => "Pruebas de aceptación",
            Self::Portuguese => "Testes de aceitação",
            Self::Chinese => "验收测试",
            Self::Japanese => "受け入れテスト",
            Self::Korean => "인수 테스트",
        }
    }

    /// The title of the work of writing a file.
    pub(super) fn provide(self, file: &str) -> String {
        match self {
            Self::English => format!("Provide {file}"),
            Self::German => format!("{file} bereitstellen"),
            Self::French => format!("Fournir {file}"),
            Self::Spanish => format!("Proporcionar {file}"),
            Self::Portuguese => format!("Fornecer {file}"),
            Self::Chinese => format!("提供 {file}"),
            Self::Japanese => format!("{file} を用意する"),
            Self::Korean => format!("{file} 작성"),
        }
    }
}
