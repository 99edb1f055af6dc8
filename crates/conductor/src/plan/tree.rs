//! A plan's items as a table that keeps their order and nesting.

use std::collections::BTreeSet;
use std::path::Path;

use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use conductor_plan::{Item, ItemKey, Plan, Source, TreeRow, Verdict};
use taskwerk_client::model::Minutes;

use super::stored::Stored;

/// How items are called in front of people: by their number in the tree (`2.1`) as long as they are drafts, by the id
/// of their task afterwards.
pub(super) struct Labels(conductor_plan::Labels);

impl Labels {
    pub(super) fn new(stored: &Stored) -> Self {
        let ids = stored.metadata.imported.as_ref().map(|imported| &imported.ids);
        Self(conductor_plan::Labels::named(&stored.plan, |key| ids?.get(key.as_str()).cloned()))
    }

    /// The numbers of the items of a plan that is no task list yet.
    pub(super) fn of_plan(plan: &Plan) -> Self {
        Self(conductor_plan::Labels::named(plan, |_| None))
    }

    /// What the item is called; its key when the plan does not have it.
    pub(super) fn of<'a>(&'a self, key: &'a ItemKey) -> &'a str {
        self.0.get(key)
    }

    /// The same for what is drawn.
    pub(super) fn into_inner(self) -> conductor_plan::Labels {
        self.0
    }
}

/// The first `limit` items with estimate, place in the document and what they wait for. Items that hold everything up
/// are bold where the terminal can.
pub(super) fn table(stored: &Stored, labels: &Labels, critical: &BTreeSet<ItemKey>, limit: usize) -> Table {
    let mut table = Table::new(&[
        ("", Fit::Keep),
        ("", Fit::Shrink(20)),
        ("", Fit::Keep),
        ("", Fit::Drop),
        ("", Fit::Drop),
    ]);
    let short = has_distinct_file_names(&stored.plan);
    for TreeRow { depth, container, item } in stored.plan.tree().into_iter().take(limit) {
        let judged = stored.metadata.imported.is_none() || is_rejected(&stored.plan, item);
        let title = if judged { marked(&stored.plan, item, depth) } else { titled("", item, depth) };
        let title = if container || !critical.contains(&item.key) { title } else { title.style(Style::Bold) };
        let estimate =
            item.estimate.map(|estimate| Minutes::new(estimate.likely).to_string()).unwrap_or_default();
        table.row([
            Cell::new(&format!("  {}", labels.of(&item.key))).style(Style::Cyan),
            title,
            Cell::new(&estimate),
            Cell::new(&place(item, short)).style(Style::Dim),
            Cell::new(&after(item, labels)),
        ]);
    }
    table
}

/// The title, with what was said of the item where anything was said of the plan at all.
pub(super) fn marked(plan: &Plan, item: &Item, depth: usize) -> Cell {
    let mark = match plan.verdicts.get(&item.key) {
        _ if plan.verdicts.is_empty() => "",
        None => "[ ] ",
        Some(Verdict::Accepted) => "[x] ",
        Some(Verdict::Rejected) => "[-] ",
    };
    let cell = titled(mark, item, depth);
    if is_rejected(plan, item) { cell.style(Style::Dim) } else { cell }
}

fn titled(mark: &str, item: &Item, depth: usize) -> Cell {
    Cell::new(&format!("{:indent$}{mark}{}", "", item.title, indent = depth * 2))
}

fn is_rejected(plan: &Plan, item: &Item) -> bool {
    plan.verdicts.get(&item.key) == Some(&Verdict::Rejected)
}

fn after(item: &Item, labels: &Labels) -> String {
    if item.depends_on.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = item.depends_on.iter().map(|key| labels.of(key)).collect();
    format!("after {}", names.join(", "))
}

/// `prd.md:12`; the whole path where file names alone would not tell the documents apart.
fn place(item: &Item, short: bool) -> String {
    let Some(source) = item.sources.first() else { return String::new() };
    if short {
        Source { document: file_name(&source.document).into(), span: source.span }.to_string()
    } else {
        Source::to_string(source)
    }
}

fn has_distinct_file_names(plan: &Plan) -> bool {
    let names: BTreeSet<&str> = plan.documents.iter().map(|document| file_name(&document.name)).collect();
    names.len() == plan.documents.len()
}

fn file_name(name: &str) -> &str {
    Path::new(name).file_name().and_then(|name| name.to_str()).unwrap_or(name)
}
