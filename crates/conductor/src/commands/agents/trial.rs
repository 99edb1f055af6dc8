//! `conductor agents try`.

use std::fs;
use std::path::Path;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::text::{escape, escape_block};
use cli_kit::{CliError, Exit};
use conductor_engine::attempt::{AttemptEnd, AttemptReport};
use conductor_engine::ids::{RunId, SessionId};
use conductor_host::agents::{
    AgentRunner, AttemptLimits, AttemptRequest, Profile, Purpose, TaskSheet, priced,
};
use conductor_host::process::{Cmd, OnHangup, Signals};
use conductor_host::transcript;
use serde::Serialize;

use super::{found, named};
use crate::ask::{Choice, ask};
use crate::context::Context;
use crate::orchestrate::people_only;
use crate::orchestrate::saying::Saying;
use crate::orchestrate::story::dollars;
use crate::survey::{self, Scratch};

/// The file that is asked for, and its one line.
const FILE: &str = "hello.txt";
const LINE: &str = "An agent of Conductor's was here.";

/// More than any agent needs for one line.
const TIME: Duration = Duration::from_secs(10 * 60);

/// How long between two looks at what it says.
const BETWEEN: Duration = Duration::from_millis(20);

/// Give an agent a tiny task in a temporary repository, and look at what it does
///
/// The task is to write one line into a file. It is carried out as in a session, so that what works here works there.
/// This asks the agent's model, which may cost a little; on a terminal you are asked before. Ends with 0 only when the
/// file is right.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor agents try claude\n  conductor agents try claude --yes --keep --json"
)]
pub(super) struct Args {
    /// Its name, as `conductor agents` lists it
    #[arg(value_name = "NAME")]
    name: String,
    /// Do not ask before
    #[arg(long, short)]
    yes: bool,
    /// Keep the folder, to look around in it
    #[arg(long)]
    keep: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    agent: &'a str,
    /// The agent finished, and the file is right.
    ok: bool,
    /// As in a report: `finished`, `failed`, `timed-out`, …
    outcome: &'static str,
    /// Its last words, or why it did not finish.
    message: &'a str,
    file: Written,
    /// What else it changed in the repository.
    others: &'a [String],
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cost_micros: Option<u64>,
    working_ms: u64,
    session: Option<&'a str>,
    /// Null when it was removed.
    folder: Option<String>,
}

/// What became of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Written {
    Right,
    Wrong,
    Missing,
}

/// What came of it.
struct Outcome {
    report: AttemptReport,
    file: Written,
    others: Vec<String>,
}

pub(super) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    people_only(context)?;
    let runner = survey::runner(context)?;
    let profile = named(context, &runner, &args.name)?;
    if profile.label.replay {
        let message = format!("{} is a recording: there is nobody to try", profile.label.name);
        return Err(CliError::new(Exit::Refused, "AGENT_REPLAY", message)
            .hint("play it in a session: conductor orchestrate run --replay FILE"));
    }
    found(&runner, &profile)?;
    if !may_begin(context, &profile, args.yes)? {
        context.printer.note("Nothing was begun.");
        return Ok(Exit::Refused);
    }
    let scratch = Scratch::new(context)?;
    prepare(context, scratch.path())?;
    let outcome = attempt(context, &runner, &profile, scratch.path())?;
    let ok = outcome.is_ok();
    let folder = args.keep.then(|| scratch.path().display().to_string());
    tell(context, &profile, &outcome, folder);
    if args.keep {
        scratch.keep();
    }
    Ok(if ok { Exit::Ok } else { Exit::Refused })
}

/// Says what is about to happen, and asks.
fn may_begin(context: &mut Context, profile: &Profile, yes: bool) -> Result<bool, CliError> {
    let name = escape(&profile.label.name).into_owned();
    if !yes && !context.can_ask {
        return Err(CliError::usage(format!("a try asks the model of {name}, which may cost a little"))
            .hint("say that you want it: add --yes"));
    }
    context.printer.note(format!(
        "{name} is asked to write a line into {FILE}, in a temporary repository. This asks its model and may cost a little."
    ));
    if yes {
        return Ok(true);
    }
    let choices =
        [Choice { key: 'y', word: "yes", means: true }, Choice { key: 'n', word: "no", means: false }];
    Ok(ask(&mut context.printer, "Try it?", &choices) == Some(true))
}

/// A repository with one commit. It knows nothing of the user's git.
fn prepare(context: &Context, scratch: &Path) -> Result<(), CliError> {
    let workspace = scratch.join("workspace");
    let written = fs::create_dir(&workspace)
        .and_then(|()| fs::write(workspace.join("README.md"), "# A place to try an agent\n"));
    written.map_err(|error| {
        let message = format!("failed to make {}: {error}", workspace.display());
        CliError::new(Exit::Store, "STORE_IO", message).hint("check TMPDIR")
    })?;
    for words in ["init -q -b main", "add README.md", "commit -q -m Begin"] {
        git(context, &workspace, words)?;
    }
    Ok(())
}

fn git(context: &Context, workspace: &Path, words: &str) -> Result<Vec<u8>, CliError> {
    let failed = |message: String| CliError::new(Exit::Refused, "GIT_FAILED", message);
    let output = Cmd::new("git", workspace)
        .envs(context.env.raw("PATH").map(|path| ("PATH", path)))
        .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null")])
        .envs([("GIT_AUTHOR_NAME", "Conductor"), ("GIT_AUTHOR_EMAIL", "conductor@localhost")])
        .envs([("GIT_COMMITTER_NAME", "Conductor"), ("GIT_COMMITTER_EMAIL", "conductor@localhost")])
        .args(words.split(' '))
        .run()
        .map_err(|error| failed(error.to_string()))?;
    if output.exit.success() {
        return Ok(output.stdout);
    }
    Err(failed(format!("`git {words}` failed: {}", String::from_utf8_lossy(&output.stderr).trim())))
}

/// The attempt, with what the agent says as it comes. Ctrl-C ends the agent, and what there is is told.
fn attempt(
    context: &mut Context,
    runner: &AgentRunner,
    profile: &Profile,
    scratch: &Path,
) -> Result<Outcome, CliError> {
    let signals = Signals::catch(OnHangup::Stop).map_err(|error| CliError::internal(error.to_string()))?;
    let attending = signals.attend();
    let request = request(scratch);
    let file = request.dir.join("transcript.jsonl");
    let (send, stopper) = channel();
    let report = thread::scope(|scope| {
        let working = scope.spawn(move || {
            let running = runner.start(profile, request);
            let _nobody_stops_it = send.send(running.stopper());
            running.wait()
        });
        let stopper = stopper.recv().ok();
        let mut listener = Listener { cursor: 0, saying: Saying::default() };
        while !working.is_finished() {
            listener.listen(context, &file);
            if signals.came()
                && let Some(stopper) = &stopper
            {
                stopper.stop();
                signals.arm();
            }
            thread::park_timeout(BETWEEN);
        }
        listener.listen(context, &file);
        working.join()
    });
    drop(attending);
    let report = report.map_err(|_| CliError::internal("the attempt broke off"))?;
    let (file, others) = seen(context, scratch)?;
    let usage = priced(report.usage, profile.price.as_ref());
    Ok(Outcome { report: AttemptReport { usage, ..report }, file, others })
}

struct Listener {
    cursor: u64,
    saying: Saying,
}

impl Listener {
    /// Tells people what was said since the last time.
    fn listen(&mut self, context: &mut Context, file: &Path) {
        if context.printer.is_json() {
            return;
        }
        // It is for people to see; what matters is in the report.
        let Ok(page) = transcript::read(file, self.cursor) else { return };
        self.cursor = page.cursor;
        for line in page.entries.iter().flat_map(|entry| self.saying.hear(entry)) {
            context.printer.line(escape_block(&line));
        }
        context.printer.flush();
    }
}

fn request(scratch: &Path) -> AttemptRequest {
    let title = format!("Write one line into {FILE}");
    let what = format!("{FILE} in the current directory has exactly this one line: {LINE}");
    AttemptRequest {
        run: RunId { session: SessionId(0), number: 1 },
        attempt: 1,
        prompt: format!(
            "# {title}\n\nCreate the file `{FILE}` in the current directory, with exactly this one line:\n\n    {LINE}\n\n\
             Change nothing else and run nothing. You need not commit. End with one short sentence that says what you \
             did.\n"
        ),
        task: TaskSheet {
            id: "TRY".to_owned(),
            title,
            acceptance: vec![what],
            files: vec![FILE.to_owned()],
            ..TaskSheet::default()
        },
        resume: None,
        workspace: scratch.join("workspace"),
        dir: scratch.join("attempt"),
        tmp: scratch.join("tmp"),
        ceiling: scratch.to_owned(),
        timeout: TIME,
        aide: None,
        purpose: Purpose::Work,
        limits: AttemptLimits::default(),
    }
}

/// What the agent left: the file, and what else it changed.
fn seen(context: &Context, scratch: &Path) -> Result<(Written, Vec<String>), CliError> {
    let workspace = scratch.join("workspace");
    let file = written(&workspace.join(FILE));
    let status = git(context, &workspace, "status --porcelain --untracked-files=all")?;
    let status = String::from_utf8_lossy(&status).into_owned();
    let changed = status.lines().filter_map(|line| line.get(3..));
    Ok((file, changed.filter(|name| *name != FILE).map(str::to_owned).collect()))
}

/// Only a file of its own counts, and a short one is all that is read: what else it left, a pipe for example, may have no
/// end.
fn written(path: &Path) -> Written {
    match path.symlink_metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Written::Missing,
        Ok(meta) if meta.is_file() && meta.len() < 1_000 => match fs::read_to_string(path) {
            Ok(text) if text.trim_end() == LINE => Written::Right,
            Ok(_) | Err(_) => Written::Wrong,
        },
        Ok(_) | Err(_) => Written::Wrong,
    }
}

impl Outcome {
    fn is_ok(&self) -> bool {
        matches!(self.report.end, AttemptEnd::Finished { .. }) && self.file == Written::Right
    }

    /// How it ended, in a word and in the agent's or Conductor's own.
    fn ended(&self) -> (&'static str, &str) {
        match &self.report.end {
            AttemptEnd::Finished { summary } => ("finished", summary),
            AttemptEnd::Failed { message, .. } => ("failed", message),
            AttemptEnd::TimedOut => ("timed-out", "it was not done in ten minutes"),
            AttemptEnd::Stalled => ("stalled", "it fell silent"),
            AttemptEnd::Looped => ("looped", "it went in circles"),
            AttemptEnd::OverBudget => ("over-budget", "it used more than it may"),
            AttemptEnd::Asked { question } => ("asked", question),
            AttemptEnd::Blocked { reason } => ("blocked", reason),
            AttemptEnd::RateLimited { .. } => ("rate-limited", "its provider lets nothing through for now"),
            AttemptEnd::Refused { reason } => ("refused", reason),
            AttemptEnd::Cancelled => ("cancelled", "you ended it"),
            AttemptEnd::Interrupted => ("interrupted", "it was interrupted"),
        }
    }
}

fn tell(context: &mut Context, profile: &Profile, outcome: &Outcome, folder: Option<String>) {
    let Outcome { report, file, others } = outcome;
    let (word, message) = outcome.ended();
    let printer = &mut context.printer;
    if printer.is_json() {
        return printer.json(&Document {
            agent: &profile.label.name,
            ok: outcome.is_ok(),
            outcome: word,
            message,
            file: *file,
            others,
            input_tokens: report.usage.input_tokens,
            output_tokens: report.usage.output_tokens,
            cost_micros: report.usage.cost_micros,
            working_ms: report.working_ms,
            session: report.agent_session.as_deref(),
            folder,
        });
    }
    let tokens = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
    let used = match (report.usage.input_tokens, report.usage.output_tokens) {
        (None, None) => "not told".to_owned(),
        (input, output) => format!("{} tokens in, {} out", tokens(input), tokens(output)),
    };
    let file = match file {
        Written::Right => ("right", Style::Green),
        Written::Wrong => ("there, with something else in it", Style::Red),
        Written::Missing => ("missing", Style::Red),
    };
    let cost = report.usage.cost_micros.map_or_else(|| "not told".to_owned(), dollars);
    let seconds = format!("{}.{} s", report.working_ms / 1_000, report.working_ms % 1_000 / 100);
    let ended = if word == "finished" { word.to_owned() } else { format!("{word}: {message}") };
    let style = if word == "finished" { Style::Green } else { Style::Red };
    let mut table = Table::new(&[("", Fit::Keep), ("", Fit::Keep)]);
    table.row([Cell::new("ended"), Cell::new(&ended).style(style)]);
    table.row([Cell::new(FILE), Cell::new(file.0).style(file.1)]);
    if !others.is_empty() {
        table.row([Cell::new("also changed"), Cell::new(&others.join(", ")).style(Style::Yellow)]);
    }
    table.row([Cell::new("used"), Cell::new(&used)]);
    table.row([Cell::new("cost"), Cell::new(&cost)]);
    table.row([Cell::new("time"), Cell::new(&seconds)]);
    table
        .row([Cell::new("session"), Cell::new(report.agent_session.as_deref().unwrap_or("none of its own"))]);
    let text = table.render(printer);
    printer.raw(&text);
    if let Some(folder) = folder {
        printer.note(format!("The folder is kept: {}", escape(&folder)));
    }
}
