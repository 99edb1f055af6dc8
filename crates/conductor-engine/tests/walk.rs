//! Random walks: whatever the world answers, in whatever order, the engine stays within its table, keeps its
//! promises, and comes to rest once the world behaves.

#![expect(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use conductor_engine::attempt::{AttemptEnd, AttemptReport, FailureClass, Usage};
use conductor_engine::control::{Actor, Control, Ruling};
use conductor_engine::detect::{self, VerdictKind};
use conductor_engine::effect::{Effect, EffectKey, Outcome, Refusal, Verb, Verdict};
use conductor_engine::event::{Event, EventTag, Recorded, TaskChange};
use conductor_engine::evidence::EvidenceSummary;
use conductor_engine::ids::{ControlId, EvidenceId, HoldId, Oid, RunId, SessionId, TaskRef, Token, TreeId};
use conductor_engine::judgement::Judgement;
use conductor_engine::ledger::{Budget, Limits, Quantity};
use conductor_engine::session::{
    Candidate, Ending, HoldKind, LaneRules, Phase, Rules, Run, Session, Standing, Status, Step, TaskFacts,
};
use conductor_engine::{
    Input, Observation, PhaseTag, TABLE, apply, decide, leads, next_deadline, wanted, why,
};
use jiff::{SignedDuration, Timestamp};

/// A small generator, so that a failing seed can be run again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn oid(n: u64) -> Oid {
    Oid::parse(&format!("{n:040x}")).unwrap()
}

fn tree(n: u64) -> TreeId {
    TreeId::parse(&format!("{n:040x}")).unwrap()
}

fn facts(n: u64, standing: Standing) -> TaskFacts {
    TaskFacts {
        task: TaskRef(format!("u{n}")),
        id: format!("TASK-{n:03}"),
        title: format!("Task {n}"),
        standing,
        urgency: u8::try_from(n % 4).unwrap(),
        created_at: Timestamp::from_second(i64::try_from(n).unwrap()).unwrap(),
        estimate_minutes: n * 10,
        depends_on: if n > 4 { vec![TaskRef(format!("u{}", n - 4))] } else { Vec::new() },
    }
}

fn verdict() -> detect::Verdict {
    let why = "it did the same 4 times".to_owned();
    detect::Verdict { kind: VerdictKind::SameResult, times: 4, why, seen: vec![7, 9] }
}

fn rules(jobs: usize) -> Rules {
    Rules::new("walker", jobs)
}

struct World {
    s: Session,
    now: Timestamp,
    next: u64,
    control: u64,
    seen: BTreeSet<(PhaseTag, EventTag, PhaseTag)>,
    landed: BTreeMap<TaskRef, u32>,
    /// Kinds of holds that were opened.
    holds: BTreeSet<String>,
    journal: Vec<Recorded>,
    /// No gates pass until the world is kind.
    stubborn: bool,
}

impl World {
    fn new(jobs: usize, tasks: u64, max_tasks: Option<u64>, auto_commit: bool) -> Self {
        Self::ruled(tasks, Rules { max_tasks, auto_commit, ..rules(jobs) })
    }

    fn ruled(tasks: u64, rules: Rules) -> Self {
        let mut world = Self {
            s: Session::new(SessionId(1), rules, oid(1)),
            now: Timestamp::from_second(1_700_000_000).unwrap(),
            next: 100,
            control: 0,
            seen: BTreeSet::new(),
            landed: BTreeMap::new(),
            holds: BTreeSet::new(),
            journal: Vec::new(),
            stubborn: false,
        };
        let changes = (1..=tasks).map(|n| TaskChange::Is(facts(n, Standing::Ready))).collect();
        world.tell(Input::Tasks(changes));
        world
    }

    fn fresh(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn tell(&mut self, input: Input) {
        for event in decide(&self.s, self.now, input) {
            let before =
                event.run().and_then(|id| self.s.runs.get(&id)).map_or(PhaseTag::None, |r| r.phase.tag());
            let row = Recorded { seq: self.s.seq + 1, at: self.now, event: event.clone() };
            apply(&mut self.s, &row).unwrap();
            self.journal.push(row);
            if let Some(run) = event.run() {
                let after = self.s.runs[&run].phase.tag();
                assert!(leads(before, event.tag(), after), "{before:?} {:?} {after:?}", event.tag());
                self.seen.insert((before, event.tag(), after));
            }
            match &event {
                Event::Landed { run, .. } => {
                    *self.landed.entry(self.s.runs[run].task.clone()).or_default() += 1;
                }
                Event::Dispatched { .. } if self.s.rules.ask_first.is_some() => {
                    assert!(self.s.runs.values().any(|run| run.let_start), "begun before anybody was asked");
                }
                Event::HoldOpened { kind, .. } => {
                    self.holds.insert(format!("{kind:?}"));
                }
                _ => {}
            }
        }
        self.check();
    }

    /// As a driver does: ticks until nothing more follows.
    fn tick(&mut self) {
        for _ in 0..100 {
            let before = self.s.seq;
            self.tell(Input::Tick);
            if self.s.seq == before {
                self.check_settled();
                return;
            }
        }
        panic!("ticking never ends: {:?}", self.journal.iter().rev().take(6).collect::<Vec<_>>());
    }

    /// What must hold in every state.
    fn check(&self) {
        let working: Vec<&Run> =
            self.s.runs.values().filter(|r| matches!(r.phase, Phase::Working(_))).collect();
        assert!(working.len() <= self.s.rules.agents(), "more agents than may work at once");
        for quantity in Quantity::ALL {
            let reserved: u64 = working.iter().map(|r| r.grant.reserved.of(quantity)).sum();
            assert_eq!(self.s.reserved.of(quantity), reserved, "{quantity:?} is set aside for nobody");
        }
        let mut tasks = BTreeSet::new();
        for run in self.s.open_runs() {
            assert!(tasks.insert(&run.task), "two open runs of one task");
            if let Phase::Held(hold) = run.phase {
                assert!(self.s.holds[&hold].ruling.is_none(), "a run waits on an answered hold");
            }
            if matches!(run.phase, Phase::Landing(_)) {
                let (_, summary) = run.evidence.as_ref().unwrap();
                assert!(summary.passed, "a run lands whose gates did not pass");
            }
        }
        for (key, _) in wanted(&self.s) {
            let run = &self.s.runs[&key.run.unwrap()];
            assert_eq!((run.epoch, run.pending.first()), (key.epoch, Some(&key.verb)));
        }
        assert!(self.landed.values().all(|n| *n == 1), "a task landed twice");
    }

    /// When nothing more follows, every candidate stands on the one before it, and no more are tested than may be.
    fn check_settled(&self) {
        let mut derived = self.s.clone();
        derived.reindex();
        assert_eq!(derived, self.s, "the index is not what the state says");
        let mut lane: Vec<&Run> = self.s.open_runs().filter(|r| r.lane_ticket.is_some()).collect();
        lane.sort_by_key(|r| (r.lane_ticket, r.id));
        let mut below: Option<&Run> = None;
        for run in lane.iter().filter(|r| r.has_candidate()) {
            let on = run.on.map(|id| &self.s.runs[&id]);
            assert_eq!(on.map(|r| r.id), below.map(|r| r.id), "{} stands on the wrong candidate", run.id);
            below = Some(run);
        }
        let tested = lane.iter().filter(|r| r.pending.first() == Some(&Verb::Gates)).count();
        assert!(tested <= self.s.rules.lane.at_once, "{tested} tests at once");
        assert!(lane.iter().filter(|r| r.has_candidate()).count() <= self.s.rules.lane.depth());
        for hold in self.s.open_holds() {
            let closes = self.s.rules.hold_deadline.map(|within| hold.opened_at + within);
            assert!(closes.is_none_or(|at| at > self.now), "hold {} waits beyond its deadline", hold.id);
        }
        let landing = wanted(&self.s).into_keys().filter(|k| k.verb == Verb::Land).count();
        assert!(landing <= 1, "two land at once");
    }

    fn stand(&mut self, task: &TaskRef, standing: Standing) {
        let mut facts = self.s.tasks[task].clone();
        facts.standing = standing;
        self.tell(Input::Tasks(vec![TaskChange::Is(facts)]));
    }

    /// Answers one effect; with `kind` false, in any way that the world may.
    fn answer(&mut self, dice: &mut Dice, key: EffectKey, kind: bool) {
        let run = self.s.runs[&key.run.unwrap()].clone();
        // Some sessions have gates that nobody passes, so that a run gets through all that follows from it.
        let mood = match (kind, key.verb) {
            (true, _) => 0,
            (false, Verb::Gates) if self.stubborn => 8,
            (false, Verb::Snapshot | Verb::Collect | Verb::Worktree) if self.stubborn => dice.roll(10),
            (false, _) => dice.roll(12),
        };
        // An attempt that is being cut short is not wanted any more, and yet it answers.
        let effect = wanted(&self.s).remove(&key);
        let outcome = self.outcome(dice, &run, key.verb, effect.as_ref(), mood);
        self.tell(Input::Done(key, outcome.clone()));
        // The same result once more is stale and changes nothing.
        let before = self.s.clone();
        self.tell(Input::Done(key, outcome));
        assert_eq!(before, self.s, "a stale result changed the state");
    }

    #[expect(clippy::too_many_lines, reason = "one table of verbs and moods")]
    fn outcome(
        &mut self,
        dice: &mut Dice,
        run: &Run,
        verb: Verb,
        effect: Option<&Effect>,
        mood: u64,
    ) -> Outcome {
        match (verb, mood) {
            (_, 11) => Outcome::Failed { message: "the disk is full\nreally".to_owned(), transient: true },
            (verb, 10) if verb != Verb::Land && verb != Verb::CloseTask && verb != Verb::Report => {
                Outcome::Failed { message: "no such thing".to_owned(), transient: false }
            }
            (Verb::Claim, 9) => {
                let refusal = match dice.roll(3) {
                    0 => Refusal::Taken { by: "bob".to_owned() },
                    1 => Refusal::NotReady { why: "it is blocked".to_owned() },
                    _ => Refusal::Gone,
                };
                Outcome::ClaimRefused(refusal)
            }
            (Verb::Claim, _) => {
                self.stand(&run.task, Standing::Ours);
                Outcome::Claimed { token: Token(self.fresh()) }
            }
            (Verb::Worktree, _) => {
                Outcome::Prepared { base: run.base.clone().unwrap_or_else(|| self.s.tip.clone()) }
            }
            (Verb::Attempt, mood) => Outcome::Attempt(self.report(dice, mood)),
            (Verb::Stop | Verb::Notify, _) => Outcome::Done,
            (Verb::Snapshot, _) => Outcome::Snapshot {
                number: run.counters.snapshots + 1,
                commit: oid(self.fresh()),
                tree: tree(self.fresh()),
            },
            (Verb::Collect, 9) => Outcome::Collected { files: 0, unresolved: Vec::new() },
            (Verb::Collect, 8) => Outcome::Collected { files: 2, unresolved: run.marked_paths.clone() },
            (Verb::Collect, _) => Outcome::Collected { files: 2, unresolved: Vec::new() },
            (Verb::Candidate, mood) => {
                let Some(Effect::Candidate { on, .. }) = effect else { panic!("{effect:?}") };
                let tip = if on.is_some() { oid(self.fresh()) } else { self.s.tip.clone() };
                // Now and then the answer is to a question of long ago.
                let on = if mood == 7 { None } else { on.clone() };
                if mood > 7 {
                    let marked = (mood == 8).then(|| tree(self.fresh()));
                    return Outcome::Conflict { tip, paths: vec!["a.txt".to_owned()], marked, on };
                }
                let base = run.base.clone().unwrap();
                Outcome::Candidate { candidate: Candidate { base, tip, tree: tree(self.fresh()) }, on }
            }
            (Verb::Gates, mood) => {
                let passed = mood < 6;
                let failed = if passed { Vec::new() } else { vec!["test".to_owned()] };
                let summary = EvidenceSummary {
                    passed,
                    gates: 1,
                    tests_run: None,
                    tampered: mood == 9,
                    failed,
                    // Some failures are those of many runs, some of one alone.
                    signature: match mood {
                        9 => None,
                        7 => Some("test|exit 1|it broke".to_owned()),
                        _ => Some(format!("test|exit 1|run {}", run.id.number)),
                    },
                    feedback: "it broke".to_owned(),
                    retried: false,
                };
                Outcome::Gated { evidence: EvidenceId(format!("e{}", self.fresh())), summary }
            }
            (Verb::Judge, mood) => Outcome::Judged(Box::new(judgement(mood))),
            (Verb::Land, 7) => Outcome::Hindered { why: "it is checked out".to_owned() },
            (Verb::Land, 8..) => Outcome::Moved { tip: oid(self.fresh()) },
            (Verb::Land, mood) => {
                let Some(Effect::Land { with, .. }) = effect else { panic!("{effect:?}") };
                let with = with.iter().map(|part| (part.run, oid(self.fresh()))).collect();
                let commit = oid(self.fresh());
                // Now and then the branch has moved on since.
                let tip = if mood == 6 { oid(self.fresh()) } else { commit.clone() };
                Outcome::Landed { commit, tip, with }
            }
            (Verb::CloseTask, _) => {
                self.stand(&run.task, Standing::Done);
                Outcome::Done
            }
            (Verb::Report, 9) => Outcome::Lost { why: "bob took it".to_owned() },
            (Verb::Report, _) => {
                let stopped = matches!(run.phase, Phase::Stopping(Ending::Stopped { .. }));
                let standing =
                    if stopped { Standing::Ready } else { Standing::Aside { status: "review".to_owned() } };
                self.stand(&run.task, standing);
                Outcome::Done
            }
            (Verb::Release, _) => Outcome::Done,
            (Verb::Tidy, 9) => Outcome::Tidied { kept: Some("a nested repository".to_owned()) },
            (Verb::Tidy, _) => Outcome::Tidied { kept: None },
        }
    }

    fn report(&mut self, dice: &mut Dice, mood: u64) -> AttemptReport {
        // Most agents finish, or the lane would stay empty.
        let mood = if dice.roll(3) == 0 { mood } else { 0 };
        let end = match mood {
            1 => AttemptEnd::Failed { class: FailureClass::Agent, message: "exit 1".to_owned() },
            2 => AttemptEnd::Failed { class: FailureClass::Transient, message: "socket".to_owned() },
            3 => AttemptEnd::Failed { class: FailureClass::Setup, message: "not found".to_owned() },
            4 => AttemptEnd::Asked { question: "Which?".to_owned() },
            5 => AttemptEnd::Blocked { reason: "No key".to_owned() },
            6 => {
                let until = (dice.roll(2) == 0).then(|| self.now + SignedDuration::from_mins(10));
                AttemptEnd::RateLimited { until }
            }
            7 => AttemptEnd::Interrupted,
            8 => match dice.roll(4) {
                0 => AttemptEnd::OverBudget,
                1 => AttemptEnd::Cancelled,
                2 if dice.roll(2) == 0 => AttemptEnd::Looped,
                2 => AttemptEnd::Refused { reason: "No".to_owned() },
                _ => AttemptEnd::TimedOut,
            },
            _ => AttemptEnd::Finished { summary: "Done".to_owned() },
        };
        let verdicts = if dice.roll(10) == 0 { vec![verdict()] } else { Vec::new() };
        let tokens = Some(dice.roll(2_000));
        AttemptReport {
            end,
            usage: Usage { output_tokens: tokens, ..Usage::default() },
            agent_session: None,
            working_ms: 90_000,
            contained: dice.roll(8) != 0,
            verdicts,
        }
    }

    fn control(&mut self, control: Control) {
        self.control += 1;
        self.tell(Input::Control(ControlId(self.control), Actor("ann".to_owned()), control));
    }

    fn rule_one(&mut self, dice: &mut Dice, kind: bool) {
        let Some(hold) = self.s.open_holds().next().cloned() else { return };
        let ruling = match (kind, dice.roll(3)) {
            (true, _) | (_, 0) => Ruling::Retry { words: "try the other way".to_owned() },
            (_, 1) => Ruling::Accept,
            _ => Ruling::Reject { why: "no".to_owned() },
        };
        self.control(Control::Answer { hold: hold.id, ruling });
    }

    fn step(&mut self, dice: &mut Dice) {
        match dice.roll(30) {
            0 => self.rule_one(dice, false),
            1 => self.control(Control::Pause),
            2 => self.control(Control::Resume),
            3 if dice.roll(10) == 0 => self.control(Control::Stop { why: "enough".to_owned() }),
            4 if dice.roll(4) == 0 => {
                let standing = match dice.roll(5) {
                    0 => Standing::Done,
                    1 => Standing::Gone,
                    2 => Standing::Taken { by: "bob".to_owned() },
                    3 => Standing::Container,
                    _ => Standing::Aside { status: "paused".to_owned() },
                };
                // A queued run is rare, so it is taken where there is one.
                let queued = self.s.open_runs().find(|r| r.phase == Phase::Queued);
                let live = queued.or_else(|| self.s.open_runs().next()).map(|r| r.task.clone());
                if let Some(task) = live {
                    self.stand(&task, standing);
                }
            }
            5 => {
                self.now += SignedDuration::from_mins(i64::try_from(dice.roll(40)).unwrap());
            }
            6 => {
                let seen = match dice.roll(6) {
                    0 => Observation::Stalled,
                    1 => Observation::Looped,
                    _ => Observation::Started,
                };
                let run = self
                    .s
                    .open_runs()
                    .find(|r| matches!(r.phase, Phase::Working(_)))
                    .map(|r| (r.id, r.epoch));
                if let Some((run, epoch)) = run {
                    self.tell(Input::Seen(run, epoch, seen));
                }
            }
            _ => {
                let mut keys = self.awaited();
                // Where tests take long, many runs come together in the lane.
                let slow = self.s.rules.lane.depth().is_multiple_of(2) && dice.roll(4) != 0;
                if slow && keys.iter().any(|k| k.verb != Verb::Gates) {
                    keys.retain(|k| k.verb != Verb::Gates);
                }
                if !keys.is_empty() {
                    let pick = usize::try_from(dice.roll(keys.len() as u64)).unwrap();
                    self.answer(dice, keys[pick], false);
                }
            }
        }
        self.tick();
    }

    /// What is to be answered: what is wanted, and attempts that are being cut short.
    fn awaited(&self) -> Vec<EffectKey> {
        let cut = self.s.open_runs().filter(|r| r.cut.is_some());
        let cut = cut.map(|r| EffectKey { run: Some(r.id), epoch: r.epoch, verb: Verb::Attempt });
        wanted(&self.s).into_keys().chain(cut).collect()
    }

    /// From here on the world is kind: everything must come to rest.
    fn settle(&mut self, dice: &mut Dice) {
        for _ in 0..5_000 {
            self.tick();
            if self.s.is_at_rest() {
                return;
            }
            if let Some(key) = self.awaited().first().copied() {
                self.answer(dice, key, true);
            } else if let Some(at) = next_deadline(&self.s) {
                self.now = self.now.max(at);
            } else {
                // Claims whose release was not told yet.
                let stale: Vec<_> = self
                    .s
                    .tasks
                    .values()
                    .filter(|t| t.standing == Standing::Ours && self.s.run_of(&t.task).is_none())
                    .map(|t| t.task.clone())
                    .collect();
                assert!(
                    !stale.is_empty(),
                    "nothing is wanted, nothing is due, and yet it is not at rest: {:#?}",
                    self.s
                );
                for task in stale {
                    self.stand(&task, Standing::Aside { status: "blocked".to_owned() });
                }
            }
        }
        let last: Vec<_> = self.journal.iter().rev().take(8).map(|r| &r.event).collect();
        panic!("the session never came to rest: {last:#?}");
    }
}

fn some_rules(dice: &mut Dice) -> Rules {
    let mut small = |sides| usize::try_from(dice.roll(sides)).unwrap();
    let jobs = 1 + small(5);
    let lane = LaneRules { at_once: 1 + small(3), batch: 1 + small(4) };
    let agent_jobs = (small(3) == 0).then(|| 1 + small(2));
    let session = Budget {
        attempts: (dice.roll(6) == 0).then(|| 2 + dice.roll(6)),
        tokens: (dice.roll(4) == 0).then(|| 1_000 + dice.roll(20_000)),
        ..Budget::default()
    };
    let task = Budget { attempts: (dice.roll(6) == 0).then(|| 1 + dice.roll(3)), ..Budget::default() };
    Rules {
        agent_jobs,
        max_consecutive_failures: if dice.roll(2) == 0 { 3 } else { 8 },
        max_tasks: (dice.roll(4) == 0).then(|| dice.roll(5)),
        auto_commit: dice.roll(5) != 0,
        interactive: dice.roll(6) == 0,
        lane,
        limits: Limits { session, task, attempt: Budget::default() },
        ladder: Step::ALL.into_iter().filter(|_| dice.roll(2) == 0).collect(),
        other_agents: ["walker", "runner"]
            .iter()
            .filter(|_| dice.roll(2) == 0)
            .map(ToString::to_string)
            .collect(),
        max_time: (dice.roll(4) == 0)
            .then(|| SignedDuration::from_mins(5 + i64::try_from(dice.roll(60)).unwrap())),
        ask_at: if dice.roll(2) == 0 { vec![50, 80] } else { Vec::new() },
        hold_deadline: (dice.roll(3) == 0).then(|| SignedDuration::from_mins(30)),
        ask_first: (dice.roll(6) == 0).then(|| "Go on without it?".to_owned()),
        ..rules(jobs)
    }
}

fn walk(seed: u64) -> World {
    let mut dice = Dice(seed);
    let tasks = 1 + dice.roll(12);
    let rules = some_rules(&mut dice);
    let mut world = World::ruled(tasks, rules);
    world.stubborn = seed.is_multiple_of(8);
    world.tick();
    for _ in 0..dice.roll(200) {
        world.step(&mut dice);
        if dice.roll(8) != 0 {
            continue;
        }
        for task in world.s.tasks.keys().cloned().collect::<Vec<_>>() {
            assert!(!why(&world.s, &task).to_string().is_empty());
        }
    }
    world.settle(&mut dice);
    world
}

#[test]
fn every_walk_keeps_the_promises_and_every_row_of_the_table_is_walked() {
    let mut seen = BTreeSet::new();
    let mut holds = BTreeSet::new();
    for seed in 0..2_000 {
        let world = walk(seed);
        seen.extend(world.seen);
        holds.extend(world.holds);
    }
    let missing: Vec<_> = TABLE.iter().filter(|row| !seen.contains(row)).collect();
    assert!(missing.is_empty(), "rows that no walk reached: {missing:?}");
    let kinds = [
        HoldKind::Question,
        HoldKind::Blocker,
        HoldKind::Approval,
        HoldKind::Failures,
        HoldKind::Tamper,
        HoldKind::Interactive,
        HoldKind::Budget,
    ];
    for kind in kinds {
        assert!(holds.contains(&format!("{kind:?}")), "{kind:?}");
    }
}

#[test]
fn a_journal_folds_to_the_same_state_and_wants_the_same_things() {
    for seed in 0..50 {
        let world = walk(seed);
        let text = serde_json::to_string(&world.s.rules).unwrap();
        let mut folded = Session::new(world.s.id, serde_json::from_str(&text).unwrap(), oid(1));
        for row in &world.journal {
            let text = serde_json::to_string(row).unwrap();
            let read: Recorded = serde_json::from_str(&text).unwrap();
            assert_eq!(row, &read, "an event does not survive its text");
            apply(&mut folded, &read).unwrap();
        }
        assert_eq!(folded, world.s, "seed {seed}");
        assert_eq!(wanted(&folded), wanted(&world.s));
    }
}

#[test]
fn rows_must_follow_each_other_and_stay_in_the_table() {
    let mut world = World::new(1, 1, None, true);
    let run = RunId { session: SessionId(1), number: 9 };
    let ended = Event::Ended { run };
    let at = world.now;
    let wrong = Recorded { seq: world.s.seq + 2, at, event: ended.clone() };
    assert!(apply(&mut world.s, &wrong).unwrap_err().to_string().contains("journal row"));
    let unknown = Recorded { seq: world.s.seq + 1, at, event: ended };
    assert!(apply(&mut world.s, &unknown).unwrap_err().to_string().contains("never began"));
    world.tick();
    let live = *world.s.runs.keys().next().unwrap();
    let before = world.s.clone();
    let row = Recorded { seq: world.s.seq + 1, at, event: Event::Ended { run: live } };
    assert!(apply(&mut world.s, &row).unwrap_err().to_string().contains("cannot have"));
    assert_eq!(before, world.s, "a refused row changed the state");
}

#[test]
fn a_control_is_obeyed_once_and_a_hold_is_answered_once() {
    let mut world = World::new(1, 1, None, true);
    let stop = Control::Stop { why: "enough".to_owned() };
    world.tell(Input::Control(ControlId(5), Actor("ann".to_owned()), stop.clone()));
    let before = world.s.clone();
    world.tell(Input::Control(ControlId(5), Actor("ann".to_owned()), stop));
    assert_eq!(before, world.s);
    let none = decide(
        &world.s,
        world.now,
        Input::Control(
            ControlId(6),
            Actor("ann".to_owned()),
            Control::Answer { hold: HoldId(7), ruling: Ruling::Accept },
        ),
    );
    assert!(format!("{none:?}").contains("there is no hold 7"));
}

#[test]
fn a_person_is_asked_once_before_anything_begins() {
    let rules = Rules { ask_first: Some("Go on without it?".to_owned()), ..rules(3) };
    let mut world = World::ruled(3, rules);
    world.tick();
    let open = |world: &World| world.s.open_holds().cloned().collect::<Vec<_>>();
    let asked = open(&world);
    assert_eq!((asked.len(), asked[0].question.as_str()), (1, "Go on without it?"));
    assert_eq!(world.s.runs.len(), 1);
    // Nobody is there, so the session is over; the answer holds for all of it.
    world.control(Control::Resume);
    world.control(Control::Answer { hold: asked[0].id, ruling: Ruling::Accept });
    world.tick();
    assert!(open(&world).is_empty());
    let at_work = world.s.open_runs().filter(|run| run.phase == Phase::Preparing).count();
    assert_eq!((world.s.runs.len(), at_work), (3, 3));
}

/// One held task and one that waits behind it.
fn asking(within: SignedDuration) -> World {
    let mut world = World::ruled(1, Rules { hold_deadline: Some(within), ..rules(1) });
    world.tick();
    for _ in 0..3 {
        let key = world.awaited()[0];
        let run = world.s.runs[&key.run.unwrap()].clone();
        let outcome = if key.verb == Verb::Attempt {
            Outcome::Attempt(AttemptReport::nothing(AttemptEnd::Asked { question: "Which?".to_owned() }))
        } else {
            world.outcome(&mut Dice(0), &run, key.verb, None, 0)
        };
        world.tell(Input::Done(key, outcome));
        world.tick();
    }
    let snapshot = world.awaited()[0];
    world.answer(&mut Dice(0), snapshot, true);
    assert_eq!(world.s.open_holds().count(), 1);
    world
}

#[test]
fn a_hold_that_nobody_answers_is_closed_by_the_clock_at_its_deadline_and_not_before() {
    let within = SignedDuration::from_hours(8);
    let mut world = asking(within);
    let opened = world.s.open_holds().next().unwrap().opened_at;
    assert_eq!(next_deadline(&world.s), Some(opened + within));
    world.now = opened + within - SignedDuration::from_secs(1);
    world.tick();
    assert_eq!(world.s.open_holds().count(), 1, "closed too early");
    world.now = opened + within;
    world.tick();
    let expired = world.journal.iter().filter(|row| row.event.tag() == EventTag::HoldExpired).count();
    assert_eq!((expired, world.s.open_holds().count()), (1, 0));
    world.settle(&mut Dice(1));
    let run = world.s.runs.values().next().unwrap();
    let why = "nobody answered hold 1 within 8h".to_owned();
    assert_eq!(run.phase, Phase::Ended(Ending::Rejected { why: why.clone() }));
    assert_eq!(world.s.holds[&HoldId(1)].ruling, Some(Ruling::Reject { why }));
    assert!(!matches!(world.s.tasks.values().next().unwrap().standing, Standing::Ready));
}

#[test]
fn a_person_who_answered_while_nobody_listened_is_heard_before_the_clock() {
    let within = SignedDuration::from_hours(8);
    let mut world = asking(within);
    world.now += within + within;
    world.control(Control::Answer {
        hold: HoldId(1),
        ruling: Ruling::Retry { words: "the blue one".to_owned() },
    });
    world.tick();
    assert!(world.journal.iter().all(|row| row.event.tag() != EventTag::HoldExpired));
    assert_eq!(world.s.open_runs().count(), 1);
}

#[test]
fn a_stopped_session_ends_stopped_and_can_be_taken_up_again() {
    let mut dice = Dice(1);
    let mut world = World::new(2, 4, None, true);
    world.tick();
    world.control(Control::Stop { why: "lunch".to_owned() });
    world.settle(&mut dice);
    assert!(matches!(world.s.status, Status::Completed { .. }));
    world.control(Control::Resume);
    world.settle(&mut dice);
    assert_eq!(world.landed.len(), 4, "{:?}", world.s.status);
}

/// What the policy says, in each of its ways.
fn judgement(mood: u64) -> Judgement {
    let verdict = match mood {
        6 => Verdict::Retry { feedback: "smaller, please".to_owned() },
        7..=8 => Verdict::Hold { question: "Look?".to_owned(), detail: String::new() },
        9 => Verdict::Reject { why: "not this".to_owned() },
        _ => Verdict::Accept,
    };
    let usage = Usage { cost_micros: Some(mood), ..Usage::default() };
    Judgement { usage, ..Judgement::plain(verdict) }
}
