//! A board to play commands on.

use jiff::SignedDuration;
use std::cell::Cell;
use taskwerk_model::{
    Actor, Add, Children, Command, Context, DecideError, Decision, Guard, Moment, Prefix, Reason, Refusal,
    Status, Task, TaskId, TaskSet, Title, Uid, Verb, View, Worker, decide,
};

/// Tasks in memory with a clock that only moves when told to.
pub(crate) struct Board {
    pub(crate) set: TaskSet,
    pub(crate) now: Moment,
    uids: Cell<u128>,
}

impl Board {
    pub(crate) fn new() -> Self {
        Self { set: TaskSet::default(), now: Moment::from_micros(1_800_000_000_000_000), uids: Cell::new(0) }
    }

    pub(crate) fn decide(&mut self, command: Command) -> Result<Decision, Refusal> {
        let new_uid = || {
            self.uids.set(self.uids.get() + 1);
            Uid::new(uuid::Uuid::from_u128(self.uids.get()))
        };
        let actor = Actor::parse("ann").unwrap();
        let context =
            Context { now: self.now, actor: &actor, session: None, prefix: Prefix::TASK, new_uid: &new_uid };
        let decision = decide(&self.set, &context, command).map_err(|error| match error {
            DecideError::Refused(refusal) => *refusal,
            DecideError::View(never) => match never {},
        })?;
        for event in &decision.events {
            self.set.apply(self.now, event);
        }
        Ok(decision)
    }

    /// Carries a command out that must be allowed; the kinds of its events and their tasks.
    #[track_caller]
    pub(crate) fn ok(&mut self, command: Command) -> String {
        let decision = self.decide(command).unwrap_or_else(|refusal| panic!("refused: {refusal}"));
        let events = decision.events.iter().map(|event| format!("{} {}", event.kind(), event.task()));
        events.collect::<Vec<_>>().join(", ")
    }

    /// The code and the message of a command that must be refused, and that changes nothing.
    #[track_caller]
    pub(crate) fn refused(&mut self, command: Command) -> String {
        let before = self.set.clone();
        let refusal = self.decide(command).expect_err("must be refused");
        assert_eq!(self.set, before);
        format!("{}: {refusal}", refusal.code())
    }

    #[track_caller]
    pub(crate) fn add(&mut self, title: &str, depends_on: &[&str]) -> TaskId {
        self.add_under(None, title, depends_on)
    }

    #[track_caller]
    pub(crate) fn add_under(&mut self, parent: Option<&str>, title: &str, depends_on: &[&str]) -> TaskId {
        let mut add = Add::new(Title::parse(title).unwrap());
        add.parent = parent.map(id);
        add.depends_on = depends_on.iter().map(|text| id(text)).collect();
        let decision = self.decide(Command::Add(Box::new(add))).unwrap();
        decision.events[0].task().clone()
    }

    pub(crate) fn get(&self, text: &str) -> Task {
        let Ok(task) = self.set.task(&id(text));
        task.unwrap()
    }

    pub(crate) fn status(&self, text: &str) -> Status {
        self.get(text).status
    }

    pub(crate) fn ready(&self) -> String {
        let ready = self.set.tasks().filter(|task| self.set.is_ready(&task.id, self.now));
        ready.map(|task| task.id.to_string()).collect::<Vec<_>>().join(" ")
    }
}

pub(crate) fn id(text: &str) -> TaskId {
    text.parse().unwrap()
}

pub(crate) fn step(task: &str, to: Verb) -> Command {
    Command::Move { task: id(task), to, reason: None, children: Children::Refuse, guard: Guard::default() }
}

pub(crate) fn because(command: Command, why: &str) -> Command {
    match command {
        Command::Move { task, to, children, guard, .. } => {
            Command::Move { task, to, reason: Some(Reason::parse(why).unwrap()), children, guard }
        }
        other => other,
    }
}

pub(crate) fn cascading(command: Command) -> Command {
    match command {
        Command::Move { task, to, reason, guard, .. } => {
            Command::Move { task, to, reason, children: Children::Cascade, guard }
        }
        Command::Delete { task, guard, .. } => Command::Delete { task, children: Children::Cascade, guard },
        other => other,
    }
}

pub(crate) fn guarded(command: Command, with: Guard) -> Command {
    match command {
        Command::Move { task, to, reason, children, .. } => {
            Command::Move { task, to, reason, children, guard: with }
        }
        Command::Delete { task, children, .. } => Command::Delete { task, children, guard: with },
        Command::Claim { task, worker, ttl, .. } => Command::Claim { task, worker, ttl, guard: with },
        Command::Update { task, patch, .. } => Command::Update { task, patch, guard: with },
        Command::Release { task, .. } => Command::Release { task, guard: with },
        other => other,
    }
}

pub(crate) fn depend(task: &str, on: &str) -> Command {
    Command::AddDependency { task: id(task), on: id(on), guard: Guard::default() }
}

pub(crate) fn claim(task: &str, worker: &str) -> Command {
    let worker = Worker::parse(worker).unwrap();
    Command::Claim { task: id(task), worker, ttl: SignedDuration::from_mins(10), guard: Guard::default() }
}

pub(crate) fn release(task: &str) -> Command {
    Command::Release { task: id(task), guard: Guard::default() }
}

pub(crate) fn delete(task: &str) -> Command {
    Command::Delete { task: id(task), children: Children::Refuse, guard: Guard::default() }
}
