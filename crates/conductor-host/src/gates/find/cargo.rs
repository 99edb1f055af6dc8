//! Rust: `Cargo.toml`.

use conductor_engine::gate::{GateKind, GateSpec, TestReader};

use super::{TreeView, first, gate, has, text, with_reader};

const MANIFEST: &str = "Cargo.toml";

pub(super) fn find(tree: &dyn TreeView, _notes: &mut Vec<String>) -> Vec<GateSpec> {
    let Some(manifest) = text(tree, MANIFEST) else { return Vec::new() };
    // Without it, cargo would mend a stale lock file by itself: a change that nobody reviewed.
    let locked = if has(tree, "Cargo.lock") { " --locked" } else { "" };
    let mut gates = vec![
        gate("build", GateKind::Build, format!("cargo build --workspace{locked}"), MANIFEST),
        with_reader(
            gate("test", GateKind::Test, format!("cargo test --workspace --no-fail-fast{locked}"), MANIFEST),
            TestReader::Cargo,
        ),
    ];
    // A project that does not configure these tools may never have run them.
    if let Some(file) = first(tree, &["rustfmt.toml", ".rustfmt.toml"]) {
        gates.push(gate("format", GateKind::Format, "cargo fmt --all --check", file));
    }
    let lints = manifest.contains("[lints") || manifest.contains("[workspace.lints");
    let clippy = first(tree, &["clippy.toml", ".clippy.toml"]).or(lints.then_some("lints in Cargo.toml"));
    if let Some(reason) = clippy {
        let run = format!("cargo clippy --workspace --all-targets{locked} -- -D warnings");
        gates.push(gate("lint", GateKind::Lint, run, reason));
    }
    for gate in gates.iter_mut().filter(|gate| gate.kind != GateKind::Format) {
        gate.cache = vec!["target".to_owned()];
    }
    gates
}
