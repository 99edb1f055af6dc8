//! How long the tamper check takes: twenty files of five hundred lines, in each language; and files that are no sources.
//!
//! `cargo run --release -p conductor-evidence --example speed`

#![expect(clippy::disallowed_methods, reason = "it measures time")]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use conductor_evidence::tamper::{Change, Content, Surroundings, check};

const ROUNDS: u32 = 5;

fn lines(test: &str, code: &str) -> String {
    (0..50)
        .map(|n| format!("{}{}", test.replace('#', &n.to_string()), code.replace('#', &n.to_string())))
        .collect()
}

fn main() -> std::io::Result<()> {
    let rust = lines(
        "#[test]\nfn adds_#() {\n    let x = add(#, 2);\n    assert_eq!(x, 3 + #);\n    assert!(x > 2);\n}\n",
        "fn add_#(a: i32, b: i32) -> i32 {\n    if a > b { a + b } else { b + a * # }\n}\n\n",
    );
    let python = lines(
        "def test_#():\n    x = add(#, 2)\n    assert x == 3 + #\n    assert x > 2\n\n",
        "def add_#(a, b):\n    if a > b:\n        return a + b\n    return b + a * #\n\n",
    );
    let script = lines(
        "it('adds #', () => {\n  const x = add(#, 2);\n  expect(x).toBe(3 + #);\n  expect(x).toBeGreaterThan(2);\n});\n",
        "function add_#(a, b) {\n  if (a > b) return a + b;\n  return b + a * #;\n}\n\n",
    );
    let go = lines(
        "func Test#(t *testing.T) {\n\tgot := Add(#, 2)\n\tif got != 3 {\n\t\tt.Errorf(\"%d\", got)\n\t}\n}\n",
        "func add#(a, b int) int {\n\treturn a + b * #\n}\n\n",
    );
    let sources = [("a#_test.rs", rust), ("test_#.py", python), ("a#.test.ts", script), ("a#_test.go", go)];
    let mut out = std::io::stdout().lock();
    for (path, old) in &sources {
        let new = old.replace("3 + ", "4 + ").replace("x > 2", "x > 1");
        let paths: Vec<String> = (0..20).map(|n| path.replace('#', &n.to_string())).collect();
        report(&mut out, path, &paths, old.as_bytes(), new.as_bytes())?;
    }
    for (path, open) in
        [("a.rs", "("), ("a.py", "f("), ("a.ts", "(a||"), ("a.ts", "<a "), ("A.java", "{"), ("a.go", "[")]
    {
        let deep = open.repeat(20_000);
        report(&mut out, open, &[path.to_owned()], b"a", deep.as_bytes())?;
    }
    Ok(())
}

fn report(
    out: &mut impl std::io::Write,
    name: &str,
    paths: &[String],
    old: &[u8],
    new: &[u8],
) -> std::io::Result<()> {
    let none = BTreeSet::new();
    let around =
        Surroundings { gates: &[], gate_files: &none, removal_asked: false, tests: None, context: &[] };
    let changes: Vec<Change<'_>> = paths
        .iter()
        .map(|path| Change { path, from: None, old: Content::Bytes(old), new: Content::Bytes(new) })
        .collect();
    let mut best = Duration::MAX;
    let mut found = 0;
    for _ in 0..ROUNDS {
        let began = Instant::now();
        found = check(&changes, &around).len();
        best = best.min(began.elapsed());
    }
    writeln!(out, "{name:<12} {:>8.1} ms, {found} findings", best.as_secs_f64() * 1000.0)
}
