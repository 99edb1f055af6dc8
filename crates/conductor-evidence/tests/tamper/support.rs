//! Changes, written down as rows.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use conductor_engine::gate::{TestResults, TestStatus};
use conductor_evidence::tamper::{Change, Code, Content, Finding, GateUse, Ran, Surroundings, Weight, check};

/// A file: its path, its path before if that was another one, its content before and after; an empty text is no file.
pub(crate) type File = (&'static str, Option<&'static str>, &'static str, &'static str);

/// A change with what is known around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) files: &'static [File],
    pub(crate) gates: &'static [&'static str],
    pub(crate) removal_asked: bool,
    /// What ran before and after, separated by spaces.
    pub(crate) ran: Option<(&'static str, &'static str)>,
    pub(crate) context: &'static [(&'static str, &'static str)],
}

/// A row of one changed file.
macro_rules! row {
    ($name:literal, $($path:literal $(from $from:literal)?: $old:expr => $new:expr),+ $(; $($field:ident: $value:expr),+)?) => {
        $crate::support::Row {
            name: $name,
            files: &[$(($path, $crate::support::before!($($from)?), $old, $new)),+],
            $($($field: $value,)+)?
            ..$crate::support::PLAIN
        }
    };
}
pub(crate) use row;

macro_rules! before {
    () => {
        None
    };
    ($path:literal) => {
        Some($path)
    };
}
pub(crate) use before;

pub(crate) const PLAIN: Row =
    Row { name: "", files: &[], gates: &[], removal_asked: false, ran: None, context: &[] };

static NONE: LazyLock<BTreeSet<String>> = LazyLock::new(BTreeSet::new);

impl Row {
    pub(crate) fn check(&self) -> Vec<Finding> {
        let content = |text: &'static str| {
            if text.is_empty() { Content::Absent } else { Content::Bytes(text.as_bytes()) }
        };
        let changes: Vec<Change<'_>> = self
            .files
            .iter()
            .map(|(path, from, old, new)| Change { path, from: *from, old: content(old), new: content(new) })
            .collect();
        let gates: Vec<GateUse<'_>> =
            self.gates.iter().map(|command| GateUse { command, report: None }).collect();
        let results = self.ran.map(|(before, after)| (results(before), results(after)));
        let context: Vec<(String, Vec<u8>)> =
            self.context.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        let around = Surroundings {
            gates: &gates,
            gate_files: &NONE,
            removal_asked: self.removal_asked,
            tests: results.as_ref().map(|(base, candidate)| Ran { base, candidate }),
            context: &context,
        };
        let findings = check(&changes, &around);
        let mut reversed = changes;
        reversed.reverse();
        assert_eq!(check(&reversed, &around), findings, "{}: the order of files matters", self.name);
        findings
    }
}

/// `a b -c !d`: a and b passed, c was left out, d failed.
fn results(text: &str) -> TestResults {
    let one = |word: &str| match (word.strip_prefix('-'), word.strip_prefix('!')) {
        (Some(id), _) => (id.to_owned(), TestStatus::Skipped),
        (_, Some(id)) => (id.to_owned(), TestStatus::Failed),
        (None, None) => (word.to_owned(), TestStatus::Passed),
    };
    TestResults(text.split_whitespace().map(one).collect())
}

/// Checks that each row is held for its code; all that are not are told at once.
pub(crate) fn all_held(rows: &[(Code, Row)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(code, row)| {
            let found = row.check();
            let held = found.iter().any(|f| f.weight == Weight::Hold && f.code == *code);
            (!held).then(|| format!("{}: no hold for {}, but {found:#?}", row.name, code.name()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Checks that no row is held.
pub(crate) fn none_held(rows: &[Row]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let held: Vec<Finding> = row.check().into_iter().filter(|f| f.weight == Weight::Hold).collect();
            (!held.is_empty()).then(|| format!("{}: held for {held:#?}", row.name))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
