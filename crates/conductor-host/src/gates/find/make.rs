//! Targets of a Makefile.

use conductor_engine::gate::{GateKind, GateSpec};

use super::{TreeView, first, gate, text};

pub(super) fn find(tree: &dyn TreeView) -> Vec<GateSpec> {
    let Some(file) = first(tree, &["GNUmakefile", "makefile", "Makefile"]) else { return Vec::new() };
    let makefile = text(tree, file).unwrap_or_default();
    let targets: Vec<&str> = makefile.lines().flat_map(targets).collect();
    let has = |name: &str| targets.contains(&name);
    let mut gates = Vec::new();
    for (name, kind) in [("build", GateKind::Build), ("lint", GateKind::Lint)] {
        if has(name) {
            gates.push(gate(name, kind, format!("make {name}"), file));
        }
    }
    // `check` is what GNU projects call their tests; where both are there, it mostly is the larger one.
    if let Some(target) = ["test", "check"].into_iter().find(|name| has(name)) {
        gates.push(gate("test", GateKind::Test, format!("make {target}"), file));
    }
    gates
}

/// The targets that a line defines: `a b: c` has a and b; an assignment, a recipe and a comment have none.
fn targets(line: &str) -> Vec<&str> {
    if line.starts_with(['\t', ' ', '#', '.']) {
        return Vec::new();
    }
    match line.split_once(':') {
        Some((names, rest)) if !rest.starts_with('=') && !rest.starts_with(":=") && !names.contains('=') => {
            names.split_whitespace().collect()
        }
        Some(_) | None => Vec::new(),
    }
}
