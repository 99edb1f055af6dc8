//! JavaScript and TypeScript: the scripts of `package.json`, run by the package manager whose lock file is there.

use conductor_engine::gate::{GateKind, GateSpec};
use serde_json::Value;

use super::{TreeView, first, gate, has, text};

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

pub(super) fn find(tree: &dyn TreeView, notes: &mut Vec<String>) -> Vec<GateSpec> {
    let Some(manifest) = text(tree, MANIFEST) else { return Vec::new() };
    let Ok(manifest) = serde_json::from_str::<Value>(&manifest) else {
        notes.push(format!("{MANIFEST}: not read, since it is not valid JSON"));
        return Vec::new();
    };
    let manager = manager(tree, &manifest);
    let script = |name: &str| manifest.pointer("/scripts").and_then(|s| s.get(name)).and_then(Value::as_str);
    let mut gates = Vec::new();
    for (name, kind) in SCRIPTS {
        match script(name) {
            Some(command) if is_placeholder(command) => {
                notes.push(format!("{MANIFEST}: the script {name} is npm's placeholder and no {name}"));
            }
            Some(_) => gates.push(gate(name, kind, format!("{} run {name}", manager.program()), MANIFEST)),
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

impl Manager {
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
