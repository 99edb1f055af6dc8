//! A long session: a journal of a million rows is folded, and one of 10,000 tasks is told.

use std::path::Path;

use conductor_engine::apply;
use conductor_engine::attempt::{AttemptEnd, AttemptReport, Usage};
use conductor_engine::effect::Verb;
use conductor_engine::event::{Event, Recorded, TaskChange};
use conductor_engine::evidence::EvidenceSummary;
use conductor_engine::ids::{EvidenceId, Oid, RunId, SessionId, TaskRef, Token, TreeId};
use conductor_engine::ledger::Grant;
use conductor_engine::session::{Candidate, Rules, Session, SessionOutcome, Standing, TaskFacts};
use conductor_host::driver::Journal as _;
use conductor_host::journal::Database;
use conductor_host::session::Setup;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::BenchError;
use super::report::Row;
use super::stage::Stage;

const ID: SessionId = SessionId(1);
const TASKS: u64 = 10_000;
/// Attempts of each run whose gates failed. With them a run has a hundred rows.
const FAILURES: u32 = 12;
/// Runs whose rows are written together.
const TOGETHER: usize = 100;

const FOLD_BAR_MS: f64 = 3000.0;
const STATUS_BAR_MS: f64 = 30.0;

pub(super) fn run(stage: &Stage) -> Result<Vec<Row>, BenchError> {
    let project = stage.folder("journal")?;
    stage.must(&project, &["git", "init", "--quiet", "--initial-branch", "main"])?;
    stage.must(&project, &["git", "commit", "--quiet", "--allow-empty", "--message", "Begin"])?;
    stage.must(&project, &[stage.ours("taskwerk"), "init".into()])?;
    stage.must(&project, &[stage.ours("taskwerk"), "add".into(), "Asked about".into()])?;
    let rows = write(&project.join(".taskwerk"), TASKS, FAILURES)?;
    let words = |rest: &[&str]| {
        let mut words = vec![stage.ours("conductor")];
        words.extend(rest.iter().map(Into::into));
        words
    };
    // It folds the session and does little else.
    let why = words(&["orchestrate", "why", "1"]);
    let why = stage.sample_few(|_| stage.measure(&project, &why))?;
    let fold = words(&["journal", "fold"]);
    let fold = stage.sample_few(|_| stage.measure(&project, &fold))?;
    let status = stage.sample(&project, &words(&["orchestrate", "status"]))?;
    let json = stage.sample(&project, &words(&["orchestrate", "status", "--json"]))?;
    Ok(vec![
        Row::cpu(format!("orchestrate why, {rows} rows"), why, Some(FOLD_BAR_MS)),
        Row::cpu(format!("journal fold with digests, {rows} rows"), fold, None),
        Row::cpu(format!("orchestrate status, {TASKS} tasks"), status, Some(STATUS_BAR_MS)),
        Row::cpu(format!("orchestrate status --json, {TASKS} tasks"), json, Some(STATUS_BAR_MS)),
    ])
}

/// Writes a session in which every task failed some times and then landed. Gives the number of its rows.
fn write(taskwerk: &Path, tasks: u64, failures: u32) -> Result<u64, BenchError> {
    let mut db = Database::open(taskwerk)?;
    let setup = setup()?;
    db.create_session(ID, &setup, at(0))?;
    let mut session = Session::new(ID, setup.rules, setup.base);
    let changes = (1..=tasks).map(|number| TaskChange::Is(facts(number))).collect();
    append(&mut db, &mut session, vec![Event::TasksChanged { changes }])?;
    let numbers: Vec<u64> = (1..=tasks).collect();
    for some in numbers.chunks(TOGETHER) {
        let mut events = Vec::new();
        for number in some {
            events.extend(life(*number, failures)?);
        }
        append(&mut db, &mut session, events)?;
    }
    append(&mut db, &mut session, vec![Event::SessionCompleted { outcome: SessionOutcome::AllDone }])?;
    Ok(session.seq)
}

fn append(db: &mut Database, session: &mut Session, events: Vec<Event>) -> Result<(), BenchError> {
    let mut rows = Vec::with_capacity(events.len());
    for event in events {
        let seq = session.seq + 1;
        let row = Recorded { seq, at: at(seq), event };
        apply(session, &row)?;
        rows.push(row);
    }
    Ok(db.append(ID, &rows, session)?)
}

/// Everything that happens to a run.
fn life(number: u64, failures: u32) -> Result<Vec<Event>, BenchError> {
    let run = RunId { session: ID, number };
    let (commit, tree) = (oid(number)?, tree(number)?);
    let candidate = Candidate { base: commit.clone(), tip: commit.clone(), tree: tree.clone() };
    let mut events = vec![
        Event::Queued { run, task: TaskRef(uid(number)) },
        Event::Dispatched { run },
        Event::Claimed { run, token: Token(number) },
        Event::Prepared { run, base: commit.clone() },
    ];
    for attempt in 1..=failures + 1 {
        let passed = attempt > failures;
        let feedback = (attempt > 1).then(|| "the gate `test` failed".to_owned());
        let evidence = EvidenceId(format!("{number:060x}{attempt:04x}"));
        let summary = summary(passed);
        events.extend([
            Event::AttemptBegun { run, number: attempt, feedback, grant: Grant::default() },
            Event::AttemptStarted { run },
            Event::AttemptEnded { run, report: report(), stop: false },
            Event::Snapshotted { run, number: attempt, commit: commit.clone(), tree: tree.clone() },
            Event::Collected { run, files: 3 },
            Event::CandidateBuilt { run, candidate: candidate.clone(), on: None },
            if passed {
                Event::GatesPassed { run, evidence, summary, by: None }
            } else {
                Event::GatesFailed { run, evidence, summary }
            },
        ]);
    }
    events.extend([
        Event::Accepted { run, by: None },
        Event::Landed { run, commit: commit.clone(), tip: commit },
        Event::StepDone { run, verb: Verb::CloseTask, note: None },
        Event::StepDone { run, verb: Verb::Tidy, note: None },
        Event::Ended { run },
    ]);
    Ok(events)
}

fn report() -> AttemptReport {
    AttemptReport {
        end: AttemptEnd::Finished { summary: "Wrote what the task asks for, with its tests.".to_owned() },
        usage: Usage { input_tokens: Some(1200), output_tokens: Some(300), cost_micros: Some(4500) },
        agent_session: None,
        working_ms: 61_000,
        contained: true,
        verdicts: Vec::new(),
    }
}

fn summary(passed: bool) -> EvidenceSummary {
    EvidenceSummary {
        passed,
        gates: 2,
        tests_run: Some(41),
        tampered: false,
        failed: if passed { Vec::new() } else { vec!["test".to_owned()] },
        signature: (!passed).then(|| "test|exit 1|assertion failed".to_owned()),
        feedback: if passed { String::new() } else { "assertion failed: left == right\n".repeat(5) },
        retried: false,
    }
}

fn facts(number: u64) -> TaskFacts {
    TaskFacts {
        task: TaskRef(uid(number)),
        id: format!("TASK-{number:03}"),
        title: format!("Task number {number} of the benchmark"),
        standing: Standing::Ready,
        urgency: 2,
        created_at: at(0),
        estimate_minutes: 60,
        depends_on: Vec::new(),
    }
}

fn setup() -> Result<Setup, BenchError> {
    Ok(Setup {
        version: Setup::VERSION,
        rules: Rules { max_consecutive_failures: FAILURES + 1, ladder: Vec::new(), ..Rules::new("bench", 1) },
        base: oid(0)?,
        target: "main".to_owned(),
        gates: Vec::new(),
        gates_digest: "none".to_owned(),
        require_tests: false,
        fresh: false,
        config: json!({}),
        replay: None,
    })
}

/// A tenth of a second a row.
fn at(row: u64) -> Timestamp {
    let since = SignedDuration::from_millis(i64::try_from(row).unwrap_or(i64::MAX).saturating_mul(100));
    Timestamp::UNIX_EPOCH.saturating_add(since).unwrap_or(Timestamp::MAX)
}

fn uid(number: u64) -> String {
    format!("00000000-0000-7000-8000-{number:012}")
}

fn oid(number: u64) -> Result<Oid, BenchError> {
    Oid::parse(&format!("{number:040x}")).map_err(|source| BenchError::Name { source })
}

fn tree(number: u64) -> Result<TreeId, BenchError> {
    TreeId::parse(&format!("{number:040x}")).map_err(|source| BenchError::Name { source })
}

#[cfg(test)]
mod tests {
    use conductor_engine::session::{Ending, Phase};

    use super::*;

    #[test]
    fn the_measured_session_is_one_that_the_engine_allows() {
        let dir = tempfile::tempdir().unwrap();
        // A run of the benchmark has a hundred rows; beside them are those of the tasks and of the end.
        assert_eq!(write(dir.path(), 3, FAILURES).unwrap(), 302);
        let db = Database::open(dir.path()).unwrap();
        let session = db.fold(ID).unwrap();
        assert_eq!((session.seq, session.runs.len(), session.open_runs().count()), (302, 3, 0));
        let landed = Ending::Landed { commit: oid(2).unwrap() };
        assert_eq!(db.runs(ID).unwrap()[1].landed_as.as_deref(), Some(oid(2).unwrap().as_str()));
        assert!(session.runs.values().any(|run| run.phase == Phase::Ended(landed.clone())));
    }
}
