//! A project of each language, with its own tools: gates are found, work that passes lands, work that fails does not, and
//! coverage is read. A language whose tools are not on the machine is left out, and the test says so.

use std::ffi::OsString;
use std::process::Command;

use serde_json::Value;
use taskwerk_client::model::Status;
use testkit::Ran;

use super::support::Project;

/// A language's project. The first task adds something with a test, the second breaks what is there.
struct Row {
    name: &'static str,
    /// A line of shell that succeeds where the tools are.
    needs: &'static str,
    files: &'static [(&'static str, &'static str)],
    good: &'static str,
    bad: &'static str,
    /// Of the gates, and of what is demanded.
    sections: &'static str,
    /// The gates, by their names.
    gates: &'static [&'static str],
    /// The test that the first task adds.
    added: &'static str,
    /// Covered and all of the added lines; `None` where nothing measures them.
    changed: Option<(u64, u64)>,
}

const MEASURED: &str = "workflow: { min_coverage: 10 }\n";

const NODE: &str = r#"gates:
  test:
    run: "node --test --experimental-test-coverage --test-reporter=tap --test-reporter-destination=stdout --test-reporter=lcov --test-reporter-destination=lcov.info"
    reader: tap
    coverage: lcov.info
"#;

const ROWS: &[Row] = &[
    Row {
        name: "Python, unittest",
        needs: "python3 -c 'import unittest'",
        files: &[
            ("shop.py", "def total(prices):\n    return sum(prices)\n"),
            (
                "test_shop.py",
                "import unittest\nimport shop\n\n\nclass Totals(unittest.TestCase):\n    def test_total(self):\n        self.assertEqual(shop.total([1, 2]), 3)\n",
            ),
        ],
        good: "printf '\\n    def test_none(self):\\n        self.assertEqual(shop.total([]), 0)\\n' >> test_shop.py",
        bad: "sed -i 's/sum(prices)/0/' shop.py",
        sections: "",
        gates: &["test"],
        added: "test_shop.Totals.test_none",
        changed: None,
    },
    Row {
        name: "Python, pytest with coverage",
        needs: "python3 -c 'import pytest, pytest_cov'",
        files: &[
            ("requirements-dev.txt", "pytest\npytest-cov\n"),
            ("shop.py", "def total(prices):\n    return sum(prices)\n"),
            ("tests/conftest.py", "import sys, pathlib\nsys.path.insert(0, str(pathlib.Path(__file__).parent.parent))\n"),
            ("tests/test_shop.py", "import shop\n\n\ndef test_total():\n    assert shop.total([1, 2]) == 3\n"),
        ],
        good: "printf '\\n\\ndef most(prices):\\n    if not prices:\\n        return 0\\n    return max(prices)\\n' >> shop.py
               printf '\\n\\ndef test_most():\\n    assert shop.most([1, 2]) == 2\\n' >> tests/test_shop.py",
        bad: "sed -i 's/sum(prices)/0/' shop.py",
        sections: MEASURED,
        gates: &["test"],
        added: "tests/test_shop.py::test_most",
        changed: Some((5, 6)),
    },
    Row {
        name: "JavaScript, Node's own runner",
        needs: "node -e 'process.exit(Number(process.versions.node.split(\".\")[0]) < 20 ? 1 : 0)'",
        files: &[
            ("package.json", "{\"name\": \"shop\", \"scripts\": {\"test\": \"node --test\"}}"),
            ("shop.js", "exports.total = (prices) => prices.reduce((a, b) => a + b, 0);\n"),
            (
                "shop.test.js",
                "const test = require('node:test');\nconst assert = require('node:assert');\nconst shop = require('./shop.js');\ntest('total', () => assert.equal(shop.total([1, 2]), 3));\n",
            ),
        ],
        good: "printf 'exports.most = (prices) => {\\n  if (!prices.length) {\\n    return 0;\\n  }\\n  return Math.max(...prices);\\n};\\n' >> shop.js
               echo \"test('most', () => assert.equal(shop.most([1, 2]), 2));\" >> shop.test.js",
        bad: "sed -i 's/a + b, 0/a, 0/' shop.js",
        sections: NODE,
        gates: &["test"],
        added: "most",
        changed: Some((5, 7)),
    },
    Row {
        name: "Go",
        needs: "go version",
        files: &[
            ("go.mod", "module example.com/shop\n\ngo 1.19\n"),
            ("shop.go", "package shop\n\nfunc Total(a, b int) int {\n\treturn a + b\n}\n"),
            (
                "shop_test.go",
                "package shop\n\nimport \"testing\"\n\nfunc TestTotal(t *testing.T) {\n\tif Total(1, 2) != 3 {\n\t\tt.Fatal()\n\t}\n}\n",
            ),
        ],
        good: "printf '\\nfunc Most(a, b int) int {\\n\\tif a > b {\\n\\t\\treturn a\\n\\t}\\n\\treturn b\\n}\\n' >> shop.go
               printf '\\nfunc TestMost(t *testing.T) {\\n\\tif Most(1, 2) != 2 {\\n\\t\\tt.Fatal()\\n\\t}\\n}\\n' >> shop_test.go",
        bad: "sed -i 's/a + b/a - b/' shop.go",
        sections: MEASURED,
        gates: &["build", "lint", "test"],
        added: "example.com/shop.TestMost",
        changed: Some((3, 5)),
    },
    Row {
        name: "Rust",
        needs: "cargo --version",
        files: &[
            ("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"),
            (
                "src/lib.rs",
                "pub fn total(a: i32, b: i32) -> i32 {\n    a + b\n}\n\n#[test]\nfn totals() {\n    assert_eq!(total(1, 2), 3);\n}\n",
            ),
        ],
        good: "printf '\\n#[test]\\nfn nothing() {\\n    assert_eq!(total(0, 0), 0);\\n}\\n' >> src/lib.rs",
        bad: "sed -i 's/a + b/a - b/' src/lib.rs",
        sections: "",
        gates: &["build", "test"],
        added: "shop src/lib.rs::nothing",
        changed: None,
    },
    // Maven fetches its own parts, so it is tried only where somebody says where they lie:
    // `MAVEN_OPTS=-Dmaven.repo.local=/usr/share/maven-repo`, with Debian's libsurefire-java and its like.
    Row {
        name: "Java, Maven",
        needs: "[ -n \"$MAVEN_OPTS\" ] && mvn --version",
        files: &[
            (".mvn/maven.config", "-o\n"),
            ("pom.xml", POM),
            (
                "src/main/java/com/shop/Cart.java",
                "package com.shop;\n\npublic class Cart {\n    public static int total(int a, int b) {\n        return a + b;\n    }\n}\n",
            ),
            (
                "src/test/java/com/shop/CartTest.java",
                "package com.shop;\n\nimport static org.junit.Assert.assertEquals;\nimport org.junit.Test;\n\npublic class CartTest {\n    @Test\n    public void totals() {\n        assertEquals(3, Cart.total(1, 2));\n    }\n}\n",
            ),
        ],
        good: "sed -i 's/^public class CartTest {/&\\n    @Test\\n    public void nothing() {\\n        assertEquals(0, Cart.total(0, 0));\\n    }\\n/' src/test/java/com/shop/CartTest.java",
        bad: "sed -i 's/a + b/a - b/' src/main/java/com/shop/Cart.java",
        sections: "",
        gates: &["build", "test"],
        added: "com.shop.CartTest::nothing",
        changed: None,
    },
];

/// The versions are those that Debian 12 has.
const POM: &str = r#"<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.shop</groupId><artifactId>shop</artifactId><version>1</version>
  <properties>
    <maven.compiler.source>8</maven.compiler.source><maven.compiler.target>8</maven.compiler.target>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
    <dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.x</version><scope>test</scope></dependency>
  </dependencies>
  <build><plugins>
    <plugin><artifactId>maven-resources-plugin</artifactId><version>2.6</version></plugin>
    <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.10.1</version></plugin>
    <plugin><artifactId>maven-surefire-plugin</artifactId><version>2.22.3</version></plugin>
  </plugins></build>
</project>
"#;

/// The PATH and what else tools need of the machine that the tests run on.
fn surroundings() -> Vec<(&'static str, OsString)> {
    let given = |name: &str| std::env::var_os(name);
    let mut all: Vec<(&str, OsString)> = ["PATH", "RUSTUP_HOME", "GOROOT", "VIRTUAL_ENV", "MAVEN_OPTS"]
        .into_iter()
        .filter_map(|name| Some((name, given(name)?)))
        .collect();
    // rustup looks for its toolchains at home, and the tests' home is empty.
    if given("RUSTUP_HOME").is_none()
        && let Some(home) = given("HOME")
    {
        all.push(("RUSTUP_HOME", std::path::Path::new(&home).join(".rustup").into()));
    }
    all
}

#[track_caller]
fn ends(code: i32, command: &mut Command) -> String {
    let ran = Ran::from(command.envs(surroundings()).output().unwrap());
    assert_eq!(ran.code, Some(code), "{ran}");
    ran.stdout
}

fn json(project: &Project, arguments: &[&str]) -> Value {
    let all = [&["--json"], arguments].concat();
    serde_json::from_str(&ends(0, &mut project.command(&all))).unwrap()
}

/// What became of a row, for whoever reads the output.
fn check(row: &Row) -> String {
    let agent =
        format!("case $CONDUCTOR_TASK_ID in\n  TASK-001)\n{}\n;;\n  *)\n{}\n;;\nesac\n", row.good, row.bad);
    let project =
        Project::configured(&agent, &format!("{}safety: {{ max_consecutive_failures: 1 }}\n", row.sections));
    if !project.shell(row.needs).envs(surroundings()).output().is_ok_and(|ran| ran.status.success()) {
        return format!("{}: left out, its tools are not on this machine (`{}`)", row.name, row.needs);
    }
    for (name, text) in row.files {
        project.write(name, text);
    }
    project.commit("a shop");
    let found = json(&project, &["gates"]);
    let names: Vec<&str> =
        found["gates"].as_array().unwrap().iter().map(|gate| gate["name"].as_str().unwrap()).collect();
    assert_eq!(names, row.gates, "{}", row.name);
    let (good, bad) = (project.add("Add", &[]), project.add("Break", &[]));
    let told = ends(7, &mut project.command(&["orchestrate", "run", "--auto"]));
    let evidence = json(&project, &["evidence", &good])["evidence"].clone();
    assert_eq!(project.status(&good), Status::Done, "{}\n{told}\n{evidence:#}", row.name);
    assert_eq!(project.status(&bad), Status::Review, "{}\n{told}", row.name);
    let added: Vec<&str> =
        evidence["tests"]["added"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(added, [row.added], "{}", row.name);
    let share = &evidence["coverage"]["changed"]["share"];
    let changed = share["covered"].as_u64().zip(share["lines"].as_u64());
    assert_eq!(changed, row.changed, "{}: {}", row.name, evidence["coverage"]);
    let broken = json(&project, &["evidence", &bad]);
    let lost = broken["evidence"]["tests"]["broken"].as_array().unwrap();
    assert_eq!(lost.len(), 1, "{}: {broken}", row.name);
    format!("{}: ok", row.name)
}

#[test]
fn projects_of_every_language_are_checked_by_their_own_tools() {
    for row in ROWS {
        println!("{}", check(row));
    }
}
