//! The end of an attempt: its process, its report, and what the next one needs of it.

use std::fs;

use conductor_engine::agent_event::AgentEvent;
use conductor_engine::attempt::{AttemptEnd, AttemptReport, Usage};
use conductor_engine::detect::Verdict;

use super::{Conversation, Over};
use crate::agents::attempt::closing_events;
use crate::agents::dir_file;
use crate::agents::result_file::AgentResult;
use crate::agents::session_file::{KEPT_SESSION, KeptSession, session_name};
use crate::agents::watch::{Alarm, Watch};
use crate::clock::{Stopwatch, now};
use crate::secrets::Masker;

/// How long a program may take to end after its input was closed. Some never do.
const CLOSE_PATIENCE_MS: u64 = 3_000;

impl Conversation {
    pub(super) fn report(mut self, mut end: AttemptEnd, file: &AgentResult) -> AttemptReport {
        hide(&mut end, &self.masker);
        // The agent's own file stays with the records.
        self.masker.mask_file(&self.files.result);
        let report = AttemptReport {
            end,
            usage: merged(&file.usage, &self.heard.usage),
            agent_session: self.heard.session.clone().map(|id| session_name(&self.program, &id)),
            working_ms: self.stopwatch.elapsed_ms(),
            contained: self.contained,
            verdicts: self.hidden_verdicts(),
        };
        // What an agent made undeletable on purpose is only litter in the attempt's own directory.
        let _litter = fs::remove_dir_all(&self.files.tmp);
        self.keep_session(&report);
        let heard = &self.heard;
        let told = |event: &AgentEvent| {
            matches!(event, AgentEvent::Usage { usage } if *usage == heard.usage)
                || matches!(event, AgentEvent::Question { text, .. } if heard.has_asked(text))
        };
        let closing = closing_events(&report);
        let closing: Vec<AgentEvent> = closing.into_iter().filter(|event| !told(event)).collect();
        // A transcript is for people to read: its loss must not change how the attempt ended.
        let _not_written = self.transcript.append_always(now(), closing);
        report
    }

    /// What the detectors said, without the secrets that they may have met.
    fn hidden_verdicts(&self) -> Vec<Verdict> {
        let mut verdicts = self.verdicts.clone();
        verdicts.iter_mut().for_each(|verdict| self.masker.mask_in(&mut verdict.why));
        verdicts
    }

    /// Keeps what the next attempt needs to go on with the agent's session.
    pub(super) fn keep_session(&self, report: &AttemptReport) {
        let Some(session) = &report.agent_session else { return };
        let kept = KeptSession { session: session.clone(), totals: self.totals.clone().unwrap_or_default() };
        // Without it the next attempt counts a little too much.
        let _not_kept = serde_json::to_vec(&kept)
            .map_err(std::io::Error::from)
            .and_then(|bytes| dir_file::write(&self.files.dir.join(KEPT_SESSION), &bytes));
    }

    /// Ends the process, if one goes on: closes its input, waits a little while it says its last, and has it ended
    /// by signals when it does not go. Returns what its last words were about.
    pub(super) fn close(&mut self) -> Option<Alarm> {
        let process = self.process.as_mut()?;
        process.pipes.close_input();
        let since = Stopwatch::start();
        let mut watch = Watch::begin(None);
        let mut signalled = false;
        loop {
            match self.step(&mut watch) {
                Some(Over::Exit(kept, _)) => {
                    if let Err(error) = kept {
                        self.contained &= error.is_contained();
                    }
                    return watch.blames();
                }
                Some(Over::Turn(_)) | None => {}
            }
            self.process.as_ref()?;
            let hurry = self.stop.is_raised() && since.elapsed_ms() > CLOSE_PATIENCE_MS / 6;
            if !signalled && (hurry || since.elapsed_ms() > CLOSE_PATIENCE_MS) {
                signalled = true;
                self.signal();
            }
        }
    }
}

/// The agent's own file wins over what its stream says, number by number.
fn merged(file: &Usage, stream: &Usage) -> Usage {
    Usage {
        input_tokens: file.input_tokens.or(stream.input_tokens),
        output_tokens: file.output_tokens.or(stream.output_tokens),
        cost_micros: file.cost_micros.or(stream.cost_micros),
    }
}

/// Masks the agent's own words: they go to the journal, to tasks, to people and into commits.
fn hide(end: &mut AttemptEnd, masker: &Masker) {
    match end {
        AttemptEnd::Finished { summary: text }
        | AttemptEnd::Failed { message: text, .. }
        | AttemptEnd::Asked { question: text }
        | AttemptEnd::Blocked { reason: text }
        | AttemptEnd::Refused { reason: text } => masker.mask_in(text),
        AttemptEnd::TimedOut
        | AttemptEnd::Stalled
        | AttemptEnd::Looped
        | AttemptEnd::OverBudget
        | AttemptEnd::RateLimited { .. }
        | AttemptEnd::Cancelled
        | AttemptEnd::Interrupted => {}
    }
}
