//! `conductor orchestrate pause`.

use cli_kit::{CliError, Exit};
use conductor_engine::control::Control;

use super::control::{ask, say};
use super::opened::Opened;
use crate::context::Context;

/// Begin no more tasks; what is under way goes on
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor orchestrate pause\n  conductor orchestrate resume")]
pub(crate) struct Args {}

pub(crate) fn run(_: Args, context: &mut Context) -> Result<Exit, CliError> {
    super::people_only(context)?;
    let mut opened = Opened::new(context)?;
    let id = opened.some_session()?;
    let asked = ask(context, &mut opened, id, &Control::Pause)?;
    say(context, id, "asked to pause", &asked);
    Ok(Exit::Ok)
}
