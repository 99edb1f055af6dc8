//! The steps that a run has to take before it may leave its agent, hold or end.

use crate::effect::Verb;
use crate::session::{Ending, Phase, Run};

/// The steps that wrap up a run from where it is: processes first, then the work, then the task, then the
/// workspace.
pub(super) fn wrap_up(run: &Run, ending: &Ending) -> Vec<Verb> {
    let mut steps = unfinished(run);
    match ending {
        Ending::Landed { .. } => steps.push(Verb::CloseTask),
        Ending::Rejected { .. } | Ending::Failed { .. } | Ending::Stopped { .. } => steps.push(Verb::Report),
        Ending::Superseded { .. } if run.token.is_some() => steps.push(Verb::Release),
        Ending::Superseded { .. } => {}
    }
    if run.workspace {
        steps.push(Verb::Tidy);
    }
    steps
}

/// What has to be done before a run may leave its agent: stop it, and save what it did.
pub(super) fn unfinished(run: &Run) -> Vec<Verb> {
    let mut steps = Vec::new();
    if run.agent_may_live() {
        steps.push(Verb::Stop);
    }
    let unsaved = matches!(run.phase, Phase::Working(_)) || run.pending.contains(&Verb::Snapshot);
    if unsaved && run.base.is_some() {
        steps.push(Verb::Snapshot);
    }
    steps
}
