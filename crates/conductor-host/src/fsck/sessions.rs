//! Sessions that wait for a driver, and tables that differ from their journals.

use conductor_engine::session::Status;

use super::view::View;
use super::{Finding, FsckError, Scope};
use crate::driver::DriverLock;

pub(super) fn look(view: &View<'_>, found: &mut Vec<Finding>) -> Result<(), FsckError> {
    for known in view.resting() {
        let session = &known.session;
        let what = view.db.drift(session)?;
        if !what.is_empty() {
            found.push(Finding::Projection { session: session.id, what });
        }
        if view.scope != Scope::All {
            continue;
        }
        if matches!(session.status, Status::Active) || (session.is_moving() && !is_failed(&session.status)) {
            found.push(Finding::Interrupted { session: session.id });
        }
        let waiting = view.db.controls(session.id, session.last_control)?;
        let count = waiting.iter().filter(|control| control.reply.is_none()).count();
        if count > 0 && !is_failed(&session.status) {
            found.push(Finding::AnswersWait { session: session.id, count });
        }
    }
    if view.scope == Scope::All
        && view.driver.is_none()
        && let Some(pid) = DriverLock::dead_holder(&view.places.lock())
    {
        found.push(Finding::DeadDriver { pid });
    }
    Ok(())
}

fn is_failed(status: &Status) -> bool {
    matches!(status, Status::Failed { .. })
}
