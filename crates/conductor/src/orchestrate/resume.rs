//! `conductor orchestrate resume`.

use cli_kit::time::now;
use cli_kit::{CliError, Exit};
use conductor_engine::control::Control;
use conductor_engine::session::Status;
use conductor_host::process::{leave_session, say_ready};

use super::control::{Asked, ask, say};
use super::drive::{Manner, drive, report};
use super::error::failed;
use super::opened::Opened;
use super::remains;
use crate::context::Context;
use crate::failure::from_journal;

/// Take a session up again: after its driver died, after a pause, or after holds were answered
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor orchestrate resume\n  conductor orchestrate resume --auto --session 2"
)]
pub(crate) struct Args {
    /// Never ask; end with exit code 7 when only holds are left
    #[arg(long)]
    auto: bool,
    /// Go on without this terminal (used by `start`)
    #[arg(long, hide = true)]
    detached: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    super::people_only(context)?;
    if args.detached {
        leave_session();
    }
    let mut opened = Opened::new(context)?;
    let id = opened.some_session()?;
    if opened.driver()?.is_some() {
        // It is alive: a paused one is told, and one that works needs nothing.
        let asked = ask(context, &mut opened, id, &Control::Resume)?;
        debug_assert!(matches!(asked, Asked::Driver(_) | Asked::Later));
        say(context, id, "asked to go on", &asked);
        return Ok(Exit::Ok);
    }
    let lock = opened.take_lock()?;
    let session = opened.fold(id)?;
    match session.status {
        Status::Active => {}
        Status::Paused { .. } | Status::Completed { .. } => {
            let waiting = opened.db.controls(id, session.last_control).map_err(from_journal)?;
            let open = session.open_runs().next().is_some();
            if matches!(session.status, Status::Completed { .. }) && !open && waiting.is_empty() {
                context.printer.note(format!("Session {id} is over; nothing of it is left to do."));
                return report(context, &opened, &session);
            }
            let actor = Opened::actor(context)?;
            opened.db.ask(id, &actor, &Control::Resume, now()).map_err(from_journal)?;
        }
        Status::Failed { .. } => {
            return Err(CliError::new(Exit::Refused, "SESSION_FAILED", format!("session {id} cannot go on")));
        }
    }
    if args.detached {
        say_ready().map_err(|e| failed(&e))?;
    }
    remains::make_ready(context, &opened, &lock, id)?;
    drive(context, &mut opened, &lock, id, Manner { ask: !args.auto && !args.detached })
}
