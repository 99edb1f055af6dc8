//! Functions that answer with the expected values of tests, instead of computing them.

use std::collections::{BTreeMap, BTreeSet};

use super::assertion::{Assertion, Strength};
use super::facts::{Function, Role};
use super::file::{File, Side};
use super::finding::{Code, Finding};
use super::source::Tree;
use super::text::{names, norm};

/// More functions that tests speak of are not looked at.
const LOOKS_MAX: usize = 500;

/// What tests expect of each function.
type Expected<'f> = BTreeMap<&'f str, BTreeSet<&'f str>>;

/// Values that stand in any code.
fn is_common(value: &str) -> bool {
    matches!(
        value,
        "0" | "1"
            | "-1"
            | "true"
            | "false"
            | "True"
            | "False"
            | "None"
            | "null"
            | "nil"
            | "\"\""
            | "[]"
            | "{}"
            | "()"
    )
}

/// The values that tests expect of each function that they call.
fn expected<'f>(sides: impl Iterator<Item = &'f Side>) -> Expected<'f> {
    let mut all = Expected::new();
    for function in sides.flat_map(|side| side.functions(Role::Test)) {
        let exact = |a: &&Assertion| a.strength == Strength::Exact && a.helper.is_none();
        for assertion in function.assertions.iter().filter(exact) {
            let value = assertion.expected.as_str();
            if is_common(value) || names(value).next().is_some_and(|_| !value.starts_with('"')) {
                continue;
            }
            for name in names(&assertion.subject) {
                all.entry(name).or_default().insert(value);
            }
        }
    }
    all
}

/// Functions that take something and answer with a constant that tests expect, whatever they are given; and branches that
/// answer one case of a test.
pub(super) fn check(files: &[File], context: &[Side]) -> Vec<Finding> {
    let tests = expected(files.iter().filter_map(|f| f.new.as_ref()).chain(context));
    let mut findings = Vec::new();
    let mut looks = 0;
    for file in files {
        let Some((new, tree)) = file.new.as_ref().and_then(|new| Some((new, new.tree.as_ref()?))) else {
            continue;
        };
        for function in new.functions(Role::Code) {
            let Some(values) = tests.get(function.name.as_str()) else { continue };
            let before = file
                .old
                .iter()
                .flat_map(|old| old.functions(Role::Code))
                .find(|f| f.path() == function.path());
            if before.is_some_and(|old| old.tokens == function.tokens) {
                continue;
            }
            looks += 1;
            if looks > LOOKS_MAX {
                return findings;
            }
            findings.extend(constant(file, new, tree, function, values));
        }
    }
    findings
}

fn constant(
    file: &File,
    side: &Side,
    tree: &Tree,
    function: &Function,
    values: &BTreeSet<&str>,
) -> Option<Finding> {
    let at = tree.all().find(|at| {
        tree.node(*at).is_some_and(|n| n.line == function.span.first && n.last_line == function.span.last)
            && tree.child(*at, "body").is_some()
            && tree.child_text(*at, "name") == function.name
    })?;
    let (body, parameters) = (tree.child(at, "body")?, tree.child(at, "parameters")?);
    let own: BTreeSet<&str> =
        names(tree.text(parameters)).filter(|n| !matches!(*n, "self" | "this" | "mut")).collect();
    let returned: Vec<String> = returned(tree, body);
    let known = returned.iter().filter(|value| values.contains(value.as_str())).count();
    if own.is_empty() || known == 0 {
        return None;
    }
    let used = tree.inside(body).any(|n| tree.kind(n) == "identifier" && own.contains(tree.text(n)));
    let lines = side.lines(function.span.first, function.span.last);
    if !used && returned.len() == known {
        let sentence =
            format!("`{}` ignores what it is given and answers what a test expects", function.path());
        return Some(Finding::hold(Code::SpecialCased, &file.path, sentence).is(lines));
    }
    let sentence = format!("`{}` answers with values that tests expect", function.path());
    (known >= 2 || returned.len() == known)
        .then(|| Finding::note(Code::SpecialCased, &file.path, sentence).is(lines))
}

/// What a body gives back, where that is written down as a value.
fn returned(tree: &Tree, body: usize) -> Vec<String> {
    let literal = |text: &str| {
        let form = norm(text.trim_start_matches("return").trim());
        let is =
            form.starts_with('"') || form.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
        is.then_some(form)
    };
    let mut found: Vec<String> = tree
        .inside(body)
        .filter(|n| matches!(tree.kind(*n), "return_statement" | "return_expression"))
        .map(|n| literal(tree.text(n)).unwrap_or_default())
        .collect();
    // In Rust, the last expression of a block.
    let last =
        tree.children(body).filter(|n| !matches!(tree.text(*n), "{" | "}") && !tree.is_comment(*n)).last();
    found.extend(last.filter(|n| tree.kind(*n).ends_with("literal")).and_then(|n| literal(tree.text(n))));
    found
}
