//! Go: `go.mod`.

use conductor_engine::gate::{CoverageForm, GateKind, GateSpec, TestReader};

use super::{Search, TreeView, gate, has, with_coverage, with_reader};

const MANIFEST: &str = "go.mod";

/// Where the coverage profile is written.
const COVERAGE: &str = "conductor-cover.out";

pub(super) fn find(tree: &dyn TreeView, search: &mut Search) -> Vec<GateSpec> {
    if !has(tree, MANIFEST) {
        return Vec::new();
    }
    // The plain form: it is also what a person and an agent read when a test fails.
    let test = if search.coverage {
        // The tool comes with the language.
        let run = format!("go test -v -coverpkg=./... -coverprofile={COVERAGE} ./...");
        with_coverage(gate("test", GateKind::Test, run, MANIFEST), CoverageForm::Go, COVERAGE)
    } else {
        gate("test", GateKind::Test, "go test -v ./...", MANIFEST)
    };
    vec![
        gate("build", GateKind::Build, "go build ./...", MANIFEST),
        gate("lint", GateKind::Lint, "go vet ./...", MANIFEST),
        with_reader(test, TestReader::Go),
    ]
}
