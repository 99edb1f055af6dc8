//! A recording as a program: says on its standard streams what the recorded program said, in its time and after what it
//! had been told, changes the files that it changed, and ends as it ended.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Signal, getpid, kill_process};

use super::super::profile::Protocol;
use super::super::wire::Way;
use super::faults::{Close, with_faults};
use super::files;
use super::recording::{Recording, ReplayError, Turn, TurnEnd};
use super::script::{Next, Script};
use super::wire::{WORKSPACE, Wire};
use crate::config::{PlayFault, Playing};
use crate::process::{EnvMap, Exit};

/// The first argument that makes the program the player of a recording. It is looked for before anything else, since the
/// program runs in an agent's surroundings then, and must read no configuration there.
pub const PLAYER_ARG: &str = "__replay";

/// The variable with the place of an agent's result file.
const RESULT_FILE: &str = "CONDUCTOR_RESULT_FILE";

/// What a shell says of a program that cannot be run.
const CANNOT_RUN: u8 = 126;

/// The exit code of a program that was cut off.
const CUT_OFF: u8 = 1;

/// The words that say how a recording is played, behind those that say which.
pub(super) fn words(playing: &Playing) -> Vec<String> {
    let faults = playing.faults.iter().map(|fault| format!("fault={}", fault.word()));
    playing.speed.map(|speed| format!("speed={speed}")).into_iter().chain(faults).collect()
}

fn playing(words: &[OsString]) -> Playing {
    let mut playing = Playing::default();
    for word in words.iter().filter_map(|word| word.to_str()) {
        match word.split_once('=') {
            Some(("speed", speed)) => playing.speed = speed.parse().ok(),
            Some(("fault", name)) => {
                playing
                    .faults
                    .extend(PlayFault::ALL.iter().find(|(known, _)| *known == name).map(|(_, f)| *f));
            }
            Some(_) | None => {}
        }
    }
    playing
}

/// Plays an attempt: `arguments` are the file, the task's name in it, the attempt, and how it is played. The files that
/// it changes lie in `workspace`. Returns the exit code for the process; a program that was ended by a signal ends this
/// one by the same.
pub fn player_main(
    arguments: &[OsString],
    workspace: &Path,
    env: &EnvMap,
    input: impl Read + Send + 'static,
    (out, err): (&mut dyn Write, &mut dyn Write),
) -> u8 {
    let (turn, wire) = match recorded(arguments) {
        Ok(found) => found,
        Err(error) => {
            let _nobody_listens = writeln!(err, "{error}");
            return CANNOT_RUN;
        }
    };
    let Playing { speed, faults } = playing(arguments.get(3..).unwrap_or_default());
    let (lines, close) = with_faults(wire.lines.clone(), &faults);
    let player = Player {
        script: Script::new(lines).with_change(),
        heard: listen(input),
        speed,
        now_ms: 0,
        torn: close == Close::Torn,
        workspace: workspace.to_string_lossy().into_owned(),
    };
    let change = || {
        files::change(workspace, env, &turn)?;
        appeal(&turn, env)
    };
    player.play(&wire, close, &change, out, err)
}

/// An agent that asked or was blocked by a tool of Conductor's said so to nobody who hears a recording: it says so in its
/// result file.
fn appeal(turn: &Turn, env: &EnvMap) -> Result<(), ReplayError> {
    let status = match turn.end {
        TurnEnd::Question => "question",
        TurnEnd::Blocked => "blocked",
        TurnEnd::Done | TurnEnd::Failed => return Ok(()),
    };
    let Some(path) = env.get(OsStr::new(RESULT_FILE)) else { return Ok(()) };
    let result = serde_json::json!({"status": status, "message": turn.message});
    std::fs::write(path, result.to_string())
        .map_err(|source| ReplayError::Write { path: path.to_string_lossy().into_owned(), source })
}

fn recorded(arguments: &[OsString]) -> Result<(Turn, Wire), ReplayError> {
    let word = |at: usize| arguments.get(at).map(OsString::as_os_str).unwrap_or_else(|| OsStr::new(""));
    let recording = Recording::read(Path::new(word(0)))?;
    let (task, attempt) = (word(1).to_string_lossy(), word(2).to_string_lossy().parse().unwrap_or(0));
    let turn = recording.named(&task).and_then(|task| task.turn(attempt)).cloned();
    let missing = || ReplayError::NoTurn { task: task.clone().into_owned(), attempt };
    let turn = turn.ok_or_else(missing)?;
    let wire = turn.wire.clone().ok_or_else(missing)?;
    Ok((turn, wire))
}

/// Lines of the input as they come; the channel ends with it.
fn listen(input: impl Read + Send + 'static) -> Receiver<String> {
    let (send, heard) = channel();
    thread::spawn(move || {
        for line in BufReader::new(input).split(b'\n') {
            let Ok(line) = line else { return };
            if send.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
        }
    });
    heard
}

struct Player {
    script: Script,
    heard: Receiver<String>,
    speed: Option<f64>,
    /// The time of the recording.
    now_ms: u64,
    /// The last line is not whole.
    torn: bool,
    workspace: String,
}

impl Player {
    fn play(
        mut self,
        wire: &Wire,
        close: Close,
        change: &dyn Fn() -> Result<(), ReplayError>,
        out: &mut dyn Write,
        err: &mut dyn Write,
    ) -> u8 {
        loop {
            let said = match self.script.next() {
                Next::Line { way, ms, text } => {
                    self.wait_until(ms);
                    self.say(way, &text, out, err)
                }
                Next::Change if close != Close::AsRecorded => Ok(()),
                Next::Change => {
                    if let Err(error) = change() {
                        let _nobody_listens = writeln!(err, "{error}");
                        return CANNOT_RUN;
                    }
                    Ok(())
                }
                Next::Wait => match self.heard.recv() {
                    Ok(line) => {
                        self.script.hear(&line);
                        Ok(())
                    }
                    // Nobody will say more.
                    Err(_) => return end(wire.exit),
                },
                Next::Over => break,
            };
            if said.is_err() {
                return CUT_OFF;
            }
        }
        match close {
            Close::Torn => CUT_OFF,
            Close::Hang => loop {
                thread::park();
            },
            Close::AsRecorded => self.finish(wire, out, err),
        }
    }

    /// A program that is talked to ends when nobody talks to it any more, unless it had ended before by itself.
    fn finish(mut self, wire: &Wire, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
        if wire.protocol == Protocol::Acp && !self.script.was_cut_short() {
            while let Ok(line) = self.heard.recv() {
                self.script.hear(&line);
                while let Next::Line { way, text, .. } = self.script.next() {
                    if self.say(way, &text, out, err).is_err() {
                        return CUT_OFF;
                    }
                }
            }
        }
        end(wire.exit)
    }

    /// Lets the recorded time pass, and hears meanwhile.
    fn wait_until(&mut self, ms: Option<u64>) {
        let Some(ms) = ms else { return };
        let passed = ms.saturating_sub(self.now_ms);
        self.now_ms = self.now_ms.max(ms);
        let Some(speed) = self.speed.filter(|speed| *speed > 0.0) else { return };
        let mut left = Duration::from_millis(passed).div_f64(speed);
        while !left.is_zero() {
            let since = crate::clock::Stopwatch::start();
            match self.heard.recv_timeout(left) {
                Ok(line) => self.script.hear(&line),
                Err(RecvTimeoutError::Timeout) => return,
                Err(RecvTimeoutError::Disconnected) => return thread::park_timeout(left),
            }
            left = left.saturating_sub(Duration::from_millis(since.elapsed_ms()));
        }
    }

    fn say(&self, way: Way, text: &str, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<()> {
        let place = match serde_json::to_string(&self.workspace) {
            Ok(quoted) if text.starts_with('{') => quoted.trim_matches('"').to_owned(),
            Ok(_) | Err(_) => self.workspace.clone(),
        };
        let text = text.replace(WORKSPACE, &place);
        let last = self.torn && way == Way::Out && self.script.is_over();
        let end: &[u8] = if last { b"" } else { b"\n" };
        let to: &mut dyn Write = if way == Way::Err { err } else { out };
        to.write_all(text.as_bytes())?;
        to.write_all(end)?;
        to.flush()
    }
}

/// Ends as the recorded program did.
fn end(exit: Exit) -> u8 {
    const BY_SIGNAL: i32 = 128;
    let code = match exit {
        Exit::Code(code) => code,
        Exit::Signal(number) => {
            if let Some(signal) = Signal::from_named_raw(number) {
                let _not_by_signal = kill_process(getpid(), signal);
            }
            BY_SIGNAL + number
        }
    };
    u8::try_from(code).unwrap_or(CUT_OFF)
}
