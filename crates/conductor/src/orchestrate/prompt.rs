//! `conductor orchestrate prompt`.

use cli_kit::table::{Cell, Fit, Table};
use cli_kit::text::{escape, escape_block};
use cli_kit::{CliError, Exit};
use conductor_host::search::Relevant;
use conductor_host::secrets::mask;
use conductor_host::session::{Preview, newest_run_of};
use serde_json::{Value, json};

use super::error::failed;
use super::opened::{Opened, newest_run};
use crate::context::Context;
use crate::failure::{from_client, from_journal};

/// Show what an agent would be told of a task now
///
/// The prompt goes to standard output; what each part of it costs, and what had no room, to standard error. It is made
/// from the workspace of the task's newest run, or from your checkout when there is none. Nothing is begun or sent.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor orchestrate prompt TASK-004\n  conductor orchestrate prompt TASK-004 --next\n  \
                        conductor orchestrate prompt TASK-004 --json"
)]
pub(crate) struct Args {
    /// The task
    #[arg(value_name = "TASK")]
    task: String,
    /// What a later turn in the same conversation would be told: only what is new
    #[arg(long)]
    next: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let opened = Opened::new(context)?;
    let (task, name) = opened.task(&args.task)?;
    let run = match opened.asked() {
        Some(_) => opened.session()?.map(|id| opened.fold(id)).transpose()?,
        None => None,
    };
    let run = match run {
        Some(session) => newest_run(&session, &task).cloned(),
        None => newest_run_of(&opened.db, &task).map_err(from_journal)?,
    };
    let tasks = &opened.project.tasks;
    let id = tasks.find(&args.task).map_err(from_client)?.id;
    let preview = opened.host.preview(tasks, &id, run.as_ref(), args.next).map_err(|e| failed(&e))?;
    if context.printer.is_json() {
        context.printer.json(&document(&name, args.next, &preview));
    } else {
        context.printer.raw(&escape_block(&mask(&preview.prompt.text)));
        say_costs(context, &preview);
    }
    Ok(Exit::Ok)
}

fn document(name: &str, next: bool, preview: &Preview) -> Value {
    let fragments: Vec<Value> = preview
        .prompt
        .fragments
        .iter()
        .map(|fragment| {
            json!({
                "name": fragment.name.as_str(),
                "rank": fragment.rank,
                "tokens": fragment.tokens,
                "kept": fragment.kept.as_str(),
            })
        })
        .collect();
    json!({
        "task": name,
        "turn": if next { "next" } else { "first" },
        "folder": preview.root,
        "text": mask(&preview.prompt.text),
        "total_tokens": preview.prompt.total_tokens,
        "budget": preview.budget.tokens(),
        "fragments": fragments,
        "files": preview.surroundings.found.files.iter().map(file).collect::<Vec<_>>(),
    })
}

fn file(file: &Relevant) -> Value {
    json!({
        "path": file.path,
        "score": file.score,
        "words": file.why.words,
        "symbols": file.symbols,
        "named": file.why.named,
        "commits": file.why.commits,
    })
}

fn say_costs(context: &mut Context, preview: &Preview) {
    let columns = [("fragment", Fit::Keep), ("rank", Fit::Keep), ("tokens", Fit::Keep), ("kept", Fit::Keep)];
    let mut table = Table::new(&columns);
    for fragment in &preview.prompt.fragments {
        table.row([
            Cell::new(fragment.name.as_str()),
            Cell::new(&fragment.rank.to_string()),
            Cell::new(&fragment.tokens.to_string()),
            Cell::new(fragment.kept.as_str()),
        ]);
    }
    let printer = &mut context.printer;
    let text = table.render(printer);
    printer.note(text.trim_end());
    printer.note(format!(
        "{} of {} tokens, made from {}",
        preview.prompt.total_tokens,
        preview.budget.tokens(),
        escape(&preview.root.to_string_lossy())
    ));
}
