use proptest::prelude::*;

use super::*;

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
    insta::assert_snapshot!(shown(&from_output(TestReader::Cargo, output)), @r"
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
    insta::assert_snapshot!(shown(&from_output(TestReader::Pytest, output)), @r"
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
    insta::assert_snapshot!(shown(&from_output(TestReader::Pytest, unittest)), @r"
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
    insta::assert_snapshot!(shown(&from_output(TestReader::Go, plain)), @r"
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
    insta::assert_snapshot!(shown(&from_output(TestReader::Go, json)), @r"
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
fn only_a_report_of_this_run_counts() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("junit.xml");
    let one = r#"<testsuite><testcase name="a"/></testsuite>"#;
    let written = Report::before(dir.path(), "junit.xml");
    assert_eq!(written.read(), TestResults::default());
    fs::write(&path, one).unwrap();
    assert_eq!(written.read().ran(), 1);
    let stale = Report::before(dir.path(), "junit.xml");
    assert_eq!(stale.read(), TestResults::default());
    fs::write(&path, one.replace("/>", " />")).unwrap();
    assert_eq!(stale.read().ran(), 1);
    fs::remove_file(&path).unwrap();
    fs::write(dir.path().join("real.xml"), one).unwrap();
    std::os::unix::fs::symlink("real.xml", &path).unwrap();
    assert_eq!(written.read(), TestResults::default());
}

#[test]
fn a_projects_own_command_is_understood_when_it_calls_a_known_program() {
    assert_eq!(guess("all fine\n"), None);
    assert_eq!(guess("test a ... ok\n").map(|r| r.ran()), Some(1));
    assert_eq!(guess("t/test_a.py::test_x PASSED\n").map(|r| r.ran()), Some(1));
    assert_eq!(guess("--- PASS: TestA (0.00s)\nok  \tp\t0.1s\n").map(|r| r.ran()), Some(1));
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
    insta::assert_snapshot!(shown(&guess(output).unwrap()), @r"
    Passed 4
    Passed adds
    Failed breaks
    Passed one
    Skipped skipped
    Skipped two
    ");
    assert_eq!(guess("ok 1 - without a plan\n"), None);
}

#[test]
fn a_test_that_is_told_twice_keeps_the_worse_end() {
    let both = "test a ... FAILED\ntest a ... ok\ntest b ... ignored\ntest b ... ok\n";
    insta::assert_snapshot!(shown(&from_output(TestReader::Cargo, both)), @r"
    Failed a
    Passed b
    ");
}

proptest! {
    #[test]
    fn garbage_never_panics(text in any::<String>()) {
        for reader in [TestReader::Cargo, TestReader::Pytest, TestReader::Go, TestReader::Junit] {
            let _whatever = from_output(reader, &text);
        }
        let _whatever = (guess(&text), junit::read(&text));
    }

    #[test]
    fn nearly_right_lines_never_panic(
        text in r#"((test |Running |--- PASS: |FAIL\t|PASSED |\[gw|a\.py::|x \(a\.b\)|<testcase name="|"/>|<!\[CDATA\[|&#| \.\.\. |ok|skipped|ok 1 - |1\.\.2\n|not ok | # |::|é|\(|\)|-|\{"Action":"pass"|\n)){0,24}"#,
    ) {
        for reader in [TestReader::Cargo, TestReader::Pytest, TestReader::Go] {
            let _whatever = from_output(reader, &text);
        }
        let _whatever = (guess(&text), junit::read(&text));
    }
}
