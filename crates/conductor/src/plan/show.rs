//! `conductor plan show`, and the pieces of it that other commands show.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::ValueEnum;
use cli_kit::{CliError, Exit, Printer};
use conductor_plan::{ItemKey, Order, Picture, live};

use super::report;
use super::stored::{Stored, Unnamed};
use super::subject::texts;
use super::tree::{Labels, table};
use crate::context::Context;
use crate::output::put;

/// Show a plan with everything: tree, estimates, places in the document, order, critical path, findings
///
/// What was rejected is not counted, ordered or drawn. As a picture, too: html is one page with the graph and the documents beside it, linked both ways; it loads nothing.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan show\n  conductor plan show 2 --json\n  conductor plan show --agents 4\n  conductor plan show --format html -o plan.html\n  conductor plan show --format mermaid >> README.md"
)]
pub(crate) struct Args {
    /// The plan's number; the newest draft when left out
    #[arg(value_name = "PLAN")]
    plan: Option<u64>,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write it into this file
    #[arg(short, long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    output: Option<PathBuf>,
    /// Share the work out among so many agents
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=1000))]
    agents: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For the terminal
    Text,
    /// One document for programs
    Json,
    /// To be read, or put beside other documents
    Markdown,
    /// A flow chart for Mermaid
    Mermaid,
    /// A graph for Graphviz
    Dot,
    /// A drawing
    Svg,
    /// A page for a browser
    Html,
}

/// Items that are shown where the whole tree would be too much.
const FEW: usize = 8;

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let database = project.database()?;
    let stored = Stored::find(&database, args.plan, Unnamed::DraftOrImported, &project.lint_options())?;
    let texts = texts(&database, &stored.plan)?;
    let agents = usize::from(args.agents);
    let printer = &mut context.printer;
    let format = if printer.is_json() && args.format == Format::Text { Format::Json } else { args.format };
    let labels = Labels::new(&stored).into_inner();
    let live = live(&stored.plan);
    let picture = Picture::new(&live, &labels, &stored.findings)
        .with_rejected_of(&stored.plan)
        .with_texts(&texts)
        .for_workers(agents);
    let drawn = match format {
        Format::Text => {
            if args.output.is_some() {
                return Err(CliError::usage("-o needs a --format that is not text")
                    .hint("markdown, mermaid, dot, svg and html go into files, and so does json"));
            }
            print_items(printer, &stored);
            report::order(printer, &stored.plan, &Labels::new(&stored), agents);
            report::findings(printer, &stored.findings);
            report::note_next(printer, &stored);
            return Ok(Exit::Ok);
        }
        Format::Json if args.output.is_none() => {
            report::print_whole(printer, &stored, agents);
            return Ok(Exit::Ok);
        }
        Format::Json => report::whole(&stored, agents)?,
        Format::Markdown => picture.markdown(),
        Format::Mermaid => picture.mermaid(),
        Format::Dot => picture.dot(),
        Format::Svg => picture.svg(),
        Format::Html => picture.html(),
    };
    put(printer, args.output.as_deref(), &drawn)?;
    Ok(Exit::Ok)
}

/// Heading, counts, every item, and the findings.
pub(super) fn print_tree(printer: &mut Printer, stored: &Stored) {
    print_items(printer, stored);
    report::findings(printer, &stored.findings);
}

fn print_items(printer: &mut Printer, stored: &Stored) {
    printer.line(report::heading(stored));
    let summary = report::summary(printer, stored);
    printer.line(summary);
    print_rows(printer, stored, usize::MAX);
}

/// Counts and the first items.
pub(super) fn print_beginning(printer: &mut Printer, stored: &Stored) {
    let summary = report::summary(printer, stored);
    printer.line(summary);
    print_rows(printer, stored, FEW);
}

/// The first items; the last line says how many more there are.
pub(super) fn print_rows(printer: &mut Printer, stored: &Stored, limit: usize) {
    // A list that would be cut by one or two lines is shown whole: saying so takes a line too.
    let limit = if stored.plan.items.len() <= limit.saturating_add(2) { usize::MAX } else { limit };
    let labels = Labels::new(stored);
    let critical: BTreeSet<ItemKey> =
        Order::of(&stored.plan).map(|order| order.critical_path.into_iter().collect()).unwrap_or_default();
    let text = table(stored, &labels, &critical, limit).render(printer);
    printer.raw(&text);
    let more = stored.plan.items.len().saturating_sub(limit);
    if more > 0 {
        printer.line(format!("  … {more} more (`conductor plan review {}`)", stored.row.id));
    }
}
