//! `orchestration.gates`: checks by name. An entry replaces or adds one; `null` takes one away.

use std::collections::BTreeMap;
use std::time::Duration;

use conductor_engine::gate::{CoverageForm, GateKind, LintForm, TestReader};
use serde_json::Value;

use super::reader::{Field, Section};

/// What the user's file says about one gate. What is absent stays as it was found, or has its default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GateConfig {
    /// The command line, for `/bin/sh -c`.
    pub run: Option<String>,
    /// What it is about; guessed from its name when absent.
    pub kind: Option<GateKind>,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// How its tests are read.
    pub reader: Option<TestReader>,
    /// The file that its tests are read from, relative to the workspace: JUnit XML, or the JSON of jest and vitest.
    pub report: Option<String>,
    /// The coverage report that it writes.
    pub coverage: Option<ReportConfig<CoverageForm>>,
    /// How its findings are read.
    pub lints: Option<ReportConfig<LintForm>>,
    /// Whether it may run beside the others of its phase that may.
    pub parallel: Option<bool>,
    /// How often it is run again by itself when it fails.
    pub retries: Option<u32>,
    /// Its place in the order; gates of a lower phase run first.
    pub phase: Option<u32>,
    /// Whether it may use the network.
    pub network: Option<bool>,
    /// Directories that may survive between gate workspaces, relative to the workspace.
    pub cache: Option<Vec<String>>,
}

/// What the user's file says about a report. `coverage: lcov.info` and `lints: clippy` are short for a section with
/// the one of the two keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportConfig<Form> {
    /// Its form; guessed from its name when absent.
    pub reader: Option<Form>,
    /// The file, relative to the workspace; `None` for the gate's output.
    pub report: Option<String>,
}

const COVERAGE: [(&str, CoverageForm); 5] = [
    ("lcov", CoverageForm::Lcov),
    ("cobertura", CoverageForm::Cobertura),
    ("jacoco", CoverageForm::Jacoco),
    ("go", CoverageForm::Go),
    ("llvm-cov", CoverageForm::LlvmCov),
];

const LINTS: [(&str, LintForm); 4] = [
    ("sarif", LintForm::Sarif),
    ("clippy", LintForm::Clippy),
    ("eslint", LintForm::Eslint),
    ("ruff", LintForm::Ruff),
];

pub(super) fn read_all(field: Field<'_>) -> BTreeMap<String, Option<GateConfig>> {
    field.entries(|name, entry| {
        let config = match entry.value() {
            Value::Null => None,
            Value::String(_) => Some(GateConfig { run: Some(entry.text()?), ..GateConfig::default() }),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                Some(GateConfig::read(entry.section()?))
            }
        };
        Some((name.to_owned(), config))
    })
}

impl GateConfig {
    fn read(mut section: Section<'_>) -> Self {
        let kinds = [
            ("setup", GateKind::Setup),
            ("build", GateKind::Build),
            ("format", GateKind::Format),
            ("lint", GateKind::Lint),
            ("test", GateKind::Test),
            ("coverage", GateKind::Coverage),
            ("custom", GateKind::Custom),
        ];
        let readers = [
            ("cargo", TestReader::Cargo),
            ("nextest", TestReader::Cargo),
            ("pytest", TestReader::Pytest),
            ("unittest", TestReader::Unittest),
            ("go", TestReader::Go),
            ("tap", TestReader::Tap),
            ("jest", TestReader::Jest),
            ("vitest", TestReader::Jest),
            ("junit", TestReader::Junit),
        ];
        let read = Self {
            run: section.take("run").and_then(|f| command(&f)),
            kind: section.take("kind").and_then(|f| f.choice(&kinds)),
            timeout: section.take("timeout").and_then(|f| f.duration()),
            reader: section.take("reader").and_then(|f| f.choice(&readers)),
            report: section.take("report").and_then(|f| inside(&f)),
            coverage: section.take("coverage").and_then(|f| coverage(&f)),
            lints: section.take("lints").and_then(|f| lints(&f)),
            parallel: section.take("parallel").and_then(|f| f.flag()),
            retries: section.take("retries").and_then(|f| f.whole(0, MOST_RETRIES)),
            phase: section.take("phase").and_then(|f| f.whole(0, 1000)),
            network: section.take("network").and_then(|f| f.flag()),
            cache: section.take("cache").and_then(|f| f.list(|entry| inside(&entry))),
        };
        section.finish();
        read
    }
}

/// A gate that has to be tried more often says nothing.
const MOST_RETRIES: u32 = 5;

/// A file, or a section with it: coverage is never read from an output.
fn coverage(field: &Field<'_>) -> Option<ReportConfig<CoverageForm>> {
    let Value::Object(_) = field.value() else {
        return Some(ReportConfig { reader: None, report: Some(inside(field)?) });
    };
    let mut section = field.section()?;
    let reader = section.take("reader").and_then(|f| f.choice(&COVERAGE));
    let report = section.require("report", "the file of the report").and_then(|f| inside(&f));
    section.finish();
    Some(ReportConfig { reader, report: Some(report?) })
}

/// The form of an output, or a section.
fn lints(field: &Field<'_>) -> Option<ReportConfig<LintForm>> {
    let Value::Object(_) = field.value() else {
        return Some(ReportConfig { reader: Some(field.choice(&LINTS)?), report: None });
    };
    let mut section = field.section()?;
    let reader = section.require("reader", "sarif, clippy, eslint or ruff").and_then(|f| f.choice(&LINTS));
    let report = section.take("report").and_then(|f| inside(&f));
    section.finish();
    Some(ReportConfig { reader: Some(reader?), report })
}

/// A command may have several lines, as YAML blocks do.
fn command(field: &Field<'_>) -> Option<String> {
    match field.value().as_str() {
        Some(text) if !text.trim().is_empty() && !text.contains('\0') => Some(text.trim_end().to_owned()),
        Some(_) | None => field.refuse("a command line"),
    }
}

/// A path that stays in the workspace.
fn inside(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    let ok = !text.starts_with('/')
        && text.trim_end_matches('/').split('/').all(|part| !matches!(part, "" | "." | ".." | ".git"));
    if ok { Some(text.trim_end_matches('/').to_owned()) } else { field.refuse("a path inside the workspace") }
}
