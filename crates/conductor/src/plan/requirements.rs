//! `conductor plan requirements`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::ValueEnum;
use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::text::escape;
use cli_kit::{CliError, Exit, Printer};
use conductor_plan::{
    ItemKey, Labels, Modality, Requirement, RequirementId, RequirementKind, Verdict, effective_verdicts,
};

use super::report::count;
use super::subject::Subject;
use crate::context::Context;

/// List what documents ask for: place, kind, strength, constraints, and which tasks cover it
///
/// Files need no project and are kept nowhere: they are read by the outline engine.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan requirements\n  conductor plan requirements prd.md --kind quality --modality must\n  conductor plan requirements 2 --format markdown"
)]
pub(crate) struct Args {
    /// The plan's number, or files and folders; the newest draft when left out
    #[arg(value_name = "PLAN|FILE", value_hint = clap::ValueHint::AnyPath)]
    named: Vec<PathBuf>,
    /// Only this kind: feature, constraint, quality, interface, data, dependency, out_of_scope, open_question
    #[arg(long, value_name = "KIND", value_parser = kind)]
    kind: Vec<RequirementKind>,
    /// Only this strength: must, should, may
    #[arg(long, value_name = "MODALITY", value_parser = modality)]
    modality: Vec<Modality>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for people
    Text,
    /// One document for programs
    Json,
    /// A table for documents
    Markdown,
}

fn kind(text: &str) -> Result<RequirementKind, String> {
    let name = text.to_lowercase().replace('-', "_");
    RequirementKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == name)
        .ok_or_else(|| format!("kinds are {}", RequirementKind::ALL.map(RequirementKind::as_str).join(", ")))
}

fn modality(text: &str) -> Result<Modality, String> {
    let name = text.to_lowercase();
    let found = Modality::ALL.into_iter().find(|modality| modality.as_str() == name);
    found.ok_or_else(|| format!("it is one of {}", Modality::ALL.map(Modality::as_str).join(", ")))
}

/// A requirement and the items that cover it.
#[derive(serde::Serialize)]
struct Covered<'a> {
    requirement: &'a Requirement,
    covered_by: Vec<&'a ItemKey>,
    /// Items that would cover it, had they not been rejected.
    rejected: Vec<&'a ItemKey>,
}

impl Covered<'_> {
    /// Which tasks cover it, whether a rejected one would, or that none does where one should.
    fn told(&self, labels: &Labels) -> Option<String> {
        if !self.covered_by.is_empty() {
            Some(names(&self.covered_by, labels))
        } else if !self.rejected.is_empty() {
            Some(format!("rejected: {}", names(&self.rejected, labels)))
        } else if self.requirement.kind.is_work() {
            None
        } else {
            Some(String::new())
        }
    }
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let subject = Subject::of(context, &args.named)?;
    let wanted = |requirement: &&Requirement| {
        (args.kind.is_empty() || args.kind.contains(&requirement.kind))
            && (args.modality.is_empty() || args.modality.contains(&requirement.modality))
    };
    let verdicts = effective_verdicts(&subject.plan);
    let is_rejected = |key: &ItemKey| verdicts.get(key) == Some(&Verdict::Rejected);
    let mut by_requirement: BTreeMap<&RequirementId, Vec<&ItemKey>> = BTreeMap::new();
    for item in &subject.plan.items {
        item.requirements.iter().for_each(|id| by_requirement.entry(id).or_default().push(&item.key));
    }
    let rows: Vec<Covered<'_>> = subject
        .plan
        .requirements
        .iter()
        .filter(wanted)
        .map(|requirement| {
            let items = by_requirement.get(&requirement.id).cloned().unwrap_or_default();
            let (rejected, covered_by) = items.into_iter().partition(|key| is_rejected(key));
            Covered { requirement, covered_by, rejected }
        })
        .collect();
    let printer = &mut context.printer;
    let labels = Labels::of(&subject.plan);
    match args.format {
        Format::Json => print_json(printer, &subject, &rows),
        Format::Text | Format::Markdown if printer.is_json() => print_json(printer, &subject, &rows),
        Format::Text => print_table(printer, &subject, &rows, &labels),
        Format::Markdown => print_markdown(printer, &rows, &labels),
    }
    Ok(Exit::Ok)
}

fn print_json(printer: &mut Printer, subject: &Subject, rows: &[Covered<'_>]) {
    printer.json(&serde_json::json!({ "plan": subject.id, "requirements": rows }));
}

fn print_table(printer: &mut Printer, subject: &Subject, rows: &[Covered<'_>], labels: &Labels) {
    let columns =
        [Fit::Keep, Fit::Keep, Fit::Keep, Fit::Shrink(24), Fit::Drop, Fit::Drop].map(|fit| ("", fit));
    let mut table = Table::new(&columns);
    for row in rows {
        let requirement = row.requirement;
        let told = row.told(labels);
        let style = match (&told, row.covered_by.is_empty()) {
            (None, _) => Style::Yellow,
            (Some(_), true) => Style::Dim,
            (Some(_), false) => Style::Cyan,
        };
        let covered = told.unwrap_or_else(|| "no task".to_owned());
        table.row([
            Cell::new(&requirement.source.to_string()).style(Style::Dim),
            Cell::new(requirement.kind.as_str()),
            Cell::new(requirement.modality.as_str()).style(Style::Dim),
            Cell::new(&requirement.text.split_whitespace().collect::<Vec<_>>().join(" ")),
            Cell::new(&constraints(requirement)),
            Cell::new(&covered).style(style),
        ]);
    }
    let text = table.render(printer);
    printer.raw(&text);
    printer.note(format!("{}: {}", subject.heading, count(rows.len(), "requirement")));
}

fn print_markdown(printer: &mut Printer, rows: &[Covered<'_>], labels: &Labels) {
    printer.line("| place | kind | strength | requirement | constraints | tasks |");
    printer.line("|---|---|---|---|---|---|");
    for row in rows {
        let requirement = row.requirement;
        let cell = |text: &str| escape(&conductor_plan::markdown_cell(text)).into_owned();
        printer.line(format!(
            "| {} | {} | {} | {} | {} | {} |",
            cell(&requirement.source.to_string()),
            requirement.kind.as_str(),
            requirement.modality.as_str(),
            cell(&requirement.text),
            cell(&constraints(requirement)),
            row.told(labels).unwrap_or_default()
        ));
    }
}

fn names(keys: &[&ItemKey], labels: &Labels) -> String {
    keys.iter().map(|key| labels.get(key)).collect::<Vec<_>>().join(", ")
}

fn constraints(requirement: &Requirement) -> String {
    requirement.constraints.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
