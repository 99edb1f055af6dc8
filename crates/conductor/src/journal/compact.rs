//! `conductor journal compact`.

use cli_kit::time::now;
use cli_kit::{CliError, Exit};
use conductor_engine::ids::SessionId;
use conductor_host::journal::{Compacted, KEPT_WHOLE, NotCompacted};
use serde_json::json;

use crate::context::Context;
use crate::failure::from_journal;
use crate::orchestrate::opened::Records;
use crate::orchestrate::people_only;

/// Replace the rows of sessions that are over by the state that they led to
///
/// Runs, holds, the conversation, evidence, commits and transcripts stay, and so do all commands on such a session; only
/// its journal can no longer be shown row by row. It is done by itself for all but the newest ten sessions when a new
/// one begins. `--session N` compacts one that is newer.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor journal compact --dry-run\n  conductor journal compact --session 2"
)]
pub(crate) struct Args {
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    people_only(context)?;
    let mut records = Records::new(context)?;
    let sessions = match records.asked() {
        Some(_) => records.session()?.into_iter().collect(),
        None => records.db.compactable().map_err(from_journal)?,
    };
    let mut done = Vec::new();
    for id in sessions {
        match records.db.compact(id, now(), args.dry_run).map_err(from_journal)? {
            Ok(compacted) => done.push(compacted),
            Err(NotCompacted::Nothing) => {}
            Err(why) => return Err(refused(id, why)),
        }
    }
    tell(context, &done, args.dry_run);
    Ok(Exit::Ok)
}

fn refused(id: SessionId, why: NotCompacted) -> CliError {
    let (why, hint) = match why {
        NotCompacted::NotOver => ("it is not over", "end it with `conductor orchestrate stop`"),
        NotCompacted::RunsOpen => ("it has runs that are not over", "see `conductor orchestrate status`"),
        NotCompacted::HoldsOpen => ("it has holds that nobody has answered", "see `conductor inbox`"),
        NotCompacted::Nothing => ("there is nothing to compact", "see `conductor journal show`"),
        NotCompacted::Changed => ("somebody wrote to it meanwhile", "try again"),
    };
    CliError::new(Exit::Refused, "NOT_COMPACTED", format!("session {id} stays as it is: {why}")).hint(hint)
}

fn tell(context: &mut Context, done: &[Compacted], dry: bool) {
    if context.printer.is_json() {
        let row = |c: &Compacted| {
            json!({
                "session": c.session,
                "rows": c.rows,
                "bytes_before": c.bytes_before,
                "bytes_after": c.bytes_after,
                "rows_digest": c.digest,
            })
        };
        let rows: Vec<_> = done.iter().map(row).collect();
        context.printer.json(&json!({ "dry_run": dry, "compacted": rows }));
        return;
    }
    if done.is_empty() {
        context.printer.line(format!(
            "Nothing to compact: the newest {KEPT_WHOLE} sessions, and what is open, keep their rows."
        ));
    }
    for c in done {
        let would = if dry { "would become" } else { "became" };
        context.printer.line(format!(
            "session {}: {} rows ({} KiB) {would} one checkpoint ({} KiB)",
            c.session,
            c.rows,
            c.bytes_before.div_ceil(1024),
            c.bytes_after.div_ceil(1024)
        ));
    }
}
