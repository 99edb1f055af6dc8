use proptest::prelude::*;

use super::*;

/// What a real program wrote.
macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!("../../../tests/fixtures/reports/", $name))
    };
}

const FILES: [&str; 4] = ["shop/cart.py", "bad.js", "src/lib.rs", "tests/cli.rs"];

fn paths() -> SourcePaths<'static> {
    SourcePaths::new(FILES, ["/home/ann/shop"])
}

fn shown(form: LintForm, report: &str) -> String {
    let Some(Found { lints, rest, .. }) = read(form, report, &paths()) else { return "no report".to_owned() };
    let counts = lints.counts;
    format!("{} {} {}\n{}---\n{rest}", counts.errors, counts.warnings, counts.notes, told(&lints))
}

#[test]
fn what_real_programs_write() {
    insta::assert_snapshot!(shown(LintForm::Clippy, recorded!("clippy.txt")), @"
    0 2 0
    src/lib.rs:9: warning: unneeded `return` statement [clippy::needless_return]
    tests/cli.rs:3: warning: unused variable: `unused` [unused_variables]
    ---
        Checking shop v0.1.0 (/home/ann/shop)
    warning: unneeded `return` statement
     --> src/lib.rs:9:5
      |
    9 |     return a + b;
      |     ^^^^^^^^^^^^
      |
      = help: for further information visit https://rust-lang.github.io/rust-clippy/rust-1.95.0/index.html#needless_return
      = note: `#[warn(clippy::needless_return)]` on by default
    help: remove `return`
      |
    9 -     return a + b;
    9 +     a + b
      |

    warning: unused variable: `unused`
     --> tests/cli.rs:3:9
      |
    3 |     let unused = 1;
      |         ^^^^^^ help: if this is intentional, prefix it with an underscore: `_unused`
      |
      = note: `#[warn(unused_variables)]` (part of `#[warn(unused)]`) on by default

        Finished `dev` profile [unoptimized + debuginfo] target(s) in 0.37s
    ");
    insta::assert_snapshot!(shown(LintForm::Eslint, recorded!("eslint.json")), @"
    1 1 0
    bad.js:1: error: 'a' is assigned a value but never used. [no-unused-vars]
    bad.js:2: warning: Expected '===' and instead saw '=='. [eqeqeq]
    ---
    ");
    insta::assert_snapshot!(shown(LintForm::Ruff, recorded!("ruff.json")), @"
    1 0 0
    shop/cart.py:1: error: `os` imported but unused [F401]
    ---
    ");
    insta::assert_snapshot!(shown(LintForm::Sarif, recorded!("ruff.sarif")), @"
    1 0 0
    shop/cart.py:1: error: `os` imported but unused [F401]
    ---
    ");
}

#[test]
fn a_report_is_found_in_an_output() {
    let output = format!("> lint\n[warn] not a report\n{}\nDone.\n", recorded!("eslint.json").trim());
    insta::assert_snapshot!(shown(LintForm::Eslint, &output), @"
    1 1 0
    bad.js:1: error: 'a' is assigned a value but never used. [no-unused-vars]
    bad.js:2: warning: Expected '===' and instead saw '=='. [eqeqeq]
    ---
    > lint
    [warn] not a report
    Done.
    ");
    for form in [LintForm::Eslint, LintForm::Ruff, LintForm::Sarif] {
        for none in ["", "all fine", "[1, 2]", "{", "{}"] {
            assert_eq!(shown(form, none), "no report", "{form:?} {none}");
        }
        assert_ne!(shown(form, if form == LintForm::Sarif { r#"{"runs":[]}"# } else { "[]" }), "no report");
    }
}

#[test]
fn what_is_suppressed_is_no_finding() {
    let report = r#"{"runs": [{"results": [
        {"ruleId": "a", "level": "error", "message": {"text": "one\ntwo"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/lib.rs"}, "region": {"startLine": 3}}}]},
        {"rule": {"id": "b"}, "message": {"text": "\u001b[31mred"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "../../x"}}}]},
        {"ruleId": "c", "level": "note", "message": {}},
        {"ruleId": "d", "level": "error", "suppressions": [{"kind": "inSource"}]},
        {"ruleId": "e", "kind": "pass"}]}, {"results": null}]}"#;
    insta::assert_snapshot!(shown(LintForm::Sarif, report), @"
    1 1 1
    src/lib.rs:3: error: one [a]
    warning: [31mred [b]
    note:  [c]
    ---
    ");
}

#[test]
fn the_worst_are_kept_and_all_are_counted() {
    let finding =
        |level: u8, line: u64| format!(r#"{{"ruleId":"r","severity":{level},"message":"m","line":{line}}}"#);
    let all: Vec<String> =
        (0..150).map(|line| finding(1, line)).chain((0..150).map(|line| finding(2, line))).collect();
    let report = format!(r#"[{{"filePath":"bad.js","messages":[{}]}}]"#, all.join(","));
    let lints = read(LintForm::Eslint, &report, &paths()).unwrap().lints;
    assert_eq!((lints.counts.errors, lints.counts.warnings, lints.places.len()), (150, 150, MOST_PLACES));
    assert!(lints.places.iter().all(|place| place.level == LintLevel::Error));
}

proptest! {
    #[test]
    fn any_text_never_panics(
        bytes in any::<Vec<u8>>(),
        near in r#"(\{"reason":"compiler-message"|,"message":\{"message":"x"|\[\{"filePath":"bad\.js"|,"messages":\[|\{"runs":\[|\{"results":\[|"level":"error"|\[|\]|\{|\}|,|"a":1|\n|é){0,24}"#,
    ) {
        for text in [String::from_utf8_lossy(&bytes).into_owned(), near] {
            for form in [LintForm::Sarif, LintForm::Clippy, LintForm::Eslint, LintForm::Ruff] {
                let lints = read(form, &text, &paths()).unwrap_or_default().lints;
                prop_assert!(lints.places.len() <= MOST_PLACES);
                let _whatever = told(&lints);
            }
        }
    }
}
