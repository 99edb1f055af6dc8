//! `conductor config`.

use cli_kit::table::{Cell, Fit, Table};
use cli_kit::text::escape;
use cli_kit::{CliError, Exit};
use serde_json::Value;
use taskwerk_client::locate;

use crate::context::{Context, current_folder};
use crate::settings;

/// Show the configuration as it is after all its layers: defaults, user, project, environment
///
/// Values that hold secrets are hidden. The files are `.taskwerk/config.yml` of the project and
/// `~/.config/taskwerk/config.yml` of the user; Taskwerk's own sections are shown by `taskwerk config`.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor config --show-origin\n  conductor config orchestration.safety"
)]
pub(crate) struct Args {
    /// Only this key, or the keys below it
    #[arg(value_name = "KEY")]
    key: Option<String>,
    /// Say where each value was set
    #[arg(long)]
    show_origin: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    // Outside a project the user's layers are shown.
    let folder = locate(&current_folder()?, context.flags.dir(&context.env).as_deref()).ok();
    let layers = settings::load(&context.env, folder.as_deref())?;
    // What cannot be used is an error here too: to show it as if it were in force would mislead.
    settings::config(&layers)?;
    let mut entries = layers.entries();
    if let Some(key) = &args.key {
        let below = format!("{key}.");
        entries.retain(|entry| entry.key == *key || entry.key.starts_with(&below));
        if entries.is_empty() {
            return Err(CliError::new(
                Exit::NotFound,
                "CONFIG_KEY_NOT_SET",
                format!("`{}` is not set", escape(key)),
            )
            .hint("see `conductor config` for what is"));
        }
    }
    let printer = &mut context.printer;
    if printer.is_json() {
        printer.json(&entries);
        return Ok(Exit::Ok);
    }
    let mut table = Table::new(&[("", Fit::Keep), ("", Fit::Shrink(20)), ("", Fit::Drop)]);
    for entry in &entries {
        let value = match &entry.value {
            Value::String(text) => text.clone(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                entry.value.to_string()
            }
        };
        let origin = if args.show_origin { entry.origin.to_string() } else { String::new() };
        table.row([Cell::new(&entry.key), Cell::new(&value), Cell::new(&origin)]);
    }
    let text = table.render(printer);
    printer.raw(&text);
    Ok(Exit::Ok)
}
