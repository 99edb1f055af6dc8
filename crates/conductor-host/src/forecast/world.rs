//! The world that a forecast plays in: tasks that take their time, agents that fail and ask, tests, a repository of
//! which only matters whose work is in which tree, and a person who answers.
//!
//! Unlike the simulator of the tests it is no adversary: every effect is carried out once, answers once, and what
//! git and the task store do takes no time.

use std::collections::{BTreeMap, BTreeSet};

use conductor_engine::Input;
use conductor_engine::attempt::{AttemptEnd, AttemptReport};
use conductor_engine::control::{Actor, Control, Ruling};
use conductor_engine::effect::{Effect, EffectKey, LandPart, Outcome, Stacked, Verdict};
use conductor_engine::event::{Event, TaskChange};
use conductor_engine::evidence::EvidenceSummary;
use conductor_engine::ids::{ControlId, EvidenceId, HoldId, Oid, RunId, TaskRef, Token, TreeId};
use conductor_engine::judgement::Judgement;
use conductor_engine::schedule::minutes;
use conductor_engine::session::{Candidate, HoldKind, Standing, TaskFacts};
use jiff::{SignedDuration, Timestamp};

use super::dice::{Dice, What};
use super::{Assumptions, BarKind, float};
use crate::driver::Perform;

/// What is left to do of a task whose work did not pass, or conflicts: its share of the whole.
const REWORK: f64 = 0.5;

/// Something that took time.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) kind: BarKind,
    pub(super) task: usize,
    pub(super) begin: Timestamp,
    pub(super) end: Timestamp,
}

/// Something that is due.
#[derive(Debug)]
enum Due {
    Answer(EffectKey, Outcome),
    News(Vec<TaskChange>),
    /// A person answers a hold.
    Ruling(HoldId, HoldKind),
    /// A person takes up a session that paused by itself.
    Resume,
}

/// How far a task has come.
#[derive(Debug, Clone)]
struct Progress {
    /// The share of the whole that is left of the present round.
    left: f64,
    /// How often an agent said that it is done.
    rounds: u32,
    tests: u32,
    /// Whether the work, as it is now, would not pass the gates.
    bad: bool,
    done: bool,
    /// How many tasks it still waits for.
    waits: usize,
}

/// See the module.
#[derive(Debug)]
pub(super) struct World<'t> {
    tasks: &'t [TaskFacts],
    place: BTreeMap<&'t TaskRef, usize>,
    after: Vec<Vec<usize>>,
    assumptions: Assumptions,
    dice: Dice,
    now: Timestamp,
    progress: Vec<Progress>,
    open: usize,
    task_of: BTreeMap<RunId, usize>,
    /// Trees whose tests cannot pass.
    bad: BTreeSet<TreeId>,
    tip: Oid,
    queue: BTreeMap<(Timestamp, u64), Due>,
    /// Numbers commits, trees, controls, and what is due at the same time.
    counter: u64,
    spans: Vec<Span>,
    /// The span of what is under way.
    under_way: BTreeMap<EffectKey, usize>,
}

impl<'t> World<'t> {
    pub(super) fn new(tasks: &'t [TaskFacts], assumptions: Assumptions, dice: Dice) -> Self {
        let place: BTreeMap<&TaskRef, usize> = tasks.iter().enumerate().map(|(n, t)| (&t.task, n)).collect();
        let mut after = vec![Vec::new(); tasks.len()];
        let mut progress = Vec::with_capacity(tasks.len());
        for (n, task) in tasks.iter().enumerate() {
            let needs: BTreeSet<usize> =
                task.depends_on.iter().filter_map(|on| place.get(on).copied()).collect();
            let waits = needs.len();
            needs.into_iter().for_each(|on| after[on].push(n));
            progress.push(Progress { left: 1.0, rounds: 0, tests: 0, bad: false, done: false, waits });
        }
        Self {
            tasks,
            place,
            after,
            assumptions,
            dice,
            now: Timestamp::UNIX_EPOCH,
            progress,
            open: tasks.len(),
            task_of: BTreeMap::new(),
            bad: BTreeSet::new(),
            tip: oid(0),
            queue: BTreeMap::new(),
            counter: 0,
            spans: Vec::new(),
            under_way: BTreeMap::new(),
        }
    }

    /// The tasks as the engine is told of them.
    pub(super) fn facts(&self) -> impl Iterator<Item = TaskFacts> {
        (0..self.tasks.len()).map(|n| self.fact(n))
    }

    fn fact(&self, n: usize) -> TaskFacts {
        let standing = match &self.progress[n] {
            Progress { done: true, .. } => Standing::Done,
            Progress { waits: 0, .. } => Standing::Ready,
            Progress { .. } => Standing::Waiting { on: Vec::new() },
        };
        TaskFacts { standing, ..self.tasks[n].clone() }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    pub(super) fn is_done(&self) -> bool {
        self.open == 0
    }

    pub(super) fn first_open(&self) -> Option<&'t TaskFacts> {
        self.tasks.iter().zip(&self.progress).find(|(_, p)| !p.done).map(|(task, _)| task)
    }

    /// What took time, by its beginning.
    pub(super) fn spans(&self) -> impl Iterator<Item = &Span> {
        self.spans.iter()
    }

    /// When the next thing is due.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.queue.first_key_value().map(|((at, _), _)| *at)
    }

    /// Moves the clock on, and takes out what is due.
    pub(super) fn due(&mut self, now: Timestamp) -> Vec<Input> {
        self.now = now;
        let mut inputs = Vec::new();
        while let Some(entry) = self.queue.first_entry().filter(|entry| entry.key().0 <= now) {
            match entry.remove() {
                Due::Answer(key, outcome) => {
                    self.under_way.remove(&key);
                    inputs.push(Input::Done(key, outcome));
                }
                Due::News(changes) => inputs.push(Input::Tasks(changes)),
                Due::Ruling(hold, kind) => {
                    let ruling = ruling(kind);
                    inputs.push(self.person(Control::Answer { hold, ruling }));
                    // A session in which only holds were left is over, and is taken up again.
                    inputs.push(self.person(Control::Resume));
                }
                Due::Resume => inputs.push(self.person(Control::Resume)),
            }
        }
        inputs
    }

    /// What a person has to do with: a hold, and a session that paused by itself.
    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else that happens needs a person")]
    pub(super) fn notice(&mut self, event: &Event) {
        match event {
            Event::HoldOpened { run, hold, kind, .. } => {
                let task = self.task_of.get(run).copied().unwrap_or(0);
                let end = later(self.now, self.assumptions.answer);
                self.spans.push(Span { kind: BarKind::Hold, task, begin: self.now, end });
                self.put(end, Due::Ruling(*hold, *kind));
            }
            Event::SessionPaused { .. } => self.put(later(self.now, self.assumptions.answer), Due::Resume),
            _ => {}
        }
    }

    fn person(&mut self, control: Control) -> Input {
        Input::Control(ControlId(self.fresh()), Actor("a person".to_owned()), control)
    }

    fn put(&mut self, at: Timestamp, due: Due) {
        let number = self.fresh();
        self.queue.insert((at, number), due);
    }

    fn fresh(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// Ends what takes time after `length`, and tells of it.
    fn takes(&mut self, key: EffectKey, kind: BarKind, length: SignedDuration, outcome: Outcome) {
        let task = key.run.and_then(|run| self.task_of.get(&run)).copied().unwrap_or(0);
        let end = later(self.now, length);
        self.under_way.insert(key, self.spans.len());
        self.spans.push(Span { kind, task, begin: self.now, end });
        self.put(end, Due::Answer(key, outcome));
    }

    fn attempt(&mut self, key: EffectKey, n: usize, number: u32) {
        let Assumptions { pace, spread, fail, ask, rate_limit, limit, .. } = self.assumptions;
        let dice = self.dice;
        let progress = &mut self.progress[n];
        let factor = dice.factor(spread, n, progress.rounds);
        let length = float(minutes(&self.tasks[n]).saturating_mul(60)) * pace * factor * progress.left;
        let limited = dice.happens(rate_limit, What::RateLimit, n, number);
        let asks = dice.happens(ask, What::Ask, n, number);
        let share = if limited || asks { dice.share(What::Moment, n, number) } else { 1.0 };
        let length =
            SignedDuration::try_from_secs_f64((length * share).round()).unwrap_or(SignedDuration::MAX);
        let end = if limited {
            AttemptEnd::RateLimited { until: Some(later(later(self.now, length), limit)) }
        } else if asks {
            AttemptEnd::Asked { question: "Which one?".to_owned() }
        } else {
            AttemptEnd::Finished { summary: String::new() }
        };
        if limited || asks {
            progress.left *= 1.0 - share;
        } else {
            progress.rounds += 1;
            progress.left = REWORK;
            progress.bad = dice.happens(fail, What::Fail, n, progress.rounds);
        }
        let working_ms = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
        let report = AttemptReport { working_ms, ..AttemptReport::nothing(end) };
        self.takes(key, BarKind::Attempt, length, Outcome::Attempt(report));
    }

    fn snapshot(&mut self, n: usize, number: u32) -> Outcome {
        let tree = self.tree(self.progress[n].bad);
        Outcome::Snapshot { number, commit: oid(self.fresh()), tree }
    }

    fn tree(&mut self, bad: bool) -> TreeId {
        let tree = tree_id(self.fresh());
        if bad {
            self.bad.insert(tree.clone());
        }
        tree
    }

    fn candidate(&mut self, n: usize, base: Oid, work: &TreeId, on: Option<Stacked>) -> Outcome {
        let tip = if on.is_some() { oid(self.fresh()) } else { self.tip.clone() };
        let round = self.progress[n].rounds;
        if tip != base && self.dice.happens(self.assumptions.conflict, What::Conflict, n, round) {
            return Outcome::Conflict { tip, paths: vec!["a file".to_owned()], marked: None, on };
        }
        // What is on the branch has passed; what is below in the lane may not.
        let below = on.as_ref().is_some_and(|below| self.bad.contains(&below.candidate.tree));
        let tree = self.tree(below || self.bad.contains(work));
        Outcome::Candidate { candidate: Candidate { base, tip, tree }, on }
    }

    fn test(&mut self, key: EffectKey, n: usize, tree: &TreeId) {
        let progress = &mut self.progress[n];
        progress.tests += 1;
        let accident = self.dice.happens(self.assumptions.accident, What::Accident, n, progress.tests);
        let passed = !accident && !self.bad.contains(tree);
        let summary = EvidenceSummary {
            passed,
            gates: 1,
            tests_run: Some(1),
            tampered: false,
            failed: if passed { Vec::new() } else { vec!["test".to_owned()] },
            signature: None,
            feedback: String::new(),
            retried: false,
        };
        let evidence = EvidenceId(self.fresh().to_string());
        self.takes(key, BarKind::Test, self.assumptions.test, Outcome::Gated { evidence, summary });
    }

    fn land(&mut self, with: &[LandPart]) -> Outcome {
        let with = with.iter().map(|part| (part.run, oid(self.fresh()))).collect();
        self.tip = oid(self.fresh());
        Outcome::Landed { commit: self.tip.clone(), tip: self.tip.clone(), with }
    }

    fn close(&mut self, n: usize) {
        if std::mem::replace(&mut self.progress[n].done, true) {
            return;
        }
        self.open -= 1;
        let mut changed = vec![n];
        for next in self.after[n].clone() {
            self.progress[next].waits -= 1;
            if self.progress[next].waits == 0 {
                changed.push(next);
            }
        }
        let news = changed.into_iter().map(|n| TaskChange::Is(self.fact(n))).collect();
        self.put(self.now, Due::News(news));
    }
}

impl Perform for World<'_> {
    fn start(&mut self, key: EffectKey, effect: Effect) {
        let Some(run) = key.run else { return };
        if let Effect::Claim { task } = &effect
            && let Some(n) = self.place.get(task)
        {
            self.task_of.insert(run, *n);
        }
        let Some(n) = self.task_of.get(&run).copied() else { return };
        let outcome = match effect {
            Effect::Attempt { number, .. } => return self.attempt(key, n, number),
            Effect::Gates { candidate, .. } => return self.test(key, n, &candidate.tree),
            Effect::Claim { .. } => Outcome::Claimed { token: Token(self.fresh()) },
            Effect::Worktree { base, .. } => {
                Outcome::Prepared { base: base.unwrap_or_else(|| self.tip.clone()) }
            }
            Effect::Snapshot { number, .. } => self.snapshot(n, number),
            Effect::Collect { .. } => Outcome::Collected { files: 1, unresolved: Vec::new() },
            Effect::Candidate { base, snapshot, on } => self.candidate(n, base, &snapshot.tree, on),
            Effect::Judge { .. } => Outcome::Judged(Box::new(Judgement::plain(Verdict::Accept))),
            Effect::Land { with, .. } => self.land(&with),
            Effect::CloseTask { .. } => {
                self.close(n);
                Outcome::Done
            }
            Effect::Tidy { .. } => Outcome::Tidied { kept: None },
            Effect::Stop | Effect::Report { .. } | Effect::Release { .. } | Effect::Notify { .. } => {
                Outcome::Done
            }
        };
        self.put(self.now, Due::Answer(key, outcome));
    }

    fn cancel(&mut self, key: EffectKey) {
        let Some(place) = self.queue.iter().find_map(|(place, due)| match due {
            Due::Answer(other, _) if *other == key => Some(*place),
            Due::Answer(..) | Due::News(_) | Due::Ruling(..) | Due::Resume => None,
        }) else {
            return;
        };
        if let Some(due) = self.queue.remove(&place) {
            self.put(self.now, due);
        }
        if let Some(span) = self.under_way.get(&key).and_then(|n| self.spans.get_mut(*n)) {
            span.end = self.now;
        }
    }
}

/// What a person says: words where words are asked for, and yes to what only needs a look.
fn ruling(kind: HoldKind) -> Ruling {
    match kind {
        HoldKind::Question | HoldKind::Blocker | HoldKind::Failures | HoldKind::Tamper => {
            Ruling::Retry { words: "go on".to_owned() }
        }
        HoldKind::Approval | HoldKind::Interactive | HoldKind::Budget => Ruling::Accept,
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// The `n`th commit.
#[expect(clippy::expect_used, reason = "forty digits are the name of an object")]
pub(super) fn oid(n: u64) -> Oid {
    Oid::parse(&format!("{n:040x}")).expect("forty hexadecimal digits")
}

#[expect(clippy::expect_used, reason = "forty digits are the name of an object")]
fn tree_id(n: u64) -> TreeId {
    TreeId::parse(&format!("{n:040x}")).expect("forty hexadecimal digits")
}
