//! `conductor init`.

use cli_kit::table::{Cell, Fit, Table};
use cli_kit::{CliError, Exit};
use serde::Serialize;
use taskwerk_client::Init;

use super::agents::AgentJson;
use crate::context::Context;
use crate::survey::{self, Agent, Checkout, Gates};

/// Make this repository a project, and say what there is to work with
///
/// Writes `.taskwerk/` at the top of the repository and touches nothing else. A project that is there already is left
/// as it is.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor init\n  conductor init --dir ../other")]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Document<'a> {
    initialized: bool,
    created: bool,
    path: &'a str,
    repository: Option<&'a Checkout>,
    agents: Vec<AgentJson<'a>>,
    gates: Option<&'a Gates>,
    sandbox: &'static str,
    /// What keeps agents from working here.
    problem: Option<&'a str>,
}

/// The repository as far as it can be used: one without a commit cannot yet.
type Repository = Result<(Checkout, Gates), CliError>;

pub(crate) fn run(_: Args, context: &mut Context) -> Result<Exit, CliError> {
    let (project, init) = context.init()?;
    let agents = survey::agents(context, &project.config, survey::BRISK)?;
    let repository = context
        .repository()
        .and_then(|repo| Ok((survey::checkout(&repo)?, survey::gates(&repo, &project.config)?)));
    let path = project.tasks.data_dir().display().to_string();
    if context.printer.is_json() {
        context.printer.json(&Document {
            initialized: true,
            created: init == Init::Created,
            path: &path,
            repository: repository.as_ref().ok().map(|(checkout, _)| checkout),
            agents: agents.iter().map(AgentJson::new).collect(),
            gates: repository.as_ref().ok().map(|(_, gates)| gates),
            sandbox: "none",
            problem: repository.as_ref().err().map(|error| error.message.as_str()),
        });
        return Ok(Exit::Ok);
    }
    print(context, init, &agents, &repository);
    Ok(Exit::Ok)
}

fn print(context: &mut Context, init: Init, agents: &[Agent], repository: &Repository) {
    let (state, gates) = match repository {
        Ok((checkout, gates)) => (checkout.describe(), gates.describe()),
        Err(error) => (error.message.clone(), "looked for in the first commit".to_owned()),
    };
    let tasks = match init {
        Init::Created => ".taskwerk/ made (config.yml is for git, the rest ignored)",
        Init::Existing => ".taskwerk/ is there already; nothing was changed",
    };
    let rows = [
        ("repository", state.as_str()),
        ("tasks", tasks),
        ("agents", &describe(agents)),
        ("gates", &gates),
        ("sandbox", "none yet: agents run with your rights (`conductor doctor`)"),
    ];
    let mut table = Table::new(&[("", Fit::Keep), ("", Fit::Keep)]);
    for (name, text) in rows {
        table.row([Cell::new(&format!("  {name}")), Cell::new(text)]);
    }
    let text = table.render(&context.printer);
    context.printer.raw(&text);
    context.printer.note("Next: conductor plan create FILE");
}

/// The agents that can be used, in a line.
pub(super) fn describe(agents: &[Agent]) -> String {
    let ready: Vec<String> = agents
        .iter()
        .filter(|agent| agent.is_ready())
        .map(|agent| format!("{} ready", agent.name_and_version()))
        .collect();
    if ready.is_empty() {
        "none found (`conductor agents` says how to get one)".to_owned()
    } else {
        ready.join(", ")
    }
}
