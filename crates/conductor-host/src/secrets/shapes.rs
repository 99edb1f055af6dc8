//! What is a secret by its own look: a beginning that its maker chose so that it can be told, and so many characters
//! of a certain sort behind it.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::Found;
use super::example;

/// Sorts of secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A key of Anthropic's.
    Anthropic,
    /// A key of OpenAI's.
    OpenAi,
    /// A key of another provider of models.
    ModelProvider,
    /// A key or client secret of Google's.
    Google,
    /// An access key of AWS's.
    Aws,
    /// A token of GitHub's.
    GitHub,
    /// A token of GitLab's.
    GitLab,
    /// A token or webhook of Slack's.
    Slack,
    /// A key of Stripe's.
    Stripe,
    /// A token of npm's.
    Npm,
    /// A token of PyPI's.
    PyPi,
    /// A key of another service.
    Service,
    /// A private key.
    PrivateKey,
    /// A JSON web token.
    Jwt,
    /// A password in an address.
    UrlPassword,
    /// A value behind a name such as `password`.
    Named,
}

impl Kind {
    /// What it is called, as a noun with its article.
    pub fn name(self) -> &'static str {
        match self {
            Self::Anthropic => "a key of Anthropic's",
            Self::OpenAi => "a key of OpenAI's",
            Self::ModelProvider => "a key of a provider of models",
            Self::Google => "a key of Google's",
            Self::Aws => "a key of AWS's",
            Self::GitHub => "a token of GitHub's",
            Self::GitLab => "a token of GitLab's",
            Self::Slack => "a token of Slack's",
            Self::Stripe => "a key of Stripe's",
            Self::Npm => "a token of npm's",
            Self::PyPi => "a token of PyPI's",
            Self::Service => "a key of a service",
            Self::PrivateKey => "a private key",
            Self::Jwt => "a signed token (JWT)",
            Self::UrlPassword => "an address with a password",
            Self::Named => "a password or key",
        }
    }
}

/// Which characters follow.
#[derive(Clone, Copy)]
enum Of {
    /// Letters and digits.
    Alnum,
    /// Letters, digits, `-` and `_`.
    Word,
    /// Letters, digits, `-`, `_` and `.`.
    Dotted,
    /// Capital letters and digits.
    Upper,
    /// Lower-case hexadecimal.
    Hex,
    /// Letters, digits, `/`.
    Path,
}

impl Of {
    fn has(self, b: u8) -> bool {
        match self {
            Self::Alnum => b.is_ascii_alphanumeric(),
            Self::Word => b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'),
            Self::Dotted => b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'),
            Self::Upper => b.is_ascii_uppercase() || b.is_ascii_digit(),
            Self::Hex => b.is_ascii_digit() || matches!(b, b'a'..=b'f'),
            Self::Path => b.is_ascii_alphanumeric() || b == b'/',
        }
    }
}

/// How a secret begins, and how many characters of which sort follow.
struct Shape {
    kind: Kind,
    begins: &'static str,
    of: Of,
    least: usize,
    most: usize,
}

const fn shape(kind: Kind, begins: &'static str, of: Of, least: usize, most: usize) -> Shape {
    Shape { kind, begins, of, least, most }
}

/// All of them. A beginning that is part of another's comes in any order: the longest counts.
const SHAPES: &[Shape] = &[
    shape(Kind::Anthropic, "sk-ant-", Of::Word, 24, 200),
    shape(Kind::OpenAi, "sk-proj-", Of::Word, 40, 250),
    shape(Kind::OpenAi, "sk-svcacct-", Of::Word, 40, 250),
    shape(Kind::OpenAi, "sk-admin-", Of::Word, 40, 250),
    shape(Kind::OpenAi, "sk-", Of::Alnum, 40, 64),
    shape(Kind::ModelProvider, "sk-or-v1-", Of::Hex, 64, 64),
    shape(Kind::ModelProvider, "gsk_", Of::Alnum, 48, 64),
    shape(Kind::ModelProvider, "xai-", Of::Alnum, 70, 100),
    shape(Kind::ModelProvider, "hf_", Of::Alnum, 32, 40),
    shape(Kind::ModelProvider, "pplx-", Of::Alnum, 40, 64),
    shape(Kind::Google, "AIza", Of::Word, 35, 35),
    shape(Kind::Google, "GOCSPX-", Of::Word, 28, 28),
    shape(Kind::Google, "ya29.", Of::Dotted, 60, 400),
    shape(Kind::Aws, "AKIA", Of::Upper, 16, 16),
    shape(Kind::Aws, "ASIA", Of::Upper, 16, 16),
    shape(Kind::GitHub, "ghp_", Of::Alnum, 36, 255),
    shape(Kind::GitHub, "gho_", Of::Alnum, 36, 255),
    shape(Kind::GitHub, "ghu_", Of::Alnum, 36, 255),
    shape(Kind::GitHub, "ghs_", Of::Alnum, 36, 255),
    shape(Kind::GitHub, "ghr_", Of::Alnum, 36, 255),
    shape(Kind::GitHub, "github_pat_", Of::Word, 60, 255),
    shape(Kind::GitLab, "glpat-", Of::Dotted, 20, 64),
    shape(Kind::GitLab, "glptt-", Of::Word, 40, 64),
    shape(Kind::GitLab, "gldt-", Of::Word, 20, 64),
    shape(Kind::GitLab, "glrt-", Of::Dotted, 20, 64),
    shape(Kind::Slack, "xoxb-", Of::Word, 30, 255),
    shape(Kind::Slack, "xoxp-", Of::Word, 30, 255),
    shape(Kind::Slack, "xoxa-", Of::Word, 30, 255),
    shape(Kind::Slack, "xoxr-", Of::Word, 30, 255),
    shape(Kind::Slack, "xapp-", Of::Word, 30, 255),
    shape(Kind::Slack, "hooks.slack.com/services/", Of::Path, 40, 100),
    shape(Kind::Stripe, "sk_live_", Of::Alnum, 24, 255),
    shape(Kind::Stripe, "rk_live_", Of::Alnum, 24, 255),
    shape(Kind::Stripe, "whsec_", Of::Alnum, 32, 64),
    shape(Kind::Npm, "npm_", Of::Alnum, 36, 36),
    shape(Kind::PyPi, "pypi-AgEIcHlwaS5vcmc", Of::Word, 50, 400),
    shape(Kind::Service, "SG.", Of::Dotted, 60, 80),
    shape(Kind::Service, "dop_v1_", Of::Hex, 64, 64),
    shape(Kind::Service, "shpat_", Of::Hex, 32, 32),
];

/// What leads to a check of its own.
const KEY_BLOCK: &str = "-----BEGIN ";
const KEY_END: &str = "-----END ";
const JWT: &str = "eyJ";
const ADDRESS: &str = "://";

/// The most bytes of a private key, and of the line that begins one.
const MOST_KEY: usize = 16 * 1024;
const MOST_HEAD: usize = 64;

/// So much of what stands in a private key is looked at to tell that it is one, in bytes, and so much must be there.
const KEY_LOOK: usize = 300;
const KEY_LEAST: usize = 48;

/// The most bytes of one of a token's three parts.
const MOST_PART: usize = 4 * 1024;

/// The most bytes of what stands between `://` and the end of a host.
const MOST_ADDRESS: usize = 512;

/// All beginnings, looked for in one pass.
fn beginnings() -> Option<&'static AhoCorasick> {
    static ALL: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    ALL.get_or_init(|| {
        let words = SHAPES.iter().map(|shape| shape.begins).chain([KEY_BLOCK, JWT, ADDRESS]);
        AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(words).ok()
    })
    .as_ref()
}

/// Everything that has one of the shapes.
pub(super) fn find(text: &[u8]) -> Vec<Found> {
    let Some(beginnings) = beginnings() else { return Vec::new() };
    let mut all: Vec<Found> = Vec::new();
    for hit in beginnings.find_iter(text) {
        // What stands within a secret that was found is part of it.
        if all.last().is_some_and(|last| last.span.end > hit.start()) {
            continue;
        }
        let found = match SHAPES.get(hit.pattern().as_usize()) {
            Some(shape) => plain(shape, text, hit.start(), hit.end()),
            None if text.get(hit.range()) == Some(KEY_BLOCK.as_bytes()) => key_block(text, hit.start()),
            None if text.get(hit.range()) == Some(JWT.as_bytes()) => jwt(text, hit.start()),
            None => url_password(text, hit.start(), hit.end()),
        };
        all.extend(found);
    }
    all
}

/// How many bytes of `text` from `start` on are of a sort, looking at no more than `most` and one.
fn run(text: &[u8], start: usize, most: usize, of: impl Fn(u8) -> bool) -> usize {
    text.iter().skip(start).take(most.saturating_add(1)).take_while(|b| of(**b)).count()
}

fn begins_a_word(text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| text.get(at));
    before.is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'_' | b'-' | b'/' | b'+'))
        // An address is not part of the word before it.
        || text.get(at..).is_some_and(|rest| rest.starts_with(b"hooks.slack.com"))
}

fn plain(shape: &Shape, text: &[u8], start: usize, after: usize) -> Option<Found> {
    if !begins_a_word(text, start) {
        return None;
    }
    let length = run(text, after, shape.most, |b| shape.of.has(b));
    if length < shape.least || length > shape.most {
        return None;
    }
    let body = text.get(after..after + length)?;
    let is_real = example::is_varied(body) && !example::is_known(body);
    is_real.then(|| Found { kind: shape.kind, span: start..after + length })
}

/// `-----BEGIN … PRIVATE KEY-----` and enough of what a key is made of behind it; a mere mention is none.
fn key_block(text: &[u8], start: usize) -> Option<Found> {
    let rest = text.get(start..)?;
    let head = rest.get(..rest.len().min(MOST_HEAD))?;
    let head_end = find_bytes(head, b"PRIVATE KEY")?;
    let after = head_end + find_bytes(rest.get(head_end..rest.len().min(head_end + 32))?, b"-----")? + 5;
    // In source code, lines of a key may be written with `\n` between them.
    let look = rest.get(after..rest.len().min(after + KEY_LOOK))?;
    let of_key = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    let broken = |b: &u8| matches!(b, b'\n' | b'\r' | b' ' | b'\t' | b'\\' | b'"' | b'\'' | b',' | b'+');
    let content = look.iter().take_while(|b| of_key(b) || broken(b)).filter(of_key).count();
    let headers = look.starts_with(b"\nProc-Type:") || look.starts_with(b"\nVersion:");
    if content < KEY_LEAST && !headers {
        return None;
    }
    let whole = rest.get(..rest.len().min(MOST_KEY))?;
    let end = find_bytes(whole.get(after..)?, KEY_END.as_bytes()).map(|at| after + at);
    let length = end.map_or(whole.len().min(after + KEY_LOOK), |at| {
        let tail = whole.get(at + KEY_END.len()..whole.len().min(at + MOST_HEAD)).unwrap_or_default();
        let closed = find_bytes(tail, b"-----").map_or(0, |end| end + 5);
        at + KEY_END.len() + closed
    });
    Some(Found { kind: Kind::PrivateKey, span: start..start + length })
}

/// Three parts in the letters of base64, of which the first two are JSON.
fn jwt(text: &[u8], start: usize) -> Option<Found> {
    if !begins_a_word(text, start) {
        return None;
    }
    let mut at = start;
    for part in 0..3 {
        let length = run(text, at, MOST_PART, |b| Of::Word.has(b));
        let is_json = part == 2 || text.get(at..)?.starts_with(JWT.as_bytes());
        if !(16..=MOST_PART).contains(&length) || !is_json {
            return None;
        }
        at += length;
        if part < 2 {
            (text.get(at) == Some(&b'.')).then_some(())?;
            at += 1;
        }
    }
    let whole = text.get(start..at)?;
    (!example::is_known(whole)).then_some(Found { kind: Kind::Jwt, span: start..at })
}

/// `scheme://user:password@host`, where the host is somebody else's and the password is no placeholder.
fn url_password(text: &[u8], colon: usize, after: usize) -> Option<Found> {
    text.get(colon.checked_sub(1)?).filter(|b| b.is_ascii_alphanumeric())?;
    let length = run(text, after, MOST_ADDRESS, |b| {
        b.is_ascii_graphic() && !matches!(b, b'/' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b'?' | b'#')
    });
    let authority = text.get(after..after + length)?;
    let at = authority.iter().rposition(|b| *b == b'@')?;
    let (login, host) = (authority.get(..at)?, authority.get(at + 1..)?);
    let colon = login.iter().position(|b| *b == b':')?;
    let (user, password) = (login.get(..colon)?, login.get(colon + 1..)?);
    let is_real = password.len() >= 6
        && user != password
        && !example::is_local(host)
        && !example::is_placeholder(password)
        && !example::is_known(password);
    let start = after + colon + 1;
    is_real.then(|| Found { kind: Kind::UrlPassword, span: start..start + password.len() })
}

fn find_bytes(text: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, what)
}
