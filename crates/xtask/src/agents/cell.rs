//! One run: a fresh repository with one task, the model server, Conductor with a real agent, and a person who answers
//! or stops it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::Hermetic;
use testkit::model::ModelServer;

use super::AgentsError;
use super::cases::{Case, Person};
use super::left::{self, Process};
use super::real::{Real, Setup};
use super::report::Row;
use super::script::{ANSWER, holds, planning, script, shows_what_was_read};
use super::seen::Seen;

/// The longest time of one command of a run.
const LONGEST: Duration = Duration::from_secs(55);

/// How long a stop, and what it stops, may take.
const LONGEST_STOP: Duration = Duration::from_secs(25);

/// How often is looked.
const GLANCE: Duration = Duration::from_millis(300);

/// What all runs have in common.
#[derive(Debug)]
pub(super) struct Place {
    /// Where the agents are.
    pub(super) agents: PathBuf,
    /// Where Conductor and Taskwerk are.
    pub(super) programs: PathBuf,
    /// Where what a run leaves is kept.
    pub(super) keep: Option<PathBuf>,
}

/// One run.
pub(super) struct Cell<'p> {
    pub(super) place: &'p Place,
    pub(super) real: Real,
    pub(super) case: Case,
}

/// A run under way.
struct Stage<'p> {
    cell: &'p Cell<'p>,
    hermetic: Hermetic,
    model: ModelServer,
    env: Vec<(&'static str, OsString)>,
    since: Instant,
}

impl Cell<'_> {
    /// Plays it to its end.
    pub(super) fn run(&self) -> Result<Row, AgentsError> {
        let seen = self.play().map_err(AgentsError::Prepare)?;
        let wrong = self.case.judge(self.real, &seen);
        Ok(Row { real: self.real, case: self.case, seen, wrong })
    }

    fn play(&self) -> io::Result<Seen> {
        let stage = self.stage()?;
        let mut seen = Seen::default();
        match self.case.person() {
            Person::Waits => stage.waits(&mut seen)?,
            Person::Answers => stage.answers(&mut seen)?,
            Person::StopsThinking | Person::StopsTool => stage.stops(&mut seen)?,
            Person::Plans => stage.plans(&mut seen)?,
        }
        seen.wall = stage.since.elapsed();
        // Before anything else is asked: what was started has ended with what started it.
        seen.left = left::below(stage.root());
        stage.end(&seen.left)?;
        stage.look(&mut seen)?;
        stage.model_saw(&mut seen);
        stage.keep()?;
        Ok(seen)
    }

    fn stage(&self) -> io::Result<Stage<'_>> {
        let hermetic = Hermetic::new()?;
        let model = match self.case.person() {
            Person::Plans => ModelServer::planning(planning())?,
            Person::Waits | Person::Answers | Person::StopsThinking | Person::StopsTool => {
                ModelServer::start(script())?
            }
        };
        let setup = self.real.prepare(hermetic.home(), &model.url())?;
        let paths = [
            self.place.programs.clone(),
            self.place.agents.join("npm/node_modules/.bin"),
            self.place.agents.join("vibe/bin"),
            PathBuf::from("/usr/local/bin"),
            PathBuf::from("/usr/bin"),
            PathBuf::from("/bin"),
        ];
        let path = std::env::join_paths(paths).map_err(io::Error::other)?;
        let mut env: Vec<(&'static str, OsString)> = vec![("PATH", path)];
        env.extend(setup.env.iter().map(|(name, value)| (*name, OsString::from(value))));
        let stage = Stage { cell: self, hermetic, model, env, since: began() };
        stage.project(&setup)?;
        Ok(Stage { since: began(), ..stage })
    }
}

#[expect(clippy::disallowed_methods, reason = "how long real programs take is what is measured here")]
fn began() -> Instant {
    Instant::now()
}

/// Lets some time pass: other programs are waited for, of which nothing is told but by looking again.
fn pause() {
    let (_keep, never) = mpsc::channel::<()>();
    let _time_is_up = never.recv_timeout(GLANCE);
}

impl Stage<'_> {
    fn root(&self) -> &Path {
        self.hermetic.home().parent().unwrap_or(self.hermetic.home())
    }

    fn command(&self, name: &str) -> Command {
        let ours = self.cell.place.programs.join(name);
        let mut command = self.hermetic.cmd(if ours.exists() { ours.as_os_str() } else { OsStr::new(name) });
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    fn must(&self, name: &str, arguments: &[&str]) -> io::Result<String> {
        let output = self.command(name).args(arguments).output()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() {
            return Ok(text(&output.stdout));
        }
        let words = format!("{name} {}: {}", arguments.join(" "), text(&output.stderr));
        Err(io::Error::other(words))
    }

    /// A repository with one commit and one task.
    fn project(&self, setup: &Setup) -> io::Result<()> {
        let work = self.hermetic.work();
        fs::write(
            self.hermetic.home().join(".gitconfig"),
            "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n",
        )?;
        fs::write(work.join("notes.txt"), "first\nold\nlast\n")?;
        for words in [&["init", "-q"][..], &["add", "."], &["commit", "-qm", "start"]] {
            self.must("git", words)?;
        }
        self.must("taskwerk", &["init"])?;
        let description = format!("Do the scripted thing.\nCASE: {}", self.cell.case.model());
        self.must("taskwerk", &["add", "The scripted thing", "--description", &description])?;
        fs::write(work.join(".taskwerk/config.yml"), self.configuration(setup))
    }

    fn configuration(&self, setup: &Setup) -> String {
        let Cell { real, case, .. } = self.cell;
        let mut lines = vec![format!("adapter: {}", real.way.word())];
        // Flow sequences of JSON are YAML.
        let list = |items: Vec<Value>| Value::from(items).to_string();
        if !setup.args.is_empty() {
            lines.push(format!("args: {}", list(setup.args.iter().cloned().map(Value::from).collect())));
        }
        if !setup.names.is_empty() {
            lines.push(format!("env: {}", list(setup.names.iter().copied().map(Value::from).collect())));
        }
        lines.extend(setup.model.map(|model| format!("model: {model}")));
        lines.extend(case.settings().iter().map(|line| (*line).to_owned()));
        let lines: String = lines.iter().map(|line| format!("      {line}\n")).collect();
        format!(
            "orchestration:\n  agents:\n    {}:\n{lines}  gates:\n    check:\n      run: \"test -f notes.txt\"\n",
            real.agent.name()
        )
    }

    /// A document of Conductor's; nothing where there is none yet.
    fn document(&self, name: &str, arguments: &[&str]) -> io::Result<Value> {
        let output = self.command(name).args(arguments).output()?;
        Ok(serde_json::from_slice(&output.stdout).unwrap_or_default())
    }

    /// Starts a command that goes on, with what it prints in files.
    fn start(&self, arguments: &[&str]) -> io::Result<Child> {
        let file = |name: &str| {
            File::options().create(true).append(true).open(self.root().join(format!("conductor.{name}")))
        };
        self.command("conductor").args(arguments).stdout(file("out")?).stderr(file("err")?).spawn()
    }

    fn waits(&self, seen: &mut Seen) -> io::Result<()> {
        let child = self.start(&["orchestrate", "run", "--auto"])?;
        self.until_settled(child, seen)
    }

    fn answers(&self, seen: &mut Seen) -> io::Result<()> {
        self.waits(seen)?;
        if seen.exit == Some(7) {
            self.must("conductor", &["answer", "1", ANSWER])?;
            let child = self.start(&["orchestrate", "resume", "--auto"])?;
            self.until_settled(child, seen)?;
        }
        Ok(())
    }

    /// Has a plan made of a document that asks for two things.
    fn plans(&self, seen: &mut Seen) -> io::Result<()> {
        let text = "# Notes\n\n## Features\n\n- Users can store notes in notebooks.\n- Users can search notes by word.\n";
        fs::write(self.hermetic.work().join("prd.md"), text)?;
        let name = self.cell.real.agent.name();
        let mut child = self.start(&["plan", "decompose", "prd.md", "--engine", name, "--parallel", "1"])?;
        seen.too_long = !ends(&mut child, LONGEST)?;
        seen.exit = child.try_wait()?.and_then(|status| status.code());
        let shown = self.document("conductor", &["plan", "show", "--json"])?;
        let items = shown.get("items").and_then(Value::as_array);
        seen.planned = items.and_then(|items| u64::try_from(items.len()).ok());
        Ok(())
    }

    fn stops(&self, seen: &mut Seen) -> io::Result<()> {
        let mut child = self.start(&["orchestrate", "run", "--auto"])?;
        seen.was_under_way = match self.cell.case.person() {
            Person::StopsTool => {
                let runs = |process: &Process| process.command.starts_with("tail -f");
                wait(LONGEST, || left::below(self.root()).iter().any(runs))
            }
            Person::Waits | Person::Answers | Person::StopsThinking | Person::Plans => {
                let case = Some(self.cell.case.model());
                self.model.wait_for(LONGEST, |exchange| exchange.case.as_deref() == case).is_some()
            }
        };
        let since = began();
        let mut stop = self.start(&["orchestrate", "stop", "--reason", "enough"])?;
        let ended = ends(&mut stop, LONGEST_STOP)? && ends(&mut child, LONGEST_STOP)?;
        seen.stopped_in = Some(since.elapsed());
        seen.too_long |= !ended;
        seen.exit = child.try_wait()?.and_then(|status| status.code());
        Ok(())
    }

    /// Waits until the command ends. Where it would only wait for the clock, or try the same again, it is stopped.
    fn until_settled(&self, mut child: Child, seen: &mut Seen) -> io::Result<()> {
        let since = began();
        loop {
            if let Some(status) = child.try_wait()? {
                seen.exit = status.code();
                return Ok(());
            }
            let late = since.elapsed() > LONGEST;
            seen.too_long |= late;
            if late || self.repeats()? {
                let mut stop = self.start(&["orchestrate", "stop"])?;
                seen.too_long |= !(ends(&mut stop, LONGEST_STOP)? && ends(&mut child, LONGEST_STOP)?);
                seen.exit = child.try_wait()?.and_then(|status| status.code());
                return Ok(());
            }
            pause();
        }
    }

    fn repeats(&self) -> io::Result<bool> {
        let status = self.document("conductor", &["orchestrate", "status", "--json"])?;
        let run = status.pointer("/runs/0");
        let phase = run.and_then(|run| run.get("phase")?.as_str()).unwrap_or_default();
        let over = run.and_then(|run| Some(run.get("per_attempt")?.as_array()?.len())).unwrap_or(0);
        Ok(match self.cell.case.person() {
            // An attempt that follows an answer is none that repeats.
            Person::Answers => phase == "waiting" || over >= 4,
            Person::Waits | Person::StopsThinking | Person::StopsTool | Person::Plans => {
                phase == "waiting" || (phase == "working" && over >= 1)
            }
        })
    }

    /// What was recorded.
    fn look(&self, seen: &mut Seen) -> io::Result<()> {
        seen.status(&self.document("conductor", &["orchestrate", "status", "--json"])?);
        seen.journal(&self.document("conductor", &["journal", "show", "--json"])?);
        seen.task(&self.document("taskwerk", &["show", "TASK-001", "--json"])?);
        if let Some(commit) = &seen.commit {
            let names = self.must("git", &["show", "--name-only", "--format=", commit])?;
            seen.files = names.lines().map(str::to_owned).collect();
        }
        Ok(())
    }

    fn model_saw(&self, seen: &mut Seen) {
        let told =
            |violation: testkit::model::Violation| format!("{}: {}", violation.request, violation.rule);
        seen.violations = self.model.violations().into_iter().map(told).collect();
        for exchange in self.model.exchanges() {
            seen.requests += usize::from(exchange.case.is_some());
            let (answered, before) = match self.cell.case.person() {
                Person::Plans => (shows_what_was_read(&exchange.body), false),
                Person::Waits | Person::Answers | Person::StopsThinking | Person::StopsTool => {
                    holds(&exchange.body)
                }
            };
            seen.answered |= answered;
            seen.resumed |= answered && before;
            for call in &exchange.unmet {
                let call = format!("{call:?}");
                if !seen.unmet.contains(&call) {
                    seen.unmet.push(call);
                }
            }
        }
    }

    /// Ends what is left: it would disturb what comes next.
    fn end(&self, left: &[Process]) -> io::Result<()> {
        for process in left {
            // It may have ended meanwhile.
            let _gone = self.command("kill").args(["-9", &process.pid.to_string()]).output()?;
        }
        Ok(())
    }

    /// Keeps what the run left, for whoever looks for a reason.
    fn keep(&self) -> io::Result<()> {
        let Some(keep) = &self.cell.place.keep else { return Ok(()) };
        let name = format!("{}-{}", self.cell.real.name(), self.cell.case.name());
        let target = keep.join(name);
        fs::create_dir_all(keep)?;
        if target.exists() {
            fs::remove_dir_all(&target)?;
        }
        let log: String = self
            .model
            .exchanges()
            .iter()
            .filter_map(|exchange| serde_json::to_string(exchange).ok())
            .map(|line| line + "\n")
            .collect();
        fs::write(self.root().join("requests.jsonl"), log)?;
        let copy = [self.root().as_os_str(), target.as_os_str()];
        self.command("cp").arg("-r").args(copy).output().map(drop)
    }
}

/// Whether a process ends in this time; it is killed when it does not.
fn ends(child: &mut Child, longest: Duration) -> io::Result<bool> {
    let mut over = false;
    let mut failed = None;
    wait(longest, || {
        match child.try_wait() {
            Ok(status) => over = status.is_some(),
            Err(error) => failed = Some(error),
        }
        over || failed.is_some()
    });
    if let Some(error) = failed {
        return Err(error);
    }
    if !over {
        child.kill()?;
        child.wait()?;
    }
    Ok(over)
}

fn wait(longest: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let since = began();
    while !holds() {
        if since.elapsed() > longest {
            return false;
        }
        pause();
    }
    true
}
