//! `conductor plan score`.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::text::escape;
use cli_kit::{CliError, Exit, Printer};
use conductor_plan::{MAX_DOCUMENT_BYTES, Reference, ReferenceError, Score, TaskName, score};
use serde::Serialize;

use super::report;
use super::stored::{Stored, Unnamed};
use crate::context::Context;

/// Hold a plan against another one of the same work: what it covers, and in what order
///
/// The reference is a task file of Task Master, a DevEval configuration, a plan (`conductor plan show --json`) or a list
/// of tasks (`taskwerk list --json`). Tasks are matched one to one by their words, so that saying something twice gains
/// nothing; dependencies count where one side has them by way of others, too. A figure below what is asked for makes the
/// command end with 6.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan score --against .taskmaster/tasks/tasks.json\n  conductor plan score 2 --against before.json --json\n  conductor plan score --against tasks.json --min-coverage 0.75 --min-precision 0.5"
)]
pub(crate) struct Args {
    /// The plan's number; the newest draft when left out
    #[arg(value_name = "PLAN")]
    plan: Option<u64>,
    /// The file to hold it against
    #[arg(long, value_name = "FILE")]
    against: PathBuf,
    /// Which list of a Task Master file that has several
    #[arg(long, value_name = "NAME")]
    tag: Option<String>,
    /// How to print it; `--json` is `--format json`
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The least share of the reference's tasks that the plan has to have, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share)]
    min_coverage: Option<f64>,
    /// The least share of the plan's tasks that the reference has to have, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share)]
    min_precision: Option<f64>,
    /// The least F1 of the dependencies, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share)]
    min_edges: Option<f64>,
    /// The least share of the reference's order that the plan has to keep, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share)]
    min_order: Option<f64>,
    /// The least score in all, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share)]
    min_overall: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables for people
    Text,
    /// One document for programs
    Json,
}

/// A figure that is below what was asked for.
#[derive(Debug, Serialize)]
struct Missed {
    figure: &'static str,
    least: f64,
    found: f64,
}

#[derive(Serialize)]
struct ScoreJson<'s> {
    plan: u64,
    against: String,
    score: &'s Score,
    missed: &'s [Missed],
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let reference = read(&args.against, args.tag.as_deref())?;
    let project = context.open()?;
    let database = project.database()?;
    let stored = Stored::find(&database, args.plan, Unnamed::DraftOrImported, &project.lint_options())?;
    let score = score(&stored.plan, &reference);
    let missed = missed(&args, &score);
    let printer = &mut context.printer;
    if printer.is_json() || args.format == Format::Json {
        printer.json(&ScoreJson {
            plan: stored.row.id,
            against: args.against.display().to_string(),
            score: &score,
            missed: &missed,
        });
    } else {
        let against = args.against.display().to_string();
        printer.line(format!("{}, against {} ({})", report::heading(&stored), escape(&against), score.kind));
        print_matches(printer, &score);
        print_figures(printer, &score);
    }
    for Missed { figure, least, found } in &missed {
        printer.note(format!("{figure} is {found:.2}, below {least:.2}"));
    }
    Ok(if missed.is_empty() { Exit::Ok } else { Exit::Gate })
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 =
        text.parse().map_err(|_| "not a number; a share is from 0 to 1, such as 0.75".to_owned())?;
    if (0.0..=1.0).contains(&share) {
        Ok(share)
    } else {
        Err("a share is from 0 to 1, such as 0.75".to_owned())
    }
}

fn read(path: &Path, tag: Option<&str>) -> Result<Reference, CliError> {
    let shown = escape(&path.display().to_string()).into_owned();
    let failed = |error: std::io::Error| {
        let missing = error.kind() == ErrorKind::NotFound;
        let (exit, code) = if missing {
            (Exit::NotFound, "REFERENCE_NOT_FOUND")
        } else {
            (Exit::Usage, "REFERENCE_UNREADABLE")
        };
        CliError::new(exit, code, format!("failed to read {shown}: {error}"))
    };
    let limit = u64::try_from(MAX_DOCUMENT_BYTES).unwrap_or(u64::MAX);
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(limit.saturating_add(1)).read_to_string(&mut text))
        .map_err(failed)?;
    if text.len() > MAX_DOCUMENT_BYTES {
        let message = format!("{shown} is larger than {} MB", MAX_DOCUMENT_BYTES / 1_000_000);
        return Err(
            CliError::new(Exit::Usage, "REFERENCE_UNREADABLE", message).hint("name a reference for one plan")
        );
    }
    Reference::parse(&text, tag).map_err(|error| {
        let tags = matches!(error, ReferenceError::SeveralTags { .. } | ReferenceError::UnknownTag { .. });
        let message = format!("{shown}: {}", escape(&error.to_string()));
        let refused = CliError::new(Exit::Usage, "REFERENCE_UNREADABLE", message);
        if tags { refused.hint("choose one with --tag NAME") } else { refused }
    })
}

/// The figures that are below what was asked for. Where there is nothing to order, order is kept.
fn missed(args: &Args, score: &Score) -> Vec<Missed> {
    let figures = [
        ("coverage", args.min_coverage, Some(score.coverage)),
        ("precision", args.min_precision, Some(score.precision)),
        ("edges", args.min_edges, score.edges.f1),
        ("order", args.min_order, score.order.kept),
        ("overall", args.min_overall, Some(score.overall)),
    ];
    let missed = figures.into_iter().filter_map(|(figure, least, found)| {
        let (least, found) = (least?, found?);
        (found < least).then_some(Missed { figure, least, found })
    });
    missed.collect()
}

fn print_matches(printer: &mut Printer, score: &Score) {
    let mut table = Table::new(&[
        ("", Fit::Keep),
        ("plan", Fit::Shrink(16)),
        ("reference", Fit::Shrink(16)),
        ("alike", Fit::Keep),
    ]);
    for found in &score.matches {
        table.row([
            Cell::new("=").style(Style::Green),
            Cell::new(&found.plan.title),
            Cell::new(&named(&found.reference)),
            Cell::new(&format!("{:.2}", found.similarity)).style(Style::Dim),
        ]);
    }
    for left in &score.only_plan {
        table.row([Cell::new("+").style(Style::Yellow), Cell::new(&left.title), Cell::new("")]);
    }
    for left in &score.only_reference {
        table.row([Cell::new("-").style(Style::Red), Cell::new(""), Cell::new(&named(left))]);
    }
    let text = table.render(printer);
    printer.raw(&text);
}

fn named(task: &TaskName) -> String {
    if task.title == task.id { task.title.clone() } else { format!("{} {}", task.id, task.title) }
}

fn print_figures(printer: &mut Printer, score: &Score) {
    let figure = |name: &str, value: Option<f64>, said: String| {
        let value = value.map_or_else(|| "   –".to_owned(), |value| format!("{value:.2}"));
        format!("{name:<10} {value}  {said}")
    };
    let matched = score.matches.len();
    let (edges, order) = (&score.edges, &score.order);
    let optional = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"));
    let lines = [
        figure(
            "coverage",
            Some(score.coverage),
            format!("{matched} of {} tasks of the reference", score.reference_tasks),
        ),
        figure("precision", Some(score.precision), format!("{matched} of {} tasks of the plan", score.tasks)),
        figure("f1", Some(score.f1), String::new()),
        figure(
            "edges",
            edges.f1,
            format!(
                "precision {} of {}, recall {} of {}",
                optional(edges.precision),
                edges.plan,
                optional(edges.recall),
                edges.reference
            ),
        ),
        figure(
            "order",
            order.kept,
            format!(
                "of {} ordered pairs, violations {}, tau {}",
                order.pairs,
                optional(order.violations),
                optional(order.tau)
            ),
        ),
        figure("size", Some(score.size_ratio), "tasks for each of the reference".to_owned()),
        figure("overall", Some(score.overall), String::new()),
    ];
    for line in lines {
        printer.line(line.trim_end());
    }
}
