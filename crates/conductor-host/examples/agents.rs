//! Agents that speak Claude Code's stream, and what it costs and takes to hear them. `cargo xtask bench --only agents`
//! runs it; each answer is one JSON value.
//!
//! - `agents chat LINES RATE`: the agent itself. Each line has the time at which it was written.
//! - `agents drive CONDUCTOR FOLDER COUNT LINES RATE`: so many of them at once under keepers of that program, as a session
//!   would run them, and what that costs this process and the keepers.
//! - `agents lag FOLDER CONDUCTOR LINES RATE`: one of them, and how late its lines are in the transcript.
//! - `agents follow CONDUCTOR PROJECT TASK`: a session in that project, and how late `orchestrate logs --follow` tells what
//!   its agent says.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use conductor_engine::attempt::AttemptEnd;
use conductor_engine::ids::{RunId, SessionId};
use conductor_host::agents::{
    AgentRunner, AttemptLimits, AttemptRequest, Profile, Purpose, RunTemplate, RunningAttempt, TaskSheet,
    profiles,
};
use conductor_host::clock::now;
use conductor_host::config::{Adapter, AgentConfig};
use conductor_host::process::{Cmd, EnvMap, KEEPER_ARG, Keeper};
use conductor_host::transcript;
use serde_json::{Value, json};

type Problem = Box<dyn std::error::Error + Send + Sync>;

/// What stands before the time in a line.
const STAMP: &str = "at=";

fn main() -> Result<(), Problem> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let answer = match words.as_slice() {
        // Conductor's own words for its tools follow.
        ["chat", lines, rate, ..] => return chat(lines.parse()?, rate.parse()?),
        ["drive", conductor, folder, count, lines, rate] => {
            drive(&Place::new(conductor, folder, lines, rate)?, count.parse()?)?
        }
        ["lag", conductor, folder, lines, rate] => lag(&Place::new(conductor, folder, lines, rate)?)?,
        ["follow", conductor, project, task] => follow(conductor, Path::new(project), task)?,
        _ => return Err("see the top of this file for how it is called".into()),
    };
    writeln!(io::stdout(), "{answer}")?;
    Ok(())
}

/// Microseconds of this machine's clock.
fn micros() -> i64 {
    now().as_microsecond()
}

fn wait(time: Duration) {
    let until = micros() + i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
    while let Ok(left @ 1..) = u64::try_from(until - micros()) {
        thread::park_timeout(Duration::from_micros(left));
    }
}

/// Says so many lines, evenly.
fn chat(lines: u32, rate: u32) -> Result<(), Problem> {
    let mut out = io::stdout().lock();
    let mut say = |line: Value| writeln!(out, "{line}");
    say(
        json!({"type": "system", "subtype": "init", "session_id": "s", "model": "m", "permissionMode": "acceptEdits"}),
    )?;
    let began = micros();
    for line in 0..lines {
        let due = began + i64::from(line) * 1_000_000 / i64::from(rate.max(1));
        wait(Duration::from_micros(u64::try_from(due - micros()).unwrap_or(0)));
        let text = format!(
            "{STAMP}{} I look at the next of the files and tell what I found in it. {line}",
            micros()
        );
        let content = json!([{ "type": "text", "text": text }]);
        say(
            json!({"type": "assistant", "message": {"id": format!("m{line}"), "role": "assistant", "content": content}}),
        )?;
    }
    fs::write("chat.txt", "said\n")?;
    say(json!({"type": "result", "subtype": "success", "is_error": false, "result": "Done.",
        "usage": {"input_tokens": 10, "output_tokens": 10}}))?;
    Ok(())
}

/// Where attempts are made, and by whom.
struct Place {
    folder: PathBuf,
    runner: AgentRunner,
    profile: Profile,
    /// How long an agent speaks.
    time: Duration,
}

impl Place {
    fn new(conductor: &str, folder: &str, lines: &str, rate: &str) -> Result<Self, Problem> {
        let me = std::env::current_exe()?;
        let run = RunTemplate::parse(&format!("'{}' chat {lines} {rate}", me.display()))?;
        let config =
            AgentConfig { adapter: Some(Adapter::Headless), run: Some(run), ..AgentConfig::default() };
        let all = profiles(&BTreeMap::from([("claude".to_owned(), config)]), &|_| false)?;
        let profile = all.into_iter().find(|profile| profile.label.name == "claude");
        let user_env: EnvMap = std::env::vars_os().collect();
        Ok(Self {
            folder: folder.into(),
            runner: AgentRunner { keeper: Keeper::at(conductor), user_env },
            profile: profile.ok_or("no such agent")?,
            time: Duration::from_millis(lines.parse::<u64>()? * 1_000 / rate.parse::<u64>()?.max(1)),
        })
    }

    fn at(&self, number: u64, name: &str) -> PathBuf {
        self.folder.join(number.to_string()).join(name)
    }

    fn start(&self, number: u64) -> Result<RunningAttempt, Problem> {
        let workspace = self.at(number, "workspace");
        fs::create_dir_all(&workspace)?;
        let request = AttemptRequest {
            run: RunId { session: SessionId(1), number },
            attempt: 1,
            task: TaskSheet { id: format!("TASK-{number}"), ..TaskSheet::default() },
            prompt: "Say what you see.".to_owned(),
            resume: None,
            workspace,
            dir: self.at(number, "attempt"),
            tmp: self.at(number, "tmp"),
            ceiling: self.folder.clone(),
            timeout: Duration::from_secs(600),
            aide: None,
            purpose: Purpose::Work,
            limits: AttemptLimits::default(),
        };
        Ok(self.runner.start(&self.profile, request))
    }

    fn carry_out(&self, number: u64) -> Result<(), Problem> {
        let end = self.start(number)?.wait().end;
        if matches!(end, AttemptEnd::Finished { .. }) {
            return Ok(());
        }
        Err(format!("the agent did not finish: {end:?}").into())
    }

    fn transcript(&self, number: u64) -> PathBuf {
        self.at(number, "attempt").join("transcript.jsonl")
    }
}

fn drive(place: &Place, count: u64) -> Result<Value, Problem> {
    let before = resident("self")?;
    let (first, last) = thread::scope(|scope| {
        let working: Vec<_> = (1..=count).map(|n| scope.spawn(move || place.carry_out(n))).collect();
        // All of them speak in the middle of the time.
        wait(place.time / 4);
        let first = Seen::now()?;
        wait(place.time / 2);
        let last = Seen::now()?;
        for one in working {
            one.join().map_err(|_| "an attempt panicked")??;
        }
        Ok::<_, Problem>((first, last))
    })?;
    let lines: u64 = (1..=count).map(|n| said(&place.transcript(n))).sum::<Result<u64, Problem>>()?;
    let grown = last.resident.saturating_sub(before);
    Ok(json!({
        "agents": count,
        "lines": lines,
        "keepers": last.keepers.len(),
        "keepers_private_bytes": last.keepers.values().map(|one| one.private).sum::<u64>(),
        "driver_growth_bytes": grown,
        "driver_ticks": last.ticks - first.ticks,
        "keepers_ticks": last.keepers.iter().map(|(pid, one)| one.ticks - first.ticks_of(*pid)).sum::<u64>(),
        "wall_micros": last.at - first.at,
    }))
}

/// How many lines of the agent's are in a transcript.
fn said(transcript: &Path) -> Result<u64, Problem> {
    let text = fs::read_to_string(transcript)?;
    Ok(u64::try_from(text.lines().filter(|line| stamp_in(line).is_some()).count())?)
}

/// What is used at one moment.
struct Seen {
    at: i64,
    ticks: u64,
    resident: u64,
    keepers: BTreeMap<u32, KeeperSeen>,
}

struct KeeperSeen {
    ticks: u64,
    private: u64,
}

impl Seen {
    fn now() -> Result<Self, Problem> {
        let me = std::process::id();
        let mut all: BTreeMap<u32, (u32, u64)> = BTreeMap::new();
        for entry in fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else { continue };
            // Others come and go.
            all.extend(stat(pid).map(|stat| (pid, stat)));
        }
        let ticks = all.get(&me).map_or(0, |(_, ticks)| *ticks);
        let mut keepers = BTreeMap::new();
        for (pid, (parent, ticks)) in &all {
            let grandparent = all.get(parent).map(|(grandparent, _)| *grandparent);
            if (*parent == me || grandparent == Some(me)) && is_keeper(*pid) {
                keepers.insert(*pid, KeeperSeen { ticks: *ticks, private: private(*pid)? });
            }
        }
        Ok(Self { at: micros(), ticks, resident: resident("self")?, keepers })
    }

    fn ticks_of(&self, pid: u32) -> u64 {
        self.keepers.get(&pid).map_or(0, |keeper| keeper.ticks)
    }
}

/// The parent of a process, and what it used of a processor, in hundredths of a second.
fn stat(pid: u32) -> Option<(u32, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(") ")?;
    let words: Vec<&str> = rest.split(' ').collect();
    let number = |at: usize| words.get(at)?.parse::<u64>().ok();
    Some((u32::try_from(number(1)?).ok()?, number(11)? + number(12)?))
}

fn is_keeper(pid: u32) -> bool {
    let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    words.split(|byte| *byte == 0).nth(1) == Some(KEEPER_ARG.as_bytes())
}

/// What no other process has of its memory, in bytes.
fn private(pid: u32) -> Result<u64, Problem> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    Ok(kib(&text, "Private_Clean:") + kib(&text, "Private_Dirty:"))
}

fn resident(pid: &str) -> Result<u64, Problem> {
    Ok(kib(&fs::read_to_string(format!("/proc/{pid}/status"))?, "VmRSS:"))
}

fn kib(text: &str, key: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

fn lag(place: &Place) -> Result<Value, Problem> {
    let lags = thread::scope(|scope| {
        let working = scope.spawn(|| place.carry_out(1));
        let (mut cursor, mut lags) = (0, Vec::new());
        while !working.is_finished() {
            let page = transcript::read(&place.transcript(1), cursor)?;
            cursor = page.cursor;
            let at = micros();
            for entry in &page.entries {
                let line = serde_json::to_string(entry)?;
                lags.extend(stamp_in(&line).map(|stamp| at - stamp));
            }
            thread::park_timeout(Duration::from_millis(1));
        }
        working.join().map_err(|_| "the attempt panicked")??;
        Ok::<_, Problem>(lags)
    })?;
    Ok(percentiles(lags))
}

fn follow(conductor: &str, project: &Path, task: &str) -> Result<Value, Problem> {
    let command = |words: &[&str]| {
        Cmd::new(conductor, project)
            .envs(std::env::vars_os())
            .args(words.iter().map(|word| (*word).to_owned()))
    };
    let lags = thread::scope(|scope| {
        let run = command(&["orchestrate", "run", "--auto", "--max-tasks", "1", "--agent", "claude"]);
        let working = scope.spawn(move || run.run());
        let logs = command(&["orchestrate", "logs", task, "--follow", "--json"]);
        let mut lags = Vec::new();
        // There are no logs before the run begins.
        while lags.len() < 100 && !working.is_finished() {
            lags = watched(&logs)?;
            wait(Duration::from_millis(20));
        }
        let output = working.join().map_err(|_| "the session panicked")??;
        if output.exit.success() {
            return Ok::<_, Problem>(lags);
        }
        Err(format!("the session failed: {}", String::from_utf8_lossy(&output.stderr)).into())
    })?;
    Ok(percentiles(lags))
}

/// How late the lines of a command are. What was said before its first line is history.
fn watched(command: &Cmd) -> Result<Vec<i64>, Problem> {
    let (mut pending, mut began, mut lags) = (Vec::new(), None, Vec::new());
    command.watch(&mut |piece| {
        let at = micros();
        pending.extend_from_slice(piece);
        while let Some(end) = pending.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = pending.drain(..=end).collect();
            let began = *began.get_or_insert(at);
            let stamp = stamp_in(&String::from_utf8_lossy(&line));
            lags.extend(stamp.filter(|stamp| *stamp > began).map(|stamp| at - stamp));
        }
    })?;
    Ok(lags)
}

fn stamp_in(line: &str) -> Option<i64> {
    let (_, rest) = line.split_once(STAMP)?;
    rest.split(' ').next()?.parse().ok()
}

fn percentiles(mut lags: Vec<i64>) -> Value {
    lags.sort_unstable();
    let at =
        |percent: usize| lags.get((lags.len() * percent / 100).min(lags.len().saturating_sub(1))).copied();
    json!({ "count": lags.len(), "p50_micros": at(50), "p99_micros": at(99), "most_micros": lags.last() })
}
