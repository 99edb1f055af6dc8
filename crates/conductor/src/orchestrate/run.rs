//! `conductor orchestrate run`.

use std::path::PathBuf;

use cli_kit::text::escape;
use cli_kit::{CliError, Exit};
use conductor_engine::ids::TaskRef;
use conductor_host::config::{Micros, PlayFault, Playing};
use conductor_host::session::{Begun, Options};
use serde_json::json;
use taskwerk_client::model::{ListQuery, Task, TaskId};

use super::drive::{Manner, drive};
use super::error::from_begin;
use super::foresee::foresee;
use super::opened::Opened;
use crate::ask::{Choice, ask};
use crate::context::Context;
use crate::failure::{from_client, from_journal};

/// Work on ready tasks until none is left, in a session of its own
///
/// The work lands on the session's branch `conductor/s<N>`. Your checkout is not touched; `orchestrate land` brings
/// the work to your branch.
#[derive(clap::Args, Debug, Default)]
#[group(id = "run")]
#[command(
    after_help = "Examples:\n  conductor orchestrate run --max-tasks 2\n  conductor orchestrate run --auto --jobs 3 --require-tests --budget 5.00\n  \
                        conductor orchestrate run --agent codex --tasks TASK-001,TASK-004\n  \
                        conductor orchestrate run --dry-run --jobs 3"
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(super) session: SessionArgs,
    /// Never ask; end with exit code 7 when only holds are left
    #[arg(long, conflicts_with = "interactive")]
    pub(super) auto: bool,
}

/// What can be said of a new session.
#[derive(clap::Args, Debug, Default)]
pub(crate) struct SessionArgs {
    /// The agent that works; else the one that is configured or found
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// Play a recording instead of an agent
    #[arg(long, value_name = "FILE", conflicts_with = "agent")]
    replay: Option<PathBuf>,
    /// How many times as fast the recording is played; without it nothing is waited for
    #[arg(long, value_name = "FACTOR", requires = "replay", value_parser = speed)]
    speed: Option<f64>,
    /// What goes wrong with the recording, by comma: cut, hang, garble, reorder
    #[arg(long, value_name = "FAULTS", requires = "replay", value_delimiter = ',', value_parser = fault)]
    faults: Vec<PlayFault>,
    /// How many tasks to work on at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    jobs: Option<u32>,
    /// End after so many tasks were begun
    #[arg(long, value_name = "N")]
    max_tasks: Option<u64>,
    /// The most that the session may cost, in US dollars
    #[arg(long, value_name = "DOLLARS", value_parser = money)]
    budget: Option<Micros>,
    /// Only these tasks, by id and comma
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    tasks: Vec<String>,
    /// Accept no work whose gates ran no test
    #[arg(long)]
    require_tests: bool,
    /// Ask before each task starts, and before its work is accepted
    #[arg(long)]
    interactive: bool,
    /// Begin every task from nothing, also where an earlier session kept work
    #[arg(long)]
    fresh: bool,
    /// Begin nothing; say what would run, in which order and why, and what would not
    #[arg(long)]
    pub(super) dry_run: bool,
    /// The branch that the work is for; else the one that is checked out
    #[arg(long, value_name = "BRANCH")]
    into: Option<String>,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    super::people_only(context)?;
    let mut opened = Opened::new(context)?;
    if args.session.dry_run {
        let options = options(context, &opened, args.session)?;
        return foresee(context, &opened, &options);
    }
    let lock = opened.take_lock()?;
    let options = options(context, &opened, args.session)?;
    if !anything_ready(context, &opened, &options)? {
        return Ok(Exit::Ok);
    }
    let begun = opened.host.begin(&lock, &options).map_err(|e| from_begin(&e))?;
    introduce(context, &opened, &begun);
    let manner = Manner::here(!args.auto)?;
    let exit = drive(context, &mut opened, &lock, begun.id, &manner)?;
    // It takes the lock itself.
    drop(lock);
    if options.interactive && context.can_ask && !manner.was_interrupted() {
        ask_to_land(context, &opened, &begun)?;
    }
    Ok(exit)
}

/// Where a person has a word in everything, they have the last one too.
fn ask_to_land(context: &mut Context, opened: &Opened, begun: &Begun) -> Result<(), CliError> {
    let done = opened.db.session_row(begun.id).map_err(from_journal)?.metrics.done;
    if done == 0 {
        return Ok(());
    }
    let question = format!("Bring this to {} now?", escape(&begun.setup.target));
    let choices =
        [Choice { key: 'y', word: "yes", means: true }, Choice { key: 'n', word: "no", means: false }];
    if ask(&mut context.printer, &question, &choices) == Some(true) {
        super::land::run(super::land::Args {}, context)?;
    }
    Ok(())
}

pub(super) fn options(context: &Context, opened: &Opened, args: SessionArgs) -> Result<Options, CliError> {
    if context.flags.session.is_some() {
        return Err(CliError::usage("a new session gets its number by itself; leave --session out")
            .hint("take an earlier one up: conductor orchestrate resume --session N"));
    }
    let here = context.here()?;
    Ok(Options {
        agent: args.agent,
        replay: args.replay.map(|path| here.join(path)),
        playing: Playing { speed: args.speed, faults: args.faults },
        jobs: args.jobs,
        max_tasks: args.max_tasks,
        budget: args.budget,
        only: only(opened, &args.tasks)?,
        require_tests: args.require_tests,
        interactive: args.interactive,
        fresh: args.fresh,
        into: args.into,
    })
}

fn speed(text: &str) -> Result<f64, String> {
    let fits = |speed: &f64| (0.01..=1000.0).contains(speed);
    text.parse().ok().filter(fits).ok_or_else(|| "a number from 0.01 to 1000 is wanted".to_owned())
}

fn money(text: &str) -> Result<Micros, String> {
    let money = text.parse().ok().filter(|money: &Micros| money.0 > 0);
    money.ok_or_else(|| "an amount of money above nothing is wanted, such as 5.00".to_owned())
}

fn fault(text: &str) -> Result<PlayFault, String> {
    let known = PlayFault::ALL.iter().find(|(word, _)| *word == text).map(|(_, fault)| *fault);
    known.ok_or_else(|| "known are cut, hang, garble and reorder".to_owned())
}

/// The tasks that were named; one that holds others stands for what is open under it.
fn only(opened: &Opened, named: &[String]) -> Result<Option<Vec<TaskRef>>, CliError> {
    if named.is_empty() {
        return Ok(None);
    }
    let all = opened.project.tasks.list(&ListQuery::default()).map_err(from_client)?;
    let is_container = |id: &TaskId| all.iter().any(|t| t.parent.as_ref() == Some(id));
    let mut only = Vec::new();
    for text in named {
        let task = opened.project.tasks.find(text).map_err(from_client)?;
        if task.status.is_closed() {
            let message = format!("{} is {} already", task.id, task.status);
            return Err(CliError::new(Exit::Refused, "TASK_CLOSED", message));
        }
        let under = all.iter().filter(|t| t.id == task.id || task.id.contains(&t.id));
        only.extend(under.filter(|t| !is_container(&t.id)).map(|t| TaskRef(t.uid.to_string())));
    }
    Ok(Some(only))
}

/// Whether there is anything to begin; says so when there is not, and begins no session then.
pub(super) fn anything_ready(
    context: &mut Context,
    opened: &Opened,
    options: &Options,
) -> Result<bool, CliError> {
    let ready = opened.project.tasks.ready(None).map_err(from_client)?;
    let chosen =
        |task: &Task| options.only.as_ref().is_none_or(|only| only.contains(&TaskRef(task.uid.to_string())));
    if ready.iter().any(chosen) {
        return Ok(true);
    }
    let open = opened.project.tasks.list(&ListQuery::default()).map_err(from_client)?.len();
    if context.printer.is_json() {
        context.printer.json(&json!({ "session": null, "ready": 0, "open": open }));
    } else if open == 0 {
        context.printer.line("Nothing to do: there are no open tasks. Plan some: conductor plan create FILE");
    } else {
        let held = !opened.db.sessions_with_holds().map_err(from_journal)?.is_empty();
        let look = if held { "conductor inbox" } else { "taskwerk list" };
        context.printer.line(format!("Nothing is ready; {open} open tasks wait. See what for: {look}"));
    }
    Ok(false)
}

/// Says what was begun, and what does not protect yet although the configuration asks for it.
pub(super) fn introduce(context: &mut Context, opened: &Opened, begun: &Begun) {
    let setup = &begun.setup;
    let printer = &mut context.printer;
    let from = match begun.continues {
        None => escape(&setup.target).into_owned(),
        Some(session) => format!("session {session}, which has not landed yet"),
    };
    printer.line(format!(
        "session {} -> branch {} from {from}@{}; your checkout is not touched",
        begun.id,
        begun.branch.as_str(),
        setup.base.short()
    ));
    let replay = if setup.replay.is_some() { " (a recording, not an AI)" } else { "" };
    let gates: Vec<&str> = setup.gates.iter().map(|g| g.name.as_str()).collect();
    let gates = if gates.is_empty() {
        "none: nothing is checked before merging".to_owned()
    } else {
        gates.join(", ")
    };
    printer.line(format!("agent {}{replay}; gates {}", escape(&setup.rules.agent), escape(&gates)));
    for note in &begun.notes {
        printer.note(escape(note));
    }
    for unmet in conductor_host::config::not_yet(&opened.project.config).iter().filter(|n| n.safety) {
        printer.warn(format!("{} is set but not enforced yet: {}", unmet.key, unmet.why));
    }
}
