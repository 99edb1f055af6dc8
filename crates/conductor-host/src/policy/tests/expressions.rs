//! Conditions: what compiles, what is refused with place and reason, what comes of evaluating.

use std::collections::BTreeSet;

use conductor_engine::coverage::{Coverage, CoverageFacts, Share};
use conductor_engine::evidence::LintFacts;
use conductor_engine::lint::LintCounts;
use proptest::prelude::*;

use super::super::variables::{Kind, VARIABLES};
use super::*;
use crate::policy::Expression;
use crate::policy::expression::FUNCTIONS;

fn told(text: &str) -> Result<bool, String> {
    let change = change(vec![added("src/a.rs", "x\ny"), added("docs/b.md", "z")]);
    Expression::compile(text).unwrap_or_else(|unfit| panic!("{text}: {unfit:?}")).holds(&facts(&change))
}

#[test]
fn conditions_are_evaluated_over_the_facts() {
    let table = [
        ("diff.lines > 2", true),
        ("diff.lines == 3 && diff.added == 3 && diff.removed == 0", true),
        ("diff.files >= 3", false),
        ("diff.paths.exists(p, p.startsWith('src/'))", true),
        ("diff.paths.all(p, p.endsWith('.rs'))", false),
        ("'docs/b.md' in diff.paths", true),
        ("size(diff.paths) == 2", true),
        ("diff.paths.filter(p, p.contains('b')).size() == 1", true),
        ("run.attempts > 1 && run.failures > 0", true),
        ("run.minutes == 2 && run.agent == 'codex'", true),
        ("cost.dollars > 1.4 && cost.dollars < 2.0", true),
        ("cost.dollars > 1", true),
        ("cost.tokens == 1000", true),
        ("task.priority in ['critical', 'high']", true),
        ("task.type == 'feature' && 'db' in task.tags", true),
        ("task.id == 'TASK-001' && task.estimate_minutes < run.minutes", false),
        ("evidence.passed && evidence.tests.ran == 0", true),
        ("'ci' in classes", false),
        ("has(evidence.coverage) && evidence.coverage < 80.0", false),
        ("has(review.findings) && review.findings > 0", false),
        ("diff.binaries > 0 ? true : diff.largest > 1000000", false),
        ("!(diff.lines > 2 || false)", false),
    ];
    for (text, held) in table {
        assert_eq!(told(text), Ok(held), "{text}");
    }
}

#[test]
fn what_cannot_be_evaluated_is_told_and_is_no_answer() {
    let table = [
        ("diff.lines + 1", "it gives no bool"),
        ("diff.lines / 0 == 1", "Division by zero of Int(3)"),
        ("diff.lines > 'a'", "found no matching overload for '_>_' applied to '(int, string)'"),
        ("evidence.coverage < 80.0", "No such key: coverage"),
        ("diff.paths[7] == 'a'", "Index out of bounds: Int(7)"),
    ];
    for (text, why) in table {
        assert_eq!(told(text), Err(why.to_owned()), "{text}");
    }
}

#[test]
fn what_takes_too_long_is_not_waited_for() {
    let files = (0..1_200).map(|n| added(&format!("src/{n}.rs"), "x")).collect();
    let text = "diff.paths.all(a, diff.paths.all(b, a + b != 'x'))";
    let slow = Expression::compile(text).unwrap();
    let told = slow.holds_within(&facts(&change(files)), std::time::Duration::from_millis(1));
    assert_eq!(told, Err("it takes too long".to_owned()));
}

#[test]
fn what_cannot_be_used_is_refused_with_the_place_and_the_reason() {
    let long = format!("diff.lines > {}", "1".repeat(2_000));
    let table: &[(&str, (usize, usize), &str)] = &[
        ("diff.linse > 2", (1, 1), "there is no variable `diff.linse`; did you mean `diff.lines`?"),
        ("true &&\n  who == 'me'", (2, 3), "there is no variable `who`"),
        ("diff.lines.x > 2", (1, 1), "there is no variable `diff.lines.x`; did you mean `diff.lines`?"),
        ("size(cost) > 1", (1, 6), "`cost` is a group and no value; name one of cost.dollars, cost.tokens"),
        ("has(review)", (1, 5), "invalid argument to has() macro"),
        ("has(diff.size)", (1, 5), "there is no variable `diff.size`; did you mean `diff.files`?"),
        ("diff.paths.all(p, q == p)", (1, 19), "there is no variable `q`"),
        (
            "diff.paths.exists(p, p.matches('a'))",
            (1, 31),
            "there is no function `matches`; there are size, contains, startsWith, endsWith, int, uint, double, string, bool",
        ),
        (
            "[1].all(a, [1].all(b, [1].all(c, a + b + c > 1)))",
            (1, 30),
            "loops may stand in one another only 2 deep",
        ),
        (&long, (1, 1), "it is longer than 2000 bytes"),
    ];
    for (text, at, why) in table {
        let unfit = Expression::compile(text).unwrap_err();
        assert_eq!((unfit.at, unfit.why.as_str()), (*at, *why), "{text}");
    }
    for text in ["", "diff.lines >", "((((", "diff.lines > 2 )", "\u{0}", "\"", "a.b.", "x{y: 1}"] {
        assert!(Expression::compile(text).is_err(), "{text}");
    }
}

#[test]
fn a_condition_says_what_it_reads() {
    let expression =
        Expression::compile("diff.lines > 2 && diff.paths.exists(p, p == run.agent) || has(evidence.lints)")
            .unwrap();
    assert_eq!(expression.reads(), ["diff.lines", "diff.paths", "evidence.lints", "run.agent"]);
}

#[test]
fn every_variable_of_the_table_is_there_and_of_its_kind() {
    let facts = serde_json::to_value(facts(&change(vec![added("a", "x")]))).unwrap();
    let mut leaves = BTreeSet::new();
    names(&facts, "", &mut leaves);
    let always: BTreeSet<String> =
        VARIABLES.iter().filter(|v| !v.optional).map(|v| v.name.to_owned()).collect();
    assert_eq!(leaves, always);
    for variable in VARIABLES {
        let name = variable.name;
        let guard = if variable.optional { format!("!has({name}) || ") } else { String::new() };
        let text = match variable.kind {
            Kind::Int => format!("{guard}{name} + 1 > {name}"),
            Kind::Double => format!("{guard}{name} + 1.0 > {name}"),
            Kind::Text => format!("{guard}{name} + '' == {name}"),
            Kind::Bool => format!("{guard}{name} || !{name}"),
            Kind::Texts => format!("{guard}{name}.all(x, x + '' == x)"),
        };
        assert_eq!(told(&text), Ok(true), "{text}");
    }
}

fn names(value: &serde_json::Value, path: &str, into: &mut BTreeSet<String>) {
    match value.as_object() {
        Some(fields) => fields.iter().for_each(|(key, value)| {
            names(value, &if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, into);
        }),
        None => {
            into.insert(path.to_owned());
        }
    }
}

#[test]
fn every_function_of_the_table_is_there() {
    let table = [
        ("size", "size('ab') == 2"),
        ("contains", "'abc'.contains('b')"),
        ("startsWith", "'abc'.startsWith('a')"),
        ("endsWith", "'abc'.endsWith('c')"),
        ("int", "int('7') == 7"),
        ("uint", "uint('7') == 7u"),
        ("double", "double('7') == 7.0"),
        ("string", "string(7) == '7'"),
        ("bool", "bool('true')"),
    ];
    assert_eq!(table.map(|(name, _)| name), FUNCTIONS);
    for (_, text) in table {
        assert_eq!(told(text), Ok(true), "{text}");
    }
}

/// The page about rules has the table of this program.
#[test]
fn the_documentation_has_every_variable() {
    let page = include_str!("../../../../../docs/policy.md");
    let rows: String = VARIABLES
        .iter()
        .map(|v| {
            let optional = if v.optional { "; may be absent" } else { "" };
            format!("| `{}` | {} | {}{optional} |\n", v.name, v.kind.name(), v.meaning)
        })
        .collect();
    assert!(page.contains(&rows), "docs/policy.md should have these rows:\n{rows}");
    for function in FUNCTIONS {
        assert!(page.contains(&format!("`{function}`")), "docs/policy.md does not name `{function}`");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_text_makes_it_panic(text in "[a-z.()\\[\\]{}<>=!&|?:'\" 0-9+*/%,-]{0,60}") {
        if let Ok(expression) = Expression::compile(&text) {
            let _either = expression.holds(&facts(&change(Vec::new())));
        }
    }
}

#[test]
fn what_gates_measured_is_told() {
    let mut measured = evidence();
    measured.coverage = Some(CoverageFacts {
        total: Share { covered: 3, lines: 4 },
        base: None,
        changed: None,
        files: Coverage::default(),
        left_out: 0,
    });
    measured.lints = Some(LintFacts { counts: LintCounts { errors: 1, warnings: 2, notes: 9 }, base: None });
    let change = change(Vec::new());
    let facts = Facts::new(&Parts {
        run: &run(),
        agent: "codex",
        task: &task(),
        change: &change,
        classes: &[],
        evidence: &measured,
        tests: &TestDelta::default(),
        review: None,
    });
    for text in ["evidence.coverage == 75.0", "evidence.lints == 3"] {
        let expression = Expression::compile(text).unwrap();
        assert_eq!(expression.holds(&facts), Ok(true), "{text}");
    }
}
