//! `conductor orchestrate start`.

use cli_kit::text::escape;
use cli_kit::{CliError, Exit};
use conductor_host::process::spawn_detached;
use serde_json::json;

use super::error::{failed, from_begin, from_host};
use super::foresee::foresee;
use super::opened::Opened;
use super::run::{SessionArgs, anything_ready, introduce, options};
use crate::context::{Context, current_folder};

/// Like `run`, in the background: returns once the session is under way
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor orchestrate start --jobs 2\n  conductor monitor")]
pub(crate) struct Args {
    #[command(flatten)]
    session: SessionArgs,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    super::people_only(context)?;
    let opened = Opened::new(context)?;
    if args.session.dry_run {
        let options = options(context, &opened, args.session)?;
        return foresee(context, &opened, &options);
    }
    let lock = opened.take_lock()?;
    let options = options(context, &opened, args.session)?;
    if !anything_ready(context, &opened, &options)? {
        return Ok(Exit::Ok);
    }
    let begun = opened.host.begin(&lock, &options).map_err(|e| from_begin(&e))?;
    introduce(context, &opened, &begun);
    let log = opened.host.places().map_err(|e| from_host(&e))?.session_log(begun.id);
    // The child takes the lock itself.
    drop(lock);
    let program = std::env::current_exe().map_err(|e| failed(&e))?;
    let id = begun.id.to_string();
    let folder = opened.project.tasks.data_dir().to_owned().into_os_string();
    let mut arguments: Vec<std::ffi::OsString> =
        ["orchestrate", "resume", "--auto", "--detached", "--session", &id, "--dir"].map(Into::into).into();
    arguments.push(folder);
    let ready = spawn_detached(&program, &arguments, &context.user_env(), &current_folder()?, &log)
        .map_err(|e| failed(&e))?;
    if !ready {
        let message = format!("the driver of session {id} ended at once");
        return Err(
            CliError::new(Exit::Store, "START_FAILED", message).hint(format!("see {}", log.display()))
        );
    }
    if context.printer.is_json() {
        context.printer.json(&json!({ "session": begun.id, "branch": begun.branch.as_str(), "log": log }));
        return Ok(Exit::Ok);
    }
    context
        .printer
        .line(format!("Session {id} is under way. Its output: {}", escape(&log.to_string_lossy())));
    context.printer.note("watch it: conductor monitor    end it: conductor orchestrate stop");
    Ok(Exit::Ok)
}
