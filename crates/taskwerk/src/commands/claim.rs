//! `taskwerk claim`.

use cli_kit::text::escape;
use cli_kit::time::{compact, parse_duration};
use cli_kit::{CliError, Exit};
use jiff::SignedDuration;
use serde_json::json;
use taskwerk_model::{Claim, Command, Guard, Task, Worker};

use crate::context::Context;
use crate::failure::{from_client, from_value};

/// Take a task for a worker, so that nobody else moves it
///
/// Prints a token that proves the claim: commands that change the task take it as --token. The claim lapses after
/// its time unless the same worker claims again before.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  taskwerk claim 1 --worker agent-7 --ttl 15m\n  taskwerk claim 1 --worker me --force"
)]
pub(crate) struct Args {
    /// The task
    #[arg(value_name = "ID")]
    task: String,
    #[command(flatten)]
    lease: Lease,
    /// Take it over from another worker
    #[arg(long, short)]
    force: bool,
}

/// For whom and for how long.
#[derive(clap::Args, Debug)]
pub(crate) struct Lease {
    /// For whom [default: the actor]
    #[arg(long, value_name = "NAME")]
    worker: Option<Worker>,
    /// For how long, unless it is claimed again before
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = parse_duration)]
    pub(crate) ttl: SignedDuration,
}

impl Lease {
    /// The worker that is named, else the actor.
    pub(crate) fn worker(&self, context: &Context) -> Result<Worker, CliError> {
        let actor = || context.flags.actor(&context.env).parse().map_err(from_value);
        self.worker.clone().map_or_else(actor, Ok)
    }
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let (task, worker) = (project.id(&args.task)?, args.lease.worker(context)?);
    let guard = Guard { force: args.force, ..Guard::default() };
    let command = Command::Claim { task: task.clone(), worker, ttl: args.lease.ttl, guard };
    let changed = project.tasks.execute(command).map_err(from_client)?;
    let task = project.tasks.get(&task).map_err(from_client)?;
    print(context, Some(&task), changed.claims.first(), args.lease.ttl);
    Ok(Exit::Ok)
}

/// Prints a task and the claim on it, each of which may be missing.
pub(crate) fn print(context: &mut Context, task: Option<&Task>, claim: Option<&Claim>, ttl: SignedDuration) {
    let printer = &mut context.printer;
    if printer.is_json() {
        printer.json(&json!({ "task": task, "claim": claim }));
        return;
    }
    let Some(task) = task else {
        printer.note("No task is ready");
        return;
    };
    if printer.is_quiet() {
        printer.line(&task.id);
        return;
    }
    printer.line(format!("{}  {}", task.id, escape(task.title.as_str())));
    if let Some(claim) = claim {
        let (worker, length) = (escape(claim.worker.as_str()), compact(ttl));
        printer.line(format!("claimed by {worker} for {length}, token {}", claim.token));
    }
}
