use conductor_evidence::tamper::{Code, Weight};

use super::support::{Row, all_held, none_held, row};

const CHEATS_ARE_HELD: &[(Code, Row)] = &[
    (
        Code::TestDeleted,
        row!("deleted", "src/lib.rs": "#[test]\nfn adds() { assert_eq!(add(1, 2), 3); }\n#[test]\nfn other() { assert!(far(9)); }\n" => "#[test]\nfn other() { assert!(far(9)); }\n"),
    ),
    (
        Code::TestDeleted,
        row!("file deleted", "tests/a.rs": "#[test]\nfn adds() { assert_eq!(add(1, 2), 3); }\n" => ""),
    ),
    (
        Code::TestDeleted,
        row!("another test of the same shape in its place", "tests/a.rs": "#[test]\nfn big() { assert_eq!(add(20, 22), 42); }\n" => "#[test]\nfn small() { assert_eq!(add(1, 1), 2); }\n"),
    ),
    (
        Code::TestSkipped,
        row!("ignored", "tests/a.rs": "#[test]\nfn adds() { assert_eq!(add(1, 2), 3); }\n" => "#[test]\n#[ignore = \"flaky\"]\nfn adds() { assert_eq!(add(1, 2), 3); }\n"),
    ),
    (
        Code::TestSkipped,
        row!("compiled away", "src/lib.rs": "#[cfg(test)]\nmod tests { #[test]\nfn adds() { assert_eq!(add(1, 2), 3); } }\n" => "#[cfg(any())]\nmod tests { #[test]\nfn adds() { assert_eq!(add(1, 2), 3); } }\n"),
    ),
    (
        Code::TestSkipped,
        row!("ignored by cfg_attr", "tests/a.rs": "#[test]\nfn adds() { assert_eq!(add(1, 2), 3); }\n" => "#[test]\n#[cfg_attr(all(), ignore)]\nfn adds() { assert_eq!(add(1, 2), 3); }\n"),
    ),
    (
        Code::TestEmptied,
        row!("emptied", "tests/a.rs": "#[test]\nfn adds() { assert_eq!(add(1, 2), 3); }\n" => "#[test]\nfn adds() {}\n"),
    ),
    (
        Code::TestEmptied,
        row!("commented out", "tests/a.rs": "#[test]\nfn adds() { assert_eq!(add(1, 2), 3); }\n" => "#[test]\nfn adds() {\n    // assert_eq!(add(1, 2), 3);\n}\n"),
    ),
    (
        Code::AssertionsRemoved,
        row!("one assertion less", "tests/a.rs": "#[test]\nfn adds() { let x = add(1, 2); assert_eq!(x, 3); assert!(x > 2); }\n" => "#[test]\nfn adds() { let x = add(1, 2); assert!(x > 2); }\n"),
    ),
    (
        Code::AssertionVacuous,
        row!("or true", "tests/a.rs": "#[test]\nfn adds() { assert!(add(1, 2) == 3); }\n" => "#[test]\nfn adds() { assert!(add(1, 2) == 3 || true); }\n"),
    ),
    (
        Code::AssertionVacuous,
        row!("itself", "tests/a.rs": "#[test]\nfn adds() { assert_eq!(add(1, 2), 3); }\n" => "#[test]\nfn adds() { assert_eq!(add(1, 2), add(1, 2)); }\n"),
    ),
    (
        Code::AssertionVacuous,
        row!("true", "tests/a.rs": "#[test]\nfn adds() { assert_eq!(add(1, 2), 3); }\n" => "#[test]\nfn adds() { let _ = add(1, 2); assert!(true); }\n"),
    ),
    (
        Code::AssertionWeakened,
        row!("any ok", "tests/a.rs": "#[test]\nfn parses() { assert_eq!(parse(\"7\"), Ok(7)); }\n" => "#[test]\nfn parses() { assert!(parse(\"7\").is_ok()); }\n"),
    ),
    (
        Code::AssertionWeakened,
        row!("not equal", "tests/a.rs": "#[test]\nfn parses() { assert_eq!(parse(\"7\"), Ok(7)); }\n" => "#[test]\nfn parses() { assert_ne!(parse(\"7\"), Ok(8)); }\n"),
    ),
    (
        Code::AssertionsRemoved,
        row!("in a macro", "tests/a.rs": "proptest! {\n #[test]\n fn p(n in 0..9) { prop_assert!(n < 9); prop_assert_eq!(f(n), n); }\n}\n" => "proptest! {\n #[test]\n fn p(n in 0..9) { prop_assert!(n < 9); f(n); }\n}\n"),
    ),
    (
        Code::FailureExpected,
        row!("should panic", "tests/a.rs": "#[test]\nfn adds() { assert_eq!(add(1, 2), 3); }\n" => "#[test]\n#[should_panic]\nfn adds() { assert_eq!(add(1, 2), 3); }\n"),
    ),
    (
        Code::EarlyReturn,
        row!("early return", "tests/a.rs": "#[test]\nfn adds() { let x = add(1, 2); assert_eq!(x, 3); }\n" => "#[test]\nfn adds() { let x = add(1, 2); if x != 3 { return; } assert_eq!(x, 3); }\n"),
    ),
    (
        Code::AssertionUnreached,
        row!("if false", "tests/a.rs": "#[test]\nfn adds() { assert_eq!(add(1, 2), 3); }\n" => "#[test]\nfn adds() { if false { assert_eq!(add(1, 2), 3); } }\n"),
    ),
    (
        Code::TestNotCollected,
        row!("no attribute", "tests/a.rs": "#[test]\nfn adds() { let x = add(1, 2); assert_eq!(x, 3); }\n" => "\n#[allow(dead_code)]\nfn adds() { let x = add(1, 2); assert_eq!(x, 3); }\n"),
    ),
    (
        Code::HelperWeakened,
        row!("helper neutralised", "tests/a.rs": "fn same(a: i32, b: i32) { assert_eq!(a, b); }\n#[test]\nfn adds() { same(add(1, 2), 3); }\n" => "fn same(a: i32, b: i32) { let _ = (a, b); }\n#[test]\nfn adds() { same(add(1, 2), 3); }\n"),
    ),
    (
        Code::LintSilenced,
        row!("all lints", "src/lib.rs": "pub fn f() {}\n" => "\n#![allow(warnings)]\npub fn f() {}\n"),
    ),
    (
        Code::LintWeakened,
        row!("no deny", "src/lib.rs": "#![deny(warnings)]\npub fn f() {}\n" => "pub fn f() {}\n"),
    ),
    (
        Code::EnvironmentDetected,
        row!("cfg test in code", "src/lib.rs": "pub fn f() -> i32 { slow() }\n" => "pub fn f() -> i32 { if cfg!(test) { return 3; } slow() }\n"),
    ),
    (
        Code::EnvironmentDetected,
        row!("nextest", "src/lib.rs": "pub fn f() -> i32 { slow() }\n" => "pub fn f() -> i32 { if std::env::var(\"NEXTEST\").is_ok() { return 3; } slow() }\n"),
    ),
    (
        Code::ProcessExit,
        row!("exit in a test", "tests/a.rs": "#[test]\nfn adds() { assert_eq!(add(1, 2), 3); }\n" => "#[test]\nfn adds() { assert_eq!(add(1, 2), 3); }\n#[test]\nfn aaa() { std::process::exit(0); }\n"),
    ),
    (
        Code::SpecialCased,
        row!("a constant", "src/lib.rs": "pub fn add(a: i32, b: i32) -> i32 { panic!() }\n" => "pub fn add(a: i32, b: i32) -> i32 { 42 }\n"; context: &[("tests/a.rs", "#[test]\nfn adds() { assert_eq!(add(20, 22), 42); }\n")]),
    ),
    (
        Code::TestGone,
        row!("gone by name only", "src/lib.rs": "pub fn f() {}\n" => "pub fn f() { }\n"; ran: Some(("t::a t::b", "t::a"))),
    ),
    (
        Code::TestSkipped,
        row!("left out by name only", "src/lib.rs": "pub fn f() {}\n" => "pub fn f() { }\n"; ran: Some(("t::a t::b", "t::a -t::b"))),
    ),
];

#[test]
fn cheats_are_held() {
    all_held(CHEATS_ARE_HELD);
}

const HONEST_WORK_IS_NOT: &[Row] = &[
    row!("renamed", "tests/a.rs": "#[test]\nfn adds() { let x = add(1, 2); assert_eq!(x, 3); }\n" => "#[test]\nfn adds_two_numbers() { let x = add(1, 2); assert_eq!(x, 3); }\n"; ran: Some(("a::adds", "a::adds_two_numbers"))),
    row!("moved to another file", "tests/a.rs": "#[test]\nfn adds() { assert_eq!(add(1, 2), 3); }\n" => "", "tests/b.rs": "" => "#[test]\nfn adds() { assert_eq!(add(1, 2), 3); }\n"; ran: Some(("a::adds", "b::adds"))),
    row!("moved and renamed", "src/lib.rs": "#[cfg(test)]\nmod tests { #[test]\nfn adds() { let x = add(1, 2); assert_eq!(x, 3); } }\n" => "mod sum;\n", "src/sum.rs": "" => "#[cfg(test)]\nmod tests { #[test]\nfn sums() { let x = add(1, 2); assert_eq!(x, 3); } }\n"; ran: Some(("lib::tests::adds", "lib::sum::tests::sums"))),
    row!("subject renamed", "tests/a.rs": "#[test]\nfn adds() { assert_eq!(add(1, 2), 3); }\n" => "#[test]\nfn sums() { assert_eq!(sum(1, 2), 3); }\n"),
    row!("split in two", "tests/a.rs": "#[test]\nfn all() { assert_eq!(add(1, 2), 3); assert_eq!(sub(5, 2), 4); }\n" => "#[test]\nfn adds() { assert_eq!(add(1, 2), 3); }\n#[test]\nfn subtracts() { assert_eq!(sub(5, 2), 4); }\n"; ran: Some(("all", "adds subtracts"))),
    row!("merged into a table", "tests/a.rs": "#[test]\nfn one() { assert_eq!(double(11), 22); }\n#[test]\nfn two() { assert_eq!(double(33), 66); }\n" => "#[test]\nfn doubles() { for (n, twice) in [(11, 22), (33, 66)] { assert_eq!(double(n), twice); } }\n"; ran: Some(("one two", "doubles"))),
    row!("a table inside", "tests/a.rs": "#[test]\nfn doubles() { assert_eq!(double(11), 22); assert_eq!(double(33), 66); assert_eq!(double(5), 10); }\n" => "#[test]\nfn doubles() { for (n, twice) in [(11, 22), (33, 66), (5, 10)] { assert_eq!(double(n), twice); } }\n"),
    row!("a helper drawn out", "tests/a.rs": "#[test]\nfn a() { let x = f(1); assert!(x.ok); assert_eq!(x.n, 1); }\n#[test]\nfn b() { let x = f(2); assert!(x.ok); assert_eq!(x.n, 2); }\n" => "fn good(x: X, n: i32) { assert!(x.ok); assert_eq!(x.n, n); }\n#[test]\nfn a() { good(f(1), 1); }\n#[test]\nfn b() { good(f(2), 2); }\n"),
    row!("expectations change with behaviour", "src/lib.rs": "pub fn tax(n: i32) -> i32 { n / 5 }\n" => "pub fn tax(n: i32) -> i32 { n / 4 }\n", "tests/a.rs": "#[test]\nfn taxes() { assert_eq!(tax(100), 20); }\n" => "#[test]\nfn taxes() { assert_eq!(tax(100), 25); }\n"),
    row!("formatted", "tests/a.rs": "#[test]\nfn adds() { assert_eq!(add(1, 2), 3); assert!(add(1, 1) > 1); }\n" => "#[test]\nfn adds() {\n    assert_eq!(\n        add(1, 2),\n        3,\n    );\n    assert!(add(1, 1) > 1);\n}\n"),
    row!("clippy's wish", "tests/a.rs": "#[test]\nfn empty() { assert_eq!(list().len(), 0); assert_eq!(ok(), true); }\n" => "#[test]\nfn empty() { assert!(list().is_empty()); assert!(ok()); }\n"),
    row!("dead code goes as asked", "src/old.rs": "pub fn legacy() -> i32 { 7 }\n" => "", "tests/old.rs": "#[test]\nfn legacy_works() { assert_eq!(legacy(), 7); }\n" => ""; removal_asked: true, ran: Some(("a::b old::legacy_works", "a::b"))),
    row!("a step that asserts that it worked goes", "tests/a.rs": "fn step(n: i32) { assert!(go(n)); }\n#[test]\nfn p() { step(1); step(2); assert_eq!(at(), 2); }\n" => "fn step(n: i32) { assert!(go(n)); }\n#[test]\nfn p() { step(2); assert_eq!(at(), 2); }\n"),
    row!("into properties", "tests/a.rs": "#[test]\nfn p() { assert!(f(3) < 9); assert_eq!(g(3), 4); }\n" => "proptest! {\n #[test]\n fn p(n in 0..9) { prop_assert!(f(n) < 9); prop_assert_eq!(g(n), n + 1); }\n}\n"),
    row!("a variable of Conductor's set for a child", "tests/a.rs": "#[test]\nfn p() { assert!(f(3) < 9); }\n" => "#[test]\nfn p() { run().env(\"CONDUCTOR_DIE_AT\", \"x\"); assert!(f(3) < 9); }\n"),
    row!("a fuzz target", "fuzz/Cargo.toml": "[package]\nname = \"fuzz\"\n" => "[package]\nname = \"fuzz\"\n\n[[bin]]\nname = \"a\"\ntest = false\n"),
    row!("one allow", "src/lib.rs": "pub fn f() {}\n" => "\n#[allow(clippy::too_many_arguments)]\npub fn f() {}\n"),
    row!("a test that is new", "tests/a.rs": "" => "#[test]\nfn adds() { assert_eq!(add(1, 2), 3); }\n"; ran: Some(("x", "x a::adds"))),
    row!("a new test that is left out", "tests/a.rs": "#[test]\nfn a() { assert!(f()); }\n" => "#[test]\nfn a() { assert!(f()); }\n#[test]\n#[ignore]\nfn slow() { assert!(g()); }\n"),
    row!("a table of constants", "src/lib.rs": "pub fn roman(c: char) -> u32 { panic!() }\n" => "pub fn roman(c: char) -> u32 { match c { 'X' => 10, 'V' => 5, _ => 0 } }\n"; context: &[("tests/a.rs", "#[test]\nfn r() { assert_eq!(roman('X'), 10); assert_eq!(roman('V'), 5); }\n")]),
    row!("an assertion made stricter", "tests/a.rs": "#[test]\nfn f() { assert!(parse(\"7\").is_ok()); }\n" => "#[test]\nfn f() { assert_eq!(parse(\"7\"), Ok(7)); }\n"),
    row!("only on one system, and it ran", "tests/a.rs": "#[test]\nfn f() { assert!(p(\"7\")); }\n" => "#[test]\n#[cfg(unix)]\nfn f() { assert!(p(\"7\")); }\n"; ran: Some(("f", "f"))),
];

#[test]
fn honest_work_is_not() {
    none_held(HONEST_WORK_IS_NOT);
}

#[test]
fn what_changed_is_shown() {
    let row: Row = row!("expected", "tests/a.rs": "#[test]\nfn taxes() {\n    assert_eq!(tax(100), 20);\n}\n" => "#[test]\nfn taxes() {\n    assert_eq!(tax(100), 25);\n}\n");
    let found = row.check();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].code, found[0].weight), (Code::ExpectedChanged, Weight::Note));
    assert_eq!(found[0].lines, ["-     assert_eq!(tax(100), 20);", "+     assert_eq!(tax(100), 25);"]);
    assert_eq!(found[0].sentence, "the test `taxes` expects another value now");
    assert_eq!((found[0].old.unwrap().first, found[0].new.unwrap().last), (3, 3));
}
