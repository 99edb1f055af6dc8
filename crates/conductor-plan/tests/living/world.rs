//! Tasks in memory, decided by the real rules.

use conductor_plan::{
    Class, Decision, Plan, Present, Proposals, Side, TaskState, Verdicts, Waiting, merge, propose, review,
};
use std::cell::Cell;
use std::collections::BTreeSet;
use taskwerk_model::{
    Children, Command, Context, DecideError, Guard, Import, Known, Moment, Patch, Prefix, Reason, Refusal,
    Status, Task, TaskId, TaskSet, Verb, View, decide,
};

/// The tasks, and the plan that they came from.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) set: TaskSet,
    pub(crate) claimed: BTreeSet<TaskId>,
    /// The plan as it was carried into the tasks last.
    pub(crate) plan: Plan,
    /// What was left for later.
    pub(crate) waiting: Vec<Waiting>,
    /// What the engine made of the document that the plan names.
    pub(crate) document: Plan,
    uids: Cell<u64>,
}

impl World {
    /// Imports a plan.
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut world = Self {
            set: TaskSet::default(),
            claimed: BTreeSet::new(),
            plan: plan.clone(),
            waiting: Vec::new(),
            document: plan.clone(),
            uids: Cell::new(1),
        };
        let verdicts = plan
            .verdicts
            .iter()
            .fold(Verdicts::all_accepted("ada"), |all, (key, verdict)| all.with(key.clone(), *verdict));
        let rows = review(plan.clone(), &verdicts).unwrap().import_rows();
        world.run(Command::Import(Box::new(Import { rows, known: Known::Skip, prefix: None })));
        world
    }

    #[track_caller]
    pub(crate) fn run(&mut self, command: Command) {
        self.try_run(command).unwrap_or_else(|refusal| panic!("{refusal:?}"));
    }

    pub(crate) fn try_run(&mut self, command: Command) -> Result<(), Refusal> {
        let at = Moment::from_micros(1);
        let actor = "ada".parse().unwrap();
        let new_uid = || {
            self.uids.set(self.uids.get() + 1);
            format!("00000000-0000-7000-8000-{:012}", self.uids.get()).parse().unwrap()
        };
        let context =
            Context { now: at, actor: &actor, session: None, prefix: Prefix::TASK, new_uid: &new_uid };
        let decision = decide(&self.set, &context, command).map_err(|error| match error {
            DecideError::Refused(refusal) => *refusal,
            DecideError::View(never) => match never {},
        })?;
        for event in &decision.events {
            self.set.apply(at, event);
        }
        Ok(())
    }

    pub(crate) fn present(&self) -> Present {
        Present::new(self.set.tasks().map(|task| TaskState {
            task: task.clone(),
            key: self.set.key(&task.id).unwrap().map(|key| key.as_str().to_owned()),
            claimed: self.claimed.contains(&task.id),
            noted: false,
        }))
    }

    pub(crate) fn propose(&self, document: &Plan) -> Proposals {
        let merged = merge(&self.document, &self.plan, document, Side::Mine);
        propose(&self.plan, &self.waiting, &merged, &self.present(), "ada").unwrap()
    }

    /// Brings the tasks up to date; what is not safe is decided by `otherwise`.
    pub(crate) fn update(&mut self, document: &Plan, otherwise: impl Fn(Class) -> Decision) {
        let proposals = self.propose(document);
        let decisions: Vec<Decision> = proposals
            .list
            .iter()
            .map(|proposal| match proposal.class {
                Class::Safe => Decision::Apply,
                Class::Conflict | Class::Begun => otherwise(proposal.class),
            })
            .collect();
        if let Some(command) = proposals.commands(&decisions, &self.present()) {
            self.run(command);
        }
        self.waiting = proposals.waiting(&decisions);
        self.plan = proposals.plan().clone();
        self.document = document.clone();
    }

    #[track_caller]
    pub(crate) fn task(&self, title: &str) -> &Task {
        let mut found =
            self.set.tasks().filter(|task| task.title.as_str() == title && task.status != Status::Cancelled);
        let task = found.next().unwrap_or_else(|| panic!("no task {title}"));
        assert!(found.next().is_none(), "several tasks {title}");
        task
    }

    /// Moves a task whatever it waits for; a container goes with it.
    pub(crate) fn bring(&mut self, title: &str, to: Status) {
        let task = self.task(title).id.clone();
        self.bring_task(task, to);
    }

    pub(crate) fn bring_task(&mut self, task: TaskId, to: Status) {
        let steps: &[Verb] = match to {
            Status::Todo => &[],
            Status::InProgress => &[Verb::Start],
            Status::Paused => &[Verb::Start, Verb::Pause],
            Status::Blocked => &[Verb::Start, Verb::Block],
            Status::Review => &[Verb::Start, Verb::Review],
            Status::Done => &[Verb::Start, Verb::Complete],
            Status::Cancelled => &[Verb::Cancel],
        };
        for verb in steps {
            let reason = Some(Reason::parse("because").unwrap());
            let (children, guard) = (Children::Refuse, Guard::force());
            self.run(Command::Move { task: task.clone(), to: *verb, reason, children, guard });
        }
    }

    pub(crate) fn edit(&mut self, title: &str, patch: Patch) {
        let task = self.task(title).id.clone();
        self.run(Command::Update { task, patch: Box::new(patch), guard: Guard::default() });
    }

    /// The titles of all tasks that are not cancelled.
    pub(crate) fn titles(&self) -> Vec<String> {
        let mut titles: Vec<String> = self.kept().map(|task| task.title.as_str().to_owned()).collect();
        titles.sort();
        titles
    }

    /// Which task waits for which, by titles.
    pub(crate) fn waits(&self) -> BTreeSet<(String, String)> {
        let title =
            |id: &TaskId| self.set.tasks().find(|task| task.id == *id).unwrap().title.as_str().to_owned();
        self.kept()
            .flat_map(|task| task.depends_on.iter().map(move |on| (title(&task.id), title(on))))
            .collect()
    }

    fn kept(&self) -> impl Iterator<Item = &Task> {
        self.set.tasks().filter(|task| task.status != Status::Cancelled)
    }
}
