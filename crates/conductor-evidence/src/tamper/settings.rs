//! Settings of what checks the work: CI, runners, linters, build files.

use super::Surroundings;
use super::file::File;
use super::finding::{Code, Finding};
use super::places::{Place, place};
use super::text::{Line, differing};
use super::{recipes, threshold};

/// Words by which a runner is told to look at less.
const LESS: &[&str] = &[
    "deselect",
    "--ignore",
    "ignore-glob",
    "testPathIgnorePatterns",
    "exclude",
    "passWithNoTests",
    "collect_ignore",
    "norecursedirs",
    "testpaths",
    "-k ",
    "--skip",
    "skipTests",
    "maven.test.skip",
    "no:",
    "runner",
    "xfail",
    "omit",
    "ignore-filename-regex",
    "default-filter",
    "bail",
    "|| true",
    "exit 0",
    "dry-run",
    "collect-only",
    "onlyChanged",
    "test = false",
    "harness = false",
    "autotests = false",
];

/// What speaks against the change of a file of settings.
pub(super) fn check(file: &File, around: &Surroundings<'_>) -> Vec<Finding> {
    let mut findings = threshold::check(file);
    let moved = file.old.as_ref().is_some_and(|old| old.path != file.path && place(&old.path).is_some());
    let here = place(&file.path).or_else(|| file.old.as_ref().and_then(|old| place(&old.path)));
    let Some(kind) = here else { return findings };
    let found = match kind {
        Place::Ci => changed(file).map(|d| d.hold(Code::CiEdited, "continuous integration is changed")),
        Place::Own => {
            changed(file).map(|d| d.hold(Code::GateConfigEdited, "Conductor's configuration is changed"))
        }
        Place::Runner => runner(file),
        Place::Linter => linter(file, |_| true),
        Place::Sections => sections(file),
        Place::Package => recipes::package(file, around),
        Place::Make => recipes::make(file, around),
        Place::Hooks => None,
    };
    findings.extend(found);
    if moved && findings.is_empty() {
        let sentence = format!("{} has another name now, so that its readers do not find it", file.path);
        findings.push(Finding::hold(Code::GateConfigEdited, &file.path, sentence));
    }
    findings
}

/// Lines that differ, with where.
#[derive(Debug)]
pub(super) struct Difference<'f> {
    pub(super) path: &'f str,
    pub(super) gone: Vec<Line<'f>>,
    pub(super) came: Vec<Line<'f>>,
}

impl Difference<'_> {
    pub(super) fn hold(&self, code: Code, what: &str) -> Finding {
        self.told(Finding::hold(code, self.path, format!("{what}: {}", self.path)))
    }

    pub(super) fn note(&self, code: Code, what: &str) -> Finding {
        self.told(Finding::note(code, self.path, format!("{what}: {}", self.path)))
    }

    fn told(&self, finding: Finding) -> Finding {
        finding.was(self.gone.iter().copied()).is(self.came.iter().copied())
    }

    fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.came.is_empty()
    }
}

/// Whether a line of a configuration says anything.
fn says(line: &str) -> bool {
    !line.starts_with('#') && !line.starts_with("//") && !line.starts_with(';') && !line.starts_with("<!--")
}

/// The lines that differ, if any does. A threshold is looked at elsewhere.
pub(super) fn changed(file: &File) -> Option<Difference<'_>> {
    let (gone, came) =
        differing(file.old_text(), file.new_text(), |line| says(line) && !threshold::is_setting(line));
    let difference = Difference { path: &file.path, gone, came };
    (!difference.is_empty()).then_some(difference)
}

/// A file that only a test runner reads.
fn runner(file: &File) -> Option<Finding> {
    let difference = changed(file)?;
    let what = "the configuration of a test runner is changed";
    if file.old.is_some() {
        return Some(difference.hold(Code::GateConfigEdited, what));
    }
    let less = difference.came.iter().any(|(_, line)| LESS.iter().any(|word| line.contains(word)));
    Some(if less {
        difference.hold(Code::GateConfigEdited, "a new configuration makes a test runner look at less")
    } else {
        difference.note(Code::GateConfigEdited, "a test runner gets a configuration")
    })
}

/// Words that switch a rule off.
const OFF: &[&str] = &["off", "allow", "ignore", "disable", "exclude", "warn", "false", "0", "skip", "none"];
/// Words that switch one on.
const ON: &[&str] =
    &["deny", "forbid", "error", "select", "enable", "strict", "true", "extends", "warnings", "max"];

/// A file that a linter reads, or sections of one.
fn linter(file: &File, counts: impl Fn(&str) -> bool) -> Option<Finding> {
    let mut difference = changed(file)?;
    difference.gone.retain(|(_, line)| counts(line));
    difference.came.retain(|(_, line)| counts(line));
    let has = |lines: &[Line<'_>], words: &[&str]| {
        lines.iter().any(|(_, line)| {
            let mut parts = line.split(|c: char| !(c.is_alphanumeric() || "_-.".contains(c)));
            parts.any(|p| words.iter().any(|w| p.eq_ignore_ascii_case(w) || (w.len() > 4 && p.contains(w))))
        })
    };
    // A line that only grew says more than before.
    let grew = |(_, was): &Line<'_>| {
        let start = was.trim().trim_end_matches([']', ',', '}', ' ']);
        difference.came.iter().any(|(_, is)| is.trim().starts_with(start)) && !has(&[(0, was)], OFF)
    };
    let lost = difference.gone.iter().any(|line| has(&[*line], ON) && !grew(line));
    let weaker = has(&difference.came, OFF)
        && !difference.came.iter().all(|l| has(&[*l], ON) && !has(&[*l], &["off", "allow", "ignore"]));
    if difference.is_empty() {
        return None;
    }
    let deleted = file.new.is_none();
    // A first configuration takes nothing away, unless it says that it does.
    let says_off = || {
        difference.came.iter().any(|(_, line)| {
            let mut words = line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
            words.any(|word| ["off", "ignore", "exclude", "allow"].contains(&word))
        })
    };
    let weaker = weaker && (file.old.is_some() || says_off());
    Some(if lost || weaker || deleted {
        difference.hold(Code::LintWeakened, "rules of a linter or compiler are switched off or changed")
    } else {
        difference.note(Code::LintWeakened, "rules of a linter or compiler are changed")
    })
}

/// Sections that a test runner reads, and sections that a linter reads.
const RUNNER_SECTIONS: &[&str] = &[
    "tool.pytest",
    "tool:pytest",
    "pytest",
    "tool.coverage",
    "coverage:",
    "tool.tox",
    "tox",
    "testenv",
    "tool.nox",
    "tool.hatch.envs",
    "tool.poe",
];
const LINTER_SECTIONS: &[&str] = &[
    "lints",
    "workspace.lints",
    "tool.ruff",
    "tool.mypy",
    "mypy",
    "tool.pylint",
    "flake8",
    "tool.flake8",
    "tool.pyright",
    "tool.black",
    "pylint",
];

/// A manifest, of which only some sections are about checking.
fn sections(file: &File) -> Option<Finding> {
    let (old, new) = (numbered(file.old_text()), numbered(file.new_text()));
    let of = |sections: &[&str]| {
        let mut found = Vec::new();
        for (section, lines) in &old {
            if sections.iter().any(|s| section.starts_with(s)) {
                found.extend(lines.iter().copied());
            }
        }
        found
    };
    let is = |sections: &[&str]| {
        let mut found = Vec::new();
        for (section, lines) in &new {
            if sections.iter().any(|s| section.starts_with(s)) {
                found.extend(lines.iter().copied());
            }
        }
        found
    };
    let apart = |sections: &[&str]| Difference {
        path: &file.path,
        gone: apart(&of(sections), &is(sections)),
        came: apart(&is(sections), &of(sections)),
    };
    let runner = apart(RUNNER_SECTIONS);
    if !runner.is_empty() {
        let less = runner.came.iter().any(|(_, line)| LESS.iter().any(|w| line.contains(w)));
        let what = "the configuration of a test runner is changed";
        return Some(if !runner.gone.is_empty() || less {
            runner.hold(Code::GateConfigEdited, what)
        } else {
            runner.note(Code::GateConfigEdited, what)
        });
    }
    let lints = apart(LINTER_SECTIONS);
    if !lints.is_empty() {
        let of_lints =
            |line: &str| lints.gone.iter().chain(&lints.came).any(|(_, l)| l.trim() == line.trim());
        return linter(file, of_lints);
    }
    switches(file)
}

/// Lines with their sections.
fn numbered(text: &str) -> Vec<(String, Vec<Line<'_>>)> {
    let mut sections: Vec<(String, Vec<Line<'_>>)> = vec![(String::new(), Vec::new())];
    for (at, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.starts_with('[') && trimmed.ends_with(']') && !trimmed.contains('"') {
            sections.push((trimmed.trim_matches(['[', ']']).to_owned(), Vec::new()));
        } else if !trimmed.is_empty()
            && says(trimmed)
            && !threshold::is_setting(trimmed)
            && let Some((_, lines)) = sections.last_mut()
        {
            lines.push((at + 1, line));
        }
    }
    sections
}

/// The lines of the first that the second has not.
fn apart<'f>(these: &[Line<'f>], those: &[Line<'f>]) -> Vec<Line<'f>> {
    let mut left: Vec<&str> = those.iter().map(|(_, line)| line.trim()).collect();
    let mut only = Vec::new();
    for (at, line) in these {
        match left.iter().position(|l| *l == line.trim()) {
            Some(found) => {
                left.swap_remove(found);
            }
            None => only.push((*at, *line)),
        }
    }
    only
}

/// Single settings of build files by which tests are not built, not run, or not obeyed.
fn switches(file: &File) -> Option<Finding> {
    const OFF: &[&str] = &[
        "test = false",
        "test=false",
        "autotests = false",
        "doctest = false",
        "skipTests",
        "maven.test.skip",
        "testFailureIgnore",
        "ignoreFailures",
        "enabled = false",
        "useJUnit",
        "excludeTestsMatching",
        "<exclude>",
        "passWithNoTests",
        "haltOnFailure",
    ];
    const ON: &[&str] = &["add_test", "enable_testing", "gtest_discover_tests", "useJUnitPlatform"];
    file.old.as_ref()?;
    let mut difference = changed(file)?;
    // Targets of a manifest that are new may be none that tests are in.
    let targets = |lines: &[Line<'_>]| lines.iter().filter(|(_, line)| line.trim().starts_with("[[")).count();
    let new_targets = targets(&difference.came).saturating_sub(targets(&difference.gone));
    difference
        .came
        .retain(|(_, line)| OFF.iter().any(|w| line.contains(w)) && !line.contains("useJUnitPlatform"));
    difference.gone.retain(|(_, line)| ON.iter().any(|w| line.contains(w)));
    let leaves_out = difference.came.len() > new_targets || !difference.gone.is_empty();
    leaves_out.then(|| difference.hold(Code::GateConfigEdited, "a build file leaves tests out"))
}
