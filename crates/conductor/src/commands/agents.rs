//! `conductor agents`.

use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::{CliError, Exit};
use conductor_host::agents::{Detected, Known};
use conductor_host::config::AgentRole;
use serde::Serialize;

use crate::context::Context;
use crate::survey::{self, Agent};

/// List the agents that can carry out tasks: whether they are there, and how to get them
///
/// Your own are named in `.taskwerk/config.yml` under `orchestration.agents`: any program will do.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor agents\n  conductor agents --json")]
pub(crate) struct Args {}

/// An agent, for programs.
#[derive(Serialize)]
pub(super) struct AgentJson<'a> {
    name: &'a str,
    replay: bool,
    role: &'static str,
    configured: bool,
    ready: bool,
    version: Option<&'a str>,
    /// The program or recording; what was looked for when it is missing.
    program: String,
    install: Option<&'static str>,
    unsupported: Vec<UnsupportedJson<'a>>,
}

#[derive(Serialize)]
struct UnsupportedJson<'a> {
    option: &'static str,
    why: &'a str,
}

impl<'a> AgentJson<'a> {
    pub(super) fn new(agent: &'a Agent) -> Self {
        let (version, program) = match &agent.detected {
            Detected::Ready { program, version } => (version.as_deref(), program.display().to_string()),
            Detected::Recording { file } => (None, file.display().to_string()),
            Detected::Missing { what } => (None, what.clone()),
        };
        let unsupported = agent.unsupported.iter();
        Self {
            name: &agent.profile.label.name,
            replay: agent.profile.label.replay,
            role: role(agent.profile.role),
            configured: agent.profile.configured,
            ready: agent.is_ready(),
            version,
            program,
            install: install(agent),
            unsupported: unsupported
                .map(|one| UnsupportedJson { option: one.option, why: &one.why })
                .collect(),
        }
    }
}

pub(crate) fn run(_: Args, context: &mut Context) -> Result<Exit, CliError> {
    let agents = survey::agents(context, &context.config()?)?;
    let printer = &mut context.printer;
    if printer.is_json() {
        printer.json(&agents.iter().map(AgentJson::new).collect::<Vec<_>>());
        return Ok(Exit::Ok);
    }
    let mut table = Table::new(&[("", Fit::Keep), ("", Fit::Keep), ("", Fit::Keep), ("", Fit::Shrink(24))]);
    for agent in &agents {
        let (state, style, detail) = match &agent.detected {
            Detected::Ready { program, .. } => ("ready", Style::Green, program.display().to_string()),
            Detected::Recording { file } => ("replay", Style::Cyan, file.display().to_string()),
            Detected::Missing { what } => ("missing", Style::Dim, missing(agent, what)),
        };
        let role = if agent.profile.role == AgentRole::Author { "" } else { role(agent.profile.role) };
        table.row([
            Cell::new(&agent.name_and_version()),
            Cell::new(state).style(style),
            Cell::new(role),
            Cell::new(&detail),
        ]);
    }
    let text = table.render(printer);
    printer.raw(&text);
    for unsupported in agents.iter().flat_map(|agent| &agent.unsupported) {
        printer.warn(&unsupported.why);
    }
    Ok(Exit::Ok)
}

fn missing(agent: &Agent, what: &str) -> String {
    match install(agent) {
        Some(command) => command.to_owned(),
        None => format!("`{what}` is not there; check orchestration.agents.{}", agent.profile.label.name),
    }
}

/// How to get an agent that is missing, where that is known.
fn install(agent: &Agent) -> Option<&'static str> {
    if agent.is_ready() { None } else { agent.profile.known().map(Known::install) }
}

fn role(role: AgentRole) -> &'static str {
    match role {
        AgentRole::Author => "author",
        AgentRole::Reviewer => "reviewer",
    }
}
