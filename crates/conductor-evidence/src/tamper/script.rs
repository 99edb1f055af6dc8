//! Tests in JavaScript and TypeScript: calls of `it` and `test` in Jest, Vitest, Mocha, Jasmine and Node's own runner.

use super::assertion::{Claim, Strength, condition, equality, tolerance};
use super::facts::{Dialect, Found, Function, Mark, Outline, Role, describe, mark};
use super::python::negated;
use super::source::Tree;
use super::text::{arguments, norm};

pub(super) struct Script;

const CASES: &[&str] = &["it", "test", "specify", "xit", "xtest", "fit", "ftest", "xspecify"];
const SUITES: &[&str] = &["describe", "suite", "context", "xdescribe", "fdescribe", "xcontext", "xsuite"];

impl Dialect for Script {
    fn find(&self, tree: &Tree, test_file: bool) -> Found {
        let mut found = Found::default();
        for at in tree.all() {
            match tree.kind(at) {
                "call_expression" => {
                    let Some(call) = Registered::of(tree, at) else { continue };
                    if call.modifiers.iter().any(|m| m == "only") || call.base.starts_with('f') {
                        found.only.push(Mark { text: call.head(), ..mark(tree, at, false) });
                    }
                    if CASES.contains(&call.base.as_str()) {
                        found.functions.extend(self.case(tree, &call));
                    }
                }
                "function_declaration" | "method_definition" | "variable_declarator" => {
                    found.functions.extend(self.function(tree, at, test_file));
                }
                _ => {}
            }
        }
        found
    }

    fn claim(&self, tree: &Tree, at: usize) -> Option<Claim> {
        if tree.kind(at) != "call_expression" {
            return None;
        }
        let function = tree.child(at, "function")?;
        let inner = inner(tree.child_text(at, "arguments"));
        let root = root_call(tree, function);
        if let Some((name, looked_at)) = root
            && matches!(name, "expect" | "expectTypeOf" | "assertThat")
        {
            return Some(matcher(tree.text(function), looked_at, inner));
        }
        let name = norm(tree.text(function));
        if name == "expect" {
            // Alone it checks nothing.
            return Some(Claim::of(Strength::Vacuous, inner, ""));
        }
        if let Some(last) = name.strip_prefix("expect.")
            && matches!(last, "fail" | "unreachable")
        {
            return Some(Claim::of(Strength::Partial, inner, "unreached"));
        }
        let is_assert = name == "assert" || name.starts_with("assert.") || name.starts_with("t.");
        is_assert.then(|| assert(name.rsplit('.').next().unwrap_or_default(), inner)).flatten()
    }

    fn swallows(&self, tree: &Tree, at: usize, inside: usize) -> bool {
        if tree.kind(at) != "try_statement" || tree.field(inside) != "body" {
            return false;
        }
        let Some(handler) = tree.child(at, "handler") else { return false };
        !tree.inside(handler).any(|n| {
            tree.kind(n) == "throw_statement"
                || self.claim(tree, n).is_some()
                || (tree.kind(n) == "call_expression"
                    && matches!(tree.child_text(n, "function"), "fail" | "done" | "reject" | "process.exit"))
        })
    }

    fn callee<'t>(&self, tree: &'t Tree, at: usize) -> Option<&'t str> {
        if tree.kind(at) != "call_expression" {
            return None;
        }
        let name = tree.child_text(at, "function");
        Some(name.rsplit('.').next().unwrap_or(name).trim())
    }
}

/// The call at the beginning of a chain such as `expect(x).not.toBe`, and what it was given.
fn root_call(tree: &Tree, function: usize) -> Option<(&str, &str)> {
    let mut at = function;
    for _ in 0..32 {
        match tree.kind(at) {
            "member_expression" => at = tree.child(at, "object")?,
            "call_expression" | "await_expression" => {
                let callee = tree.child(at, "function")?;
                if tree.kind(callee) == "identifier" {
                    return Some((tree.text(callee), inner(tree.child_text(at, "arguments"))));
                }
                at = callee;
            }
            _ => return None,
        }
    }
    None
}

fn inner(arguments_text: &str) -> &str {
    let text = arguments_text.trim();
    text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(text)
}

/// `expect(looked_at).….name(given)`.
fn matcher(function: &str, looked_at: &str, given: &str) -> Claim {
    let name = function.rsplit('.').next().unwrap_or_default();
    let not = norm(function).rsplit(").").next().is_some_and(|chain| chain.split('.').any(|w| w == "not"));
    let claim = match name {
        "toBeTruthy" | "toBeTrue" | "ok" | "true" => condition(looked_at),
        "toBeFalsy" | "toBeFalse" | "false" => negated(looked_at),
        "toBe"
        | "toEqual"
        | "toStrictEqual"
        | "equal"
        | "eql"
        | "equals"
        | "eq"
        | "toMatchObject"
        | "toHaveLength"
        | "lengthOf"
        | "toHaveBeenCalledTimes"
        | "toHaveBeenCalledWith"
        | "toHaveBeenLastCalledWith"
        | "toMatchInlineSnapshot"
        | "toHaveReturnedWith" => {
            let mut claim = equality(looked_at, given, 0);
            if name.starts_with("toHave") || name == "lengthOf" || name.contains("Snapshot") {
                claim = Claim::of(Strength::Exact, looked_at, given);
            }
            claim
        }
        "toBeNull"
        | "toBeUndefined"
        | "toBeNaN"
        | "null"
        | "undefined"
        | "empty"
        | "toMatchSnapshot"
        | "toThrowErrorMatchingSnapshot"
        | "toThrowErrorMatchingInlineSnapshot" => Claim::of(Strength::Exact, looked_at, name),
        "toBeDefined" | "exist" | "be" | "to" => Claim::of(Strength::Loose, looked_at, name),
        "toThrow" | "toThrowError" | "throw" | "throws" => Claim::raising(looked_at, &norm(given)),
        "toBeCloseTo" | "closeTo" | "approximately" => {
            let parts = arguments(given);
            let last = parts.get(1).and_then(|p| p.parse::<f64>().ok());
            let width = match (name, last) {
                ("toBeCloseTo", digits) => 10_f64.powf(-digits.unwrap_or(2.0)),
                (_, width) => width.unwrap_or(0.0),
            };
            let expected = parts.first().map_or("", String::as_str);
            Claim { tolerance: Some(width), ..Claim::of(Strength::Exact, looked_at, expected) }
        }
        _ => Claim::of(Strength::Partial, looked_at, given),
    };
    let negates = not && claim.strength > Strength::Vacuous && !claim.raises;
    if negates {
        Claim { strength: Strength::Loose, expected: format!("not {}", claim.expected), ..claim }
    } else {
        claim
    }
}

/// Node's `assert`, Chai's, and those of `t` in tape and ava.
fn assert(name: &str, inner: &str) -> Option<Claim> {
    let mut parts = arguments(inner).into_iter();
    let mut next = || parts.next().unwrap_or_default();
    Some(match name {
        "assert" | "ok" | "isTrue" | "truthy" | "true" => condition(&next()),
        "isFalse" | "notOk" | "falsy" | "false" => negated(&next()),
        "equal"
        | "strictEqual"
        | "deepEqual"
        | "deepStrictEqual"
        | "is"
        | "same"
        | "partialDeepStrictEqual" => equality(&next(), &next(), 0),
        "notEqual" | "notStrictEqual" | "notDeepEqual" | "notDeepStrictEqual" | "not" | "exists"
        | "isDefined" => {
            let (left, right) = (next(), next());
            Claim::of(Strength::Loose, &left, &format!("not {right}"))
        }
        "throws" | "rejects" | "throwsAsync" => {
            let (left, right) = (next(), next());
            Claim::raising(&left, &right)
        }
        "match" | "include" | "doesNotMatch" | "doesNotThrow" | "fail" | "isAbove" | "isBelow" => {
            let (left, right) = (next(), next());
            Claim { tolerance: tolerance(inner), ..Claim::of(Strength::Partial, &left, &right) }
        }
        _ => return None,
    })
}

/// A call that registers a test or a suite.
struct Registered {
    at: usize,
    base: String,
    modifiers: Vec<String>,
    title: String,
    body: Option<usize>,
    /// Its options: `{ skip: true }`.
    options: String,
}

impl Registered {
    fn of(tree: &Tree, at: usize) -> Option<Self> {
        let mut function = tree.child(at, "function")?;
        // `it.each(table)(title, body)` calls what a call gave.
        while tree.kind(function) == "call_expression" {
            function = tree.child(function, "function")?;
        }
        let head = norm(tree.text(function));
        let mut parts = head.split('.').map(str::to_owned);
        let base = parts.next()?;
        if !CASES.contains(&base.as_str()) && !SUITES.contains(&base.as_str()) {
            return None;
        }
        let given = tree.child(at, "arguments")?;
        let mut children = tree.children(given).filter(|c| !matches!(tree.text(*c), "(" | ")" | ","));
        let title = children.next()?;
        let title_kind = tree.kind(title);
        if !title_kind.contains("string") && title_kind != "identifier" && title_kind != "binary_expression" {
            return None;
        }
        let rest: Vec<usize> = children.collect();
        let body = rest.iter().copied().find(|c| tree.kind(*c).contains("function"));
        let options = rest.iter().find(|c| tree.kind(**c) == "object").map_or("", |c| tree.text(*c));
        Some(Self {
            at,
            base,
            modifiers: parts.collect(),
            title: tree.text(title).trim_matches(['"', '\'', '`']).to_owned(),
            body: body.and_then(|b| tree.child(b, "body")),
            options: norm(options),
        })
    }

    fn head(&self) -> String {
        let words: Vec<&str> =
            std::iter::once(self.base.as_str()).chain(self.modifiers.iter().map(String::as_str)).collect();
        words.join(".")
    }

    /// Whether it leaves tests out, and if so, whether only sometimes.
    fn skips(&self) -> Option<bool> {
        let has = |word: &str| self.modifiers.iter().any(|m| m == word);
        let set = |key: &str| self.options.contains(key) && !self.options.contains(&format!("{key}false"));
        if self.base.starts_with('x') || has("skip") || has("todo") || set("skip:") || set("todo:") {
            return Some(false);
        }
        (has("skipIf") || has("runIf")).then_some(true)
    }
}

impl Script {
    fn case(&self, tree: &Tree, call: &Registered) -> Option<Function> {
        let (mut scope, mut skip) = (Vec::new(), call.skips().map(|s| head_mark(tree, call, s)));
        for up in tree.around(call.at).filter(|up| tree.kind(*up) == "call_expression") {
            if let Some(suite) = Registered::of(tree, up) {
                skip = skip.or_else(|| suite.skips().map(|s| head_mark(tree, &suite, s)));
                scope.push(suite.title);
            }
        }
        scope.reverse();
        let fails = call.modifiers.iter().any(|m| matches!(m.as_str(), "fails" | "failing"));
        let body = call.body;
        skip = skip.or_else(|| body.and_then(|body| skip_call(tree, body)));
        let outline = Outline {
            name: call.title.clone(),
            scope,
            role: Role::Test,
            at: call.at,
            body: body.unwrap_or(call.at),
            skip: skip.or_else(|| body.is_none().then(|| head_mark(tree, call, false))),
            fails: fails.then(|| head_mark(tree, call, false)),
            head: Vec::new(),
            repeats: call.modifiers.iter().any(|m| matches!(m.as_str(), "each" | "for" | "prop")),
        };
        // A test without a body is written down as one to do.
        let known = body.is_some() || call.skips().is_some();
        known.then(|| describe(tree, self, outline))
    }

    fn function(&self, tree: &Tree, at: usize, test_file: bool) -> Option<Function> {
        let named = tree.child_text(at, "name").to_owned();
        let body = match tree.child(at, "value") {
            Some(value) if tree.kind(value).contains("function") => tree.child(value, "body")?,
            Some(_) => return None,
            None => tree.child(at, "body")?,
        };
        let role = if test_file { Role::Support } else { Role::Code };
        let outline = Outline {
            name: named,
            scope: Vec::new(),
            role,
            at,
            body,
            skip: None,
            fails: None,
            head: Vec::new(),
            repeats: false,
        };
        Some(describe(tree, self, outline))
    }
}

fn head_mark(tree: &Tree, call: &Registered, sometimes: bool) -> Mark {
    Mark { text: call.head(), ..mark(tree, call.at, sometimes) }
}

/// `t.skip()` of Node's runner, `this.skip()` of Mocha, `ctx.skip()` of Vitest.
fn skip_call(tree: &Tree, body: usize) -> Option<Mark> {
    tree.of_kind(tree.inside(body), "call_expression").find_map(|n| {
        let name = norm(tree.child_text(n, "function"));
        let is = matches!(
            name.as_str(),
            "t.skip" | "this.skip" | "ctx.skip" | "context.skip" | "t.todo" | "pending"
        );
        let guarded = tree.around(n).take_while(|up| *up != body).count() > 1;
        is.then(|| mark(tree, n, guarded))
    })
}
