//! `taskwerk config`.

use cli_kit::table::{Cell, Fit, Table};
use cli_kit::{CliError, Exit};
use serde_json::Value;

use crate::context::{Context, current_folder};
use crate::settings;

/// Show the configuration as it is after all its layers: defaults, user, project, environment
///
/// Values that hold secrets are hidden. The files are `.taskwerk/config.yml` of the project and
/// `~/.config/taskwerk/config.yml` of the user.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  taskwerk config --show-origin\n  taskwerk config tasks.default_priority"
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
    // Outside a project the user's layers are shown; a wrong project file is an error in both cases.
    let folder = taskwerk_store::locate(&current_folder()?, context.flags.dir(&context.env).as_deref()).ok();
    let config = settings::load(&context.env, folder.as_deref())?;
    let mut entries = config.entries();
    for section in settings::WITHOUT_EFFECT {
        if config.get(section).is_some() {
            context
                .printer
                .warn(format_args!("`{section}` is set, but this version does nothing with it yet"));
        }
    }
    if let Some(key) = &args.key {
        let below = format!("{key}.");
        entries.retain(|entry| entry.key == *key || entry.key.starts_with(&below));
        if entries.is_empty() {
            return Err(CliError::new(Exit::NotFound, "CONFIG_KEY_NOT_SET", format!("`{key}` is not set"))
                .hint("see `taskwerk config` for what is"));
        }
    }
    let printer = &mut context.printer;
    if printer.is_json() {
        printer.json(&entries);
        return Ok(Exit::Ok);
    }
    let mut table = Table::new(&[("", Fit::Keep), ("", Fit::Keep), ("", Fit::Drop)]);
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
