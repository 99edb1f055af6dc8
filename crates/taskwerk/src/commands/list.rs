//! `taskwerk list`.

use cli_kit::{CliError, Exit};
use taskwerk_model::{Assignee, ListQuery, Priority, Sort, Status, Tag};

use crate::context::{Context, Project};
use crate::failure::from_value;
use crate::show::list::{print_array, print_table, print_tree};

/// List tasks
///
/// Tasks that are done or cancelled are left out unless --all, their status or their id asks for them. All
/// conditions must hold; several values of one flag mean any of them. --session shows only the tasks of a session.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  taskwerk list\n  taskwerk list -s todo,blocked -p high --sort due\n  taskwerk list -t api db --search login --json\n  taskwerk list --tree --all"
)]
pub(crate) struct Args {
    /// Only these: ids by comma, a status, or ready
    #[arg(value_name = "SELECTOR")]
    selector: Option<String>,
    /// Done and cancelled tasks too
    #[arg(long)]
    all: bool,
    /// Only these statuses
    #[arg(long, short, value_name = "STATUS", value_delimiter = ',')]
    status: Vec<Status>,
    /// Only these priorities
    #[arg(long, short, value_name = "PRIORITY", value_delimiter = ',')]
    priority: Vec<Priority>,
    /// Only tasks of this person or agent
    #[arg(long, short, value_name = "NAME")]
    assignee: Option<Assignee>,
    /// Only tasks with one of these labels
    #[arg(long = "tag", visible_alias = "tags", short, value_name = "TAG", num_args = 1.., value_delimiter = ',')]
    tags: Vec<Tag>,
    /// Only tasks with this text in title, description or notes
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only tasks directly under this one
    #[arg(long, short = 'P', value_name = "ID")]
    parent: Option<String>,
    /// The order: id, priority, created, updated, due, status or title
    #[arg(long, value_name = "ORDER", default_value = "id")]
    sort: Sort,
    /// The other way round
    #[arg(long)]
    reverse: bool,
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Show children under their parents
    #[arg(long, conflicts_with_all = ["sort", "reverse"])]
    tree: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let tree = args.tree;
    let query = query(args, context, &project)?;
    if context.printer.is_json() {
        print_array(context, &project, &query)?;
    } else if tree {
        print_tree(context, &project, &query)?;
    } else {
        print_table(context, &project, &query)?;
    }
    Ok(Exit::Ok)
}

fn query(args: Args, context: &Context, project: &Project) -> Result<ListQuery, CliError> {
    Ok(ListQuery {
        selector: args.selector.as_deref().map(|text| project.selector(text)).transpose()?,
        statuses: args.status,
        priorities: args.priority,
        assignee: args.assignee,
        tags: args.tags,
        search: args.search,
        // Only the flag: in a shell of a session, a plain `list` still shows everything.
        session: context.flags.session.as_deref().map(|text| text.parse().map_err(from_value)).transpose()?,
        parent: args.parent.as_deref().map(|text| project.id(text)).transpose()?,
        include_closed: args.all,
        limit: args.limit,
        sort: args.sort,
        reverse: args.reverse,
    })
}
