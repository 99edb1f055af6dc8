//! `conductor orchestrate clean`.

use cli_kit::text::escape;
use cli_kit::time::{now, parse_duration};
use cli_kit::{CliError, Exit};
use conductor_host::session::{CleanOptions, Cleaned, Left, LeftKind};
use jiff::SignedDuration;
use serde_json::json;

use super::error::failed;
use super::opened::Opened;
use crate::ask::{Choice, ask};
use crate::context::Context;

/// Remove what sessions left and nobody needs
///
/// A workspace, a branch or a snapshot goes only when everything in it is also elsewhere. What is the only copy of
/// something, in use, or not made by Conductor is kept and listed.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor orchestrate clean --dry-run\n  conductor orchestrate clean --older-than 30d\n  \
                        conductor orchestrate clean --drop TASK-002 --yes"
)]
pub(crate) struct Args {
    /// Only say what would be removed
    #[arg(long)]
    dry_run: bool,
    /// Only of sessions that ended longer ago than this, such as 30d
    #[arg(long, value_name = "DURATION")]
    older_than: Option<String>,
    /// The caches of gates too; they are made again
    #[arg(long)]
    caches: bool,
    /// The saved work of this task too, although it is nowhere else
    #[arg(long, value_name = "TASK")]
    drop: Option<String>,
    /// Do not ask before work is dropped
    #[arg(long, requires = "drop")]
    yes: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    super::people_only(context)?;
    let opened = Opened::new(context)?;
    let drop = args.drop.as_ref().map(|text| opened.task(text)).transpose()?;
    let age = args.older_than.as_deref().map(age).transpose()?;
    let mut options = CleanOptions {
        session: opened.named_session()?,
        ended_before: age.map(|age| now().checked_sub(age)).transpose().map_err(|e| failed(&e))?,
        caches: args.caches,
        drop: drop.as_ref().map(|(task, _)| task.clone()),
        dry_run: true,
    };
    let lock = opened.take_lock()?;
    if let Some((_, name)) = &drop
        && !args.dry_run
        && !args.yes
    {
        let would = opened.host.clean(&lock, &options).map_err(|e| failed(&e))?;
        if !is_confirmed(context, name, &would)? {
            context.printer.line("Nothing was removed.");
            return Ok(Exit::Ok);
        }
    }
    options.dry_run = args.dry_run;
    let cleaned = opened
        .host
        .clean(&lock, &options)
        .map_err(|e| failed(&e).hint("what was removed until then was not needed; clean again to go on"))?;
    if context.printer.is_json() {
        let freed = freed(&cleaned);
        context.printer.json(&json!({
            "dry_run": args.dry_run,
            "removed": cleaned.removed,
            "kept": cleaned.kept,
            "freed_bytes": freed,
        }));
    } else {
        draw(context, &cleaned, args.dry_run);
    }
    Ok(Exit::Ok)
}

fn age(text: &str) -> Result<SignedDuration, CliError> {
    parse_duration(text).map_err(|error| CliError::usage(format!("`--older-than {text}`: {error}")))
}

/// Asks before the only copy of something goes. What would go with it is none of that.
fn is_confirmed(context: &mut Context, task: &str, would: &Cleaned) -> Result<bool, CliError> {
    let dropped =
        would.removed.iter().filter(|left| is_ref(left)).filter(|left| left.why == "dropped").count();
    if dropped == 0 {
        return Ok(true);
    }
    let what = if dropped == 1 { "1 ref".to_owned() } else { format!("{dropped} refs") };
    if !context.can_ask {
        let message = format!(
            "dropping the saved work of {task} ({what}) needs your word, and there is no terminal to ask on"
        );
        return Err(CliError::new(Exit::Refused, "CONFIRMATION_NEEDED", message)
            .hint("look at it with `conductor orchestrate snapshots`, then add --yes"));
    }
    let choices =
        [Choice { key: 'y', word: "yes", means: true }, Choice { key: 'n', word: "no", means: false }];
    let question = format!("Drop the saved work of {} for good ({what})?", escape(task));
    Ok(ask(&mut context.printer, &question, &choices).unwrap_or(false))
}

fn is_ref(left: &Left) -> bool {
    match left.kind {
        LeftKind::Snapshot | LeftKind::OwnCommit => true,
        LeftKind::Workspace
        | LeftKind::GateWorkspace
        | LeftKind::Temporary
        | LeftKind::Cache
        | LeftKind::Branch
        | LeftKind::Unknown => false,
    }
}

fn freed(cleaned: &Cleaned) -> u64 {
    cleaned.removed.iter().map(|left| left.bytes).sum()
}

fn draw(context: &mut Context, cleaned: &Cleaned, dry_run: bool) {
    let printer = &mut context.printer;
    let removed = if dry_run { "would remove" } else { "removed" };
    for (word, all) in [(removed, &cleaned.removed), ("kept", &cleaned.kept)] {
        for left in all {
            let size = if left.bytes == 0 { String::new() } else { format!(", {}", bytes(left.bytes)) };
            printer.line(format!(
                "{word}  {} {}{size}: {}",
                kind(left.kind),
                escape(&left.place),
                escape(&left.why)
            ));
        }
    }
    if cleaned.removed.is_empty() && cleaned.kept.is_empty() {
        printer.line("Nothing is left of any session.");
        return;
    }
    let would = if dry_run { "would be " } else { "" };
    printer.line(format!(
        "{} {would}removed, {} {would}freed; {} kept",
        cleaned.removed.len(),
        bytes(freed(cleaned)),
        cleaned.kept.len()
    ));
    if cleaned.removed.iter().any(|left| left.bytes == 0) {
        printer.note("what refs and branches kept takes its space until git's own gc");
    }
}

fn kind(kind: LeftKind) -> &'static str {
    match kind {
        LeftKind::Workspace => "workspace",
        LeftKind::GateWorkspace => "gate workspace",
        LeftKind::Temporary => "temporary files",
        LeftKind::Cache => "cache",
        LeftKind::Branch => "branch",
        LeftKind::Snapshot => "snapshot",
        LeftKind::OwnCommit => "agent's commit",
        LeftKind::Unknown => "unknown",
    }
}

/// `0 B`, `12 kB`, `3.4 MB`.
fn bytes(bytes: u64) -> String {
    let (mut whole, mut rest) = (bytes, 0);
    for unit in ["B", "kB", "MB", "GB"] {
        if whole < 1000 {
            return if unit == "B" || whole >= 10 {
                format!("{whole} {unit}")
            } else {
                format!("{whole}.{} {unit}", rest / 100)
            };
        }
        (whole, rest) = (whole / 1000, whole % 1000);
    }
    format!("{whole} TB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_their_unit() {
        let cases = [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (1234, "1.2 kB"),
            (12_345, "12 kB"),
            (3_450_000, "3.4 MB"),
            (7_000_000_000, "7.0 GB"),
            (5_000_000_000_000, "5 TB"),
        ];
        for (number, expected) in cases {
            assert_eq!(bytes(number), expected);
        }
    }
}
