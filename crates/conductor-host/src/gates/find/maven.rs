//! Java with Maven: `pom.xml`, by the project's own wrapper where it has one.

use conductor_engine::gate::{CoverageForm, GateKind, GateSpec, TestReader};

use super::{FileMode, Search, TreeView, gate, text, with_coverage, with_report};

const MANIFEST: &str = "pom.xml";

pub(super) fn find(tree: &dyn TreeView, search: &mut Search) -> Vec<GateSpec> {
    let Some(manifest) = text(tree, MANIFEST).filter(|text| text.contains("<project")) else {
        return Vec::new();
    };
    let maven = match tree.files().get("mvnw") {
        Some(FileMode::Executable) => "./mvnw",
        Some(FileMode::Plain) => "sh mvnw",
        Some(FileMode::Other) | None => "mvn",
    };
    let jacoco = manifest.contains("jacoco-maven-plugin");
    if search.coverage && !jacoco {
        search
            .notes
            .push("pom.xml: no tool that measures coverage is configured (jacoco-maven-plugin)".to_owned());
    }
    // The plug-in measures whenever tests run, and writes its report when it is asked.
    let report = if jacoco { " jacoco:report" } else { "" };
    let run = format!("{maven} -B test{report}");
    let test = with_report(
        gate("test", GateKind::Test, run, MANIFEST),
        TestReader::Junit,
        "**/target/surefire-reports/TEST-*.xml",
    );
    let test = if jacoco {
        with_coverage(test, CoverageForm::Jacoco, "**/target/site/jacoco/jacoco.xml")
    } else {
        test
    };
    vec![gate("build", GateKind::Build, format!("{maven} -B test-compile"), MANIFEST), test]
}
