use conductor_evidence::tamper::Code;

use super::support::{Row, all_held, none_held, row};

const WHAT_GATES_STAND_ON_IS_HELD: &[(Code, Row)] = &[
    (Code::CiEdited, row!("workflow", ".github/workflows/ci.yml": "run: cargo test\n" => "run: 'true'\n")),
    (Code::CiEdited, row!("workflow gone", ".gitlab-ci.yml": "test: { script: make test }\n" => "")),
    (
        Code::ThresholdLowered,
        row!("fail_under", "pyproject.toml": "[tool.coverage.report]\nfail_under = 85\n" => "[tool.coverage.report]\nfail_under = 40\n"),
    ),
    (
        Code::ThresholdLowered,
        row!("fail_under gone", ".coveragerc": "[report]\nfail_under = 85\n" => "[report]\n"),
    ),
    (
        Code::ThresholdLowered,
        row!("jest", "jest.config.js": "module.exports = { coverageThreshold: { global: { branches: 80 } } };\n" => "module.exports = { coverageThreshold: { global: { branches: 10 } } };\n"),
    ),
    (
        Code::ThresholdLowered,
        row!("jacoco", "pom.xml": "<rule>\n<minimum>0.80</minimum>\n</rule>\n" => "<rule>\n<minimum>0.20</minimum>\n</rule>\n"),
    ),
    (
        Code::ThresholdLowered,
        row!("llvm-cov", "Makefile": "coverage:\n\tcargo llvm-cov --fail-under-lines 80\n" => "coverage:\n\tcargo llvm-cov --fail-under-lines 8\n"),
    ),
    (
        Code::GateConfigEdited,
        row!("pytest options", "pyproject.toml": "[tool.pytest.ini_options]\naddopts = \"-ra\"\n" => "[tool.pytest.ini_options]\naddopts = \"-ra --deselect tests/test_a.py\"\n"),
    ),
    (
        Code::GateConfigEdited,
        row!("pytest.ini that looks at less", "pytest.ini": "" => "[pytest]\naddopts = --ignore=tests\n"),
    ),
    (
        Code::GateConfigEdited,
        row!("vitest excludes", "vitest.config.ts": "export default { test: {} };\n" => "export default { test: { exclude: ['**/*.test.ts'] } };\n"),
    ),
    (
        Code::GateConfigEdited,
        row!("cargo runner", ".cargo/config.toml": "" => "[target.x86_64-unknown-linux-gnu]\nrunner = \"true\"\n"),
    ),
    (
        Code::GateConfigEdited,
        row!("own", ".taskwerk/config.yml": "orchestration: { gates: { test: { run: make test } } }\n" => "orchestration: { gates: { test: { run: 'true' } } }\n"),
    ),
    (
        Code::GateConfigEdited,
        row!("test = false", "Cargo.toml": "[package]\nname = \"a\"\n\n[lib]\npath = \"src/lib.rs\"\n" => "[package]\nname = \"a\"\n\n[lib]\npath = \"src/lib.rs\"\ntest = false\n"),
    ),
    (
        Code::GateConfigEdited,
        row!("jest in package.json", "package.json": "{\"name\": \"a\", \"jest\": {\"roots\": [\"src\"]}}\n" => "{\"name\": \"a\", \"jest\": {\"roots\": [\"none\"]}}\n"),
    ),
    (
        Code::FailureIgnored,
        row!("npm test", "package.json": "{\n\"scripts\": { \"test\": \"jest\" }\n}\n" => "{\n\"scripts\": { \"test\": \"true\" }\n}\n"; gates: &["npm test"]),
    ),
    (
        Code::GateEdited,
        row!("a script that npm test calls", "package.json": "{\"scripts\": {\"test\": \"npm run unit\", \"unit\": \"jest\"}}\n" => "{\"scripts\": {\"test\": \"npm run unit\", \"unit\": \"jest --testNamePattern=none\"}}\n"; gates: &["npm test"]),
    ),
    (
        Code::GateEdited,
        row!("a script before", "package.json": "{\"scripts\": {\"test\": \"jest\"}}\n" => "{\"scripts\": {\"pretest\": \"rm -rf test\", \"test\": \"jest\"}}\n"; gates: &["npm test"]),
    ),
    (
        Code::FailureIgnored,
        row!("make", "Makefile": "test:\n\tpytest -v\n" => "test:\n\tpytest -v || true\n"; gates: &["make test"]),
    ),
    (
        Code::GateEdited,
        row!("a variable of make", "Makefile": "RUN = pytest\ntest:\n\t$(RUN) -v\n" => "RUN = echo\ntest:\n\t$(RUN) -v\n"; gates: &["make test"]),
    ),
    (
        Code::GateEdited,
        row!("what a target needs", "Makefile": "test: unit\nunit:\n\tpytest\n" => "test: unit\nunit:\n\techo ok\n"; gates: &["make test"]),
    ),
    (
        Code::GateEdited,
        row!("the gate's script", "ci/test.sh": "set -e\n./run_tests\n" => "set -e\necho ok\n"; gates: &["sh ci/test.sh"]),
    ),
    (
        Code::FailureIgnored,
        row!("the gate's script ignores", "test.sh": "./run_tests\n" => "./run_tests || true\n"; gates: &["./test.sh"]),
    ),
    (
        Code::GateEdited,
        row!("the gate's script goes", "test.sh": "./run_tests\n" => ""; gates: &["./test.sh"]),
    ),
    (
        Code::LintWeakened,
        row!("clippy off", "Cargo.toml": "[lints.clippy]\nunwrap_used = \"deny\"\n" => "[lints.clippy]\nunwrap_used = \"allow\"\n"),
    ),
    (
        Code::LintWeakened,
        row!("ruff ignores", "ruff.toml": "select = [\"E\", \"F\"]\n" => "select = [\"E\"]\nignore = [\"F\"]\n"),
    ),
    (
        Code::LintWeakened,
        row!("eslint off", ".eslintrc.json": "{ \"rules\": {\n\"no-console\": \"error\"\n} }\n" => "{ \"rules\": {\n\"no-console\": \"off\"\n} }\n"),
    ),
    (Code::ReportCommitted, row!("junit", "junit.xml": "" => "<testsuite/>\n")),
    (Code::ReportCommitted, row!("lcov", "coverage/lcov.info": "" => "TN:\n")),
    (Code::TestDeleted, row!("shell test gone", "tests/add.sh": "test \"$(./add 1 2)\" = 3\n" => "")),
    (
        Code::FailureIgnored,
        row!("shell test", "tests/add.sh": "test \"$(./add 1 2)\" = 3\n" => "test \"$(./add 1 2)\" = 3 || true\n"),
    ),
    (
        Code::TestEmptied,
        row!("shell test emptied", "tests/add.bats": "@test \"add\" {\n run add 1 2\n [ \"$output\" = 3 ]\n}\n" => "# later\n"),
    ),
];

#[test]
fn what_gates_stand_on_is_held() {
    all_held(WHAT_GATES_STAND_ON_IS_HELD);
}

const HONEST_SETTINGS_ARE_NOT: &[Row] = &[
    row!("a dependency", "package.json": "{\"scripts\": {\"test\": \"jest\"}, \"dependencies\": {\"a\": \"1\"}}\n" => "{\"scripts\": {\"test\": \"jest\"}, \"dependencies\": {\"a\": \"1\", \"b\": \"2\"}}\n"; gates: &["npm test"]),
    row!("a new script", "package.json": "{\"scripts\": {\"test\": \"jest\"}}\n" => "{\"scripts\": {\"test\": \"jest\", \"start\": \"node .\"}}\n"; gates: &["npm test"]),
    row!("a crate", "Cargo.toml": "[package]\nname = \"a\"\n\n[dependencies]\n" => "[package]\nname = \"a\"\n\n[dependencies]\nserde = \"1\"\n"),
    row!("a python package", "pyproject.toml": "[project]\ndependencies = []\n\n[tool.pytest.ini_options]\naddopts = \"-ra\"\n" => "[project]\ndependencies = [\"requests\"]\n\n[tool.pytest.ini_options]\naddopts = \"-ra\"\n"),
    row!("a threshold raised", "pyproject.toml": "[tool.coverage.report]\nfail_under = 85\n" => "[tool.coverage.report]\nfail_under = 90\n"),
    row!("a new target", "Makefile": "test:\n\tpytest -v\n" => "test:\n\tpytest -v\n\ndocs:\n\tmkdocs build\n"; gates: &["make test"]),
    row!("another target", "Makefile": "test:\n\tpytest -v\nrun:\n\t./a\n" => "test:\n\tpytest -v\nrun:\n\t./b\n"; gates: &["make test"]),
    row!("a rule more", "Cargo.toml": "[lints.clippy]\nunwrap_used = \"deny\"\n" => "[lints.clippy]\nunwrap_used = \"deny\"\ntodo = \"deny\"\n"),
    row!("a rule more in ruff", "ruff.toml": "select = [\"E\", \"F\"]\n" => "select = [\"E\", \"F\", \"B\"]\n"),
    row!("a comment", ".coveragerc": "[report]\nfail_under = 85\n" => "# Coverage.\n[report]\nfail_under = 85\n"),
    row!("a first configuration", "vitest.config.ts": "" => "export default { test: { environment: 'jsdom' } };\n"),
    row!("a script that no gate runs", "deploy.sh": "scp a b\n" => "scp a c || true\n"; gates: &["make test"]),
    row!("a lock file", "package-lock.json": "{\"lockfileVersion\": 2}\n" => "{\"lockfileVersion\": 3}\n"),
    row!("shell tests move", "tests/add.sh": "test \"$(./add 1 2)\" = 3\ntest \"$(./add 2 2)\" = 4\n" => "", "tests/unit/add.sh": "" => "test \"$(./add 1 2)\" = 3\ntest \"$(./add 2 2)\" = 4\n"),
    row!("a shell test grows", "tests/add.sh": "test \"$(./add 1 2)\" = 3\n" => "test \"$(./add 1 2)\" = 3\ntest \"$(./add 2 2)\" = 4\n"),
    row!("line ends", "Makefile": "test:\n\tpytest -v\n" => "test:\r\n\tpytest -v\r\n"; gates: &["make test"]),
    row!("a test that the gate names", "test_a.py": "def test_a():\n    assert f() == 3\n" => "def test_a():\n    assert f() == 3\n\ndef test_b():\n    assert g() == 4\n"; gates: &["python3 -m pytest test_a.py"]),
    row!("a test renamed in shell", "tests/run.sh": "check_add() {\n  [ 3 = 3 ]\n}\n" => "check_sum() {\n  [ 3 = 3 ]\n}\n"; ran: Some(("check_add", "check_sum"))),
];

#[test]
fn honest_settings_are_not() {
    none_held(HONEST_SETTINGS_ARE_NOT);
}
