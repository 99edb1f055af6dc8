//! C and C++: `CMakeLists.txt`, and ctest where tests are declared.

use conductor_engine::gate::{GateKind, GateSpec, TestReader};

use super::{Search, TreeView, gate, text, with_reader};

const MANIFEST: &str = "CMakeLists.txt";

pub(super) fn find(tree: &dyn TreeView, _search: &mut Search) -> Vec<GateSpec> {
    let Some(manifest) = text(tree, MANIFEST) else { return Vec::new() };
    // A folder of that name under version control would be overwritten.
    let tracked = tree.files().keys().any(|path| path.starts_with("build/"));
    let dir = if tracked { "cmake-build" } else { "build" };
    let mut build =
        gate("build", GateKind::Build, format!("cmake -S . -B {dir} && cmake --build {dir}"), MANIFEST);
    build.cache = vec![dir.to_owned()];
    let mut gates = vec![build];
    let manifest = manifest.to_lowercase();
    if ["enable_testing", "include(ctest)", "add_test("].iter().any(|sign| manifest.contains(sign)) {
        // A relative report is placed in the folder of the build.
        let run = format!("ctest --test-dir {dir} --output-on-failure --output-junit conductor-tests.xml");
        let mut test = with_reader(gate("test", GateKind::Test, run, MANIFEST), TestReader::Junit);
        test.report = Some(format!("{dir}/conductor-tests.xml"));
        gates.push(test);
    }
    gates
}
