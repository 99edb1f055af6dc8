//! Asking something of a session: a row for its driver, checked beforehand against the state as it is.

use std::time::Duration;

use cli_kit::time::now;
use cli_kit::{CliError, Exit};
use conductor_engine::control::{Control, Reply};
use conductor_engine::event::{Event, Recorded};
use conductor_engine::ids::{ControlId, SessionId};
use conductor_engine::session::Session;
use conductor_engine::{Input, apply, decide};
use serde_json::json;

use super::opened::Opened;
use crate::context::Context;
use crate::failure::from_journal;

/// How often, and after what time, a driver's reply is looked for: two seconds in all.
const LOOKS: usize = 40;
const LOOK: Duration = Duration::from_millis(50);

/// What becomes of a request.
pub(super) enum Asked {
    /// A driver obeyed, and has ended since.
    Done,
    /// A driver is at work and obeys within a moment.
    Driver(u32),
    /// Nobody drives the session; the next one to do so obeys before anything else.
    Later,
}

/// Writes `control` down for the session.
///
/// # Errors
/// When it does not fit the session as it stands.
pub(super) fn ask(
    context: &Context,
    opened: &mut Opened,
    id: SessionId,
    control: &Control,
) -> Result<Asked, CliError> {
    let actor = Opened::actor(context)?;
    let session = with_what_waits(opened, id)?;
    let next = ControlId(u64::MAX);
    let would = decide(&session, now(), Input::Control(next, actor.clone(), control.clone()));
    if let Some(Event::ControlSeen { reply: Reply::Refused { why }, .. }) = would.first() {
        return Err(CliError::new(Exit::Refused, "CONTROL_REFUSED", why.clone()));
    }
    let row = opened.db.ask(id, &actor, control, now()).map_err(from_journal)?;
    obeyed(opened, row)
}

/// Waits a moment for a driver's reply.
fn obeyed(opened: &Opened, row: ControlId) -> Result<Asked, CliError> {
    for _ in 0..LOOKS {
        let driver = opened.driver()?;
        match opened.db.reply(row).map_err(from_journal)? {
            Some(Reply::Obeyed) => return Ok(driver.map_or(Asked::Done, Asked::Driver)),
            Some(Reply::Refused { why }) => {
                return Err(CliError::new(Exit::Refused, "CONTROL_REFUSED", why));
            }
            None if driver.is_none() => return Ok(Asked::Later),
            None => std::thread::park_timeout(LOOK),
        }
    }
    // A driver that asks its own person at a terminal obeys when that person has answered.
    Ok(Asked::Later)
}

/// The session as it will be once the requests that wait for a driver are obeyed, so that two answers to one question
/// are not both taken.
fn with_what_waits(opened: &Opened, id: SessionId) -> Result<Session, CliError> {
    let mut session = opened.fold(id)?;
    let at = now();
    for row in opened.db.controls(id, session.last_control).map_err(from_journal)? {
        for event in decide(&session, at, Input::Control(row.id, row.actor, row.control)) {
            let recorded = Recorded { seq: session.seq + 1, at, event };
            if apply(&mut session, &recorded).is_err() {
                // Its driver will say so; as an opinion beforehand this has no weight.
                return opened.fold(id);
            }
        }
    }
    Ok(session)
}

/// Says what becomes of a request that was written down.
pub(super) fn say(context: &mut Context, id: SessionId, what: &str, asked: &Asked) {
    let resume = format!("conductor orchestrate resume --session {id}");
    let later = matches!(asked, Asked::Later);
    if context.printer.is_json() {
        let next = later.then_some(resume);
        context
            .printer
            .json(&json!({ "session": id, "asked": what, "waits_for_driver": later, "next": next }));
        return;
    }
    match asked {
        Asked::Driver(pid) => {
            context.printer.line(format!("Session {id}: {what}. Its driver (process {pid}) obeyed."))
        }
        Asked::Done => context.printer.line(format!("Session {id}: {what}.")),
        Asked::Later => {
            context
                .printer
                .line(format!("Session {id}: {what}. Nobody drives it now; it is obeyed first of all at:"));
            context.printer.line(format!("  {resume}"));
        }
    }
}
