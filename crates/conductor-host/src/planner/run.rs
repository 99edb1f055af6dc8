//! One run: the queue of questions, and the thread that decides.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use conductor_plan::Engine;
use conductor_plan::decompose::{Ask, Flaw, Grown, Growth, repair};

use super::budget::{Aside, Budget};
use super::error::PlannerError;
use super::exchange::{Asked, Exchanges, Known};
use super::{Planned, Planner, Progress, ROUNDS, Watch};
use crate::config::Micros;
use crate::llm::{self, Answer, Calls, Finish, ModelError, Question, Tally, Turn};

/// How long until it is looked whether the run is to end.
const LOOK: Duration = Duration::from_millis(50);

/// A question with what was said about it before.
#[derive(Debug, Clone)]
struct Task {
    number: usize,
    ask: Ask,
    turns: Vec<Turn>,
    /// How many answers to it could not be used.
    round: usize,
    /// Whether kept answers are passed over, since they led nowhere.
    anew: bool,
}

/// A task that is under way.
#[derive(Debug)]
struct UnderWay {
    task: Task,
    asked: Asked,
    aside: Aside,
}

type Came = (usize, Result<Answer, ModelError>);

pub(super) struct Run<'a, 'd> {
    planner: &'a Planner,
    growth: Growth<'d>,
    exchanges: &'a mut dyn Exchanges,
    watch: &'a mut dyn Watch,
    kept: Known,
    budget: Budget,
    /// What all answers used, those included that were kept.
    used: Tally,
    queue: VecDeque<Task>,
    under_way: Vec<UnderWay>,
    calls: Arc<Calls>,
    came: (Sender<Came>, Receiver<Came>),
    numbers: usize,
    done: usize,
    known: usize,
    reused: usize,
    repaired: usize,
}

impl<'a, 'd> Run<'a, 'd> {
    pub(super) fn new(
        planner: &'a Planner,
        growth: Growth<'d>,
        exchanges: &'a mut dyn Exchanges,
        watch: &'a mut dyn Watch,
    ) -> Result<Self, PlannerError> {
        let rules = &planner.rules;
        if rules.metered && rules.max_cost.is_some() && rules.price.is_none() && !rules.replay {
            return Err(PlannerError::NoPrice { who: planner.model.name() });
        }
        let kept = if rules.fresh { Known::default() } else { Known::of(exchanges.all()?) };
        Ok(Self {
            planner,
            kept,
            budget: Budget::new(rules),
            used: Tally::begun(rules.price.is_some()),
            queue: VecDeque::new(),
            under_way: Vec::new(),
            calls: Arc::default(),
            came: channel(),
            numbers: 0,
            done: 0,
            known: 0,
            reused: 0,
            repaired: 0,
            growth,
            exchanges,
            watch,
        })
    }

    /// Asks until nothing is left to ask.
    pub(super) fn whole(mut self, engine: Engine) -> Result<Planned, PlannerError> {
        let start = self.growth.start();
        self.enqueue(start);
        let done = self.work();
        if let Err(error) = done {
            let drained = self.drain();
            self.calls.stop();
            self.planner.model.settle();
            drained?;
            return Err(error);
        }
        let (used, spent) = (self.used, self.budget.spent);
        let Grown { plan, remarks } = self.growth.finish(engine);
        Ok(Planned { plan, remarks, used, spent, reused: self.reused, repaired: self.repaired })
    }

    fn enqueue(&mut self, asks: Vec<Ask>) {
        self.known += asks.len();
        for ask in asks {
            let (number, turns) = (self.next_number(), vec![Turn::Asked(ask.prompt.clone())]);
            self.queue.push_back(Task { number, ask, turns, round: 0, anew: false });
        }
    }

    fn next_number(&mut self) -> usize {
        self.numbers += 1;
        self.numbers
    }

    fn work(&mut self) -> Result<(), PlannerError> {
        loop {
            if self.watch.is_stopped() {
                return Err(PlannerError::Stopped { done: self.done, known: self.known });
            }
            self.begin()?;
            if self.under_way.is_empty() && self.queue.is_empty() {
                return Ok(());
            }
            match self.came.1.recv_timeout(LOOK) {
                Ok(came) => self.take(came)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(PlannerError::Lost("nobody is left to answer".to_owned()));
                }
            }
        }
    }

    /// Begins what can be begun: kept answers at once, questions as far as there are places and money.
    fn begin(&mut self) -> Result<(), PlannerError> {
        let mut later = VecDeque::new();
        while let Some(task) = self.queue.pop_front() {
            let question = question(&task);
            let asked = Asked::new(&*self.planner.model, &question);
            let kept = self.kept.get(&asked.ask).filter(|_| !task.anew).cloned();
            if let Some(answer) = kept {
                self.reused += 1;
                self.count(&question, &answer);
                self.settle(task, answer, true)?;
                continue;
            }
            if self.planner.rules.replay {
                return Err(PlannerError::NotKept { about: self.growth.about(&task.ask) });
            }
            if self.under_way.len() >= self.planner.rules.parallel.max(1) {
                later.push_back(task);
                continue;
            }
            if self.budget.is_blind() {
                return Err(PlannerError::CostUntold { who: self.planner.model.name() });
            }
            let aside = Aside::of(&question, &self.planner.rules);
            if self.budget.take(aside) {
                self.start(UnderWay { task, asked, aside }, question)?;
            } else if self.under_way.is_empty() {
                let (next, spent, limit) = (aside.cost, Micros(self.budget.used()), self.budget.limit());
                return Err(PlannerError::OverCost { next, spent, limit });
            } else {
                // What is under way may cost less than was set aside for it.
                later.push_back(task);
            }
        }
        self.queue = later;
        Ok(())
    }

    fn start(&mut self, under_way: UnderWay, question: Question) -> Result<(), PlannerError> {
        let (number, about) = (under_way.task.number, self.growth.about(&under_way.task.ask));
        let (model, pause) = (Arc::clone(&self.planner.model), Arc::clone(&self.planner.pause));
        let (calls, came, seed) = (Arc::clone(&self.calls), self.came.0.clone(), under_way.asked.ask.clone());
        let thread = move || {
            let answer = llm::ask(&*model, &question, &seed, &calls, &*pause);
            // Nobody listens any more when the run has ended.
            let _ = came.send((number, answer));
        };
        let begun = std::thread::Builder::new().name("question".to_owned()).spawn(thread);
        begun.map_err(|error| PlannerError::Lost(error.to_string()))?;
        self.under_way.push(under_way);
        self.tell(about);
        Ok(())
    }

    /// An answer, or none: it is kept first.
    fn take(&mut self, (number, answer): Came) -> Result<(), PlannerError> {
        let Some(place) = self.under_way.iter().position(|under_way| under_way.task.number == number) else {
            return Ok(());
        };
        let UnderWay { task, asked, aside } = self.under_way.remove(place);
        match answer {
            Ok(answer) => {
                self.budget.settle(aside, Some(answer.used), &self.planner.rules);
                self.exchanges.keep(asked.exchange(&answer))?;
                self.count(&question(&task), &answer);
                self.settle(task, answer, false)
            }
            Err(source) => {
                self.budget.settle(aside, None, &self.planner.rules);
                let (who, about) = (self.planner.model.name(), self.growth.about(&task.ask));
                Err(PlannerError::Model { who, about, source: Box::new(source) })
            }
        }
    }

    fn count(&mut self, question: &Question, answer: &Answer) {
        let rules = &self.planner.rules;
        self.used.add(answer.used, Aside::of(question, rules).expected(), rules.price.as_ref());
    }

    /// Puts an answer to the growth: it leads to other questions, or to the same one again.
    fn settle(&mut self, task: Task, answer: Answer, was_kept: bool) -> Result<(), PlannerError> {
        let flaws = match &answer.finish {
            Finish::Refused(_) if was_kept && !self.planner.rules.replay => {
                // Another time it may answer.
                self.again(task);
                return Ok(());
            }
            Finish::Refused(reason) => {
                let (who, about) = (self.planner.model.name(), self.growth.about(&task.ask));
                return Err(PlannerError::Refused { who, about, reason: reason.clone() });
            }
            Finish::Length => Err(vec![Flaw::CutOff]),
            Finish::Done => self.growth.answer(&task.ask, &answer.text, task.round),
        };
        match flaws {
            Ok(next) => {
                self.done += 1;
                self.enqueue(next);
                self.tell(self.growth.about(&task.ask));
                Ok(())
            }
            Err(flaws) => self.repair(task, answer, flaws, was_kept),
        }
    }

    fn repair(
        &mut self,
        mut task: Task,
        answer: Answer,
        flaws: Vec<Flaw>,
        was_kept: bool,
    ) -> Result<(), PlannerError> {
        if task.round >= ROUNDS {
            if was_kept && !self.planner.rules.replay {
                self.again(task);
                return Ok(());
            }
            let (who, about) = (self.planner.model.name(), self.growth.about(&task.ask));
            return Err(PlannerError::Unusable { who, about, rounds: task.round + 1, flaws });
        }
        self.repaired += 1;
        task.round += 1;
        // An answer that was cut is long and says nothing that the next one could keep.
        let words = if answer.finish == Finish::Length || answer.text.trim().is_empty() {
            "(an answer that could not be used)".to_owned()
        } else {
            answer.text
        };
        task.turns.truncate(1);
        task.turns.extend([Turn::Answered(words), Turn::Asked(repair(&flaws))]);
        task.number = self.next_number();
        self.queue.push_back(task);
        Ok(())
    }

    /// Kept answers led nowhere: the question is asked anew, from its beginning.
    fn again(&mut self, mut task: Task) {
        task.turns.truncate(1);
        task.round = 0;
        task.anew = true;
        task.number = self.next_number();
        self.queue.push_back(task);
    }

    /// Nothing more is begun. What is under way is paid for, so it is waited for and kept, unless the user wants to go; what
    /// has come by then is kept all the same.
    fn drain(&mut self) -> Result<(), PlannerError> {
        self.calls.end();
        while !self.under_way.is_empty() {
            let (number, answer) = match self.came.1.recv_timeout(LOOK) {
                Ok(came) => came,
                Err(_) if self.watch.is_stopped() => break,
                Err(_) => continue,
            };
            let place = self.under_way.iter().position(|under_way| under_way.task.number == number);
            let Some(UnderWay { asked, .. }) = place.map(|place| self.under_way.remove(place)) else {
                continue;
            };
            if let Ok(answer) = answer {
                self.exchanges.keep(asked.exchange(&answer))?;
            }
        }
        Ok(())
    }

    fn tell(&mut self, about: String) {
        let (done, known, under_way) = (self.done, self.known, self.under_way.len());
        self.watch.tell(&Progress { done, known, under_way, used: self.used, about });
    }
}

fn question(task: &Task) -> Question {
    Question { system: task.ask.system.clone(), turns: task.turns.clone(), form: task.ask.form }
}
