//! `conductor orchestrate record`.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use cli_kit::config::masked;
use cli_kit::text::escape;
use cli_kit::{CliError, Exit};
use conductor_engine::ids::TaskRef;
use conductor_host::gates::withheld_names;
use conductor_host::session::RecordError;
use serde_json::{Value, json};

use super::error::{failed, from_host};
use super::opened::Opened;
use crate::context::{Context, current_folder};

/// Make a recording of what a session's agents said and changed, to be played with `run --replay`
///
/// It holds every line that was exchanged with the agents' programs, and what they changed as patches. Secrets of the
/// configuration are hidden, and values of variables whose names look like credentials; look at the file before you give
/// it away all the same.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor orchestrate record session.json\n  \
                  conductor orchestrate record --session 2 --tasks TASK-001 one.json\n  \
                  conductor orchestrate run --replay session.json --faults hang")]
pub(crate) struct Args {
    /// The file to write
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only these tasks, by id and comma
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    tasks: Vec<String>,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let opened = Opened::new(context)?;
    let session = opened.some_session()?;
    let tasks: Vec<TaskRef> =
        args.tasks.iter().map(|text| opened.task(text).map(|(task, _)| task)).collect::<Result<_, _>>()?;
    let only = (!tasks.is_empty()).then_some(&*tasks);
    let secrets = secrets(&opened);
    let made =
        opened.host.record(&opened.db, session, only, &secrets).map_err(|error| from_record(&error))?;
    let file = current_folder()?.join(&args.file);
    let bytes = serde_json::to_vec_pretty(&made.recording).map_err(|error| failed(&error))?;
    write(&file, &bytes).map_err(|error| failed(&error))?;
    let attempts: usize = made.recording.tasks.iter().map(|task| task.turns.len()).sum();
    let tasks = made.recording.tasks.len();
    if context.printer.is_json() {
        context.printer.json(&json!({
            "session": session,
            "file": args.file.display().to_string(),
            "tasks": tasks,
            "attempts": attempts,
            "missing": made.missing,
        }));
        return Ok(Exit::Ok);
    }
    let file = args.file.display().to_string();
    context.printer.line(format!("{tasks} tasks with {attempts} attempts recorded in {}", escape(&file)));
    for missing in &made.missing {
        context.printer.note(escape(missing));
    }
    context.printer.note(format!("play it: conductor orchestrate run --replay {}", escape(&file)));
    Ok(Exit::Ok)
}

/// A neighbour first, so that a failure leaves the file that was there.
fn write(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = PathBuf::from(name);
    let written = std::fs::File::create_new(&part)
        .and_then(|mut out| out.write_all(bytes).and_then(|()| out.sync_all()))
        .and_then(|()| std::fs::rename(&part, file));
    if written.is_err() {
        // Best effort: the error that is told is the first one.
        let _ = std::fs::remove_file(&part);
    }
    written
}

/// What a recording must not show: what is hidden of the configuration, and credentials of the environment. Words that
/// are too short to be one would be hidden everywhere.
fn secrets(opened: &Opened) -> Vec<String> {
    const SHORTEST: usize = 6;
    let mut all = BTreeSet::new();
    differing(&opened.host.config, &masked(&opened.host.config), &mut all);
    let env = &opened.host.env;
    let withheld = withheld_names(env);
    let named = withheld.iter().filter(|name| looks_like_a_credential(name));
    all.extend(named.filter_map(|name| Some(env.get(std::ffi::OsStr::new(name))?.to_str()?.to_owned())));
    let mut all: Vec<String> = all.into_iter().filter(|secret| secret.len() >= SHORTEST).collect();
    // The longest first, since one may hold another.
    all.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    all
}

/// Among what gates do not get there is also what only points at places.
fn looks_like_a_credential(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["TOKEN", "SECRET", "KEY", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL"]
        .iter()
        .any(|part| name.contains(part))
}

/// The texts that one document has and the other, of the same form, has not.
fn differing(plain: &Value, masked: &Value, found: &mut BTreeSet<String>) {
    match (plain, masked) {
        (Value::Object(plain), Value::Object(masked)) => {
            for (key, value) in plain {
                differing(value, masked.get(key).unwrap_or(&Value::Null), found);
            }
        }
        (Value::Array(plain), Value::Array(masked)) => {
            plain.iter().zip(masked).for_each(|(plain, masked)| differing(plain, masked, found));
        }
        (Value::String(plain), masked) if masked.as_str() != Some(plain) => {
            found.insert(plain.clone());
        }
        _ => {}
    }
}

fn from_record(error: &RecordError) -> CliError {
    match error {
        RecordError::Host(error) => from_host(error),
        RecordError::Journal(_) | RecordError::Git(_) => failed(error),
        RecordError::Compacted(_) => CliError::new(Exit::Refused, "SESSION_COMPACTED", error.to_string()),
        RecordError::Nothing(_) => CliError::new(Exit::NotFound, "NOTHING_RECORDED", error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_of_a_configuration_is_found() {
        let config =
            json!({"a": {"api_key": "sk-123456", "url": "http://u:hunter22@h/", "plain": "word"}, "b": [1]});
        let mut found = BTreeSet::new();
        differing(&config, &masked(&config), &mut found);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["http://u:hunter22@h/", "sk-123456"]);
    }
}
