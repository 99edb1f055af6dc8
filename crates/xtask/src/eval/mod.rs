//! How good the plans of the outline engine are, over a folder of documents with plans that people worked from.

mod pairs;
mod picture;
mod report;

use std::path::PathBuf;

use conductor_plan::{
    Document, DocumentError, OutlineOptions, Reference, ReferenceError, Score, Severity, lint, outline, score,
};
use thiserror::Error;

pub(crate) use report::Report;

/// What `cargo xtask eval` is asked.
#[derive(clap::Args)]
pub(crate) struct EvalOptions {
    /// A folder of pairs: NAME.prd.md or NAME.prd.txt, with NAME.tasks.json or NAME.reference.json
    folder: PathBuf,
    /// Where to write the figures, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where to draw them
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Also what was matched with what
    #[arg(long)]
    details: bool,
}

/// One document, planned and held against its reference.
pub(crate) struct Case {
    name: String,
    score: Score,
    /// Findings that would forbid the import.
    errors: usize,
    warnings: usize,
}

#[derive(Debug, Error)]
pub(crate) enum EvalError {
    #[error("failed to read {}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("failed to write {}: {source}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("{} holds no pair of a document (NAME.prd.md or .txt) and a reference (NAME.tasks.json or NAME.reference.json)", folder.display())]
    NoPairs { folder: PathBuf },
    #[error("failed to plan {name}: {source}")]
    Document { name: String, source: DocumentError },
    #[error("{name}: {source}")]
    Reference { name: String, source: ReferenceError },
    #[error("failed to write the figures as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Plans every document of the folder and writes what was asked for.
pub(crate) fn run(options: &EvalOptions) -> Result<Report, EvalError> {
    let found = pairs::find(&options.folder)?;
    let cases = found.iter().map(case).collect::<Result<Vec<_>, _>>()?;
    let report = Report::new(cases, options.details);
    let write = |path: &PathBuf, text: String| {
        std::fs::write(path, text).map_err(|source| EvalError::Write { path: path.clone(), source })
    };
    if let Some(path) = &options.json {
        write(path, report.json()?)?;
    }
    if let Some(path) = &options.svg {
        write(path, picture::draw(report.cases()))?;
    }
    Ok(report)
}

fn case(pair: &pairs::Pair) -> Result<Case, EvalError> {
    let read =
        |path: &PathBuf| std::fs::read(path).map_err(|source| EvalError::Read { path: path.clone(), source });
    let named = pair.document.file_name().unwrap_or_default().to_string_lossy();
    let document = Document::parse(&named, &read(&pair.document)?)
        .map_err(|source| EvalError::Document { name: pair.name.clone(), source })?;
    let reference = String::from_utf8_lossy(&read(&pair.reference)?).into_owned();
    let reference = Reference::parse(&reference, None)
        .map_err(|source| EvalError::Reference { name: pair.name.clone(), source })?;
    let plan = outline(&[document], &OutlineOptions::default());
    let findings = lint(&plan);
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    Ok(Case {
        name: pair.name.clone(),
        score: score(&plan, &reference),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
    })
}

#[cfg(test)]
mod tests;
