//! One run of the work: the driver's turn, again and again, from one thing that is due to the next.

use std::collections::BTreeMap;
use std::convert::Infallible;

use conductor_engine::Input;
use conductor_engine::event::{Event, Recorded, TaskChange};
use conductor_engine::ids::SessionId;
use conductor_engine::session::{Rules, Session, TaskFacts};
use jiff::Timestamp;

use super::dice::Dice;
use super::world::{World, oid};
use super::{Assumptions, Bar, BarKind, ForecastError, Timeline};
use crate::driver::{Core, Journal};

/// What came of one run.
#[derive(Debug, Clone)]
pub(super) struct Played {
    pub(super) timeline: Timeline,
    /// Seconds of agents' work.
    pub(super) worked: u64,
    pub(super) attempts: u64,
    pub(super) holds: u64,
}

/// A journal that keeps nothing: nobody takes up a forecast.
#[derive(Debug)]
struct Forgetful;

impl Journal for Forgetful {
    type Error = Infallible;

    fn append(&mut self, _: SessionId, _: &[Recorded], _: &Session) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A task takes some twenty turns when all goes well. One that takes so many never ends.
const TURNS_FOR_A_TASK: usize = 20_000;

pub(super) fn play(
    tasks: &[TaskFacts],
    rules: &Rules,
    assumptions: &Assumptions,
    dice: Dice,
) -> Result<Played, ForecastError> {
    let world = World::new(tasks, *assumptions, dice);
    let facts = world.facts().map(TaskChange::Is).collect();
    let mut core = Core::new(Session::new(SessionId(1), rules.clone(), oid(0)), Forgetful, world);
    let mut inputs = vec![Input::Tasks(facts)];
    let mut now = Timestamp::UNIX_EPOCH;
    let mut attempts = 0;
    for _ in 0..tasks.len().saturating_mul(TURNS_FOR_A_TASK) {
        let rows = core.turn(now, std::mem::take(&mut inputs))?;
        for row in &rows {
            attempts += u64::from(matches!(row.event, Event::AttemptBegun { .. }));
            core.perform_mut().notice(&row.event);
        }
        if core.perform().is_done() {
            return Ok(played(core.perform(), tasks, attempts));
        }
        let due = [core.perform().next_due(), core.next_deadline()].into_iter().flatten().min();
        let Some(due) = due else { break };
        now = now.max(due);
        inputs = core.perform_mut().due(now);
    }
    let open = core.perform().first_open().map_or_else(String::new, |task| task.id.clone());
    Err(ForecastError::Endless(open))
}

fn played(world: &World<'_>, tasks: &[TaskFacts], attempts: u64) -> Played {
    let seconds = |at: Timestamp| u64::try_from(at.as_second()).unwrap_or(0);
    let finish = world.now();
    let mut free: BTreeMap<BarKind, Vec<Timestamp>> = BTreeMap::new();
    let mut bars = Vec::new();
    let (mut worked, mut holds) = (0, 0);
    for span in world.spans() {
        let row = row_of(free.entry(span.kind).or_default(), span.begin, span.end);
        let (begin, end) = (seconds(span.begin), seconds(span.end.min(finish)));
        match span.kind {
            BarKind::Attempt => worked += end - begin,
            BarKind::Hold => holds += 1,
            BarKind::Test => {}
        }
        if begin < end {
            bars.push(Bar { task: tasks[span.task].id.clone(), kind: span.kind, row, begin, end });
        }
    }
    Played { timeline: Timeline { finish: seconds(finish), bars }, worked, attempts, holds }
}

/// The first row that is free by then; spans come in the order of their beginnings.
fn row_of(free: &mut Vec<Timestamp>, begin: Timestamp, end: Timestamp) -> usize {
    let row = free.iter().position(|until| *until <= begin).unwrap_or(free.len());
    if row == free.len() {
        free.push(end);
    } else {
        free[row] = end;
    }
    row
}
