//! `conductor inbox`.

use cli_kit::text::{escape, escape_block};
use cli_kit::time::{now, relative};
use cli_kit::{CliError, Exit};

use super::drive::wants_words;
use super::opened::Records;
use super::status::{HoldPicture, holds};
use crate::context::Context;
use crate::failure::from_journal;

/// List what waits for you, with what you need to answer it
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor inbox\n  conductor inbox --json")]
pub(crate) struct Args {}

pub(crate) fn run(_: Args, context: &mut Context) -> Result<Exit, CliError> {
    let records = Records::new(context)?;
    let mut all: Vec<HoldPicture> = Vec::new();
    for id in records.db.sessions_with_holds().map_err(from_journal)? {
        all.extend(holds(&records, id)?);
    }
    if context.printer.is_json() {
        context.printer.json(&all);
        return Ok(Exit::Ok);
    }
    if all.is_empty() {
        context.printer.line("Nothing waits for you.");
    }
    let now = now();
    for hold in &all {
        let printer = &mut context.printer;
        printer.line(format!(
            "{}  {}  {}  ({})",
            hold.hold,
            escape(&hold.task_id),
            escape(&hold.question),
            relative(hold.opened_at, now)
        ));
        for line in hold.detail.lines().take(20) {
            printer.line(format!("     {}", escape_block(line)));
        }
        let words = if wants_words(hold.kind) {
            "\"your answer\" | reject \"why\""
        } else {
            "accept | retry \"words\" | reject \"why\""
        };
        printer.line(format!("   conductor answer {} {words}", hold.hold));
    }
    Ok(Exit::Ok)
}
