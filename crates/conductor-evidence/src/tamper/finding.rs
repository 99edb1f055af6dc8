//! What is told of a change.

use serde::{Deserialize, Serialize};

/// Lines of a finding that are kept; the rest is counted.
const LINES_MAX: usize = 12;
/// Characters of a line that are kept.
const LINE_MAX: usize = 200;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// A person must look before the change lands.
    Hold,
    /// It is shown with the rest, and stops nothing.
    Note,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal,)*) => {
        /// What was found. The names are stable: they are shown, stored, and may be searched for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Code {
            $($(#[doc = $doc])* $variant,)*
        }

        impl Code {
            /// Every code, in the order in which findings are told.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its stable name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

codes! {
    /// A test is gone, and its content is nowhere else.
    TestDeleted = "test-deleted",
    /// A test that ran on the base does not run any more, and the sources do not say why.
    TestGone = "test-gone",
    /// A test is still written down, but is no test to the runner any more.
    TestNotCollected = "test-not-collected",
    /// A test is left out by a mark, a call or a build tag.
    TestSkipped = "test-skipped",
    /// One test is marked so that all others are left out.
    OthersHidden = "others-hidden",
    /// Nothing is left in a test.
    TestEmptied = "test-emptied",
    /// A test returns before it has looked at anything.
    EarlyReturn = "early-return",
    /// A test checks less than before.
    AssertionsRemoved = "assertions-removed",
    /// An assertion accepts more than before.
    AssertionWeakened = "assertion-weakened",
    /// An assertion holds whatever the code does.
    AssertionVacuous = "assertion-vacuous",
    /// An assertion is only reached under a condition, or never.
    AssertionUnreached = "assertion-unreached",
    /// A failing assertion is caught and forgotten.
    FailureSwallowed = "failure-swallowed",
    /// A test is now expected to fail.
    FailureExpected = "failure-expected",
    /// A numeric tolerance is wider than before.
    ToleranceWidened = "tolerance-widened",
    /// A test expects another value than before.
    ExpectedChanged = "expected-changed",
    /// What tests check with checks less than before.
    HelperWeakened = "helper-weakened",
    /// What is under test is replaced by a stand-in.
    SubjectMocked = "subject-mocked",
    /// Code answers with a test's own expected values for that test's own inputs.
    SpecialCased = "special-cased",
    /// A threshold that the change must meet is lower than before, or gone.
    ThresholdLowered = "threshold-lowered",
    /// A rule of a linter or compiler is off, or its warnings are no failure any more.
    LintWeakened = "lint-weakened",
    /// A finding of a linter or compiler is silenced where it arises.
    LintSilenced = "lint-silenced",
    /// A failing command does not fail its caller any more.
    FailureIgnored = "failure-ignored",
    /// What a gate runs is changed.
    GateEdited = "gate-edited",
    /// The configuration of a program that gates run is changed.
    GateConfigEdited = "gate-config-edited",
    /// Continuous integration is changed.
    CiEdited = "ci-edited",
    /// Which tests are collected is changed by code.
    CollectionHooked = "collection-hooked",
    /// A test ends the process of the test runner with success.
    ProcessExit = "process-exit",
    /// Recorded outputs that tests compare with are replaced.
    SnapshotsUpdated = "snapshots-updated",
    /// Code behaves differently when it is tested.
    EnvironmentDetected = "environment-detected",
    /// A report that a gate would write is part of the change.
    ReportCommitted = "report-committed",
    /// A symbolic link leads out of the repository.
    LinkOutside = "link-outside",
    /// A file could not be looked at.
    Unreadable = "unreadable",
}

/// Lines of a file, from 1, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// The first line.
    pub first: usize,
    /// The last line.
    pub last: usize,
}

/// One thing that a person should know of a change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// Whether it stops the change.
    pub weight: Weight,
    /// What it is.
    pub code: Code,
    /// The file, as it is called now, else as it was.
    pub path: String,
    /// Where in the old file.
    pub old: Option<Span>,
    /// Where in the new file.
    pub new: Option<Span>,
    /// The lines themselves, each after `-` or `+`, shortened.
    pub lines: Vec<String>,
    /// What it is, as a sentence without its full stop.
    pub sentence: String,
}

impl Finding {
    pub(super) fn new(code: Code, weight: Weight, path: &str, sentence: String) -> Self {
        Self { weight, code, path: path.to_owned(), old: None, new: None, lines: Vec::new(), sentence }
    }

    pub(super) fn hold(code: Code, path: &str, sentence: String) -> Self {
        Self::new(code, Weight::Hold, path, sentence)
    }

    pub(super) fn note(code: Code, path: &str, sentence: String) -> Self {
        Self::new(code, Weight::Note, path, sentence)
    }

    /// Lines that were there, in order of their numbers.
    pub(super) fn was<'l>(mut self, lines: impl IntoIterator<Item = (usize, &'l str)>) -> Self {
        self.old = self.quote('-', lines);
        self
    }

    /// Lines that are there now.
    pub(super) fn is<'l>(mut self, lines: impl IntoIterator<Item = (usize, &'l str)>) -> Self {
        self.new = self.quote('+', lines);
        self
    }

    fn quote<'l>(&mut self, sign: char, lines: impl IntoIterator<Item = (usize, &'l str)>) -> Option<Span> {
        let mut span: Option<Span> = None;
        let mut left_out = 0_usize;
        let mut kept = 0;
        for (number, line) in lines {
            let grown = span.map_or(Span { first: number, last: number }, |s| Span {
                first: s.first.min(number),
                last: s.last.max(number),
            });
            span = Some(grown);
            if kept < LINES_MAX {
                kept += 1;
                self.lines.push(format!("{sign} {}", short(line.trim_end())));
            } else {
                left_out += 1;
            }
        }
        if left_out > 0 {
            self.lines.push(format!("{sign} ({left_out} more lines)"));
        }
        span
    }
}

/// A text with a bounded number of characters.
pub(super) fn short(text: &str) -> String {
    let mut chars = text.chars();
    let kept: String = chars.by_ref().take(LINE_MAX).collect();
    if chars.next().is_some() { format!("{kept}…") } else { kept }
}
