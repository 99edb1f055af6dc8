//! The token of an attempt and the ids of its calls: 128 random bits each.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::str::FromStr;

use thiserror::Error;

/// Says that a call is of this attempt and of no other. It opens nothing but the desk of the attempt.
#[derive(Clone, PartialEq, Eq)]
pub struct DeskToken(Hex);

/// Which call of an attempt. It becomes the name of a file, so it is nothing but letters and digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(Hex);

/// Neither a token nor an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not 32 of the digits 0 to 9 and a to f")]
pub struct NotHex;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Hex(String);

/// How many digits there are: two a byte.
const DIGITS: usize = 32;

impl Hex {
    /// From the system's source of random numbers, which every Unix has under this name.
    fn random() -> io::Result<Self> {
        let mut bytes = [0_u8; DIGITS / 2];
        File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        Ok(Self(
            bytes
                .iter()
                .flat_map(|b| [b >> 4, b & 15])
                .map(|d| char::from(b"0123456789abcdef"[usize::from(d)]))
                .collect(),
        ))
    }
}

impl FromStr for Hex {
    type Err = NotHex;

    fn from_str(text: &str) -> Result<Self, NotHex> {
        let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let whole = text.len() == DIGITS && text.bytes().all(digit);
        whole.then(|| Self(text.to_owned())).ok_or(NotHex)
    }
}

impl DeskToken {
    /// A token that nobody had before.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn random() -> io::Result<Self> {
        Hex::random().map(Self)
    }

    /// The token itself, to be given to the agent and to nobody else.
    pub fn secret(&self) -> &str {
        &self.0.0
    }
}

impl CallId {
    /// An id that no call had before, whichever process makes it.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn random() -> io::Result<Self> {
        Hex::random().map(Self)
    }
}

impl FromStr for DeskToken {
    type Err = NotHex;

    fn from_str(text: &str) -> Result<Self, NotHex> {
        text.parse().map(Self)
    }
}

impl FromStr for CallId {
    type Err = NotHex;

    fn from_str(text: &str) -> Result<Self, NotHex> {
        text.parse().map(Self)
    }
}

/// A token does not get into a log by accident.
impl fmt::Debug for DeskToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeskToken(…)")
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_one_can_be_written_down_and_read_back_and_is_told_to_no_log() {
        let token = DeskToken::random().unwrap();
        assert_eq!(token.secret().parse(), Ok(token.clone()));
        assert_ne!(token, DeskToken::random().unwrap());
        assert!(!format!("{token:?}").contains(token.secret()));
        let id = CallId::random().unwrap();
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn nothing_else_is_one() {
        for text in [
            "",
            "0123456789abcdef",
            "0123456789abcdef0123456789abcdeg",
            "../../../../../../../etc/passwd.x",
            "0123456789abcdef0123456789abcdef0",
        ] {
            assert_eq!(text.parse::<CallId>(), Err(NotHex), "{text}");
        }
    }
}
