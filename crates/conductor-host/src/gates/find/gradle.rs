//! Java and Kotlin with Gradle, by the project's own wrapper where it has one.

use conductor_engine::gate::{CoverageForm, GateKind, GateSpec, TestReader};

use super::{FileMode, Search, TreeView, first, gate, text, with_coverage, with_report};

const MANIFESTS: [&str; 4] = ["settings.gradle", "settings.gradle.kts", "build.gradle", "build.gradle.kts"];

pub(super) fn find(tree: &dyn TreeView, search: &mut Search) -> Vec<GateSpec> {
    let Some(manifest) = first(tree, &MANIFESTS) else { return Vec::new() };
    let gradle = match tree.files().get("gradlew") {
        Some(FileMode::Executable) => "./gradlew",
        Some(FileMode::Plain) => "sh gradlew",
        Some(FileMode::Other) | None => "gradle",
    };
    let builds: Vec<&String> = tree
        .files()
        .keys()
        .filter(|path| matches!(path.rsplit('/').next(), Some("build.gradle" | "build.gradle.kts")))
        .take(MOST_BUILDS)
        .collect();
    let jacoco = builds.iter().any(|path| text(tree, path).is_some_and(|text| text.contains("jacoco")));
    if search.coverage && !jacoco {
        search
            .notes
            .push(format!("{manifest}: no tool that measures coverage is configured (the plug-in jacoco)"));
    }
    let report = if jacoco { " jacocoTestReport" } else { "" };
    // Without a daemon: it would outlive the gate.
    let run = format!("{gradle} --no-daemon --continue test{report}");
    let test = with_report(
        gate("test", GateKind::Test, run, manifest),
        TestReader::Junit,
        "**/build/test-results/test/TEST-*.xml",
    );
    let test = if jacoco {
        with_coverage(test, CoverageForm::Jacoco, "**/build/reports/jacoco/test/*.xml")
    } else {
        test
    };
    vec![gate("build", GateKind::Build, format!("{gradle} --no-daemon testClasses"), manifest), test]
}

/// How many build files are looked into.
const MOST_BUILDS: usize = 50;
