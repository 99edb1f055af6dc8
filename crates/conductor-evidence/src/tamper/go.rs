//! Tests in Go: functions that begin with `Test` in files that end in `_test.go`, and testify.

use super::assertion::{Claim, Strength, condition, equality, tolerance};
use super::facts::{Dialect, Found, Function, Mark, Outline, Role, describe, mark};
use super::python::negated;
use super::source::Tree;
use super::text::{arguments, norm};

pub(super) struct Go;

impl Dialect for Go {
    fn find(&self, tree: &Tree, test_file: bool) -> Found {
        let build = build_tag(tree);
        let kinds = ["function_declaration", "method_declaration"];
        let functions = tree
            .all()
            .filter(|at| kinds.contains(&tree.kind(*at)))
            .filter_map(|at| self.function(tree, at, test_file, build.as_ref()))
            .collect();
        Found { functions, only: Vec::new() }
    }

    fn claim(&self, tree: &Tree, at: usize) -> Option<Claim> {
        if tree.kind(at) != "call_expression" {
            return None;
        }
        let function = norm(tree.child_text(at, "function"));
        let (on, name) = function.rsplit_once('.')?;
        let inner = tree.child_text(at, "arguments");
        let inner = inner.trim().strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or_default();
        match (on.rsplit('.').next().unwrap_or(on), name) {
            ("t" | "b" | "tb" | "tt", "Error" | "Errorf" | "Fatal" | "Fatalf" | "Fail" | "FailNow") => {
                Some(guard(tree, at))
            }
            ("assert" | "require" | "is" | "s" | "suite" | "a" | "r" | "qt" | "cmp", _) => {
                testify(name, inner)
            }
            _ => None,
        }
    }

    /// A deferred `recover()` catches what ends a test by a panic, not what fails it.
    fn swallows(&self, _: &Tree, _: usize, _: usize) -> bool {
        false
    }

    fn callee<'t>(&self, tree: &'t Tree, at: usize) -> Option<&'t str> {
        if tree.kind(at) != "call_expression" {
            return None;
        }
        let name = tree.child_text(at, "function");
        Some(name.rsplit('.').next().unwrap_or(name).trim())
    }
}

/// What the condition around a failure demands: `if got != want { t.Error() }` demands that both are equal.
fn guard(tree: &Tree, at: usize) -> Claim {
    let around =
        tree.around(at).take_while(|up| !matches!(tree.kind(*up), "function_declaration" | "func_literal"));
    let Some(up) = around.into_iter().find(|up| tree.kind(*up) == "if_statement") else {
        return Claim::of(Strength::Partial, "", "unreached");
    };
    let text = tree.child_text(up, "condition");
    let form = norm(text);
    let initial = tree.child_text(up, "initializer");
    let never =
        matches!(form.as_str(), "false" | "1==2" | "1!=1") || form.split("&&").any(|part| part == "false");
    if never {
        return Claim::of(Strength::Vacuous, text, "");
    }
    if let Some((left, right)) =
        form.split_once("!=").filter(|_| !form.contains("&&") && !form.contains("||"))
    {
        let strength = if left == right { Strength::Vacuous } else { Strength::Exact };
        return Claim::of(strength, &format!("{initial} {left}"), right);
    }
    if let Some(subject) = form.strip_suffix("==nil") {
        // There should have been an error, or a value.
        let raises = subject.contains("err");
        return Claim { raises, ..Claim::of(Strength::Loose, subject, "not nil") };
    }
    let exact =
        form.starts_with('!') && condition(form.get(1..).unwrap_or_default()).strength == Strength::Exact;
    let strength = if exact || form.contains("!=") || form.contains("diff") {
        Strength::Exact
    } else {
        Strength::Partial
    };
    Claim::of(strength, &format!("{initial} {form}"), "")
}

fn testify(name: &str, inner: &str) -> Option<Claim> {
    let mut parts = arguments(inner).into_iter().filter(|p| !matches!(p.as_str(), "t" | "tt" | "b" | "c"));
    let mut next = || parts.next().unwrap_or_default();
    let plain = name.strip_suffix('f').filter(|p| !p.is_empty()).unwrap_or(name);
    Some(match plain {
        "Equal" | "EqualValues" | "Exactly" | "Same" | "JSONEq" | "ElementsMatch" | "DeepEqual"
        | "Equals" => {
            let (expected, actual) = (next(), next());
            equality(&actual, &expected, 0)
        }
        "True" | "Assert" | "Check" => condition(&next()),
        "False" => negated(&next()),
        "Nil" | "NoError" | "Empty" | "Zero" => Claim::of(Strength::Exact, &next(), plain),
        "NotNil" | "NotEmpty" | "NotEqual" | "NotZero" => Claim::of(Strength::Loose, &next(), plain),
        "Error" | "ErrorIs" | "ErrorContains" | "EqualError" | "ErrorAs" | "Panics" | "PanicsWithValue" => {
            let (subject, expected) = (next(), next());
            Claim::raising(&subject, &expected)
        }
        "InDelta" | "InEpsilon" => {
            let (expected, actual, width) = (next(), next(), next());
            let width = width.parse().ok().or_else(|| tolerance(inner));
            Claim { tolerance: width, ..Claim::of(Strength::Exact, &actual, &expected) }
        }
        "Fail" | "FailNow" => Claim::of(Strength::Partial, "", "unreached"),
        "Len" | "HasLen" => {
            let (subject, expected) = (next(), next());
            Claim::of(Strength::Exact, &subject, &expected)
        }
        "Contains" | "NotContains" | "Greater" | "GreaterOrEqual" | "Less" | "LessOrEqual" | "Regexp"
        | "IsType" | "Subset" | "Implements" | "FileExists" | "Eventually" | "WithinDuration" => {
            let (subject, expected) = (next(), next());
            Claim::of(Strength::Partial, &subject, &expected)
        }
        _ => return None,
    })
}

impl Go {
    fn function(&self, tree: &Tree, at: usize, test_file: bool, build: Option<&Mark>) -> Option<Function> {
        let body = tree.child(at, "body")?;
        let name = tree.child_text(at, "name").to_owned();
        let receiver = tree.child_text(at, "receiver");
        let takes = norm(tree.child_text(at, "parameters"));
        let starts = ["Test", "Fuzz", "Benchmark", "Example"]
            .iter()
            .any(|w| name.strip_prefix(w).is_some_and(|rest| !rest.starts_with(|c: char| c.is_lowercase())));
        let fits = !receiver.is_empty() || takes.contains("testing.") || name.starts_with("Example");
        let role = match (test_file, starts && fits && name != "TestMain") {
            (true, true) => Role::Test,
            (true, false) => Role::Support,
            (false, _) => Role::Code,
        };
        let scope = if receiver.is_empty() { Vec::new() } else { vec![norm(receiver)] };
        let outline = Outline {
            name,
            scope,
            role,
            at,
            body,
            skip: skip_call(tree, body).or_else(|| build.cloned()),
            fails: None,
            head: Vec::new(),
            repeats: false,
        };
        Some(describe(tree, self, outline))
    }
}

fn skip_call(tree: &Tree, body: usize) -> Option<Mark> {
    tree.of_kind(tree.inside(body), "call_expression").find_map(|n| {
        let name = norm(tree.child_text(n, "function"));
        let is = name.strip_prefix("t.").is_some_and(|last| matches!(last, "Skip" | "Skipf" | "SkipNow"));
        // A subtest may skip itself.
        let nested = tree.around(n).take_while(|up| *up != body).any(|up| tree.kind(up) == "func_literal");
        let guard = tree.around(n).take_while(|up| *up != body).find(|up| tree.kind(*up) == "if_statement");
        let sometimes = guard.is_some_and(|up| norm(tree.child_text(up, "condition")) != "true");
        (is && !nested).then(|| mark(tree, n, sometimes))
    })
}

/// A build constraint of the whole file.
fn build_tag(tree: &Tree) -> Option<Mark> {
    let comments = tree.children(0).take_while(|at| tree.is_comment(*at));
    comments.into_iter().find_map(|at| {
        let text = tree.text(at).trim();
        let tag = text.strip_prefix("//go:build ").or_else(|| text.strip_prefix("// +build "))?;
        let never = ["ignore", "never", "disabled", "skip", "none"].iter().any(|w| tag.trim() == *w);
        Some(mark(tree, at, !never))
    })
}
