//! `conductor orchestrate resume`.

use cli_kit::time::now;
use cli_kit::{CliError, Exit};
use conductor_engine::control::Control;
use conductor_engine::ids::SessionId;
use conductor_engine::session::{Session, Status};
use conductor_host::process::{leave_session, say_ready};
use serde_json::{Value, json};

use super::control::{Asked, ask, say};
use super::drive::{Manner, drive, drive_to_rest, exit, report};
use super::error::failed;
use super::opened::Opened;
use super::remains;
use super::status::Picture;
use crate::context::Context;
use crate::failure::from_journal;

/// Take a session up again: after its driver died, after a pause, or after holds were answered
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor orchestrate resume\n  conductor orchestrate resume --auto --session 2\n  \
                        conductor orchestrate resume --all --auto"
)]
pub(crate) struct Args {
    /// Never ask; end with exit code 7 when only holds are left
    #[arg(long)]
    auto: bool,
    /// Every session that was interrupted or paused, or whose holds were answered: one after the other, oldest first
    #[arg(long)]
    all: bool,
    /// Go on without this terminal (used by `start`)
    #[arg(long, hide = true)]
    detached: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    super::people_only(context)?;
    if args.all {
        return all(&args, context);
    }
    if args.detached {
        leave_session();
    }
    let mut opened = Opened::new(context)?;
    let id = opened.some_session()?;
    if !args.detached && opened.driver()?.is_some() {
        // It is alive: a paused one is told, and one that works needs nothing.
        let asked = ask(context, &mut opened, id, &Control::Resume)?;
        debug_assert!(matches!(asked, Asked::Driver(_) | Asked::Later));
        say(context, id, "asked to go on", &asked);
        return Ok(Exit::Ok);
    }
    let lock = if args.detached { opened.take_lock_soon()? } else { opened.take_lock()? };
    let session = opened.fold(id)?;
    match what_is_left(&opened, &session)? {
        Left::Nothing => {
            context.printer.note(format!("Session {id} is over; nothing of it is left to do."));
            return report(context, &opened, &session);
        }
        Left::CannotGoOn => {
            return Err(CliError::new(Exit::Refused, "SESSION_FAILED", format!("session {id} cannot go on")));
        }
        Left::Work => prepare(context, &mut opened, &session)?,
    }
    let manner = if args.detached { Manner::detached()? } else { Manner::here(!args.auto)? };
    if args.detached {
        say_ready().map_err(|e| failed(&e))?;
    }
    remains::make_ready(context, &opened, &lock, id)?;
    drive(context, &mut opened, &lock, id, &manner)
}

/// What a driver would find to do in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// It is over, and nobody asked anything of it since.
    Nothing,
    /// It goes on.
    Work,
    /// It was given up.
    CannotGoOn,
}

fn what_is_left(opened: &Opened, session: &Session) -> Result<Left, CliError> {
    Ok(match session.status {
        Status::Active | Status::Paused { .. } => Left::Work,
        Status::Failed { .. } => Left::CannotGoOn,
        Status::Completed { .. } => {
            let waiting = opened.db.controls(session.id, session.last_control).map_err(from_journal)?;
            let open = session.open_runs().next().is_some();
            if open || !waiting.is_empty() { Left::Work } else { Left::Nothing }
        }
    })
}

/// A session that was paused or had come to an end is asked to go on; one that was interrupted just goes on.
fn prepare(context: &Context, opened: &mut Opened, session: &Session) -> Result<(), CliError> {
    if session.status != Status::Active {
        let actor = Opened::actor(context)?;
        opened.db.ask(session.id, &actor, &Control::Resume, now()).map_err(from_journal)?;
    }
    Ok(())
}

/// Takes up every session in which something can be done without a person's further word.
fn all(args: &Args, context: &mut Context) -> Result<Exit, CliError> {
    if context.flags.session.is_some() {
        return Err(CliError::usage("`--all` takes up every session; leave --session out"));
    }
    let mut opened = Opened::new(context)?;
    let lock = opened.take_lock()?;
    let ids = to_take_up(&opened)?;
    let manner = Manner::here(!args.auto)?;
    let (mut worst, mut documents) = (Exit::Ok, Vec::new());
    for id in &ids {
        if manner.was_interrupted() {
            context.printer.note(format!("session {id} was not taken up"));
            continue;
        }
        context.printer.line(format!("Session {id}:"));
        let result = take_up(context, &mut opened, &lock, *id, &manner);
        let came = came_of_it(context, &opened, *id, result, &mut documents)?;
        worst = worst.max(came);
    }
    if context.printer.is_json() {
        context.printer.json(&documents);
    } else if ids.is_empty() {
        context.printer.line("No session waits to be taken up.");
    }
    Ok(worst)
}

/// The sessions that were interrupted or paused, or of which something was asked that nobody has obeyed yet; oldest
/// first. One that only waits for answers is left alone.
fn to_take_up(opened: &Opened) -> Result<Vec<SessionId>, CliError> {
    let mut ids = Vec::new();
    for row in opened.db.sessions().map_err(from_journal)? {
        // The words of the sessions table.
        let wanted = match row.status.as_str() {
            "active" | "paused" => true,
            // One that cannot even be read is taken up too, so that it is told.
            "completed" => asked_since(opened, row.id).unwrap_or(true),
            _ => false,
        };
        if wanted {
            ids.push(row.id);
        }
    }
    Ok(ids)
}

fn asked_since(opened: &Opened, id: SessionId) -> Result<bool, CliError> {
    let session = opened.fold(id)?;
    Ok(!opened.db.controls(id, session.last_control).map_err(from_journal)?.is_empty())
}

fn take_up(
    context: &mut Context,
    opened: &mut Opened,
    lock: &conductor_host::driver::DriverLock,
    id: SessionId,
    manner: &Manner,
) -> Result<Session, CliError> {
    let session = opened.fold(id)?;
    prepare(context, opened, &session)?;
    remains::make_ready(context, opened, lock, id)?;
    drive_to_rest(context, opened, lock, id, manner)
}

/// Says what came of one session. One that cannot be driven is no reason to leave the others.
fn came_of_it(
    context: &mut Context,
    opened: &Opened,
    id: SessionId,
    result: Result<Session, CliError>,
    documents: &mut Vec<Value>,
) -> Result<Exit, CliError> {
    let json = context.printer.is_json();
    match result {
        Ok(session) if json => {
            let exit = exit(&session);
            let mut document = json!(Picture::new(opened, session.id)?);
            document["exit"] = exit.code().into();
            documents.push(document);
            Ok(exit)
        }
        Ok(session) => report(context, opened, &session),
        Err(error) => {
            if json {
                let mut document = error.to_json();
                document["session"] = json!(id);
                document["exit"] = error.exit.code().into();
                documents.push(document);
            } else {
                context.printer.warn(format!("session {id} was not taken up: {}", error.message));
            }
            Ok(error.exit)
        }
    }
}
