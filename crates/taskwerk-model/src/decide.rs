//! From a command to the events that it causes, or to the reason why it is refused.

mod claim;
mod delete;
mod depend;
mod edit;
mod import;
mod moves;

use crate::command::{Command, Guard};
use crate::draft::Draft;
use crate::event::Event;
use crate::id::TaskId;
use crate::import::ImportReport;
use crate::refusal::Refusal;
use crate::task::Task;
use crate::view::{Context, DecideError, Decided, View};
use std::collections::BTreeSet;

/// What a command leads to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decision {
    /// What happens, in order. Empty when the command asks for what is so already.
    pub events: Vec<Event>,
    /// Open tasks that can no longer be begun, since something that they wait for was cancelled.
    pub stranded: BTreeSet<TaskId>,
    /// What an import did.
    pub import: Option<ImportReport>,
}

/// Decides a command. Pure: the same view, context and command give the same decision.
///
/// # Errors
/// [`DecideError::Refused`] when the rules forbid it, [`DecideError::View`] when the view fails.
pub fn decide<V: View>(
    view: &V,
    context: &Context<'_>,
    command: Command,
) -> Result<Decision, DecideError<V::Error>> {
    let mut case =
        Case { draft: Draft::new(view, context.now), context, stranded: BTreeSet::new(), import: None };
    case.run(command)?;
    Ok(Decision { events: case.draft.into_events(), stranded: case.stranded, import: case.import })
}

/// A decision in the making. Each kind of command has its own file that adds its steps.
struct Case<'v, 'c, V: View> {
    draft: Draft<'v, V>,
    context: &'c Context<'c>,
    stranded: BTreeSet<TaskId>,
    import: Option<ImportReport>,
}

impl<V: View> Case<'_, '_, V> {
    fn run(&mut self, command: Command) -> Decided<(), V> {
        match command {
            Command::Add(add) => self.add(*add),
            Command::Update { task, patch, guard } => self.update(&task, *patch, guard),
            Command::Move { task, to, reason, children, guard } => {
                self.step(&task, to, reason.as_ref(), children, guard)
            }
            Command::AddDependency { task, on, guard } => self.add_dependency(&task, &on, guard),
            Command::RemoveDependency { task, on, guard } => self.remove_dependency(&task, &on, guard),
            Command::Note { task, text } => self.note(&task, text),
            Command::Delete { task, children, guard } => self.delete(&task, children, guard),
            Command::Claim { task, worker, ttl, guard } => self.claim(&task, worker, ttl, guard),
            Command::Heartbeat { task, token, ttl } => self.heartbeat(&task, token, ttl),
            Command::Release { task, guard } => self.release(&task, guard),
            Command::Import(import) => self.import(*import),
            Command::All(commands) => commands.into_iter().try_for_each(|command| self.run(command)),
        }
    }

    fn check_version(&self, task: &Task, guard: Guard) -> Result<(), Refusal> {
        match guard.version {
            Some(expected) if expected != task.version => {
                Err(Refusal::VersionConflict { id: task.id.clone(), expected, actual: task.version })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether the caller may move the task: nobody else holds it, and a token that was given proves the claim
    /// that there is.
    fn check_claim(&mut self, id: &TaskId, guard: Guard) -> Decided<(), V> {
        if guard.force {
            return Ok(());
        }
        let claim = self.draft.claim(id)?;
        match (claim, guard.token) {
            (Some(claim), Some(token)) if claim.token == token => Ok(()),
            (Some(claim), _) if claim.is_live(self.context.now) => {
                Err(Refusal::Claimed { id: id.clone(), holder: claim.worker, expires_at: claim.expires_at }
                    .into())
            }
            (_, Some(token)) => Err(Refusal::StaleToken { id: id.clone(), token }.into()),
            (_, None) => Ok(()),
        }
    }
}
