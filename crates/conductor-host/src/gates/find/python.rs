//! Python: pytest where the project speaks of it, else unittest.

use conductor_engine::gate::{CoverageForm, GateKind, GateSpec, LintForm, LintSource, TestReader};

use super::{Search, TreeView, first, gate, has, mentions, text, with_coverage, with_reader};

/// How many test files are looked into for what they are written for.
const SAMPLES: usize = 5;

pub(super) fn find(tree: &dyn TreeView, search: &mut Search) -> Vec<GateSpec> {
    let mut gates: Vec<GateSpec> = lint(tree).into_iter().collect();
    gates.extend(test(tree, search));
    gates
}

fn test(tree: &dyn TreeView, search: &mut Search) -> Option<GateSpec> {
    let tests: Vec<&str> = tree.files().keys().map(String::as_str).filter(|path| is_test(path)).collect();
    if let Some(reason) = pytest_configured(tree) {
        if tests.is_empty() {
            search.notes.push(format!("{reason} speaks of pytest, but there is no test_*.py yet"));
        }
        return Some(pytest(tree, search, reason));
    }
    let first = tests.first()?;
    let written_for = |module: &str| {
        tests.iter().take(SAMPLES).any(|path| text(tree, path).is_some_and(|text| imports(&text, module)))
    };
    if written_for("unittest") && !written_for("pytest") {
        return Some(unittest(tree, search, &tests));
    }
    Some(pytest(tree, search, &folder(first)))
}

/// Where the coverage report is written.
const COVERAGE: &str = "conductor-coverage.xml";

/// Files in which a project names what it needs for its tests.
const NEEDS: [&str; 9] = [
    "pyproject.toml",
    "setup.cfg",
    "tox.ini",
    "setup.py",
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-test.txt",
    "requirements/dev.txt",
    "Pipfile",
];

/// Files in which a project configures its tools.
const SETTINGS: [&str; 4] = ["pyproject.toml", "setup.cfg", "tox.ini", "pytest.ini"];

/// Those of them that pytest itself obeys for every run.
const OWN: [&str; 3] = ["pyproject.toml", "setup.cfg", "pytest.ini"];

/// Whether coverage is measured: where the project configures it, or where it is demanded, and there is a tool.
fn measures(tree: &dyn TreeView, search: &mut Search, tools: &[&str]) -> bool {
    let set_up = has(tree, ".coveragerc")
        || mentions(tree, &SETTINGS, &["[tool.coverage", "[coverage:", "--cov"]).is_some();
    let wanted = set_up || search.coverage;
    let there = wanted
        && (mentions(tree, &NEEDS, tools).is_some() || mentions(tree, &SETTINGS, &["--cov"]).is_some());
    if search.coverage && !there {
        let tools = tools.first().copied().unwrap_or_default();
        search
            .notes
            .push(format!("no tool that measures coverage is configured ({tools} in pyproject.toml)"));
    }
    there
}

fn pytest(tree: &dyn TreeView, search: &mut Search, reason: &str) -> GateSpec {
    const RUN: &str = "python3 -m pytest -v";
    if !measures(tree, search, &["pytest-cov", "pytest_cov"]) {
        return with_reader(gate("test", GateKind::Test, RUN, reason), TestReader::Pytest);
    }
    // A project whose own settings begin to measure says also what.
    let cov = if mentions(tree, &OWN, &["--cov"]).is_some() { "" } else { " --cov" };
    let run = format!("{RUN}{cov} --cov-report=xml:{COVERAGE}");
    let test = with_reader(gate("test", GateKind::Test, run, reason), TestReader::Pytest);
    with_coverage(test, CoverageForm::Cobertura, COVERAGE)
}

fn unittest(tree: &dyn TreeView, search: &mut Search, tests: &[&str]) -> GateSpec {
    let in_tests = tests
        .iter()
        .find_map(|path| ["tests", "test"].into_iter().find(|dir| path.starts_with(&format!("{dir}/"))));
    let arguments = match in_tests {
        // A package is imported from the root; a plain folder is its own root.
        Some(dir) if has(tree, &format!("{dir}/__init__.py")) => {
            format!("unittest discover -v -s {dir} -t .")
        }
        Some(dir) => format!("unittest discover -v -s {dir}"),
        None => "unittest discover -v".to_owned(),
    };
    let reason = folder(tests.first().copied().unwrap_or_default());
    let test = |run: String| with_reader(gate("test", GateKind::Test, run, &reason), TestReader::Unittest);
    if !measures(tree, search, &["coverage"]) {
        return test(format!("python3 -m {arguments}"));
    }
    let run = format!("python3 -m coverage run -m {arguments} && python3 -m coverage xml -o {COVERAGE}");
    with_coverage(test(run), CoverageForm::Cobertura, COVERAGE)
}

/// ruff, where the project configures it.
fn lint(tree: &dyn TreeView) -> Option<GateSpec> {
    let reason = first(tree, &["ruff.toml", ".ruff.toml"])
        .or_else(|| mentions(tree, &["pyproject.toml"], &["[tool.ruff"]))?;
    let lints = Some(LintSource { form: LintForm::Ruff, report: None });
    let run = "ruff check --output-format=json .";
    Some(GateSpec { lints, ..gate("lint", GateKind::Lint, run, reason) })
}

/// The file in which the project speaks of pytest.
fn pytest_configured(tree: &dyn TreeView) -> Option<&'static str> {
    const WHOLE: [&str; 4] = ["pytest.ini", ".pytest.ini", "conftest.py", "tests/conftest.py"];
    const MENTIONS: [(&str, &str); 7] = [
        ("pyproject.toml", "pytest"),
        ("tox.ini", "pytest"),
        ("setup.cfg", "pytest"),
        ("requirements.txt", "pytest"),
        ("requirements-dev.txt", "pytest"),
        ("requirements/dev.txt", "pytest"),
        ("Pipfile", "pytest"),
    ];
    let whole = WHOLE.into_iter().find(|file| has(tree, file));
    whole.or_else(|| {
        let mentioned =
            MENTIONS.iter().find(|(file, word)| text(tree, file).is_some_and(|t| t.contains(word)));
        mentioned.map(|(file, _)| *file)
    })
}

/// A test file at the root or in a folder for tests.
fn is_test(path: &str) -> bool {
    let (dir, file) = path.rsplit_once('/').unwrap_or(("", path));
    let named = file.ends_with(".py") && (file.starts_with("test_") || file.ends_with("_test.py"));
    named && (dir.is_empty() || dir.split('/').any(|part| matches!(part, "test" | "tests")))
}

fn imports(text: &str, module: &str) -> bool {
    text.lines().any(|line| {
        let mut words = line.split(|c: char| c.is_whitespace() || c == '.' || c == ',');
        matches!(words.next(), Some("import" | "from")) && words.any(|word| word == module)
    })
}

fn folder(path: &str) -> String {
    path.rsplit_once('/').map_or_else(|| path.to_owned(), |(dir, _)| format!("{dir}/"))
}
