//! Commands that change tasks: what they are about, on what conditions, and what they print.

use std::collections::BTreeSet;

use cli_kit::printer::Style;
use cli_kit::text::escape;
use cli_kit::{CliError, Exit};
use taskwerk_client::Changed;
use taskwerk_client::wire::MutationReply;
use taskwerk_model::{Children, Command, FencingToken, Guard, Reason, TaskId, Verb};

use crate::context::{Context, Project};
use crate::failure::from_client;
use crate::show::event;

/// Which tasks a command is about.
#[derive(clap::Args, Debug)]
pub(crate) struct Targets {
    /// Which tasks: ids by comma, a status, or ready
    #[arg(value_name = "SELECTOR")]
    selector: String,
}

impl Targets {
    /// The ids that are meant, now.
    pub(crate) fn resolve(&self, project: &Project) -> Result<Vec<TaskId>, CliError> {
        project.ids(&self.selector)
    }
}

/// On what conditions a change is made.
#[derive(clap::Args, Debug)]
pub(crate) struct GuardArgs {
    /// Override what a person may override: unmet dependencies, another's claim
    #[arg(long, short)]
    force: bool,
    /// The token of the claim under which the change is made
    #[arg(long, value_name = "N")]
    token: Option<u64>,
    /// Only if the task still has this version
    #[arg(long, value_name = "N")]
    if_version: Option<u64>,
}

impl GuardArgs {
    pub(crate) fn guard(&self) -> Guard {
        Guard { token: self.token.map(FencingToken), force: self.force, version: self.if_version }
    }
}

/// How tasks are moved to another status.
pub(crate) struct Move {
    pub(crate) verb: Verb,
    pub(crate) reason: Option<Reason>,
    /// What a command that closes a container does about the tasks under it.
    pub(crate) children: Children,
    pub(crate) guard: Guard,
}

/// Moves tasks, all or none.
pub(crate) fn move_tasks(context: &mut Context, targets: &Targets, how: &Move) -> Result<Exit, CliError> {
    let project = context.open()?;
    let ids = targets.resolve(&project)?;
    let commands = ids.into_iter().map(|task| how.command(task)).collect();
    apply(context, &project, commands)
}

impl Move {
    pub(crate) fn command(&self, task: TaskId) -> Command {
        let Self { verb, reason, children, guard } = self;
        Command::Move { task, to: *verb, reason: reason.clone(), children: *children, guard: *guard }
    }
}

/// What a `--cascade` flag means.
pub(crate) fn cascade(given: bool) -> Children {
    if given { Children::Cascade } else { Children::Refuse }
}

/// Carries commands out, all or none, and prints what they changed.
pub(crate) fn apply(
    context: &mut Context,
    project: &Project,
    commands: Vec<Command>,
) -> Result<Exit, CliError> {
    let changed = project.tasks.execute(Command::All(commands)).map_err(from_client)?;
    print(context, &changed);
    Ok(Exit::Ok)
}

/// Prints what commands would change, and changes nothing.
pub(crate) fn preview(
    context: &mut Context,
    project: &Project,
    commands: Vec<Command>,
) -> Result<Exit, CliError> {
    let changed = project.tasks.preview(Command::All(commands)).map_err(from_client)?;
    context.printer.note("Nothing was changed; this would be:");
    print(context, &changed);
    Ok(Exit::Ok)
}

/// Prints a mutation: the document with `--json`, else what happened a line each, or the ids alone with `--quiet`.
pub(crate) fn print(context: &mut Context, changed: &Changed) {
    let printer = &mut context.printer;
    if printer.is_json() {
        printer.json(&MutationReply::from(changed));
    } else if printer.is_quiet() {
        ids(changed).iter().for_each(|id| printer.line(id));
    } else if changed.is_empty() {
        printer.note("No changes");
    } else {
        for (id, what) in lines(changed) {
            let line = format!("{}  {what}", printer.paint(Style::Bold, &id.to_string()));
            printer.line(line);
        }
    }
    for id in &changed.stranded {
        context.printer.warn(format_args!(
            "{id} waits for a task that was cancelled: give it up too, or take the dependency away"
        ));
    }
}

/// Every task to which something happened, once.
fn ids(changed: &Changed) -> BTreeSet<&TaskId> {
    let made =
        changed.created.iter().chain(changed.changes.keys()).chain(&changed.deleted).chain(&changed.noted);
    made.chain(changed.claims.iter().map(|claim| &claim.task)).collect()
}

/// What happened, by task.
fn lines(changed: &Changed) -> Vec<(&TaskId, String)> {
    let mut lines = Vec::new();
    for task in changed.tasks.iter().filter(|task| changed.created.contains(&task.id)) {
        lines.push((&task.id, escape(task.title.as_str()).into_owned()));
    }
    for (id, changes) in &changed.changes {
        lines.extend(changes.iter().filter_map(|change| Some((id, event::change(change)?))));
    }
    lines.extend(changed.noted.iter().map(|id| (id, "noted".to_owned())));
    lines.extend(changed.deleted.iter().map(|id| (id, "deleted".to_owned())));
    lines
}
