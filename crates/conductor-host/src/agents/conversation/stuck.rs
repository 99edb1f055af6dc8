//! What ends a turn because it goes nowhere, or because it has used what it may: found, told, or ended.

use conductor_engine::agent_event::AgentEvent;
use conductor_engine::detect::Verdict;
use conductor_engine::ledger::Quantity;

use super::{Conversation, MOST_VERDICTS};
use crate::agents::cut::Cut;
use crate::agents::launch::StartError;
use crate::agents::price::priced;
use crate::agents::session_file::can_resume;
use crate::agents::watch::Watch;
use crate::process::{Ended, KeepError, KeptExit};

impl Conversation {
    /// Tells the agent that it goes nowhere, in its own session.
    pub(super) fn nudged(&mut self, verdict: &Verdict) -> Option<Result<(), StartError>> {
        let text = nudge(verdict);
        self.say(&text, || text.clone())
    }

    /// Whether it is silent, and its processes do nothing.
    pub(super) fn is_idle(&mut self, watch: &Watch) -> bool {
        let (Some(silence), Some(process)) = (watch.silence(), &self.process) else { return false };
        self.quiet.looks_idle(silence, self.heard.is_in_tool(), || process.child.pulse())
    }

    /// It goes nowhere: it is told so once, where it can be told, and ended else.
    pub(super) fn stuck(&mut self, verdict: Verdict) -> Cut {
        let can_be_told = self.heard.session.is_some() && can_resume(&self.program);
        let nudge = self.request.limits.nudge && self.verdicts.is_empty() && can_be_told;
        if self.verdicts.len() < MOST_VERDICTS {
            self.verdicts.push(verdict.clone());
        }
        self.note([AgentEvent::Verdict { verdict: verdict.clone(), told: nudge }]);
        Cut::Stuck { verdict, nudge }
    }

    /// Whether it used what it was granted, or more, as far as it tells.
    pub(super) fn has_spent(&self, all: bool) -> bool {
        let most = &self.request.limits.most;
        if most.cost_micros.is_none() && most.tokens.is_none() {
            return false;
        }
        let usage = priced(self.heard.usage.clone(), self.profile.price.as_ref());
        let tokens = usage.input_tokens.unwrap_or(0).saturating_add(usage.output_tokens.unwrap_or(0));
        let used = [(Quantity::Cost, usage.cost_micros.unwrap_or(0)), (Quantity::Tokens, tokens)];
        used.into_iter().any(|(quantity, used)| {
            most.of(quantity).is_some_and(|most| used > most || (all && used == most && most > 0))
        })
    }

    /// Whether another turn can follow one that was ended from here.
    pub(super) fn may_go_on(&self, kept: Option<&Result<KeptExit, KeepError>>) -> bool {
        let ended_by_us = match kept {
            None => true,
            Some(Ok(kept)) => matches!(kept.ended, Ended::Stopped | Ended::ByItself),
            Some(Err(_)) => false,
        };
        ended_by_us && !self.stop.is_raised()
    }
}

/// What an agent is told that goes nowhere.
fn nudge(verdict: &Verdict) -> String {
    format!(
        "Conductor interrupted you, since this leads nowhere: {}.\nDo not do it again. Look at what you know, and try \
         another way; if something is missing that only a person can give, say so.",
        verdict.why
    )
}
