//! `conductor plan lint`.

use std::path::PathBuf;

use clap::ValueEnum;
use cli_kit::suggest::nearest;
use cli_kit::text::{escape, escape_block};
use cli_kit::{CliError, Exit, Printer};
use conductor_plan::{Finding, FindingCode, Severity};

use super::annotate;
use super::report;
use super::subject::Subject;
use crate::context::Context;

/// Check a plan, or documents: circles, what no task covers, vague words, contradictions, tasks that are too large
///
/// Files need no project and are kept nowhere: they are planned by the outline engine, offline. Errors forbid the import
/// and make the command end with 6; warnings do so with --deny. `planning.severities` sets the weight of each code.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan lint\n  conductor plan lint 2 --json\n  conductor plan lint docs/prd.md --deny warnings --format github\n  conductor plan lint --explain contradiction"
)]
pub(crate) struct Args {
    /// The plan's number, or files and folders; the newest draft when left out
    #[arg(value_name = "PLAN|FILE", value_hint = clap::ValueHint::AnyPath)]
    named: Vec<PathBuf>,
    /// Findings of this weight fail too
    #[arg(long, value_enum, value_name = "WEIGHT")]
    deny: Option<Deny>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Print the page about a code, and check nothing
    #[arg(long, value_name = "CODE", conflicts_with_all = ["named", "deny"])]
    explain: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Warnings fail as errors do
    Warnings,
    /// Everything that is found fails
    Notes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line each, for people
    Text,
    /// One document for programs
    Json,
    /// Annotations of GitHub's workflows
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    if let Some(name) = &args.explain {
        return explain(name, context);
    }
    let subject = Subject::of(context, &args.named)?;
    let worst = match args.deny {
        None => Severity::Error,
        Some(Deny::Warnings) => Severity::Warning,
        Some(Deny::Notes) => Severity::Note,
    };
    let printer = &mut context.printer;
    let format = if printer.is_json() { Format::Json } else { args.format };
    match format {
        Format::Text => print(printer, &subject, args.named.is_empty()),
        Format::Json => printer.json(&serde_json::json!({
            "plan": subject.id,
            "errors": weigh(&subject.findings, Severity::Error),
            "warnings": weigh(&subject.findings, Severity::Warning),
            "notes": weigh(&subject.findings, Severity::Note),
            "findings": subject.findings,
        })),
        Format::Github => subject.findings.iter().for_each(|finding| printer.line(annotate::github(finding))),
        Format::Sarif => printer.json(&annotate::sarif(&subject.findings)),
    }
    let failed = subject.findings.iter().any(|finding| finding.severity >= worst);
    Ok(if failed { Exit::Gate } else { Exit::Ok })
}

fn print(printer: &mut Printer, subject: &Subject, of_plan: bool) {
    report::findings(printer, &subject.findings);
    let weights = report::weights_of(printer, &subject.findings);
    printer.line(format!("{}: {weights}", subject.heading));
    if let Some(finding) = subject.findings.first() {
        printer.note(format!("More: conductor plan lint --explain {}", finding.code));
    }
    if of_plan && subject.findings.iter().any(|finding| finding.question.is_some()) {
        printer.note("Next: conductor plan questions");
    }
}

fn weigh(findings: &[Finding], severity: Severity) -> usize {
    findings.iter().filter(|finding| finding.severity == severity).count()
}

fn explain(name: &str, context: &mut Context) -> Result<Exit, CliError> {
    let code = FindingCode::from_name(name).ok_or_else(|| {
        let known = FindingCode::ALL.map(FindingCode::as_str);
        CliError::new(Exit::NotFound, "CODE_NOT_FOUND", format!("there is no finding `{}`", escape(name)))
            .hint(format!("known are {}", known.join(", ")))
            .suggestions(nearest(name, known))
    })?;
    if context.printer.is_json() {
        let document =
            serde_json::json!({ "code": code, "severity": code.default_severity(), "page": code.page() });
        context.printer.json(&document);
    } else {
        context.printer.raw(&escape_block(code.page()));
    }
    Ok(Exit::Ok)
}
