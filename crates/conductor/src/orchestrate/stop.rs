//! `conductor orchestrate stop`.

use cli_kit::{CliError, Exit};
use conductor_engine::control::Control;
use conductor_engine::session::Status;
use conductor_host::driver::DriverLock;
use serde_json::json;

use super::control::{Asked, ask, say};
use super::drive::{Manner, drive};
use super::error::{from_host, from_lock};
use super::opened::Opened;
use crate::context::Context;

/// End the session: agents are stopped, their work is kept, tasks go back to todo
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor orchestrate stop --reason \"lunch\"\n  conductor orchestrate stop --no-wait"
)]
pub(crate) struct Args {
    /// Why; it is written to the tasks
    #[arg(long, value_name = "TEXT", default_value = "stopped by a person")]
    reason: String,
    /// Do not wait until everything is wrapped up
    #[arg(long)]
    no_wait: bool,
    /// Give up a session that cannot be driven any more: nothing is wrapped up, work stays in its refs and workspaces
    #[arg(long)]
    abandon: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    super::people_only(context)?;
    let mut opened = Opened::new(context)?;
    let running = match opened.session()? {
        None => None,
        Some(id) => Some((id, opened.fold(id)?)).filter(|(_, s)| {
            matches!(s.status, Status::Active)
                || matches!(s.status, Status::Paused { .. }) && !s.runs.is_empty()
        }),
    };
    let Some((id, _)) = running else {
        if context.printer.is_json() {
            context.printer.json(&json!({ "session": null, "asked": null }));
        } else {
            context.printer.line("Nothing is running.");
        }
        return Ok(Exit::Ok);
    };
    if args.abandon {
        let lock = opened.take_lock()?;
        let actor = Opened::actor(context)?;
        opened.host.abandon(&lock, id, &actor, &args.reason).map_err(|e| from_host(&e))?;
        let session = opened.fold(id)?;
        return super::drive::report(context, &opened, &session).map(|_| Exit::Ok);
    }
    let asked = ask(context, &mut opened, id, &Control::Stop { why: args.reason })?;
    if matches!(asked, Asked::Driver(_)) && !args.no_wait {
        context.printer.note(format!("Session {id} wraps up: agents are stopped, their work is saved…"));
        let lock = DriverLock::wait(&opened.lock_path()).map_err(|e| from_lock(&e))?;
        drop(lock);
        let session = opened.fold(id)?;
        return super::drive::report(context, &opened, &session).map(|_| Exit::Ok);
    }
    if matches!(asked, Asked::Later) && !args.no_wait {
        // Nobody is there to obey, so this program wraps up itself.
        let lock = opened.take_lock()?;
        return drive(context, &mut opened, &lock, id, &Manner::here(false)?).map(|_| Exit::Ok);
    }
    say(context, id, "asked to stop", &asked);
    Ok(Exit::Ok)
}
