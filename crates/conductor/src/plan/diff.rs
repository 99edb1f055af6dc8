//! `conductor plan diff`.

use std::path::{Path, PathBuf};

use cli_kit::printer::Style;
use cli_kit::text::escape;
use cli_kit::{CliError, Exit, Printer};
use conductor_plan::{DiffLine, DiffMark, PlanDiff, diff};

use super::engine::EngineArgs;
use super::report::count;
use super::stored::{Stored, Unnamed};
use super::update::living::{Living, Preferred, Reading, no_plan};
use crate::context::Context;

/// Say what changed between two plans, or between a plan and its documents as they are now
///
/// Nothing is stored. A title that was reworded, a section that was renamed or moved and a document with another name are
/// told as that. Without arguments it is the newest plan against its documents.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan diff\n  conductor plan diff docs/prd.md\n  conductor plan diff 1 2\n  conductor plan diff --format markdown"
)]
pub(crate) struct Args {
    /// Two plans by number, one plan, or documents
    #[arg(value_name = "PLAN|FILE")]
    what: Vec<PathBuf>,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    engine: EngineArgs,
}

/// How a diff is written.
#[derive(clap::ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// For a terminal
    Text,
    /// For a merge request
    Markdown,
}

/// What is compared with what.
struct Compared {
    diff: PlanDiff,
    old: u64,
    new: Option<u64>,
    /// Both sides, for people.
    sides: String,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let Some(compared) = compare(&args, context)? else { return Ok(Exit::Ok) };
    let printer = &mut context.printer;
    if printer.is_json() {
        printer.json(&serde_json::json!({
            "old": compared.old,
            "new": compared.new,
            "changed": !compared.diff.is_empty(),
            "diff": compared.diff,
        }));
        return Ok(Exit::Ok);
    }
    let lines = compared.diff.lines();
    match args.format {
        Format::Text => {
            printer.line(heading(&compared, &lines));
            print_lines(printer, &lines);
        }
        Format::Markdown => {
            printer.line(format!("### {}\n", heading(&compared, &lines)));
            lines.iter().for_each(|line| printer.line(markdown(line)));
        }
    }
    Ok(Exit::Ok)
}

/// `None` when it was only said what planning the documents would cost.
fn compare(args: &Args, context: &mut Context) -> Result<Option<Compared>, CliError> {
    let what = &args.what[..];
    let project = context.open()?;
    let mut database = project.database()?;
    let numbers: Vec<Option<u64>> = what.iter().map(|one| number(one)).collect();
    if let [Some(old), Some(new)] = numbers[..] {
        let find = |id| Stored::find(&database, Some(id), Unnamed::DraftOrImported, &project.lint_options());
        let (old, new) = (find(old)?, find(new)?);
        return Ok(Some(Compared {
            diff: diff(&old.plan, &new.plan),
            old: old.row.id,
            new: Some(new.row.id),
            sides: format!("Plan {} against plan {}", old.row.id, new.row.id),
        }));
    }
    let (plan, files) = match numbers[..] {
        [Some(plan)] => (Some(plan), &[][..]),
        _ => (None, what),
    };
    let (database, preferred) = (&mut database, Preferred::Newest);
    let living = match Living::read(context, &project, database, plan, files, preferred, &args.engine)? {
        Reading::Living(living) => living,
        Reading::Estimated => return Ok(None),
        Reading::NoPlan => return Err(no_plan(files)),
    };
    Ok(Some(Compared {
        diff: diff(&living.original, &living.now),
        old: living.stored.row.id,
        new: None,
        sides: format!("Plan {} against {}", living.stored.row.id, living.names()),
    }))
}

/// A plan's number, unless there is a file of that name.
fn number(one: &Path) -> Option<u64> {
    one.to_str().and_then(|text| text.parse().ok()).filter(|_| !one.exists())
}

/// `Plan 1 against prd.md: 2 changes, 10 items as they were`.
fn heading(compared: &Compared, lines: &[DiffLine]) -> String {
    if lines.is_empty() {
        return format!("{}: nothing changed", compared.sides);
    }
    let (changes, kept) = (count(lines.len(), "change"), count(compared.diff.unchanged, "item"));
    format!("{}: {changes}, {kept} as before", compared.sides)
}

/// The changes, a line each.
pub(super) fn print_lines(printer: &mut Printer, lines: &[DiffLine]) {
    for line in lines {
        let place = line.source.as_ref().map(|source| format!("  ({source})")).unwrap_or_default();
        let word = format!("{:8}", line.mark);
        let text = format!("  {} {}", printer.paint(style(line.mark), &word), escape(&line.text));
        let place = escape(&place).into_owned();
        let place = printer.paint(Style::Dim, &place).into_owned();
        printer.line(format!("{text}{place}"));
        for detail in &line.details {
            printer.line(format!("           {}", escape(detail)));
        }
    }
}

fn style(mark: DiffMark) -> Style {
    match mark {
        DiffMark::Added => Style::Green,
        DiffMark::Removed => Style::Red,
        DiffMark::Reworded | DiffMark::Moved | DiffMark::Renamed => Style::Cyan,
        DiffMark::Changed | DiffMark::Split | DiffMark::Merged => Style::Yellow,
    }
}

fn markdown(line: &DiffLine) -> String {
    let plain = |text: &str| {
        let mut out = String::with_capacity(text.len());
        for c in escape(text).chars() {
            if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#') {
                out.push('\\');
            }
            out.push(c);
        }
        out.replace("-\\>", "→")
    };
    let place =
        line.source.as_ref().map(|source| format!(" ({})", plain(&source.to_string()))).unwrap_or_default();
    let details: Vec<String> = line.details.iter().map(|detail| format!("\n  - {}", plain(detail))).collect();
    format!("- **{}** {}{place}{}", line.mark, plain(&line.text), details.concat())
}
