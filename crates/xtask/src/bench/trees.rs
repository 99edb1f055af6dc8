//! Snapshots and gate workspaces of ten thousand files, beside what git itself takes for the same.

use std::ffi::OsString;
use std::path::Path;

use super::BenchError;
use super::report::{Figure, Row};
use super::stage::{Sample, Stage};

const FILES: usize = 10_000;
const FILES_A_FOLDER: usize = 100;
/// Files that differ between one state and the next.
const CHANGED: usize = 50;
/// As a multiple of git's own CPU time.
const BAR: f64 = 1.2;

pub(super) fn run(stage: &Stage) -> Result<Vec<Row>, BenchError> {
    let folder = stage.folder("trees")?;
    let repository = folder.join("repository");
    fill(stage, &repository, 0, FILES)?;
    for words in [&["git", "init", "-q"][..], &["git", "add", "-A"], &["git", "commit", "-q", "-m", "one"]] {
        stage.must(&repository, words)?;
    }
    let first = commit(stage, &repository)?;
    fill(stage, &repository, 1, CHANGED)?;
    stage.must(&repository, &["git", "commit", "-q", "-a", "-m", "two"])?;
    let second = commit(stage, &repository)?;
    let place = stage.folder("trees/place")?;
    let ours = |words: &[&str]| -> Vec<OsString> {
        let mut all = vec![stage.ours("examples/trees")];
        all.extend(words.iter().map(OsString::from));
        all
    };
    let (repository_text, place_text) = (repository.to_string_lossy(), place.to_string_lossy());
    stage.must(&folder, &ours(&["prepare", &repository_text, &place_text]))?;
    // A driver opens its repository once, so that is taken off what the others cost.
    let open = stage.sample(&folder, &ours(&["open", &repository_text]))?;
    // Each run changes the same number of files before it is measured.
    let snapshot = stage.sample_each(|run| {
        fill(stage, &place.join("run"), run.saturating_add(2), CHANGED)?;
        let number = run.saturating_add(2).to_string();
        stage.measure(&folder, &ours(&["snapshot", &repository_text, &place_text, &number]))
    })?;
    let plain = folder.join("plain");
    stage.must(&folder, &["git", "clone", "-q", "repository", "plain"])?;
    let add = stage.sample_each(|run| {
        fill(stage, &plain, run.saturating_add(2), CHANGED)?;
        stage.measure(&plain, &["/bin/sh", "-c", "git add -A && git write-tree"])
    })?;
    let turn = |run: u32| if run.is_multiple_of(2) { &first } else { &second };
    let gate = stage.sample_each(|run| {
        stage.measure(&folder, &ours(&["gate", &repository_text, &place_text, turn(run)]))
    })?;
    let other = folder.join("other");
    stage.must(&folder, &["git", "clone", "-q", "repository", "other"])?;
    let checkout =
        stage.sample_each(|run| stage.measure(&other, &["git", "checkout", "-q", "--detach", turn(run)]))?;
    Ok(vec![
        beside("snapshot of 10,000 files, 50 changed", without(snapshot, open), add),
        beside("gate workspace of 10,000 files", without(gate, open), checkout),
    ])
}

/// Writes the first `count` files anew, as `version` has them.
fn fill(stage: &Stage, root: &Path, version: u32, count: usize) -> Result<(), BenchError> {
    for file in 0..count {
        let path = format!("part{}/file{file}.txt", file / FILES_A_FOLDER);
        stage.write(&root.join(path), &format!("file {file}, version {version}\n").repeat(40))?;
    }
    Ok(())
}

fn commit(stage: &Stage, repository: &Path) -> Result<String, BenchError> {
    let name = stage.must(repository, &["git", "rev-parse", "HEAD"])?;
    Ok(String::from_utf8_lossy(&name).trim().to_owned())
}

/// What one sample cost beyond another.
fn without(all: Sample, part: Sample) -> Sample {
    Sample {
        cpu: all.cpu.saturating_sub(part.cpu),
        wall: all.wall.saturating_sub(part.wall),
        peak_bytes: all.peak_bytes,
    }
}

fn beside(name: &str, ours: Sample, git: Sample) -> Row {
    Row {
        name: name.to_owned(),
        figure: Figure::TimesGit(ours.cpu.as_secs_f64() / git.cpu.as_secs_f64().max(f64::EPSILON)),
        bar: Some(BAR),
        cost: Some(ours),
        taskwarrior: None,
    }
}
