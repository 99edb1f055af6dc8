//! Plans of large documents by the built-in engine.

use std::path::PathBuf;

use super::BenchError;
use super::data;
use super::report::{Figure, Row, mib};
use super::stage::Stage;

const BAR_MS: f64 = 25.0;
const LARGE_BAR_MS: f64 = 2_000.0;
const LARGE_BAR_MIB: f64 = 200.0;
const PDF_BAR_MS: f64 = 3_000.0;
const PDF_PAGES: usize = 300;

pub(super) fn run(stage: &Stage) -> Result<Vec<Row>, BenchError> {
    let mut rows = Vec::new();
    let project = project(stage, "plan", data::document(50 * 1024).as_bytes(), "harbour.md")?;
    let cost = stage.sample(&project, &plan(stage, "harbour.md"))?;
    rows.push(Row::cpu("conductor plan decompose, 50 KB", cost, Some(BAR_MS)));

    let large =
        self::project(stage, "plan-large", data::document(10 * 1024 * 1024).as_bytes(), "harbour.md")?;
    let words = plan(stage, "harbour.md");
    let cost = stage.sample_few(|_| stage.measure(&large, &words))?;
    rows.push(Row::cpu("conductor plan decompose, 10 MB", cost, Some(LARGE_BAR_MS)));
    rows.push(Row {
        name: "conductor plan decompose, 10 MB, memory".to_owned(),
        figure: Figure::PeakMib(mib(cost.peak_bytes)),
        bar: Some(LARGE_BAR_MIB),
        cost: Some(cost),
        taskwarrior: None,
    });

    let book = self::project(stage, "plan-pdf", &testkit::pdf::long_document(PDF_PAGES), "harbour.pdf")?;
    let words = plan(stage, "harbour.pdf");
    let cost = stage.sample_few(|_| stage.measure(&book, &words))?;
    rows.push(Row::cpu(
        format!("conductor plan decompose, PDF of {PDF_PAGES} pages"),
        cost,
        Some(PDF_BAR_MS),
    ));
    Ok(rows)
}

/// A project with one document.
fn project(stage: &Stage, name: &str, document: &[u8], file: &str) -> Result<PathBuf, BenchError> {
    let project = stage.folder(name)?;
    stage.write_bytes(&project.join(file), document)?;
    stage.must(&project, &[stage.ours("taskwerk"), "init".into()])?;
    Ok(project)
}

fn plan(stage: &Stage, file: &str) -> Vec<std::ffi::OsString> {
    let plan = ["plan", "decompose", file, "--engine", "outline"].map(Into::into);
    std::iter::once(stage.ours("conductor")).chain(plan).collect()
}
