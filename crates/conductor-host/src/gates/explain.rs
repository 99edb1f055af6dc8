//! What is read from a gate, in words for people.

use conductor_engine::gate::{CoverageForm, GateKind, GateSpec, LintForm, TestReader};

/// What is read from a gate when it has run, each as the rest of a sentence that begins with the gate's name; beyond the
/// exit of its command, which always counts.
pub fn reads(spec: &GateSpec) -> Vec<String> {
    let from =
        |report: Option<&String>| report.map_or_else(|| "its output".to_owned(), |path| format!("`{path}`"));
    let mut told = Vec::new();
    if let Some(reader) = spec.reader {
        told.push(format!("tests from {} ({})", from(spec.report.as_ref()), tests(reader)));
    } else if spec.kind == GateKind::Test {
        told.push("tests from its output, if a known program prints them".to_owned());
    }
    if let Some(source) = &spec.coverage {
        told.push(format!("coverage from {} ({})", from(Some(&source.report)), coverage(source.form)));
    }
    if let Some(source) = &spec.lints {
        told.push(format!("findings from {} ({})", from(source.report.as_ref()), lints(source.form)));
    }
    told
}

fn tests(reader: TestReader) -> &'static str {
    match reader {
        TestReader::Cargo => "cargo, nextest",
        TestReader::Pytest => "pytest",
        TestReader::Unittest => "unittest",
        TestReader::Go => "go test",
        TestReader::Tap => "TAP",
        TestReader::Jest => "JSON of jest or vitest",
        TestReader::Junit => "JUnit XML",
    }
}

fn coverage(form: CoverageForm) -> &'static str {
    match form {
        CoverageForm::Lcov => "lcov",
        CoverageForm::Cobertura => "Cobertura",
        CoverageForm::Jacoco => "JaCoCo",
        CoverageForm::Go => "Go's profile",
        CoverageForm::LlvmCov => "JSON of llvm-cov",
    }
}

fn lints(form: LintForm) -> &'static str {
    match form {
        LintForm::Sarif => "SARIF",
        LintForm::Clippy => "JSON of clippy",
        LintForm::Eslint => "JSON of eslint",
        LintForm::Ruff => "JSON of ruff",
    }
}
