//! Words of a text, in a form in which texts can be compared.
//!
//! Comparing has to find that "Verify checksums" and "Checksum verification" speak of the same, in several languages and
//! without dictionaries. So words are cut down to a stem by taking common endings off, marks on letters are dropped, and
//! scripts that are written without spaces are cut into pairs of characters.

use crate::lookup::Lookup;
use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::{LazyLock, OnceLock};

/// A text reduced to its letters and digits in lower case, with single spaces between words.
pub(crate) fn normal_form(text: &str) -> String {
    let mut form = String::with_capacity(text.len());
    for word in runs(text) {
        if !form.is_empty() {
            form.push(' ');
        }
        if word.is_ascii() {
            let start = form.len();
            form.push_str(word);
            if let Some(word) = form.get_mut(start..) {
                word.make_ascii_lowercase();
            }
        } else {
            form.push_str(&word.to_lowercase());
        }
    }
    form
}

/// The words of a text in lower case without marks on letters, in order; none are left out.
pub(crate) fn plain_words(text: &str) -> Vec<Cow<'_, str>> {
    runs(text).map(fold).collect()
}

/// The same with single spaces between them.
pub(crate) fn plain_text(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for run in runs(text) {
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.push_str(&fold(run));
    }
    plain
}

/// The runs of letters and digits of a text.
pub(crate) fn runs(text: &str) -> impl Iterator<Item = &str> {
    places_of_runs(text).map(|place| &text[place])
}

/// Where the runs of letters and digits of a text are, in bytes.
pub(crate) fn places_of_runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + run_of(&text[at..], false);
        at = start + run_of(&text[start..], true);
        (start < at).then_some(start..at)
    })
}

/// How many bytes of a text, from its beginning, belong to letters and digits, or to what is neither. Most bytes of most
/// documents are ASCII, which needs no decoding.
fn run_of(text: &str, word: bool) -> usize {
    let bytes = text.as_bytes();
    let wanted = if word { Class::Word } else { Class::Mark };
    let mut at = 0;
    loop {
        while bytes.get(at).is_some_and(|&byte| CLASSES[usize::from(byte)] == wanted) {
            at += 1;
        }
        let beyond = bytes.get(at).is_some_and(|&byte| CLASSES[usize::from(byte)] == Class::Beyond);
        match text.get(at..).filter(|_| beyond).and_then(|rest| rest.chars().next()) {
            Some(c) if c.is_alphanumeric() == word => at += c.len_utf8(),
            Some(_) | None => return at,
        }
    }
}

/// What a byte of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A letter or a digit of ASCII.
    Word,
    /// Something else of ASCII.
    Mark,
    /// A part of another character.
    Beyond,
}

static CLASSES: [Class; 256] = {
    let mut classes = [Class::Beyond; 256];
    let mut byte = 0u8;
    while byte < 128 {
        classes[byte as usize] = if byte.is_ascii_alphanumeric() { Class::Word } else { Class::Mark };
        byte += 1;
    }
    classes
};

/// The stems of the words that carry meaning, in order, repetitions included.
pub(crate) fn stems(text: &str) -> Vec<String> {
    let mut stems = Vec::new();
    for (packed, piece) in pieces(text) {
        if packed {
            pairs(piece, &mut stems);
        } else {
            stems.extend(stem_of(piece));
        }
    }
    stems
}

/// The runs of letters and digits of a text, and whether their script is written without spaces.
fn pieces(text: &str) -> impl Iterator<Item = (bool, &str)> {
    runs(text).flat_map(script_runs)
}

/// The stem of a word, if it says anything.
fn stem_of(piece: &str) -> Option<String> {
    let word = fold(piece);
    let says = word.len() > 1 && !word.bytes().all(|byte| byte.is_ascii_digit()) && !is_stop_word(&word);
    says.then(|| stem(&word))
}

/// Numbers for words, so that sets of words are sets of numbers.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    ids: Lookup<Box<str>, u32>,
    /// Words as they were written: a document repeats its words, and cutting one down costs far more than
    /// finding it here.
    seen: Lookup<Box<str>, Option<u32>>,
    /// Room for the words of one text, kept from text to text.
    room: Vec<u32>,
}

/// The words of a document's lines. Each line is read once, however often it is asked for.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    vocabulary: RefCell<Vocabulary>,
    lines: RefCell<Lookup<Box<str>, Rc<Bag>>>,
}

impl Lexicon {
    /// The set of the words of a line.
    pub(crate) fn bag(&self, line: &str) -> Rc<Bag> {
        if let Some(known) = self.lines.borrow().get(line) {
            return Rc::clone(known);
        }
        let bag = Rc::new(self.vocabulary.borrow_mut().bag(line));
        self.lines.borrow_mut().insert(line.into(), Rc::clone(&bag));
        bag
    }

    /// The set of the words of several lines.
    pub(crate) fn union<'l>(&self, lines: impl IntoIterator<Item = &'l str>) -> Bag {
        let mut words = Vec::new();
        lines.into_iter().for_each(|line| words.extend(self.bag(line).iter()));
        Bag::from_words(words)
    }
}

/// A set of words, as sorted numbers of a [`Vocabulary`].
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bag(Vec<u32>);

impl Vocabulary {
    /// The set of the words of a text.
    pub(crate) fn bag(&mut self, text: &str) -> Bag {
        let mut ids = std::mem::take(&mut self.room);
        let mut cut = Vec::new();
        for (packed, piece) in pieces(text) {
            if packed {
                pairs(piece, &mut cut);
                ids.extend(cut.drain(..).map(|pair| self.id(pair)));
            } else {
                ids.extend(self.word(piece));
            }
        }
        ids.sort_unstable();
        ids.dedup();
        let bag = Bag(ids.as_slice().into());
        ids.clear();
        self.room = ids;
        bag
    }

    /// How many different words there are.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    fn word(&mut self, piece: &str) -> Option<u32> {
        if let Some(known) = self.seen.get(piece) {
            return *known;
        }
        let id = stem_of(piece).map(|stem| self.id(stem));
        self.seen.insert(piece.into(), id);
        id
    }

    fn id(&mut self, stem: String) -> u32 {
        let next = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        *self.ids.get_or_insert_with(stem.into_boxed_str(), || next)
    }
}

impl Bag {
    /// The set of these words.
    pub(crate) fn from_words(words: impl IntoIterator<Item = u32>) -> Self {
        let mut words: Vec<u32> = words.into_iter().collect();
        words.sort_unstable();
        words.dedup();
        Self(words)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn has(&self, word: u32) -> bool {
        self.0.binary_search(&word).is_ok()
    }

    /// The set without the words of another.
    pub(crate) fn without(&self, other: &Self) -> Self {
        Self(self.iter().filter(|&word| !other.has(word)).collect())
    }

    pub(crate) fn has_all(&self, other: &Self) -> bool {
        other.len() <= self.len() && other.iter().all(|word| self.has(word))
    }
}

/// The words of a table, separated by commas, taken apart when one is first looked for.
#[derive(Debug)]
pub(crate) struct WordSet {
    table: &'static str,
    words: OnceLock<Lookup<&'static str, ()>>,
}

impl WordSet {
    pub(crate) const fn of(table: &'static str) -> Self {
        Self { table, words: OnceLock::new() }
    }

    pub(crate) fn has(&self, word: &str) -> bool {
        self.words.get_or_init(|| list(self.table).map(|word| (word, ())).collect()).has(word)
    }
}

/// The phrases of a table, which are separated by commas.
pub(crate) fn list(phrases: &'static str) -> impl Iterator<Item = &'static str> {
    phrases.split(", ")
}

/// Lower case, each character at the place where it was.
pub(crate) fn lower_in_place(text: &str) -> String {
    let same_length = |c: char| {
        let mut lower = c.to_lowercase();
        lower.next().filter(|low| lower.next().is_none() && low.len_utf8() == c.len_utf8()).unwrap_or(c)
    };
    text.chars().map(same_length).collect()
}

/// Whether a character belongs to a script that is written without spaces, or (Korean) glues particles to its words.
pub(crate) fn is_packed(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}')
}

fn script_runs(run: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut rest = run;
    let plain = run.is_ascii();
    std::iter::from_fn(move || {
        if plain {
            return (!rest.is_empty()).then(|| (false, std::mem::take(&mut rest)));
        }
        let packed = is_packed(rest.chars().next()?);
        let end = rest.find(|c| is_packed(c) != packed).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some((packed, piece))
    })
}

fn pairs(piece: &str, stems: &mut Vec<String>) {
    let chars: Vec<char> = piece.chars().collect();
    if chars.len() == 1 {
        stems.push(piece.to_owned());
    }
    stems.extend(chars.windows(2).map(|pair| pair.iter().collect()));
}

/// Lower case without marks on letters.
pub(crate) fn fold(word: &str) -> Cow<'_, str> {
    if !word.is_ascii() {
        let lower = word.chars().flat_map(char::to_lowercase);
        return lower.flat_map(|c| fold_char(c).chars().chain(same(c))).collect();
    }
    if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(word.to_ascii_lowercase())
    } else {
        Cow::Borrowed(word)
    }
}

/// The character itself where [`fold_char`] has nothing for it.
fn same(c: char) -> Option<char> {
    fold_char(c).is_empty().then_some(c)
}

fn fold_char(c: char) -> &'static str {
    match c {
        'á' | 'à' | 'â' | 'ã' | 'å' | 'ā' => "a",
        'ä' => "ae",
        'é' | 'è' | 'ê' | 'ë' | 'ē' => "e",
        'í' | 'ì' | 'î' | 'ï' => "i",
        'ó' | 'ò' | 'ô' | 'õ' | 'ø' => "o",
        'ö' => "oe",
        'ú' | 'ù' | 'û' => "u",
        'ü' => "ue",
        'ç' => "c",
        'ñ' => "n",
        'ß' => "ss",
        _ => "",
    }
}

/// Endings of English, German, French, Spanish and Portuguese words, the longer ones first.
const ENDINGS: &str = "ifications ification izations ization isations isation ications ication aciones acoes ations ation \
    acion ungen ments ment ful mente iones acao icao ilities ility ings ions ators ator ing ers ors ies \
    ied ify ize ise ung ion cao aux er or le ed es en ar ir os as al em y e s n o a";

fn endings() -> &'static [&'static str] {
    static SPLIT: LazyLock<Vec<&str>> = LazyLock::new(|| ENDINGS.split(' ').collect());
    &SPLIT
}

/// The verb of three or four letters that `adding`, `added`, `saving` and `saved` are forms of, as it is left when it
/// stands by itself.
fn short_verb(word: &str) -> Option<String> {
    let cut = word.strip_suffix("ing").or_else(|| word.strip_suffix("ed"))?;
    let vowel = |byte: u8| matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u');
    match *cut.as_bytes() {
        [first, middle, last] if vowel(first) && !vowel(middle) && !vowel(last) => Some(cut.to_owned()),
        // A verb that did not end in a mute `e` would have doubled its last letter.
        [first, middle, last]
            if !vowel(first) && vowel(middle) && !vowel(last) && !matches!(last, b'w' | b'x' | b'y') =>
        {
            Some(format!("{cut}e"))
        }
        _ => None,
    }
}

/// A word keeps at least this many bytes.
const SHORTEST_STEM: usize = 4;

fn stem(word: &str) -> String {
    if let Some(verb) = short_verb(word) {
        return verb;
    }
    let mut stem = word;
    let long_enough =
        |ending: &&str| Some(stem.strip_suffix(ending)?).filter(|cut| cut.len() >= SHORTEST_STEM);
    if let Some(cut) = endings().iter().find_map(long_enough) {
        stem = cut;
    } else if word.len() == SHORTEST_STEM && word.ends_with('s') {
        stem = word.trim_end_matches('s');
    }
    // "mapped" and "map", "running" and "run".
    let bytes = stem.as_bytes();
    if let [.., last, end] = bytes
        && last == end
        && stem.len() < word.len()
        && end.is_ascii_alphabetic()
        && !matches!(end, b'a' | b'e' | b'i' | b'o' | b'u')
    {
        return stem.get(..stem.len() - 1).unwrap_or(stem).to_owned();
    }
    stem.to_owned()
}

/// Words that say nothing of what a text is about.
const STOP_WORDS: &str = "about across afin ainsi alle allow allows als also am an and any ao aos are as at au auch auf aus \
    avec be been bei by can com como con da dans das de dei del dem den der des die do does dos du durch \
    each ein eine einem einen einer eines el em en entre es est et etc etre fuer fur for from haben has \
    hat have if ihre im in include including into is ist it its jede jeder kann koennen la las le les los \
    mais mas may mit more must na nach nas nicht no nos not o oder of on one only or os other ou our over \
    para par pelo per por pour provide provides qui que se seine shall should sich sind so some son sont \
    su such sur that the their them then there these they this to um una und une unter uma un up use used \
    user users uses using various via von vor was we wenn werden when which who will wird with within \
    without y you your zu zum zur ueber";

fn is_stop_word(word: &str) -> bool {
    static SET: LazyLock<Lookup<&str, ()>> =
        LazyLock::new(|| STOP_WORDS.split(' ').map(|word| (word, ())).collect());
    SET.has(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_thing_in_other_words_has_the_same_stems() {
        let same = |a: &str, b: &str| {
            let (mut a, mut b) = (stems(a), stems(b));
            a.sort();
            b.sort();
            assert_eq!(a, b);
        };
        same("Verify checksums", "checksum verification");
        same("Manifest reader", "read the manifests");
        same("Running maps", "run the map");
        same("consultas de processos", "Consulta do processo");
        same("adding notes", "Add a note");
        same("the added notes", "Add a note");
        same("saving drafts", "Save the draft");
        same("timed runs", "time the run");
        same("Benachrichtigungen", "die Benachrichtigung");
        same("Integração com PJe", "integrações do PJe");
    }

    #[test]
    fn scripts_without_spaces_are_cut_into_pairs() {
        assert_eq!(stems("로그인 관리를"), ["로그", "그인", "관리", "리를"]);
        assert_eq!(stems("用户管理API"), ["用户", "户管", "管理", "api"]);
    }

    #[test]
    fn a_word_is_never_cut_within_a_character() {
        for text in ["ñandúes", "übers", "Straßen", "ééés", "ЖЖЖs"] {
            let _ = stems(text);
        }
    }
}
