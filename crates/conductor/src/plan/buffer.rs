//! A plan, or an item of it, as text in the user's editor.
//!
//! What was typed is never lost: the file stays until the text was read and stored, and its path is told when it was not.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use cli_kit::text::escape;
use cli_kit::{CliError, Env, Exit};
use conductor_plan::edit::Edit;
use conductor_plan::text_form::{self, TextError};
use conductor_plan::{ItemKey, Plan};

use super::changed::tell;
use super::editing::{Done, Editing};
use super::stored::Stored;
use crate::ask::{Choice, ask};
use crate::context::Context;
use crate::terminal::editor::open;

/// The most that is read of a text, in bytes.
const LONGEST: u64 = 64 * 1024 * 1024;

/// What a text asks for.
pub(super) enum Wanted {
    /// The whole plan.
    Plan(Box<Plan>),
    /// Changes of one item.
    Edits(Vec<Edit>),
}

/// A text that is being edited.
pub(super) struct Buffer {
    path: PathBuf,
    /// The item whose text it is; `None` for the whole plan.
    item: Option<ItemKey>,
    /// What was written into it.
    written: String,
}

impl Buffer {
    /// Writes the text into a file beside the database, where it survives whatever happens.
    pub(super) fn write(folder: &Path, stored: &Stored, item: Option<&ItemKey>) -> Result<Self, CliError> {
        let written = text(stored, item);
        let name = format!("plan-{}-{}.md", stored.row.id, std::process::id());
        let path = folder.join(name);
        std::fs::write(&path, &written).map_err(|error| failed(&path, "write", &error))?;
        Ok(Self { path, item: item.cloned(), written })
    }

    /// Opens it in the user's editor and waits for that to end.
    pub(super) fn open(&self, env: &Env) -> Result<(), CliError> {
        open(env, &self.path).map_err(|why| self.kept(&why))
    }

    /// What the text asks for; `None` when it was not touched, or is empty.
    pub(super) fn read(&self, plan: &Plan) -> Result<Option<Wanted>, Unread> {
        let text = std::fs::read_to_string(&self.path)
            .map_err(|error| Unread::File(failed(&self.path, "read", &error)))?;
        if text == self.written || text.trim().is_empty() {
            return Ok(None);
        }
        let wanted = match &self.item {
            Some(key) => text_form::read_one(&text, plan, key).map(Wanted::Edits),
            None => text_form::read(&text, plan).map(|plan| Wanted::Plan(Box::new(plan))),
        };
        wanted.map(Some).map_err(Unread::Text)
    }

    /// Takes the file away; its text was stored.
    pub(super) fn done(self) {
        // A file that cannot be removed does no harm.
        let _ = std::fs::remove_file(&self.path);
    }

    /// An error that says where the text is.
    pub(super) fn kept(&self, why: &str) -> CliError {
        CliError::new(Exit::Refused, "PLAN_TEXT_UNREAD", why.to_owned()).hint(self.place())
    }

    fn place(&self) -> String {
        let path = self.path.display();
        match self.item {
            None => {
                format!("your text is kept in {path}; correct it and use `conductor plan edit --from {path}`")
            }
            Some(_) => format!("your text is kept in {path}"),
        }
    }

    /// The same error, with a word of where the text is.
    pub(super) fn with_place(&self, error: CliError) -> CliError {
        let hint = error.hint.clone().map(|hint| format!("{hint}; ")).unwrap_or_default() + &self.place();
        error.hint(hint)
    }
}

/// Why a text came to nothing.
pub(super) enum Unread {
    /// The file cannot be read.
    File(CliError),
    /// It says something that cannot be understood, or that is not sound.
    Text(TextError),
}

fn text(stored: &Stored, item: Option<&ItemKey>) -> String {
    let one = item.and_then(|key| text_form::write_one(&stored.plan, key));
    one.unwrap_or_else(|| text_form::write(&stored.plan))
}

/// Prints the text.
pub(super) fn print(
    context: &mut Context,
    stored: &Stored,
    item: Option<&ItemKey>,
) -> Result<Exit, CliError> {
    let text = text(stored, item);
    if context.printer.is_json() {
        context.printer.json(&serde_json::json!({ "plan": stored.row.id, "text": text }));
    } else {
        context.printer.raw(&text);
    }
    Ok(Exit::Ok)
}

/// Takes the text of the whole plan from a file or standard input.
pub(super) fn from_file(
    context: &mut Context,
    editing: &mut Editing,
    file: &Path,
    dry_run: bool,
) -> Result<Exit, CliError> {
    let mut text = String::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().take(LONGEST).read_to_string(&mut text)
    } else {
        std::fs::File::open(file).and_then(|file| file.take(LONGEST).read_to_string(&mut text))
    };
    read.map_err(|error| failed(file, "read", &error))?;
    let plan = text_form::read(&text, &editing.stored.plan).map_err(|error| unread(&error))?;
    finish(context, editing, Wanted::Plan(Box::new(plan)), dry_run)
}

/// Has the user edit the text until it can be read, or gives up and says where it is.
pub(super) fn edit(
    context: &mut Context,
    editing: &mut Editing,
    item: Option<&ItemKey>,
    dry_run: bool,
) -> Result<Exit, CliError> {
    let folder = context.open()?.tasks.data_dir().to_owned();
    let buffer = Buffer::write(&folder, &editing.stored, item)?;
    loop {
        context.printer.flush();
        buffer.open(&context.env)?;
        let problem = match buffer.read(&editing.stored.plan) {
            Ok(None) => {
                buffer.done();
                context.printer.note("The text was not changed, and neither was the plan");
                return Ok(Exit::Ok);
            }
            Ok(Some(wanted)) => match finish(context, editing, wanted, dry_run) {
                Ok(exit) => {
                    buffer.done();
                    return Ok(exit);
                }
                Err(error) => return Err(buffer.with_place(error)),
            },
            Err(Unread::File(error)) => return Err(error),
            Err(Unread::Text(error)) => error,
        };
        if !context.can_ask || !again(context, &problem) {
            return Err(buffer.with_place(unread(&problem)));
        }
    }
}

fn again(context: &mut Context, problem: &TextError) -> bool {
    for line in problem.to_string().lines() {
        context.printer.line(escape(line));
    }
    let choices = [
        Choice { key: 'e', word: "edit again", means: true },
        Choice { key: 'q', word: "quit", means: false },
    ];
    ask(&mut context.printer, "The text cannot be used as it is.", &choices).unwrap_or(false)
}

fn finish(
    context: &mut Context,
    editing: &mut Editing,
    wanted: Wanted,
    dry_run: bool,
) -> Result<Exit, CliError> {
    let before = editing.stored.plan.clone();
    let done = match wanted {
        Wanted::Plan(plan) if dry_run => {
            Done { what: WHAT.to_owned(), applied: conductor_plan::edit::changed_to(&before, *plan) }
        }
        Wanted::Plan(plan) => editing.replace(*plan, WHAT)?,
        Wanted::Edits(edits) if dry_run => editing.try_out(&edits, Some(WHAT))?,
        Wanted::Edits(edits) => editing.apply(&edits, Some(WHAT))?,
    };
    tell(context, editing, &before, &done, dry_run);
    Ok(Exit::Ok)
}

/// How an edit of the text is called in the history.
pub(super) const WHAT: &str = "edit as text";

fn unread(error: &TextError) -> CliError {
    match error {
        TextError::Outdated => CliError::new(Exit::Conflict, "PLAN_CHANGED", error.to_string()),
        TextError::Lines { .. } | TextError::NotOne { .. } => {
            CliError::new(Exit::Refused, "PLAN_TEXT_UNREAD", error.to_string())
        }
        TextError::Unsound(error) => super::editing::refused(error.clone()),
    }
}

fn failed(path: &Path, verb: &str, error: &std::io::Error) -> CliError {
    let message = format!("failed to {verb} `{}`: {error}", path.display());
    let exit = if error.kind() == std::io::ErrorKind::NotFound { Exit::NotFound } else { Exit::Store };
    CliError::new(exit, "PLAN_TEXT_FILE", message)
        .hint("check that the file is there and may be read and written")
}
