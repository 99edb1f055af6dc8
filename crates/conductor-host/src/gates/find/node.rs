//! JavaScript and TypeScript: the scripts of `package.json`, run by the package manager whose lock file is there.

use conductor_engine::gate::{CoverageForm, GateKind, GateSpec, LintForm, LintSource, TestReader};
use serde_json::Value;

use super::{Search, TreeView, first, gate, has, text, with_coverage, with_reader, with_report};

const MANIFEST: &str = "package.json";

/// Scripts that are gates, if the project has them.
const SCRIPTS: [(&str, GateKind); 4] = [
    ("typecheck", GateKind::Build),
    ("build", GateKind::Build),
    ("lint", GateKind::Lint),
    ("test", GateKind::Test),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Manager {
    Npm,
    Pnpm,
    Yarn,
}

pub(super) fn find(tree: &dyn TreeView, search: &mut Search) -> Vec<GateSpec> {
    let Some(manifest) = text(tree, MANIFEST) else { return Vec::new() };
    let Ok(manifest) = serde_json::from_str::<Value>(&manifest) else {
        search.notes.push(format!("{MANIFEST}: not read, since it is not valid JSON"));
        return Vec::new();
    };
    let manager = manager(tree, &manifest);
    let script = |name: &str| manifest.pointer("/scripts").and_then(|s| s.get(name)).and_then(Value::as_str);
    let mut gates = Vec::new();
    for (name, kind) in SCRIPTS {
        match script(name) {
            Some(command) if is_placeholder(command) => {
                search
                    .notes
                    .push(format!("{MANIFEST}: the script {name} is npm's placeholder and no {name}"));
            }
            Some(command) => gates.push(script_gate(name, kind, manager, command, &manifest, search)),
            None => {}
        }
    }
    if !gates.is_empty() && has_dependencies(&manifest) {
        let (run, reason) = manager.install(tree, &manifest);
        let mut setup = gate("setup", GateKind::Setup, run, reason);
        setup.cache = vec!["node_modules".to_owned()];
        gates.insert(0, setup);
    }
    gates
}

/// Where reports are written.
const TESTS: &str = "conductor-tests.json";
const COVERAGE: &str = "conductor-coverage/lcov.info";

/// The gate of a script. Where the script calls one known program last, that is told to write what can be read: what
/// stands behind the script's name is given to it.
fn script_gate(
    name: &str,
    kind: GateKind,
    manager: Manager,
    command: &str,
    manifest: &Value,
    search: &mut Search,
) -> GateSpec {
    let program = manager.program();
    let plain = |run: String| gate(name, kind, run, MANIFEST);
    let with = |arguments: &str| plain(format!("{program} run {name}{}{arguments}", manager.hands_on()));
    let measured = |tool: bool| search.coverage && tool;
    match (kind, runner(command)) {
        (GateKind::Test, Some(Runner::Vitest)) => {
            let tool =
                ["@vitest/coverage-v8", "@vitest/coverage-istanbul"].iter().any(|name| needs(manifest, name));
            let reports = format!("--run --reporter=default --reporter=json --outputFile.json={TESTS}");
            if measured(tool) {
                let cover =
                    "--coverage --coverage.reporter=lcov --coverage.reportsDirectory=conductor-coverage";
                let test = with_report(with(&format!("{reports} {cover}")), TestReader::Jest, TESTS);
                return with_coverage(test, CoverageForm::Lcov, COVERAGE);
            }
            with_report(with(&reports), TestReader::Jest, TESTS)
        }
        (GateKind::Test, Some(Runner::Jest)) => {
            let reports = format!("--json --outputFile={TESTS}");
            if measured(true) {
                let cover = "--coverage --coverageReporters=lcovonly --coverageDirectory=conductor-coverage";
                let test = with_report(with(&format!("{reports} {cover}")), TestReader::Jest, TESTS);
                return with_coverage(test, CoverageForm::Lcov, COVERAGE);
            }
            with_report(with(&reports), TestReader::Jest, TESTS)
        }
        (GateKind::Test, Some(Runner::Node)) => {
            let tap = |run: &str| {
                with_reader(
                    plain(format!("NODE_OPTIONS=\"$NODE_OPTIONS --test-reporter=tap\" {run}")),
                    TestReader::Tap,
                )
            };
            if measured(needs(manifest, "c8")) {
                let c8 = "npx c8 --reporter=lcovonly --reports-dir=conductor-coverage";
                return with_coverage(
                    tap(&format!("{c8} {program} run {name}")),
                    CoverageForm::Lcov,
                    COVERAGE,
                );
            }
            tap(&format!("{program} run {name}"))
        }
        (GateKind::Lint, Some(Runner::Eslint)) => {
            let lints = Some(LintSource { form: LintForm::Eslint, report: None });
            GateSpec { lints, ..with("--format json") }
        }
        (_, _) => plain(format!("{program} run {name}")),
    }
}

/// A program whose reports are known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Runner {
    Vitest,
    Jest,
    Node,
    Eslint,
}

/// The program that a script calls last, unless the script does something with what it prints, or asks it for a report
/// of its own.
fn runner(command: &str) -> Option<Runner> {
    let last = command.rsplit("&&").next()?.trim();
    let odd = ["|", ";", ">", "<", "$", "`", "&", "--watch", "--reporter", "--json", "--format", "-f "];
    if odd.iter().any(|sign| last.contains(sign)) {
        return None;
    }
    let mut words = last.split_whitespace();
    match (words.next()?, words.next()) {
        ("vitest", None | Some("run")) => Some(Runner::Vitest),
        ("vitest", Some(word)) if word.starts_with('-') => Some(Runner::Vitest),
        ("jest", _) => Some(Runner::Jest),
        ("node", Some("--test")) => Some(Runner::Node),
        ("eslint", _) => Some(Runner::Eslint),
        (_, _) => None,
    }
}

fn needs(manifest: &Value, package: &str) -> bool {
    let named = |key: &&str| manifest.get(key).and_then(|list| list.get(package)).is_some();
    ["devDependencies", "dependencies"].iter().any(named)
}

impl Manager {
    /// What stands between a script's name and arguments for it.
    fn hands_on(self) -> &'static str {
        match self {
            Self::Npm => " -- ",
            Self::Pnpm | Self::Yarn => " ",
        }
    }

    fn program(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pnpm => "pnpm",
            Self::Yarn => "yarn",
        }
    }

    /// The command that installs exactly what the lock file says, and the file that it goes by.
    fn install(self, tree: &dyn TreeView, manifest: &Value) -> (&'static str, &'static str) {
        let modern_yarn = has(tree, ".yarnrc.yml")
            || named_manager(manifest)
                .is_some_and(|name| name.starts_with("yarn@") && !name.starts_with("yarn@1"));
        let npm_lock = first(tree, &["package-lock.json", "npm-shrinkwrap.json"]);
        match self {
            Self::Npm => match npm_lock {
                Some(lock) => ("npm ci", lock),
                None => ("npm install --no-package-lock", MANIFEST),
            },
            Self::Pnpm if has(tree, "pnpm-lock.yaml") => ("pnpm install --frozen-lockfile", "pnpm-lock.yaml"),
            Self::Pnpm => ("pnpm install --no-lockfile", MANIFEST),
            Self::Yarn if modern_yarn => ("yarn install --immutable", "yarn.lock"),
            Self::Yarn if has(tree, "yarn.lock") => ("yarn install --frozen-lockfile", "yarn.lock"),
            Self::Yarn => ("yarn install --no-lockfile", MANIFEST),
        }
    }
}

fn manager(tree: &dyn TreeView, manifest: &Value) -> Manager {
    let named = named_manager(manifest).unwrap_or_default();
    if named.starts_with("pnpm@") {
        return Manager::Pnpm;
    }
    if named.starts_with("yarn@") {
        return Manager::Yarn;
    }
    match first(tree, &["pnpm-lock.yaml", "yarn.lock"]) {
        Some("pnpm-lock.yaml") if !named.starts_with("npm@") => Manager::Pnpm,
        Some("yarn.lock") if !named.starts_with("npm@") => Manager::Yarn,
        Some(_) | None => Manager::Npm,
    }
}

fn named_manager(manifest: &Value) -> Option<&str> {
    manifest.get("packageManager").and_then(Value::as_str)
}

/// `npm init` writes a script that prints this and fails.
fn is_placeholder(command: &str) -> bool {
    command.contains("Error: no test specified") || command.trim().is_empty()
}

fn has_dependencies(manifest: &Value) -> bool {
    ["dependencies", "devDependencies", "optionalDependencies", "workspaces"]
        .iter()
        .any(|key| manifest.get(key).is_some_and(|v| v.as_object().is_none_or(|map| !map.is_empty())))
}
