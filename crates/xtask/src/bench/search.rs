//! Files for a task in a repository of ten thousand files: with nothing remembered, and with other words when what was
//! read before is remembered.

use std::fmt::Write as _;
use std::path::Path;

use super::BenchError;
use super::report::{Figure, Row, mib};
use super::stage::Stage;

const FILES: usize = 10_000;
const FILES_A_FOLDER: usize = 40;
const COLD_BAR_MS: f64 = 300.0;
const WARM_BAR_MS: f64 = 50.0;
const PEAK_BAR_MIB: f64 = 120.0;

/// Subjects and their aspects: names are put together of them, as in a program.
const SUBJECTS: [&str; 16] = [
    "berth", "call", "cargo", "fee", "pilot", "crane", "manifest", "tariff", "tide", "invoice", "ledger",
    "queue", "vessel", "quay", "clerk", "permit",
];
const ASPECTS: [&str; 16] = [
    "store", "list", "view", "index", "reader", "writer", "error", "kind", "row", "count", "state", "event",
    "plan", "path", "name", "key",
];

pub(super) fn run(stage: &Stage) -> Result<Vec<Row>, BenchError> {
    let root = stage.folder("searched")?;
    for file in 0..FILES {
        let path = format!("part{}/area{}/file{file}.rs", file / 1_000, file / FILES_A_FOLDER % 25);
        stage.write(&root.join(path), &source(file))?;
    }
    let cold = stage.sample_each(|run| {
        let cache = stage.folder(&format!("search-cold-{run}"))?;
        stage.measure(&root, &words(stage, &root, &cache, "Search invoices by berth, tariff and clerk"))
    })?;
    let cache = stage.folder("search-warm")?;
    stage.must(&root, &words(stage, &root, &cache, "Search invoices by berth"))?;
    // Other words each time, so that other files are looked into.
    let warm = stage.sample_each(|run| {
        let pick = |of: [&'static str; 16], step: usize| {
            usize::try_from(run)
                .ok()
                .and_then(|run| of.get((run * 5 + step) % of.len()).copied())
                .unwrap_or_default()
        };
        let [one, other, third] = [0, 4, 9].map(|step| pick(SUBJECTS, step));
        let [aspect, kind] = [3, 11].map(|step| pick(ASPECTS, step));
        let title =
            format!("Keep the {aspect} of each {one} beside its {other}, and the {kind} of a {third}");
        stage.measure(&root, &words(stage, &root, &cache, &title))
    })?;
    let peak = cold.peak_bytes.max(warm.peak_bytes);
    Ok(vec![
        Row::cpu("search of 10,000 files, cold", cold, Some(COLD_BAR_MS)),
        Row::cpu("search of 10,000 files, warm", warm, Some(WARM_BAR_MS)),
        Row {
            name: "search, most memory".to_owned(),
            figure: Figure::PeakMib(mib(peak)),
            bar: Some(PEAK_BAR_MIB),
            cost: None,
            taskwarrior: None,
        },
    ])
}

fn words(stage: &Stage, root: &Path, cache: &Path, title: &str) -> [std::ffi::OsString; 4] {
    [stage.ours("examples/search"), root.into(), cache.into(), title.into()]
}

/// A file of some 3 KB, as a person might have written it.
fn source(file: usize) -> String {
    let mut text = String::new();
    for part in 0..12 {
        let pick = |step: usize| (file * 31 + part * 17 + step * 7) / (step + 1);
        let [subject, other] = [1, 2].map(|step| SUBJECTS[pick(step) % SUBJECTS.len()]);
        let [aspect, kind] = [3, 4].map(|step| ASPECTS[pick(step) % ASPECTS.len()]);
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "/// Gives the {aspect} of a {subject} by its {other}, or nothing where there is none.\n\
             pub fn {subject}_{aspect}_{file}_{part}(input: &{other}) -> Option<{kind}> {{\n    \
             let value = input.{subject}.iter().find(|row| row.{other} == {part})?;\n    \
             Some({kind}::from(value.clone()))\n}}\n\n",
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_of_a_usual_size_and_differ() {
        let size = source(7).len();
        assert!((2_000..5_000).contains(&size), "{size}");
        assert_ne!(source(7), source(8));
    }
}
