//! What carries effects out: one thread for each that is under way, an answer for each, whatever happens.

mod aide;
mod attempt;
mod failpoint;
mod gates;
mod judge;
mod land;
mod looks;
mod notify;
mod places;
mod review;
mod site;
mod stop;
mod storage;
mod tamper;
mod tasks;
mod workspace;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use conductor_engine::Input;
use conductor_engine::effect::{Effect, EffectKey, LandPart, Outcome};
use conductor_engine::ids::RunId;

use crate::driver::Perform;

pub use conductor_evidence::tamper::Finding;
pub use gates::CheckError;
pub(crate) use gates::cache_dirs;
pub(crate) use judge::{Seen, others, part_of};
pub use places::{Places, PlacesError, lock_path};
pub(crate) use places::{gate_of, owner_of};
pub(crate) use site::{Parts, session_branch, stranger};
pub use site::{Site, SiteError};
pub use storage::StorageTrouble;
pub use tamper::{TamperError, listed, tampering};
pub use tasks::asked_for;
pub(crate) use tasks::{Facts, heartbeat, is_session_worker, run_of_worker};
pub(crate) use workspace::kept_why;

use attempt::Order;
use failpoint::Place;
use judge::Question;
use stop::StopSwitch;
use workspace::Wish;

/// Carries effects out in the real world.
#[derive(Debug)]
pub struct Workers {
    site: Arc<Site>,
    mail: Sender<Input>,
    switches: BTreeMap<EffectKey, StopSwitch>,
    finished: Arc<Mutex<Vec<EffectKey>>>,
}

impl Workers {
    /// Answers go to `mail`.
    pub fn new(site: Arc<Site>, mail: Sender<Input>) -> Self {
        Self { site, mail, switches: BTreeMap::new(), finished: Arc::default() }
    }

    fn forget_finished(&mut self) {
        let finished = std::mem::take(&mut *self.finished.lock().unwrap_or_else(PoisonError::into_inner));
        for key in finished {
            self.switches.remove(&key);
        }
    }
}

impl Perform for Workers {
    fn start(&mut self, key: EffectKey, effect: Effect) {
        self.forget_finished();
        let Some(run) = key.run else { return };
        let switch = StopSwitch::default();
        self.switches.insert(key, switch.clone());
        let job = Job {
            site: Arc::clone(&self.site),
            mail: self.mail.clone(),
            finished: Arc::clone(&self.finished),
            switch,
            key,
            run,
            effect,
        };
        let name = format!("{} of {run}", key.verb);
        if let Err(error) = std::thread::Builder::new().name(name).spawn(move || job.run()) {
            let outcome =
                Outcome::Failed { message: format!("cannot start a thread: {error}"), transient: true };
            // Nobody listens only when the driver is ending.
            let _ended = self.mail.send(Input::Done(key, outcome));
        }
    }

    fn cancel(&mut self, key: EffectKey) {
        if let Some(switch) = self.switches.get(&key) {
            switch.stop();
        }
    }
}

/// One effect under way.
struct Job {
    site: Arc<Site>,
    mail: Sender<Input>,
    finished: Arc<Mutex<Vec<EffectKey>>>,
    switch: StopSwitch,
    key: EffectKey,
    run: RunId,
    effect: Effect,
}

impl Job {
    fn run(self) {
        // A defect in one effect must not silence its run for ever.
        self.site.failpoint.reach(self.key.verb, Place::Before);
        let outcome = catch_unwind(AssertUnwindSafe(|| self.perform())).unwrap_or_else(|_| Outcome::Failed {
            message: format!("a defect of this program broke off `{}`", self.key.verb),
            transient: false,
        });
        self.site.failpoint.reach(self.key.verb, Place::After);
        self.finished.lock().unwrap_or_else(PoisonError::into_inner).push(self.key);
        if let Some(trouble) = self.site.storage_trouble(&outcome) {
            // What came of it is not told: the driver ends, and the next one asks for the same again.
            return self.site.break_off(trouble);
        }
        let _ended = self.mail.send(Input::Done(self.key, outcome));
    }

    fn perform(&self) -> Outcome {
        let site = &*self.site;
        let run = self.run;
        match &self.effect {
            Effect::Claim { task } => site.claim(run, task),
            Effect::Worktree { base, snapshot, fresh, marked } => {
                let (base, snapshot, marked) = (base.as_ref(), snapshot.as_ref(), marked.as_ref());
                site.ensure_workspace(run, Wish { base, snapshot, fresh: *fresh, marked })
            }
            Effect::Attempt { task, number, feedback, agent_session, most, agent } => {
                let order = Order {
                    task,
                    number: *number,
                    feedback: feedback.as_deref(),
                    session: agent_session.as_deref(),
                    most,
                    agent: agent.as_deref(),
                };
                self.site.attempt(run, &order, &self.switch, &|seen| {
                    let _ended = self.mail.send(Input::Seen(run, self.key.epoch, seen));
                })
            }
            Effect::Stop => site.stop(run),
            Effect::Snapshot { number, base } => site.snapshot(run, *number, base),
            Effect::Collect { base, snapshot, marked } => site.collect(base, snapshot, marked),
            Effect::Candidate { base, snapshot, on } => site.candidate(base, snapshot, on.as_ref()),
            Effect::Gates { candidate, again, tip } => site.gates(run, candidate, *again, tip, &self.switch),
            Effect::Judge { task, candidate, evidence, facts } => {
                let question = Question { run, task, candidate, evidence, facts };
                site.judge(&question, &self.switch)
            }
            Effect::Land { task, candidate, evidence, summary, agent, with } => {
                let last = LandPart {
                    run,
                    task: task.clone(),
                    candidate: candidate.clone(),
                    summary: summary.clone(),
                    agent: agent.clone(),
                };
                site.land(with, &last, evidence)
            }
            Effect::CloseTask { task, token, minutes, commit } => {
                site.close(run, task, *token, *minutes, commit)
            }
            Effect::Report { task, token, as_status, reason } => {
                site.report(run, task, *token, *as_status, reason)
            }
            Effect::Release { task, token } => site.release(task, *token),
            Effect::Tidy { snapshot } => site.tidy(run, snapshot.as_ref()),
            Effect::Notify { hold } => site.notify(run, *hold),
        }
    }
}

/// Why an effect could not be done.
#[derive(Debug)]
pub(crate) struct Trouble {
    message: String,
    /// Whether trying again may help.
    transient: bool,
}

impl From<Trouble> for Outcome {
    fn from(trouble: Trouble) -> Self {
        Self::Failed { message: trouble.message, transient: trouble.transient }
    }
}

/// An error that another try may not meet.
fn failed(error: &dyn std::error::Error) -> Trouble {
    Trouble { message: chain(error), transient: true }
}

/// An error that trying again cannot mend.
fn refused(error: &dyn std::error::Error) -> Trouble {
    Trouble { message: chain(error), transient: false }
}

/// An error with what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
