//! `taskwerk next`.

use cli_kit::{CliError, Exit};

use super::claim::{self, Lease};
use crate::context::Context;
use crate::failure::from_client;

/// Show the task to do next, or take it
///
/// It is the first of `taskwerk ready`. With --claim it is taken in the same step, so that no two workers get the
/// same one.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  taskwerk next\n  taskwerk next --claim --worker agent-7 --ttl 15m --json"
)]
pub(crate) struct Args {
    /// Take it for a worker
    #[arg(long)]
    claim: bool,
    #[command(flatten)]
    lease: Lease,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    if !args.claim {
        let next = project.tasks.next().map_err(from_client)?;
        claim::print(context, next.as_ref(), None, args.lease.ttl);
        return Ok(Exit::Ok);
    }
    let taken = project.tasks.next_claim(args.lease.worker(context)?, args.lease.ttl).map_err(from_client)?;
    let (task, claim) = taken.unzip();
    claim::print(context, task.as_ref(), claim.as_ref(), args.lease.ttl);
    Ok(Exit::Ok)
}
