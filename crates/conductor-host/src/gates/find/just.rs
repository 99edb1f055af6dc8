//! Recipes of a justfile.

use conductor_engine::gate::{GateKind, GateSpec};

use super::{TreeView, first, gate, text};

pub(super) fn find(tree: &dyn TreeView) -> Vec<GateSpec> {
    let Some(file) = first(tree, &["justfile", "Justfile", ".justfile"]) else { return Vec::new() };
    let justfile = text(tree, file).unwrap_or_default();
    let recipes: Vec<&str> = justfile.lines().filter_map(recipe).collect();
    let has = |name: &str| recipes.contains(&name);
    let mut gates = Vec::new();
    for (name, kind) in [("build", GateKind::Build), ("lint", GateKind::Lint)] {
        if has(name) {
            gates.push(gate(name, kind, format!("just {name}"), file));
        }
    }
    if let Some(name) = ["test", "check"].into_iter().find(|name| has(name)) {
        gates.push(gate("test", GateKind::Test, format!("just {name}"), file));
    }
    gates
}

/// The recipe that a line begins: `test *args: build`. One that needs an argument cannot be run without it.
fn recipe(line: &str) -> Option<&str> {
    if line.starts_with([' ', '\t', '#', '[']) || line.contains(":=") {
        return None;
    }
    let (head, _) = line.split_once(':')?;
    let mut words = head.trim_start_matches('@').split_whitespace();
    let name = words.next()?;
    let optional = |word: &str| word.starts_with('*') || word.contains('=');
    words.all(optional).then_some(name)
}
