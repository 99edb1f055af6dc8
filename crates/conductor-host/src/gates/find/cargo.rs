//! Rust: `Cargo.toml`.

use conductor_engine::gate::{CoverageForm, GateKind, GateSpec, LintForm, LintSource, TestReader};

use super::{Search, TreeView, first, gate, has, mentions, text, with_coverage, with_reader};

const MANIFEST: &str = "Cargo.toml";

/// Where a project configures nextest.
const NEXTEST: &str = ".config/nextest.toml";

/// Where the coverage report is written.
const COVERAGE: &str = "conductor-lcov.info";

pub(super) fn find(tree: &dyn TreeView, search: &mut Search) -> Vec<GateSpec> {
    let Some(manifest) = text(tree, MANIFEST) else { return Vec::new() };
    // Without it, cargo would mend a stale lock file by itself: a change that nobody reviewed.
    let locked = if has(tree, "Cargo.lock") { " --locked" } else { "" };
    let mut gates = vec![
        gate("build", GateKind::Build, format!("cargo build --workspace{locked}"), MANIFEST),
        test(tree, locked),
    ];
    // A project that does not configure these tools may never have run them.
    if let Some(file) = first(tree, &["rustfmt.toml", ".rustfmt.toml"]) {
        gates.push(gate("format", GateKind::Format, "cargo fmt --all --check", file));
    }
    let lints = manifest.contains("[lints") || manifest.contains("[workspace.lints");
    let clippy = first(tree, &["clippy.toml", ".clippy.toml"]).or(lints.then_some("lints in Cargo.toml"));
    if let Some(reason) = clippy {
        let run =
            format!("cargo clippy --workspace --all-targets --message-format=json{locked} -- -D warnings");
        let lints = Some(LintSource { form: LintForm::Clippy, report: None });
        gates.push(GateSpec { lints, ..gate("lint", GateKind::Lint, run, reason) });
    }
    gates.extend(coverage(tree, search, locked));
    for gate in gates.iter_mut().filter(|gate| gate.kind != GateKind::Format) {
        gate.cache = vec!["target".to_owned()];
    }
    gates
}

fn test(tree: &dyn TreeView, locked: &str) -> GateSpec {
    let (run, reason) = if has(tree, NEXTEST) {
        // nextest leaves out the tests in documentation, and cargo refuses to look for them where there is no library.
        let library = tree.files().keys().any(|path| path == "src/lib.rs" || path.ends_with("/src/lib.rs"));
        let doc = if library { format!(" && cargo test --workspace --doc{locked}") } else { String::new() };
        (format!("cargo nextest run --workspace --no-fail-fast{locked}{doc}"), NEXTEST)
    } else {
        (format!("cargo test --workspace --no-fail-fast{locked}"), MANIFEST)
    };
    with_reader(gate("test", GateKind::Test, run, reason), TestReader::Cargo)
}

/// The tools that measure coverage build everything once more, so they run only where they are asked for.
fn coverage(tree: &dyn TreeView, search: &mut Search, locked: &str) -> Option<GateSpec> {
    const PLACES: [&str; 5] = [MANIFEST, ".cargo/config.toml", "Makefile", "justfile", "CONTRIBUTING.md"];
    if let Some(file) = first(tree, &["tarpaulin.toml", ".tarpaulin.toml"]) {
        let run = format!("cargo tarpaulin --workspace{locked} --out Lcov --output-dir conductor-coverage");
        let report = "conductor-coverage/lcov.info";
        return Some(with_coverage(
            gate("coverage", GateKind::Coverage, run, file),
            CoverageForm::Lcov,
            report,
        ));
    }
    if !search.coverage {
        return None;
    }
    let mut places = PLACES.to_vec();
    places.extend(
        tree.files().keys().map(String::as_str).filter(|path| path.starts_with(".github/workflows/")),
    );
    let Some(file) = mentions(tree, &places, &["cargo llvm-cov", "cargo-llvm-cov"]) else {
        search.notes.push(
            "Cargo.toml: no tool that measures coverage is configured (cargo-llvm-cov or tarpaulin.toml)"
                .to_owned(),
        );
        return None;
    };
    let run = format!("cargo llvm-cov --workspace{locked} --lcov --output-path {COVERAGE}");
    Some(with_coverage(gate("coverage", GateKind::Coverage, run, file), CoverageForm::Lcov, COVERAGE))
}
