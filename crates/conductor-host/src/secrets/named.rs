//! What is a secret by the name that it stands behind: `password = "…"`, `API_KEY=…`, `"client_secret": "…"`.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::example;
use super::shapes::Kind;
use super::{Found, Range};

/// Ends of names behind which secrets stand, in small letters. `-` and `_` are the same.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "api_key",
    "apikey",
    "access_key",
    "accesskey",
    "auth_key",
    "private_key",
    "secret_key",
    "secretkey",
    "encryption_key",
    "signing_key",
    "credential",
    "credentials",
];

/// The shortest value that may be a secret, and the longest, in bytes.
const LEAST: usize = 12;
const MOST: usize = 256;

/// The most blanks between name, sign and value.
const MOST_BLANKS: usize = 8;

fn names() -> Option<&'static AhoCorasick> {
    static ALL: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    ALL.get_or_init(|| {
        let dashed = NAMES.iter().filter(|name| name.contains('_')).map(|name| name.replace('_', "-"));
        let all = NAMES.iter().map(|name| (*name).to_owned()).chain(dashed);
        AhoCorasick::builder().ascii_case_insensitive(true).build(all).ok()
    })
    .as_ref()
}

/// Everything that stands behind such a name and is no word, reference or example.
pub(super) fn find(text: &[u8]) -> Vec<Found> {
    let Some(names) = names() else { return Vec::new() };
    names.find_iter(text).filter_map(|hit| behind(text, hit.end())).collect()
}

fn behind(text: &[u8], name_end: usize) -> Option<Found> {
    let mut at = name_end;
    at += escaped_quote(text, at);
    // Of `config["secret"]`, quote and bracket.
    for _ in 0..2 {
        at += usize::from(matches!(text.get(at), Some(b'"' | b'\'' | b']')));
    }
    at += blanks(text, at);
    let sign = at;
    while matches!(text.get(at), Some(b':' | b'=' | b'>')) && at < sign + 2 {
        at += 1;
    }
    if at == sign {
        return None;
    }
    // `a == b` compares, and gives nothing.
    if text.get(sign..at) == Some(b"==") {
        return None;
    }
    at += blanks(text, at);
    at += escaped_quote(text, at);
    let span = match text.get(at)? {
        quote @ (b'"' | b'\'' | b'`') => quoted(text, at + 1, *quote)?,
        _ => unquoted(text, sign, at)?,
    };
    let value = text.get(span.clone())?;
    is_secret(value).then_some(Found { kind: Kind::Named, span })
}

fn blanks(text: &[u8], at: usize) -> usize {
    text.iter().skip(at).take(MOST_BLANKS).take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// 1 before a quote that is written with a backslash, as in JSON within JSON.
fn escaped_quote(text: &[u8], at: usize) -> usize {
    let escaped = text.get(at) == Some(&b'\\') && matches!(text.get(at + 1), Some(b'"' | b'\''));
    usize::from(escaped)
}

fn quoted(text: &[u8], start: usize, quote: u8) -> Option<Range<usize>> {
    let inside = |b: &&u8| **b != quote && !matches!(**b, b'\n' | b'\\');
    let length = text.iter().skip(start).take(MOST + 1).take_while(inside).count();
    let end = text.get(start + length);
    (end == Some(&quote) || end == Some(&b'\\')).then_some(start..start + length)
}

/// The rest of a line such as `API_KEY=…` or `token: …`, as in files of settings and environments: what is written
/// without quotes in a programming language is the name of something.
fn unquoted(text: &[u8], sign: usize, start: usize) -> Option<Range<usize>> {
    let line_start = text.get(..sign)?.iter().rev().take(MOST).position(|b| *b == b'\n');
    let line_start = line_start.map_or(sign.saturating_sub(MOST), |back| sign - back);
    let head = text.get(line_start..sign)?.trim_ascii();
    let head = head.strip_prefix(b"export ").or_else(|| head.strip_prefix(b"- ")).unwrap_or(head);
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let length = text.iter().skip(start).take(MOST + 1).take_while(|b| b.is_ascii_graphic()).count();
    let rest = text.get(start + length);
    let ends_line = rest.is_none_or(|b| matches!(b, b'\n' | b'\r'));
    let is_code =
        |b: &u8| matches!(b, b'(' | b')' | b'{' | b'}' | b';' | b',' | b'"' | b'\'' | b'`' | b'<' | b'>');
    let value = text.get(start..start + length)?;
    let plain = head.iter().all(is_name) && !value.iter().any(is_code);
    // `some.name.of.a.thing` and `a::b` are references, also in files of settings.
    let is_reference =
        value.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.' | b':' | b'-' | b'/'));
    (plain && ends_line && !is_reference).then_some(start..start + length)
}

/// Whether a value is one that nobody would remember: long and of mixed characters, and neither text nor reference.
fn is_secret(value: &[u8]) -> bool {
    if value.len() < LEAST || value.len() > MOST {
        return false;
    }
    let has = |of: fn(&u8) -> bool| usize::from(value.iter().any(of));
    let (lower, upper) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase));
    let (digit, sign) = (has(u8::is_ascii_digit), has(u8::is_ascii_punctuation));
    let sorts = lower + upper + digit + sign;
    let is_text = value.iter().any(|b| b.is_ascii_whitespace() || !b.is_ascii_graphic());
    let is_path =
        value.starts_with(b"/") || value.starts_with(b"./") || value.windows(3).any(|w| w == b"://");
    let names_itself = {
        let small = String::from_utf8_lossy(value).to_lowercase();
        NAMES.iter().any(|name| small.contains(name)) || small.contains("hunter2")
    };
    // Hexadecimal of a hash's length stands behind such names in lock files and tests of hashes.
    let is_mixed =
        if value.len() < 20 { digit == 1 && sorts >= 3 } else { digit + lower + upper >= 2 && digit == 1 };
    is_mixed
        && !is_text
        && !is_path
        && !names_itself
        && example::entropy_hundredths(value) >= 300
        && !example::is_placeholder(value)
        && !example::is_known(value)
}

/// Whether a name is one of those behind which secrets stand.
pub(super) fn is_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    NAMES.iter().any(|end| name.ends_with(end))
}

/// Whether a value that stands behind such a name is one.
pub(super) fn is_value(value: &str) -> bool {
    is_secret(value.as_bytes())
}
