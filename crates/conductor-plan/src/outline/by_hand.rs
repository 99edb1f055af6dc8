//! Parts that sentences ask to be written by hand: `requires a custom queue and cannot use …`.

use super::language::{LANGUAGES, Words, table};
use super::title::title_of;
use crate::words::{is_packed, list, lower_in_place};
use std::sync::LazyLock;

/// The ways in which one language says that something is to be written by hand.
struct Ways {
    /// One of these stands in every such sentence.
    kinds: Vec<&'static str>,
    /// A verb and the kind of thing behind it, with the length of what comes before the name.
    verb_first: Vec<(String, usize)>,
    /// A verb and an article, behind which a thing and then its kind are named.
    kind_last: Vec<String>,
    /// The kind of thing as it begins a name whose verb stands behind it, with the length of its article.
    verb_last: Vec<(String, usize)>,
    words: &'static Words,
}

static WAYS: LazyLock<Vec<Ways>> = LazyLock::new(|| LANGUAGES.iter().map(|words| Ways::of(words)).collect());

/// The parts that a sentence names.
pub(super) fn written_by_hand(sentence: &str) -> Vec<String> {
    let plain = sentence.replace(['`', '*'], "");
    let lower = lower_in_place(&plain);
    let Some(name) = WAYS.iter().find_map(|ways| ways.name(&plain, &lower)) else { return Vec::new() };
    // `custom queue and stack`: two things, where both are single words.
    let both = table!(and).find_map(|and| {
        let (kind, names) = name.split_once(' ')?;
        let (one, two) = names.split_once(and)?;
        (!one.contains(' ') && !two.contains(' '))
            .then(|| vec![format!("{kind} {one}"), format!("{kind} {two}")])
    });
    both.unwrap_or_else(|| vec![name])
}

impl Ways {
    fn of(words: &'static Words) -> Self {
        let phrases = |phrases: &'static str| -> Vec<&'static str> {
            list(phrases).filter(|phrase| !phrase.is_empty()).collect()
        };
        let (kinds, articles, verbs) =
            (phrases(words.own_kinds), phrases(words.own_articles), phrases(words.own_verbs));
        let pairs = |first: &[&str], second: &[&str]| -> Vec<(String, usize)> {
            first.iter().flat_map(|one| second.iter().map(|two| joined(one, two))).collect()
        };
        let articled = pairs(&articles, &kinds);
        let bare: Vec<(String, usize)> = kinds.iter().map(|kind| ((*kind).to_owned(), 0)).collect();
        let verb_first = articled.iter().chain(&bare).flat_map(|(begin, skip)| {
            verbs.iter().map(move |verb| {
                let (phrase, at) = joined(verb, begin);
                (phrase, at + skip)
            })
        });
        let verb_first = verb_first.collect();
        let kinds_behind = phrases(words.own_kinds_behind);
        let kind_last = if kinds_behind.is_empty() { Vec::new() } else { pairs(&verbs, &articles) };
        Self {
            kinds: kinds.into_iter().chain(kinds_behind).collect(),
            verb_first,
            kind_last: kind_last.into_iter().map(|(phrase, _)| phrase).collect(),
            // Without articles the kind alone has to do.
            verb_last: if articled.is_empty() { bare } else { articled },
            words,
        }
    }

    /// The name of what a sentence asks for. `lower` is the same text in lower case, byte for byte.
    fn name(&self, plain: &str, lower: &str) -> Option<String> {
        // Hardly any sentence has one of the words.
        if !self.kinds.iter().any(|kind| lower.contains(kind)) {
            return None;
        }
        let (start, end) =
            self.verb_first(lower).or_else(|| self.kind_last(lower)).or_else(|| self.verb_last(lower))?;
        let title = title_of(plain.get(start..end)?).title;
        let fits = if title.contains(is_packed) {
            (3..=24).contains(&title.chars().count())
        } else {
            (2..=7).contains(&title.split(' ').count())
        };
        fits.then_some(title)
    }

    fn verb_first(&self, lower: &str) -> Option<(usize, usize)> {
        let begins = self.verb_first.iter().filter_map(|(phrase, skip)| Some(stands(lower, phrase)? + skip));
        let start = begins.min()?;
        Some((start, self.end(lower, start)))
    }

    fn kind_last(&self, lower: &str) -> Option<(usize, usize)> {
        let begins = self.kind_last.iter().filter_map(|phrase| Some(stands(lower, phrase)? + phrase.len()));
        let start = begins.min()?;
        let start = start + lower.get(start..)?.len() - lower.get(start..)?.trim_start().len();
        let name = lower.get(start..self.end(lower, start))?;
        let kinds = list(self.words.own_kinds_behind);
        let end = kinds.filter_map(|kind| Some(stands(name, kind)? + kind.len())).min()?;
        Some((start, start + end))
    }

    fn verb_last(&self, lower: &str) -> Option<(usize, usize)> {
        let verbs = || list(self.words.own_verbs_behind).filter(|verb| !verb.is_empty());
        let begins = self.verb_last.iter().filter_map(|(phrase, skip)| Some(stands(lower, phrase)? + skip));
        let start = begins.min()?;
        let name = lower.get(start..self.end(lower, start))?;
        let end = verbs().filter_map(|verb| stands(name, verb)).min()?;
        Some((start, start + end))
    }

    /// Where a name that begins here ends.
    fn end(&self, lower: &str, start: usize) -> usize {
        let rest = lower.get(start..).unwrap_or_default();
        let words = list(self.words.own_ends).filter(|end| !end.is_empty());
        let marks = [", ", ". ", "，", "。", "、"].iter().filter_map(|mark| rest.find(mark));
        let end = words.filter_map(|end| stands(rest, end)).chain(marks).min();
        start + end.unwrap_or(rest.len())
    }
}

/// Two phrases behind each other, with a space between them where their script has spaces, and where the second begins.
fn joined(first: &str, second: &str) -> (String, usize) {
    let space = if first.ends_with(is_packed) || second.starts_with(is_packed) { "" } else { " " };
    (format!("{first}{space}{second}"), first.len() + space.len())
}

/// The first place at which a phrase stands as whole words.
fn stands(text: &str, phrase: &str) -> Option<usize> {
    let letter = |c: char| c.is_alphanumeric() && !is_packed(c);
    text.match_indices(phrase).map(|(at, _)| at).find(|&at| {
        let (before, behind) = (&text[..at], &text[at + phrase.len()..]);
        let within = phrase.starts_with(letter) && before.ends_with(letter)
            || phrase.ends_with(letter) && behind.starts_with(letter);
        !within
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_written_by_hand_is_found_in_every_language() {
        let cases: [(&str, &[&str]); 22] = [
            ("It requires a custom queue and cannot use the one of the library.", &["Custom queue"]),
            ("The parser uses its own tokenizer, so that errors have places.", &["Its own tokenizer"]),
            ("Implement custom `queue` and `stack` instead of a library.", &["Custom queue", "Custom stack"]),
            ("We provide hand-written search trees for lookups.", &["Hand-written search trees"]),
            ("Users choose their own password.", &[]),
            ("Custom colours are possible.", &[]),
            (
                "Der Dienst benötigt eine eigene Warteschlange und darf keine Bibliothek verwenden.",
                &["Eigene Warteschlange"],
            ),
            ("Das Team muss einen eigenen Parser implementieren.", &["Eigenen Parser"]),
            ("Benutzer verwenden ihre eigenen Passwörter.", &[]),
            (
                "Le service nécessite une file d'attente personnalisée et ne peut pas utiliser de bibliothèque.",
                &["File d'attente personnalisée"],
            ),
            ("L'utilisateur choisit une page personnalisée.", &[]),
            (
                "El servicio requiere una cola de mensajes propia para los avisos.",
                &["Cola de mensajes propia"],
            ),
            ("Cada usuario tiene una cuenta propia.", &[]),
            ("O serviço requer uma fila de mensagens própria.", &["Fila de mensagens própria"]),
            ("Cada cliente tem uma conta própria.", &[]),
            ("系统需要自定义队列，不能使用现有的库。", &["自定义队列"]),
            ("用户使用自己的密码。", &[]),
            ("ライブラリを使わず、独自のキューを実装する。", &["独自のキュー"]),
            ("独自のパスワードを選べる。", &[]),
            ("라이브러리 대신 자체 메시지 큐를 구현한다.", &["자체 메시지 큐"]),
            ("시스템 자체를 재시작한다.", &[]),
            ("", &[]),
        ];
        for (sentence, expected) in cases {
            assert_eq!(written_by_hand(sentence), expected, "{sentence}");
        }
    }
}
