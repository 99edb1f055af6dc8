//! What only looks like a secret: examples of documentation, placeholders, values of tests.

/// Words that mark an example, in small letters.
const MARKS: &[&str] = &[
    "example",
    "sample",
    "dummy",
    "placeholder",
    "redacted",
    "masked",
    "changeme",
    "change-me",
    "change_me",
    "xxxx",
    "your",
    "fake",
    "mock",
    "notreal",
    "not-real",
    "not_real",
    "insert",
    "replace",
    "1234567890",
    "0123456789",
    "abcdefghij",
    "abcdef0123",
    "deadbeef",
    "testtest",
    "foobar",
    "qwerty",
    "lorem",
];

/// Secrets that stand in well-known documentation, by a part of each.
const PUBLISHED: &[&str] = &[
    // The token that the pages about JSON web tokens show.
    "eyJzdWIiOiIxMjM0NTY3ODkwIiwib",
    // The secret access key of the documentation of AWS.
    "wJalrXUtnFEMI",
    // The tests of Slack's and GitHub's own libraries.
    "T00000000/B00000000",
];

/// Whether a value says itself that it is none.
pub(super) fn is_known(value: &[u8]) -> bool {
    let text = String::from_utf8_lossy(value);
    let small = text.to_lowercase();
    MARKS.iter().any(|mark| small.contains(mark)) || PUBLISHED.iter().any(|part| text.contains(part))
}

/// Whether a value is to be filled in by somebody or something.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    let text = String::from_utf8_lossy(value);
    let small = text.to_lowercase();
    let whole =
        ["password", "passwd", "pass", "secret", "token", "key", "none", "null", "test", "postgres", "root"];
    text.contains(['$', '{', '}', '<', '>', '*', '%', '[', ']'])
        || whole.contains(&small.as_str())
        || value.iter().all(|b| value.first() == Some(b))
}

/// Whether a host is one that only a test or a machine of one's own has.
pub(super) fn is_local(host: &[u8]) -> bool {
    let host = String::from_utf8_lossy(host).to_lowercase();
    let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _port)| name);
    let ends = [
        ".test",
        ".local",
        ".localhost",
        ".invalid",
        ".example",
        "example.com",
        "example.org",
        "example.net",
    ];
    // A name without a dot is that of a container beside this one, or of this machine.
    !name.contains('.')
        || name.starts_with("127.")
        || name.starts_with("0.0.0.0")
        || name.contains(['{', '$', '['])
        || ends.iter().any(|end| name.ends_with(end))
}

/// Whether characters differ as in something that was drawn by lot: enough different ones, and none of them half of
/// all.
pub(super) fn is_varied(value: &[u8]) -> bool {
    let mut counts = [0_usize; 256];
    for b in value {
        if let Some(count) = counts.get_mut(usize::from(*b)) {
            *count += 1;
        }
    }
    let different = counts.iter().filter(|count| **count > 0).count();
    let most = counts.iter().max().copied().unwrap_or(0);
    let wanted = (value.len() / 3).clamp(6, 11);
    different >= wanted && most * 2 < value.len()
}

/// How many bits a character carries on average, by how often each occurs, in hundredths.
pub(super) fn entropy_hundredths(value: &[u8]) -> u32 {
    let mut counts = [0_u32; 256];
    for b in value {
        if let Some(count) = counts.get_mut(usize::from(*b)) {
            *count += 1;
        }
    }
    let total = f64::from(u32::try_from(value.len()).unwrap_or(u32::MAX));
    let bits: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / total)
        .map(|share| -share * share.log2())
        .sum();
    // Never more than 8 bits a byte.
    (0..=800_u32).rev().find(|hundredths| f64::from(*hundredths) <= bits * 100.0).unwrap_or(0)
}
