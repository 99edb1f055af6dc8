//! Lints: what tools that look at code without running it found.

use serde::{Deserialize, Serialize};

/// How bad a finding is, by the word of the tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LintLevel {
    /// It has to be mended.
    Error,
    /// It should be.
    Warning,
    /// A remark.
    Note,
}

/// How many findings there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LintCounts {
    /// Errors.
    pub errors: u64,
    /// Warnings.
    pub warnings: u64,
    /// Remarks.
    pub notes: u64,
}

impl LintCounts {
    /// Counts one more.
    pub fn add(&mut self, level: LintLevel) {
        let count = match level {
            LintLevel::Error => &mut self.errors,
            LintLevel::Warning => &mut self.warnings,
            LintLevel::Note => &mut self.notes,
        };
        *count = count.saturating_add(1);
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            errors: self.errors.saturating_add(other.errors),
            warnings: self.warnings.saturating_add(other.warnings),
            notes: self.notes.saturating_add(other.notes),
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lint {
    /// How bad it is.
    pub level: LintLevel,
    /// The rule's name, for example `clippy::needless_return`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The file, from the root of the tree; `None` where it is none of the tree's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The line, the first being 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// What the tool says.
    pub message: String,
}

/// The findings of one gate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lints {
    /// How many there are.
    pub counts: LintCounts,
    /// The first of them, the worst ones before the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Lint>,
}
