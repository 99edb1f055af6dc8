//! What an agent may read of the tasks.

use serde_json::Value;

use super::call::Call;
use super::reply::Reply;

/// Reads tasks for the agent of one of them. Nothing can be changed through it.
pub trait Looks {
    /// The agent's task.
    ///
    /// # Errors
    /// Why it cannot be read, for the agent.
    fn task(&self) -> Result<Value, String>;

    /// The tasks around it; with `id`, one of them in full.
    ///
    /// # Errors
    /// Why it cannot be read: `id` names no task, or none that is related. For the agent.
    fn related(&self, id: Option<&str>) -> Result<Value, String>;
}

/// The reply to a call that only reads; `None` for all others.
pub fn look(looks: &dyn Looks, call: &Call) -> Option<Reply> {
    let seen = match call {
        Call::Task => looks.task(),
        Call::Related { id } => looks.related(id.as_deref()),
        Call::Ask { .. }
        | Call::Block { .. }
        | Call::Progress { .. }
        | Call::Note { .. }
        | Call::Submit { .. } => {
            return None;
        }
    };
    Some(match seen {
        Ok(value) => Reply::Json(value),
        Err(why) => Reply::Refused { why },
    })
}
