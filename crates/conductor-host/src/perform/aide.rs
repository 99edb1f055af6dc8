//! Who helps an agent while it works: answers what is settled already, keeps its notes, and lets it look at tasks.

use std::sync::{Arc, OnceLock};

use conductor_engine::ids::{RunId, TaskRef};
use taskwerk_model::Command;

use super::site::Site;
use crate::agents::desk::{Call, Reply};
use crate::agents::{Aide, TaskSheet};
use crate::answers::Answers;

/// The most characters of a note that is kept at a task.
const MOST_NOTE: usize = 2000;

/// Helps the agent of one attempt.
#[derive(Debug)]
pub(super) struct TaskAide {
    site: Arc<Site>,
    run: RunId,
    task: TaskRef,
    sheet: TaskSheet,
    /// Read when the first question comes; `None` where nothing can be read.
    answers: OnceLock<Option<Answers>>,
}

impl TaskAide {
    pub(super) fn new(site: Arc<Site>, run: RunId, task: TaskRef, sheet: TaskSheet) -> Self {
        Self { site, run, task, sheet, answers: OnceLock::new() }
    }

    fn answers(&self) -> Option<&Answers> {
        let site = &self.site;
        let load = || Answers::load(&site.db(), &site.repo, &site.setup.base, &site.rules).ok();
        self.answers.get_or_init(load).as_ref()
    }
}

impl Aide for TaskAide {
    fn answer(&self, question: &str, asked: &[String]) -> Option<String> {
        self.answers()?.answer(question, asked).map(|answered| answered.told())
    }

    fn note(&self, text: &str) {
        let clean: String = text.chars().filter(|c| !c.is_control() || *c == '\n').take(MOST_NOTE).collect();
        let text = format!("Noted by the agent of run {}: {}", self.run, crate::secrets::mask(clean.trim()));
        // It stands in the transcript, too.
        let _not_kept = self.site.add_note(&self.task, text);
    }

    fn look(&self, call: &Call) -> Option<Reply> {
        self.site.look(&self.task, &self.sheet, call)
    }
}

impl Site {
    fn add_note(&self, task: &TaskRef, text: String) -> Result<(), Box<dyn std::error::Error>> {
        let id = self.task_id(task)?;
        self.count_commit();
        self.tasks().execute(Command::Note { task: id, text })?;
        Ok(())
    }
}
