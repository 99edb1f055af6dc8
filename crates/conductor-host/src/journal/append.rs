//! Writing: the rows of the journal and, in the same transaction, the tables that others read.

use conductor_engine::control::Ruling;
use conductor_engine::event::{Event, Recorded, TaskChange};
use conductor_engine::ids::{HoldId, RunId, SessionId};
use conductor_engine::session::{Ending, HoldKind, Phase, Session, SessionOutcome, Status};
use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};

use super::attempts::insert_attempt;
use super::{Database, JournalError, row_error, time_text, upcast};
use crate::driver::Journal;

/// Figures of a session, for people and for comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metrics {
    /// Tasks dispatched.
    pub tasks: u64,
    /// Tasks whose work landed.
    pub done: u64,
    /// Runs that wait for a person.
    pub held: u64,
    /// Attempts of agents.
    pub attempts: u64,
    /// Times that a person had to act.
    pub interventions: u64,
    /// Tokens that agents reported; `None` when none did.
    pub tokens: Option<u64>,
    /// Millionths of a US dollar that agents reported; `None` when none did.
    pub cost_micros: Option<u64>,
    /// Working time of agents, in seconds.
    pub working_seconds: u64,
    /// Git processes started by the driver so far.
    pub git_processes: u64,
    /// Durable transactions written by the driver so far, in both databases.
    pub durable_commits: u64,
}

impl Metrics {
    /// What the state itself tells; the driver adds what it counts.
    pub fn of(session: &Session) -> Self {
        let mut metrics = Self { tasks: session.dispatched, ..Self::default() };
        for run in session.runs.values() {
            metrics.done += u64::from(matches!(run.phase, Phase::Ended(Ending::Landed { .. })));
            metrics.held += u64::from(matches!(run.phase, Phase::Held(_)));
            metrics.attempts += u64::from(run.counters.attempts);
            metrics.interventions += u64::from(run.counters.interventions);
            metrics.working_seconds += run.working_ms / 1000;
            for tokens in [run.usage.input_tokens, run.usage.output_tokens].into_iter().flatten() {
                metrics.tokens = Some(metrics.tokens.unwrap_or(0) + tokens);
            }
            if let Some(cost) = run.usage.cost_micros {
                metrics.cost_micros = Some(metrics.cost_micros.unwrap_or(0) + cost);
            }
        }
        metrics
    }
}

impl Journal for Database {
    type Error = JournalError;

    fn append(&mut self, id: SessionId, rows: &[Recorded], after: &Session) -> Result<(), JournalError> {
        let tx = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        if let Some(first) = rows.first() {
            is_next(&tx, id, first.seq)?;
        }
        for row in rows {
            insert_row(&tx, id, row)?;
            project_event(&tx, id, row, after)?;
        }
        let at = rows.last().map(|r| time_text(r.at)).unwrap_or_default();
        for run in touched_runs(rows) {
            project_run(&tx, after, run, &at)?;
        }
        project_session(&tx, after, &at)?;
        tx.commit()?;
        self.commits += 1;
        Ok(())
    }
}

/// A checkpoint stands for rows that are no longer there to be in the way of another driver's.
fn is_next(tx: &Transaction<'_>, session: SessionId, seq: u64) -> Result<(), JournalError> {
    let taken = tx
        .prepare_cached("SELECT 1 FROM checkpoints WHERE session = ?1 AND seq >= ?2")?
        .exists(params![i64::try_from(session.0)?, i64::try_from(seq)?])?;
    if taken { Err(JournalError::Conflict { session, seq }) } else { Ok(()) }
}

fn insert_row(tx: &Transaction<'_>, session: SessionId, row: &Recorded) -> Result<(), JournalError> {
    let kind = serde_json::to_value(row.event.tag()).map_err(row_error("journal kind"))?;
    let kind = kind.as_str().unwrap_or_default();
    let body = serde_json::to_string(&row.event).map_err(row_error("journal body"))?;
    let inserted = tx
        .prepare_cached(
            "INSERT INTO journal (session, seq, at, kind, version, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            i64::try_from(session.0)?,
            i64::try_from(row.seq)?,
            time_text(row.at),
            kind,
            upcast::event_version(kind),
            body
        ])?;
    if inserted == 0 {
        return Err(JournalError::Conflict { session, seq: row.seq });
    }
    Ok(())
}

fn touched_runs(rows: &[Recorded]) -> Vec<RunId> {
    let mut runs: Vec<RunId> = rows.iter().filter_map(|r| r.event.run()).collect();
    runs.sort_unstable();
    runs.dedup();
    runs
}

pub(super) fn project_run(
    tx: &Transaction<'_>,
    after: &Session,
    id: RunId,
    at: &str,
) -> Result<(), JournalError> {
    let Some(run) = after.runs.get(&id) else { return Ok(()) };
    let phase = serde_json::to_value(run.phase.tag()).map_err(row_error("run phase"))?;
    let task = after.tasks.get(&run.task);
    let ending = ending(&run.phase);
    tx.prepare_cached(
        "INSERT INTO runs (session, number, task_uid, task_id, title, phase, ended, ending, landed_as, since, attempts,
                           failures, working_ms, evidence, hold, kept, updated_at, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
         ON CONFLICT DO UPDATE SET task_id = ?4, title = ?5, phase = ?6, ended = ?7, ending = ?8, landed_as = ?9,
             since = ?10, attempts = ?11, failures = ?12, working_ms = ?13, evidence = ?14, hold = ?15, kept = ?16,
             updated_at = ?17, body = ?18",
    )?
    .execute(params![
        i64::try_from(id.session.0)?,
        i64::try_from(id.number)?,
        run.task.0,
        task.map_or("", |task| &task.id),
        task.map_or("", |task| &task.title),
        phase.as_str().unwrap_or_default(),
        matches!(run.phase, Phase::Ended(_)),
        ending.map(ending_word),
        ending.and_then(|ending| match ending {
            Ending::Landed { commit } => Some(commit.as_str()),
            Ending::Rejected { .. } | Ending::Failed { .. } | Ending::Stopped { .. } | Ending::Superseded { .. } => None,
        }),
        time_text(run.since),
        run.counters.attempts,
        run.counters.failures,
        i64::try_from(run.working_ms)?,
        run.evidence.as_ref().map(|(id, _)| &id.0),
        held_by(&run.phase).map(|hold| i64::try_from(hold.0)).transpose()?,
        run.kept,
        at,
        serde_json::to_string(run).map_err(row_error("run body"))?
    ])?;
    Ok(())
}

fn ending(phase: &Phase) -> Option<&Ending> {
    if let Phase::Stopping(ending) | Phase::Ended(ending) = phase { Some(ending) } else { None }
}

fn held_by(phase: &Phase) -> Option<HoldId> {
    if let Phase::Held(hold) = phase { Some(*hold) } else { None }
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

/// Runs are told by the name and title that their tasks have now.
fn rename_runs(tx: &Transaction<'_>, session: SessionId, changes: &[TaskChange]) -> Result<(), JournalError> {
    let mut statement = tx.prepare_cached(
        "UPDATE runs SET task_id = ?3, title = ?4
         WHERE session = ?1 AND task_uid = ?2 AND (task_id <> ?3 OR title <> ?4)",
    )?;
    for change in changes {
        match change {
            TaskChange::Is(facts) => {
                statement.execute(params![i64::try_from(session.0)?, facts.task.0, facts.id, facts.title])?;
            }
            TaskChange::Deleted(_) => {}
        }
    }
    Ok(())
}

/// The four words that the sessions table knows.
pub(super) fn status_word(status: &Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Paused { .. } => "paused",
        Status::Completed { .. } => "completed",
        Status::Failed { .. } => "failed",
    }
}

fn outcome_word(status: &Status) -> Option<&'static str> {
    match status {
        Status::Completed { outcome } => Some(match outcome {
            SessionOutcome::AllDone => "all-done",
            SessionOutcome::HoldsLeft => "holds-left",
            SessionOutcome::Stopped => "stopped",
            SessionOutcome::Limit => "limit",
        }),
        Status::Active | Status::Paused { .. } | Status::Failed { .. } => None,
    }
}

pub(super) fn project_session(tx: &Transaction<'_>, after: &Session, at: &str) -> Result<(), JournalError> {
    let over = matches!(after.status, Status::Completed { .. } | Status::Failed { .. });
    let metrics = serde_json::to_string(&Metrics::of(after)).map_err(row_error("metrics"))?;
    // What the driver counts is kept: the state does not know it.
    tx.prepare_cached(
        "UPDATE orchestration_sessions SET status = ?2, outcome = ?3, ended_at = ?4,
             metrics = json_patch(?5, json_object(
                 'git_processes', metrics ->> 'git_processes',
                 'durable_commits', metrics ->> 'durable_commits'))
         WHERE id = ?1",
    )?
    .execute(params![
        i64::try_from(after.id.0)?,
        status_word(&after.status),
        outcome_word(&after.status),
        over.then_some(at),
        metrics
    ])?;
    Ok(())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "most events are not read by anybody but the engine")]
fn project_event(
    tx: &Transaction<'_>,
    session: SessionId,
    row: &Recorded,
    after: &Session,
) -> Result<(), JournalError> {
    let at = time_text(row.at);
    match &row.event {
        Event::TasksChanged { changes } if !after.runs.is_empty() => rename_runs(tx, session, changes)?,
        Event::ControlSeen { id, reply, .. } => {
            let reply = serde_json::to_string(reply).map_err(row_error("reply"))?;
            tx.prepare_cached("UPDATE controls SET reply = ?2 WHERE id = ?1")?
                .execute(params![i64::try_from(id.0)?, reply])?;
        }
        Event::HoldOpened { run, hold, kind, question, detail } => {
            insert_hold(tx, session, *run, (*hold, *kind, question, detail), &at)?;
            let content = if detail.is_empty() { question } else { detail };
            interaction(tx, session, after, *run, "question", content, &at)?;
        }
        Event::Requeued { run, hold, words, accepted_by, .. } => {
            let ruling = match accepted_by {
                Some(_) => Ruling::Accept,
                None => Ruling::Retry { words: words.clone().unwrap_or_default() },
            };
            rule(tx, session, *hold, &ruling)?;
            let content = words.as_deref().unwrap_or("accepted");
            interaction(tx, session, after, *run, "response", content, &at)?;
        }
        Event::HoldExpired { run, hold, why } => {
            rule(tx, session, *hold, &Ruling::Reject { why: why.clone() })?;
            interaction(tx, session, after, *run, "completion", why, &at)?;
        }
        Event::Ending { run, ending } => {
            let hold = after.runs.get(run).and_then(|r| r.hold).and_then(|id| after.holds.get(&id));
            if let Some((id, ruling)) = hold.and_then(|h| Some((h.id, h.ruling.as_ref()?))) {
                rule(tx, session, id, ruling)?;
            }
            let content = serde_json::to_string(ending).map_err(row_error("ending"))?;
            interaction(tx, session, after, *run, "completion", &content, &at)?;
        }
        Event::AttemptEnded { run, report, .. } => {
            // Its work is saved before the next one begins, so its number is still the run's last.
            let number = after.runs.get(run).map_or(0, |run| run.counters.attempts);
            insert_attempt(tx, *run, number, report, row.at)?;
        }
        Event::AttemptBegun { run, number, feedback, .. } => {
            let content = match feedback {
                Some(feedback) => format!("attempt {number}: {feedback}"),
                None => format!("attempt {number}"),
            };
            interaction(tx, session, after, *run, "assignment", &content, &at)?;
        }
        Event::Landed { run, commit, .. } => {
            interaction(tx, session, after, *run, "completion", &format!("landed as {commit}"), &at)?;
        }
        _ => {}
    }
    Ok(())
}

pub(super) fn insert_hold(
    tx: &Transaction<'_>,
    session: SessionId,
    run: RunId,
    (id, kind, question, detail): (HoldId, HoldKind, &str, &str),
    at: &str,
) -> Result<(), JournalError> {
    let kind = serde_json::to_value(kind).map_err(row_error("hold kind"))?;
    tx.prepare_cached(
        "INSERT INTO holds (session, id, run, kind, question, detail, opened_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        i64::try_from(session.0)?,
        i64::try_from(id.0)?,
        i64::try_from(run.number)?,
        kind.as_str().unwrap_or_default(),
        question,
        detail,
        at
    ])?;
    Ok(())
}

pub(super) fn rule(
    tx: &Transaction<'_>,
    session: SessionId,
    id: HoldId,
    ruling: &Ruling,
) -> Result<(), JournalError> {
    let ruling = serde_json::to_string(ruling).map_err(row_error("ruling"))?;
    tx.prepare_cached("UPDATE holds SET ruling = ?3 WHERE session = ?1 AND id = ?2 AND ruling IS NULL")?
        .execute(params![i64::try_from(session.0)?, i64::try_from(id.0)?, ruling])?;
    Ok(())
}

fn interaction(
    tx: &Transaction<'_>,
    session: SessionId,
    after: &Session,
    run: RunId,
    kind: &str,
    content: &str,
    at: &str,
) -> Result<(), JournalError> {
    let task = after.runs.get(&run).and_then(|r| after.tasks.get(&r.task)).map_or("", |t| t.id.as_str());
    tx.prepare_cached(
        "INSERT INTO agent_interactions (session_id, task_id, interaction_type, content, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![i64::try_from(session.0)?, task, kind, content, at])?;
    Ok(())
}
