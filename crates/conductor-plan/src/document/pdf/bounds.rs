//! What a PDF may cost.
//!
//! A PDF can be small and unpack to gigabytes, or draw itself within itself. The library unpacks streams whole, so they
//! are measured before it sees them; what it then draws is counted, and the reading stops at a limit.

use flate2::read::ZlibDecoder;
use std::io::Read;

/// A PDF with more pages is refused: it is a book, not a description of work.
pub(super) const MAX_PAGES: usize = 3_000;
/// Characters of all pages together: about a thousand pages that are full.
pub(super) const MAX_GLYPHS: usize = 4_000_000;
/// Drawing steps of all pages together, characters not counted: lines, pictures, groups and forms within forms.
pub(super) const MAX_STEPS: usize = 3_000_000;
/// What streams may unpack to: 64 MiB for one, 512 MiB for all.
const UNPACKED: Unpacked = Unpacked { one: 64 * 1024 * 1024, all: 512 * 1024 * 1024 };
/// Streams of up to this size are not measured: what they unpack to is bearable.
const BEARABLE: usize = 16 * 1024;
/// How much of what stands before a stream is looked at for what it is.
const LONGEST_DICTIONARY: usize = 2 * 1024;

/// Whether all that the streams of these bytes unpack to is bearable. Pictures are passed over, since nothing unpacks
/// them.
pub(super) fn is_bearable(bytes: &[u8]) -> bool {
    UNPACKED.bears(bytes)
}

/// How much streams may unpack to, in bytes.
struct Unpacked {
    one: u64,
    all: u64,
}

impl Unpacked {
    fn bears(&self, bytes: &[u8]) -> bool {
        let mut whole = 0u64;
        let mut at = 0;
        while let Some(found) = bytes.get(at..).and_then(|rest| find(rest, b"stream")) {
            let keyword = at + found;
            at = keyword + b"stream".len();
            if bytes.get(..keyword).is_some_and(|before| before.ends_with(b"end")) {
                continue;
            }
            let dictionary = dictionary(bytes, keyword);
            let data = body(bytes, at);
            let length = find(data, b"endstream").unwrap_or(data.len());
            at += length;
            if length <= BEARABLE || is_picture(dictionary) {
                continue;
            }
            let Some(size) = self.unpacked(dictionary, data.get(..length).unwrap_or_default()) else {
                return false;
            };
            whole += size;
            if whole > self.all {
                return false;
            }
        }
        true
    }

    /// The size that a stream unpacks to; `None` when it is too much, or cannot be told.
    fn unpacked(&self, dictionary: &[u8], data: &[u8]) -> Option<u64> {
        let times = |name: &[u8]| {
            let mut rest = dictionary;
            let mut times = 0;
            while let Some(at) = find(rest, name) {
                times += 1;
                rest = rest.get(at + name.len()..).unwrap_or_default();
            }
            times
        };
        // The older methods are rare in large streams, and two methods one within the other have no honest use there.
        let old = times(b"/LZW") + times(b"/RunLength");
        let flate = times(b"/Flate") + times(b"/Fl ");
        if old + flate > 1 || old == 1 && data.len() > 16 * BEARABLE {
            return None;
        }
        let is_zlib = data.first().is_some_and(|first| first & 0x0F == 8);
        if !is_zlib {
            return Some(u64::try_from(data.len()).unwrap_or(u64::MAX));
        }
        let mut limited = ZlibDecoder::new(data).take(self.one + 1);
        // A stream that is broken in the middle has been measured up to there.
        let mut size = 0;
        let mut buffer = [0; 8192];
        while let Ok(read @ 1..) = limited.read(&mut buffer) {
            size += u64::try_from(read).unwrap_or(0);
        }
        (size <= self.one).then_some(size)
    }
}

/// What stands before the keyword `stream`, back to the beginning of the object.
fn dictionary(bytes: &[u8], keyword: usize) -> &[u8] {
    let window = bytes.get(keyword.saturating_sub(LONGEST_DICTIONARY)..keyword).unwrap_or_default();
    let start = window.windows(4).rposition(|four| four == b" obj").unwrap_or(0);
    window.get(start..).unwrap_or_default()
}

/// What stands behind the keyword and the line end after it.
fn body(bytes: &[u8], at: usize) -> &[u8] {
    let rest = bytes.get(at..).unwrap_or_default();
    let rest = rest.strip_prefix(b"\r").unwrap_or(rest);
    rest.strip_prefix(b"\n").unwrap_or(rest)
}

fn is_picture(dictionary: &[u8]) -> bool {
    find(dictionary, b"/Image").is_some()
}

/// Where `needle` first stands.
pub(super) fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    let (first, _) = needle.split_first()?;
    let mut at = 0;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| byte == first)?;
        if bytes.get(at..)?.starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use std::io::Write as _;

    const SMALL: Unpacked = Unpacked { one: 1024 * 1024, all: 4 * 1024 * 1024 };

    /// Compressed text of so many kilobytes, too large to be passed over.
    fn packed(kilobytes: usize) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        // Not so even that it becomes tiny.
        let mut state = 1u32;
        for _ in 0..kilobytes {
            let block: Vec<u8> = (0..1024)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    b'a' + u8::try_from(state >> 28).unwrap()
                })
                .collect();
            encoder.write_all(&block).unwrap();
        }
        encoder.finish().unwrap()
    }

    fn object(dictionary: &str, data: &[u8]) -> Vec<u8> {
        [b"%PDF-1.7\n1 0 obj\n", dictionary.as_bytes(), b"\nstream\n", data, b"\nendstream\nendobj\n"]
            .concat()
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused_before_anything_unpacks_it() {
        let (small, bomb) = (packed(900), packed(1200));
        assert!(small.len() > BEARABLE, "{}", small.len());
        assert!(SMALL.bears(&object("<</Filter /FlateDecode>>", &small)));
        assert!(!SMALL.bears(&object("<</Filter /FlateDecode>>", &bomb)));
        assert!(!SMALL.bears(&object("<<>>", &bomb)), "whatever the dictionary says");
        let picture = object("<</Subtype /Image /Filter /FlateDecode>>", &bomb);
        assert!(SMALL.bears(&picture), "nothing unpacks a picture");
        assert!(!SMALL.bears(&object("<</Filter [/FlateDecode /FlateDecode]>>", &small)));
        assert!(!SMALL.bears(&object("<</Filter /LZWDecode>>", &vec![1; 17 * BEARABLE])));
        assert!(!SMALL.bears(&object("<</Filter /FlateDecode>>", &small).repeat(6)));
        assert!(SMALL.bears(b"") && SMALL.bears(b"stream") && SMALL.bears(b"endstream stream\r\n"));
    }
}
