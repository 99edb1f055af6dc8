//! Bytes to text.

use super::DocumentError;
use crate::{Finding, FindingCode};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) findings: Vec<Finding>,
}

/// How far into a page its encoding is looked for, as browsers do.
const FAR: usize = 1024;
/// So many bytes are enough to tell an encoding by.
const ENOUGH: usize = 256 * 1024;

/// Reads text. A byte order mark says what it is; without one, text that is UTF-8 is UTF-8, zero bytes in every second
/// place are UTF-16, and a page may name its encoding. Anything else is assumed, with a finding that says what.
pub(super) fn decode(name: &str, bytes: &[u8]) -> Result<Decoded, DocumentError> {
    let sure = |text: String| Ok(Decoded { text, findings: Vec::new() });
    // UTF-32 first: its mark begins like that of UTF-16.
    if let Some(rest) = bytes.strip_prefix(&[0xFF, 0xFE, 0, 0]) {
        return sure(utf32(rest, u32::from_le_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(&[0, 0, 0xFE, 0xFF]) {
        return sure(utf32(rest, u32::from_be_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(&[0xFF, 0xFE]) {
        return sure(utf16(rest, u16::from_le_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(&[0xFE, 0xFF]) {
        return sure(utf16(rest, u16::from_be_bytes));
    }
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    if let Some(offset) = bytes.iter().position(|&byte| byte == 0) {
        let (text, called) = match zeros(bytes) {
            Some(Zeros::Odd) => (utf16(bytes, u16::from_le_bytes), "UTF-16LE"),
            Some(Zeros::Even) => (utf16(bytes, u16::from_be_bytes), "UTF-16BE"),
            None => return Err(DocumentError::Binary { name: name.to_owned(), offset }),
        };
        return Ok(Decoded { text, findings: vec![assumed(name, called)] });
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return sure(text.to_owned());
    }
    if let Some(encoding) = named(bytes) {
        let (text, _, broken) = encoding.decode(bytes);
        if !broken {
            return sure(text.into_owned());
        }
    }
    let encoding = guess(bytes);
    let (text, _, _) = encoding.decode(bytes);
    Ok(Decoded { text: text.into_owned(), findings: vec![assumed(name, encoding.name())] })
}

fn assumed(name: &str, called: &str) -> Finding {
    let message = format!("`{name}` is not UTF-8 and was read as {called}; save it as UTF-8 to be sure");
    Finding::new(FindingCode::AssumedEncoding, message)
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    // Text that is UTF-8 but for a few bytes was cut or pasted into; the rest of it is UTF-8.
    let broken = bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
    let wide = bytes
        .utf8_chunks()
        .map(|chunk| chunk.valid().chars().filter(|c| !c.is_ascii()).count())
        .sum::<usize>();
    if wide > broken * 10 {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes.get(..bytes.len().min(ENOUGH)).unwrap_or(bytes), true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    // A guess that does not fit is none.
    if encoding.decode(bytes).2 { WINDOWS_1252 } else { encoding }
}

/// The encoding that a page names in a `meta` tag, or an XML declaration.
fn named(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..bytes.len().min(FAR)).unwrap_or(bytes).to_ascii_lowercase();
    let start = String::from_utf8_lossy(&start).into_owned();
    let (tag, key) = match start.find("<meta") {
        Some(at) => (start.get(at..)?, "charset"),
        None => (start.trim_start().strip_prefix("<?xml")?, "encoding"),
    };
    let value = tag.get(tag.find(key)? + key.len()..)?.trim_start().strip_prefix('=')?;
    let label: String = value
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.'))
        .collect();
    Encoding::for_label(label.as_bytes())
}

/// Where the zero bytes of UTF-16 stand in text that has any Latin letters, digits or spaces.
enum Zeros {
    /// The lower byte comes first.
    Odd,
    Even,
}

fn zeros(bytes: &[u8]) -> Option<Zeros> {
    let start = bytes.get(..bytes.len().min(4096)).unwrap_or(bytes);
    let (pairs, rest) = start.as_chunks::<2>();
    let count = |which: fn(&[u8; 2]) -> bool| pairs.iter().filter(|pair| which(pair)).count();
    let even = count(|pair| pair[0] == 0 && pair[1] != 0);
    let odd = count(|pair| pair[1] == 0 && pair[0] != 0);
    let both = count(|pair| *pair == [0, 0]);
    // Spaces and line ends alone are a tenth of any text with words; pictures and programs have zeros everywhere.
    let enough = pairs.len() / 10;
    if both > 0 || !rest.is_empty() || pairs.len() < 8 {
        None
    } else if odd > enough && even * 20 <= odd {
        Some(Zeros::Odd)
    } else if even > enough && odd * 20 <= even {
        Some(Zeros::Even)
    } else {
        None
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    char::decode_utf16(pairs.iter().map(|&pair| unit(pair)))
        .map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

fn utf32(bytes: &[u8], unit: fn([u8; 4]) -> u32) -> String {
    let (fours, _) = bytes.as_chunks::<4>();
    fours.iter().map(|&four| char::from_u32(unit(four)).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
