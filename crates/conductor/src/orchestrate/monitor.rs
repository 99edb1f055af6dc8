//! `conductor monitor`: the status, drawn again and again.

use std::io::IsTerminal as _;
use std::time::Duration;

use cli_kit::{CliError, Exit};

use super::opened::Records;
use super::status::{Picture, draw};
use crate::context::Context;

/// How often a view looks again.
const REFRESH: Duration = Duration::from_millis(500);

/// Watch a session until it rests
///
/// On a terminal the view is refreshed in place; elsewhere it is printed once.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor monitor\n  conductor monitor --once")]
pub(crate) struct Args {
    /// Show it once and end
    #[arg(long)]
    once: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let records = Records::new(context)?;
    let id = records.some_session()?;
    let live = !args.once && !context.printer.is_json() && std::io::stdout().is_terminal();
    loop {
        let driven = records.driver()?.is_some();
        let picture = Picture::new(&records, id)?;
        if context.printer.is_json() {
            context.printer.json(&picture);
            return Ok(Exit::Ok);
        }
        if live {
            // Home, and clear to the end: the text below replaces what was there.
            context.printer.raw("\x1b[H\x1b[2J");
        }
        draw(context, &picture);
        context.printer.flush();
        if !live || !driven || context.printer.is_closed() {
            return Ok(Exit::Ok);
        }
        look_again();
    }
}

/// Lets a moment pass before the next look: journal and transcripts tell nobody that they have grown.
pub(crate) fn look_again() {
    std::thread::park_timeout(REFRESH);
}
