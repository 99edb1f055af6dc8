//! What an assertion demands, and how strictly.

use super::text::{bare, is_word, names, norm, split};

/// How strictly something is checked: each level accepts more than the one above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// It holds whatever the code does.
    Vacuous,
    /// Something is there, is true, or is not one value.
    Loose,
    /// Within bounds, contains, is of a kind.
    Partial,
    /// It is this one.
    Exact,
}

/// How an assertion is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Reach {
    /// Its failure is caught and forgotten.
    pub(super) swallowed: bool,
    /// Only under a condition.
    pub(super) conditional: bool,
    /// Never.
    pub(super) dead: bool,
}

/// One assertion of a test.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Assertion {
    /// In one form, so that layout is no difference.
    pub(super) text: String,
    /// What is looked at.
    pub(super) subject: String,
    /// What it should be.
    pub(super) expected: String,
    pub(super) strength: Strength,
    /// Whether it demands that something fails.
    pub(super) raises: bool,
    pub(super) tolerance: Option<f64>,
    pub(super) line: usize,
    /// The byte at which it begins.
    pub(super) start: usize,
    pub(super) reach: Reach,
    /// The function that it calls, when it is one of the project's own.
    pub(super) helper: Option<String>,
}

impl Assertion {
    pub(super) fn new(text: &str, (line, start): (usize, usize), claim: Claim) -> Self {
        let form = norm(text);
        // In Go, what is demanded stands around the call that fails the test.
        let whole = form.contains(&claim.subject);
        Self {
            text: if whole { form } else { format!("{}|{}|{form}", claim.subject, claim.expected) },
            subject: claim.subject,
            expected: claim.expected,
            strength: claim.strength,
            raises: claim.raises,
            tolerance: claim.tolerance,
            line,
            start,
            reach: Reach::default(),
            helper: None,
        }
    }

    /// Whether it can fail a test.
    pub(super) fn counts(&self) -> bool {
        self.strength > Strength::Vacuous && !self.reach.dead && !self.reach.swallowed
    }
}

/// What an expression demands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Claim {
    pub(super) strength: Strength,
    pub(super) subject: String,
    pub(super) expected: String,
    pub(super) raises: bool,
    pub(super) tolerance: Option<f64>,
}

impl Claim {
    pub(super) fn of(strength: Strength, subject: &str, expected: &str) -> Self {
        Self { strength, subject: norm(subject), expected: norm(expected), raises: false, tolerance: None }
    }

    pub(super) fn raising(subject: &str, expected: &str) -> Self {
        // A check for any error at all accepts more than one for a certain error.
        let any = matches!(expected, "" | "Exception" | "BaseException" | "Throwable.class" | "Error");
        let strength = if any { Strength::Partial } else { Strength::Exact };
        Self { raises: true, ..Self::of(strength, subject, expected) }
    }
}

/// Names of constants that hold, and of those that do not.
const TRUE: &[&str] = &["true", "True", "1", "!false", "Boolean.TRUE", "not False", "!0"];
const FALSE: &[&str] = &["false", "False", "0", "!true", "Boolean.FALSE", "not True", "!1"];

/// Calls whose truth is one certain value, that some value is part of something, or only that something is there.
const EXACT_CALLS: &[&str] = &[
    "is_empty",
    "is_multiple_of",
    "isEmpty",
    "is_none",
    "isNone",
    "equals",
    "DeepEqual",
    "Equal",
    "isNull",
    "array_equal",
    "deepEqual",
    "isEqual",
    "eq",
    "allclose",
    "isclose",
    "is_file",
    "exists",
];
const PARTIAL_CALLS: &[&str] = &[
    "contains",
    "starts_with",
    "startswith",
    "startsWith",
    "ends_with",
    "endswith",
    "endsWith",
    "includes",
    "matches",
    "is_match",
    "isinstance",
    "is_err",
    "isErr",
    "HasPrefix",
    "HasSuffix",
    "Contains",
    "any",
    "all",
    "is_some_and",
    "is_ok_and",
    "is_err_and",
    "match",
    "test",
    "Is",
    "As",
    "contains_key",
    "issubset",
];

/// What it means that this expression is true.
pub(super) fn condition(expression: &str) -> Claim {
    // Bounded, since each step takes something away from the expression.
    judge(expression, 0)
}

fn judge(expression: &str, depth: usize) -> Claim {
    let text = bare(expression);
    let loose = |subject: &str| Claim::of(Strength::Loose, subject, "true");
    if depth > 16 {
        return loose(text);
    }
    let form = norm(text);
    if TRUE.contains(&form.as_str()) || is_constant(&form) {
        return Claim::of(Strength::Vacuous, text, "true");
    }
    if FALSE.contains(&form.as_str()) {
        return Claim::of(Strength::Exact, "", "false");
    }
    let any = split(text, &["||", "or"]);
    if any.len() > 1 {
        let all: Vec<Claim> = any.iter().map(|part| judge(part, depth + 1)).collect();
        let least = all.iter().map(|c| c.strength).min().unwrap_or(Strength::Loose);
        return Claim::of(least.min(Strength::Partial), text, "true");
    }
    let every = split(text, &["&&", "and"]);
    if every.len() > 1 {
        let all = every.iter().map(|part| judge(part, depth + 1));
        let most = all.map(|c| c.strength).max().unwrap_or(Strength::Loose);
        return Claim::of(most, text, "true");
    }
    if let Some(claim) = comparison(text, depth) {
        return claim;
    }
    if let Some(inner) = text.strip_prefix('!').or_else(|| text.strip_prefix("not ")) {
        return Claim { strength: Strength::Loose, expected: "false".into(), ..judge(inner, depth + 1) };
    }
    call(text).unwrap_or_else(|| loose(text))
}

/// A literal, which is never false: a string, a number, a list.
fn is_constant(form: &str) -> bool {
    let quoted =
        form.len() > 2 && form.starts_with('"') && form.ends_with('"') && split(form, &["+"]).len() == 1;
    let inner_quotes = form.get(1..form.len().saturating_sub(1)).is_some_and(|t| t.contains('"'));
    (quoted && !inner_quotes) || form.parse::<f64>().is_ok_and(|n| n != 0.0)
}

fn comparison(text: &str, depth: usize) -> Option<Claim> {
    let two = |operators: &[&str]| {
        let parts = split(text, operators);
        match parts.as_slice() {
            [left, right] if !left.trim().is_empty() && !right.trim().is_empty() => Some((*left, *right)),
            _ => None,
        }
    };
    if let Some((left, right)) = two(&["!==", "!=", "is not", "not in"]) {
        let strength = if norm(left) == norm(right) { Strength::Exact } else { Strength::Loose };
        return Some(Claim { expected: format!("not {}", norm(right)), ..Claim::of(strength, left, "") });
    }
    if let Some((left, right)) = two(&["===", "==", "is"]) {
        return Some(equality(left, right, depth));
    }
    if let Some((left, right)) = two(&["<=", ">=", "<", ">", "in", "instanceof"]) {
        let right = norm(right);
        let nothing = text.contains(">=") && right == "0" || text.contains('>') && right == "-1";
        let strength = if nothing { Strength::Loose } else { Strength::Partial };
        return Some(Claim::of(strength, left, &right));
    }
    None
}

/// What it means that both sides are equal.
pub(super) fn equality(left: &str, right: &str, depth: usize) -> Claim {
    let (left, right) = (norm(left), norm(right));
    if left == right {
        return Claim::of(Strength::Vacuous, &left, &right);
    }
    for (one, other) in [(&left, &right), (&right, &left)] {
        if matches!(one.as_str(), "true" | "True") && depth < 16 {
            return judge(other, depth + 1);
        }
        if matches!(one.as_str(), "false" | "False") {
            return Claim::of(Strength::Loose, other, "false");
        }
    }
    // Two literals say nothing of the code, whether they are equal or not.
    let mut claim = Claim::of(Strength::Exact, &left, &right);
    if is_literal(&left) && !is_literal(&right) {
        claim = Claim::of(Strength::Exact, &right, &left);
    }
    claim.tolerance = tolerance(&right).or_else(|| tolerance(&left));
    claim
}

fn is_literal(form: &str) -> bool {
    names(form).next().is_none() || form.starts_with('"') || matches!(form, "None" | "null" | "nil")
}

/// What it means that this call gives something true.
fn call(text: &str) -> Option<Claim> {
    let form = norm(text);
    let (head, _) = form.split_once('(')?;
    // The last call of a chain is the one that counts: the text before the brackets that end it.
    let last = form.strip_suffix(')').map_or(head, |body| {
        let mut depth = 0_usize;
        let open = body.char_indices().rev().find(|(_, c)| match c {
            ')' => {
                depth += 1;
                false
            }
            '(' if depth == 0 => true,
            '(' => {
                depth -= 1;
                false
            }
            _ => false,
        });
        open.and_then(|(at, _)| body.get(..at)).unwrap_or(head)
    });
    let name = last.trim_end_matches('!').rsplit(|c: char| !is_word(c)).next().unwrap_or_default();
    let strength = if EXACT_CALLS.contains(&name) {
        Strength::Exact
    } else if PARTIAL_CALLS.contains(&name) {
        Strength::Partial
    } else {
        return None;
    };
    Some(Claim { tolerance: tolerance(&form), ..Claim::of(strength, &form, "true") })
}

/// How far from the expected value is still near enough, where a text says so.
pub(super) fn tolerance(text: &str) -> Option<f64> {
    const WIDTHS: &[&str] = &[
        "abs",
        "rel",
        "delta",
        "atol",
        "rtol",
        "abs_tol",
        "rel_tol",
        "epsilon",
        "tolerance",
        "max_relative",
    ];
    let form = norm(text);
    let value = |name: &str, digits: bool| {
        let at = form.match_indices(name).find(|(at, _)| {
            let before = form.get(..*at).and_then(|t| t.chars().next_back());
            let after = form.get(at + name.len()..).and_then(|t| t.chars().next());
            !before.is_some_and(is_word) && after == Some('=')
        })?;
        let rest = form.get(at.0 + name.len() + 1..)?;
        let end =
            rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '-' | '+' | '_')));
        let number: f64 = rest.get(..end.unwrap_or(rest.len()))?.replace('_', "").parse().ok()?;
        Some(if digits { 10_f64.powf(-number) } else { number })
    };
    WIDTHS.iter().find_map(|name| value(name, false)).or_else(|| value("places", true))
}

/// How alike two assertions are: whether they look at the same.
pub(super) fn likeness(a: &Assertion, b: &Assertion) -> usize {
    if a.subject == b.subject && !a.subject.is_empty() {
        return 1000;
    }
    let mine: Vec<&str> = names(&a.text).collect();
    let theirs: Vec<&str> = names(&b.text).collect();
    let shared = mine.iter().filter(|name| theirs.contains(name)).count();
    2 * shared * 100 / (mine.len() + theirs.len()).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_as_strict_as_they_are() {
        use Strength::{Exact, Loose, Partial, Vacuous};
        let table = [
            ("True", Vacuous),
            ("true", Vacuous),
            ("1 == 1", Vacuous),
            ("x == x", Vacuous),
            ("add(1, 2) == 3 or True", Vacuous),
            ("x == 3 || true", Vacuous),
            ("(x == 3) or 1", Vacuous),
            ("\"it works\"", Vacuous),
            ("x", Loose),
            ("not x", Loose),
            ("x is not None", Loose),
            ("x != 3", Loose),
            ("len(x) >= 0", Loose),
            ("x.is_some()", Loose),
            ("x.is_ok()", Loose),
            ("x == True", Loose),
            ("x > 3", Partial),
            ("'a' in x", Partial),
            ("isinstance(x, int)", Partial),
            ("matches!(x, Some(_))", Partial),
            ("x == 3 || x == 4", Partial),
            ("x == 3", Exact),
            ("x is None", Exact),
            ("x.is_empty()", Exact),
            ("x == 3 && y", Exact),
            ("Arrays.equals(x, y)", Exact),
            ("(f(a)) == (g(b))", Exact),
        ];
        for (text, strength) in table {
            assert_eq!(condition(text).strength, strength, "{text}");
        }
    }

    #[test]
    fn tolerances_are_read() {
        assert_eq!(tolerance("pytest.approx(3.0, abs=0.1)"), Some(0.1));
        assert_eq!(tolerance("f(x, rtol=1e-5)"), Some(1e-5));
        assert_eq!(tolerance("f(x, places = 2)"), Some(0.01));
        assert_eq!(tolerance("f(x)"), None);
    }
}
