//! What stays the same of a text that is made again and again.

/// In small letters, with numbers as `<n>` and what looks like an address or a digest as `<hex>`: for failures, of which
/// a line number or a count says nothing.
pub fn normalised(message: &str) -> String {
    let lower = message.to_lowercase();
    let mut normal = String::with_capacity(lower.len());
    words(&lower, |word, is_word| if is_word { push_word(&mut normal, word) } else { normal.push_str(word) });
    normal
}

/// Hands over a text piece by piece: words of letters and digits, and what is between them.
fn words<'t>(text: &'t str, mut take: impl FnMut(&'t str, bool)) {
    let mut rest = text;
    while !rest.is_empty() {
        let is_word = rest.starts_with(|c: char| c.is_ascii_alphanumeric());
        let end = rest.find(|c: char| c.is_ascii_alphanumeric() != is_word).unwrap_or(rest.len());
        let (piece, more) = rest.split_at(end);
        take(piece, is_word);
        rest = more;
    }
}

fn push_word(normal: &mut String, word: &str) {
    if is_hex(word) {
        normal.push_str("<hex>");
        return;
    }
    let mut in_number = false;
    for c in word.chars() {
        if !c.is_ascii_digit() {
            normal.push(c);
        } else if !in_number {
            normal.push_str("<n>");
        }
        in_number = c.is_ascii_digit();
    }
}

/// An address, or a digest: letters and digits mixed, and not a word.
fn is_hex(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let all_hex = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit());
    let address = word.strip_prefix("0x").is_some_and(all_hex);
    address || (word.len() >= 7 && all_hex(word) && digits > 0 && digits < word.len())
}

/// A text without what differs by itself each time that it is made: moments, durations, processes, addresses, ids.
/// Other numbers stay: how many tests failed, or on which line, is what a result says.
pub fn without_moments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut last_word = String::new();
    let mut pieces: Vec<(&str, bool)> = Vec::new();
    words(text, |piece, is_word| pieces.push((piece, is_word)));
    let at = |index: usize| pieces.get(index).copied();
    let mut index = 0;
    while let Some((piece, is_word)) = at(index) {
        index += 1;
        if !is_word {
            out.push_str(piece);
            continue;
        }
        if let Some(used) = moment(&|ahead| at(index - 1 + ahead)) {
            out.push_str("<t>");
            index += used - 1;
            last_word.clear();
            continue;
        }
        let digits = piece.bytes().all(|b| b.is_ascii_digit());
        let process = digits && matches!(last_word.as_str(), "pid" | "process" | "thread" | "port" | "ppid");
        let id = digits && piece.len() >= 9;
        if process || id || is_hex(piece) {
            out.push_str("<id>");
        } else {
            out.push_str(piece);
        }
        last_word = piece.to_ascii_lowercase();
    }
    out
}

/// How many pieces from here are a moment or a duration: `12:03:07`, `2026-11-28T12:03:07.1Z`, `0.52s`, `120ms`,
/// `3.1 seconds`.
fn moment<'t>(at: &dyn Fn(usize) -> Option<(&'t str, bool)>) -> Option<usize> {
    let (first, _) = at(0)?;
    if !first.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let separator = |index: usize| at(index).filter(|(_, is_word)| !is_word).map(|(text, _)| text);
    let number = |index: usize| {
        at(index).filter(|(text, _)| text.starts_with(|c: char| c.is_ascii_digit())).map(|(text, _)| text)
    };
    let date =
        first.len() == 4 && separator(1) == Some("-") && number(2).is_some() && separator(3) == Some("-");
    let clock = first.len() <= 2 && separator(1) == Some(":") && number(2).is_some_and(|n| n.len() >= 2);
    if date || clock {
        let mut used = 3;
        while matches!(separator(used), Some("-" | ":" | "." | "+")) && number(used + 1).is_some() {
            used += 2;
        }
        return Some(used);
    }
    // A duration: digits, perhaps a fraction, and a unit.
    let (last, length) = match (separator(1), number(2)) {
        (Some("."), Some(fraction)) => (fraction, 3),
        _ => (first, 1),
    };
    if is_unit(last.trim_start_matches(|c: char| c.is_ascii_digit())) {
        return Some(length);
    }
    let spelled = last.bytes().all(|b| b.is_ascii_digit())
        && separator(length) == Some(" ")
        && at(length + 1).is_some_and(|(word, _)| is_unit(word));
    spelled.then_some(length + 2)
}

fn is_unit(text: &str) -> bool {
    matches!(
        text,
        "s" | "ms"
            | "us"
            | "ns"
            | "sec"
            | "secs"
            | "second"
            | "seconds"
            | "min"
            | "mins"
            | "minutes"
            | "msec"
    )
}

/// FNV-1a of a text, for texts that are compared and not kept. Who makes two texts of one digest on purpose only has
/// their own agent taken for one that repeats itself.
pub(super) fn digest(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_alike_but_for_numbers_and_addresses() {
        let table = [
            ("Error at 0x7ffd12 line 42", "error at <hex> line <n>"),
            ("panicked at src/a1.rs:9:1", "panicked at src/a<n>.rs:<n>:<n>"),
            ("commit 3f2a1c9 deadbeef", "commit <hex> deadbeef"),
            ("Straße 7", "straße <n>"),
        ];
        for (text, expected) in table {
            assert_eq!(normalised(text), expected);
        }
    }

    #[test]
    fn results_are_alike_but_for_moments_processes_and_ids() {
        let same = [
            ("finished in 0.02s", "finished in 11.9s"),
            ("took 12 ms", "took 130 ms"),
            ("at 2026-11-28T12:00:07Z", "at 2026-11-29T01:22:33.123Z"),
            ("[12:03:07] hi", "[01:59:59] hi"),
            ("pid 41230 died", "pid 7 died"),
            ("at 0xdeadbeef", "at 0x1234"),
            ("req 550e8400-e29b-41d4-a716-446655440000", "req 550e8401-e29b-41d4-a716-446655440000"),
            ("in 3.1 seconds", "in 0.1 seconds"),
        ];
        for (a, b) in same {
            assert_eq!(without_moments(a), without_moments(b));
        }
        let other = [
            ("2 failed", "3 failed"),
            ("left: 3", "left: 4"),
            ("a.rs:12:5", "a.rs:13:5"),
            ("test_1", "test_2"),
            ("port", "part"),
        ];
        for (a, b) in other {
            assert_ne!(without_moments(a), without_moments(b));
        }
    }
}
