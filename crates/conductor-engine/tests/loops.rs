//! The labelled transcripts of `tests/loops`, seen by the detectors: no healthy one is stopped, and how many loops are
//! noticed stands in `docs/loops.md`.

#![expect(clippy::unwrap_used, reason = "what is malformed here is to fail the test")]
#![expect(clippy::disallowed_methods, reason = "the files are the suite's own")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use conductor_engine::agent_event::AgentEvent;
use conductor_engine::detect::{Fact, History, Verdict, VerdictKind, Watcher};
use serde::Deserialize;
use serde_json::Value;

/// The first line of a transcript.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    label: String,
    what: String,
    made: String,
    #[serde(default)]
    of: Vec<String>,
    verdict: Option<VerdictKind>,
    by: Option<u64>,
}

struct Case {
    name: String,
    head: Head,
    /// The first verdict, and the event that completed it, counted from 1.
    found: Option<(u64, Verdict)>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/loops")
}

fn first_verdict(lines: &str) -> Option<(u64, Verdict)> {
    let mut watcher = Watcher::default();
    let mut history = History::default();
    let mut verdicts = (1..).zip(lines.lines()).filter_map(|(number, line)| {
        let value: Value = serde_json::from_str(line).unwrap();
        let verdict = if value.get("fact").is_some() {
            let fact: Fact = serde_json::from_value(value).unwrap();
            history.take(&fact)
        } else {
            let event: AgentEvent = serde_json::from_value(value).unwrap();
            watcher.hear(&event)
        };
        verdict.map(|verdict| (number, verdict))
    });
    verdicts.next()
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for label in ["healthy", "looping"] {
        let mut files: Vec<PathBuf> =
            fs::read_dir(folder().join(label)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            let (head, lines) = text.split_once('\n').unwrap();
            let head: Head = serde_json::from_str(head).unwrap();
            let name = format!("{label}/{}", file.file_stem().unwrap().to_string_lossy());
            assert_eq!(head.label == "healthy", label == "healthy", "{name}");
            assert_eq!(head.verdict.is_some(), label == "looping", "{name}");
            cases.push(Case { name, found: first_verdict(lines), head });
        }
    }
    cases
}

#[test]
fn the_suite_is_large_enough_and_made_of_what_real_agents_did() {
    let cases = cases();
    let healthy = cases.iter().filter(|case| case.head.verdict.is_none()).count();
    let recorded = cases.iter().filter(|case| case.head.made == "recorded").count();
    assert!(healthy >= 24 && cases.len() - healthy >= 24, "{healthy} of {} are healthy", cases.len());
    assert!(recorded * 10 >= cases.len() * 4, "{recorded} of {} are recorded", cases.len());
    let wire = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conductor-host/tests/fixtures/wire");
    for case in &cases {
        let Head { made, of, what, .. } = &case.head;
        assert!(!what.is_empty() && matches!(made.as_str(), "recorded" | "written"), "{}", case.name);
        assert_eq!(made == "recorded", !of.is_empty(), "{}", case.name);
        for recording in of {
            assert!(wire.join(format!("{recording}.jsonl")).is_file(), "{}: {recording}", case.name);
        }
    }
}

#[test]
fn no_healthy_attempt_is_stopped() {
    let stopped: Vec<String> = cases()
        .into_iter()
        .filter(|case| case.head.verdict.is_none())
        .filter_map(|case| case.found.map(|(at, verdict)| format!("{} at event {at}: {verdict}", case.name)))
        .collect();
    assert!(stopped.is_empty(), "{stopped:#?}");
}

/// What became of the loops that are labelled with one verdict, or were found to be one.
#[derive(Default)]
struct Row {
    labelled: u32,
    in_time: u32,
    late: u32,
    missed: Vec<String>,
    false_alarms: u32,
}

fn table(cases: &[Case]) -> String {
    let mut rows: BTreeMap<VerdictKind, Row> = BTreeMap::new();
    for case in cases {
        let found = case.found.as_ref();
        let Some(expected) = case.head.verdict else {
            if let Some((_, verdict)) = found {
                rows.entry(verdict.kind).or_default().false_alarms += 1;
            }
            continue;
        };
        let row = rows.entry(expected).or_default();
        row.labelled += 1;
        match (found, case.head.by) {
            (Some((at, verdict)), Some(by)) if *at <= by && verdict.kind == expected => row.in_time += 1,
            (Some((_, verdict)), _) if verdict.kind == expected => row.late += 1,
            _ => row.missed.push(case.name.clone()),
        }
    }
    let mut table = String::from(
        "| verdict | loops | noticed in time | later | precision | recall | missed |\n|---|---|---|---|---|---|---|\n",
    );
    for (kind, row) in rows {
        let noticed = row.in_time + row.late;
        let percent =
            |part: u32, all: u32| (part * 100).checked_div(all).map_or("–".into(), |n| format!("{n} %"));
        let missed: Vec<String> = row.missed.iter().map(|name| format!("`{name}`")).collect();
        writeln!(
            table,
            "| {kind} | {} | {} | {} | {} | {} | {} |",
            row.labelled,
            row.in_time,
            row.late,
            percent(noticed, noticed + row.false_alarms),
            percent(noticed, row.labelled),
            missed.join(", ")
        )
        .unwrap();
    }
    table
}

#[test]
fn how_well_the_detectors_do_stands_in_the_documentation() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/loops.md");
    let page = fs::read_to_string(page).unwrap_or_default();
    let table = table(&cases());
    assert!(page.contains(&table), "docs/loops.md has to hold this table:\n{table}");
}
