//! A simulator of whole sessions: the real driver's turn, on a journal and a world in memory, in virtual time,
//! with faults at every effect: it fails, it is done but says that it failed, it is done twice, its answer
//! comes late or twice, and the driver dies before, inside or after it.

#![expect(clippy::expect_used, reason = "a simulator of tests panics where its own world is broken")]

mod checks;
mod dice;
mod parts;
mod repo;
mod shrink;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use conductor_engine::attempt::{AttemptEnd, AttemptReport, FailureClass, Usage};
use conductor_engine::control::{Actor, Control, Ruling};
use conductor_engine::detect::{Verdict, VerdictKind};
use conductor_engine::effect::{Effect, EffectKey, Outcome};
use conductor_engine::event::{Recorded, TaskChange};
use conductor_engine::ids::{ControlId, Epoch, RunId, SessionId, TaskRef};
use conductor_engine::session::{HoldKind, Session, Status};
use conductor_engine::{Input, Observation, apply};
use conductor_host::driver::{Core, lost_attempts};
use jiff::{SignedDuration, Timestamp};

use parts::{Job, MemoryJournal, OrderBook, Orders, rules};

pub use dice::Dice;
pub use parts::{Plan, Report};
pub use repo::{Repo, SimCommit};
pub use shrink::{Broken, check};
pub use world::{SimStatus, SimTask, World};

/// One session in a simulated world.
#[derive(Debug)]
pub struct Simulator {
    dice: Dice,
    plan: Plan,
    now: Timestamp,
    world: World,
    rows: MemoryJournal,
    orders: Orders,
    core: Core<MemoryJournal, Orders>,
    jobs: Vec<Job>,
    /// Answers on their way to the driver.
    mail: Vec<(Timestamp, Input)>,
    next_control: u64,
    kind: bool,
    crash: bool,
    report: Report,
    told_version: u64,
    /// Whether a stop was obeyed and nobody took the session up since.
    stopped: bool,
    /// Whether no person is there.
    alone: bool,
}

/// A session that was left alone, as it was found afterwards.
#[derive(Debug)]
pub struct Night {
    /// Its state.
    pub session: Session,
    /// All that was written down.
    pub rows: Vec<Recorded>,
    /// When it began.
    pub began: Timestamp,
    /// When it was looked at.
    pub until: Timestamp,
    /// Tasks that are done in the world.
    pub done: usize,
    /// What happened to it.
    pub report: Report,
}

impl Simulator {
    /// A session with as many tasks as `plan` says, some of which need others.
    pub fn new(plan: Plan) -> Self {
        let mut dice = Dice::new(plan.seed.wrapping_mul(31).wrapping_add(7));
        let mut world = World::default();
        world.version = 1;
        // Among many tasks each needs a few others, and not a quarter of all.
        let needs = if plan.tasks > 20 { 2_000 / plan.tasks } else { 250 };
        for n in 1..=plan.tasks {
            let depends_on =
                (1..n).filter(|_| dice.permille(needs)).map(|d| TaskRef(format!("t{d}"))).collect();
            let task = SimTask { status: SimStatus::Todo, claim: None, depends_on };
            world.tasks.insert(TaskRef(format!("t{n}")), task);
        }
        let rows = MemoryJournal::default();
        let orders = Orders::default();
        let session = Session::new(SessionId(1), rules(&plan), Repo::root());
        Self {
            dice,
            now: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24),
            world,
            core: Core::new(session, rows.clone(), orders.clone()),
            rows,
            orders,
            jobs: Vec::new(),
            mail: Vec::new(),
            next_control: 1,
            kind: false,
            crash: false,
            report: Report::default(),
            told_version: 0,
            stopped: false,
            alone: false,
            plan,
        }
    }

    /// Runs the schedule to its end and checks every promise on the way.
    ///
    /// # Panics
    /// When a promise is broken; the message has the seed.
    pub fn run(mut self) -> Report {
        self.turn(Vec::new());
        for _ in 0..self.plan.unkind_turns {
            self.step();
        }
        self.kind = true;
        for _ in 0..20_000 {
            if self.is_through() {
                self.check_end();
                return self.report;
            }
            self.step();
        }
        let open = self.core.session().open_runs().map(|run| (run.id, &run.phase, &run.pending));
        let open: Vec<_> = open.collect();
        panic!("seed {}: the session never ends: {:?}, {open:?}", self.plan.seed, self.core.session().status);
    }

    /// Leaves the session alone for so many hours, unless it comes to its end before: nobody answers, nobody helps, and
    /// everything that can go wrong does so now and then.
    ///
    /// # Panics
    /// When a promise is broken; the message has the seed.
    pub fn night(mut self, hours: i64) -> Night {
        let began = self.now;
        let until = began + SignedDuration::from_hours(hours);
        self.alone = true;
        self.turn(Vec::new());
        while self.now < until && !(self.core.is_finished() && self.mail.is_empty() && self.jobs.is_empty()) {
            self.step();
        }
        let done = self.world.tasks.values().filter(|task| task.status == SimStatus::Done).count();
        let rows = self.rows.0.borrow().clone();
        Night {
            session: self.core.session().clone(),
            rows,
            began,
            until: self.now,
            done,
            report: self.report,
        }
    }

    fn is_through(&mut self) -> bool {
        if !self.core.is_finished() || !self.mail.is_empty() || !self.jobs.is_empty() {
            return false;
        }
        let done = self.world.tasks.values().all(|t| t.status == SimStatus::Done)
            && matches!(self.core.session().status, Status::Completed { .. });
        if !done {
            // A person comes by: answers what waits, opens what was set aside, and takes the session up again.
            self.answer_holds();
            self.open_what_was_set_aside();
            self.control(Control::Resume);
        }
        done
    }

    fn open_what_was_set_aside(&mut self) {
        let held: BTreeSet<TaskRef> = self.core.session().open_runs().map(|r| r.task.clone()).collect();
        let aside: Vec<TaskRef> = self
            .world
            .tasks
            .iter()
            .filter(|(task, t)| {
                !held.contains(*task)
                    && t.claim.is_none()
                    && matches!(t.status, SimStatus::Blocked | SimStatus::Review | SimStatus::InProgress)
            })
            .map(|(task, _)| task.clone())
            .collect();
        for task in aside {
            self.world.person_forces(&task, SimStatus::Todo);
        }
    }

    fn answer_holds(&mut self) {
        let holds: Vec<_> = self.core.session().open_holds().map(|h| (h.id, h.run, h.kind)).collect();
        for (hold, run, kind) in holds {
            let ruling = if kind == HoldKind::Approval {
                self.world.accepted.insert(run);
                Ruling::Accept
            } else {
                Ruling::Retry { words: "try again".to_owned() }
            };
            self.control(Control::Answer { hold, ruling });
        }
    }

    fn control(&mut self, control: Control) {
        let id = ControlId(self.next_control);
        self.next_control += 1;
        self.mail.push((self.now, Input::Control(id, Actor("ann".to_owned()), control)));
    }

    /// One thing happens: something is due, a person acts, or time passes.
    fn step(&mut self) {
        if !self.kind && !self.alone && self.dice.permille(40) {
            self.person_acts();
        }
        let due = self.jobs.iter().map(|j| j.due).chain(self.mail.iter().map(|m| m.0)).min();
        let next = [due, self.core.next_deadline()].into_iter().flatten().min();
        if let Some(next) = next {
            self.now = self.now.max(next);
        }
        self.do_due_jobs();
        if self.crash {
            self.die();
            return;
        }
        let now = self.now;
        let (ready, rest) = std::mem::take(&mut self.mail).into_iter().partition(|(at, _)| *at <= now);
        self.mail = rest;
        let ready: Vec<(Timestamp, Input)> = ready;
        self.turn(ready.into_iter().map(|(_, input)| input).collect());
    }

    fn person_acts(&mut self) {
        match self.dice.roll(7) {
            0 => self.control(Control::Pause),
            1 => self.control(Control::Resume),
            2 if self.dice.permille(200) => self.control(Control::Stop { why: "enough".to_owned() }),
            3 if self.dice.permille(150) => self.world.repo.branch_moves(),
            4 if self.dice.permille(150) => {
                let pick = self.dice.roll(self.plan.tasks) + 1;
                let status = if self.dice.permille(500) { SimStatus::Done } else { SimStatus::Blocked };
                self.world.person_forces(&TaskRef(format!("t{pick}")), status);
            }
            _ => self.answer_holds(),
        }
    }

    fn turn(&mut self, mut inputs: Vec<Input>) {
        self.report.turns += 1;
        if self.told_version != self.world.version {
            self.told_version = self.world.version;
            inputs.push(Input::Tasks(self.world.facts().into_iter().map(TaskChange::Is).collect()));
        }
        let before: BTreeMap<RunId, u32> =
            self.core.session().runs.iter().map(|(id, r)| (*id, r.counters.failures)).collect();
        self.report.steps += 1 + inputs.len() as u64;
        let rows = self.core.turn(self.now, inputs).expect("the journal is in memory");
        self.report.events += u64::try_from(rows.len()).expect("a small number");
        rows.iter().for_each(|row| self.report.count(&row.event));
        self.check_counters(&before, &rows);
        self.check_blame(&rows);
        self.check_agents();
        self.check_stop(&rows);
        self.check_holds(&rows);
        self.take_orders();
    }

    fn take_orders(&mut self) {
        let book = std::mem::take(&mut *self.orders.0.borrow_mut());
        for (key, effect) in book.new {
            let run = key.run.expect("every effect has a run");
            assert!(
                !self.jobs.iter().any(|j| j.key.run == Some(run)),
                "seed {}: two effects of run {run} at once",
                self.plan.seed
            );
            let slow = matches!(effect, Effect::Attempt { .. } | Effect::Gates { .. });
            let most = if slow { 40 * 60 } else { 20 };
            let delay = i64::try_from(self.dice.roll(most)).expect("a small number");
            let due = self.now + SignedDuration::from_secs(delay);
            if matches!(effect, Effect::Attempt { .. }) {
                self.world.alive.insert(run);
                if !self.dice.permille(100) {
                    self.mail.push((self.now, Input::Seen(run, key.epoch, Observation::Started)));
                }
                self.observe(run, key.epoch, delay);
            }
            self.jobs.push(Job { key, effect, due, cancelled: false });
        }
        for key in book.cancelled {
            let now = self.now;
            if let Some(job) = self.jobs.iter_mut().find(|j| j.key == key) {
                job.cancelled = true;
                job.due = job.due.min(now + SignedDuration::from_secs(5));
            }
        }
    }

    /// A detector may find at any moment that the agent goes nowhere, also when it has ended already.
    fn observe(&mut self, run: RunId, epoch: Epoch, seconds: i64) {
        if self.kind || !self.dice.permille(80) {
            return;
        }
        let seen = if self.dice.permille(500) { Observation::Stalled } else { Observation::Looped };
        let most = u64::try_from(seconds).unwrap_or(0) + 60;
        let after = i64::try_from(self.dice.roll(most)).expect("a small number");
        self.mail.push((self.now + SignedDuration::from_secs(after), Input::Seen(run, epoch, seen)));
    }

    fn do_due_jobs(&mut self) {
        let now = self.now;
        let (due, rest) = std::mem::take(&mut self.jobs).into_iter().partition(|j| j.due <= now);
        self.jobs = rest;
        let due: Vec<Job> = due;
        for job in due {
            if self.crash {
                // It was never done: its driver is dead.
                continue;
            }
            self.do_job(job);
        }
    }

    fn do_job(&mut self, job: Job) {
        let run = job.key.run.expect("every effect has a run");
        let wrong = !self.kind && self.dice.permille(self.plan.faults);
        let how = if wrong { 1 + self.dice.roll(6) } else { 0 };
        if how == 1 {
            self.crash = true;
            return;
        }
        if how == 2 {
            // An attempt that fails has not begun, or was dropped with all that it had started.
            self.world.alive.remove(&run);
            self.report.failures += 1;
            let transient = !self.dice.permille(150);
            self.answer(job.key, Outcome::Failed { message: "no space left".to_owned(), transient });
            return;
        }
        let outcome = if matches!(job.effect, Effect::Attempt { .. }) {
            self.attempt(run, job.cancelled)
        } else {
            self.world.perform(run, &job.effect, &mut self.dice)
        };
        match how {
            3 => self.crash = true,
            4 => {
                // Done, but it says that it failed.
                self.world.alive.remove(&run);
                self.report.failures += 1;
                let message = "connection lost".to_owned();
                self.answer(job.key, Outcome::Failed { message, transient: true });
            }
            5 if !matches!(job.effect, Effect::Attempt { .. }) => {
                // Done twice; the second answer counts as well as the first.
                let again = self.world.perform(run, &job.effect, &mut self.dice);
                self.answer(job.key, outcome);
                self.late(job.key, again);
            }
            6 => {
                self.answer(job.key, outcome.clone());
                self.late(job.key, outcome);
            }
            _ => self.answer(job.key, outcome),
        }
    }

    fn answer(&mut self, key: EffectKey, outcome: Outcome) {
        self.mail.push((self.now, Input::Done(key, outcome)));
    }

    /// An answer that comes again when it is stale.
    fn late(&mut self, key: EffectKey, outcome: Outcome) {
        self.report.stale_answers += 1;
        let delay = i64::try_from(1 + self.dice.roll(600)).expect("a small number");
        self.mail.push((self.now + SignedDuration::from_secs(delay), Input::Done(key, outcome)));
    }

    fn attempt(&mut self, run: RunId, cancelled: bool) -> Outcome {
        self.world.agent_writes(run, &mut self.dice, self.kind);
        let mood = if self.kind { 99 } else { self.dice.roll(30) };
        let end = match mood {
            _ if cancelled => AttemptEnd::Cancelled,
            0 => AttemptEnd::Failed { class: FailureClass::Agent, message: "exit 1".to_owned() },
            1 => AttemptEnd::Failed { class: FailureClass::Transient, message: "reset".to_owned() },
            2 => AttemptEnd::Asked { question: "Which one?".to_owned() },
            3 => AttemptEnd::Blocked { reason: "No key".to_owned() },
            4 => AttemptEnd::RateLimited { until: Some(self.now + SignedDuration::from_mins(7)) },
            5 => AttemptEnd::RateLimited { until: None },
            6 => AttemptEnd::Looped,
            7 => AttemptEnd::Stalled,
            _ => AttemptEnd::Finished { summary: "done".to_owned() },
        };
        let contained = self.kind || !self.dice.permille(50);
        if contained {
            self.world.alive.remove(&run);
        }
        let why = "it went the same round of 2 steps 3 times".to_owned();
        let verdict = Verdict { kind: VerdictKind::Cycle, times: 3, why, seen: vec![1, 2, 3] };
        let told = end == AttemptEnd::Looped && self.dice.permille(500);
        let verdicts = told.then_some(verdict).into_iter().collect();
        let usage = Usage { input_tokens: Some(1_200), output_tokens: Some(300), cost_micros: Some(4_500) };
        let report =
            AttemptReport { working_ms: 1_000, contained, verdicts, usage, ..AttemptReport::nothing(end) };
        Outcome::Attempt(report)
    }

    /// The driver dies; a new one folds the journal and goes on.
    fn die(&mut self) {
        self.crash = false;
        self.report.crashes += 1;
        self.jobs.clear();
        // What people asked is in a table, and is read again by the next driver; answers die with the driver.
        self.mail.retain(|(_, input)| matches!(input, Input::Control(..)));
        self.world.driver_died();
        *self.orders.0.borrow_mut() = OrderBook::default();
        let mut session = Session::new(SessionId(1), rules(&self.plan), Repo::root());
        for row in self.rows.0.borrow().iter() {
            apply(&mut session, row).expect("the journal folds");
        }
        let lost = lost_attempts(&session, self.now);
        self.core = Core::new(session, self.rows.clone(), self.orders.clone());
        self.told_version = 0;
        self.turn(lost);
    }
}
