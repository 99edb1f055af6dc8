//! Drives a session of many tasks from its first to its last event, in memory, in a world where everything
//! succeeds, and prints how many steps that took. A step is one input with all that it leads to: decided, applied,
//! and what is then wanted. `cargo xtask bench --only engine` measures the whole process from outside.
//!
//! `pace TASKS JOBS [ROWS]`: with ROWS, the journal is written to standard output, one JSON row a line, at most
//! that many.

use std::collections::VecDeque;
use std::io::{self, BufWriter, Write};

use conductor_engine::attempt::{AttemptEnd, AttemptReport};
use conductor_engine::effect::{Effect, EffectKey, Outcome, Verdict};
use conductor_engine::event::{Event, Recorded, TaskChange};
use conductor_engine::evidence::EvidenceSummary;
use conductor_engine::ids::{EvidenceId, IdError, Oid, SessionId, TaskRef, Token, TreeId};
use conductor_engine::judgement::Judgement;
use conductor_engine::session::{Candidate, LaneRules, Rules, Session, Standing, Status, TaskFacts};
use conductor_engine::{Illegal, Input, apply, decide, next_deadline, wanted};
use jiff::Timestamp;

type Problem = Box<dyn std::error::Error>;

/// How many tasks each one needs at most, among those shortly before it.
const NEEDS: u64 = 3;
const NEAR: u64 = 40;

fn main() -> Result<(), Problem> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: u64| arguments.next().map_or(Ok(default), |text| text.parse());
    let (tasks, jobs, rows) = (number(10_000)?, number(8)?, number(0)?);
    let mut world = World::new(tasks, usize::try_from(jobs)?)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut told = 0;
    while world.session.status == Status::Active {
        for row in world.step()? {
            if told < rows {
                told += 1;
                serde_json::to_writer(&mut out, &row)?;
                out.write_all(b"\n")?;
            }
        }
    }
    if rows == 0 {
        writeln!(out, "{}", world.steps)?;
    }
    Ok(out.flush()?)
}

struct World {
    session: Session,
    now: Timestamp,
    next: u64,
    steps: u64,
    needs: Vec<Vec<usize>>,
    open_needs: Vec<usize>,
    dependants: Vec<Vec<usize>>,
    inbox: VecDeque<Input>,
}

impl World {
    fn new(tasks: u64, jobs: usize) -> Result<Self, Problem> {
        let rules = Rules { lane: LaneRules { at_once: 2, batch: 4 }, ..Rules::new("pace", jobs) };
        let needs = needs(tasks)?;
        let mut dependants = vec![Vec::new(); needs.len()];
        for (task, needed) in needs.iter().enumerate() {
            for on in needed {
                dependants[*on].push(task);
            }
        }
        let mut world = Self {
            session: Session::new(SessionId(1), rules, oid(1)?),
            now: Timestamp::from_second(1_700_000_000)?,
            next: 100,
            steps: 0,
            open_needs: needs.iter().map(Vec::len).collect(),
            needs,
            dependants,
            inbox: VecDeque::new(),
        };
        let all = (0..world.needs.len()).map(|task| world.facts(task, world.waits(task))).collect();
        world.inbox.push_back(Input::Tasks(all));
        Ok(world)
    }

    fn waits(&self, task: usize) -> Standing {
        let on: Vec<String> = self.needs[task].iter().map(|n| format!("TASK-{n:05}")).collect();
        if self.open_needs[task] == 0 { Standing::Ready } else { Standing::Waiting { on } }
    }

    fn facts(&self, task: usize, standing: Standing) -> TaskChange {
        TaskChange::Is(TaskFacts {
            task: reference(task),
            id: format!("TASK-{task:05}"),
            title: format!("Do the thing that is number {task}"),
            standing,
            urgency: u8::try_from(task % 4).unwrap_or(0),
            created_at: Timestamp::UNIX_EPOCH,
            estimate_minutes: 30 + 17 * (task as u64 % 13),
            depends_on: self.needs[task].iter().map(|n| reference(*n)).collect(),
        })
    }

    /// The next thing is told; when nothing is to be told, all that is wanted is answered.
    fn step(&mut self) -> Result<Vec<Recorded>, Problem> {
        let input = self.inbox.pop_front().unwrap_or(Input::Tick);
        let idle = input == Input::Tick;
        let mut rows = self.tell(input)?;
        loop {
            let more = self.tell(Input::Tick)?;
            if more.is_empty() {
                break;
            }
            rows.extend(more);
        }
        self.steps += 1;
        let wanted = wanted(&self.session);
        // Asked for as a driver does; nothing in this world ever waits.
        let _never = next_deadline(&self.session);
        if idle && self.inbox.is_empty() {
            for (key, effect) in wanted {
                self.answer(key, &effect)?;
            }
        }
        Ok(rows)
    }

    fn tell(&mut self, input: Input) -> Result<Vec<Recorded>, Illegal> {
        let mut rows = Vec::new();
        for event in decide(&self.session, self.now, input) {
            let row = Recorded { seq: self.session.seq + 1, at: self.now, event };
            apply(&mut self.session, &row)?;
            if let Event::Landed { run, .. } = &row.event {
                let task = self.session.runs.get(run).and_then(|run| run.task.0.parse().ok());
                self.landed(task.unwrap_or_default());
            }
            rows.push(row);
        }
        Ok(rows)
    }

    fn landed(&mut self, task: usize) {
        let mut changes = vec![self.facts(task, Standing::Done)];
        for dependant in self.dependants[task].clone() {
            self.open_needs[dependant] -= 1;
            if self.open_needs[dependant] == 0 {
                changes.push(self.facts(dependant, Standing::Ready));
            }
        }
        self.inbox.push_back(Input::Tasks(changes));
    }

    fn answer(&mut self, key: EffectKey, effect: &Effect) -> Result<(), Problem> {
        self.next += 1;
        let n = self.next;
        let outcome = match effect {
            Effect::Claim { .. } => Outcome::Claimed { token: Token(n) },
            Effect::Worktree { .. } => Outcome::Prepared { base: self.session.tip.clone() },
            Effect::Attempt { .. } => {
                Outcome::Attempt(AttemptReport::nothing(AttemptEnd::Finished { summary: "Done".to_owned() }))
            }
            Effect::Snapshot { number, .. } => {
                Outcome::Snapshot { number: *number, commit: oid(n)?, tree: tree(n)? }
            }
            Effect::Collect { .. } => Outcome::Collected { files: 3, unresolved: Vec::new() },
            Effect::Candidate { base, on, .. } => {
                let tip = if on.is_some() { oid(n)? } else { self.session.tip.clone() };
                let candidate = Candidate { base: base.clone(), tip, tree: tree(n)? };
                Outcome::Candidate { candidate, on: on.clone() }
            }
            Effect::Gates { .. } => {
                Outcome::Gated { evidence: EvidenceId(format!("e{n}")), summary: passed() }
            }
            Effect::Judge { .. } => Outcome::Judged(Box::new(Judgement::plain(Verdict::Accept))),
            Effect::Land { with, .. } => {
                let mut commits = Vec::new();
                for part in with {
                    self.next += 1;
                    commits.push((part.run, oid(1_000_000_000 + self.next)?));
                }
                Outcome::Landed { commit: oid(n)?, tip: oid(n)?, with: commits }
            }
            Effect::Tidy { .. } => Outcome::Tidied { kept: None },
            Effect::Stop
            | Effect::CloseTask { .. }
            | Effect::Report { .. }
            | Effect::Release { .. }
            | Effect::Notify { .. } => Outcome::Done,
        };
        self.inbox.push_back(Input::Done(key, outcome));
        Ok(())
    }
}

fn passed() -> EvidenceSummary {
    EvidenceSummary {
        passed: true,
        gates: 2,
        tests_run: Some(40),
        tampered: false,
        failed: Vec::new(),
        signature: None,
        feedback: String::new(),
        retried: false,
    }
}

/// What each task needs: some of those shortly before it, so that there are chains and there is width.
fn needs(tasks: u64) -> Result<Vec<Vec<usize>>, Problem> {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut roll = |sides: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33).checked_rem(sides).unwrap_or(0)
    };
    let mut all = Vec::new();
    for task in 0..tasks {
        let mut needed = Vec::new();
        for _ in 0..roll(NEEDS + 1) {
            let before = 1 + roll(NEAR);
            if before <= task {
                needed.push(usize::try_from(task - before)?);
            }
        }
        needed.sort_unstable();
        needed.dedup();
        all.push(needed);
    }
    Ok(all)
}

fn reference(task: usize) -> TaskRef {
    TaskRef(format!("{task:08}"))
}

fn oid(n: u64) -> Result<Oid, IdError> {
    Oid::parse(&format!("{n:040x}"))
}

fn tree(n: u64) -> Result<TreeId, IdError> {
    TreeId::parse(&format!("{n:040x}"))
}
