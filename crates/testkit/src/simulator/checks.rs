//! The promises that hold at every step of a schedule and at its end.

use std::collections::{BTreeMap, BTreeSet};

use conductor_engine::event::{Event, Recorded};
use conductor_engine::ids::{RunId, TaskRef};
use conductor_engine::session::{Phase, Status};

use super::Simulator;

impl Simulator {
    /// Once a stop is obeyed, no agent begins before a person has taken the session up again.
    pub(super) fn check_stop(&mut self, rows: &[Recorded]) {
        for row in rows {
            if matches!(row.event, Event::StopAsked { .. }) {
                self.stopped = true;
            } else if matches!(row.event, Event::SessionResumed) {
                self.stopped = false;
            } else if matches!(row.event, Event::Dispatched { .. }) {
                assert!(!self.stopped, "seed {}: a stopped session dispatches", self.plan.seed);
            }
        }
    }

    /// No hold waits longer than it may, and none is closed by the clock before that.
    pub(super) fn check_holds(&self, rows: &[Recorded]) {
        let session = self.core.session();
        let Some(within) = session.rules.hold_deadline else { return };
        let seed = self.plan.seed;
        for hold in session.open_holds() {
            let waited = self.now.duration_since(hold.opened_at);
            assert!(waited < within, "seed {seed}: hold {} waits beyond its deadline", hold.id);
        }
        for row in rows {
            let Event::HoldExpired { hold, .. } = &row.event else { continue };
            let waited = row.at.duration_since(session.holds[hold].opened_at);
            assert!(waited >= within, "seed {seed}: hold {hold} was closed after {waited:#}");
        }
    }

    /// No more agents work than may, and no two for one task.
    pub(super) fn check_agents(&self) {
        let session = self.core.session();
        let working: Vec<_> =
            session.open_runs().filter(|run| matches!(run.phase, Phase::Working(_))).collect();
        let seed = self.plan.seed;
        assert!(working.len() <= session.rules.agents(), "seed {seed}: {} agents at once", working.len());
        let tasks: BTreeSet<_> = session.open_runs().map(|run| &run.task).collect();
        assert_eq!(tasks.len(), session.open_runs().count(), "seed {seed}: two runs of one task");
    }

    /// A failed test is put down to a run only when what it stands on is good and it is not.
    pub(super) fn check_blame(&self, rows: &[Recorded]) {
        for row in rows {
            let Event::GatesFailed { run, .. } = &row.event else { continue };
            let candidate = self.core.session().runs[run].candidate.as_ref().expect("it was tested");
            assert!(
                self.world.repo.is_to_blame(candidate),
                "seed {}: run {run} is blamed for what it did not do",
                self.plan.seed
            );
        }
    }

    /// Waiting, asking, and the death of the host never count as failures.
    pub(super) fn check_counters(&self, before: &BTreeMap<RunId, u32>, rows: &[Recorded]) {
        let mut charged: BTreeMap<RunId, u32> = BTreeMap::new();
        let mut cleared = BTreeSet::new();
        for row in rows {
            let Some(run) = row.event.run() else { continue };
            if matches!(row.event, Event::Faulted { .. } | Event::GatesFailed { .. }) {
                *charged.entry(run).or_default() += 1;
            }
            if matches!(row.event, Event::GatesPassed { .. } | Event::Requeued { .. }) {
                cleared.insert(run);
            }
        }
        for (id, run) in &self.core.session().runs {
            let most = before.get(id).copied().unwrap_or(0) + charged.get(id).copied().unwrap_or(0);
            let fits = if cleared.contains(id) {
                run.counters.failures <= most
            } else {
                run.counters.failures == most
            };
            assert!(fits, "seed {}: run {id} was charged for something else than a failure", self.plan.seed);
        }
    }

    pub(super) fn check_end(&self) {
        let seed = self.plan.seed;
        let mut landed: BTreeMap<&TaskRef, u32> = BTreeMap::new();
        for commit in &self.world.repo.branch {
            let Some(run) = self.core.session().runs.get(&commit.run) else { continue };
            assert!(
                self.world.repo.has_landed_whole(run.id),
                "seed {seed}: a part of the work of run {} is lost",
                run.id
            );
            *landed.entry(&run.task).or_default() += 1;
        }
        for (task, t) in &self.world.tasks {
            let commits = landed.get(task).copied().unwrap_or(0);
            let by_a_person = self.world.forced.contains(task);
            assert!(commits == 1 || by_a_person, "seed {seed}: {task} has {commits} commits");
            assert!(t.claim.is_none(), "seed {seed}: {task} is still claimed");
        }
        assert!(self.world.alive.is_empty(), "seed {seed}: processes are left");
        for run in self.world.repo.workspaces() {
            let kept = self.core.session().runs.get(&run).is_some_and(|r| r.kept.is_some());
            assert!(kept, "seed {seed}: the workspace of run {run} is left and nobody says why");
        }
        assert!(
            self.core.session().runs.values().all(|r| matches!(r.phase, Phase::Ended(_))),
            "seed {seed}: a run is not over"
        );
        assert!(matches!(self.core.session().status, Status::Completed { .. }), "seed {seed}");
    }
}
