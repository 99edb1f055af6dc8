//! The words of every file that is looked at: from the cache where the file's content is known, else read now.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use jiff::Timestamp;
use rustix::fs::OFlags;
use sha1::{Digest as _, Sha1};

use super::cache::{BlobId, Cache, Paths, WordCache};
use super::walk::{LARGEST, Seen, threads, walk};
use super::words::{Wanted, WordSets};

/// A file that was changed so shortly before the search may be changed again without another time: the clock of a
/// file system goes in steps. In nanoseconds.
const JUST_NOW: i64 = 100_000_000;
/// Where a NUL stands in this many bytes, the file is no text.
const TEXT_LOOK: usize = 8 * 1024;

/// The files of a folder with their words.
pub(super) struct Index {
    pub(super) files: Vec<Indexed>,
    cached: WordCache,
    fresh: BTreeMap<BlobId, Vec<u32>>,
}

/// A file with its content's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Indexed {
    pub(super) path: String,
    pub(super) id: BlobId,
}

/// Which of the wanted words a file has, a bit each, and how many different words it has at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) mask: u64,
    pub(super) words: usize,
}

impl Index {
    /// Looks at a folder. What is new is read, and remembered for the next search.
    pub(super) fn of(root: &Path, cache: Cache<'_>, now: Timestamp) -> Self {
        let seen = walk(root);
        let known = cache.paths(root);
        let cached = cache.words();
        let mut ids: Vec<Option<BlobId>> =
            seen.iter().map(|seen| known.get(&seen.path, &seen.stamp)).collect();
        let unread: Vec<usize> =
            (0..seen.len()).filter(|at| ids[*at].is_none_or(|id| cached.get(&id).is_none())).collect();
        let mut fresh = BTreeMap::new();
        for (at, id, words) in read_all(root, &seen, &unread, &cached) {
            ids[at] = Some(id);
            fresh.extend(words.map(|words| (id, words)));
        }
        if !fresh.is_empty() {
            let new = fresh.iter().map(|(id, words)| (*id, words.as_slice())).collect();
            cache.store_words(&new, &cached);
        }
        if !unread.is_empty() || known.len() != seen.len() {
            cache.store_paths(&settled(&seen, &ids, now), root);
        }
        let files = seen.into_iter().zip(ids);
        let files = files.filter_map(|(seen, id)| Some(Indexed { path: seen.path, id: id? })).collect();
        Self { files, cached, fresh }
    }

    /// Which of the wanted words each file has, in the order of the files.
    pub(super) fn held(&self, wanted: &[Wanted]) -> Vec<Held> {
        let mask = |contains: &dyn Fn(u32) -> bool| {
            let bits = wanted.iter().enumerate().filter(|(_, word)| contains(word.hash));
            bits.fold(0, |mask, (bit, _)| mask | 1 << bit)
        };
        let held = |file: &Indexed| {
            if let Some(words) = self.fresh.get(&file.id) {
                let mask = mask(&|word| words.binary_search(&word).is_ok());
                return Held { mask, words: words.len() };
            }
            let words = self.cached.get(&file.id).unwrap_or_default();
            Held { mask: mask(&|word| words.contains(word)), words: words.len() }
        };
        self.files.iter().map(held).collect()
    }
}

/// What need not be read the next time.
fn settled(seen: &[Seen], ids: &[Option<BlobId>], now: Timestamp) -> Paths {
    let now = i64::try_from(now.as_nanosecond()).unwrap_or(i64::MAX);
    let long_ago = |seen: &Seen| seen.stamp.changed.max(seen.stamp.modified) < now.saturating_sub(JUST_NOW);
    let rows = seen.iter().zip(ids).filter(|(seen, _)| long_ago(seen));
    Paths::of(rows.filter_map(|(seen, id)| Some((seen.path.as_str(), seen.stamp, (*id)?))))
}

type Read = (usize, BlobId, Option<Vec<u32>>);

/// Reads files side by side. A file that cannot be read is left out.
fn read_all(root: &Path, seen: &[Seen], unread: &[usize], cached: &WordCache) -> Vec<Read> {
    let share = unread.len().div_ceil(threads()).max(64);
    std::thread::scope(|scope| {
        let parts: Vec<_> = unread
            .chunks(share)
            .map(|part| scope.spawn(move || read_part(root, seen, part, cached)))
            .collect();
        // A part that panicked has no words; the search goes on without them.
        parts.into_iter().flat_map(|part| part.join().unwrap_or_default()).collect()
    })
}

fn read_part(root: &Path, seen: &[Seen], part: &[usize], cached: &WordCache) -> Vec<Read> {
    let mut sets = WordSets::default();
    let mut content = Vec::new();
    let mut all = Vec::with_capacity(part.len());
    for at in part {
        let Some(path) = seen.get(*at).map(|seen| root.join(&seen.path)) else { continue };
        if read(&path, &mut content).is_none() {
            continue;
        }
        let id = blob_id(&content);
        let words = cached.get(&id).is_none().then(|| match is_text(&content) {
            true => sets.of(&content),
            false => Vec::new(),
        });
        all.push((*at, id, words));
    }
    all
}

/// The content of a regular file that is no larger than what is looked at. Nothing else is opened in earnest: neither a
/// link nor a pipe, at which one would wait.
pub(super) fn read(path: &Path, into: &mut Vec<u8>) -> Option<()> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).ok()?;
    let file: File = OpenOptions::new().read(true).custom_flags(flags).open(path).ok()?;
    into.clear();
    // A pipe or a device that took the file's place ends at once or gives more than a file may have.
    file.take(LARGEST + 1).read_to_end(into).ok()?;
    (into.len() as u64 <= LARGEST).then_some(())
}

fn is_text(content: &[u8]) -> bool {
    !content[..content.len().min(TEXT_LOOK)].contains(&0)
}

fn blob_id(content: &[u8]) -> BlobId {
    let mut hash = Sha1::new();
    hash.update(format!("blob {}\0", content.len()));
    hash.update(content);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::words::wanted;
    use super::*;

    fn later() -> Timestamp {
        "2100-01-01T00:00:00Z".parse().unwrap()
    }

    fn with(index: &Index, word: &str) -> Vec<String> {
        let held = index.held(&wanted([(word, 1)]));
        let having = index.files.iter().zip(held).filter(|(_, held)| held.mask != 0);
        having.map(|(file, _)| file.path.clone()).collect()
    }

    #[test]
    fn a_blob_has_the_name_that_git_gives_it() {
        let hex: String = blob_id(b"hello\n").iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "ce013625030ba8dba906f756967f9e9ca394464a");
    }

    #[test]
    fn a_second_look_reads_only_what_changed() {
        let (root, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let cache = Cache(Some(state.path()));
        let file = |name: &str| root.path().join(name);
        fs::write(file("a.txt"), "apple").unwrap();
        fs::write(file("b.txt"), "banana").unwrap();
        fs::write(file("c.bin"), b"\0cherry").unwrap();
        let first = Index::of(root.path(), cache, later());
        assert_eq!((with(&first, "apple"), first.fresh.len()), (vec!["a.txt".to_owned()], 3));
        assert_eq!(with(&first, "cherry"), [""; 0]);
        let second = Index::of(root.path(), cache, later());
        assert_eq!((with(&second, "banana"), second.fresh.len()), (vec!["b.txt".to_owned()], 0));
        fs::write(file("a.txt"), "apricot with more").unwrap();
        fs::remove_file(file("b.txt")).unwrap();
        let third = Index::of(root.path(), cache, later());
        assert_eq!((with(&third, "apricot"), with(&third, "banana").len()), (vec!["a.txt".to_owned()], 0));
        assert_eq!((with(&third, "apple").len(), third.fresh.len()), (0, 1));
    }

    #[test]
    fn a_file_that_was_written_just_now_is_read_again() {
        let (root, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let cache = Cache(Some(state.path()));
        fs::write(root.path().join("a"), "one").unwrap();
        let then = Timestamp::try_from(fs::metadata(root.path().join("a")).unwrap().modified().unwrap());
        Index::of(root.path(), cache, then.unwrap());
        assert_eq!(cache.paths(root.path()), Paths::default());
    }

    #[test]
    fn the_same_content_elsewhere_is_known_by_its_name() {
        let state = tempfile::tempdir().unwrap();
        let cache = Cache(Some(state.path()));
        for _ in 0..2 {
            let root = tempfile::tempdir().unwrap();
            fs::write(root.path().join("a"), "apple").unwrap();
            let index = Index::of(root.path(), cache, later());
            assert_eq!(with(&index, "apple"), ["a"]);
        }
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("other"), "apple").unwrap();
        assert!(Index::of(root.path(), cache, later()).fresh.is_empty());
    }
}
