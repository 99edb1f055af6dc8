//! Who decides what: options first, then the person at the terminal, else it waits.

use cli_kit::text::escape;
use cli_kit::{CliError, Exit, Printer};
use conductor_plan::{Class, Decision, Proposal, Proposals};

use super::super::report::count;
use super::{Started, Take, say};
use crate::ask::{Choice, ask};
use crate::context::Context;

/// What was decided by options.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy {
    pub(super) confirm: bool,
    pub(super) take: Option<Take>,
    pub(super) started: Option<Started>,
}

impl Policy {
    /// What the options say of a proposal.
    pub(super) fn on(&self, class: Class) -> Option<Decision> {
        match class {
            Class::Safe => self.confirm.then_some(Decision::Apply),
            Class::Conflict => self.take.map(|take| match take {
                Take::Document => Decision::Apply,
                Take::Mine => Decision::Keep,
            }),
            Class::Begun => self.started.map(|started| match started {
                Started::FollowUp => Decision::FollowUp,
                Started::Note => Decision::Note,
                Started::Leave => Decision::Keep,
            }),
        }
    }

    /// What the options say of all proposals; what they say nothing of waits.
    pub(super) fn on_all(&self, proposals: &Proposals) -> Vec<Decision> {
        proposals.list.iter().map(|one| self.on(one.class).unwrap_or(Decision::Wait)).collect()
    }
}

/// A decision on every proposal; nothing when the person said no to what is safe.
pub(super) fn decisions(
    context: &mut Context,
    proposals: &Proposals,
    policy: &Policy,
) -> Result<Option<Vec<Decision>>, CliError> {
    let safe = proposals.list.iter().filter(|proposal| proposal.class == Class::Safe).count();
    let mut confirmed = *policy;
    if safe > 0 && !policy.confirm {
        if !context.can_ask {
            return Err(needs_a_word(safe));
        }
        let question = format!("Make {}?", count(safe, "safe change"));
        let choices =
            [Choice { key: 'y', word: "yes", means: true }, Choice { key: 'n', word: "no", means: false }];
        confirmed.confirm = ask(&mut context.printer, &question, &choices).unwrap_or(false);
        if !confirmed.confirm {
            return Ok(None);
        }
    }
    let mut decisions = confirmed.on_all(proposals);
    if context.can_ask {
        for (proposal, decision) in proposals.list.iter().zip(&mut decisions) {
            if *decision == Decision::Wait {
                *decision = asked(&mut context.printer, proposal);
            }
        }
    }
    Ok(Some(decisions))
}

fn asked(printer: &mut Printer, proposal: &Proposal) -> Decision {
    say::proposal(printer, proposal);
    let later = Choice { key: 'l', word: "later", means: Decision::Wait };
    let title = escape(&proposal.title).into_owned();
    let task = proposal.task.as_ref().map(ToString::to_string).unwrap_or_default();
    let answer = match proposal.class {
        Class::Safe | Class::Conflict => {
            let choices = [
                Choice { key: 'd', word: "document", means: Decision::Apply },
                Choice { key: 'm', word: "mine", means: Decision::Keep },
                later,
            ];
            ask(printer, &format!("{task} {title}: whose?"), &choices)
        }
        Class::Begun => {
            let choices = [
                Choice { key: 'f', word: "follow-up", means: Decision::FollowUp },
                Choice { key: 'n', word: "note", means: Decision::Note },
                Choice { key: 'i', word: "ignore", means: Decision::Keep },
                later,
            ];
            ask(printer, &format!("{task} {title}: what about it?"), &choices)
        }
    };
    answer.unwrap_or(Decision::Wait)
}

fn needs_a_word(safe: usize) -> CliError {
    let message = format!("{} need your word, and there is no terminal to ask on", count(safe, "change"));
    CliError::new(Exit::Refused, "CONFIRMATION_NEEDED", message)
        .hint("see them with --dry-run, then use --confirm")
}
