//! What is known of files from earlier searches, in files of our own: the words and the symbols of contents by blob
//! id, and which blob a path held when it was last read.
//!
//! A cache is a help and no truth. One that is missing, torn or another version's is no cache; it is written beside and
//! renamed, so that it is whole whenever it is there, and of two searches at once the last one's stays.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::walk::Stamp;

/// The name that git gives a file's content: SHA-1 over a header and the bytes.
pub(super) type BlobId = [u8; ID];

const ID: usize = 20;
/// Kinds of cache files with their version; another version has another mark.
const WORDS: &[u8; 8] = b"cwords01";
const SYMBOLS: &[u8; 8] = b"csymbs01";
const PATHS: &[u8; 8] = b"cpaths01";
/// The largest cache that is read, in bytes, and so the most memory that it takes.
const LARGEST: u64 = 96 * 1024 * 1024;
/// Contents that are no longer there are kept while all have fewer words than this: branches come and go.
const MOST_WORDS: usize = 12_000_000;
/// The same for the contents whose symbols are known.
const MOST_SYMBOL_LISTS: usize = 5_000;

/// Where the caches of a repository's searches are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cache<'c>(pub(super) Option<&'c Path>);

impl Cache<'_> {
    pub(super) fn words(self) -> WordCache {
        WordCache::parse(self.load("words", WORDS)).unwrap_or_default()
    }

    pub(super) fn symbols(self) -> BTreeMap<BlobId, Vec<String>> {
        parse_symbols(&self.load("symbols", SYMBOLS)).unwrap_or_default()
    }

    /// Which blob the files of this folder held; nothing of any other folder.
    pub(super) fn paths(self, root: &Path) -> Paths {
        Paths::parse(&self.load("paths", PATHS), root).unwrap_or_default()
    }

    pub(super) fn store_words(self, all: &BTreeMap<BlobId, &[u32]>, old: &WordCache) {
        self.store("words", WORDS, &encode_words(all, old));
    }

    pub(super) fn store_symbols(self, all: &BTreeMap<BlobId, Vec<String>>, needed: &[BlobId]) {
        self.store("symbols", SYMBOLS, &encode_symbols(all, needed));
    }

    pub(super) fn store_paths(self, paths: &Paths, root: &Path) {
        self.store("paths", PATHS, &paths.encode(root));
    }

    /// The content of a cache file without its mark; empty for anything that is not whole.
    fn load(self, name: &str, mark: &[u8; 8]) -> Vec<u8> {
        let Some(path) = self.0.map(|dir| dir.join(name)) else { return Vec::new() };
        let fits = fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() <= LARGEST);
        let Some(mut bytes) = fits.then(|| fs::read(path).ok()).flatten() else { return Vec::new() };
        let Some((body, sum)) = bytes.split_last_chunk::<8>() else { return Vec::new() };
        if body.get(..8) != Some(mark.as_slice()) || checksum(body) != u64::from_le_bytes(*sum) {
            return Vec::new();
        }
        bytes.truncate(bytes.len() - 8);
        bytes
    }

    /// A cache that cannot be written is not there the next time, and that is all.
    fn store(self, name: &str, mark: &[u8; 8], body: &[u8]) {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let Some(dir) = self.0 else { return };
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let beside = dir.join(format!("{name}.{}-{number}.new", std::process::id()));
        let sum = checksum_of(mark, body).to_le_bytes();
        let written = fs::create_dir_all(dir).and_then(|()| {
            let mut file = fs::File::create(&beside)?;
            file.write_all(mark)?;
            file.write_all(body)?;
            file.write_all(&sum)?;
            fs::rename(&beside, dir.join(name))
        });
        if written.is_err() {
            let _nothing_to_tidy = fs::remove_file(&beside);
        }
    }
}

/// A word as it lies in the file, little end first.
type Bytes = [u8; 4];

/// The words of contents, as they lie in the file: a sorted list of ids, where each one's words end, all words.
#[derive(Debug, Default)]
pub(super) struct WordCache {
    bytes: Vec<u8>,
    count: usize,
}

/// Sorted words as bytes of a cache, little end first.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Packed<'c>(&'c [Bytes]);

impl Packed<'_> {
    /// Whether a word is among them. Hashes are spread evenly, so that it stands near its share of the list.
    pub(super) fn contains(self, word: u32) -> bool {
        let guess = (u64::from(word) * self.0.len() as u64) >> 32;
        let (before, after) = self.0.split_at(usize::try_from(guess).unwrap_or_default().min(self.0.len()));
        let value = |found: &Bytes| u32::from_le_bytes(*found);
        match after.first() {
            Some(first) if value(first) <= word => {
                after.iter().map(value).find(|found| *found >= word) == Some(word)
            }
            Some(_) | None => before.iter().rev().map(value).find(|found| *found <= word) == Some(word),
        }
    }

    pub(super) fn len(self) -> usize {
        self.0.len()
    }
}

/// The parts of a [`WordCache`].
struct Parts<'c> {
    ids: &'c [BlobId],
    ends: &'c [Bytes],
    words: &'c [Bytes],
}

impl WordCache {
    const HEAD: usize = 8 + 4;

    fn parse(bytes: Vec<u8>) -> Option<Self> {
        let count = u32::from_le_bytes(*bytes.get(8..)?.first_chunk()?) as usize;
        let cache = Self { bytes, count };
        let Parts { ids, ends, words } = cache.parts()?;
        let sorted = ids.windows(2).all(|pair| pair[0] < pair[1]);
        let mut last = 0;
        let growing = ends.iter().all(|end| {
            let end = u32::from_le_bytes(*end) as usize;
            std::mem::replace(&mut last, end) <= end
        });
        (sorted && growing && last == words.len()).then_some(cache)
    }

    fn parts(&self) -> Option<Parts<'_>> {
        let ids_end = Self::HEAD.checked_add(self.count.checked_mul(ID)?)?;
        let ends_end = ids_end.checked_add(self.count.checked_mul(4)?)?;
        let (ids, _) = self.bytes.get(Self::HEAD..ids_end)?.as_chunks();
        let (ends, _) = self.bytes.get(ids_end..ends_end)?.as_chunks();
        let (words, []) = self.bytes.get(ends_end..)?.as_chunks() else { return None };
        Some(Parts { ids, ends, words })
    }

    pub(super) fn get(&self, id: &BlobId) -> Option<Packed<'_>> {
        let ids = self.parts()?.ids;
        self.at(ids.binary_search(id).ok()?)
    }

    fn at(&self, place: usize) -> Option<Packed<'_>> {
        let Parts { ends, words, .. } = self.parts()?;
        let end = |place: usize| Some(u32::from_le_bytes(*ends.get(place)?) as usize);
        let begin = if place == 0 { 0 } else { end(place - 1)? };
        Some(Packed(words.get(begin..end(place)?)?))
    }
}

/// New contents, and of the old ones as many as there is room for.
fn encode_words(new: &BTreeMap<BlobId, &[u32]>, old: &WordCache) -> Vec<u8> {
    let mut room = MOST_WORDS.saturating_sub(new.values().map(|words| words.len()).sum());
    let mut all: BTreeMap<BlobId, Vec<u8>> = BTreeMap::new();
    let ids = old.parts().map_or(&[][..], |parts| parts.ids);
    for (place, id) in ids.iter().enumerate() {
        if let Some(words) = old.at(place).filter(|words| words.len() <= room) {
            room -= words.len();
            all.insert(*id, words.0.as_flattened().to_vec());
        }
    }
    for (id, words) in new {
        all.insert(*id, words.iter().flat_map(|word| word.to_le_bytes()).collect());
    }
    let mut bytes = number(all.len()).to_vec();
    all.keys().for_each(|id| bytes.extend_from_slice(id));
    let mut end = 0;
    for words in all.values() {
        end += words.len() / 4;
        bytes.extend_from_slice(&number(end));
    }
    all.values().for_each(|words| bytes.extend_from_slice(words));
    bytes
}

fn number(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}

fn parse_symbols(bytes: &[u8]) -> Option<BTreeMap<BlobId, Vec<String>>> {
    let mut rest = bytes.get(8..)?;
    let mut all = BTreeMap::new();
    while let Some((id, more)) = rest.split_first_chunk::<ID>() {
        let (count, mut more) = more.split_first()?;
        let mut names = Vec::new();
        for _ in 0..*count {
            let (length, after) = more.split_first()?;
            let (name, after) = after.split_at_checked(usize::from(*length))?;
            names.push(std::str::from_utf8(name).ok()?.to_owned());
            more = after;
        }
        all.insert(*id, names);
        rest = more;
    }
    rest.is_empty().then_some(all)
}

/// Lists and names are short enough for one byte of length each: `symbols` sees to it.
fn encode_symbols(all: &BTreeMap<BlobId, Vec<String>>, needed: &[BlobId]) -> Vec<u8> {
    let room = MOST_SYMBOL_LISTS.saturating_sub(needed.len());
    let others = all.keys().filter(|id| !needed.contains(id)).take(room);
    let mut bytes = Vec::new();
    for id in needed.iter().chain(others) {
        let Some(names) = all.get(id) else { continue };
        let names: Vec<&String> = names.iter().filter(|name| u8::try_from(name.len()).is_ok()).collect();
        let names = &names[..names.len().min(usize::from(u8::MAX))];
        bytes.extend_from_slice(id);
        bytes.push(u8::try_from(names.len()).unwrap_or(u8::MAX));
        for name in names {
            bytes.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
            bytes.extend_from_slice(name.as_bytes());
        }
    }
    bytes
}

/// What the files of one folder held when they were last read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Paths(Vec<(u64, Stamp, BlobId)>);

impl Paths {
    const ROW: usize = 5 * 8 + ID;

    pub(super) fn of<'p>(files: impl Iterator<Item = (&'p str, Stamp, BlobId)>) -> Self {
        let mut rows: Vec<_> =
            files.map(|(path, stamp, id)| (checksum(path.as_bytes()), stamp, id)).collect();
        rows.sort_unstable_by_key(|(key, ..)| *key);
        Self(rows)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, path: &str, stamp: &Stamp) -> Option<BlobId> {
        let at = self.0.binary_search_by_key(&checksum(path.as_bytes()), |(key, ..)| *key).ok()?;
        self.0.get(at).filter(|(_, known, _)| known == stamp).map(|(.., id)| *id)
    }

    fn parse(bytes: &[u8], root: &Path) -> Option<Self> {
        let (place, rows) = bytes.get(8..)?.split_first_chunk::<8>()?;
        if u64::from_le_bytes(*place) != checksum(root.as_os_str().as_bytes()) {
            return None;
        }
        let (rows, []) = rows.as_chunks::<{ Self::ROW }>() else { return None };
        let row = |row: &[u8; Self::ROW]| {
            let (numbers, id) = row.split_last_chunk::<ID>()?;
            let (numbers, _) = numbers.as_chunks::<8>();
            let &[key, size, modified, changed, inode] = numbers else { return None };
            let stamp = Stamp {
                size: u64::from_le_bytes(size),
                modified: i64::from_le_bytes(modified),
                changed: i64::from_le_bytes(changed),
                inode: u64::from_le_bytes(inode),
            };
            Some((u64::from_le_bytes(key), stamp, *id))
        };
        let rows: Vec<_> = rows.iter().filter_map(row).collect();
        rows.is_sorted_by_key(|(key, ..)| *key).then_some(Self(rows))
    }

    fn encode(&self, root: &Path) -> Vec<u8> {
        let mut bytes = checksum(root.as_os_str().as_bytes()).to_le_bytes().to_vec();
        bytes.reserve(self.0.len() * Self::ROW);
        for (key, stamp, id) in &self.0 {
            bytes.extend_from_slice(&key.to_le_bytes());
            bytes.extend_from_slice(&stamp.size.to_le_bytes());
            bytes.extend_from_slice(&stamp.modified.to_le_bytes());
            bytes.extend_from_slice(&stamp.changed.to_le_bytes());
            bytes.extend_from_slice(&stamp.inode.to_le_bytes());
            bytes.extend_from_slice(id);
        }
        bytes
    }
}

fn checksum(bytes: &[u8]) -> u64 {
    checksum_of(&[], bytes)
}

/// Against torn and damaged files, not against forgers: eight bytes at a time.
fn checksum_of(mark: &[u8], body: &[u8]) -> u64 {
    let step = |sum: u64, lane: u64| {
        let sum = (sum ^ lane).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        sum ^ (sum >> 29)
    };
    let mut sum = (mark.len() + body.len()) as u64;
    for part in [mark, body] {
        let (lanes, rest) = part.as_chunks::<8>();
        sum = lanes.iter().fold(sum, |sum, lane| step(sum, u64::from_le_bytes(*lane)));
        sum = rest.iter().fold(sum, |sum, byte| step(sum, u64::from(*byte)));
    }
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(number: u8) -> BlobId {
        [number; ID]
    }

    fn stamp(size: u64) -> Stamp {
        Stamp { size, modified: -1, changed: 2, inode: 3 }
    }

    #[test]
    fn what_is_stored_is_read_again_and_what_is_new_joins_it() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache(Some(dir.path()));
        cache.store_words(
            &BTreeMap::from([(id(2), &[1_u32, 5, 9][..]), (id(1), &[][..])]),
            &WordCache::default(),
        );
        let old = cache.words();
        cache.store_words(&BTreeMap::from([(id(3), &[7_u32][..])]), &old);
        let words = cache.words();
        let holds = |id: u8, word: u32| words.get(&[id; ID]).is_some_and(|words| words.contains(word));
        assert!(holds(2, 1) && holds(2, 5) && holds(2, 9) && holds(3, 7));
        assert!(!holds(2, 6) && !holds(1, 1) && words.get(&id(1)).is_some() && words.get(&id(4)).is_none());
        let symbols = BTreeMap::from([(id(1), vec!["é".to_owned(), "x".repeat(300)]), (id(2), Vec::new())]);
        cache.store_symbols(&symbols, &[id(1)]);
        assert_eq!(cache.symbols(), BTreeMap::from([(id(1), vec!["é".to_owned()]), (id(2), Vec::new())]));
        let paths = Paths::of([("b", stamp(3), id(2)), ("a", stamp(1), id(1))].into_iter());
        cache.store_paths(&paths, Path::new("/here"));
        assert_eq!(cache.paths(Path::new("/here")).get("a", &stamp(1)), Some(id(1)));
        assert_eq!(cache.paths(Path::new("/here")).get("a", &stamp(2)), None);
        assert_eq!(cache.paths(Path::new("/there")), Paths::default());
        let left: Vec<_> =
            fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 3, "{left:?}");
    }

    #[test]
    fn a_place_that_takes_nothing_is_no_cache() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "x").unwrap();
        for place in [Some(dir.path().join("file")), None] {
            let cache = Cache(place.as_deref());
            cache.store_words(&BTreeMap::from([(id(1), &[1_u32][..])]), &WordCache::default());
            assert!(cache.words().get(&id(1)).is_none());
        }
    }

    proptest! {
        #[test]
        fn a_word_is_found_where_it_is(words in prop::collection::btree_set(any::<u32>(), 0..60), other in any::<u32>()) {
            let packed: Vec<[u8; 4]> = words.iter().map(|word| word.to_le_bytes()).collect();
            for word in words.iter().chain([&other, &0, &u32::MAX]) {
                prop_assert_eq!(Packed(&packed).contains(*word), words.contains(word));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_damaged_cache_is_none(at in 0_usize..10_000, flip in 1_u8.., cut in any::<bool>()) {
            let dir = tempfile::tempdir().unwrap();
            let cache = Cache(Some(dir.path()));
            let words: Vec<u32> = (1..40).collect();
            cache.store_words(&BTreeMap::from([(id(1), &words[..]), (id(2), &words[..3])]), &WordCache::default());
            cache.store_symbols(&BTreeMap::from([(id(1), vec!["name".to_owned()])]), &[]);
            cache.store_paths(&Paths::of([("a", stamp(1), id(1))].into_iter()), Path::new("/x"));
            for name in ["words", "symbols", "paths"] {
                let path = dir.path().join(name);
                let mut bytes = fs::read(&path).unwrap();
                let at = at % bytes.len();
                if cut { bytes.truncate(at) } else { bytes[at] ^= flip }
                fs::write(&path, bytes).unwrap();
            }
            prop_assert!(cache.words().get(&id(1)).is_none());
            prop_assert!(cache.symbols().is_empty());
            prop_assert_eq!(cache.paths(Path::new("/x")), Paths::default());
        }
    }
}
