//! Tests in Rust: functions with an attribute that ends in `test`, and macros that begin with `assert`.

use super::assertion::{Claim, Strength, condition, equality, tolerance};
use super::facts::{Dialect, Found, Function, Outline, Role, describe, mark};
use super::source::Tree;
use super::text::{arguments, norm};

pub(super) struct Rust;

impl Dialect for Rust {
    fn find(&self, tree: &Tree, test_file: bool) -> Found {
        let mut functions = Vec::new();
        for at in tree.of_kind(tree.all(), "function_item") {
            functions.extend(self.function(tree, at, test_file));
        }
        // Tests inside a macro are tokens.
        for at in tree.of_kind(tree.all(), "macro_invocation") {
            if tree.around(at).all(|up| tree.kind(up) != "function_item")
                && let Some(tokens) = tree.child_of_kind(at, "token_tree")
            {
                functions.extend(self.in_macro(tree, tokens));
            }
        }
        Found { functions, only: Vec::new() }
    }

    fn claim(&self, tree: &Tree, at: usize) -> Option<Claim> {
        let (name, tokens) = invoked(tree, at)?;
        let inner = tree.text(tokens);
        let inner = inner.get(1..inner.len().saturating_sub(1)).unwrap_or_default();
        let mut parts = arguments(inner).into_iter();
        let mut next = || parts.next().unwrap_or_default();
        let last = name.rsplit("::").next().unwrap_or(name);
        let plain = last.trim_start_matches("debug_").trim_start_matches("prop_");
        Some(match plain {
            "assert" | "ensure" => condition(&next()),
            "assert_eq" => equality(&next(), &next(), 0),
            "assert_ne" => {
                let (left, right) = (next(), next());
                Claim::of(Strength::Loose, &left, &format!("not {right}"))
            }
            "assert_matches" => {
                let (left, right) = (next(), next());
                let strength = if right.contains('_') { Strength::Partial } else { Strength::Exact };
                Claim::of(strength, &left, &right)
            }
            "panic" | "unreachable" => Claim::of(Strength::Partial, inner, "unreached"),
            other if other.starts_with("assert_") => {
                let (left, right) = (next(), next());
                Claim { tolerance: tolerance(inner), ..Claim::of(Strength::Exact, &left, &right) }
            }
            _ => return None,
        })
    }

    fn swallows(&self, tree: &Tree, at: usize, inside: usize) -> bool {
        // `catch_unwind(|| …)` whose result nobody looks at.
        let is_call = tree.kind(at) == "call_expression" && tree.kind(inside) == "arguments";
        is_call
            && tree.child_text(at, "function").ends_with("catch_unwind")
            && tree.around(at).next().is_some_and(|up| {
                tree.kind(up) == "expression_statement"
                    || (tree.kind(up) == "let_declaration" && tree.child_text(up, "pattern").starts_with('_'))
            })
    }

    fn callee<'t>(&self, tree: &'t Tree, at: usize) -> Option<&'t str> {
        if tree.kind(at) != "call_expression" {
            return None;
        }
        let name = tree.child_text(at, "function");
        Some(name.rsplit([':', '.']).next().unwrap_or(name).trim())
    }
}

fn plain(name: String, scope: Vec<String>, role: Role, at: usize, body: usize) -> Outline {
    Outline { name, scope, role, at, body, skip: None, fails: None, head: Vec::new(), repeats: false }
}

/// A macro's name and its tokens, whether it is parsed or stands among the tokens of another one.
fn invoked(tree: &Tree, at: usize) -> Option<(&str, usize)> {
    match tree.kind(at) {
        "macro_invocation" => Some((tree.child_text(at, "macro"), tree.child_of_kind(at, "token_tree")?)),
        "token_tree" => {
            let sign = tree.before(at)?;
            let name = tree.before(sign)?;
            let is = tree.text(sign) == "!" && tree.kind(name) == "identifier";
            is.then(|| (tree.text(name), at))
        }
        _ => None,
    }
}

impl Rust {
    /// The functions that are written down among the tokens of a macro, such as `proptest!`.
    fn in_macro(&self, tree: &Tree, tokens: usize) -> Vec<Function> {
        let children: Vec<usize> = tree.children(tokens).filter(|at| !tree.is_comment(*at)).collect();
        let mut functions = Vec::new();
        let mut attributes: Vec<&str> = Vec::new();
        for (n, at) in children.iter().enumerate() {
            let text = tree.text(*at);
            if text.starts_with('[') && n > 0 && children.get(n - 1).is_some_and(|b| tree.text(*b) == "#") {
                attributes.push(text);
            }
            let (true, Some(name)) = (text == "fn", children.get(n + 1)) else { continue };
            // Nothing but parameters and a type stands before the body.
            let body = children.iter().skip(n + 2).take(64).find(|c| tree.text(**c).starts_with('{'));
            let Some(body) = body else { continue };
            let is = |word: &str| attributes.iter().any(|a| norm(a) == word);
            let role = if is("[test]") { Role::Test } else { Role::Support };
            let mut outline = plain(tree.text(*name).to_owned(), scope(tree, tokens), role, *body, *body);
            outline.skip = is("[ignore]").then(|| mark(tree, *at, false));
            functions.push(describe(tree, self, outline));
            attributes.clear();
        }
        functions
    }

    fn function(&self, tree: &Tree, at: usize, test_file: bool) -> Option<Function> {
        let body = tree.child(at, "body")?;
        let name = tree.child_text(at, "name").to_owned();
        let mut outline = plain(name, scope(tree, at), Role::Code, at, body);
        let (attributes, in_tests) = attributes(tree, at);
        if attributes.iter().any(|(_, text)| is_test(text)) {
            outline.role = Role::Test;
        } else if in_tests || test_file {
            outline.role = Role::Support;
        }
        for (node, text) in &attributes {
            if let Some(sometimes) = left_out(text) {
                outline.skip = Some(mark(tree, *node, sometimes));
            }
            if text.starts_with("should_panic") {
                outline.fails = Some(mark(tree, *node, false));
            }
            outline.repeats |= ["case", "test_case", "values", "rstest"].iter().any(|w| text.starts_with(w));
        }
        // Values of cases are the test's own.
        let mut function = describe(tree, self, outline);
        for (node, text) in &attributes {
            if text.contains("case") || text.contains("values") {
                function.literals.extend(arguments(
                    tree.text(*node).split_once('(').map_or("", |(_, t)| t.trim_end_matches([']', ')'])),
                ));
            }
        }
        Some(function)
    }
}

/// The modules and implementations around a function.
fn scope(tree: &Tree, at: usize) -> Vec<String> {
    let named = tree.around(at).filter_map(|up| match tree.kind(up) {
        "mod_item" => Some(tree.child_text(up, "name").to_owned()),
        "impl_item" | "trait_item" => Some(norm(tree.child_text(up, "type"))),
        _ => None,
    });
    let mut scope: Vec<String> = named.collect();
    scope.reverse();
    scope
}

/// The attributes of a function and of the modules around it, and whether one of them is compiled for tests only.
fn attributes(tree: &Tree, at: usize) -> (Vec<(usize, String)>, bool) {
    let mut all = Vec::new();
    let mut in_tests = false;
    let items = std::iter::once(at).chain(tree.around(at).filter(|up| tree.kind(*up) == "mod_item"));
    for item in items {
        let mut before = tree.before(item);
        while let Some(node) = before {
            if tree.kind(node) == "attribute_item" {
                let form = norm(tree.text(node));
                let text = form.trim_start_matches("#[").trim_end_matches(']').to_owned();
                in_tests |= text == "cfg(test)" || text.starts_with("cfg(all(test");
                all.push((node, text));
            } else if !tree.is_comment(node) {
                break;
            }
            before = tree.before(node);
        }
    }
    (all, in_tests)
}

fn is_test(attribute: &str) -> bool {
    let path = attribute.split(['(', '=']).next().unwrap_or_default();
    matches!(
        path.rsplit("::").next().unwrap_or(path),
        "test" | "rstest" | "test_case" | "quickcheck" | "wasm_bindgen_test" | "test_log" | "traced_test"
    )
}

/// Whether an attribute leaves a test out, and if so, whether only sometimes.
fn left_out(attribute: &str) -> Option<bool> {
    if attribute == "ignore" || attribute.starts_with("ignore=") {
        return Some(false);
    }
    if attribute.starts_with("cfg_attr(") && attribute.contains("ignore") {
        let always = attribute.starts_with("cfg_attr(all(),") || attribute.starts_with("cfg_attr(test,");
        return Some(!always);
    }
    let inner = attribute.strip_prefix("cfg(")?.strip_suffix(')')?;
    match inner {
        "any()" | "not(test)" | "not(all())" | "FALSE" | "false" => Some(false),
        "test" | "all()" | "not(any())" => None,
        _ if inner.starts_with("all(test") && !inner.contains("any()") && inner.len() < 10 => None,
        _ => Some(!inner.contains("any()")),
    }
}
