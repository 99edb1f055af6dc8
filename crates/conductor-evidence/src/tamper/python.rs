//! Tests in Python: functions and methods that begin with `test`, `assert`, `unittest` and `pytest`.

use super::assertion::{Assertion, Claim, Strength, condition, equality, tolerance};
use super::facts::{Dialect, Found, Function, Mark, Outline, Role, describe, mark};
use super::source::Tree;
use super::text::{arguments, norm};

pub(super) struct Python;

impl Dialect for Python {
    fn find(&self, tree: &Tree, test_file: bool) -> Found {
        let file_skip = file_skip(tree);
        let functions = tree
            .of_kind(tree.all(), "function_definition")
            .filter_map(|at| self.function(tree, at, test_file, file_skip.as_ref()))
            .collect();
        Found { functions, only: Vec::new() }
    }

    fn claim(&self, tree: &Tree, at: usize) -> Option<Claim> {
        match tree.kind(at) {
            "assert_statement" => {
                let first = tree.children(at).nth(1)?;
                // `assert (x, "message")` is a tuple, which is never false.
                if tree.kind(first) == "tuple" {
                    return Some(Claim::of(Strength::Vacuous, tree.text(first), ""));
                }
                Some(condition(tree.text(first)))
            }
            "call" => method(tree.child_text(at, "function"), tree.child_text(at, "arguments")),
            _ => None,
        }
    }

    fn swallows(&self, tree: &Tree, at: usize, inside: usize) -> bool {
        match tree.kind(at) {
            "try_statement" => {
                let in_body = tree.field(inside) == "body";
                let clauses = tree.children(at).filter(|c| tree.kind(*c) == "except_clause");
                in_body && clauses.into_iter().any(|clause| forgets(tree, clause))
            }
            "with_statement" => tree.child_of_kind(at, "with_clause").is_some_and(|clause| {
                let text = tree.text(clause);
                text.contains("suppress(") && catches_all(text)
            }),
            _ => false,
        }
    }

    fn callee<'t>(&self, tree: &'t Tree, at: usize) -> Option<&'t str> {
        (tree.kind(at) == "call").then(|| {
            let name = tree.child_text(at, "function");
            name.rsplit('.').next().unwrap_or(name).trim()
        })
    }
}

fn catches_all(text: &str) -> bool {
    super::text::names(text).any(|name| matches!(name, "Exception" | "BaseException" | "AssertionError"))
}

/// Whether an `except` catches a failing assertion and goes on.
fn forgets(tree: &Tree, clause: usize) -> bool {
    let body = tree.child_of_kind(clause, "block");
    let head = tree
        .node(clause)
        .zip(body.and_then(|b| tree.node(b)))
        .and_then(|(c, b)| tree.text.get(c.start..b.start))
        .unwrap_or_default();
    let bare = norm(head).trim_end_matches(':') == "except";
    let inside = body.map_or(0..0, |body| tree.inside(body));
    let tells = inside.into_iter().any(|n| match tree.kind(n) {
        "raise_statement" | "assert_statement" => true,
        "call" => {
            let name = tree.child_text(n, "function");
            ["fail", "exit", "_exit"].iter().any(|w| name.rsplit('.').next() == Some(w))
                || method(name, "").is_some()
        }
        _ => false,
    });
    (bare || catches_all(head)) && !tells
}

/// What a call of `unittest`, `pytest` or the like demands.
fn method(function: &str, arguments_text: &str) -> Option<Claim> {
    let name = function.rsplit('.').next().unwrap_or(function);
    let inner = arguments_text.trim();
    let inner = inner.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or_default();
    let mut parts = arguments(inner).into_iter();
    let mut next = || parts.next().unwrap_or_default();
    Some(match name {
        "assertEqual"
        | "assertEquals"
        | "assertIs"
        | "assertListEqual"
        | "assertDictEqual"
        | "assertSetEqual"
        | "assertTupleEqual"
        | "assertMultiLineEqual"
        | "assertSequenceEqual"
        | "assertCountEqual" => equality(&next(), &next(), 0),
        "assertNotEqual" | "assertIsNot" => {
            let (left, right) = (next(), next());
            Claim::of(Strength::Loose, &left, &format!("not {right}"))
        }
        "assertTrue" | "assert_" | "failUnless" => condition(&next()),
        "assertFalse" => negated(&next()),
        "assertIsNone" => Claim::of(Strength::Exact, &next(), "None"),
        "assertIsNotNone" => Claim::of(Strength::Loose, &next(), "not None"),
        "assertAlmostEqual" => {
            let claim = equality(&next(), &next(), 0);
            Claim { tolerance: tolerance(inner).or(Some(1e-7)), ..claim }
        }
        "assertIn"
        | "assertNotIn"
        | "assertGreater"
        | "assertLess"
        | "assertGreaterEqual"
        | "assertLessEqual"
        | "assertRegex"
        | "assertIsInstance"
        | "assertNotIsInstance" => {
            let (left, right) = (next(), next());
            Claim::of(Strength::Partial, &left, &right)
        }
        "raises" | "assertRaises" | "assertRaisesRegex" | "warns" | "assertWarns" | "assertLogs" => {
            let error = next();
            Claim::raising(&parts.collect::<Vec<_>>().join(","), &error)
        }
        "fail" => Claim::of(Strength::Partial, inner, "unreached"),
        other if other.starts_with("assert") && other.len() > 6 => {
            let (left, right) = (next(), next());
            Claim { tolerance: tolerance(inner), ..Claim::of(Strength::Exact, &left, &right) }
        }
        _ => return None,
    })
}

/// What it means that an expression is false.
pub(super) fn negated(expression: &str) -> Claim {
    let form = norm(expression);
    if matches!(form.as_str(), "False" | "false") {
        return Claim::of(Strength::Vacuous, &form, "false");
    }
    Claim::of(Strength::Loose, expression, "false")
}

impl Python {
    fn function(&self, tree: &Tree, at: usize, test_file: bool, file: Option<&Mark>) -> Option<Function> {
        let body = tree.child(at, "body")?;
        let name = tree.child_text(at, "name").to_owned();
        let (mut scope, mut collected, mut in_tests, mut class_skip) = (Vec::new(), true, test_file, None);
        let nested = tree.around(at).any(|up| tree.kind(up) == "function_definition");
        for up in tree.around(at).filter(|up| tree.kind(*up) == "class_definition") {
            let class = tree.child_text(up, "name");
            let bases = tree.child_text(up, "superclasses");
            let is_suite = class.starts_with("Test") || bases.contains("Test");
            collected &= is_suite;
            in_tests |= is_suite;
            let hidden = tree.child(up, "body").and_then(|b| {
                let text = tree.children(b).find(|c| norm(tree.text(*c)) == "__test__=False")?;
                Some(mark(tree, text, false))
            });
            class_skip = class_skip.or(hidden).or_else(|| decorators(tree, up).0);
            scope.push(class.to_owned());
        }
        scope.reverse();
        let test = name.starts_with("test") && collected && !nested && (test_file || in_tests);
        let (skip, fails, head, repeats) = decorators_of(tree, at);
        let role = match (test, in_tests) {
            (true, _) => Role::Test,
            (false, true) => Role::Support,
            (false, false) => Role::Code,
        };
        let skip = skip.or(class_skip).or_else(|| skip_call(tree, body)).or_else(|| file.cloned());
        let whole = decorated(tree, at).unwrap_or(at);
        let outline = Outline { name, scope, role, at: whole, body, skip, fails, head, repeats };
        Some(describe(tree, self, outline))
    }
}

/// The node with the decorators of a definition.
fn decorated(tree: &Tree, at: usize) -> Option<usize> {
    tree.around(at).next().filter(|up| tree.kind(*up) == "decorated_definition")
}

/// Why decorators leave a definition out, and that they expect a failure.
fn decorators(tree: &Tree, at: usize) -> (Option<Mark>, Option<Mark>) {
    let (skip, fails, ..) = decorators_of(tree, at);
    (skip, fails)
}

type Decorators = (Option<Mark>, Option<Mark>, Vec<Assertion>, bool);

fn decorators_of(tree: &Tree, at: usize) -> Decorators {
    let (mut skip, mut fails, mut repeats) = (None, None, false);
    let all = decorated(tree, at).into_iter().flat_map(|up| tree.children(up).collect::<Vec<_>>());
    for node in all.filter(|node| tree.kind(*node) == "decorator") {
        let text = norm(tree.text(node));
        let name = text.trim_start_matches('@').split('(').next().unwrap_or_default().to_owned();
        match name.rsplit('.').next().unwrap_or_default() {
            "skip" => skip = Some(mark(tree, node, false)),
            "skipif" | "skipIf" | "skipUnless" => {
                let always = ["(True", "(1,", "(1)", "(False"].iter().any(|w| text.contains(w));
                skip = Some(mark(tree, node, !always));
            }
            "xfail" | "expectedFailure" => fails = Some(mark(tree, node, false)),
            "parametrize" | "given" | "expand" | "data" => repeats = true,
            _ => {}
        }
    }
    (skip, fails, Vec::new(), repeats)
}

/// A call in a body that leaves the test out: on the body's own level always, else sometimes.
fn skip_call(tree: &Tree, body: usize) -> Option<Mark> {
    tree.inside(body).find_map(|n| {
        let raises = tree.kind(n) == "raise_statement" && tree.text(n).contains("SkipTest");
        let calls = tree.kind(n) == "call" && is_skip(tree.child_text(n, "function"));
        let depth = tree.around(n).take_while(|up| *up != body).count();
        let guarded = depth > usize::from(calls);
        let reads = |up: &usize| tree.kind(*up) == "function_definition";
        let nested = tree.around(n).take_while(|up| *up != body).any(|up| reads(&up));
        ((raises || calls) && !nested).then(|| mark(tree, n, guarded))
    })
}

fn is_skip(name: &str) -> bool {
    matches!(name, "pytest.skip" | "self.skipTest" | "unittest.skip" | "pytest.xfail" | "pytest.importorskip")
}

/// What leaves out all tests of a file.
fn file_skip(tree: &Tree) -> Option<Mark> {
    tree.children(0).find_map(|at| {
        let text = norm(tree.text(at));
        let all = text.starts_with("pytestmark=") && text.contains("skip")
            || (text.starts_with("pytest.skip(") && text.contains("allow_module_level"))
            || text == "__test__=False"
            || text.starts_with("raise unittest.SkipTest")
            || text.starts_with("raise SkipTest");
        let sometimes = text.contains("skipif(") || text.contains("skipIf(");
        (all && tree.kind(at).ends_with("statement")).then(|| mark(tree, at, sometimes))
    })
}
