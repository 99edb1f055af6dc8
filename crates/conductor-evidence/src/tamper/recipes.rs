//! Named commands that gates run: targets of make and just, scripts of `package.json`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Surroundings;
use super::file::File;
use super::finding::{Code, Finding, short};
use super::settings::changed;

/// Names that stand for checking even where no gate is known to run them.
const CHECKS: &[&str] = &["test", "tests", "check", "lint", "coverage", "verify", "ci", "build"];

/// Names that a gate's command asks a program for.
fn asked(around: &Surroundings<'_>, programs: &[&str]) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let mut runs = false;
    for command in around.gates.iter().map(|gate| gate.command) {
        let words: Vec<&str> = command.split(|c: char| c.is_whitespace() || ";&|()".contains(c)).collect();
        let begins = words.iter().position(|w| programs.contains(&w.rsplit('/').next().unwrap_or(w)));
        if let Some(at) = begins {
            runs = true;
            let rest = words.iter().skip(at + 1).filter(|w| !w.is_empty() && !w.starts_with('-'));
            names.extend(rest.map(|w| (*w).to_owned()));
        }
    }
    runs.then_some(names)
}

/// A target: the lines that say what it does.
type Targets = BTreeMap<String, Vec<String>>;

/// Targets of a Makefile or a justfile with what they need and do; what belongs to none is under the empty name.
fn targets(text: &str) -> Targets {
    let mut targets = Targets::new();
    let mut current = String::new();
    for line in text.lines().filter(|l| !l.trim().is_empty() && !l.trim_start().starts_with('#')) {
        let indented = line.starts_with([' ', '\t']);
        let head = line.split_once(':').filter(|(name, rest)| {
            !indented && !rest.starts_with('=') && !name.contains('=') && !name.contains('"')
        });
        if let Some((name, needs)) = head {
            current = name.split_whitespace().next().unwrap_or_default().trim_start_matches('@').to_owned();
            targets.entry(current.clone()).or_default().push(format!("needs {}", needs.trim()));
        } else if indented {
            targets.entry(current.clone()).or_default().push(line.trim().to_owned());
        } else {
            current.clear();
            targets.entry(String::new()).or_default().push(line.trim().to_owned());
        }
    }
    targets
}

/// A Makefile or the like: what gates run of it must not change.
pub(super) fn make(file: &File, around: &Surroundings<'_>) -> Option<Finding> {
    let difference = changed(file)?;
    let (old, new) = (targets(file.old_text()), targets(file.new_text()));
    file.old.as_ref()?;
    let programs = ["make", "gmake", "just", "task", "ninja"];
    let asked = asked(around, &programs);
    let known = asked.is_some();
    let mut reached: BTreeSet<String> = asked.unwrap_or_default();
    if reached.is_empty() {
        // Without a name the first target runs; where no gate is known, those that sound like checks.
        reached.extend(old.keys().filter(|k| known || CHECKS.contains(&k.as_str())).cloned());
    }
    for _ in 0..8 {
        let more: Vec<String> = reached
            .iter()
            .filter_map(|name| old.get(name))
            .flatten()
            .flat_map(|line| line.split(|c: char| c.is_whitespace() || "$(){}".contains(c)))
            .filter(|word| old.contains_key(*word))
            .map(str::to_owned)
            .collect();
        reached.extend(more);
    }
    let differs: Vec<&String> = reached.iter().filter(|name| old.get(*name) != new.get(*name)).collect();
    // What belongs to no target is settings: of all targets.
    let settings = old.get("") != new.get("") && uses(&old, &new, &reached);
    if differs.is_empty() && !settings {
        return None;
    }
    let ignored = difference.came.iter().any(|(_, line)| ignores_failure(line));
    Some(match (ignored, known) {
        (true, _) => difference.hold(Code::FailureIgnored, "a command that checks cannot fail any more"),
        (false, true) => difference.hold(Code::GateEdited, "what a gate runs is changed"),
        (false, false) => difference.note(Code::GateEdited, "targets that check are changed"),
    })
}

/// Whether settings that changed are used by targets that gates run.
fn uses(old: &Targets, new: &Targets, reached: &BTreeSet<String>) -> bool {
    let none = Vec::new();
    let (was, is) = (old.get("").unwrap_or(&none), new.get("").unwrap_or(&none));
    let lines = was.iter().filter(|l| !is.contains(l)).chain(is.iter().filter(|l| !was.contains(l)));
    let mut names = lines.map(|line| {
        let end = line.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(line.len());
        line.get(..end).unwrap_or_default().to_owned()
    });
    names.any(|name| {
        matches!(
            name.as_str(),
            "SHELL" | ".SHELLFLAGS" | "MAKEFLAGS" | "export" | "set" | ".IGNORE" | "include"
        ) || reached.iter().filter_map(|t| old.get(t)).flatten().any(|line| line.contains(name.as_str()))
    })
}

/// Whether a command hides that it failed.
pub(super) fn ignores_failure(line: &str) -> bool {
    let line = line.trim();
    let ends = ["|| true", "|| :", "||true", "|| exit 0", "; true", "; exit 0", "|| echo"]
        .iter()
        .any(|w| line.contains(w));
    ends || matches!(line, "true" | "exit 0" | "@true" | "set +e")
        || (line.starts_with('-') && !line.starts_with("--") && !line.starts_with("- "))
}

/// `package.json`: scripts that gates run, and settings of runners in it.
pub(super) fn package(file: &File, around: &Surroundings<'_>) -> Option<Finding> {
    file.old.as_ref()?;
    let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
    let (old, new) = (parse(file.old_text()), parse(file.new_text()));
    let part = |value: &Value, key: &str| value.get(key).cloned().unwrap_or(Value::Null);
    let runners =
        ["jest", "vitest", "nyc", "c8", "mocha", "ava", "tap", "eslintConfig", "workspaces", "type-coverage"];
    let of_runner = runners.iter().find(|key| part(&old, key) != part(&new, key));
    let (was, is) = (part(&old, "scripts"), part(&new, "scripts"));
    let text = |scripts: &Value, name: &str| scripts.get(name).and_then(Value::as_str).map(str::to_owned);
    let reached = reached(&was, asked(around, &["npm", "pnpm", "yarn", "bun", "npx"]));
    let (known, names) = reached;
    let differs = names.iter().find(|name| text(&was, name) != text(&is, name));
    let (code, what) = match (differs, of_runner) {
        (Some(name), _) if text(&is, name).is_none_or(|now| ignores_failure(&now)) => {
            (Code::FailureIgnored, format!("the script `{name}` cannot fail any more"))
        }
        (Some(name), _) => {
            (Code::GateEdited, format!("the script `{name}`, which checks the work, is changed"))
        }
        (None, Some(key)) => (Code::GateConfigEdited, format!("the settings of `{key}` are changed")),
        (None, None) => return None,
    };
    let sentence = format!("{}: {}", short(&what), file.path);
    let difference = changed(file);
    let hold = known || of_runner.is_some() || code == Code::FailureIgnored;
    let finding = if hold {
        Finding::hold(code, &file.path, sentence)
    } else {
        Finding::note(code, &file.path, sentence)
    };
    Some(match difference {
        Some(d) => finding.was(d.gone.iter().copied()).is(d.came.iter().copied()),
        None => finding,
    })
}

/// The scripts that gates run, with those that run before and after them and those that they call; and whether a gate is
/// known to run any.
fn reached(scripts: &Value, asked: Option<BTreeSet<String>>) -> (bool, BTreeSet<String>) {
    let known = asked.is_some();
    let mut names = asked.unwrap_or_else(|| CHECKS.iter().map(|n| (*n).to_owned()).collect());
    for _ in 0..8 {
        let bodies: Vec<String> =
            names.iter().filter_map(|n| scripts.get(n)?.as_str()).map(str::to_owned).collect();
        let words = bodies.iter().flat_map(|body| body.split_whitespace());
        let called: Vec<String> = words.filter(|w| scripts.get(*w).is_some()).map(str::to_owned).collect();
        names.extend(called);
    }
    let around: Vec<String> = names.iter().flat_map(|n| [format!("pre{n}"), format!("post{n}")]).collect();
    names.extend(around);
    (known, names)
}
