//! Many tasks: an array, a table, a tree.

use std::collections::HashSet;
use std::ops::ControlFlow;

use cli_kit::CliError;
use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use taskwerk_model::{ListQuery, Task, TaskId};

use super::{priority_style, status_style};
use crate::context::{Context, Project};
use crate::failure::from_client;

/// The tasks as a JSON array, each written as it is read.
pub(crate) fn print_array(
    context: &mut Context,
    project: &Project,
    query: &ListQuery,
) -> Result<(), CliError> {
    let mut array = context.printer.json_array();
    let visit = |task| if array.push(&task) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    project.tasks.each(query, visit).map_err(from_client)?;
    array.end();
    Ok(())
}

/// The tasks as a table.
pub(crate) fn print_table(
    context: &mut Context,
    project: &Project,
    query: &ListQuery,
) -> Result<(), CliError> {
    let tasks = project.tasks.list(query).map_err(from_client)?;
    let mut table = columns();
    for task in &tasks {
        table.row(row(task, 0));
    }
    print(context, &table);
    Ok(())
}

/// The tasks as a table in which those under a task that is shown too are indented.
pub(crate) fn print_tree(
    context: &mut Context,
    project: &Project,
    query: &ListQuery,
) -> Result<(), CliError> {
    let tasks = project.tasks.list(query).map_err(from_client)?;
    let shown: HashSet<&TaskId> = tasks.iter().map(|task| &task.id).collect();
    let mut table = columns();
    for task in &tasks {
        let depth = task.id.ancestors().filter(|ancestor| shown.contains(ancestor)).count();
        table.row(row(task, depth));
    }
    print(context, &table);
    Ok(())
}

fn columns() -> Table {
    Table::new(&[
        ("ID", Fit::Keep),
        ("STATUS", Fit::Keep),
        ("PRIORITY", Fit::Drop),
        ("TITLE", Fit::Shrink(20)),
        ("TAGS", Fit::Drop),
        ("ASSIGNEE", Fit::Drop),
    ])
}

fn row(task: &Task, depth: usize) -> [Cell; 6] {
    let tags: Vec<&str> = task.tags.iter().map(|tag| tag.as_str()).collect();
    [
        Cell::new(&format!("{:indent$}{}", "", task.id, indent = depth * 2)).style(Style::Bold),
        Cell::new(task.status.as_str()).maybe(status_style(task.status)),
        Cell::new(task.priority.as_str()).maybe(priority_style(task.priority)),
        Cell::new(task.title.as_str()),
        Cell::new(&tags.join(",")).style(Style::Dim),
        Cell::new(task.assignee.as_ref().map_or("", |name| name.as_str())),
    ]
}

fn print(context: &mut Context, table: &Table) {
    let printer = &mut context.printer;
    if table.is_empty() {
        printer.note("No tasks");
    }
    let text = table.render(printer);
    printer.raw(&text);
}
