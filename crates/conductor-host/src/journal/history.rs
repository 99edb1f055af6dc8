//! What earlier sessions tell about how work goes here: counts over all journals.

use conductor_engine::attempt::AttemptEnd;
use conductor_engine::event::Event;
use conductor_engine::ids::TaskRef;

use super::read::from_json;
use super::{Database, JournalError};

/// Counts over all sessions in which agents worked. What was replayed from a recording says nothing about agents
/// and is not counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// Sessions with an attempt.
    pub sessions: u64,
    /// Attempts that ended by themselves or by a fault of their own.
    pub attempts: u64,
    /// Attempts whose work came to nothing: the agent failed, or the gates found so.
    pub failed: u64,
    /// Attempts that ended with a question, something missing or a refusal.
    pub asked: u64,
    /// Attempts that met the limit of a provider.
    pub rate_limited: u64,
    /// Merges with what others did.
    pub merges: u64,
    /// Those that conflicted and went back to an agent.
    pub conflicts: u64,
    /// Tests of candidates.
    pub tests: u64,
    /// Those that failed, and passed when they were run again.
    pub accidents: u64,
    /// Tests whose time is known.
    pub timed_tests: u64,
    /// The time of these, in milliseconds.
    pub test_ms: u64,
    /// For each run that landed its task, and how long agents worked on it, in milliseconds.
    pub landed: Vec<(TaskRef, u64)>,
}

impl History {
    #[expect(clippy::wildcard_enum_match_arm, reason = "only these are counted")]
    fn count(&mut self, event: &Event) {
        match event {
            Event::AttemptEnded { report, .. } => self.attempt(&report.end),
            Event::Faulted { .. } => self.failed += 1,
            Event::CandidateBuilt { .. } => self.merges += 1,
            Event::Conflicted { .. } => {
                self.merges += 1;
                self.conflicts += 1;
            }
            Event::GatesPassed { by: None, .. } | Event::GatesRed { .. } => self.tests += 1,
            Event::GatesRetried { .. } => {
                self.tests += 1;
                self.accidents += 1;
            }
            Event::GatesFailed { .. } => {
                self.tests += 1;
                self.failed += 1;
                // A failure that was met again was no accident.
                self.accidents = self.accidents.saturating_sub(1);
            }
            _ => {}
        }
    }

    fn attempt(&mut self, end: &AttemptEnd) {
        match end {
            AttemptEnd::Cancelled | AttemptEnd::Interrupted => return,
            AttemptEnd::Asked { .. } | AttemptEnd::Blocked { .. } | AttemptEnd::Refused { .. } => {
                self.asked += 1
            }
            AttemptEnd::RateLimited { .. } => self.rate_limited += 1,
            // What came of it is told by what follows.
            AttemptEnd::Finished { .. }
            | AttemptEnd::Failed { .. }
            | AttemptEnd::TimedOut
            | AttemptEnd::Stalled
            | AttemptEnd::Looped
            | AttemptEnd::OverBudget => {}
        }
        self.attempts += 1;
    }
}

impl Database {
    /// What earlier sessions tell.
    ///
    /// # Errors
    /// When the database cannot be read, or a row is a newer program's.
    pub fn history(&self) -> Result<History, JournalError> {
        let mut history = History::default();
        let mut sessions = std::collections::BTreeSet::new();
        let mut statement = self.db.prepare_cached(
            "SELECT j.session, j.seq, j.body FROM journal j JOIN orchestration_sessions s ON s.id = j.session
             WHERE s.setup ->> '$.replay' IS NULL AND j.kind IN ('attempt-ended', 'faulted', 'candidate-built',
                 'conflicted', 'gates-passed', 'gates-red', 'gates-retried', 'gates-failed')
             ORDER BY j.session, j.seq",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (session, seq, body): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            sessions.insert(session);
            history.count(&from_json(&body, format!("journal {session}/{seq}"))?);
        }
        history.sessions = u64::try_from(sessions.len()).unwrap_or(u64::MAX);
        self.tests_of(&mut history)?;
        self.landed_of(&mut history)?;
        Ok(history)
    }

    fn tests_of(&self, history: &mut History) -> Result<(), JournalError> {
        let mut statement = self.db.prepare_cached(
            "SELECT count(*), coalesce(sum(ms), 0) FROM
                 (SELECT (SELECT sum(gate.value ->> '$.duration_ms') FROM json_each(body, '$.gates') gate) AS ms
                  FROM evidence)
             WHERE ms IS NOT NULL",
        )?;
        let (count, ms): (i64, i64) = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        history.timed_tests = u64::try_from(count)?;
        history.test_ms = u64::try_from(ms)?;
        Ok(())
    }

    fn landed_of(&self, history: &mut History) -> Result<(), JournalError> {
        let mut statement = self.db.prepare_cached(
            "SELECT r.task_uid, r.body ->> '$.working_ms' FROM runs r
             JOIN orchestration_sessions s ON s.id = r.session
             WHERE r.ended AND r.body ->> '$.phase.ended.landed.commit' IS NOT NULL
                 AND s.setup ->> '$.replay' IS NULL
             ORDER BY r.session, r.number",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (task, ms): (String, i64) = (row.get(0)?, row.get(1)?);
            history.landed.push((TaskRef(task), u64::try_from(ms)?));
        }
        Ok(())
    }
}
