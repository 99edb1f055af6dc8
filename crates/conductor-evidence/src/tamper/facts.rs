//! What a source file holds, as far as tests are concerned; the same for every language.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::assertion::{Assertion, Claim, Reach, Strength};
use super::finding::Span;
use super::source::{Language, Tree};
use super::text::norm;

/// What a function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The runner collects it.
    Test,
    /// It belongs to tests: it stands in a file or module of tests.
    Support,
    /// Anything else.
    Code,
}

/// That something stands at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) line: usize,
    /// The text that says it, in one form.
    pub(super) text: String,
    /// Whether it holds only sometimes: on some systems, in some builds.
    pub(super) sometimes: bool,
}

/// One function or method, or one case of a script's suite.
#[derive(Debug, Clone)]
pub(super) struct Function {
    pub(super) name: String,
    /// What it stands in, from the outside.
    pub(super) scope: Vec<String>,
    pub(super) role: Role,
    pub(super) span: Span,
    /// How often each token occurs, as a measure of likeness.
    pub(super) tokens: BTreeMap<u64, u32>,
    /// The values that are written down in it.
    pub(super) literals: BTreeSet<String>,
    pub(super) names: BTreeSet<String>,
    pub(super) assertions: Vec<Assertion>,
    /// Why it is left out.
    pub(super) skip: Option<Mark>,
    /// That it should fail.
    pub(super) fails: Option<Mark>,
    /// A return before the last assertion, on the function's own level.
    pub(super) early: Option<Mark>,
    /// Statements of its body.
    pub(super) statements: usize,
    /// Whether it does the same for several values.
    pub(super) repeats: bool,
}

impl Function {
    /// Its name with what it stands in.
    pub(super) fn path(&self) -> String {
        let parts: Vec<&str> = self.scope.iter().map(String::as_str).chain([self.name.as_str()]).collect();
        parts.join(" > ")
    }
}

/// What is found of a file by its language.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) functions: Vec<Function>,
    /// Marks that leave out all others.
    pub(super) only: Vec<Mark>,
}

/// What one language knows of itself.
pub(super) trait Dialect {
    /// The functions of a file.
    fn find(&self, tree: &Tree, test_file: bool) -> Found;
    /// What a node asserts, if it does.
    fn claim(&self, tree: &Tree, at: usize) -> Option<Claim>;
    /// Whether a node catches what is raised in its body and forgets it.
    fn swallows(&self, tree: &Tree, at: usize, inside: usize) -> bool;
    /// The name of the function that a node calls.
    fn callee<'t>(&self, tree: &'t Tree, at: usize) -> Option<&'t str>;
}

/// How a function is described before it is looked at.
#[derive(Debug)]
pub(super) struct Outline {
    pub(super) name: String,
    pub(super) scope: Vec<String>,
    pub(super) role: Role,
    /// The node of all of it.
    pub(super) at: usize,
    /// The node of its body.
    pub(super) body: usize,
    pub(super) skip: Option<Mark>,
    pub(super) fails: Option<Mark>,
    /// Assertions that stand in its head.
    pub(super) head: Vec<Assertion>,
    pub(super) repeats: bool,
}

const LOOPS: &[&str] = &[
    "for_statement",
    "for_expression",
    "while_statement",
    "while_expression",
    "loop_expression",
    "for_in_statement",
    "enhanced_for_statement",
    "list_comprehension",
    "generator_expression",
];

/// Looks at a function.
pub(super) fn describe(tree: &Tree, dialect: &dyn Dialect, outline: Outline) -> Function {
    let Outline { name, scope, role, at, body, skip, fails, head, repeats } = outline;
    let (mut tokens, mut literals, mut names) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
    let range = tree.inside(at);
    let mut next = range.start;
    while next < range.end {
        let Some(node) = tree.node(next) else { break };
        let text = tree.text(next);
        let quoted = is_quoted(tree.kind(next));
        if tree.is_comment(next) {
            next = node.until;
            continue;
        }
        if quoted || node.until == next + 1 {
            let title = quoted && text.trim_matches(['"', '\'', '`']) == name;
            if !title && (quoted || text.starts_with(|c: char| c.is_ascii_digit())) {
                literals.insert(norm(text));
            } else if tree.kind(next).ends_with("identifier") && text != name {
                names.insert(text.to_owned());
            }
            if text != name && !text.is_empty() {
                let token = if quoted { hash(&norm(text)) } else { hash(text) };
                *tokens.entry(token).or_default() += 1;
            }
        }
        next = if quoted { node.until } else { next + 1 };
    }
    let mut assertions = head;
    assertions.extend(assertions_in(tree, dialect, body));
    let repeats = repeats || range.clone().any(|n| LOOPS.contains(&tree.kind(n)));
    let early = early_return(tree, body, &assertions);
    let span =
        tree.node(at).map_or(Span { first: 1, last: 1 }, |n| Span { first: n.line, last: n.last_line });
    let statements = statements(tree, body);
    Function {
        name,
        scope,
        role,
        span,
        tokens,
        literals,
        names,
        assertions,
        skip,
        fails,
        early,
        statements,
        repeats,
    }
}

fn is_quoted(kind: &str) -> bool {
    matches!(
        kind,
        "string"
            | "string_literal"
            | "raw_string_literal"
            | "interpreted_string_literal"
            | "template_string"
            | "char_literal"
            | "rune_literal"
            | "character_literal"
    )
}

/// Statements that do something: no comments, no documentation, no `pass`.
fn statements(tree: &Tree, body: usize) -> usize {
    let does = |at: &usize| {
        let named = tree.node(*at).is_some_and(|n| n.end > n.start) && tree.kind(*at).len() > 1;
        let text = tree.text(*at).trim().trim_end_matches(';');
        let documents = matches!(tree.kind(*at), "expression_statement")
            && tree.children(*at).all(|child| is_quoted(tree.kind(child)));
        named && !tree.is_comment(*at) && !documents && !matches!(text, "pass" | "..." | "" | "()" | "return")
    };
    if tree.kind(body).ends_with("block") || tree.kind(body) == "statement_list" {
        let list = tree.child_of_kind(body, "statement_list").unwrap_or(body);
        tree.children(list).filter(does).count()
    } else {
        1
    }
}

/// The assertions inside a node, in order.
pub(super) fn assertions_in(tree: &Tree, dialect: &dyn Dialect, body: usize) -> Vec<Assertion> {
    let mut found = Vec::new();
    let mut next = tree.inside(body).start;
    let range: Range<usize> = tree.inside(body);
    // A body may be one expression.
    let whole = dialect.claim(tree, body).map(|claim| (body, claim));
    if let Some((at, claim)) = whole {
        found.push(Assertion::new(tree.text(at), tree.place(at), claim));
        return found;
    }
    while next < range.end {
        match dialect.claim(tree, next) {
            Some(claim) => {
                let mut one = Assertion::new(tree.text(next), tree.place(next), claim);
                one.reach = reach(tree, dialect, next, body);
                found.push(one);
                next = tree.inside(next).end;
            }
            None => {
                if let Some(name) = dialect.callee(tree, next) {
                    let mut one = Assertion::new(
                        tree.text(next),
                        tree.place(next),
                        Claim::of(Strength::Vacuous, tree.text(next), ""),
                    );
                    one.helper = Some(name.to_owned());
                    one.reach = reach(tree, dialect, next, body);
                    found.push(one);
                }
                next += 1;
            }
        }
    }
    found
}

const CONDITIONALS: &[&str] = &[
    "if_statement",
    "if_expression",
    "match_expression",
    "match_statement",
    "switch_statement",
    "switch_expression",
    "conditional_expression",
    "ternary_expression",
    "while_statement",
    "while_expression",
    "elif_clause",
    "expression_switch_statement",
];

/// How an assertion is reached from the beginning of a body.
fn reach(tree: &Tree, dialect: &dyn Dialect, at: usize, body: usize) -> Reach {
    let mut reach = Reach::default();
    let mut inner = at;
    for up in tree.around(at).take_while(|up| *up != body) {
        let kind = tree.kind(up);
        if CONDITIONALS.contains(&kind) {
            let condition = tree.child(up, "condition");
            // What stands in the condition itself is always looked at.
            if condition != Some(inner) {
                // For Go the condition is the assertion.
                reach.conditional |= tree.language != Language::Go;
                let never = condition.map(|c| norm(super::text::bare(tree.text(c))));
                let alternative = tree.field(inner) == "alternative";
                reach.dead |=
                    never.is_some_and(|c| matches!(c.as_str(), "false" | "False" | "0")) && !alternative;
            }
        }
        reach.swallowed |= dialect.swallows(tree, up, inner);
        inner = up;
    }
    // On the level of the body: after a return that has no condition.
    let list = tree.child_of_kind(body, "statement_list").unwrap_or(body);
    reach.dead |= tree.children(list).take_while(|child| *child < inner).any(|child| returns(tree, child));
    reach
}

/// Whether a statement leaves its function.
pub(super) fn returns(tree: &Tree, at: usize) -> bool {
    match tree.kind(at) {
        "return_statement" | "return_expression" => true,
        "expression_statement" => tree.children(at).any(|child| tree.kind(child) == "return_expression"),
        _ => false,
    }
}

/// A return, on the body's level or in a condition on it, before the last assertion.
fn early_return(tree: &Tree, body: usize, assertions: &[Assertion]) -> Option<Mark> {
    let list = tree.child_of_kind(body, "statement_list").unwrap_or(body);
    let last = assertions.iter().filter(|a| a.helper.is_none()).map(|a| a.start).max()?;
    let start = |at: usize| tree.node(at).map_or(usize::MAX, |n| n.start);
    let mark =
        |at: usize, sometimes: bool| Mark { line: tree.line(at), text: norm(tree.text(at)), sometimes };
    for child in tree.children(list).take_while(|child| start(*child) < last) {
        if returns(tree, child) {
            return Some(mark(child, false));
        }
        let branches = tree.inside(child).any(|n| CONDITIONALS.contains(&tree.kind(n)))
            || CONDITIONALS.contains(&tree.kind(child));
        let plain = tree.inside(child).find(|n| returns(tree, *n));
        if let Some(inner) = plain.filter(|_| branches)
            && !in_function(tree, inner, child)
            // What is returned in the one branch may be asserted in the other.
            && !assertions.iter().any(|a| a.helper.is_none() && within(tree, child, a.start))
        {
            return Some(mark(child, true));
        }
    }
    None
}

fn within(tree: &Tree, at: usize, place: usize) -> bool {
    tree.node(at).is_some_and(|n| (n.start..n.end).contains(&place))
}

/// Whether a function of its own begins between a node and what is around it.
fn in_function(tree: &Tree, at: usize, outer: usize) -> bool {
    let own = ["function", "lambda", "closure", "method", "func_literal"];
    tree.around(at).take_while(|up| *up >= outer).any(|up| own.iter().any(|o| tree.kind(up).contains(o)))
}

/// How alike two functions are, from 0 to 100.
pub(super) fn likeness(a: &Function, b: &Function) -> u32 {
    let total = |f: &Function| f.tokens.values().sum::<u32>();
    let shared: u32 = a.tokens.iter().map(|(token, n)| b.tokens.get(token).map_or(0, |m| *n.min(m))).sum();
    let all = total(a) + total(b);
    (200 * shared).checked_div(all).unwrap_or(100)
}

/// The same number for the same text, on every run.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

/// A mark at a node.
pub(super) fn mark(tree: &Tree, at: usize, sometimes: bool) -> Mark {
    Mark { line: tree.line(at), text: norm(tree.text(at)), sometimes }
}
