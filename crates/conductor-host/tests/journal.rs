//! Journals that real sessions wrote, of every version that was ever released: they are folded for ever.
//!
//! `RECORD_JOURNALS=FOLDER cargo test --workspace --test orchestrate recording` writes those of today's program.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use conductor_engine::control::Ruling;
use conductor_engine::session::{Ending, Phase, Session, Status};
use conductor_host::journal::{Folded, fold_export};

fn folder(path: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

fn fold(path: &Path) -> Folded {
    let file = BufReader::new(File::open(path).unwrap());
    fold_export(file).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What people care about in a state, in words of this test's own, which outlive the forms of the state.
fn summary(session: &Session) -> String {
    let status = match &session.status {
        Status::Active => "active",
        Status::Paused { .. } => "paused",
        Status::Completed { .. } => "completed",
        Status::Failed { .. } => "failed",
    };
    let mut lines = vec![status.to_owned()];
    for run in session.runs.values() {
        let task = &session.tasks[&run.task];
        let end = if let Phase::Ended(ending) = &run.phase { ending_word(ending) } else { "open" };
        let c = &run.counters;
        lines.push(format!(
            "{} {}: {end}; attempts {} failures {} interruptions {} rate limits {} interventions {}",
            run.id, task.id, c.attempts, c.failures, c.interruptions, c.rate_limits, c.interventions
        ));
    }
    for hold in session.holds.values() {
        let ruling = match &hold.ruling {
            None => "open",
            Some(Ruling::Accept) => "accepted",
            Some(Ruling::Retry { .. }) => "retried",
            Some(Ruling::Reject { .. }) => "rejected",
        };
        lines.push(format!("hold {}: {ruling}", hold.id));
    }
    lines.join("\n")
}

fn ending_word(ending: &Ending) -> &'static str {
    match ending {
        Ending::Landed { .. } => "landed",
        Ending::Rejected { .. } => "rejected",
        Ending::Failed { .. } => "failed",
        Ending::Stopped { .. } => "stopped",
        Ending::Superseded { .. } => "superseded",
    }
}

#[test]
fn recorded_sessions_fold_to_what_they_folded_to() {
    let journals = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/journal");
    let mut told = Vec::new();
    for version in folder(&journals).into_iter().filter(|path| !path.ends_with("forms")) {
        for file in folder(&version) {
            let folded = fold(&file);
            assert!(folded.agrees(), "{}: {:?} and not {:?}", file.display(), folded.found, folded.told);
            let name = file.strip_prefix(&journals).unwrap().display().to_string();
            told.push(format!("# {name}\n{}\n", summary(&folded.session)));
        }
    }
    insta::assert_snapshot!(told.join("\n"));
}
