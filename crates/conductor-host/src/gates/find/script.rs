//! Scripts that test a project, by the names that people give them.

use conductor_engine::gate::{GateKind, GateSpec};

use super::{FileMode, TreeView, gate};

/// The first one that is there is taken: the project's own word for "everything" before a part of it.
const NAMES: [&str; 9] = [
    ".ci/run",
    "check.sh",
    "test.sh",
    "scripts/check",
    "scripts/check.sh",
    "scripts/test",
    "scripts/test.sh",
    "tests/run.sh",
    "run_tests.sh",
];

pub(super) fn find(tree: &dyn TreeView) -> Vec<GateSpec> {
    for name in NAMES {
        let run = match tree.files().get(name) {
            Some(FileMode::Executable) => format!("./{name}"),
            // A script that may not be executed is still meant to be run.
            Some(FileMode::Plain) => format!("sh {name}"),
            Some(FileMode::Other) | None => continue,
        };
        return vec![gate("test", GateKind::Test, run, name)];
    }
    Vec::new()
}
