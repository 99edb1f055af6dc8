//! Go: `go.mod`.

use conductor_engine::gate::{GateKind, GateSpec, TestReader};

use super::{TreeView, gate, has, with_reader};

const MANIFEST: &str = "go.mod";

pub(super) fn find(tree: &dyn TreeView, _notes: &mut Vec<String>) -> Vec<GateSpec> {
    if !has(tree, MANIFEST) {
        return Vec::new();
    }
    vec![
        gate("build", GateKind::Build, "go build ./...", MANIFEST),
        gate("lint", GateKind::Lint, "go vet ./...", MANIFEST),
        // The plain form: it is also what a person and an agent read when a test fails.
        with_reader(gate("test", GateKind::Test, "go test -v ./...", MANIFEST), TestReader::Go),
    ]
}
