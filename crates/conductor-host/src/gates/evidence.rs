//! Evidence: its digest, and what engine, person and agent are told of it.

use conductor_engine::detect::normalised;
use conductor_engine::evidence::{Evidence, EvidenceSummary};
use conductor_engine::gate::{GateEnd, GateKind, GateResult, GateSpec, TestStatus};
use conductor_engine::ids::EvidenceId;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::coverage::shortfalls;
use super::tail::tail;
use crate::config::MinCoverage;

/// How long feedback may be, in bytes.
const MOST_FEEDBACK: usize = 6 * 1024;

/// How many names of tests or files are listed before "and … more".
const MOST_NAMES: usize = 20;

/// How much of the message counts for a signature, in characters.
const MOST_SIGNATURE: usize = 240;

/// The name of a piece of evidence: SHA-256 of its JSON with sorted keys, in hexadecimal.
pub fn digest(evidence: &Evidence) -> EvidenceId {
    EvidenceId(canonical_digest(evidence))
}

/// The name that stored evidence has by what stands in it, whatever version wrote it; `None` when it is no JSON.
pub fn stored_digest(body: &str) -> Option<EvidenceId> {
    let value: Value = serde_json::from_str(body).ok()?;
    Some(EvidenceId(canonical_digest(&value)))
}

/// The name of a list of gates as frozen at the start of a session.
pub fn gates_digest(specs: &[GateSpec]) -> String {
    canonical_digest(specs)
}

/// Why `require_tests` can never be fulfilled by these gates, to be told before any work begins; `None` when
/// it can.
pub fn uncounted_tests(specs: &[GateSpec]) -> Option<&'static str> {
    let tests = specs.iter().any(|spec| spec.kind == GateKind::Test);
    (!tests).then_some(
        "tests are required, but no gate runs any: add one under orchestration.gates in .taskwerk/config.yml, \
         such as `test: { run: \"make test\" }`, or set require_tests: false",
    )
}

/// What is demanded of evidence beyond gates that pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Demands {
    /// Evidence without a gate that runs tests, or in which none ran, does not pass. A test command whose tests cannot
    /// be told apart counts by its exit code: the project itself names it as its tests.
    pub tests: bool,
    /// The least that tests must reach.
    pub coverage: MinCoverage,
    /// Whether any gate of the session measures coverage. Where none does, a person was asked when the session began,
    /// and nothing is demanded.
    pub measured: bool,
}

impl Demands {
    /// Those of a session with these gates.
    pub fn new(gates: &[GateSpec], tests: bool, coverage: MinCoverage) -> Self {
        Self { tests, coverage, measured: gates.iter().any(|gate| gate.coverage.is_some()) }
    }

    /// What a person is asked before a session of these gates begins, since it cannot give what is demanded; `None`
    /// when it can.
    pub fn question(&self) -> Option<String> {
        let asked = self.coverage.total.or(self.coverage.changed).filter(|_| !self.measured)?;
        Some(format!(
            "min_coverage asks for {asked} %, but no gate measures coverage: accept to go on without it, or stop the \
             session and add a report under orchestration.gates, such as `coverage: lcov.info`"
        ))
    }
}

/// What the engine, a person and the next attempt are told.
pub fn summarise(evidence: &Evidence, demands: &Demands) -> EvidenceSummary {
    let require_tests = demands.tests;
    let failed: Vec<&GateResult> = evidence.gates.iter().filter(|gate| !gate.passed()).collect();
    // A gate that failed says enough: whether its tests could be read is not the point then.
    let tests = if failed.is_empty() { tests_seen(evidence) } else { TestsSeen::Yes };
    let missing = require_tests && matches!(tests, TestsSeen::NoGate | TestsSeen::None(_));
    let note = tests.note(require_tests);
    // Gates that did not come to an end may have measured only a part.
    let short = if failed.is_empty() { shortfalls(evidence, demands) } else { Vec::new() };
    let signature = failed
        .first()
        .map(|gate| signature(&gate.name, &end_words(gate.end), &first_failure(gate)))
        .or_else(|| {
            (!evidence.tampered.is_empty())
                .then(|| signature("tree", "changed", &evidence.tampered.join(" ")))
        })
        .or_else(|| note.as_ref().filter(|_| missing).map(|note| signature("tests", "none", note)))
        .or_else(|| short.first().map(|short| signature("coverage", "below", first_line(short))));
    EvidenceSummary {
        passed: evidence.passed() && !missing && short.is_empty(),
        gates: evidence.gates.len(),
        tampered: !evidence.tampered.is_empty(),
        tests_run: evidence.tests_run(),
        feedback: feedback(evidence, &failed, note, short),
        retried: !failed.is_empty() && failed.iter().all(|gate| !gate.earlier.is_empty()),
        failed: failed.iter().map(|gate| gate.name.clone()).collect(),
        signature,
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Whether tests were seen to run.
enum TestsSeen {
    /// In every gate that runs tests and tells them.
    Yes,
    /// There is no such gate.
    NoGate,
    /// In none of them; their names.
    None(Vec<String>),
    /// In some of them; the names of the others.
    Some(Vec<String>),
}

fn tests_seen(evidence: &Evidence) -> TestsSeen {
    let gates: Vec<&GateResult> = evidence.gates.iter().filter(|gate| gate.kind == GateKind::Test).collect();
    // No answer is a command whose tests cannot be told apart; an answer of none is no test.
    let is_silent = |gate: &&&GateResult| gate.tests.as_ref().is_some_and(|tests| tests.ran() == 0);
    let silent: Vec<String> = gates.iter().filter(is_silent).map(|gate| format!("`{}`", gate.name)).collect();
    match (gates.len(), silent.len()) {
        (0, _) => TestsSeen::NoGate,
        (_, 0) => TestsSeen::Yes,
        (all, n) if n == all => TestsSeen::None(silent),
        (_, _) => TestsSeen::Some(silent),
    }
}

impl TestsSeen {
    /// What there is to say about it.
    fn note(&self, required: bool) -> Option<String> {
        let unseen = |names: &[String]| {
            format!("no test that ran could be found in the output of {}", names.join(", "))
        };
        match self {
            Self::Yes => None,
            Self::NoGate => required.then(|| "tests are required, but no gate runs any".to_owned()),
            Self::None(names) if required => Some(format!("tests are required, but {}", unseen(names))),
            Self::None(names) | Self::Some(names) => Some(unseen(names)),
        }
    }
}

fn feedback(evidence: &Evidence, failed: &[&GateResult], note: Option<String>, short: Vec<String>) -> String {
    let mut parts = Vec::new();
    let share = MOST_FEEDBACK / failed.len().max(1);
    for gate in failed {
        parts.push(gate_feedback(gate, share));
    }
    if !evidence.tampered.is_empty() {
        let names = names(evidence.tampered.iter().map(String::as_str));
        parts.push(format!("Running the gates changed files that are under version control: {names}"));
    }
    parts.extend(note);
    parts.extend(short);
    tail(&parts.join("\n\n"), MOST_FEEDBACK)
}

fn gate_feedback(gate: &GateResult, most: usize) -> String {
    let mut text =
        format!("Gate `{}` failed: `{}` {}.\n", gate.name, short(&gate.command), end_words(gate.end));
    let failing = failing_tests(gate);
    if !failing.is_empty() {
        text = format!("{text}Failing tests: {}\n", names(failing.iter().copied()));
    }
    if !gate.earlier.is_empty() {
        text = format!("{text}It was run {} times and failed each time.\n", gate.earlier.len() + 1);
    }
    let room = most.saturating_sub(text.len() + 32);
    format!("{text}The end of its output:\n{}", tail(&gate.output_tail, room))
}

fn failing_tests(gate: &GateResult) -> Vec<&str> {
    let all = gate.tests.iter().flat_map(|tests| &tests.0);
    all.filter(|(_, status)| **status == TestStatus::Failed).map(|(id, _)| id.as_str()).collect()
}

fn names<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    let shown: Vec<String> = names.take(MOST_NAMES).map(short).collect();
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", shown.join(", "))
}

fn short(text: &str) -> String {
    const MOST: usize = 160;
    let line = text.lines().next().unwrap_or_default();
    if line.len() == text.len() && line.chars().count() <= MOST {
        return text.to_owned();
    }
    format!("{}…", line.chars().take(MOST).collect::<String>())
}

fn end_words(end: GateEnd) -> String {
    match end {
        GateEnd::Exit(0) => "ended with exit 0, but tests failed".to_owned(),
        GateEnd::Exit(code) => format!("ended with exit {code}"),
        GateEnd::Signal(signal) => format!("was killed by signal {signal}"),
        GateEnd::TimedOut => "ran out of time".to_owned(),
        GateEnd::NotStarted => "could not be started".to_owned(),
    }
}

/// What a failure is recognised by: its failing tests, else the first line that speaks of an error, else the
/// last line.
fn first_failure(gate: &GateResult) -> String {
    let failing = failing_tests(gate);
    if !failing.is_empty() {
        return failing.join(" ");
    }
    let mut lines = gate.output_tail.lines().map(str::trim).filter(|line| !line.is_empty());
    let speaks = |line: &&str| {
        let line = line.to_lowercase();
        ["error", "fail", "panic", "exception", "not found"].iter().any(|word| line.contains(word))
    };
    let last = lines.clone().next_back();
    lines.find(speaks).or(last).unwrap_or_default().to_owned()
}

/// `gate|end|message` with everything that changes from run to run replaced.
fn signature(gate: &str, end: &str, message: &str) -> String {
    let normal = normalised(message);
    let cut: String = normal.chars().take(MOST_SIGNATURE).collect();
    format!("{gate}|{end}|{cut}")
}

/// SHA-256 of the JSON of `value` with the keys of every object sorted, so that neither the order of fields in
/// the program nor that in a store changes it.
fn canonical_digest<T: Serialize + ?Sized>(value: &T) -> String {
    // These types are made of strings, numbers and lists: they always have a JSON form.
    let json = serde_json::to_value(value).unwrap_or(Value::Null);
    let mut text = String::new();
    write_canonical(&json, &mut text);
    hexadecimal(&Sha256::digest(text.as_bytes()))
}

fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (i, (key, value)) in entries.into_iter().enumerate() {
                if i > 0 {
                    text.push(',');
                }
                text.push_str(&Value::String(key.clone()).to_string());
                text.push(':');
                write_canonical(value, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    text.push(',');
                }
                write_canonical(item, text);
            }
            text.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            text.push_str(&value.to_string())
        }
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| DIGITS.get(usize::from(digit)))
        .collect()
}

#[cfg(test)]
mod tests {
    use conductor_engine::gate::TestResults;
    use conductor_engine::ids::TreeId;
    use proptest::prelude::*;

    use super::*;

    fn gate(
        name: &str,
        kind: GateKind,
        end: GateEnd,
        tests: Option<&[(&str, TestStatus)]>,
        output: &str,
    ) -> GateResult {
        GateResult {
            name: name.into(),
            kind,
            command: format!("run {name}"),
            end,
            duration_ms: 7,
            tests: tests.map(|t| TestResults(t.iter().map(|(id, s)| ((*id).to_owned(), *s)).collect())),
            output_tail: output.into(),
            coverage: None,
            lints: None,
            earlier: Vec::new(),
        }
    }

    fn evidence(gates: Vec<GateResult>) -> Evidence {
        Evidence {
            tree: TreeId::parse(&"a1".repeat(20)).unwrap(),
            gates_digest: "g".into(),
            environment_digest: "e".into(),
            gates,
            tests: None,
            tampered: Vec::new(),
            coverage: None,
            lints: None,
            after: None,
        }
    }

    const TESTS: Demands =
        Demands { tests: true, coverage: MinCoverage { total: None, changed: None }, measured: false };

    const ONE: &[(&str, TestStatus)] = &[("a", TestStatus::Passed)];

    #[test]
    fn a_failure_is_told_with_its_tests_its_output_and_a_stable_signature() {
        let failing = &[("a::b1", TestStatus::Failed), ("a::c", TestStatus::Passed)];
        let output = "running 2 tests\nthread panicked at src/lib.rs:12:5\nerror: test failed";
        let red = evidence(vec![
            gate("build", GateKind::Build, GateEnd::Exit(0), None, ""),
            gate("test", GateKind::Test, GateEnd::Exit(101), Some(failing), output),
        ]);
        let summary = summarise(&red, &TESTS);
        assert_eq!((summary.passed, summary.gates, summary.tests_run), (false, 2, Some(2)));
        assert_eq!(summary.failed, ["test"]);
        insta::assert_snapshot!(summary.signature.unwrap(), @"test|ended with exit 101|a::b<n>");
        insta::assert_snapshot!(summary.feedback, @r"
        Gate `test` failed: `run test` ended with exit 101.
        Failing tests: a::b1
        The end of its output:
        running 2 tests
        thread panicked at src/lib.rs:12:5
        error: test failed
        ");
    }

    #[test]
    fn required_tests_must_have_run() {
        let test = |tests| evidence(vec![gate("test", GateKind::Test, GateEnd::Exit(0), tests, "")]);
        let build = evidence(vec![gate("build", GateKind::Build, GateEnd::Exit(0), None, "")]);
        let table = [
            (build.clone(), false),
            (evidence(Vec::new()), false),
            (test(Some(ONE)), true),
            (test(Some(&[])), false),
            (test(Some(&[("a", TestStatus::Skipped)])), false),
            // The project's own test command, whose tests cannot be told apart, counts by its exit code.
            (test(None), true),
        ];
        for (evidence, passes) in table {
            assert!(summarise(&evidence, &Demands::default()).passed);
            let summary = summarise(&evidence, &TESTS);
            assert_eq!(summary.passed, passes, "{:?}", evidence.gates);
            assert_eq!(summary.signature.is_none(), passes);
        }
        assert_eq!(summarise(&build, &Demands::default()).feedback, "");
        let unseen = summarise(&test(Some(&[])), &Demands::default()).feedback;
        assert_eq!(unseen, "no test that ran could be found in the output of `test`");
        insta::assert_snapshot!(summarise(&build, &TESTS).feedback, @"tests are required, but no gate runs any");
        insta::assert_snapshot!(summarise(&test(Some(&[])), &TESTS).feedback, @"tests are required, but no test that ran could be found in the output of `test`");
    }

    #[test]
    fn a_gate_that_rewrites_what_it_checks_fails_the_evidence() {
        let mut changed = evidence(vec![gate("test", GateKind::Test, GateEnd::Exit(0), Some(ONE), "")]);
        changed.tampered = vec!["Cargo.lock".into()];
        let summary = summarise(&changed, &Demands::default());
        assert!(!summary.passed);
        insta::assert_snapshot!(summary.feedback, @"Running the gates changed files that are under version control: Cargo.lock");
        insta::assert_snapshot!(summary.signature.unwrap(), @"tree|changed|cargo.lock");
    }

    #[test]
    fn signatures_ignore_what_changes_from_run_to_run() {
        let table = [
            ("at 0x7ffe12 in deadbeef12 line 12:5", "at <hex> in <hex> line <n>:<n>"),
            ("Test_4 took 1.25s", "test_<n> took <n>.<n>s"),
            ("added facade, 1234567", "added facade, <n>"),
            ("Größe ÄÖ 3", "größe äö <n>"),
        ];
        for (message, normal) in table {
            assert_eq!(normalised(message), normal);
        }
        assert_eq!(signature("g", "e", &"x".repeat(1000)).len(), 4 + MOST_SIGNATURE);
    }

    #[test]
    fn the_digest_depends_on_content_alone() {
        let mut one = evidence(vec![gate("test", GateKind::Test, GateEnd::Exit(0), Some(ONE), "")]);
        let before = digest(&one);
        assert_eq!(before.0.len(), 64);
        assert_eq!(digest(&one.clone()), before);
        one.tampered.push("x".into());
        assert_ne!(digest(&one), before);
        let mut text = String::new();
        write_canonical(&serde_json::json!({"b": [1, {"d": null, "c": "x\n"}], "a": true}), &mut text);
        assert_eq!(text, r#"{"a":true,"b":[1,{"c":"x\n","d":null}]}"#);
        assert_eq!(canonical_digest(&()), "74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b");
    }

    /// What an earlier program wrote, and the name that it gave to it: what is new must not change it.
    #[test]
    fn evidence_of_an_earlier_version_keeps_its_name() {
        const OLD: &str = r#"{"tree":"a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1","gates_digest":"g","environment_digest":"e","gates":[{"name":"test","kind":"test","command":"run test","end":{"exit":0},"duration_ms":7,"tests":{"a":"passed"},"output_tail":""}],"tests":null,"tampered":[]}"#;
        let old: Evidence = serde_json::from_str(OLD).unwrap();
        assert_eq!(old, evidence(vec![gate("test", GateKind::Test, GateEnd::Exit(0), Some(ONE), "")]));
        assert_eq!(stored_digest(OLD).unwrap(), digest(&old));
        insta::assert_snapshot!(digest(&old), @"42fa7e4f563468a7d2204f3f807106005d19cab923cba7059d26ae3ca338f4f3");
        assert_ne!(stored_digest(&OLD.replace("passed", "failed")).unwrap(), digest(&old));
        assert_eq!(stored_digest("no JSON"), None);
    }

    #[test]
    fn gates_without_tests_cannot_fulfil_required_tests() {
        assert!(uncounted_tests(&[]).is_some());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn summaries_are_bounded(outputs in prop::collection::vec(".{0,3000}", 0..6), tampered in prop::collection::vec(".{0,300}", 0..60)) {
            let gates = outputs.iter().map(|o| gate("g", GateKind::Custom, GateEnd::Exit(1), None, o)).collect();
            let mut evidence = evidence(gates);
            evidence.tampered = tampered;
            let summary = summarise(&evidence, &TESTS);
            prop_assert!(summary.feedback.len() <= MOST_FEEDBACK);
            prop_assert!(summary.signature.is_none_or(|s| s.chars().count() <= MOST_SIGNATURE + 40));
        }
    }
}
