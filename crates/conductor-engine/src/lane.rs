//! The lane: the queue of runs whose work is to be merged, tested and landed, one after the other.
//!
//! Several candidates are in flight. The first is built on the session's tip, each other one on the candidate
//! before it, in the hope that this one passes: then its own test is worth what it would be worth on the tip,
//! for it is the same tree. A test of a candidate stands for all before it that are not tested yet: what is
//! landed is the tested tree, in one move of the branch. If it fails, halves are tested until the run to blame is
//! known (bisection), and only what stood on that one is built anew.

use crate::effect::Verb;
use crate::ids::RunId;
use crate::session::{Phase, Run, Session};

/// How many finished runs may wait in the lane for each job before nothing new is begun: work that nobody has
/// merged grows old.
const BACKLOG: usize = 3;

/// The lane as it stands.
#[derive(Debug)]
pub(crate) struct View<'s> {
    s: &'s Session,
    /// In the order of arrival.
    queue: Vec<&'s Run>,
    /// The run whose candidate is built next, and the one on whose candidate.
    next: Option<(&'s Run, Option<&'s Run>)>,
    /// By whose test those land that land next.
    head: Option<RunId>,
}

impl<'s> View<'s> {
    pub(crate) fn of(s: &'s Session) -> Self {
        let mut queue: Vec<&Run> = s.open_runs().filter(|run| run.lane_ticket.is_some()).collect();
        queue.sort_unstable_by_key(|run| (run.lane_ticket, run.id));
        let head = queue.first().filter(|first| first.has_passed()).map(|first| leader(first));
        let mut view = Self { s, queue, next: None, head };
        view.next = view.find_next_build();
        view
    }

    /// The candidates, each built on the one before it.
    pub(crate) fn stack(&self) -> impl Iterator<Item = &'s Run> + Clone + '_ {
        self.queue.iter().copied().filter(|run| run.has_candidate())
    }

    /// The run whose candidate is built next, and the one on whose candidate. One at a time, in order.
    pub(crate) fn next_build(&self) -> Option<(&'s Run, Option<&'s Run>)> {
        self.next
    }

    fn find_next_build(&self) -> Option<(&'s Run, Option<&'s Run>)> {
        let run = self.queue.iter().copied().find(|run| run.wants_candidate())?;
        let before = self.queue.iter().copied().take_while(|other| other.id != run.id);
        let on = before.filter(|other| other.has_candidate()).last();
        let room = self.stack().count() < self.s.rules.lane.depth();
        let sound = on.is_none() || (!run.patient && !self.stack().any(|other| other.red.is_some()));
        (room && sound).then_some((run, on))
    }

    /// The part of the stack that is not known to be good yet, in order.
    fn open(&self) -> Vec<&'s Run> {
        let all: Vec<&Run> = self.stack().collect();
        let good = all.iter().rposition(|run| run.has_passed()).map_or(0, |at| at + 1);
        all[good..].to_vec()
    }

    /// The candidates whose tests are to begin now.
    pub(crate) fn next_tests(&self) -> Vec<RunId> {
        let open = self.open();
        let under_way = self.stack().filter(|run| is_tested(run)).count();
        let slots = self.s.rules.lane.at_once.max(1).saturating_sub(under_way);
        if slots == 0 {
            return Vec::new();
        }
        if let Some(red) = open.iter().position(|run| run.red.is_some()) {
            // By halves, between the last that is good and the first that is not.
            let middle = open[..red].get(red.div_ceil(2).saturating_sub(1));
            return middle.filter(|run| !is_tested(run)).map(|run| run.id).into_iter().collect();
        }
        let from = open.iter().rposition(|run| is_tested(run)).map_or(0, |at| at + 1);
        let fresh = &open[from..];
        let step = fresh.len().div_ceil(slots).clamp(1, self.s.rules.lane.batch.max(1));
        fresh.chunks(step).take(slots).filter_map(|chunk| Some(chunk.last()?.id)).collect()
    }

    /// The run that is to blame for a failed test: the tree before it is good.
    pub(crate) fn to_blame(&self) -> Option<&'s Run> {
        self.open().first().copied().filter(|run| run.red.is_some())
    }

    /// The runs for which a passed test of `tested` stands, itself included.
    pub(crate) fn covered(&self, tested: RunId) -> Vec<RunId> {
        let open = self.open();
        let last = open.iter().position(|run| run.id == tested);
        last.map_or_else(Vec::new, |last| open[..=last].iter().map(|run| run.id).collect())
    }

    /// Whether the candidate stands on one that is not there any more.
    pub(crate) fn is_displaced(&self, run: &Run) -> bool {
        run.has_candidate() && run.on.is_some_and(|on| !self.s.runs.get(&on).is_some_and(Run::has_candidate))
    }

    /// Whether the test that stood for the run's is void.
    pub(crate) fn is_uncovered(&self, run: &Run) -> bool {
        run.has_passed()
            && run.covered_by.is_some_and(|by| !self.s.runs.get(&by).is_some_and(Run::has_passed))
    }

    /// Whether the run is of those that land next: the first one and all that land with it.
    pub(crate) fn is_at_head(&self, run: &Run) -> bool {
        self.head == Some(leader(run))
    }

    /// The runs that land together with `run`, in order, itself last; `None` while they are not all accepted, or
    /// when it is not the one by whose test they land.
    pub(crate) fn landing(&self, run: &Run) -> Option<Vec<&'s Run>> {
        if !self.is_at_head(run) || leader(run) != run.id {
            return None;
        }
        let all: Vec<&Run> = self.queue.iter().copied().filter(|other| leader(other) == run.id).collect();
        all.iter().all(|other| matches!(other.phase, Phase::Landing(_))).then_some(all)
    }

    /// Whether the run is in the lane and nothing is done for it now.
    pub(crate) fn only_waits(&self, run: &Run) -> bool {
        if run.lane_ticket.is_none() || run.asleep_until.is_some() {
            return false;
        }
        match &run.phase {
            Phase::Collecting => {
                run.wants_candidate() && self.next_build().is_none_or(|(next, _)| next.id != run.id)
            }
            Phase::Gating(_) => run.pending.is_empty(),
            Phase::Deciding(_) | Phase::Landing(_) => !self.is_at_head(run),
            Phase::Queued
            | Phase::Preparing
            | Phase::Working(_)
            | Phase::Waiting { .. }
            | Phase::Held(_)
            | Phase::Stopping(_)
            | Phase::Ended(_) => false,
        }
    }

    /// Whether the run uses one of the session's slots.
    pub(crate) fn uses_slot(&self, run: &Run) -> bool {
        match run.phase {
            Phase::Preparing | Phase::Working(_) | Phase::Stopping(_) => true,
            Phase::Collecting | Phase::Gating(_) | Phase::Deciding(_) | Phase::Landing(_) => {
                !self.only_waits(run)
            }
            Phase::Queued | Phase::Waiting { .. } | Phase::Held(_) | Phase::Ended(_) => false,
        }
    }

    /// How many finished runs wait, when they are too many for more to be begun.
    pub(crate) fn backlog(&self) -> Option<usize> {
        let waiting = self.queue.iter().filter(|run| self.only_waits(run)).count();
        (waiting >= BACKLOG * self.s.rules.jobs.max(1)).then_some(waiting)
    }

    /// How many stand before `run` in the lane.
    pub(crate) fn ahead(&self, run: &Run) -> usize {
        self.queue.iter().take_while(|other| other.id != run.id).count()
    }
}

/// By whose test the run lands.
fn leader(run: &Run) -> RunId {
    run.covered_by.unwrap_or(run.id)
}

fn is_tested(run: &Run) -> bool {
    matches!(run.phase, Phase::Gating(_)) && run.pending.first() == Some(&Verb::Gates)
}
