use proptest::prelude::*;

use super::*;

const ROOT: &str = "/home/ann/shop";

fn read_as(reader: TestReader, output: &str) -> TestResults {
    in_output(reader, output, &[ROOT.to_owned()])
}

fn guessed(output: &str) -> Option<TestResults> {
    guess(output, &[ROOT.to_owned()])
}

/// What a real program left behind.
macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!("../../../tests/fixtures/reports/", $name))
    };
}

fn shown(results: &TestResults) -> String {
    results.0.iter().map(|(id, status)| format!("{status:?} {id}")).collect::<Vec<_>>().join("\n")
}

#[test]
fn cargo_test() {
    let output = "\
     Running unittests src/lib.rs (target/debug/deps/notes-0123456789abcdef)

running 4 tests
test store::saves ... ok
test store::loads ... FAILED
test slow ... ignored, too slow
test odd - should panic ... ok
test printing ... some output
more
ok
test result: FAILED. 2 passed; 1 failed; 1 ignored

     Running tests/cli.rs (target/debug/deps/cli-fedcba9876543210)
test store::saves ... ok
test timed ... ok <0.012s>
test split ...
FAILED
   Doc-tests notes
test src/lib.rs - add (line 3) ... ok
test nonsense
testing ... ok
";
    insta::assert_snapshot!(shown(&read_as(TestReader::Cargo, output)), @r"
    Failed cli tests/cli.rs::split
    Passed cli tests/cli.rs::store::saves
    Passed cli tests/cli.rs::timed
    Passed notes doc::src/lib.rs - add (line 3)
    Passed notes src/lib.rs::odd
    Passed notes src/lib.rs::printing
    Skipped notes src/lib.rs::slow
    Failed notes src/lib.rs::store::loads
    Passed notes src/lib.rs::store::saves
    ");
}

#[test]
fn pytest_and_unittest() {
    let output = "\
tests/test_a.py::test_one PASSED                                    [ 25%]
tests/test_a.py::TestB::test_two[a b-1] FAILED                      [ 50%]
tests/test_a.py::test_three SKIPPED (no network)                    [ 75%]
tests/test_a.py::test_four XFAIL                                    [ 80%]
[gw0] [ 90%] PASSED tests/test_b.py::test_five
=========================== short test summary info ===========================
PASSED tests/test_a.py::test_one
FAILED tests/test_a.py::TestB::test_two[a b-1] - AssertionError: x PASSED
ERROR tests/test_c.py::test_six - fixture
ERROR tests/test_d.py
SKIPPED [1] tests/test_a.py:3: no network
== 1 failed, 2 passed ==
";
    insta::assert_snapshot!(shown(&read_as(TestReader::Pytest, output)), @r"
    Failed tests/test_a.py::TestB::test_two[a b-1]
    Skipped tests/test_a.py::test_four
    Passed tests/test_a.py::test_one
    Skipped tests/test_a.py::test_three
    Passed tests/test_b.py::test_five
    Failed tests/test_c.py::test_six
    ");
    let unittest = "\
test_add (tests.test_math.TestMath.test_add) ... ok
test_old (tests.test_math.TestMath) ... FAIL
test_doc (tests.test_math.TestMath.test_doc)
Says what it does. ... ERROR
test_skip (tests.test_math.TestMath.test_skip) ... skipped 'later'
test_print (tests.test_math.TestMath.test_print) ... hello ... world
ok
test_parts (tests.test_math.TestMath.test_parts) ...\u{20}
  test_parts (tests.test_math.TestMath.test_parts) (i=1) ... FAIL
test_known (tests.test_math.TestMath.test_known) ... expected failure

======================================================================
FAIL: test_old (tests.test_math.TestMath)
ok
Ran 7 tests in 0.001s
";
    insta::assert_snapshot!(shown(&read_as(TestReader::Pytest, unittest)), @r"
    Passed tests.test_math.TestMath.test_add
    Failed tests.test_math.TestMath.test_doc
    Skipped tests.test_math.TestMath.test_known
    Failed tests.test_math.TestMath.test_old
    Failed tests.test_math.TestMath.test_parts
    Passed tests.test_math.TestMath.test_print
    Skipped tests.test_math.TestMath.test_skip
    ");
}

#[test]
fn go_test() {
    let plain = "\
=== RUN   TestA
=== RUN   TestA/sub case
--- PASS: TestA (0.00s)
    --- PASS: TestA/sub_case (0.00s)
--- SKIP: TestB (0.00s)
PASS
ok  \texample.com/a\t0.003s
--- FAIL: TestA (0.01s)
FAIL
FAIL\texample.com/b\t0.010s
?   \texample.com/c\t[no test files]
FAIL\texample.com/d [build failed]
--- PASS: TestUnnamed (0.00s)
";
    insta::assert_snapshot!(shown(&read_as(TestReader::Go, plain)), @r"
    Passed TestUnnamed
    Passed example.com/a.TestA
    Passed example.com/a.TestA/sub_case
    Skipped example.com/a.TestB
    Failed example.com/b.TestA
    ");
    let json = r#"{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0}
{"Action":"fail","Package":"p","Test":"TestB"}
{"Action":"pass","Package":"p"}
{"Action":
"#;
    insta::assert_snapshot!(shown(&read_as(TestReader::Go, json)), @r"
    Passed p.TestA
    Failed p.TestB
    ");
}

#[test]
fn junit_reports() {
    let report = r#"<?xml version="1.0"?>
<testsuites><testsuite name="s">
  <testcase classname="a.B" name="one &amp; two"/>
  <testcase classname="a.B" name="bad"><failure message="x">text &lt;</failure></testcase>
  <testcase classname="a.B" name="broken"><skipped/><error/></testcase>
  <testcase file="c.js" name="off"><skipped message="later"/><system-out><![CDATA[<failure>]]></system-out></testcase>
  <testcase name="bare"></testcase>
</testsuite></testsuites>"#;
    insta::assert_snapshot!(shown(&junit::read(report).unwrap()), @r"
    Failed a.B::bad
    Failed a.B::broken
    Passed a.B::one & two
    Passed bare
    Skipped c.js::off
    ");
    for broken in [
        "",
        "text",
        "<testsuite>",
        "<a></b>",
        "<testsuite><testcase/></testsuite>",
        r#"<a><testcase name="x"/>"#,
    ] {
        assert_eq!(junit::read(broken), None, "{broken}");
    }
    assert_eq!(junit::read("<testsuite/>"), Some(TestResults::default()));
}

#[test]
fn a_projects_own_command_is_understood_when_it_calls_a_known_program() {
    assert_eq!(guessed("all fine\n"), None);
    assert_eq!(guessed("test a ... ok\n").map(|r| r.ran()), Some(1));
    assert_eq!(guessed("t/test_a.py::test_x PASSED\n").map(|r| r.ran()), Some(1));
    assert_eq!(guessed("--- PASS: TestA (0.00s)\nok  \tp\t0.1s\n").map(|r| r.ran()), Some(1));
}

#[test]
fn tap() {
    let output = "\
TAP version 13
# Subtest: adds
    ok 1 - one
    not ok 2 - two # TODO later
    1..2
ok 1 - adds
not ok 2 - breaks
ok 3 - skipped # SKIP no network
ok 4
1..4
okay 5 - no
";
    insta::assert_snapshot!(shown(&guessed(output).unwrap()), @r"
    Passed 4
    Passed adds
    Failed breaks
    Passed one
    Skipped skipped
    Skipped two
    ");
    assert_eq!(guessed("ok 1 - without a plan\n"), None);
}

#[test]
fn a_test_that_is_told_twice_keeps_the_worse_end() {
    let both = "test a ... FAILED\ntest a ... ok\ntest b ... ignored\ntest b ... ok\n";
    insta::assert_snapshot!(shown(&read_as(TestReader::Cargo, both)), @r"
    Failed a
    Passed b
    ");
}

#[test]
fn what_real_programs_print() {
    insta::assert_snapshot!(shown(&read_as(TestReader::Cargo, recorded!("cargo.txt"))), @"
    Failed cli tests/cli.rs::wrong
    Passed shop doc::src/lib.rs - add (line 5)
    Passed shop src/lib.rs::tests::adds
    Passed shop src/lib.rs::tests::panics
    Skipped shop src/lib.rs::tests::slow
    ");
    insta::assert_snapshot!(shown(&read_as(TestReader::Cargo, recorded!("nextest.txt"))), @"
    Passed shop tests::adds
    Passed shop tests::panics
    Failed shop::cli wrong
    ");
    insta::assert_snapshot!(shown(&read_as(TestReader::Pytest, recorded!("pytest.txt"))), @"
    Skipped tests/test_cart.py::TestCase::test_later
    Passed tests/test_cart.py::TestCase::test_negative
    Failed tests/test_cart.py::TestCase::test_parts
    Skipped tests/test_cart.py::test_known
    Skipped tests/test_cart.py::test_skipped
    Passed tests/test_cart.py::test_total[prices0]
    Passed tests/test_cart.py::test_total[prices1]
    Failed tests/test_cart.py::test_wrong
    ");
    insta::assert_snapshot!(shown(&read_as(TestReader::Unittest, recorded!("unittest.txt"))), @"
    Skipped tests.test_cart.TestCase.test_later
    Passed tests.test_cart.TestCase.test_negative
    Failed tests.test_cart.TestCase.test_parts
    ");
    insta::assert_snapshot!(shown(&read_as(TestReader::Go, recorded!("go.txt"))), @"
    Skipped example.com/shop/cart.TestSkipped
    Passed example.com/shop/cart.TestTotal
    Passed example.com/shop/cart.TestTotal/one
    Passed example.com/shop/cart.TestTotal/two_words
    Failed example.com/shop/cart.TestWrong
    ");
    insta::assert_snapshot!(shown(&read_as(TestReader::Tap, recorded!("node.tap"))), @"
    Passed adds
    Passed group
    Passed inside
    Failed is wrong
    Skipped later
    ");
    assert_eq!(read_as(TestReader::Go, recorded!("go.json")), read_as(TestReader::Go, recorded!("go.txt")));
    for output in [
        recorded!("cargo.txt"),
        recorded!("nextest.txt"),
        recorded!("pytest.txt"),
        recorded!("unittest.txt"),
        recorded!("go.txt"),
        recorded!("node.tap"),
    ] {
        assert!(guessed(output).is_some_and(|tests| tests.count(TestStatus::Failed) >= 1), "{output}");
    }
}

#[test]
fn what_real_programs_write() {
    let report = |reader, text: &str| shown(&in_report(reader, text.as_bytes(), &[ROOT.to_owned()]).unwrap());
    insta::assert_snapshot!(report(TestReader::Junit, recorded!("pytest.junit.xml")), @"
    Skipped tests.test_cart.TestCase::test_later
    Passed tests.test_cart.TestCase::test_negative
    Failed tests.test_cart.TestCase::test_parts
    Skipped tests.test_cart::test_known
    Skipped tests.test_cart::test_skipped
    Passed tests.test_cart::test_total[prices0]
    Passed tests.test_cart::test_total[prices1]
    Failed tests.test_cart::test_wrong
    ");
    insta::assert_snapshot!(report(TestReader::Junit, recorded!("node.junit.xml")), @"
    Passed test::adds
    Passed test::inside
    Failed test::is wrong
    Skipped test::later
    ");
    insta::assert_snapshot!(report(TestReader::Jest, recorded!("jest.json")), @"
    Passed cart.test.js > total > adds
    Failed cart.test.js > total > is wrong
    Skipped cart.test.js > total > later
    ");
    insta::assert_snapshot!(report(TestReader::Jest, recorded!("vitest.json")), @"
    Passed cart.test.js > total > adds
    Failed cart.test.js > total > is wrong
    Skipped cart.test.js > total > later
    Skipped cart.test.js > total > some day
    ");
    let printed = format!("> shop@1.0.0 test\n> jest --json\n\n{}\nmore\n", recorded!("jest.json"));
    assert_eq!(read_as(TestReader::Jest, &printed).0.len(), 3);
    for (reader, none) in [(TestReader::Jest, "{}"), (TestReader::Jest, "[1"), (TestReader::Junit, "<a>")] {
        assert_eq!(in_report(reader, none.as_bytes(), &[]), None, "{none}");
    }
}

#[test]
fn a_test_that_passes_when_it_is_tried_again_has_passed() {
    let output = "  TRY 1 FAIL [   0.1s] (1/2) shop tests::odd\n  TRY 2 PASS [   0.1s] (1/2) shop tests::odd\n     SIGSEGV [   0.2s] (2/2) shop tests::dies\n";
    insta::assert_snapshot!(shown(&read_as(TestReader::Cargo, output)), @"
    Failed shop tests::dies
    Passed shop tests::odd
    ");
}

#[test]
fn a_part_of_a_test_that_fails_fails_it() {
    let output = "t/test_a.py::test_x SUBFAILED(i=1)  [100%]\nt/test_a.py::test_x PASSED [100%]\nSUBFAILED[a b] (i=1) t/test_a.py::test_y - x\nPASSED t/test_a.py::test_y\n";
    insta::assert_snapshot!(shown(&read_as(TestReader::Pytest, output)), @"
    Failed t/test_a.py::test_x
    Failed t/test_a.py::test_y
    ");
}

#[test]
fn a_file_of_tests_that_cannot_be_loaded_has_failed() {
    let report = r#"{"testResults": [{"name": "/home/ann/shop/a.test.js", "status": "failed", "assertionResults": []},
        {"name": "/home/ann/shop/b.test.js", "status": "passed", "assertionResults": [
            {"title": "same", "status": "passed"}, {"title": "same", "status": "failed"}, {"title": "odd", "status": "focused"}]}]}"#;
    insta::assert_snapshot!(shown(&in_report(TestReader::Jest, report.as_bytes(), &[ROOT.to_owned()]).unwrap()), @"
    Failed a.test.js
    Passed b.test.js > same
    Failed b.test.js > same #2
    ");
}

const READERS: [TestReader; 7] = [
    TestReader::Cargo,
    TestReader::Pytest,
    TestReader::Unittest,
    TestReader::Go,
    TestReader::Tap,
    TestReader::Jest,
    TestReader::Junit,
];

fn every_reader(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for reader in READERS {
        let _whatever = (read_as(reader, &text), in_report(reader, bytes, &[]));
    }
    let _whatever = guessed(&text);
}

proptest! {
    #[test]
    fn any_bytes_never_panic(bytes in any::<Vec<u8>>()) {
        every_reader(&bytes);
    }

    #[test]
    fn nearly_right_lines_never_panic(
        text in r#"((test |Running |--- PASS: |FAIL\t|PASSED |\[gw|a\.py::|x \(a\.b\)|<testcase name="|"/>|<!\[CDATA\[|&#| \.\.\. |ok|skipped|ok 1 - |1\.\.2\n|not ok | # |::|é|\(|\)|-|\{"Action":"pass"|SUBFAILED|TRY 1 FAIL \[ 0\.1s\]|PASS \[|\{"testResults":\[|\{"name":"|\n)){0,24}"#,
    ) {
        every_reader(text.as_bytes());
    }

    #[test]
    fn a_part_of_a_real_report_never_panics(which in 0_usize..8, from in 0.0_f64..1.0, to in 0.0_f64..1.0) {
        let all = [recorded!("cargo.txt"), recorded!("nextest.txt"), recorded!("pytest.txt"), recorded!("unittest.txt"), recorded!("go.json"), recorded!("node.tap"), recorded!("pytest.junit.xml"), recorded!("jest.json")];
        let bytes = all[which].as_bytes();
        let at = |share: f64| (share * bytes.len() as f64) as usize;
        every_reader(&bytes[at(from.min(to))..at(from.max(to))]);
    }
}
