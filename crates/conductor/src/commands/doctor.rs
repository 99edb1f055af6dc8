//! `conductor doctor`.

use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::{CliError, Exit};
use conductor_host::agents::agent_environment;
use conductor_host::config::{Config, not_yet};
use conductor_host::gates::{Demands, uncounted_tests, withheld_names};
use conductor_host::git::Repo;
use conductor_host::process::{Cmd, Contained, KeeperSpec, KeptChild, Namespace, Proof};
use serde::Serialize;
use taskwerk_client::model::ErrorCode;

use super::init::describe;
use crate::context::{Context, current_folder};
use crate::orchestrate::opened::Opened;
use crate::orchestrate::people_only;
use crate::orchestrate::remains::{self, Told};
use crate::survey::{self, Agent};

/// Check everything that orchestration stands on, and say what is not as you may think
///
/// Ends with 1 when something is broken. A warning is something to know: a setting without effect, a missing agent.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor doctor\n  conductor doctor --fix\n  conductor doctor --json")]
pub(crate) struct Args {
    /// Put in order what loses nothing: stale locks, left-over workspaces and claims, lost refs
    #[arg(long)]
    fix: bool,
}

#[derive(Serialize)]
struct Document {
    ok: bool,
    checks: Vec<Check>,
    /// Where the journal and the world differ.
    findings: Vec<Told>,
}

#[derive(Serialize)]
struct Check {
    name: &'static str,
    state: State,
    detail: String,
    /// What was seen of a child that was kept for real.
    #[serde(skip_serializing_if = "Option::is_none")]
    containment: Option<Contained>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Ok,
    Warning,
    Broken,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let findings = if args.fix { fixed(context)? } else { Vec::new() };
    let mut checks = vec![git_version(context)?];
    let config = match context.config() {
        Ok(config) => Some(config),
        Err(error) => {
            checks.push(broken("configuration", &error));
            None
        }
    };
    let config = config.unwrap_or_default();
    repository(context, &config, &mut checks);
    stores(context, &mut checks);
    let agents = survey::agents(context, &config, survey::PATIENT)?;
    agents_checks(&agents, &mut checks);
    checks.push(containment(context, &config)?);
    checks.push(warning("sandbox", "none: agents run with your rights"));
    environment(context, &agents, &mut checks);
    let unsupported = agents.iter().flat_map(|agent| &agent.unsupported);
    checks.extend(unsupported.map(|option| warning("configuration", option.why.clone())));
    for key in not_yet(&config) {
        checks
            .push(warning("configuration", format!("{} is set and has no effect yet: {}", key.key, key.why)));
    }
    let findings = if args.fix { findings } else { found(context, &mut checks) };
    tell_remains(&findings, &mut checks);
    let is_broken = checks.iter().any(|check| check.state == State::Broken);
    print(context, checks, findings);
    Ok(if is_broken { Exit::Refused } else { Exit::Ok })
}

/// Puts in order what can be, before anything is looked at.
fn fixed(context: &Context) -> Result<Vec<Told>, CliError> {
    people_only(context)?;
    remains::fix(&Opened::new(context)?)
}

/// Where the journal and the world differ. A project or repository that cannot be opened is told already.
fn found(context: &Context, checks: &mut Vec<Check>) -> Vec<Told> {
    let Ok(opened) = Opened::new(context) else { return Vec::new() };
    remains::look(&opened).unwrap_or_else(|error| {
        checks.push(broken("order", &error));
        Vec::new()
    })
}

fn tell_remains(findings: &[Told], checks: &mut Vec<Check>) {
    for told in findings {
        let detail = format!("{}: {}; {}", told.what, told.why, told.advice);
        checks.push(match (told.mended, told.harm) {
            (true, _) => ok("order", format!("put in order: {}", told.what)),
            (false, true) => Check { name: "order", state: State::Broken, detail, containment: None },
            (false, false) => warning("order", detail),
        });
    }
}

fn print(context: &mut Context, checks: Vec<Check>, findings: Vec<Told>) {
    let printer = &mut context.printer;
    if printer.is_json() {
        let ok = checks.iter().all(|check| check.state != State::Broken);
        printer.json(&Document { ok, checks, findings });
        return;
    }
    let mut table = Table::new(&[("", Fit::Keep), ("", Fit::Keep), ("", Fit::Keep)]);
    for check in &checks {
        let (word, style) = match check.state {
            State::Ok => ("ok", Style::Green),
            State::Warning => ("warning", Style::Yellow),
            State::Broken => ("broken", Style::Red),
        };
        table.row([Cell::new(word).style(style), Cell::new(check.name), Cell::new(&check.detail)]);
    }
    let text = table.render(printer);
    printer.raw(&text);
}

fn git_version(context: &Context) -> Result<Check, CliError> {
    let asked = Cmd::new("git", current_folder()?).envs(context.user_env()).arg("version").run();
    Ok(match asked {
        Ok(output) => ok("git", String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        Err(error) => {
            Check { name: "git", state: State::Broken, detail: error.to_string(), containment: None }
        }
    })
}

/// The repository, who commits, and the gates that are found in it.
fn repository(context: &Context, config: &Config, checks: &mut Vec<Check>) {
    let repo = match context.repository() {
        Ok(repo) => repo,
        Err(error) => return checks.push(broken("repository", &error)),
    };
    checks.push(match survey::checkout(&repo) {
        Ok(checkout) => ok("repository", checkout.describe()),
        Err(error) => broken("repository", &error),
    });
    checks.push(identity(&repo));
    match survey::gates(&repo, config) {
        Ok(found) if found.gates.is_empty() => checks.push(warning("gates", found.describe())),
        Ok(found) => {
            checks.push(ok("gates", found.describe()));
            let uncounted =
                uncounted_tests(&found.gates).filter(|_| config.orchestration.workflow.require_tests);
            checks.extend(uncounted.map(|why| warning("gates", why)));
            let workflow = &config.orchestration.workflow;
            let unmeasured = Demands::new(&found.gates, false, workflow.min_coverage).question();
            checks.extend(unmeasured.map(|why| warning("gates", why)));
        }
        Err(error) => checks.push(broken("gates", &error)),
    }
}

fn identity(repo: &Repo) -> Check {
    let who = repo.identity();
    let text = format!("{} <{}>", who.name, who.email);
    if who.email == "conductor@localhost" {
        return warning(
            "identity",
            format!("git knows no name and address of yours, so commits will be by {text}"),
        );
    }
    ok("identity", format!("commits are by {text}"))
}

fn stores(context: &Context, checks: &mut Vec<Check>) {
    let project = match context.open() {
        Ok(project) => project,
        Err(error) if error.code == ErrorCode::NotInitialized.as_str() => {
            return checks.push(warning("tasks", "no project yet: run `conductor init`"));
        }
        Err(error) => return checks.push(broken("tasks", &error)),
    };
    checks.push(ok("tasks", project.tasks.data_dir().display().to_string()));
    checks.push(match project.database() {
        Ok(database) => ok("sessions", database.path().display().to_string()),
        Err(error) => broken("sessions", &error),
    });
}

fn agents_checks(agents: &[Agent], checks: &mut Vec<Check>) {
    let none = !agents.iter().any(Agent::is_ready);
    let state = if none { State::Warning } else { State::Ok };
    checks.push(Check { name: "agents", state, detail: describe(agents), containment: None });
    for agent in agents.iter().filter(|agent| agent.profile.configured && !agent.is_ready()) {
        checks.push(warning("agents", format!("{} is configured but not there", agent.profile.label)));
    }
}

/// Which of the user's variables gates do not see, and which agents do. Names only.
fn environment(context: &Context, agents: &[Agent], checks: &mut Vec<Check>) {
    let user = context.user_env();
    checks.push(ok("environment", format!("withheld from gates: {}", or_none(&withheld_names(&user)))));
    for agent in agents.iter().filter(|agent| agent.is_ready()) {
        let passed = agent_environment(&user, &agent.profile).into_keys();
        let names: Vec<String> = passed.map(|name| name.to_string_lossy().into_owned()).collect();
        checks.push(ok("environment", format!("passed to {}: {}", agent.profile.label, or_none(&names))));
    }
}

/// Keeps a child for real, as an agent would be, and sees what held it and what shows that nothing of it is left.
fn containment(context: &Context, config: &Config) -> Result<Check, CliError> {
    let spec = KeeperSpec {
        argv: vec!["/bin/sh".into(), "-c".into(), ":".into()],
        env: context.user_env(),
        dir: current_folder()?,
        stdout: "/dev/null".into(),
        stderr: "/dev/null".into(),
        stdin: None,
        grace_ms: 1_000,
        timeout_ms: Some(10_000),
        read_only: Vec::new(),
    };
    let keeper = survey::keeper()?.with_means(config.orchestration.safety.means());
    Ok(match KeptChild::spawn(&keeper, &spec).and_then(|child| child.wait()) {
        Ok(kept) => {
            let (state, detail) = held_by(&kept.contained);
            Check { name: "processes", state, detail, containment: Some(kept.contained) }
        }
        Err(error) => {
            Check { name: "processes", state: State::Broken, detail: error.to_string(), containment: None }
        }
    })
}

/// What can outlive an agent, by what held a child together.
fn held_by(seen: &Contained) -> (State, String) {
    let cgroup = if seen.by.cgroup { " and cgroup" } else { "" };
    let detail = match (seen.proof, seen.by.namespace) {
        (Proof::Namespace, Namespace::Own | Namespace::None) => {
            format!("PID namespace{cgroup}: nothing of an agent can outlive it")
        }
        (Proof::Namespace, Namespace::InUserNamespace) => format!(
            "PID namespace{cgroup}: nothing of an agent can outlive it; it is inside a user namespace, where sudo \
             and rootless podman fail (orchestration.safety.pid_namespace: false)"
        ),
        (Proof::Cgroup, _) => {
            "cgroup and subreaper: nothing of an agent can outlive it; what is left when its keeper is killed is \
             ended by the next session"
                .to_owned()
        }
        (Proof::NoChildren, _) => {
            "only the subreaper: what an agent starts ends with it; weak when its keeper is killed, since what \
             hides can live on then"
                .to_owned()
        }
        (Proof::Walked, _) => {
            "process walk only: weak; a process that hides from it can outlive its agent".to_owned()
        }
    };
    let state = match seen.proof {
        Proof::Namespace | Proof::Cgroup => State::Ok,
        Proof::NoChildren | Proof::Walked => State::Warning,
    };
    (state, detail)
}

fn or_none(names: &[String]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { names.join(" ") }
}

fn ok(name: &'static str, detail: impl Into<String>) -> Check {
    Check { name, state: State::Ok, detail: detail.into(), containment: None }
}

fn warning(name: &'static str, detail: impl Into<String>) -> Check {
    Check { name, state: State::Warning, detail: detail.into(), containment: None }
}

fn broken(name: &'static str, error: &CliError) -> Check {
    let hint = error.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
    Check { name, state: State::Broken, detail: format!("{}{hint}", error.message), containment: None }
}

#[cfg(test)]
mod tests {
    use conductor_host::process::Containment;

    use super::*;

    #[test]
    fn each_containment_is_told_with_what_it_does_not_hold() {
        let told = |proof, namespace, cgroup| {
            let by = Containment { namespace, cgroup };
            let (state, detail) = held_by(&Contained { rounds: 0, killed: 0, proof, by });
            format!("{state:?} {detail}")
        };
        insta::assert_snapshot!(told(Proof::Namespace, Namespace::Own, true), @"Ok PID namespace and cgroup: nothing of an agent can outlive it");
        insta::assert_snapshot!(told(Proof::Namespace, Namespace::InUserNamespace, false), @"Ok PID namespace: nothing of an agent can outlive it; it is inside a user namespace, where sudo and rootless podman fail (orchestration.safety.pid_namespace: false)");
        insta::assert_snapshot!(told(Proof::Cgroup, Namespace::None, true), @"Ok cgroup and subreaper: nothing of an agent can outlive it; what is left when its keeper is killed is ended by the next session");
        insta::assert_snapshot!(told(Proof::NoChildren, Namespace::None, false), @"Warning only the subreaper: what an agent starts ends with it; weak when its keeper is killed, since what hides can live on then");
        insta::assert_snapshot!(told(Proof::Walked, Namespace::None, false), @"Warning process walk only: weak; a process that hides from it can outlive its agent");
    }
}
