//! Bytes to text.

use super::DocumentError;
use crate::{Finding, FindingCode};

pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) findings: Vec<Finding>,
}

/// Reads UTF-8 and UTF-16, by their byte order marks or, without one, UTF-8; anything else that is text as Latin-1,
/// where every byte is a character, with a finding that says so.
pub(super) fn decode(name: &str, bytes: &[u8]) -> Result<Decoded, DocumentError> {
    if let Some(rest) = bytes.strip_prefix(&[0xFF, 0xFE]) {
        return Ok(Decoded { text: utf16(rest, u16::from_le_bytes), findings: Vec::new() });
    }
    if let Some(rest) = bytes.strip_prefix(&[0xFE, 0xFF]) {
        return Ok(Decoded { text: utf16(rest, u16::from_be_bytes), findings: Vec::new() });
    }
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    if let Some(offset) = bytes.iter().position(|&byte| byte == 0) {
        return Err(DocumentError::Binary { name: name.to_owned(), offset });
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Decoded { text: text.to_owned(), findings: Vec::new() }),
        Err(_) => {
            let message =
                format!("`{name}` is not UTF-8 and was read as Latin-1; save it as UTF-8 to be sure");
            Ok(Decoded {
                text: bytes.iter().map(|&byte| char::from(byte)).collect(),
                findings: vec![Finding::new(FindingCode::AssumedLatin1, message)],
            })
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    char::decode_utf16(pairs.iter().map(|&pair| unit(pair)))
        .map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}
