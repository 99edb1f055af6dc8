//! `conductor plan questions`.

use cli_kit::printer::Style;
use cli_kit::text::{escape, escape_block};
use cli_kit::{CliError, Exit, Printer};
use conductor_plan::{Answer, Finding, Question};

use super::stored::{Stored, Unnamed};
use crate::context::Context;

/// List what only the author of the documents can say: vague words, contradictions, open questions
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor plan questions\n  conductor plan questions 2 --all --json")]
pub(crate) struct Args {
    /// The plan's number; the newest draft when left out
    #[arg(value_name = "PLAN")]
    plan: Option<u64>,
    /// Also those that were answered
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let database = project.database()?;
    let stored = Stored::find(&database, args.plan, Unnamed::DraftOrImported, &project.lint_options())?;
    let printer = &mut context.printer;
    let answers: &[Answer] = if args.all { &stored.plan.answers } else { &[] };
    if printer.is_json() {
        let open: Vec<_> = open(&stored.findings)
            .map(|(finding, question)| {
                serde_json::json!({ "id": question.id, "text": question.text, "code": finding.code, "sources": finding.sources })
            })
            .collect();
        printer.json(&serde_json::json!({ "plan": stored.row.id, "open": open, "answered": answers }));
        return Ok(Exit::Ok);
    }
    for (finding, question) in open(&stored.findings) {
        print(printer, finding, question);
    }
    for answer in answers {
        let id = printer.paint(Style::Dim, answer.question.as_str()).into_owned();
        printer.line(format!("{id}  {}", escape(&answer.asked)));
        for line in escape_block(&answer.text).lines() {
            printer.line(format!("            {line}"));
        }
        printer.line(format!("            answered by {}", escape(&answer.by)));
    }
    let count = open(&stored.findings).count();
    if count == 0 {
        printer.note("No question is open");
    } else {
        printer.note("Next: conductor plan answer QUESTION \"…\"");
    }
    Ok(Exit::Ok)
}

/// The findings that ask something.
pub(super) fn open(findings: &[Finding]) -> impl Iterator<Item = (&Finding, &Question)> {
    findings.iter().filter_map(|finding| Some((finding, finding.question.as_ref()?)))
}

fn print(printer: &mut Printer, finding: &Finding, question: &Question) {
    let id = printer.paint(Style::Cyan, question.id.as_str()).into_owned();
    let places: Vec<String> = finding.sources.iter().map(ToString::to_string).collect();
    let place = printer.paint(Style::Dim, &escape(&format!("({})", places.join(", ")))).into_owned();
    printer.line(format!("{id}  {}  {place}", escape(&question.text)));
}
