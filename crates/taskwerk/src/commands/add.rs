//! `taskwerk add`.

use cli_kit::{CliError, Exit};
use taskwerk_model::{
    Add, Assignee, Category, Command, Due, Edit, Guard, Kind, Minutes, Patch, Priority, Tag, Title,
};

use crate::change::apply;
use crate::context::{Context, text_or_stdin};

/// Add a task
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  taskwerk add \"Store notes\" -p high -e 2h -t api,db\n  taskwerk add \"Search notes\" --parent 1 --depends-on 1.1\n  taskwerk add \"Long story\" -d - < story.md"
)]
pub(crate) struct Args {
    /// What is to be done, in one line
    #[arg(value_name = "TITLE")]
    title: Title,
    /// The task to put it under
    #[arg(long, short = 'P', value_name = "ID")]
    parent: Option<String>,
    /// What it waits for: ids, by comma
    #[arg(long, value_name = "IDS")]
    depends_on: Option<String>,
    /// More about it; - reads it from standard input
    #[arg(long, short, value_name = "TEXT")]
    description: Option<String>,
    /// low, medium, high or critical
    #[arg(long, short, value_name = "PRIORITY")]
    priority: Option<Priority>,
    /// Labels
    #[arg(long = "tag", visible_alias = "tags", short, value_name = "TAG", num_args = 1.., value_delimiter = ',')]
    tags: Vec<Tag>,
    /// Who is to do it
    #[arg(long, short, value_name = "NAME")]
    assignee: Option<Assignee>,
    /// How long it should take: 2 (hours), 90m, 1h30m, 1d
    #[arg(long, short, value_name = "TIME")]
    estimate: Option<Minutes>,
    /// When it is to be done: 2026-12-24 or 2026-12-24T18:00:00Z
    #[arg(long, value_name = "DATE")]
    due: Option<Due>,
    /// The area that it belongs to
    #[arg(long, value_name = "NAME")]
    category: Option<Category>,
    /// The sort of work, such as feature or bug
    #[arg(long = "type", value_name = "NAME")]
    kind: Option<Kind>,
    /// What must hold for it to be accepted; may be repeated
    #[arg(long, value_name = "TEXT")]
    acceptance: Vec<String>,
    /// Files that it is about; may be repeated
    #[arg(long = "file", value_name = "PATH")]
    files: Vec<String>,
    /// Addresses of things to read; may be repeated
    #[arg(long = "link", value_name = "URL")]
    links: Vec<String>,
    /// As a container, close with the last open task under it
    #[arg(long)]
    rollup: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let parent = args.parent.as_deref().map(|text| project.id(text)).transpose()?;
    let depends_on =
        args.depends_on.as_deref().map(|text| project.ids(text)).transpose()?.unwrap_or_default();
    let description = args.description.map(text_or_stdin).transpose()?;
    let fields = Patch {
        description: edit(description),
        priority: Some(args.priority.unwrap_or(project.settings.default_priority)),
        add_tags: args.tags,
        assignee: edit(args.assignee),
        estimate: edit(args.estimate),
        due: edit(args.due),
        category: edit(args.category),
        kind: edit(args.kind),
        acceptance: edit(some(args.acceptance)),
        files: edit(some(args.files)),
        links: edit(some(args.links)),
        rollup: args.rollup.then_some(true),
        ..Patch::default()
    };
    let add = Add { title: args.title, parent, fields, depends_on, guard: Guard::default() };
    apply(context, &project, vec![Command::Add(Box::new(add))])
}

fn edit<T>(value: Option<T>) -> Edit<T> {
    value.map_or(Edit::Keep, Edit::Set)
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}
