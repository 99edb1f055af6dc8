//! `conductor gates`.

use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::text::escape;
use cli_kit::{CliError, Exit};
use conductor_engine::gate::GateKind;
use conductor_host::gates::Demands;
use taskwerk_client::model::Minutes;

use crate::context::Context;
use crate::survey;

/// List the checks that Conductor runs on finished work, in their order
///
/// They are found in the files of the commit that is checked out, and in `.taskwerk/config.yml` under
/// `orchestration.gates`, which changes, adds and takes away (`lint: null`). A phase in which a check fails is the last.
/// The exit of a check's command always counts; what else is read from it stands beside it.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor gates\n  conductor gates --json")]
pub(crate) struct Args {}

pub(crate) fn run(_: Args, context: &mut Context) -> Result<Exit, CliError> {
    let config = context.config()?;
    let found = survey::gates(&context.repository()?, &config)?;
    let printer = &mut context.printer;
    if printer.is_json() {
        printer.json(&found);
        return Ok(Exit::Ok);
    }
    let mut table = Table::new(&[
        ("phase", Fit::Keep),
        ("gate", Fit::Keep),
        ("kind", Fit::Drop),
        ("command", Fit::Shrink(20)),
        ("reads", Fit::Drop),
        ("limit", Fit::Drop),
        ("from", Fit::Drop),
    ]);
    for gate in &found.gates {
        let kind = kind(gate.kind);
        table.row([
            Cell::new(&gate.phase.to_string()).style(Style::Dim),
            Cell::new(&gate.name).style(Style::Cyan),
            Cell::new(if kind == gate.name { "" } else { kind }),
            Cell::new(&gate.run),
            Cell::new(&found.reads.get(&gate.name).map(|reads| reads.join(", ")).unwrap_or_default()),
            Cell::new(&limit(gate.timeout_seconds)),
            Cell::new(&gate.reason).style(Style::Dim),
        ]);
    }
    let text = table.render(printer);
    printer.raw(&text);
    let question = Demands::new(&found.gates, false, config.orchestration.workflow.min_coverage).question();
    for note in found.notes.iter().chain(&question) {
        printer.note(escape(note));
    }
    if found.gates.is_empty() {
        printer.note(
            "No gates were found, so nothing would check the work. Name them in .taskwerk/config.yml:\n  \
             orchestration: { gates: { test: \"./test.sh\" } }",
        );
    }
    Ok(Exit::Ok)
}

fn limit(seconds: u64) -> String {
    match u32::try_from(seconds / 60) {
        Ok(minutes) if seconds.is_multiple_of(60) => Minutes::new(minutes).to_string(),
        Ok(_) | Err(_) => format!("{seconds}s"),
    }
}

fn kind(kind: GateKind) -> &'static str {
    match kind {
        GateKind::Setup => "setup",
        GateKind::Build => "build",
        GateKind::Format => "format",
        GateKind::Lint => "lint",
        GateKind::Test => "test",
        GateKind::Coverage => "coverage",
        GateKind::Custom => "custom",
    }
}
