//! One try of an agent.

use std::ffi::OsStr;
use std::sync::Arc;
use std::time::Duration;

use conductor_engine::Observation;
use conductor_engine::attempt::{AttemptEnd, AttemptReport};
use conductor_engine::effect::{Outcome, Verb};
use conductor_engine::ids::{RunId, TaskRef};
use conductor_engine::ledger::Budget;
use conductor_engine::session::Step;

use super::aide::TaskAide;
use super::failpoint::Place;
use super::site::Site;
use super::stop::StopSwitch;
use super::{Trouble, failed};
use crate::agents::{
    AttemptLimits, AttemptRequest, Profile, ProfileKind, Purpose, Resume, priced, session_id, totals_of,
};
use crate::clock;
use crate::process::sweep;
use crate::prompt::{self, PromptParts};

/// What an agent is to do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order<'o> {
    pub(super) task: &'o TaskRef,
    /// Counted from 1 in the run.
    pub(super) number: u32,
    /// What went before.
    pub(super) feedback: Option<&'o str>,
    /// The agent's own session that goes on, as its report named it.
    pub(super) session: Option<&'o str>,
    /// What it must not go beyond.
    pub(super) most: &'o Budget,
    /// The agent that took over; `None` for the session's.
    pub(super) agent: Option<&'o str>,
}

impl Site {
    pub(super) fn attempt(
        self: &Arc<Self>,
        run: RunId,
        order: &Order<'_>,
        switch: &StopSwitch,
        seen: &dyn Fn(Observation),
    ) -> Outcome {
        let request = match self.request(run, order) {
            Ok(request) => request,
            Err(trouble) => return trouble.into(),
        };
        if switch.is_stopped() {
            return Outcome::Attempt(AttemptReport::nothing(AttemptEnd::Cancelled));
        }
        let running = self.agents.start(self.profile(order.agent), request);
        seen(Observation::Started);
        self.failpoint.reach(Verb::Attempt, Place::Inside);
        let stopper = running.stopper();
        switch.on_stop(move || stopper.stop());
        let report = running.wait();
        let price = self.profile(order.agent).price.as_ref();
        Outcome::Attempt(AttemptReport { usage: priced(report.usage, price), ..report })
    }

    /// What an earlier effect of the run had started has answered before this one begins, and its keeper has
    /// proven it dead; only where the keeper itself was killed may something be left.
    pub(super) fn stop(&self, run: RunId) -> Outcome {
        let dir =
            self.newest_workspace(run).map_or_else(|| self.places.workspace(run, 0), |w| w.path().to_owned());
        self.failpoint.reach(Verb::Stop, Place::Inside);
        // The path of the workspace is this run's alone; its number is used in every repository.
        match sweep(OsStr::new("CONDUCTOR_WORKSPACE"), dir.as_os_str(), &dir) {
            Ok(true) => Outcome::Done,
            Ok(false) => Outcome::Failed {
                message: format!("processes of run {run} cannot be ended"),
                transient: true,
            },
            Err(error) => failed(&error).into(),
        }
    }

    fn request(self: &Arc<Self>, run: RunId, order: &Order<'_>) -> Result<AttemptRequest, Trouble> {
        let Order { task, number, feedback, session, most, agent } = *order;
        let profile = self.profile(agent);
        let mut records = self.records(task).map_err(|e| failed(&*e))?;
        records.task.feedback = feedback.map(str::to_owned);
        let workspace = self.workspace_again(run)?;
        // An agent of the run that was killed may have left its own git half-way.
        self.repo.clear_clone_locks(workspace.path()).map_err(|e| failed(&e))?;
        let cache = self.places.search_cache();
        let place = prompt::Place {
            root: workspace.path(),
            cache: Some(&cache),
            past: self.past(),
            now: clock::now(),
        };
        let around = prompt::gather(&place, &records);
        let budget = prompt::Budget::new(self.rules.workflow.prompt_tokens);
        let parts = PromptParts::gathered(&records, &around, budget);
        let parts =
            PromptParts { gates: &self.setup.gates, tools: profile.has_tools(), limits: *most, ..parts };
        let prompt = prompt::build(&parts);
        let resume = self.resume(profile, run, number, session, || prompt::build_next(&parts).text);
        let limit = Duration::try_from(self.setup.rules.max_task_duration).unwrap_or(Duration::MAX);
        let limit = most.working_ms.map_or(limit, |ms| limit.min(Duration::from_millis(ms)));
        let aide = TaskAide::new(Arc::clone(self), run, task.clone(), records.task.clone());
        Ok(AttemptRequest {
            run,
            attempt: number,
            task: records.task,
            prompt: prompt.text,
            resume,
            aide: Some(Arc::new(aide)),
            purpose: Purpose::Work,
            limits: AttemptLimits { most: *most, nudge: self.setup.rules.ladder.contains(&Step::Nudge) },
            workspace: workspace.path().to_owned(),
            dir: self.places.attempt(run, number),
            tmp: self.places.tmp(run, "attempt"),
            ceiling: self.places.root().to_owned(),
            timeout: limit,
        })
    }

    /// The agent's own session, where its program can go on with it.
    fn resume(
        &self,
        profile: &Profile,
        run: RunId,
        number: u32,
        session: Option<&str>,
        prompt: impl FnOnce() -> String,
    ) -> Option<Resume> {
        let name = session?;
        let ProfileKind::Program(program) = &profile.kind else { return None };
        let id = session_id(program, name)?;
        let before = (1..number).rev().map(|n| self.places.attempt(run, n)).find(|dir| dir.is_dir());
        let totals = before.map(|dir| totals_of(&dir, name)).unwrap_or_default();
        Some(Resume { session: id.to_owned(), totals, prompt: prompt() })
    }
}
