//! Python: pytest where the project speaks of it, else unittest.

use conductor_engine::gate::{GateKind, GateSpec, TestReader};

use super::{TreeView, gate, has, text, with_reader};

/// How many test files are looked into for what they are written for.
const SAMPLES: usize = 5;

pub(super) fn find(tree: &dyn TreeView, notes: &mut Vec<String>) -> Vec<GateSpec> {
    let tests: Vec<&str> = tree.files().keys().map(String::as_str).filter(|path| is_test(path)).collect();
    if let Some(reason) = pytest_configured(tree) {
        if tests.is_empty() {
            notes.push(format!("{reason} speaks of pytest, but there is no test_*.py yet"));
        }
        return vec![pytest(reason)];
    }
    if tests.is_empty() {
        return Vec::new();
    }
    let written_for_unittest =
        tests.iter().take(SAMPLES).any(|path| text(tree, path).is_some_and(|t| imports(&t, "unittest")));
    let written_for_pytest =
        tests.iter().take(SAMPLES).any(|path| text(tree, path).is_some_and(|t| imports(&t, "pytest")));
    if written_for_unittest && !written_for_pytest {
        return vec![unittest(tree, &tests)];
    }
    vec![pytest(&folder(tests.first().copied().unwrap_or_default()))]
}

fn pytest(reason: &str) -> GateSpec {
    with_reader(gate("test", GateKind::Test, "python3 -m pytest -v", reason), TestReader::Pytest)
}

fn unittest(tree: &dyn TreeView, tests: &[&str]) -> GateSpec {
    let in_tests =
        tests.iter().find_map(|path| ["tests/", "test/"].into_iter().find(|dir| path.starts_with(dir)));
    let run = match in_tests {
        // A package is imported from the root; a plain folder is its own root.
        Some(dir) if has(tree, &format!("{dir}__init__.py")) => {
            format!("python3 -m unittest discover -v -s {dir} -t .")
        }
        Some(dir) => format!("python3 -m unittest discover -v -s {dir}"),
        None => "python3 -m unittest discover -v".to_owned(),
    };
    let reason = folder(tests.first().copied().unwrap_or_default());
    with_reader(
        gate("test", GateKind::Test, run.replace("/ ", " ").trim_end_matches('/'), reason),
        TestReader::Pytest,
    )
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
