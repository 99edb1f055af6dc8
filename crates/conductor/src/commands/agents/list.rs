//! `conductor agents list`.

use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::{CliError, Exit};
use conductor_host::agents::{Detected, Known, Profile, ProfileKind, ProgramProfile, Protocol};
use conductor_host::config::AgentRole;
use serde::Serialize;

use super::check::span;
use crate::context::Context;
use crate::survey::{self, Agent};

/// List the agents: whether they are there, how they are talked to, what they may do, and how to get them
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor agents list\n  conductor agents list --json")]
pub(crate) struct Args {}

/// An agent, for programs.
#[derive(Serialize)]
pub(in crate::commands) struct AgentJson<'a> {
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
    /// How it is talked to: `acp`, `headless`, `command` or `replay`.
    protocol: &'static str,
    /// What it may do without asking; null where its program knows no such thing.
    mode: Option<&'static str>,
    /// What it may do beyond its mode.
    allow: Vec<&'static str>,
    model: Option<&'a str>,
    /// For how long it may be silent, as in the configuration; null for ever.
    silence: Option<String>,
    /// Where it keeps its credentials.
    credentials: Option<String>,
    /// How a limit of its provider shows.
    limits: Option<&'static str>,
}

#[derive(Serialize)]
struct UnsupportedJson<'a> {
    option: &'static str,
    why: &'a str,
}

impl<'a> AgentJson<'a> {
    pub(in crate::commands) fn new(agent: &'a Agent) -> Self {
        let (version, program) = match &agent.detected {
            Detected::Ready { program, version } => (version.as_deref(), program.display().to_string()),
            Detected::Recording { file } => (None, file.display().to_string()),
            Detected::Missing { what } => (None, what.clone()),
        };
        let unsupported = agent.unsupported.iter();
        let profile = &agent.profile;
        let program_profile = program_of(profile);
        let (mode, allow) = may(profile).unzip();
        Self {
            name: &profile.label.name,
            replay: profile.label.replay,
            role: role(profile.role),
            configured: profile.configured,
            ready: agent.is_ready(),
            version,
            program,
            install: install(agent),
            unsupported: unsupported
                .map(|one| UnsupportedJson { option: one.option, why: &one.why })
                .collect(),
            protocol: profile.protocol(),
            mode,
            allow: allow.unwrap_or_default(),
            model: program_profile.and_then(|program| program.model.as_deref()),
            silence: program_profile.and_then(|program| program.silence).map(span),
            credentials: profile.known().map(|known| format!("~/{}", known.credentials())),
            limits: profile.known().map(Known::limits),
        }
    }
}

pub(super) fn run(_: Args, context: &mut Context) -> Result<Exit, CliError> {
    let agents = survey::agents(context, &context.config()?, survey::PATIENT)?;
    let printer = &mut context.printer;
    if printer.is_json() {
        printer.json(&agents.iter().map(AgentJson::new).collect::<Vec<_>>());
        return Ok(Exit::Ok);
    }
    let mut table = Table::new(&[
        ("agent", Fit::Keep),
        ("state", Fit::Keep),
        ("by", Fit::Keep),
        ("may", Fit::Keep),
        ("model", Fit::Shrink(12)),
        ("role", Fit::Keep),
        ("where", Fit::Shrink(24)),
    ]);
    for agent in &agents {
        table.row(cells(agent));
    }
    let text = table.render(printer);
    printer.raw(&text);
    for unsupported in agents.iter().flat_map(|agent| &agent.unsupported) {
        printer.warn(&unsupported.why);
    }
    Ok(Exit::Ok)
}

fn cells(agent: &Agent) -> [Cell; 7] {
    let (state, style, detail) = match &agent.detected {
        Detected::Ready { program, .. } => ("ready", Style::Green, program.display().to_string()),
        Detected::Recording { file } => ("replay", Style::Cyan, file.display().to_string()),
        Detected::Missing { what } => ("missing", Style::Dim, missing(agent, what)),
    };
    let profile = &agent.profile;
    let role = if profile.role == AgentRole::Author { "" } else { role(profile.role) };
    let protocol = if profile.label.replay { "" } else { profile.protocol() };
    let model = program_of(profile).and_then(|program| program.model.as_deref());
    [
        Cell::new(&agent.name_and_version()),
        Cell::new(state).style(style),
        Cell::new(protocol),
        Cell::new(&may_text(profile)),
        Cell::new(model.unwrap_or_default()),
        Cell::new(role),
        Cell::new(&detail),
    ]
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

pub(super) fn program_of(profile: &Profile) -> Option<&ProgramProfile> {
    match &profile.kind {
        ProfileKind::Program(program) => Some(program),
        ProfileKind::Replay { .. } => None,
    }
}

/// What it may do without asking, and beyond that; `None` where its program is told nothing of it.
pub(super) fn may(profile: &Profile) -> Option<(&'static str, Vec<&'static str>)> {
    let told = |program: &&ProgramProfile| program.protocol != Protocol::Command;
    program_of(profile)
        .filter(told)
        .map(|program| (program.mode.word(), program.allow.iter().map(|allow| allow.word()).collect()))
}

/// `edit +execute`.
pub(super) fn may_text(profile: &Profile) -> String {
    let Some((mode, allow)) = may(profile) else { return String::new() };
    let allow = allow.iter().filter(|_| mode == "edit").map(|word| format!(" +{word}"));
    mode.to_owned() + &allow.collect::<String>()
}
