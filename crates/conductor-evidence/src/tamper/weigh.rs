//! One test before and after: whether it still demands what it demanded.

use std::collections::BTreeMap;

use super::assertion::{Assertion, Strength, likeness};
use super::facts::{Function, Mark, Role};
use super::file::Side;
use super::finding::{Code, Finding, Weight};
use super::pairs::COMPARISONS_MAX;

/// What is known around a pair of tests.
pub(super) struct Around<'a> {
    /// How much each helper of the old and of the new sources checks.
    pub(super) old_helpers: &'a BTreeMap<&'a str, usize>,
    pub(super) new_helpers: &'a BTreeMap<&'a str, usize>,
    /// Assertions that stand elsewhere now, and did not before; how often.
    pub(super) moved: &'a BTreeMap<&'a str, usize>,
    /// Names that were defined, and are not any more, when the task asks for that.
    pub(super) removed: &'a dyn Fn(&str) -> bool,
    /// Whether a test of this name ran as often as before.
    pub(super) runs: &'a dyn Fn(&str) -> bool,
}

/// A test, or a helper of tests, on both sides.
#[derive(Debug, Clone, Copy)]
pub(super) struct Both<'a> {
    pub(super) old: &'a Function,
    pub(super) new: &'a Function,
    pub(super) old_side: &'a Side,
    pub(super) new_side: &'a Side,
}

impl Both<'_> {
    fn name(&self) -> String {
        format!("`{}`", self.new.path())
    }

    fn what(&self) -> &'static str {
        if self.new.role == Role::Test { "the test" } else { "the test helper" }
    }

    fn found(&self, code: Code, weight: Weight, rest: &str) -> Finding {
        // A helper that checks less is one finding, whatever it is that it lost.
        let weakens = matches!(
            code,
            Code::AssertionsRemoved | Code::AssertionWeakened | Code::AssertionVacuous | Code::TestEmptied
        );
        let code = if self.old.role == Role::Support && weakens { Code::HelperWeakened } else { code };
        let sentence = format!("{} {} {rest}", self.what(), self.name());
        Finding::new(code, weight, &self.new_side.path, sentence)
    }

    fn hold(&self, code: Code, rest: &str) -> Finding {
        self.found(code, Weight::Hold, rest)
    }

    fn at_new(&self, finding: Finding, mark: &Mark) -> Finding {
        finding.is([self.new_side.line(mark.line)])
    }

    fn with(&self, finding: Finding, old: &[&Assertion], new: &[&Assertion]) -> Finding {
        finding
            .was(old.iter().map(|a| self.old_side.line(a.line)))
            .is(new.iter().map(|a| self.new_side.line(a.line)))
    }
}

/// What speaks against the change of one test.
pub(super) fn weigh(both: Both<'_>, around: &Around<'_>) -> Vec<Finding> {
    if both.old.skip.as_ref().is_some_and(|skip| !skip.sometimes) {
        return Vec::new();
    }
    let mut findings = marks(both, around);
    let never = both.new.skip.as_ref().is_some_and(|skip| !skip.sometimes);
    if never {
        return findings;
    }
    let had = both.old.assertions.iter().map(|a| debt(both.old, a, around.old_helpers)).sum();
    let has = both.new.assertions.iter().map(|a| weight(a, around.new_helpers)).sum();
    if both.new.statements == 0 && (both.old.statements > 0) {
        let lines = both.old_side.lines(both.old.span.first, both.old.span.last);
        findings.push(both.hold(Code::TestEmptied, "has nothing in it any more").was(lines));
        return findings;
    }
    findings.extend(assertions(both, around, had, has));
    findings
}

/// What is marked at the test as a whole.
fn marks(both: Both<'_>, around: &Around<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let (None, Some(skip)) = (&both.old.skip, &both.new.skip) {
        let runs = skip.sometimes && (around.runs)(&both.new.name);
        let weight = if runs { Weight::Note } else { Weight::Hold };
        let rest = match (runs, skip.sometimes) {
            (true, _) => "is left out under a condition now, and ran all the same",
            (false, true) => "is left out under a condition now",
            (false, false) => "is left out now",
        };
        findings.push(both.at_new(both.found(Code::TestSkipped, weight, rest), skip));
    }
    if let (None, Some(fails)) = (&both.old.fails, &both.new.fails) {
        findings.push(both.at_new(both.hold(Code::FailureExpected, "is expected to fail now"), fails));
    }
    if let (None, Some(early)) = (&both.old.early, &both.new.early) {
        findings
            .push(both.at_new(both.hold(Code::EarlyReturn, "returns before it has checked anything"), early));
    }
    findings
}

/// What is missed when an assertion goes. Many helpers do something and assert that it worked: such a call is only missed
/// where it was all that a test had.
fn debt(function: &Function, assertion: &Assertion, helpers: &BTreeMap<&str, usize>) -> usize {
    let direct = |a: &Assertion| a.helper.is_none() && a.counts();
    let counts = match &assertion.helper {
        None => true,
        Some(name) => {
            sounds_like_one(name) || (function.role == Role::Test && !function.assertions.iter().any(direct))
        }
    };
    if counts { weight(assertion, helpers) } else { 0 }
}

/// How many assertions one stands for: a call of a helper for those in the helper.
pub(super) fn weight(assertion: &Assertion, helpers: &BTreeMap<&str, usize>) -> usize {
    match &assertion.helper {
        None => usize::from(assertion.counts()),
        Some(_) if assertion.reach.dead || assertion.reach.swallowed => 0,
        Some(name) => {
            helpers.get(name.as_str()).copied().unwrap_or_else(|| usize::from(sounds_like_one(name)))
        }
    }
}

/// Whether a function checks something, by its name. What is only called `check` may be what is under test.
fn sounds_like_one(name: &str) -> bool {
    let goes_on = |word: &str| {
        name.strip_prefix(word).is_some_and(|rest| rest.starts_with(|c: char| c == '_' || c.is_uppercase()))
    };
    name.starts_with("assert")
        || ["check", "verify", "expect", "should", "must", "ensure"].iter().any(|w| goes_on(w))
}

/// What became of the assertions.
fn assertions(both: Both<'_>, around: &Around<'_>, had: usize, has: usize) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut new: Vec<&Assertion> = both.new.assertions.iter().collect();
    let mut lost: Vec<&Assertion> = Vec::new();
    let (mut swallowed, mut unreached) = (Vec::new(), Vec::new());
    for old in both.old.assertions.iter().filter(|a| debt(both.old, a, around.old_helpers) > 0) {
        let Some(at) = new.iter().position(|n| n.text == old.text) else {
            lost.push(old);
            continue;
        };
        let now = new.remove(at);
        if now.reach.swallowed && !old.reach.swallowed {
            swallowed.push(now);
        } else if (now.reach.dead && !old.reach.dead) || (now.reach.conditional && !old.reach.conditional) {
            unreached.push(now);
        }
    }
    // The same assertion in another test is no loss.
    let mut elsewhere = around.moved.clone();
    lost.retain(|a| match elsewhere.get_mut(a.text.as_str()) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        Some(_) | None => true,
    });
    if !swallowed.is_empty() {
        let found = both.hold(Code::FailureSwallowed, "catches its own failing assertions");
        findings.push(both.with(found, &[], &swallowed));
    }
    if !unreached.is_empty() {
        let found =
            both.hold(Code::AssertionUnreached, "has assertions that are not always reached any more");
        findings.push(both.with(found, &[], &unreached));
    }
    let Compared { findings: more, left, vacuous } = compare(both, around, &lost, new);
    findings.extend(more);
    findings.extend(removed(both, around, &left, &vacuous, had.saturating_sub(has)));
    findings
}

struct Compared<'a> {
    findings: Vec<Finding>,
    /// Old assertions that none of the new ones takes the place of.
    left: Vec<&'a Assertion>,
    /// New ones that check nothing.
    vacuous: Vec<&'a Assertion>,
}

/// Compares each old assertion with the new one that looks most like it.
fn compare<'a>(
    both: Both<'_>,
    around: &Around<'_>,
    lost: &[&'a Assertion],
    mut new: Vec<&'a Assertion>,
) -> Compared<'a> {
    let mut compared = Compared { findings: Vec::new(), left: Vec::new(), vacuous: Vec::new() };
    new.retain(|a| a.helper.is_none());
    let mut order: Vec<(usize, usize, usize)> = Vec::new();
    let bounded = lost.len().saturating_mul(new.len()) <= COMPARISONS_MAX;
    for (o, old) in lost.iter().enumerate().filter(|(_, a)| bounded && a.helper.is_none()) {
        order.extend(new.iter().enumerate().map(|(n, new)| (likeness(old, new), o, n)));
    }
    order.sort_by_key(|(score, o, n)| (std::cmp::Reverse(*score), *o, *n));
    let (mut olds, mut news) = (vec![false; lost.len()], vec![false; new.len()]);
    for (score, o, n) in order {
        let (Some(old), Some(now), Some(old_taken), Some(new_taken)) =
            (lost.get(o), new.get(n), olds.get_mut(o), news.get_mut(n))
        else {
            continue;
        };
        if *old_taken || *new_taken || score < 20 {
            continue;
        }
        (*old_taken, *new_taken) = (true, true);
        compared.findings.extend(weaker(both, old, now, score));
    }
    let untaken = |taken: &[bool], n: usize| taken.get(n).is_some_and(|t| !t);
    compared.left = lost.iter().enumerate().filter(|(n, _)| untaken(&olds, *n)).map(|(_, a)| *a).collect();
    compared.vacuous = new
        .iter()
        .enumerate()
        .filter(|(n, a)| untaken(&news, *n) && weight(a, around.new_helpers) == 0)
        .map(|(_, a)| *a)
        .collect();
    compared
}

/// How a new assertion accepts more than the old one in its place.
fn weaker(both: Both<'_>, old: &Assertion, new: &Assertion, score: usize) -> Option<Finding> {
    let tell = |finding: Finding| both.with(finding, &[old], &[new]);
    if new.strength == Strength::Vacuous {
        return Some(tell(both.hold(Code::AssertionVacuous, "has an assertion that always holds now")));
    }
    if old.raises && !new.raises && new.strength < old.strength {
        return Some(tell(
            both.hold(Code::AssertionsRemoved, "does not check any more that an error is raised"),
        ));
    }
    if new.strength < old.strength {
        let rest = "has an assertion that accepts more than before";
        return Some(tell(both.hold(Code::AssertionWeakened, rest)));
    }
    if let (Some(was), is) = (old.tolerance.or(Some(0.0)), new.tolerance.unwrap_or(0.0))
        && is > was * 1.000_001
        && is > 0.0
    {
        return Some(tell(
            both.hold(Code::ToleranceWidened, "accepts values that are further away than before"),
        ));
    }
    let same_subject = score >= 1000 && old.expected != new.expected;
    same_subject.then(|| tell(both.found(Code::ExpectedChanged, Weight::Note, "expects another value now")))
}

/// Old assertions that nothing takes the place of.
fn removed(
    both: Both<'_>,
    around: &Around<'_>,
    left: &[&Assertion],
    vacuous: &[&Assertion],
    deficit: usize,
) -> Option<Finding> {
    if left.is_empty() || deficit == 0 {
        return None;
    }
    if let Some((old, new)) = left.first().zip(vacuous.first()) {
        let found = both.hold(Code::AssertionVacuous, "has an assertion that always holds now");
        return Some(both.with(found, &[old], &[new]));
    }
    let subjects_gone = left.iter().all(|a| super::text::names(&a.text).any(|name| (around.removed)(name)));
    // One loop over a table says what many lines said.
    let in_table = both.new.repeats
        && !both.old.repeats
        && left.iter().all(|a| {
            let words = a.expected.split(|c: char| !(c.is_alphanumeric() || "_.\"-".contains(c)));
            let mut values =
                words.filter(|w| w.starts_with(|c: char| c.is_ascii_digit() || c == '"')).peekable();
            values.peek().is_some() && values.all(|v| both.new.literals.contains(v))
        });
    let count = left.len().min(deficit);
    let noun = if count == 1 { "assertion" } else { "assertions" };
    let rest = format!("has {count} {noun} less than before");
    let weight = if subjects_gone || in_table { Weight::Note } else { Weight::Hold };
    Some(both.with(both.found(Code::AssertionsRemoved, weight, &rest), left, &[]))
}
