use super::*;

/// A tree as a list of files: `path`, `path*` (executable) or `path@` (a link), with their contents.
struct Files {
    modes: BTreeMap<String, FileMode>,
    contents: BTreeMap<String, String>,
}

impl TreeView for Files {
    fn files(&self) -> &BTreeMap<String, FileMode> {
        &self.modes
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.contents.get(path).map(|text| text.clone().into_bytes())
    }
}

fn check(files: &[(&str, &str)]) -> String {
    look(files, false)
}

/// The same, where a least coverage is demanded.
fn measured(files: &[(&str, &str)]) -> String {
    look(files, true)
}

fn look(files: &[(&str, &str)], coverage: bool) -> String {
    let mut tree = Files { modes: BTreeMap::new(), contents: BTreeMap::new() };
    for (name, content) in files {
        let path = name.trim_end_matches(['*', '@']);
        let mode = match name.chars().last() {
            Some('*') => FileMode::Executable,
            Some('@') => FileMode::Other,
            Some(_) | None => FileMode::Plain,
        };
        tree.modes.insert(path.to_owned(), mode);
        tree.contents.insert(path.to_owned(), (*content).to_owned());
    }
    let found = find(&tree, coverage);
    let gates = found.gates.iter().map(|g| {
        let reader = g.reader.map(|r| format!(" {r:?}")).unwrap_or_default();
        let report = g.report.as_ref().map(|r| format!(" <{r}>")).unwrap_or_default();
        let cache = if g.cache.is_empty() { String::new() } else { format!(" [{}]", g.cache.join(" ")) };
        let cover = g.coverage.as_ref().map(|c| format!(" {:?} <{}>", c.form, c.report)).unwrap_or_default();
        let lints = g.lints.as_ref().map(|l| format!(" {:?}", l.form)).unwrap_or_default();
        let beside = if g.parallel { " parallel" } else { "" };
        let network = if g.network { " network" } else { "" };
        format!(
            "{} {}: {} ({}){reader}{report}{cover}{lints}{cache}{network}{beside}",
            g.phase, g.name, g.run, g.reason
        )
    });
    gates.chain(found.notes.iter().map(|note| format!("note {note}"))).collect::<Vec<_>>().join("\n")
}

#[test]
fn nothing_is_found_where_nothing_is() {
    assert_eq!(check(&[]), "");
    assert_eq!(check(&[("README.md", "make test"), ("src/main.c", "")]), "");
}

#[test]
fn cargo() {
    insta::assert_snapshot!(check(&[("Cargo.toml", "[package]"), ("src/lib.rs", "")]), @r"
    1 build: cargo build --workspace (Cargo.toml) [target]
    4 test: cargo test --workspace --no-fail-fast (Cargo.toml) Cargo [target]
    ");
    insta::assert_snapshot!(check(&[
        ("Cargo.toml", "[workspace.lints.clippy]"), ("Cargo.lock", ""), ("rustfmt.toml", ""),
    ]), @"
    1 build: cargo build --workspace --locked (Cargo.toml) [target]
    2 format: cargo fmt --all --check (rustfmt.toml)
    3 lint: cargo clippy --workspace --all-targets --message-format=json --locked -- -D warnings (lints in Cargo.toml) Clippy [target]
    4 test: cargo test --workspace --no-fail-fast --locked (Cargo.toml) Cargo [target]
    ");
}

#[test]
fn node() {
    let placeholder = r#"{"scripts": {"test": "echo \"Error: no test specified\" && exit 1"}}"#;
    insta::assert_snapshot!(check(&[("package.json", placeholder)]), @"note package.json: the script test is npm's placeholder and no test");
    let full = r#"{"scripts": {"test": "vitest", "build": "tsc", "lint": "eslint .", "start": "x"}, "devDependencies": {"vitest": "1"}}"#;
    insta::assert_snapshot!(check(&[("package.json", full), ("package-lock.json", "")]), @"
    0 setup: npm ci (package-lock.json) [node_modules] network
    1 build: npm run build (package.json)
    3 lint: npm run lint -- --format json (package.json) Eslint
    4 test: npm run test -- --run --reporter=default --reporter=json --outputFile.json=conductor-tests.json (package.json) Jest <conductor-tests.json>
    ");
    insta::assert_snapshot!(check(&[("package.json", full), ("pnpm-lock.yaml", "")]), @"
    0 setup: pnpm install --frozen-lockfile (pnpm-lock.yaml) [node_modules] network
    1 build: pnpm run build (package.json)
    3 lint: pnpm run lint --format json (package.json) Eslint
    4 test: pnpm run test --run --reporter=default --reporter=json --outputFile.json=conductor-tests.json (package.json) Jest <conductor-tests.json>
    ");
    insta::assert_snapshot!(check(&[("package.json", full), ("yarn.lock", "")]), @"
    0 setup: yarn install --frozen-lockfile (yarn.lock) [node_modules] network
    1 build: yarn run build (package.json)
    3 lint: yarn run lint --format json (package.json) Eslint
    4 test: yarn run test --run --reporter=default --reporter=json --outputFile.json=conductor-tests.json (package.json) Jest <conductor-tests.json>
    ");
    let berry =
        r#"{"packageManager": "yarn@4.1.0", "scripts": {"test": "jest"}, "dependencies": {"a": "1"}}"#;
    insta::assert_snapshot!(check(&[("package.json", berry), ("yarn.lock", "")]), @"
    0 setup: yarn install --immutable (yarn.lock) [node_modules] network
    4 test: yarn run test --json --outputFile=conductor-tests.json (package.json) Jest <conductor-tests.json>
    ");
    let bare = r#"{"scripts": {"test": "node --test"}, "dependencies": {}}"#;
    insta::assert_snapshot!(check(&[("package.json", bare)]), @r#"4 test: NODE_OPTIONS="$NODE_OPTIONS --test-reporter=tap" npm run test (package.json) Tap"#);
    insta::assert_snapshot!(check(&[("package.json", "{")]), @"note package.json: not read, since it is not valid JSON");
}

#[test]
fn python() {
    insta::assert_snapshot!(check(&[("pytest.ini", "")]), @r"
    4 test: python3 -m pytest -v (pytest.ini) Pytest
    note pytest.ini speaks of pytest, but there is no test_*.py yet
    ");
    insta::assert_snapshot!(check(&[("pyproject.toml", "[tool.pytest.ini_options]"), ("tests/test_a.py", "")]), @"4 test: python3 -m pytest -v (pyproject.toml) Pytest");
    insta::assert_snapshot!(check(&[("tests/test_a.py", "def test_x(): assert 1")]), @"4 test: python3 -m pytest -v (tests/) Pytest");
    insta::assert_snapshot!(check(&[("tests/test_a.py", "import unittest\n")]), @"4 test: python3 -m unittest discover -v -s tests (tests/) Unittest");
    insta::assert_snapshot!(check(&[("tests/__init__.py", ""), ("tests/test_a.py", "from unittest import TestCase")]), @"4 test: python3 -m unittest discover -v -s tests -t . (tests/) Unittest");
    insta::assert_snapshot!(check(&[("test_a.py", "import os, unittest")]), @"4 test: python3 -m unittest discover -v (test_a.py) Unittest");
    insta::assert_snapshot!(check(&[("pkg/tests/test_a.py", "import unittest, pytest")]), @"4 test: python3 -m pytest -v (pkg/tests/) Pytest");
    assert_eq!(check(&[("src/test_helper.py", ""), ("tests/data.py", "")]), "");
}

#[test]
fn go_and_cmake() {
    insta::assert_snapshot!(check(&[("go.mod", "module x")]), @r"
    1 build: go build ./... (go.mod)
    3 lint: go vet ./... (go.mod)
    4 test: go test -v ./... (go.mod) Go
    ");
    insta::assert_snapshot!(check(&[("CMakeLists.txt", "project(x)")]), @"1 build: cmake -S . -B build && cmake --build build (CMakeLists.txt) [build]");
    insta::assert_snapshot!(check(&[("CMakeLists.txt", "Enable_Testing()"), ("build/x", "")]), @r"
    1 build: cmake -S . -B cmake-build && cmake --build cmake-build (CMakeLists.txt) [cmake-build]
    4 test: ctest --test-dir cmake-build --output-on-failure --output-junit conductor-tests.xml (CMakeLists.txt) Junit <cmake-build/conductor-tests.xml>
    ");
}

#[test]
fn makefiles_and_scripts_fill_what_languages_leave_open() {
    let makefile = "VAR := x\nall build: dep\n\tcc test: x\n.PHONY: lint\ncheck:\n# test: no\nx::=3\n";
    insta::assert_snapshot!(check(&[("Makefile", makefile)]), @r"
    1 build: make build (Makefile)
    4 test: make check (Makefile)
    ");
    insta::assert_snapshot!(check(&[("Makefile", "test:\ncheck:\nlint:\n"), ("check.sh*", "")]), @r"
    3 lint: make lint (Makefile)
    4 test: make test (Makefile)
    note check.sh: `./check.sh` is not used, since Makefile has the gate test already
    ");
    insta::assert_snapshot!(check(&[("test.sh", "")]), @"4 test: sh test.sh (test.sh)");
    insta::assert_snapshot!(check(&[("scripts/test*", ""), ("test.sh@", "")]), @"4 test: ./scripts/test (scripts/test)");
    insta::assert_snapshot!(check(&[("go.mod", ""), ("Makefile", "test:\n"), (".ci/run*", "")]), @r"
    1 build: go build ./... (go.mod)
    3 lint: go vet ./... (go.mod)
    4 test: go test -v ./... (go.mod) Go
    note Makefile: `make test` is not used, since go.mod has the gate test already
    note .ci/run: `./.ci/run` is not used, since go.mod has the gate test already
    ");
}

#[test]
fn several_languages_keep_their_names_apart() {
    let node = r#"{"scripts": {"test": "vitest", "typecheck": "tsc"}}"#;
    insta::assert_snapshot!(check(&[("Cargo.toml", ""), ("package.json", node)]), @"
    1 build: cargo build --workspace (Cargo.toml) [target] parallel
    1 typecheck: npm run typecheck (package.json) parallel
    4 test: cargo test --workspace --no-fail-fast (Cargo.toml) Cargo [target] parallel
    4 test-node: npm run test -- --run --reporter=default --reporter=json --outputFile.json=conductor-tests.json (package.json) Jest <conductor-tests.json> parallel
    ");
}

#[test]
fn rust_with_nextest_and_coverage() {
    insta::assert_snapshot!(check(&[("Cargo.toml", ""), (".config/nextest.toml", ""), ("a/src/lib.rs", "")]), @"
    1 build: cargo build --workspace (Cargo.toml) [target]
    4 test: cargo nextest run --workspace --no-fail-fast && cargo test --workspace --doc (.config/nextest.toml) Cargo [target]
    ");
    insta::assert_snapshot!(check(&[("Cargo.toml", ""), (".config/nextest.toml", ""), ("src/main.rs", ""), ("tarpaulin.toml", "")]), @"
    1 build: cargo build --workspace (Cargo.toml) [target]
    4 test: cargo nextest run --workspace --no-fail-fast (.config/nextest.toml) Cargo [target]
    5 coverage: cargo tarpaulin --workspace --out Lcov --output-dir conductor-coverage (tarpaulin.toml) Lcov <conductor-coverage/lcov.info> [target]
    ");
    insta::assert_snapshot!(measured(&[("Cargo.toml", ""), (".github/workflows/ci.yml", "run: cargo llvm-cov")]), @"
    1 build: cargo build --workspace (Cargo.toml) [target]
    4 test: cargo test --workspace --no-fail-fast (Cargo.toml) Cargo [target]
    5 coverage: cargo llvm-cov --workspace --lcov --output-path conductor-lcov.info (.github/workflows/ci.yml) Lcov <conductor-lcov.info> [target]
    ");
    insta::assert_snapshot!(measured(&[("Cargo.toml", "")]), @"
    1 build: cargo build --workspace (Cargo.toml) [target]
    4 test: cargo test --workspace --no-fail-fast (Cargo.toml) Cargo [target]
    note Cargo.toml: no tool that measures coverage is configured (cargo-llvm-cov or tarpaulin.toml)
    ");
}

#[test]
fn node_runners_write_what_can_be_read() {
    let package = |test: &str, lint: &str| {
        format!(
            r#"{{"scripts": {{"test": "{test}", "lint": "{lint}"}}, "devDependencies": {{"@vitest/coverage-v8": "3", "c8": "10"}}}}"#
        )
    };
    insta::assert_snapshot!(measured(&[("package.json", &package("tsc && vitest run", "eslint ."))]), @"
    0 setup: npm install --no-package-lock (package.json) [node_modules] network
    3 lint: npm run lint -- --format json (package.json) Eslint
    4 test: npm run test -- --run --reporter=default --reporter=json --outputFile.json=conductor-tests.json --coverage --coverage.reporter=lcov --coverage.reportsDirectory=conductor-coverage (package.json) Jest <conductor-tests.json> Lcov <conductor-coverage/lcov.info>
    ");
    insta::assert_snapshot!(measured(&[("package.json", &package("jest", "eslint . | tee x")), ("pnpm-lock.yaml", "")]), @"
    0 setup: pnpm install --frozen-lockfile (pnpm-lock.yaml) [node_modules] network
    3 lint: pnpm run lint (package.json)
    4 test: pnpm run test --json --outputFile=conductor-tests.json --coverage --coverageReporters=lcovonly --coverageDirectory=conductor-coverage (package.json) Jest <conductor-tests.json> Lcov <conductor-coverage/lcov.info>
    ");
    insta::assert_snapshot!(measured(&[("package.json", &package("node --test test/", "biome"))]), @r#"
    0 setup: npm install --no-package-lock (package.json) [node_modules] network
    3 lint: npm run lint (package.json)
    4 test: NODE_OPTIONS="$NODE_OPTIONS --test-reporter=tap" npx c8 --reporter=lcovonly --reports-dir=conductor-coverage npm run test (package.json) Tap Lcov <conductor-coverage/lcov.info>
    "#);
    // What a script does with the output of its program is its own matter.
    insta::assert_snapshot!(check(&[("package.json", &package("vitest run --reporter=dot", "eslint -f unix ."))]), @"
    0 setup: npm install --no-package-lock (package.json) [node_modules] network
    3 lint: npm run lint (package.json)
    4 test: npm run test (package.json)
    ");
    insta::assert_snapshot!(check(&[("package.json", &package("vitest bench", "jest-lint"))]), @"
    0 setup: npm install --no-package-lock (package.json) [node_modules] network
    3 lint: npm run lint (package.json)
    4 test: npm run test (package.json)
    ");
}

#[test]
fn python_measures_where_it_is_set_up_or_asked() {
    let needs = ("requirements-dev.txt", "pytest\npytest-cov\nruff\n");
    insta::assert_snapshot!(check(&[needs, ("tests/test_a.py", "")]), @"4 test: python3 -m pytest -v (requirements-dev.txt) Pytest");
    insta::assert_snapshot!(measured(&[needs, ("tests/test_a.py", "")]), @"4 test: python3 -m pytest -v --cov --cov-report=xml:conductor-coverage.xml (requirements-dev.txt) Pytest Cobertura <conductor-coverage.xml>");
    insta::assert_snapshot!(check(&[needs, (".coveragerc", ""), ("ruff.toml", ""), ("tests/test_a.py", "")]), @"
    3 lint: ruff check --output-format=json . (ruff.toml) Ruff
    4 test: python3 -m pytest -v --cov --cov-report=xml:conductor-coverage.xml (requirements-dev.txt) Pytest Cobertura <conductor-coverage.xml>
    ");
    insta::assert_snapshot!(check(&[("pytest.ini", "addopts = --cov=shop"), ("tests/test_a.py", "")]), @"4 test: python3 -m pytest -v --cov-report=xml:conductor-coverage.xml (pytest.ini) Pytest Cobertura <conductor-coverage.xml>");
    insta::assert_snapshot!(measured(&[("tests/test_a.py", "import unittest"), ("requirements.txt", "coverage")]), @"4 test: python3 -m coverage run -m unittest discover -v -s tests && python3 -m coverage xml -o conductor-coverage.xml (tests/) Unittest Cobertura <conductor-coverage.xml>");
    insta::assert_snapshot!(measured(&[("tests/test_a.py", "import unittest")]), @"
    4 test: python3 -m unittest discover -v -s tests (tests/) Unittest
    note no tool that measures coverage is configured (coverage in pyproject.toml)
    ");
}

#[test]
fn go_measures_with_its_own_tool() {
    insta::assert_snapshot!(measured(&[("go.mod", "module x")]), @"
    1 build: go build ./... (go.mod)
    3 lint: go vet ./... (go.mod)
    4 test: go test -v -coverpkg=./... -coverprofile=conductor-cover.out ./... (go.mod) Go Go <conductor-cover.out>
    ");
}

#[test]
fn java() {
    let pom = "<project><build/></project>";
    insta::assert_snapshot!(check(&[("pom.xml", pom)]), @"
    1 build: mvn -B test-compile (pom.xml)
    4 test: mvn -B test (pom.xml) Junit <**/target/surefire-reports/TEST-*.xml>
    ");
    insta::assert_snapshot!(check(&[("pom.xml", "<project>jacoco-maven-plugin</project>"), ("mvnw*", "")]), @"
    1 build: ./mvnw -B test-compile (pom.xml)
    4 test: ./mvnw -B test jacoco:report (pom.xml) Junit <**/target/surefire-reports/TEST-*.xml> Jacoco <**/target/site/jacoco/jacoco.xml>
    ");
    insta::assert_snapshot!(measured(&[("pom.xml", pom), ("mvnw", "")]), @"
    1 build: sh mvnw -B test-compile (pom.xml)
    4 test: sh mvnw -B test (pom.xml) Junit <**/target/surefire-reports/TEST-*.xml>
    note pom.xml: no tool that measures coverage is configured (jacoco-maven-plugin)
    ");
    assert_eq!(check(&[("pom.xml", "<poem/>"), ("docs/pom.xml", pom), ("gradlew*", "")]), "");
    insta::assert_snapshot!(check(&[("build.gradle.kts", "plugins { jacoco }"), ("gradlew*", "")]), @"
    1 build: ./gradlew --no-daemon testClasses (build.gradle.kts)
    4 test: ./gradlew --no-daemon --continue test jacocoTestReport (build.gradle.kts) Junit <**/build/test-results/test/TEST-*.xml> Jacoco <**/build/reports/jacoco/test/*.xml>
    ");
    insta::assert_snapshot!(measured(&[("settings.gradle", ""), ("core/build.gradle", "apply plugin: 'java'")]), @"
    1 build: gradle --no-daemon testClasses (settings.gradle)
    4 test: gradle --no-daemon --continue test (settings.gradle) Junit <**/build/test-results/test/TEST-*.xml>
    note settings.gradle: no tool that measures coverage is configured (the plug-in jacoco)
    ");
}

#[test]
fn justfiles() {
    let justfile = "set shell := [\"sh\"]\nname := \"x\"\n# lint: no\n@build:\n  test: x\ntest *args: build\ndeploy host:\nlint file:\n";
    insta::assert_snapshot!(check(&[("justfile", justfile)]), @"
    1 build: just build (justfile)
    4 test: just test (justfile)
    ");
    assert_eq!(check(&[("justfile", "default:\n  echo hi\n"), ("docs/justfile", "test:\n")]), "");
}

#[test]
fn languages_run_beside_each_other() {
    insta::assert_snapshot!(check(&[("go.mod", ""), ("Cargo.toml", "")]), @"
    1 build: cargo build --workspace (Cargo.toml) [target] parallel
    1 build-go: go build ./... (go.mod) parallel
    3 lint: go vet ./... (go.mod)
    4 test: cargo test --workspace --no-fail-fast (Cargo.toml) Cargo [target] parallel
    4 test-go: go test -v ./... (go.mod) Go parallel
    ");
}
