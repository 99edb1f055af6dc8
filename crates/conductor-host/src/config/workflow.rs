//! `orchestration.workflow`: from the task to the commit.

use std::path::PathBuf;

use serde_json::Value;

use super::reader::{Field, Section};
use crate::prompt::Budget;

/// Where a session merges into.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Into {
    /// A branch of its own, cut from the one that the user is on.
    #[default]
    Session,
    /// This branch.
    Branch(String),
}

/// The least share of lines that tests must reach, in percent; what is `None` is not asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MinCoverage {
    /// Of all lines.
    pub total: Option<u32>,
    /// Of the lines that a change adds.
    pub changed: Option<u32>,
}

impl MinCoverage {
    /// Whether anything is asked for.
    pub fn is_asked(&self) -> bool {
        self.total.is_some() || self.changed.is_some()
    }

    /// A number is about all lines; a section names what it is about.
    fn read(field: &Field<'_>) -> Option<Self> {
        match field.value() {
            Value::Object(_) => {
                let mut section = field.section()?;
                let read = Self {
                    total: section.take("total").and_then(|f| f.whole(0, 100)),
                    changed: section.take("changed").and_then(|f| f.whole(0, 100)),
                };
                section.finish();
                Some(read)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Some(Self { total: Some(field.whole(0, 100)?), changed: None })
            }
        }
    }
}

/// When a session's branch is brought to the user's branch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Land {
    /// When the user says so.
    #[default]
    Ask,
    /// When the session ends with everything done.
    Auto,
}

/// What becomes of a run's commits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MergeStyle {
    /// One commit for each run.
    #[default]
    Squash,
    /// A merge commit that keeps them.
    Merge,
}

/// How task branches are named. Placeholders: `{task_id}` (needed), `{task_slug}`, `{session}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchPattern(String);

impl BranchPattern {
    const SLOTS: &[&str] = &["{task_id}", "{task_slug}", "{session}"];

    /// Takes a pattern.
    ///
    /// Returns `None` unless it names the task's id, has no unknown placeholder and can give a valid branch.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bare = text.to_owned();
        for slot in Self::SLOTS {
            bare = bare.replace(slot, "x");
        }
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_/.".contains(&b);
        let parts_ok = bare.split('/').all(|part| {
            !part.is_empty()
                && !part.starts_with(['.', '-'])
                && !part.ends_with('.')
                && !part.ends_with(".lock")
        });
        let ok = text.contains("{task_id}") && bare.bytes().all(plain) && !bare.contains("..") && parts_ok;
        ok.then(|| Self(text.to_owned()))
    }

    /// The branch of one task. `slug` is cleaned: only lower-case letters, digits and single dashes are left
    /// of it, at most 40; an id such as `TASK-001.1` stays as it is.
    pub fn branch(&self, task_id: &str, title: &str, session: &str) -> String {
        let filled = self
            .0
            .replace("{task_id}", task_id)
            .replace("{session}", session)
            .replace("{task_slug}", &slug(title));
        // A title without a letter that git and every file system take leaves an empty slug.
        let tidy: Vec<&str> = filled.split('/').map(|part| part.trim_end_matches(['-', '_', '.'])).collect();
        tidy.join("/")
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for BranchPattern {
    fn default() -> Self {
        Self("feature/{task_id}-{task_slug}".to_owned())
    }
}

/// The section `orchestration.workflow`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workflow {
    /// Work in which no test ran is not accepted.
    pub require_tests: bool,
    /// The least share of lines that tests must reach.
    pub min_coverage: MinCoverage,
    /// Whether work that passed is merged without asking.
    pub auto_commit: bool,
    /// How task branches are named.
    pub branch_pattern: BranchPattern,
    /// Where a session merges into.
    pub into: Into,
    /// When a session's branch is brought to the user's branch.
    pub land: Land,
    /// How many runs go on at a time.
    pub jobs: u32,
    /// How many candidates are tested at once; `None` for two, or one where `jobs` is one.
    pub tests_at_once: Option<u32>,
    /// How many runs one test may stand for.
    pub batch: u32,
    /// Commands of the user's that prepare a workspace, each for `/bin/sh -c`.
    pub setup: Vec<String>,
    /// Where workspaces are made; `None` for the user's state directory.
    pub workspace_root: Option<PathBuf>,
    /// What becomes of a run's commits.
    pub merge: MergeStyle,
    /// The agent that reviews finished work before it is decided about; `None` for the only one with that role.
    pub review: Option<String>,
    /// The most of a prompt, in estimated tokens.
    pub prompt_tokens: u32,
}

impl Default for Workflow {
    fn default() -> Self {
        Self {
            require_tests: false,
            min_coverage: MinCoverage::default(),
            auto_commit: true,
            branch_pattern: BranchPattern::default(),
            into: Into::Session,
            land: Land::Ask,
            jobs: 1,
            tests_at_once: None,
            batch: 4,
            setup: Vec::new(),
            workspace_root: None,
            merge: MergeStyle::Squash,
            review: None,
            prompt_tokens: Budget::USUAL,
        }
    }
}

impl Workflow {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        let land = [("ask", Land::Ask), ("auto", Land::Auto)];
        let merge = [("squash", MergeStyle::Squash), ("merge", MergeStyle::Merge)];
        let read = Self {
            require_tests: section
                .take("require_tests")
                .and_then(|f| f.flag())
                .unwrap_or(default.require_tests),
            min_coverage: section
                .take("min_coverage")
                .and_then(|f| MinCoverage::read(&f))
                .unwrap_or_default(),
            auto_commit: section.take("auto_commit").and_then(|f| f.flag()).unwrap_or(default.auto_commit),
            branch_pattern: section.take("branch_pattern").and_then(|f| pattern(&f)).unwrap_or_default(),
            into: section.take("into").and_then(|f| f.text()).map(into).unwrap_or_default(),
            land: section.take("land").and_then(|f| f.choice(&land)).unwrap_or_default(),
            jobs: section.take("jobs").and_then(|f| f.whole(1, 64)).unwrap_or(default.jobs),
            tests_at_once: section.take("tests_at_once").and_then(|f| f.whole(1, 16)),
            batch: section.take("batch").and_then(|f| f.whole(1, 64)).unwrap_or(default.batch),
            setup: section.take("setup").and_then(|f| f.texts()).unwrap_or_default(),
            workspace_root: section.take("workspace_root").and_then(|f| root(&f)),
            merge: section.take("merge").and_then(|f| f.choice(&merge)).unwrap_or_default(),
            review: section.take("review").and_then(|f| f.text()),
            prompt_tokens: section
                .take("prompt_tokens")
                .and_then(|f| f.whole(Budget::LEAST, Budget::MOST))
                .unwrap_or(default.prompt_tokens),
        };
        section.finish();
        read
    }
}

fn pattern(field: &Field<'_>) -> Option<BranchPattern> {
    BranchPattern::parse(&field.text()?).or_else(|| {
        field.refuse("a branch name with {task_id} in it, and {task_slug} or {session} if wanted")
    })
}

fn into(text: String) -> Into {
    if text == "session" { Into::Session } else { Into::Branch(text) }
}

fn root(field: &Field<'_>) -> Option<PathBuf> {
    let path = PathBuf::from(field.text()?);
    if path.is_absolute() { Some(path) } else { field.refuse("an absolute path") }
}

fn slug(title: &str) -> String {
    const MOST: usize = 40;
    let mut slug = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        if slug.len() >= MOST {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_pattern_must_name_the_task_and_give_a_branch() {
        for ok in ["{task_id}", "feature/{task_id}-{task_slug}", "s{session}/{task_id}"] {
            assert!(BranchPattern::parse(ok).is_some(), "{ok}");
        }
        for bad in [
            "feature/x",
            "{task_id}/",
            "/{task_id}",
            "a..{task_id}",
            "{task_id}.lock",
            "-{task_id}",
            "{task_id} x",
            "{task_id}~1",
            "{task}/{task_id}",
            ".git/{task_id}",
            "a/.b/{task_id}",
            "{task_id}@{0}",
        ] {
            assert!(BranchPattern::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_prompt_has_a_budget_within_bounds() {
        let tokens = |value: Value| {
            let file = serde_json::json!({ "orchestration": { "workflow": { "prompt_tokens": value } } });
            Config::from_value(&file).map(|config| config.orchestration.workflow.prompt_tokens)
        };
        assert_eq!(Workflow::default().prompt_tokens, 9_000);
        for ok in [2_000, 9_000, 200_000] {
            assert_eq!(tokens(ok.into()).unwrap(), ok);
        }
        for bad in [0.into(), 1_999.into(), 200_001.into(), "9000".into(), serde_json::json!(2_500.5)] {
            let said = tokens(bad).unwrap_err().to_string();
            assert!(said.starts_with("orchestration.workflow.prompt_tokens: "), "{said}");
            assert!(said.ends_with("expected a whole number from 2000 to 200000"), "{said}");
        }
    }

    #[test]
    fn titles_become_harmless_slugs() {
        let pattern = BranchPattern::default();
        let table = [
            ("Store notes", "feature/TASK-001-store-notes"),
            ("  --force $(touch x); ../../y\n\u{1b}[2J", "feature/TASK-001-force-touch-x-y-2j"),
            ("Überprüfung", "feature/TASK-001-berpr-fung"),
            ("日本語", "feature/TASK-001"),
            ("", "feature/TASK-001"),
        ];
        for (title, branch) in table {
            assert_eq!(pattern.branch("TASK-001", title, "1"), branch);
        }
        let long = pattern.branch("TASK-001", &"a b".repeat(1_000_000), "1");
        assert!(long.len() <= "feature/TASK-001-".len() + 40, "{long}");
    }
}
