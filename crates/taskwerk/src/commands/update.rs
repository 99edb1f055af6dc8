//! `taskwerk update`.

use cli_kit::{CliError, Exit};
use taskwerk_model::{
    Assignee, Category, Children, Command, Due, Edit, Guard, Kind, Minutes, Patch, Priority, Progress,
    Reason, Status, Tag, TaskId, Title, Verb,
};

use crate::change::{GuardArgs, apply, preview};
use crate::context::{Context, text_or_stdin};

/// Change fields of tasks, of all or of none
///
/// `null` empties a field that may be empty. `--status` passes the same checks as `start`, `block` and `complete`.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  taskwerk update 1 -n \"Store all notes\" -p high\n  taskwerk update --status in-progress --tasks TASK-001,TASK-002\n  taskwerk update 1 --assignee null --add-tags db --note \"handed over\""
)]
pub(crate) struct Args {
    /// Which tasks: ids by comma, a status, or ready
    #[arg(value_name = "SELECTOR", required_unless_present = "tasks")]
    selector: Option<String>,
    /// Which tasks (the same as a flag)
    #[arg(long, value_name = "SELECTOR", conflicts_with = "selector")]
    tasks: Option<String>,
    /// A new status
    #[arg(long, short, value_name = "STATUS")]
    status: Option<Status>,
    /// Why the status changes
    #[arg(long, value_name = "TEXT", requires = "status")]
    reason: Option<Reason>,
    /// Close the open tasks under it too
    #[arg(long, requires = "status")]
    cascade: bool,
    /// A new title
    #[arg(long = "title", visible_alias = "name", short = 'n', value_name = "TITLE")]
    title: Option<Title>,
    /// A new description; - reads it from standard input
    #[arg(long, short, value_name = "TEXT")]
    description: Option<String>,
    /// low, medium, high or critical
    #[arg(long, short, value_name = "PRIORITY")]
    priority: Option<Priority>,
    /// Who is to do it
    #[arg(long, short, value_name = "NAME", value_parser = nullable::<Assignee>)]
    assignee: Option<Edit<Assignee>>,
    /// How long it should take: 2 (hours), 90m, 1h30m, 1d
    #[arg(long, short, value_name = "TIME", value_parser = nullable::<Minutes>)]
    estimate: Option<Edit<Minutes>>,
    /// How long it took
    #[arg(long, value_name = "TIME", value_parser = nullable::<Minutes>)]
    actual: Option<Edit<Minutes>>,
    /// How far it is, in percent
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    progress: Option<Progress>,
    /// When it is to be done: 2026-12-24 or 2026-12-24T18:00:00Z
    #[arg(long, value_name = "DATE", value_parser = nullable::<Due>)]
    due: Option<Edit<Due>>,
    /// The area that it belongs to
    #[arg(long, value_name = "NAME", value_parser = nullable::<Category>)]
    category: Option<Edit<Category>>,
    /// The sort of work
    #[arg(long = "type", value_name = "NAME", value_parser = nullable::<Kind>)]
    kind: Option<Edit<Kind>>,
    /// All labels, in place of those there are
    #[arg(long, short, value_name = "TAG", num_args = 1.., value_delimiter = ',')]
    tags: Vec<Tag>,
    /// Labels to add
    #[arg(long, value_name = "TAG", num_args = 1.., value_delimiter = ',')]
    add_tags: Vec<Tag>,
    /// Labels to take away
    #[arg(long, value_name = "TAG", num_args = 1.., value_delimiter = ',')]
    remove_tags: Vec<Tag>,
    /// A note to write
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// As a container, close with the last open task under it
    #[arg(long, value_name = "BOOL")]
    rollup: Option<bool>,
    /// Only say what would change
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    guard: GuardArgs,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let selector = args.selector.as_deref().or(args.tasks.as_deref()).unwrap_or_default();
    let ids = project.ids(selector)?;
    let guard = args.guard.guard();
    let children = if args.cascade { Children::Cascade } else { Children::Refuse };
    let (status, dry_run) = (args.status, args.dry_run);
    let (reason, note) = (args.reason.clone(), args.note.clone());
    let patch = patch(args)?;
    let commands = ids.into_iter().flat_map(|task| {
        let parts = [
            (patch != Patch::default()).then(|| update(&task, &patch, guard)),
            // The version was checked by the part before it, which may have raised it.
            status.map(|status| Command::Move {
                task: task.clone(),
                to: Verb::To(status),
                reason: reason.clone(),
                children,
                guard: if patch == Patch::default() { guard } else { Guard { version: None, ..guard } },
            }),
            note.clone().map(|text| Command::Note { task, text }),
        ];
        parts.into_iter().flatten()
    });
    let commands = commands.collect();
    if dry_run {
        return preview(context, &project, commands);
    }
    apply(context, &project, commands)
}

fn update(task: &TaskId, patch: &Patch, guard: Guard) -> Command {
    Command::Update { task: task.clone(), patch: Box::new(patch.clone()), guard }
}

fn patch(args: Args) -> Result<Patch, CliError> {
    let description = match args.description.as_deref() {
        None => Edit::Keep,
        Some("null") => Edit::Clear,
        Some(text) => Edit::Set(text_or_stdin(text.to_owned())?),
    };
    Ok(Patch {
        title: args.title,
        description,
        priority: args.priority,
        category: args.category.unwrap_or_default(),
        kind: args.kind.unwrap_or_default(),
        tags: if args.tags.is_empty() { Edit::Keep } else { Edit::Set(args.tags) },
        add_tags: args.add_tags,
        remove_tags: args.remove_tags,
        assignee: args.assignee.unwrap_or_default(),
        estimate: args.estimate.unwrap_or_default(),
        actual: args.actual.unwrap_or_default(),
        progress: args.progress,
        due: args.due.unwrap_or_default(),
        rollup: args.rollup,
        ..Patch::default()
    })
}

/// A value, or `null` to empty the field.
fn nullable<T: std::str::FromStr>(text: &str) -> Result<Edit<T>, T::Err> {
    if text == "null" { Ok(Edit::Clear) } else { text.parse().map(Edit::Set) }
}

fn percent(text: &str) -> Result<Progress, Box<dyn std::error::Error + Send + Sync>> {
    Ok(Progress::new(text.trim_end_matches('%').parse()?)?)
}
