//! Tests in Java: methods with the annotations of JUnit and TestNG, and AssertJ.

use super::assertion::{Assertion, Claim, Strength, condition, equality, tolerance};
use super::facts::{Dialect, Found, Function, Mark, Outline, Role, describe, mark};
use super::python::negated;
use super::source::Tree;
use super::text::{arguments, norm};

pub(super) struct Java;

const TESTS: &[&str] =
    &["Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "TestTemplate", "Property"];

impl Dialect for Java {
    fn find(&self, tree: &Tree, test_file: bool) -> Found {
        let functions = tree
            .of_kind(tree.all(), "method_declaration")
            .filter_map(|at| self.method(tree, at, test_file))
            .collect();
        Found { functions, only: Vec::new() }
    }

    fn claim(&self, tree: &Tree, at: usize) -> Option<Claim> {
        if tree.kind(at) != "method_invocation" {
            return None;
        }
        let name = tree.child_text(at, "name");
        let inner = given(tree, at);
        let object = tree.child(at, "object");
        if let Some(root) = object.and_then(|object| root(tree, object)) {
            return Some(fluent(name, root, inner));
        }
        if name == "assertThat" {
            // Hamcrest has the demand as an argument; AssertJ without a further call checks nothing.
            let parts = arguments(inner);
            let subject = parts.first().map_or("", String::as_str);
            return Some(match parts.get(1) {
                Some(matcher) if matcher.starts_with("is(") || matcher.starts_with("equalTo(") => {
                    Claim::of(Strength::Exact, subject, matcher)
                }
                Some(matcher) if matcher.contains("notNull") => Claim::of(Strength::Loose, subject, matcher),
                Some(matcher) => Claim::of(Strength::Partial, subject, matcher),
                None => Claim::of(Strength::Vacuous, subject, ""),
            });
        }
        junit(name, inner)
    }

    fn swallows(&self, tree: &Tree, at: usize, inside: usize) -> bool {
        let kind = tree.kind(at);
        if !kind.starts_with("try") || tree.field(inside) != "body" {
            return false;
        }
        tree.children(at).filter(|c| tree.kind(*c) == "catch_clause").any(|clause| {
            let head = tree.child_of_kind(clause, "catch_formal_parameter").map_or("", |n| tree.text(n));
            let all = super::text::names(head).any(|n| matches!(n, "Throwable" | "AssertionError" | "Error"));
            let tells = tree
                .inside(clause)
                .any(|n| tree.kind(n) == "throw_statement" || self.claim(tree, n).is_some());
            all && !tells
        })
    }

    fn callee<'t>(&self, tree: &'t Tree, at: usize) -> Option<&'t str> {
        (tree.kind(at) == "method_invocation").then(|| tree.child_text(at, "name"))
    }
}

fn given(tree: &Tree, at: usize) -> &str {
    let text = tree.child_text(at, "arguments").trim();
    text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(text)
}

/// What `assertThat` at the beginning of a chain was given.
fn root(tree: &Tree, object: usize) -> Option<&str> {
    let mut at = object;
    for _ in 0..32 {
        if tree.kind(at) != "method_invocation" {
            return None;
        }
        let name = tree.child_text(at, "name");
        if matches!(name, "assertThat" | "verify" | "assertThatThrownBy" | "expect") {
            return Some(given(tree, at));
        }
        at = tree.child(at, "object")?;
    }
    None
}

fn fluent(name: &str, subject: &str, inner: &str) -> Claim {
    match name {
        "isEqualTo" | "isSameAs" | "containsExactly" | "hasSize" | "isEqualByComparingTo" => {
            equality(subject, inner, 0)
        }
        "isTrue" => condition(subject),
        "isFalse" => negated(subject),
        "isNull" | "isEmpty" => Claim::of(Strength::Exact, subject, name),
        "isNotNull" | "isNotEqualTo" | "isNotEmpty" => Claim::of(Strength::Loose, subject, name),
        "isInstanceOf" | "hasMessage" | "isExactlyInstanceOf" => Claim::raising(subject, inner),
        "isCloseTo" => Claim { tolerance: width(inner), ..Claim::of(Strength::Exact, subject, inner) },
        _ => Claim::of(Strength::Partial, subject, inner),
    }
}

/// `within(0.1)` and the like.
fn width(text: &str) -> Option<f64> {
    let number = text.rsplit('(').next()?.trim_end_matches([')', 'd', 'f']);
    number.parse().ok().or_else(|| tolerance(text))
}

fn junit(name: &str, inner: &str) -> Option<Claim> {
    let parts = arguments(inner);
    let part = |n: usize| parts.get(n).map_or("", String::as_str);
    Some(match name {
        "assertEquals" | "assertSame" | "assertArrayEquals" | "assertIterableEquals" | "assertLinesMatch" => {
            let claim = equality(part(1), part(0), 0);
            let width = part(2).trim_end_matches(['d', 'f']).parse().ok();
            Claim { tolerance: width, ..claim }
        }
        "assertTrue" => condition(part(usize::from(part(0).starts_with('"') && parts.len() > 1))),
        "assertFalse" => negated(part(usize::from(part(0).starts_with('"') && parts.len() > 1))),
        "assertNull" => Claim::of(Strength::Exact, part(0), "null"),
        "assertNotNull" | "assertNotEquals" | "assertNotSame" => {
            Claim::of(Strength::Loose, parts.last().map_or("", String::as_str), "not")
        }
        "assertThrows" | "assertThrowsExactly" => Claim::raising(part(1), part(0)),
        "fail" => Claim::of(Strength::Partial, inner, "unreached"),
        "assertInstanceOf" | "assertDoesNotThrow" | "assertTimeout" => {
            Claim::of(Strength::Partial, part(1), part(0))
        }
        _ => return None,
    })
}

impl Java {
    fn method(&self, tree: &Tree, at: usize, test_file: bool) -> Option<Function> {
        let body = tree.child(at, "body")?;
        let name = tree.child_text(at, "name").to_owned();
        let own = annotations(tree, at);
        let mut scope = Vec::new();
        let mut around = Vec::new();
        for up in tree.around(at).filter(|up| tree.kind(*up) == "class_declaration") {
            scope.push(tree.child_text(up, "name").to_owned());
            around.extend(annotations(tree, up));
        }
        scope.reverse();
        let old_style = name.starts_with("test") && test_file;
        let is_test = own.iter().any(|(_, n, _)| TESTS.contains(&n.as_str())) || old_style;
        let role = match (is_test, test_file) {
            (true, _) => Role::Test,
            (false, true) => Role::Support,
            (false, false) => Role::Code,
        };
        let skip = own.iter().chain(&around).find_map(|(node, name, text)| {
            let always = matches!(name.as_str(), "Disabled" | "Ignore") || text.contains("enabled=false");
            let sometimes = name.starts_with("Disabled") || name.starts_with("Enabled");
            (always || sometimes).then(|| mark(tree, *node, !always))
        });
        let head = own.iter().filter(|(_, n, text)| n == "Test" && text.contains("expected=")).map(
            |(node, _, text)| {
                let error = text.split("expected=").nth(1).unwrap_or_default().trim_end_matches(')');
                Assertion::new(text, tree.place(*node), Claim::raising(&name, error))
            },
        );
        let outline = Outline {
            scope,
            role,
            at,
            body,
            skip: skip.or_else(|| assumption(tree, body)),
            fails: None,
            head: head.collect(),
            repeats: own.iter().any(|(_, n, _)| n == "ParameterizedTest" || n.ends_with("Source")),
            name,
        };
        Some(describe(tree, self, outline))
    }
}

/// Annotations: node, simple name, and text.
fn annotations(tree: &Tree, at: usize) -> Vec<(usize, String, String)> {
    let Some(modifiers) = tree.child_of_kind(at, "modifiers") else { return Vec::new() };
    let all = tree.children(modifiers).filter(|n| tree.kind(*n).ends_with("annotation"));
    all.map(|n| {
        let name = tree.child_text(n, "name");
        (n, name.rsplit('.').next().unwrap_or(name).to_owned(), norm(tree.text(n)))
    })
    .collect()
}

/// `assumeTrue(…)` ends a test as left out.
fn assumption(tree: &Tree, body: usize) -> Option<Mark> {
    tree.of_kind(tree.inside(body), "method_invocation").find_map(|n| {
        let name = tree.child_text(n, "name");
        let inner = norm(given(tree, n));
        let always = matches!(
            (name, inner.as_str()),
            ("assumeTrue" | "assumeThat", "false") | ("assumeFalse", "true")
        );
        name.starts_with("assume").then(|| mark(tree, n, !always))
    })
}
