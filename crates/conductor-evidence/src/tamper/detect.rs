//! Code that behaves differently when it is tested, and tests that act on their own runner.

use super::file::{File, Side};
use super::finding::{Code, Finding, Weight};
use super::fresh::{Hit, fresh, lines};
use super::source::{Language, Tree};
use super::text::norm;

/// Variables that only a test runner, or Conductor, sets.
const RUNNERS: &[&str] = &[
    "PYTEST_CURRENT_TEST",
    "PYTEST_VERSION",
    "JEST_WORKER_ID",
    "VITEST",
    "VITEST_WORKER_ID",
    "VITEST_POOL_ID",
    "NEXTEST",
    "NEXTEST_RUN_ID",
    "GIT_CEILING_DIRECTORIES",
    "NODE_TEST_CONTEXT",
];
/// Variables that are set wherever nobody watches.
const UNATTENDED: &[&str] = &[
    "CI",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "CONTINUOUS_INTEGRATION",
    "BUILD_NUMBER",
    "TRAVIS",
    "CIRCLECI",
    "NODE_ENV",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Runner,
    Unattended,
    /// An agent's own surroundings, which gates do not have: nothing is judged there.
    Conductor,
}

/// Words by which a variable is read, and not set for a child.
const READS: &[&str] = &[
    "var(",
    "var_os(",
    "getenv",
    "Getenv",
    "environ",
    "process.env",
    "meta.env",
    "env.get",
    "LookupEnv",
    "env!(",
];

/// Whether a node asks whether it is being tested.
fn asks(side: &Side, tree: &Tree, at: usize) -> Option<Kind> {
    let text = tree.text(at);
    let named = |name: &str| {
        if RUNNERS.contains(&name) {
            Some(Kind::Runner)
        } else if name.starts_with("CONDUCTOR_") || name.starts_with("TASKWERK_") {
            Some(Kind::Conductor)
        } else {
            UNATTENDED.contains(&name).then_some(Kind::Unattended)
        }
    };
    match tree.kind(at) {
        "string" | "string_literal" | "interpreted_string_literal" => {
            let name = text.trim_start_matches('b').trim_matches(['"', '\'']);
            let (_, line) = side.line(tree.line(at));
            let reads = READS.iter().any(|word| line.contains(word));
            let modules = tree.language == Language::Python
                && line.contains("sys.modules")
                && matches!(name, "pytest" | "unittest");
            if modules { Some(Kind::Runner) } else { named(name).filter(|_| reads) }
        }
        "member_expression" => {
            let form = norm(text);
            let name = form.strip_prefix("process.env.").or_else(|| form.strip_prefix("import.meta.env."))?;
            if name == "NODE_ENV" {
                let (_, line) = side.line(tree.line(at));
                return line.contains("test").then_some(Kind::Unattended);
            }
            named(name)
        }
        "call_expression" => (norm(text) == "testing.Testing()").then_some(Kind::Runner),
        "macro_invocation" => (norm(text) == "cfg!(test)").then_some(Kind::Runner),
        _ => None,
    }
}

/// Hits of a kind, with the whole line as their text.
fn hits(side: &Side, is: impl Fn(&Tree, usize) -> bool) -> Vec<Hit> {
    let Some(tree) = &side.tree else { return Vec::new() };
    let mut found: Vec<Hit> = tree
        .all()
        .filter(|at| is(tree, *at))
        .map(|at| Hit { line: tree.line(at), text: norm(side.line(tree.line(at)).1) })
        .collect();
    found.dedup();
    found
}

/// Whether a line belongs to tests.
fn in_tests(file: &File, line: usize) -> bool {
    file.new.as_ref().is_some_and(|side| side.in_tests(line))
}

/// Code that asks whether it is tested.
pub(super) fn environment(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (kind, what) in [
        (Kind::Runner, "asks whether a test runner or Conductor runs it"),
        (Kind::Conductor, "asks whether an agent of Conductor's runs it"),
        (Kind::Unattended, "asks whether anybody watches it"),
    ] {
        let asking = |side: &Side| hits(side, |tree, at| asks(side, tree, at) == Some(kind));
        for (file, mut found) in fresh(files, asking, asking) {
            if super::places::place(&file.path).is_some() {
                continue;
            }
            let tests = found.iter().any(|hit| in_tests(file, hit.line));
            // Only code that is no test may not know of tests at all.
            if kind == Kind::Runner && tests {
                found.retain(|hit| !hit.text.contains("cfg!(test)") || !in_tests(file, hit.line));
            }
            if found.is_empty() {
                continue;
            }
            let hold = kind == Kind::Runner || (kind == Kind::Unattended && tests);
            let weight = if hold { Weight::Hold } else { Weight::Note };
            let noun = if tests { "a test in" } else { "code in" };
            let sentence = format!("{noun} {} {what}", file.path);
            let finding = Finding::new(Code::EnvironmentDetected, weight, &file.path, sentence);
            findings.push(finding.is(lines(file, &found)));
        }
    }
    findings
}

/// Calls that end a process with success.
fn exits(tree: &Tree, at: usize) -> bool {
    if !matches!(tree.kind(at), "call" | "call_expression" | "method_invocation") {
        return false;
    }
    let form = norm(tree.text(at));
    [
        "os._exit(0)",
        "sys.exit(0)",
        "sys.exit()",
        "exit(0)",
        "quit()",
        "process.exit(0)",
        "process.exit()",
        "std::process::exit(0)",
        "process::exit(0)",
        "os.Exit(0)",
        "System.exit(0)",
        "Runtime.getRuntime().halt(0)",
    ]
    .contains(&form.as_str())
}

/// Tests, or code that they load, that end their runner before it can say that something failed.
pub(super) fn exit(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let ending = |side: &Side| hits(side, exits);
    for (file, mut found) in fresh(files, ending, ending) {
        found.retain(|hit| in_tests(file, hit.line) || hit.text.contains("os._exit(0)"));
        if !found.is_empty() {
            let sentence = format!("code in {} ends the test runner with success", file.path);
            findings.push(Finding::hold(Code::ProcessExit, &file.path, sentence).is(lines(file, &found)));
        }
    }
    findings
}

const HOOKS: &[&str] = &[
    "pytest_collection",
    "pytest_ignore_collect",
    "pytest_collect",
    "pytest_pycollect",
    "pytest_runtest",
    "pytest_pyfunc",
    "pytest_itemcollected",
    "pytest_deselected",
    "pytest_sessionfinish",
    "pytest_report",
    "pytest_exception",
    "pytest_cmdline",
    "pytest_terminal_summary",
    "load_tests",
    "pytest_assertrepr",
];

/// Assignments that replace what tests check with, or what a runner collects.
fn replaces(tree: &Tree, at: usize) -> bool {
    if !matches!(tree.kind(at), "assignment" | "assignment_expression") {
        return false;
    }
    let left = norm(tree.child_text(at, "left"));
    let globals = ["global.", "globalThis.", "window."].iter().any(|g| {
        left.strip_prefix(g).is_some_and(|n| matches!(n, "expect" | "it" | "test" | "describe" | "assert"))
    });
    globals
        || left.starts_with("collect_ignore")
        || left.contains("TestCase.")
        || left.starts_with("unittest.")
        || left.starts_with("pytest.")
        || (left.starts_with("assert.") && tree.language.is_script())
        || (left.ends_with(".__eq__") && !left.starts_with("self"))
}

/// Hooks by which code decides what is collected and what counts as failed.
pub(super) fn hooks(files: &[File]) -> Vec<Finding> {
    let functions = |side: &Side| {
        let hooks = side.found.functions.iter().filter(|f| HOOKS.iter().any(|h| f.name.starts_with(h)));
        // A hook that was changed is another one.
        let of = |f: &super::facts::Function| {
            let tokens: Vec<String> = f.tokens.iter().map(|(token, n)| format!("{token:x}.{n}")).collect();
            Hit { line: f.span.first, text: format!("{} {}", f.name, tokens.join(" ")) }
        };
        let mut found: Vec<Hit> = hooks.map(of).collect();
        found.extend(hits(side, replaces));
        found
    };
    let mut findings: Vec<Finding> = fresh(files, functions, functions)
        .into_iter()
        .map(|(file, found)| {
            let sentence = format!("code in {} decides what is tested, or what counts as failed", file.path);
            Finding::hold(Code::CollectionHooked, &file.path, sentence).is(lines(file, &found))
        })
        .collect();
    for file in files.iter().filter(|f| f.old.is_none()) {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        if matches!(name, "sitecustomize.py" | "usercustomize.py") || file.path.ends_with(".pth") {
            let sentence = format!("{} runs in every Python process, that of the tests too", file.path);
            let first = file.new.as_ref().map(|side| side.line(1));
            findings.push(Finding::hold(Code::CollectionHooked, &file.path, sentence).is(first));
        }
    }
    findings
}

/// Stand-ins for what is under test, in tests that were there before.
pub(super) fn mocks(files: &[File]) -> Vec<Finding> {
    let stands_in = |tree: &Tree, at: usize| {
        let name = match tree.kind(at) {
            "call" | "call_expression" => norm(tree.child_text(at, "function")),
            _ => return false,
        };
        [
            "patch",
            "patch.object",
            "mock.patch",
            "mock.patch.object",
            "monkeypatch.setattr",
            "jest.mock",
            "vi.mock",
            "jest.spyOn",
            "vi.spyOn",
        ]
        .contains(&name.as_str())
    };
    let standing = |side: &Side| if side.is_test { hits(side, stands_in) } else { Vec::new() };
    let found = fresh(files, standing, standing);
    found
        .into_iter()
        .filter(|(file, _)| file.old.is_some())
        .map(|(file, found)| {
            let sentence = format!("tests in {} have more stand-ins than before", file.path);
            Finding::note(Code::SubjectMocked, &file.path, sentence).is(lines(file, &found))
        })
        .collect()
}
