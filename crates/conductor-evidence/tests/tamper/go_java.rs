use conductor_evidence::tamper::Code;

use super::support::{Row, all_held, none_held, row};

const CHEATS_IN_GO_ARE_HELD: &[(Code, Row)] = &[
    (
        Code::TestDeleted,
        row!("deleted", "a_test.go": "package a\nfunc TestAdd(t *testing.T) { if got := Add(1, 2); got != 3 { t.Errorf(\"%d\", got) } }\nfunc TestSub(t *testing.T) { if got := Sub(9, 2); got != 7 { t.Fatal(got) } }\n" => "package a\nfunc TestSub(t *testing.T) { if got := Sub(9, 2); got != 7 { t.Fatal(got) } }\n"),
    ),
    (
        Code::TestSkipped,
        row!("t.Skip", "a_test.go": "package a\nfunc TestAdd(t *testing.T) { if Add(1, 2) != 3 { t.Fatal() } }\n" => "package a\nfunc TestAdd(t *testing.T) { t.Skip(\"later\"); if Add(1, 2) != 3 { t.Fatal() } }\n"),
    ),
    (
        Code::TestSkipped,
        row!("short", "a_test.go": "package a\nfunc TestAdd(t *testing.T) { if Add(1, 2) != 3 { t.Fatal() } }\n" => "package a\nfunc TestAdd(t *testing.T) { if testing.Short() { t.Skip() }\n if Add(1, 2) != 3 { t.Fatal() } }\n"),
    ),
    (
        Code::TestSkipped,
        row!("build tag", "a_test.go": "package a\nfunc TestAdd(t *testing.T) { if Add(1, 2) != 3 { t.Fatal() } }\n" => "//go:build ignore\n\npackage a\nfunc TestAdd(t *testing.T) { if Add(1, 2) != 3 { t.Fatal() } }\n"),
    ),
    (
        Code::TestEmptied,
        row!("emptied", "a_test.go": "package a\nfunc TestAdd(t *testing.T) { if Add(1, 2) != 3 { t.Fatal() } }\n" => "package a\nfunc TestAdd(t *testing.T) {}\n"),
    ),
    (
        Code::AssertionsRemoved,
        row!("log", "a_test.go": "package a\nfunc TestAdd(t *testing.T) { if got := Add(1, 2); got != 3 { t.Errorf(\"%d\", got) } }\n" => "package a\nfunc TestAdd(t *testing.T) { if got := Add(1, 2); got != 3 { t.Logf(\"%d\", got) } }\n"),
    ),
    (
        Code::AssertionVacuous,
        row!("never", "a_test.go": "package a\nfunc TestAdd(t *testing.T) { if got := Add(1, 2); got != 3 { t.Errorf(\"%d\", got) } }\n" => "package a\nfunc TestAdd(t *testing.T) { if got := Add(1, 2); got != 3 && false { t.Errorf(\"%d\", got) } }\n"),
    ),
    (
        Code::AssertionWeakened,
        row!("testify", "a_test.go": "package a\nfunc TestAdd(t *testing.T) { assert.Equal(t, 3, Add(1, 2)) }\n" => "package a\nfunc TestAdd(t *testing.T) { assert.NotNil(t, Add(1, 2)) }\n"),
    ),
    (
        Code::TestNotCollected,
        row!("lower case", "a_test.go": "package a\nfunc TestAdd(t *testing.T) { if got := Add(1, 2); got != 3 { t.Errorf(\"%d\", got) } }\n" => "package a\nfunc testAdd(t *testing.T) { if got := Add(1, 2); got != 3 { t.Errorf(\"%d\", got) } }\n"),
    ),
    (
        Code::EnvironmentDetected,
        row!("testing.Testing", "a.go": "package a\nfunc Add(a, b int) int { return a - b }\n" => "package a\nfunc Add(a, b int) int { if testing.Testing() { return a + b }\n return a - b }\n"),
    ),
    (
        Code::ProcessExit,
        row!("TestMain", "a_test.go": "package a\nfunc TestAdd(t *testing.T) { if Add(1, 2) != 3 { t.Fatal() } }\n" => "package a\nfunc TestMain(m *testing.M) { m.Run(); os.Exit(0) }\nfunc TestAdd(t *testing.T) { if Add(1, 2) != 3 { t.Fatal() } }\n"),
    ),
];

#[test]
fn cheats_in_go_are_held() {
    all_held(CHEATS_IN_GO_ARE_HELD);
}

const HONEST_WORK_IN_GO_IS_NOT: &[Row] = &[
    row!("renamed", "a_test.go": "package a\nfunc TestAdd(t *testing.T) { if got := Add(1, 2); got != 3 { t.Errorf(\"%d\", got) } }\n" => "package a\nfunc TestSum(t *testing.T) { if got := Add(1, 2); got != 3 { t.Errorf(\"%d\", got) } }\n"),
    row!("a table", "a_test.go": "package a\nfunc TestAdd(t *testing.T) { if got := Double(11); got != 22 { t.Errorf(\"%d\", got) }\n if got := Double(33); got != 66 { t.Errorf(\"%d\", got) } }\n" => "package a\nfunc TestAdd(t *testing.T) { for _, c := range []struct{ n, want int }{{11, 22}, {33, 66}} { if got := Double(c.n); got != c.want { t.Errorf(\"%d\", got) } } }\n"),
    row!("TestMain", "a_test.go": "package a\nfunc TestAdd(t *testing.T) { if Add(1, 2) != 3 { t.Fatal() } }\n" => "package a\nfunc TestMain(m *testing.M) { setup(); os.Exit(m.Run()) }\nfunc TestAdd(t *testing.T) { if Add(1, 2) != 3 { t.Fatal() } }\n"),
    row!("expectation", "a.go": "package a\nfunc Tax(n int) int { return n / 5 }\n" => "package a\nfunc Tax(n int) int { return n / 4 }\n", "a_test.go": "package a\nfunc TestTax(t *testing.T) { if got := Tax(100); got != 20 { t.Fatal(got) } }\n" => "package a\nfunc TestTax(t *testing.T) { if got := Tax(100); got != 25 { t.Fatal(got) } }\n"),
    row!("helper", "a_test.go": "package a\nfunc TestAdd(t *testing.T) { got := Add(1, 2); if got != 3 { t.Fatal(got) } }\n" => "package a\nfunc want(t *testing.T, got, want int) { t.Helper(); if got != want { t.Fatal(got) } }\nfunc TestAdd(t *testing.T) { want(t, Add(1, 2), 3) }\n"),
];

#[test]
fn honest_work_in_go_is_not() {
    none_held(HONEST_WORK_IN_GO_IS_NOT);
}

const CHEATS_IN_JAVA_ARE_HELD: &[(Code, Row)] = &[
    (
        Code::TestDeleted,
        row!("deleted", "src/test/java/ATest.java": "class ATest { @Test void adds() { assertEquals(3, add(1, 2)); } @Test void b() { assertTrue(f() > 2); } }\n" => "class ATest { @Test void b() { assertTrue(f() > 2); } }\n"),
    ),
    (
        Code::TestSkipped,
        row!("disabled", "src/test/java/ATest.java": "class ATest { @Test void adds() { assertEquals(3, add(1, 2)); } }\n" => "class ATest { @Test @Disabled(\"later\") void adds() { assertEquals(3, add(1, 2)); } }\n"),
    ),
    (
        Code::TestSkipped,
        row!("ignored class", "src/test/java/ATest.java": "class ATest { @Test void adds() { assertEquals(3, add(1, 2)); } }\n" => "@Ignore class ATest { @Test void adds() { assertEquals(3, add(1, 2)); } }\n"),
    ),
    (
        Code::TestSkipped,
        row!("assumption", "src/test/java/ATest.java": "class ATest { @Test void adds() { assertEquals(3, add(1, 2)); } }\n" => "class ATest { @Test void adds() { assumeTrue(false); assertEquals(3, add(1, 2)); } }\n"),
    ),
    (
        Code::TestEmptied,
        row!("emptied", "src/test/java/ATest.java": "class ATest { @Test void adds() { assertEquals(3, add(1, 2)); } }\n" => "class ATest { @Test void adds() { } }\n"),
    ),
    (
        Code::AssertionWeakened,
        row!("not null", "src/test/java/ATest.java": "class ATest { @Test void adds() { assertEquals(3, add(1, 2)); } }\n" => "class ATest { @Test void adds() { assertNotNull(add(1, 2)); } }\n"),
    ),
    (
        Code::AssertionVacuous,
        row!("true", "src/test/java/ATest.java": "class ATest { @Test void adds() { assertEquals(3, add(1, 2)); } }\n" => "class ATest { @Test void adds() { add(1, 2); assertTrue(true); } }\n"),
    ),
    (
        Code::FailureSwallowed,
        row!("caught", "src/test/java/ATest.java": "class ATest { @Test void adds() { assertEquals(3, add(1, 2)); } }\n" => "class ATest { @Test void adds() { try { assertEquals(3, add(1, 2)); } catch (Throwable t) { } } }\n"),
    ),
    (
        Code::AssertionsRemoved,
        row!("no expected error", "src/test/java/ATest.java": "class ATest { @Test void t() { assertThrows(IllegalStateException.class, () -> f(1)); } }\n" => "class ATest { @Test void t() { f(2); } }\n"),
    ),
    (
        Code::TestNotCollected,
        row!("no annotation", "src/test/java/ATest.java": "class ATest { @Test void adds() { int x = add(1, 2); assertEquals(3, x); } }\n" => "class ATest { void adds() { int x = add(1, 2); assertEquals(3, x); } }\n"),
    ),
];

#[test]
fn cheats_in_java_are_held() {
    all_held(CHEATS_IN_JAVA_ARE_HELD);
}

const HONEST_WORK_IN_JAVA_IS_NOT: &[Row] = &[
    row!("renamed class", "src/test/java/SumTest.java" from "src/test/java/ATest.java": "class ATest { @Test void adds() { assertEquals(3, add(1, 2)); } }\n" => "class SumTest { @Test void adds() { assertEquals(3, add(1, 2)); } }\n"),
    row!("to AssertJ", "src/test/java/ATest.java": "class ATest { @Test void adds() { assertEquals(3, add(1, 2)); } }\n" => "class ATest { @Test void adds() { assertThat(add(1, 2)).isEqualTo(3); } }\n"),
    row!("to JUnit 5", "src/test/java/ATest.java": "class ATest { @Test public void testAdds() { assertEquals(3, add(1, 2)); } }\n" => "class ATest { @Test void testAdds() { Assertions.assertEquals(3, add(1, 2)); } }\n"),
    row!("one warning", "src/main/java/A.java": "class A { void f() { } }\n" => "class A { @SuppressWarnings(\"unchecked\") void f() { } }\n"),
];

#[test]
fn honest_work_in_java_is_not() {
    none_held(HONEST_WORK_IN_JAVA_IS_NOT);
}
