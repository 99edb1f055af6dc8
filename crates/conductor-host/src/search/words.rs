//! What counts as a word, in a task as in a file: parts of identifiers in lower case, without endings.
//!
//! A word is known by a hash of four bytes. Two words of one hash make a file a little more or less relevant, and
//! nothing else.

use std::collections::BTreeSet;

/// Shorter parts say nothing, longer ones are keys and digests.
const SHORTEST: usize = 2;
const LONGEST: usize = 40;
/// The longest identifier that is also a word as a whole.
const LONGEST_WHOLE: usize = 64;
/// Distinct words of one file; one that has more is generated, and found by the first ones as well.
const MOST_IN_FILE: usize = 6_000;
/// Words of a task: one bit each in the mask of a file.
pub(super) const MOST_IN_TASK: usize = 64;
/// Words of a task that are compared at all: a very long text has said what it is about by then.
const MOST_WEIGHED: usize = 512;

/// Words of tasks that are in every text.
const STOP_WORDS: &str = "a about above after again all also an and any are as at be because been before being below \
    between both but by can cannot could did do does done each else etc every for from further given had has have \
    how if in into is it its itself just least less like may might more most must need needs no nor not of off on \
    once one only or other our out over own per same shall should so some such than that the their them then there \
    these they this those through to too under until up us use used uses using very via want was we were what when \
    where which while who why will with within without would yes yet you your task tasks todo new make makes made";

/// A word of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// As it was first written, in lower case.
    pub(super) text: String,
    pub(super) hash: u32,
    /// How much it counts: more in a title than in a description.
    pub(super) weight: u32,
}

/// The words of a task, the weightiest first, at most [`MOST_IN_TASK`].
pub(super) fn wanted<'t>(texts: impl IntoIterator<Item = (&'t str, u32)>) -> Vec<Wanted> {
    let mut stop = BTreeSet::new();
    scan(STOP_WORDS.as_bytes(), |_, hash| {
        stop.insert(hash);
    });
    let mut all: Vec<Wanted> = Vec::new();
    for (text, weight) in texts {
        scan(text.as_bytes(), |raw, hash| {
            // A number alone stands in many files that have nothing to do with it.
            if stop.contains(&hash) || raw.iter().all(u8::is_ascii_digit) {
                return;
            }
            let is_full = all.len() >= MOST_WEIGHED;
            match all.iter_mut().find(|word| word.hash == hash) {
                Some(known) => known.weight = known.weight.max(weight),
                None if is_full => {}
                None => {
                    let text = String::from_utf8_lossy(raw).to_lowercase();
                    all.push(Wanted { text, hash, weight });
                }
            }
        });
    }
    // Stable: what was written first comes first among equals.
    all.sort_by_key(|word| std::cmp::Reverse(word.weight));
    all.truncate(MOST_IN_TASK);
    all
}

/// The distinct words of a file, sorted.
#[derive(Debug, Default)]
pub(super) struct WordSets {
    /// The identifiers seen last, by their lowest bits: most of a file repeats them, and need not be split again.
    recent: Vec<u64>,
}

impl WordSets {
    pub(super) fn of(&mut self, bytes: &[u8]) -> Vec<u32> {
        const SLOTS: usize = 1 << 11;
        self.recent.clear();
        self.recent.resize(SLOTS, 0);
        let mut found = Vec::with_capacity(512);
        identifiers(bytes, |name| {
            let key = key(name);
            let slot = usize::try_from(key % SLOTS as u64).unwrap_or_default();
            if let Some(last) = self.recent.get_mut(slot)
                && *last != key
                && found.len() < 4 * MOST_IN_FILE
            {
                *last = key;
                split(name, &mut |_, hash| found.push(hash));
            }
        });
        found.sort_unstable();
        found.dedup();
        found.truncate(MOST_IN_FILE);
        found
    }
}

/// Tells one identifier from another, eight bytes at a time.
fn key(name: &[u8]) -> u64 {
    let step = |key: u64, lane: u64| {
        let key = (key ^ lane).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        key ^ (key >> 32)
    };
    let (lanes, rest) = name.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let key = lanes.iter().fold(name.len() as u64, |key, lane| step(key, u64::from_le_bytes(*lane)));
    step(key, u64::from_le_bytes(last))
}

/// What a byte is in an identifier.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Outside,
    Lower,
    Upper,
    Digit,
    Underscore,
}

const KINDS: [Kind; 256] = {
    let mut kinds = [Kind::Outside; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'a'..=b'z' | 0x80.. => Kind::Lower,
            b'A'..=b'Z' => Kind::Upper,
            b'0'..=b'9' => Kind::Digit,
            b'_' => Kind::Underscore,
            _ => Kind::Outside,
        };
        byte += 1;
    }
    kinds
};

fn kind(byte: u8) -> Kind {
    KINDS[usize::from(byte)]
}

/// Calls `found` with each word of a text: as it stands there, and its hash. An identifier of several parts is also
/// a word as a whole, so that `read_ref` and `readRef` find each other.
pub(super) fn scan<'t>(text: &'t [u8], mut found: impl FnMut(&'t [u8], u32)) {
    identifiers(text, |name| split(name, &mut found));
}

fn identifiers<'t>(text: &'t [u8], mut found: impl FnMut(&'t [u8])) {
    let mut rest = text;
    while let Some(begin) = rest.iter().position(|byte| kind(*byte) != Kind::Outside) {
        let from = &rest[begin..];
        let length = from.iter().position(|byte| kind(*byte) == Kind::Outside).unwrap_or(from.len());
        let (name, after) = from.split_at(length);
        found(name);
        rest = after;
    }
}

fn split<'t>(name: &'t [u8], found: &mut impl FnMut(&'t [u8], u32)) {
    let mut begin = 0;
    let mut parts = 0;
    for at in 1..=name.len() {
        if at < name.len() && !splits(name, at) {
            continue;
        }
        let part = &name[begin..at];
        begin = at;
        if kind(part[0]) == Kind::Underscore {
            continue;
        }
        parts += 1;
        if (SHORTEST..=LONGEST).contains(&part.len()) {
            found(part, hash_of_stem(part));
        }
    }
    if parts > 1 && name.len() <= LONGEST_WHOLE {
        let letters = name.iter().filter(|byte| **byte != b'_');
        found(name, finish(letters.fold(SEED, |hash, byte| step(hash, byte.to_ascii_lowercase()))));
    }
}

/// Whether a part of the identifier ends before this byte: `read_ref`, `readRef`, `HTTPServer`.
fn splits(name: &[u8], at: usize) -> bool {
    match (kind(name[at - 1]), kind(name[at])) {
        (Kind::Underscore, Kind::Underscore) => false,
        (Kind::Underscore, _) | (_, Kind::Underscore) | (Kind::Lower | Kind::Digit, Kind::Upper) => true,
        (Kind::Upper, Kind::Upper) => name.get(at + 1).is_some_and(|next| kind(*next) == Kind::Lower),
        (Kind::Upper | Kind::Lower | Kind::Digit | Kind::Outside, _) => false,
    }
}

const SEED: u32 = 0x811c_9dc5;

const fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ byte as u32).wrapping_mul(0x0100_0193)
}

/// Spreads the hash over all bits; never 0, which marks an empty slot.
const fn finish(hash: u32) -> u32 {
    let hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    let hash = hash ^ (hash >> 13);
    if hash == 0 { 1 } else { hash }
}

fn hash_of_stem(part: &[u8]) -> u32 {
    let mut lower = [0; LONGEST];
    let lower = &mut lower[..part.len()];
    for (low, byte) in lower.iter_mut().zip(part) {
        *low = byte.to_ascii_lowercase();
    }
    let length = stem(lower);
    finish(lower[..length].iter().fold(SEED, |hash, byte| step(hash, *byte)))
}

/// How much of an English word in lower case is left without its ending: `stores`, `stored` and `storing` are one
/// word. It need not be right, only the same for a task and a file.
fn stem(word: &mut [u8]) -> usize {
    let mut length = word.len();
    if length < 4 || !word[length - 1].is_ascii_lowercase() {
        return length;
    }
    if word.ends_with(b"ies") && length > 4 {
        word[length - 3] = b'y';
        return length - 2;
    }
    if word.ends_with(b"s") && !word.ends_with(b"ss") && !word.ends_with(b"us") && !word.ends_with(b"is") {
        length -= 1;
    }
    for ending in [b"ing".as_slice(), b"ed"] {
        let rest = length.saturating_sub(ending.len());
        let is_word = rest >= 3 && word[..rest].iter().any(|byte| b"aeiouy".contains(byte));
        if is_word && word[..length].ends_with(ending) {
            length = rest;
            let twice = word[length - 1] == word[length - 2] && !b"lsz".contains(&word[length - 1]);
            return if twice && length > 3 { length - 1 } else { without_e(word, length) };
        }
    }
    without_e(word, length)
}

fn without_e(word: &[u8], length: usize) -> usize {
    if length > 4 && word[length - 1] == b'e' { length - 1 } else { length }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        scan(text.as_bytes(), |raw, _| all.push(String::from_utf8_lossy(raw).into_owned()));
        all
    }

    fn hash(text: &str) -> u32 {
        let mut last = 0;
        scan(text.as_bytes(), |_, hash| last = hash);
        last
    }

    #[test]
    fn identifiers_are_split_and_kept_whole() {
        let table: [(&str, &[&str]); 8] = [
            ("read_ref", &["read", "ref", "read_ref"]),
            ("readRef()", &["read", "Ref", "readRef"]),
            ("HTTPServer2", &["HTTP", "Server2", "HTTPServer2"]),
            ("__init__", &["init"]),
            ("src/search.rs", &["src", "search", "rs"]),
            ("a-b c", &[]),
            ("Überprüfung 日本", &["Überprüfung", "日本"]),
            ("", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(words(text), expected, "{text}");
        }
        assert_eq!(hash("read_ref"), hash("readRef"));
        assert_eq!(words(&"x".repeat(LONGEST + 1)), [""; 0]);
    }

    #[test]
    fn forms_of_a_word_are_one() {
        for same in [
            ["store", "stores", "stored", "storing"],
            ["stop", "stops", "stopped", "stopping"],
            ["search", "Search", "searches", "searching"],
            ["query", "queries", "QUERY", "queries"],
            ["parse", "parsing", "parsed", "parses"],
        ] {
            for other in same {
                assert_eq!(hash(other), hash(same[0]), "{other}");
            }
        }
        for [one, other] in [["string", "str"], ["class", "clas"], ["status", "statu"], ["bring", "br"]] {
            assert_ne!(hash(one), hash(other), "{one}");
        }
    }

    #[test]
    fn a_task_has_its_words_by_weight_without_those_of_every_text() {
        let found = wanted([("The search of notes", 3), ("must list the Notes by date, 42 times", 1)]);
        let shown: Vec<(&str, u32)> = found.iter().map(|word| (word.text.as_str(), word.weight)).collect();
        assert_eq!(shown, [("search", 3), ("notes", 3), ("list", 1), ("date", 1), ("times", 1)]);
        let many: String = (0..500).map(|n| format!("word{n}x ")).collect();
        assert_eq!(wanted([(many.as_str(), 1)]).len(), MOST_IN_TASK);
    }

    proptest! {
        #[test]
        fn any_bytes_have_sorted_distinct_words(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let found = WordSets::default().of(&bytes);
            prop_assert!(found.windows(2).all(|pair| pair[0] < pair[1]));
            let mut sets = WordSets::default();
            sets.of(b"something else before");
            prop_assert_eq!(found, sets.of(&bytes));
        }
    }
}
