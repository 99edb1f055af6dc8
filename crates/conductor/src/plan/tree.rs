//! A plan's items as a table that keeps their order and nesting.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use conductor_plan::{Item, ItemKey, Plan, Source, TreeRow, Verdict, effective_verdicts};
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
    let said = Said::of(&stored.plan);
    for TreeRow { depth, container, item } in stored.plan.tree().into_iter().take(limit) {
        let judged = stored.metadata.imported.is_none() || said.is_rejected(&item.key);
        let title = if judged { said.marked(item, depth) } else { titled("", item, depth) };
        let title = if container || !critical.contains(&item.key) { title } else { title.style(Style::Bold) };
        let estimate =
            item.estimate.map(|estimate| Minutes::new(estimate.likely).to_string()).unwrap_or_default();
        table.row([
            Cell::new(&format!("  {}", labels.of(&item.key))).style(Style::Cyan),
            title,
            Cell::new(&estimate),
            Cell::new(&place(item, short)).style(Style::Dim),
            Cell::new(&said.after(item, labels)),
        ]);
    }
    table
}

/// What was said of the items of a plan, as it is shown beside them.
pub(super) struct Said<'p>(BTreeMap<&'p ItemKey, Verdict>);

impl<'p> Said<'p> {
    pub(super) fn of(plan: &'p Plan) -> Self {
        Self(effective_verdicts(plan))
    }

    /// The title, with what was said of the item where anything was said of the plan at all.
    pub(super) fn marked(&self, item: &Item, depth: usize) -> Cell {
        let mark = match self.0.get(&item.key) {
            _ if self.0.is_empty() => "",
            None => "[ ] ",
            Some(Verdict::Accepted) => "[x] ",
            Some(Verdict::Rejected) => "[-] ",
        };
        let cell = titled(mark, item, depth);
        if self.is_rejected(&item.key) { cell.style(Style::Dim) } else { cell }
    }

    fn is_rejected(&self, key: &ItemKey) -> bool {
        self.0.get(key) == Some(&Verdict::Rejected)
    }

    /// What an item waits for. Nothing that stays waits for what was rejected.
    fn after(&self, item: &Item, labels: &Labels) -> String {
        let on = item.depends_on.iter().filter(|on| self.is_rejected(&item.key) || !self.is_rejected(on));
        let names: Vec<&str> = on.map(|key| labels.of(key)).collect();
        if names.is_empty() { String::new() } else { format!("after {}", names.join(", ")) }
    }
}

fn titled(mark: &str, item: &Item, depth: usize) -> Cell {
    Cell::new(&format!("{:indent$}{mark}{}", "", item.title, indent = depth * 2))
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
