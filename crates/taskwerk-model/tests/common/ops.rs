//! Random commands that hit existing tasks often enough to go deep.

use jiff::SignedDuration;
use proptest::prelude::*;
use taskwerk_model::{
    Add, Children, Command, Edit, FencingToken, Guard, Patch, Priority, Reason, Status, Tag, TaskId, Title,
    Verb, Worker,
};

/// A command about tasks by their place among those that exist, or a step of the clock.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Add { parent: Option<usize>, depends_on: Vec<usize>, rollup: bool, priority: usize },
    Move { task: usize, verb: usize, reason: bool, cascade: bool, force: bool },
    Depend { task: usize, on: usize },
    Undepend { task: usize, on: usize },
    Edit { task: usize, title: u8, tag: Option<u8>, rollup: Option<bool> },
    Note { task: usize },
    Delete { task: usize, cascade: bool, force: bool },
    Claim { task: usize, worker: u8 },
    Release { task: usize, token: u64 },
    Wait { minutes: i64 },
    Group(Vec<Self>),
}

const VERBS: [Verb; 11] = [
    Verb::Start,
    Verb::Stop,
    Verb::Pause,
    Verb::Block,
    Verb::Unblock,
    Verb::Review,
    Verb::Complete,
    Verb::Complete,
    Verb::Reopen,
    Verb::Cancel,
    Verb::To(Status::Todo),
];

pub(crate) fn ops(length: usize) -> impl Strategy<Value = Vec<Op>> {
    let at = 0..100usize;
    let add = (
        proptest::option::weighted(0.6, at.clone()),
        proptest::collection::vec(at.clone(), 0..3),
        any::<bool>(),
        0..4usize,
    );
    let simple = prop_oneof![
        10 => add.prop_map(|(parent, depends_on, rollup, priority)| Op::Add { parent, depends_on, rollup, priority }),
        8 => (at.clone(), 0..VERBS.len(), any::<bool>(), any::<bool>(), proptest::bool::weighted(0.2))
            .prop_map(|(task, verb, reason, cascade, force)| Op::Move { task, verb, reason, cascade, force }),
        3 => (at.clone(), at.clone()).prop_map(|(task, on)| Op::Depend { task, on }),
        1 => (at.clone(), at.clone()).prop_map(|(task, on)| Op::Undepend { task, on }),
        1 => (at.clone(), any::<u8>(), any::<Option<u8>>(), any::<Option<bool>>())
            .prop_map(|(task, title, tag, rollup)| Op::Edit { task, title, tag, rollup }),
        1 => at.clone().prop_map(|task| Op::Note { task }),
        1 => (at.clone(), any::<bool>(), any::<bool>())
            .prop_map(|(task, cascade, force)| Op::Delete { task, cascade, force }),
        2 => (at.clone(), 0..3u8).prop_map(|(task, worker)| Op::Claim { task, worker }),
        1 => (at, 0..5u64).prop_map(|(task, token)| Op::Release { task, token }),
        1 => (0..20i64).prop_map(|minutes| Op::Wait { minutes }),
    ];
    let op =
        simple.prop_recursive(1, 4, 3, |inner| proptest::collection::vec(inner, 1..4).prop_map(Op::Group));
    proptest::collection::vec(op, 1..length)
}

/// The command of an operation, given the tasks that exist; nothing when it needs one and there is none.
pub(crate) fn command(op: &Op, ids: &[TaskId]) -> Option<Command> {
    let pick = |place: &usize| (!ids.is_empty()).then(|| ids[place % ids.len()].clone());
    let guard = |force: bool| Guard { force, ..Guard::default() };
    let children = |cascade: bool| if cascade { Children::Cascade } else { Children::Refuse };
    Some(match op {
        Op::Add { parent, depends_on, rollup, priority } => {
            let mut add = Add::new(Title::parse("a task").unwrap());
            add.parent = parent.as_ref().and_then(pick);
            add.depends_on = depends_on.iter().filter_map(pick).collect();
            add.fields.rollup = Some(*rollup);
            add.fields.priority = Some(Priority::ALL[*priority]);
            Command::Add(Box::new(add))
        }
        Op::Move { task, verb, reason, cascade, force } => Command::Move {
            task: pick(task)?,
            to: VERBS[*verb],
            reason: reason.then(|| Reason::parse("so").unwrap()),
            children: children(*cascade),
            guard: guard(*force),
        },
        Op::Depend { task, on } => {
            Command::AddDependency { task: pick(task)?, on: pick(on)?, guard: Guard::default() }
        }
        Op::Undepend { task, on } => {
            Command::RemoveDependency { task: pick(task)?, on: pick(on)?, guard: Guard::default() }
        }
        Op::Edit { task, title, tag, rollup } => {
            let tags = tag.map(|tag| vec![Tag::parse(&format!("t{tag}")).unwrap()]);
            let patch = Patch {
                title: Some(Title::parse(&format!("title {title}")).unwrap()),
                tags: tags.map_or(Edit::Clear, Edit::Set),
                rollup: *rollup,
                ..Patch::default()
            };
            Command::Update { task: pick(task)?, patch: Box::new(patch), guard: Guard::default() }
        }
        Op::Note { task } => Command::Note { task: pick(task)?, text: "a\nnote".to_owned() },
        Op::Delete { task, cascade, force } => {
            Command::Delete { task: pick(task)?, children: children(*cascade), guard: guard(*force) }
        }
        Op::Claim { task, worker } => Command::Claim {
            task: pick(task)?,
            worker: Worker::parse(&format!("w{worker}")).unwrap(),
            ttl: SignedDuration::from_mins(10),
            guard: Guard::default(),
        },
        Op::Release { task, token } => {
            Command::Release { task: pick(task)?, guard: Guard::token(FencingToken(*token)) }
        }
        Op::Wait { .. } => return None,
        Op::Group(ops) => Command::All(ops.iter().filter_map(|op| command(op, ids)).collect()),
    })
}
