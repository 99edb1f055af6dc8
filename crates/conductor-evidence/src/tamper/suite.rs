//! All tests of a change, before and after.

use std::collections::{BTreeMap, BTreeSet};

use super::Surroundings;
use super::assertion::Assertion;
use super::facts::{Function, Role, likeness};
use super::file::{File, Side, is_collected};
use super::finding::{Code, Finding, Weight};
use super::gone::{Told, unexplained};
use super::pairs::{COMPARISONS_MAX, Case, Pairs, pair};
use super::weigh::{Around, Both, weigh, weight};

/// A function as alike as this to a test that is gone is that test, under a name that no runner looks for.
const SAME_BODY: u32 = 80;

/// How a helper is known: by what it checks.
type Helpers<'f> = BTreeMap<&'f str, usize>;

/// What speaks against the change of the tests.
pub(super) fn check(files: &[File], around: &Surroundings<'_>) -> Vec<Finding> {
    let mut findings = only(files);
    let tests = paired(files, Role::Test);
    let support = paired(files, Role::Support);
    let (old_helpers, new_helpers) = (helpers(files, |f| f.old.as_ref()), helpers(files, |f| f.new.as_ref()));
    let moved = moved(files, tests.same.iter().chain(&support.same));
    let deleted = deleted(files);
    let removed = |name: &str| around.removal_asked && deleted.contains(name);
    let runs = |name: &str| super::gone::runs_as_before(around, name);
    let known = Around {
        old_helpers: &old_helpers,
        new_helpers: &new_helpers,
        moved: &moved,
        removed: &removed,
        runs: &runs,
    };
    for (old, new) in tests.same.iter().chain(&support.same) {
        if let Some(both) = both(files, *old, *new) {
            findings.extend(weigh(both, &known));
        }
    }
    let mut told = Told::default();
    for (old, new) in &tests.same {
        told.renamed(&old.function.name, &new.function.name);
        findings.extend(uncollected_file(files, *old, *new));
    }
    for case in &tests.gone {
        findings.extend(gone(files, *case, &tests, &known, &mut told));
    }
    findings.extend(new_tests(files, &tests));
    findings.extend(new_support(files, &support));
    for finding in &findings {
        told.finding(finding);
    }
    findings.extend(unexplained(files, around, &told));
    findings
}

/// All functions of a role, paired.
fn paired(files: &[File], role: Role) -> Pairs<'_> {
    let all = |side: fn(&File) -> Option<&Side>| {
        let each = files.iter().enumerate().filter_map(move |(n, file)| side(file).map(|side| (n, side)));
        each.flat_map(move |(file, side)| {
            let family = side.language().map_or(u8::MAX, super::source::Language::family);
            side.functions(role).map(move |function| Case { file, family, function })
        })
        .collect::<Vec<_>>()
    };
    pair(all(|f| f.old.as_ref()), all(|f| f.new.as_ref()))
}

fn both<'f>(files: &'f [File], old: Case<'f>, new: Case<'f>) -> Option<Both<'f>> {
    Some(Both {
        old: old.function,
        new: new.function,
        old_side: files.get(old.file)?.old.as_ref()?,
        new_side: files.get(new.file)?.new.as_ref()?,
    })
}

/// The functions that check something for tests, and how much. A helper that calls helpers counts for them.
fn helpers<'f>(files: &'f [File], side: fn(&'f File) -> Option<&'f Side>) -> Helpers<'f> {
    let all: Vec<&Function> =
        files.iter().filter_map(side).flat_map(|side| side.functions(Role::Support)).collect();
    let mut helpers = Helpers::new();
    for _ in 0..3 {
        let known = helpers.clone();
        for function in &all {
            let worth: usize = function.assertions.iter().map(|a| weight(a, &known)).sum();
            let entry = helpers.entry(function.name.as_str()).or_default();
            *entry = worth.min(1_000).max(*entry);
        }
    }
    helpers
}

/// Assertions that stand somewhere in tests now and did not stand there before.
fn moved<'f>(
    files: &'f [File],
    same: impl Iterator<Item = &'f (Case<'f>, Case<'f>)>,
) -> BTreeMap<&'f str, usize> {
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for side in files.iter().filter_map(|f| f.new.as_ref()) {
        named.extend(side.functions(Role::Test).flat_map(|f| f.names.iter().map(String::as_str)));
    }
    // What nobody calls checks nothing.
    let alive = |f: &Function| match f.role {
        Role::Test => f.skip.is_none(),
        Role::Support => named.contains(f.name.as_str()),
        Role::Code => false,
    };
    let texts = |function: &'f Function| {
        let mut counts: BTreeMap<&'f str, usize> = BTreeMap::new();
        for assertion in function.assertions.iter().filter(|a| a.counts() || a.helper.is_some()) {
            *counts.entry(assertion.text.as_str()).or_default() += 1;
        }
        counts
    };
    let mut there: BTreeMap<&str, usize> = BTreeMap::new();
    let functions = files.iter().filter_map(|f| f.new.as_ref()).flat_map(|side| &side.found.functions);
    for (text, n) in functions.filter(|f| alive(f)).flat_map(texts) {
        *there.entry(text).or_default() += n;
    }
    for (old, new) in same.filter(|(_, new)| alive(new.function)) {
        let kept = texts(old.function);
        for (text, n) in texts(new.function) {
            let stayed = kept.get(text).copied().unwrap_or_default().min(n);
            if let Some(left) = there.get_mut(text) {
                *left = left.saturating_sub(stayed);
            }
        }
    }
    there.retain(|_, n| *n > 0);
    there
}

/// Names that were defined outside of tests, and are not any more.
fn deleted(files: &[File]) -> BTreeSet<&str> {
    let mut names: BTreeSet<&str> =
        files.iter().filter_map(|f| f.old.as_ref()).flat_map(Side::definitions).collect();
    for name in files.iter().filter_map(|f| f.new.as_ref()).flat_map(Side::definitions) {
        names.remove(name);
    }
    names
}

/// Marks that leave out all other tests.
fn only(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        let before = file.old.as_ref().map_or(0, |side| side.found.only.len());
        let Some(new) = file.new.as_ref().filter(|new| new.found.only.len() > before) else { continue };
        let marks = new.found.only.iter().map(|mark| new.line(mark.line));
        let sentence = "one test is marked so that the runner leaves out all others".to_owned();
        findings.push(Finding::hold(Code::OthersHidden, &file.path, sentence).is(marks));
    }
    findings
}

/// A test whose file the runner does not look into any more.
fn uncollected_file(files: &[File], old: Case<'_>, new: Case<'_>) -> Option<Finding> {
    let (was, is) = (files.get(old.file)?.old.as_ref()?, files.get(new.file)?.new.as_ref()?);
    (is_collected(&was.path) && !is_collected(&is.path)).then(|| {
        let name = new.function.path();
        let sentence = format!("the test `{name}` is in a file now where runners do not look for tests");
        let span = new.function.span;
        Finding::hold(Code::TestNotCollected, &is.path, sentence).is(is.lines(span.first, span.first))
    })
}

/// What became of a test that is no test any more.
fn gone<'f>(
    files: &'f [File],
    case: Case<'f>,
    tests: &Pairs<'f>,
    around: &Around<'_>,
    told: &mut Told,
) -> Option<Finding> {
    let old = case.function;
    let side = files.get(case.file)?.old.as_ref()?;
    if old.skip.as_ref().is_some_and(|skip| !skip.sometimes) {
        return None;
    }
    let bounded = tests.gone.len().saturating_mul(tests.same.len() + tests.added.len()) <= COMPARISONS_MAX;
    let mut all = tests.same.iter().map(|(_, new)| new).chain(&tests.added);
    if dissolved(old, around) || (bounded && all.any(|new| merged(old, new.function))) {
        told.excused(&old.name);
        return None;
    }
    let name = old.path();
    let body = side.lines(old.span.first, old.span.last);
    if let Some((path, at)) = hidden(files, old).filter(|_| bounded) {
        let sentence = format!("the test `{name}` is still written down, but no runner takes it for a test");
        let new = files.iter().filter_map(|f| f.new.as_ref()).find(|s| s.path == path)?;
        let finding = Finding::hold(Code::TestNotCollected, path, sentence);
        return Some(finding.was(side.lines(old.span.first, old.span.first)).is([new.line(at)]));
    }
    let subject_gone = old.names.iter().any(|n| (around.removed)(n));
    let weight = if subject_gone { Weight::Note } else { Weight::Hold };
    let with = if subject_gone { " with what it tested" } else { "" };
    let sentence = format!("the test `{name}` is deleted{with}");
    Some(Finding::new(Code::TestDeleted, weight, &side.path, sentence).was(body))
}

/// Whether what a test asserted is asserted in other tests now.
fn dissolved(old: &Function, around: &Around<'_>) -> bool {
    let counting: Vec<&Assertion> =
        old.assertions.iter().filter(|a| weight(a, around.old_helpers) > 0).collect();
    let there = counting.iter().filter(|a| around.moved.contains_key(a.text.as_str())).count();
    !counting.is_empty() && there * 10 >= counting.len() * 8
}

/// Whether a test became a row of another one's table.
fn merged(old: &Function, new: &Function) -> bool {
    let subjects = old.assertions.iter().flat_map(|a| super::text::names(&a.text));
    let mut known = subjects.filter(|n| old.names.contains(*n) && new.names.contains(*n));
    new.repeats
        && new.skip.is_none()
        && !old.literals.is_empty()
        && old.literals.iter().all(|l| new.literals.contains(l))
        && new.assertions.iter().any(Assertion::counts)
        && known.next().is_some()
}

/// Where the body of a test stands now, as something that is no test.
fn hidden<'f>(files: &'f [File], old: &Function) -> Option<(&'f str, usize)> {
    if old.statements == 0 {
        return None;
    }
    let sides = files.iter().filter_map(|f| f.new.as_ref());
    let functions = sides.flat_map(|side| side.found.functions.iter().map(move |f| (side, f)));
    let mut same = functions.filter(|(_, f)| f.role != Role::Test && likeness(old, f) >= SAME_BODY);
    same.next().map(|(side, f)| (side.path.as_str(), f.span.first))
}

/// New functions around tests that leave all of them out.
fn new_support(files: &[File], support: &Pairs<'_>) -> Vec<Finding> {
    let before = ["setup", "before", "tearup"];
    let found = support.added.iter().filter_map(|case| {
        let side = files.get(case.file)?.new.as_ref()?;
        let lower = case.function.name.to_ascii_lowercase();
        let skip = case.function.skip.as_ref().filter(|skip| {
            !skip.sometimes && before.iter().any(|word| lower.replace('_', "").starts_with(word))
        })?;
        let sentence = format!("`{}` leaves out all tests around it", case.function.path());
        Some(Finding::hold(Code::TestSkipped, &side.path, sentence).is([side.line(skip.line)]))
    });
    found.collect()
}

/// New tests that check nothing whatever the code does.
fn new_tests(files: &[File], tests: &Pairs<'_>) -> Vec<Finding> {
    let idle = |case: &&Case<'_>| {
        let all = &case.function.assertions;
        all.iter().any(|a| a.helper.is_none()) && !all.iter().any(|a| a.counts())
    };
    let found = tests.added.iter().filter(idle).filter_map(|case| {
        let side = files.get(case.file)?.new.as_ref()?;
        let sentence = format!("the new test `{}` passes whatever the code does", case.function.path());
        let span = case.function.span;
        let finding = Finding::note(Code::AssertionVacuous, &side.path, sentence);
        Some(finding.is(side.lines(span.first, span.last)))
    });
    found.collect()
}
