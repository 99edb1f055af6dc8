//! The task manager at 10,000 tasks, beside taskwarrior doing the same where it is installed.

use std::path::{Path, PathBuf};

use super::BenchError;
use super::data;
use super::report::{Figure, Row, mib};
use super::stage::{Sample, Stage};

/// A command of ours, its bar in milliseconds, and taskwarrior's command for the same.
struct Compared {
    name: &'static str,
    ours: &'static [&'static str],
    bar: Option<f64>,
    /// `None` where taskwarrior takes minutes.
    theirs: Option<&'static [&'static str]>,
}

const COMPARED: &[Compared] = &[
    Compared { name: "--version", ours: &["--version"], bar: Some(3.0), theirs: Some(&["--version"]) },
    Compared { name: "add", ours: &["add", "Measured"], bar: Some(6.0), theirs: Some(&["add", "Measured"]) },
    Compared {
        name: "list --all --json",
        ours: &["list", "--all", "--json"],
        bar: Some(40.0),
        theirs: Some(&["export"]),
    },
    Compared { name: "list", ours: &["list"], bar: None, theirs: None },
    Compared { name: "ready", ours: &["ready"], bar: Some(15.0), theirs: Some(&["ready"]) },
    Compared { name: "next", ours: &["next"], bar: Some(8.0), theirs: Some(&["next"]) },
];

const IMPORT_BAR_MS: f64 = 400.0;
const PEAK_BAR_MIB: f64 = 40.0;

pub(super) fn run(stage: &Stage) -> Result<Vec<Row>, BenchError> {
    let taskwarrior = stage.taskwarrior_version().is_some();
    let input = stage.folder("input")?;
    let (rows, their_rows) = (input.join("taskwerk.json"), input.join("taskwarrior.json"));
    stage.write(&rows, &data::taskwerk_rows())?;
    stage.write(&their_rows, &data::taskwarrior_rows())?;

    let (store, import) = import(stage, &rows)?;
    let their_import = taskwarrior.then(|| their_import(stage, &their_rows)).transpose()?;
    let mut measured = Vec::new();
    for compared in COMPARED {
        let ours = words(stage.ours("taskwerk"), compared.ours);
        let cost = stage.sample(&store, &ours)?;
        let theirs = compared.theirs.filter(|_| taskwarrior).map(|arguments| words("task", arguments));
        let beside = theirs.map(|words| stage.measure(&store, &words)).transpose()?;
        measured.push(
            Row::cpu(format!("taskwerk {}", compared.name), cost, compared.bar)
                .beside(beside.map(Sample::from)),
        );
    }
    measured.push(Row::cpu("taskwerk import, 10,000", import, Some(IMPORT_BAR_MS)).beside(their_import));
    let peak = measured.iter().filter_map(|row| row.cost).map(|cost| cost.peak_bytes).max().unwrap_or(0);
    measured.push(Row {
        name: "taskwerk, most memory".to_owned(),
        figure: Figure::PeakMib(mib(peak)),
        bar: Some(PEAK_BAR_MIB),
        cost: None,
        taskwarrior: None,
    });
    Ok(measured)
}

/// Imports into a new store each time; the last store serves the other figures.
fn import(stage: &Stage, rows: &Path) -> Result<(PathBuf, Sample), BenchError> {
    let mut store = PathBuf::new();
    let sample = stage.sample_each(|run| {
        store = stage.folder(&format!("store-{run}"))?;
        stage.must(&store, &words(stage.ours("taskwerk"), &["init"]))?;
        let mut import = words(stage.ours("taskwerk"), &["import", "--batch"]);
        import.push(rows.into());
        stage.measure(&store, &import)
    })?;
    Ok((store, sample))
}

/// Taskwarrior takes seconds for most of this, so that each of its commands runs once. Its one store is in its home.
fn their_import(stage: &Stage, rows: &Path) -> Result<Sample, BenchError> {
    let home = stage.folder("home")?;
    let mut import = words("task", &["import"]);
    import.push(rows.into());
    Ok(stage.measure(&home, &import)?.into())
}

fn words(program: impl Into<std::ffi::OsString>, arguments: &[&str]) -> Vec<std::ffi::OsString> {
    let mut words = vec![program.into()];
    words.extend(arguments.iter().map(Into::into));
    words
}
