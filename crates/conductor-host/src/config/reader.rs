//! Reads a JSON value key by key, notes every problem with its path and goes on, so that a user sees all that
//! is wrong with a file at once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::{Micros, Problem};

/// What is wrong, as it is found.
#[derive(Debug, Default)]
pub(super) struct Log(RefCell<Vec<Problem>>);

impl Log {
    fn add(&self, problem: Problem) {
        self.0.borrow_mut().push(problem);
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.0.into_inner()
    }
}

/// An object that is being read. The keys that are asked for are the keys that exist: whatever else it holds
/// is an unknown key.
pub(super) struct Section<'a> {
    path: String,
    map: &'a Map<String, Value>,
    known: Vec<&'static str>,
    log: &'a Log,
}

impl<'a> Section<'a> {
    /// The value of `key`; `null` means the same as an absent key.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Field<'a>> {
        self.known.push(key);
        let value = self.map.get(key).filter(|v| !v.is_null())?;
        Some(Field { path: join(&self.path, key), value, log: self.log })
    }

    /// Like [`Section::take`], for a key that must be there.
    pub(super) fn require(&mut self, key: &'static str, allowed: &str) -> Option<Field<'a>> {
        let field = self.take(key);
        if field.is_none() {
            self.log.add(Problem::Missing { path: join(&self.path, key), allowed: allowed.to_owned() });
        }
        field
    }

    /// Accepts keys that belong to somebody else.
    pub(super) fn skip(&mut self, keys: &[&'static str]) {
        self.known.extend_from_slice(keys);
    }

    /// Reports the keys that nobody asked for.
    pub(super) fn finish(self) {
        for key in self.map.keys().filter(|k| !self.known.contains(&k.as_str())) {
            self.log.add(Problem::UnknownKey {
                path: join(&self.path, key),
                suggestion: nearest(key, &self.known).map(str::to_owned),
            });
        }
    }
}

/// One value with its path.
pub(super) struct Field<'a> {
    path: String,
    value: &'a Value,
    log: &'a Log,
}

impl<'a> Field<'a> {
    pub(super) fn root(value: &'a Value, log: &'a Log) -> Self {
        Self { path: String::new(), value, log }
    }

    pub(super) fn value(&self) -> &'a Value {
        self.value
    }

    /// Notes that the value is not one of `allowed`.
    pub(super) fn refuse<T>(&self, allowed: impl Into<String>) -> Option<T> {
        let path = if self.path.is_empty() { "the configuration".to_owned() } else { self.path.clone() };
        self.log.add(Problem::BadValue { path, found: shown(self.value), allowed: allowed.into() });
        None
    }

    /// The same without repeating the value, which may be a secret.
    pub(super) fn refuse_unseen<T>(&self, allowed: impl Into<String>) -> Option<T> {
        self.log.add(Problem::BadValue {
            path: self.path.clone(),
            found: "the value".to_owned(),
            allowed: allowed.into(),
        });
        None
    }

    pub(super) fn section(&self) -> Option<Section<'a>> {
        match self.value {
            Value::Object(map) => {
                Some(Section { path: self.path.clone(), map, known: Vec::new(), log: self.log })
            }
            Value::Null if self.path.is_empty() => None,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                self.refuse("a section with keys")
            }
        }
    }

    /// An object whose keys are names that the user chose.
    pub(super) fn entries<T>(
        &self,
        mut read: impl FnMut(&'a str, Self) -> Option<(String, T)>,
    ) -> BTreeMap<String, T> {
        let Value::Object(map) = self.value else {
            return self.refuse("a section with names as keys").unwrap_or_default();
        };
        map.iter()
            .filter_map(|(name, value)| {
                let field = Self { path: join(&self.path, name), value, log: self.log };
                if is_name(name) {
                    read(name, field)
                } else {
                    field.refuse("a name of letters, digits, `-` and `_` before the colon")
                }
            })
            .collect()
    }

    pub(super) fn list<T>(&self, mut read: impl FnMut(Self) -> Option<T>) -> Option<Vec<T>> {
        let Value::Array(items) = self.value else { return self.refuse("a list") };
        Some(
            items
                .iter()
                .enumerate()
                .filter_map(|(i, value)| {
                    read(Self { path: format!("{}[{i}]", self.path), value, log: self.log })
                })
                .collect(),
        )
    }

    pub(super) fn texts(&self) -> Option<Vec<String>> {
        self.list(|entry| entry.text())
    }

    /// A text that is not empty and has no control characters.
    pub(super) fn text(&self) -> Option<String> {
        match self.value.as_str() {
            Some(text) if !text.trim().is_empty() && !text.chars().any(char::is_control) => {
                Some(text.to_owned())
            }
            Some(_) | None => self.refuse("a text in one line"),
        }
    }

    pub(super) fn flag(&self) -> Option<bool> {
        self.value.as_bool().or_else(|| self.refuse("true or false"))
    }

    /// A whole number between `least` and `most`, both included.
    pub(super) fn whole(&self, least: u32, most: u32) -> Option<u32> {
        let number = self.value.as_u64().and_then(|n| u32::try_from(n).ok());
        number
            .filter(|n| (least..=most).contains(n))
            .or_else(|| self.refuse(format!("a whole number from {least} to {most}")))
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let found = choices.iter().find(|(word, _)| self.value.as_str() == Some(word));
        found.map(|(_, choice)| *choice).or_else(|| {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            let hint = self.value.as_str().and_then(|text| nearest(text, &words));
            let mut allowed = format!("one of {}", words.join(", "));
            if let Some(hint) = hint {
                allowed = format!("{allowed} (did you mean {hint}?)");
            }
            self.refuse(allowed)
        })
    }

    /// A length of time with its unit, for example `90s`, `30m`, `2h`, `1d`, `1h30m`. A bare number is
    /// refused, because minutes, seconds and hours are all plausible.
    pub(super) fn duration(&self) -> Option<Duration> {
        self.value
            .as_str()
            .and_then(parse_duration)
            .or_else(|| self.refuse("a length of time with its unit, such as 90s, 30m, 2h or 1d"))
    }

    /// An amount in US dollars, such as `5.00`.
    pub(super) fn money(&self) -> Option<Micros> {
        let text = match self.value {
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
        };
        text.as_deref()
            .and_then(parse_micros)
            .or_else(|| self.refuse("an amount in US dollars, such as 5.00"))
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Names become parts of file names and of messages, so they hold nothing that either would have to escape.
fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (1..=64).contains(&name.len()) && name.bytes().all(plain) && !name.starts_with('-')
}

/// The value as JSON, shortened: a message needs to be recognised, not to be complete.
fn shown(value: &Value) -> String {
    const MOST: usize = 60;
    let text = value.to_string();
    if text.chars().count() <= MOST {
        return text;
    }
    let mut short: String = text.chars().take(MOST).collect();
    short.push('…');
    short
}

fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut seconds = 0_u64;
    let mut last_unit = u64::MAX;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let amount: u64 = rest.get(..digits)?.parse().ok()?;
        let unit = match rest.as_bytes().get(digits)? {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 86_400,
            _ => return None,
        };
        if unit >= last_unit {
            return None;
        }
        last_unit = unit;
        seconds = seconds.checked_add(amount.checked_mul(unit)?)?;
        rest = rest.get(digits + 1..)?;
    }
    // A limit of nothing stops everything, and one of centuries overflows the clocks that it is added to.
    (1..=3_153_600_000).contains(&seconds).then(|| Duration::from_secs(seconds))
}

/// Reads decimal digits, so that no binary fraction rounds what the user wrote.
pub(super) fn parse_micros(text: &str) -> Option<Micros> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 6 || ![whole, fraction].iter().all(|p| p.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let fraction: u64 = format!("{fraction:0<6}").parse().ok()?;
    whole.checked_mul(1_000_000)?.checked_add(fraction).map(Micros)
}

/// The known word that is spelt most like `word`, if one is near enough to be meant.
pub(crate) fn nearest<'w>(word: &str, known: &[&'w str]) -> Option<&'w str> {
    let limit = (word.len() / 3).clamp(1, 4);
    known
        .iter()
        .map(|candidate| (distance(word, candidate), word.len().abs_diff(candidate.len()), *candidate))
        .filter(|(distance, ..)| *distance <= limit)
        .min()
        .map(|(.., candidate)| candidate)
}

/// How many letters must be inserted, removed, replaced or swapped with their neighbour to make `a` from `b`.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                if swapped { best.min(rows[i - 2][j - 2] + 1) } else { best }
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_carry_their_unit() {
        let ok = [("90s", 90), ("30m", 1800), ("2h", 7200), ("1d", 86_400), ("1h30m", 5400)];
        for (text, seconds) in ok {
            assert_eq!(parse_duration(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for bad in [
            "",
            "30",
            "m",
            "1.5h",
            "30m1h",
            "-1m",
            "0s",
            "1w",
            "1m1m",
            "99999999999999999999h",
            "4000000000d",
            "é",
        ] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn money_is_read_by_its_digits() {
        let ok = [("5", 5_000_000), ("2.0", 2_000_000), ("0.1", 100_000), ("0.000001", 1)];
        for (text, micros) in ok {
            assert_eq!(parse_micros(text), Some(Micros(micros)), "{text}");
        }
        for bad in ["-1", "1e3", "0.0000001", "", "x", "99999999999999999999"] {
            assert_eq!(parse_micros(bad), None, "{bad}");
        }
        assert_eq!(Micros(310_000).to_string(), "$0.31");
    }

    #[test]
    fn distance_counts_edits() {
        for (a, b, n) in
            [("", "", 0), ("a", "", 1), ("", "ab", 2), ("kitten", "sitting", 3), ("abc", "abc", 0)]
        {
            assert_eq!(distance(a, b), n, "{a} {b}");
        }
        assert_eq!(nearest("jbos", &["jobs", "into"]), Some("jobs"));
        assert_eq!(nearest("modle", &["mode", "model"]), Some("model"));
        assert_eq!(nearest("x", &["mode", "model"]), None);
        assert_eq!(nearest("job", &["jobs", "into"]), Some("jobs"));
        assert_eq!(nearest("merg", &["merge", "into"]), Some("merge"));
    }
}
