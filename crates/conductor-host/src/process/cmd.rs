//! A command that runs to its end: explicit program, directory and environment, no shell.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Environment variables by name. The user's are read once, in `main`, and passed on as this.
pub type EnvMap = BTreeMap<OsString, OsString>;

/// Output that a command may return when no other bound was set, in bytes.
const DEFAULT_LIMIT: usize = 64 * 1024 * 1024;

/// Input up to this size fits into any pipe at once, so that it needs no thread of its own.
const PIPE_SAFE: usize = 4096;

/// A command to run. Its environment holds only what was set with [`Cmd::env`], its standard input is
/// `/dev/null` unless given, and it runs in a process group of its own, so that a Ctrl-C in the terminal or
/// the death of this program lets it finish instead of tearing it in two.
#[derive(Debug, Clone)]
pub struct Cmd {
    program: OsString,
    args: Vec<OsString>,
    dir: PathBuf,
    env: EnvMap,
    input: Input,
    sink: Sink,
    limit: usize,
}

#[derive(Debug, Clone)]
enum Input {
    Null,
    Bytes(Vec<u8>),
    File(PathBuf),
}

#[derive(Debug, Clone)]
enum Sink {
    Captured,
    File(PathBuf),
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// By itself, with this exit code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

impl Exit {
    /// Whether it ended by itself with 0.
    pub fn success(self) -> bool {
        self == Self::Code(0)
    }
}

/// What a command left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// How it ended.
    pub exit: Exit,
    /// Its standard output, up to the bound; empty when it went to a file.
    pub stdout: Vec<u8>,
    /// Its standard error, up to the bound.
    pub stderr: Vec<u8>,
    /// Whether either stream was longer than the bound. What went beyond it was read and dropped.
    pub truncated: bool,
}

/// Why a command could not be run. A command that ran and failed is an [`Output`], not an error.
#[derive(Debug, Error)]
pub enum RunError {
    /// The directory to run in is not there.
    #[error("cannot run `{}` in {}: no such directory", .program.to_string_lossy(), .dir.display())]
    NoDirectory {
        /// The program that was asked for.
        program: OsString,
        /// The directory that is missing.
        dir: PathBuf,
    },
    /// The program is not on the `PATH` that the command was given.
    #[error("cannot run `{}`: not found; install it or add its directory to PATH", .program.to_string_lossy())]
    NoProgram {
        /// The program that was asked for.
        program: OsString,
    },
    /// The system refused to start the program.
    #[error("cannot start `{}`: {source}", .program.to_string_lossy())]
    Start {
        /// The program that was asked for.
        program: OsString,
        /// The system's reason.
        source: io::Error,
    },
    /// A file for its input or output could not be opened.
    #[error("cannot open {} for `{}`: {source}", .path.display(), .program.to_string_lossy())]
    Redirect {
        /// The program that was asked for.
        program: OsString,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Talking to the running program failed.
    #[error("lost contact with `{}` while it ran: {source}", .program.to_string_lossy())]
    Lost {
        /// The program that was asked for.
        program: OsString,
        /// The system's reason.
        source: io::Error,
    },
}

impl Cmd {
    /// A command that will run `program` in `dir`, with no argument and an empty environment. A program
    /// without a slash is looked up in the `PATH` that is set with [`Cmd::env`].
    pub fn new(program: impl Into<OsString>, dir: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            dir: dir.into(),
            env: EnvMap::new(),
            input: Input::Null,
            sink: Sink::Captured,
            limit: DEFAULT_LIMIT,
        }
    }

    /// Runs it in another directory.
    #[must_use]
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.dir = dir.into();
        self
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds several arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets one environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Sets several environment variables.
    #[must_use]
    pub fn envs<N: Into<OsString>, V: Into<OsString>>(
        mut self,
        vars: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        self.env.extend(vars.into_iter().map(|(n, v)| (n.into(), v.into())));
        self
    }

    /// Gives it these bytes on standard input.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = Input::Bytes(bytes.into());
        self
    }

    /// Connects its standard input to this file.
    #[must_use]
    pub fn stdin_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.input = Input::File(path.into());
        self
    }

    /// Writes its standard output to this file, replacing what is there.
    #[must_use]
    pub fn stdout_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.sink = Sink::File(path.into());
        self
    }

    /// Keeps at most `bytes` of each stream that is captured; 64 MiB when never called.
    #[must_use]
    pub fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// Starts the command and waits for its end, however long that takes.
    ///
    /// # Errors
    /// When it could not be started, or contact with it was lost. A non-zero exit is no error.
    pub fn run(&self) -> Result<Output, RunError> {
        let mut child = self.start()?;
        self.converse(&mut child).map_err(|source| RunError::Lost { program: self.program.clone(), source })
    }

    /// Runs the command to its end while somebody watches: both streams as one, in the order in which they were
    /// written, are handed to `see` piece by piece as they come. It has no input, and it stays in this program's
    /// process group, so that a Ctrl-C in the terminal ends both.
    ///
    /// # Errors
    /// As [`Cmd::run`].
    pub fn watch(&self, see: &mut dyn FnMut(&[u8])) -> Result<Exit, RunError> {
        let lost = |source| RunError::Lost { program: self.program.clone(), source };
        let (mut reader, writer) = io::pipe().map_err(lost)?;
        let mut command = command(&self.program, &self.args, &self.dir, &self.env);
        command.stdin(Stdio::null()).stdout(writer.try_clone().map_err(lost)?).stderr(writer);
        let mut child = command.spawn().map_err(|source| start_error(&self.program, &self.dir, source))?;
        // It holds writing ends of the pipe, which would never end.
        drop(command);
        let mut piece = [0; PIPE_SAFE];
        loop {
            match reader.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => see(&piece[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(lost(error)),
            }
        }
        child.wait().map(exit_of).map_err(lost)
    }

    fn start(&self) -> Result<Child, RunError> {
        let redirect = |path: &Path, source| RunError::Redirect {
            program: self.program.clone(),
            path: path.to_owned(),
            source,
        };
        let mut command = command(&self.program, &self.args, &self.dir, &self.env);
        command.process_group(0).stderr(Stdio::piped());
        match &self.input {
            Input::Null => command.stdin(Stdio::null()),
            Input::Bytes(_) => command.stdin(Stdio::piped()),
            Input::File(path) => command.stdin(File::open(path).map_err(|e| redirect(path, e))?),
        };
        match &self.sink {
            Sink::Captured => command.stdout(Stdio::piped()),
            Sink::File(path) => command.stdout(File::create(path).map_err(|e| redirect(path, e))?),
        };
        command.spawn().map_err(|source| start_error(&self.program, &self.dir, source))
    }

    /// Feeds and drains all pipes at once, so that neither side can wait for the other for ever.
    fn converse(&self, child: &mut Child) -> io::Result<Output> {
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let bytes: &[u8] = if let Input::Bytes(bytes) = &self.input { bytes } else { &[] };
        thread::scope(|scope| {
            // A command that does not read its input is no error: its exit code says what it thinks of it.
            let feed = move || stdin.map_or(Ok(()), |mut pipe| pipe.write_all(bytes)).or_else(unless_closed);
            let feeder = if bytes.len() <= PIPE_SAFE {
                feed()?;
                None
            } else {
                Some(scope.spawn(feed))
            };
            let errors = scope.spawn(move || read_bounded(stderr, self.limit));
            let (stdout, stdout_cut) = read_bounded(stdout, self.limit)?;
            let (stderr, stderr_cut) = errors.join().map_err(|_| panicked())??;
            if let Some(feeder) = feeder {
                feeder.join().map_err(|_| panicked())??;
            }
            let exit = exit_of(child.wait()?);
            Ok(Output { exit, stdout, stderr, truncated: stdout_cut || stderr_cut })
        })
    }
}

/// A `std` command with nothing inherited.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where a child is made, with its environment cleared"
)]
pub(super) fn command(program: &OsStr, args: &[OsString], dir: &Path, env: &EnvMap) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(dir).env_clear().envs(env);
    command
}

/// Says which of the reasons it was that a program could not be started.
pub(super) fn start_error(program: &OsStr, dir: &Path, source: io::Error) -> RunError {
    let program = program.to_owned();
    if !dir.is_dir() {
        return RunError::NoDirectory { program, dir: dir.to_owned() };
    }
    if source.kind() == io::ErrorKind::NotFound {
        return RunError::NoProgram { program };
    }
    RunError::Start { program, source }
}

fn read_bounded(pipe: Option<impl Read>, limit: usize) -> io::Result<(Vec<u8>, bool)> {
    let mut kept = Vec::new();
    let Some(mut pipe) = pipe else { return Ok((kept, false)) };
    (&mut pipe).take(u64::try_from(limit).unwrap_or(u64::MAX)).read_to_end(&mut kept)?;
    let dropped = io::copy(&mut pipe, &mut io::sink())?;
    Ok((kept, dropped > 0))
}

fn unless_closed(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}

fn panicked() -> io::Error {
    io::Error::other("the thread that read its output panicked")
}

fn exit_of(status: ExitStatus) -> Exit {
    match (status.code(), status.signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        // `wait` reports only processes that ended, and those have one of the two.
        (None, None) => Exit::Code(-1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Cmd {
        Cmd::new("/bin/sh", "/").args(["-c", script])
    }

    #[test]
    fn the_environment_holds_only_what_was_set() {
        let out = Cmd::new("/usr/bin/env", "/").env("A", "1").run().unwrap();
        assert_eq!(String::from_utf8(out.stdout).unwrap(), "A=1\n");
    }

    #[test]
    fn arguments_are_never_seen_by_a_shell() {
        let out = sh(r#"printf '%s' "$1""#).arg("sh").arg("$(echo no); `no`\n'\"").run().unwrap();
        assert_eq!(out.stdout, b"$(echo no); `no`\n'\"");
    }

    #[test]
    fn exit_codes_and_signals_are_told_apart() {
        assert_eq!(sh("exit 7").run().unwrap().exit, Exit::Code(7));
        assert_eq!(sh("kill -9 $$").run().unwrap().exit, Exit::Signal(9));
    }

    #[test]
    fn both_streams_may_be_larger_than_a_pipe_and_are_bounded() {
        let noise = "i=0; while [ $i -lt 4000 ]; do echo 0123456789012345678901234567890123456789; \
                     echo 0123456789012345678901234567890123456789 >&2; i=$((i+1)); done";
        let out = sh(noise).run().unwrap();
        assert_eq!((out.stdout.len(), out.stderr.len(), out.truncated), (164_000, 164_000, false));
        let out = sh(noise).limit(10).run().unwrap();
        assert_eq!((out.stdout.as_slice(), out.truncated), (b"0123456789".as_slice(), true));
    }

    #[test]
    fn who_watches_sees_both_streams_in_their_order() {
        let mut seen = Vec::new();
        let script = "echo 1; echo 2 >&2; echo 3; cat; exit 4";
        let exit = sh(script)
            .env("PATH", "/usr/bin:/bin")
            .watch(&mut |piece| seen.extend_from_slice(piece))
            .unwrap();
        assert_eq!((exit, seen.as_slice()), (Exit::Code(4), b"1\n2\n3\n".as_slice()));
        let missing = Cmd::new("/no/such/program", "/").watch(&mut |_| {}).unwrap_err();
        assert!(matches!(missing, RunError::NoProgram { .. }), "{missing:?}");
    }

    #[test]
    fn large_input_passes_and_unread_input_is_no_error() {
        let big = vec![b'x'; 1_000_000];
        assert_eq!(Cmd::new("/bin/cat", "/").stdin(big.clone()).run().unwrap().stdout, big);
        assert_eq!(sh("exit 3").stdin(big).run().unwrap().exit, Exit::Code(3));
    }

    #[test]
    fn each_reason_not_to_start_is_its_own() {
        let run = |program: &str, dir: &str| Cmd::new(program, dir).run().unwrap_err().to_string();
        insta::assert_snapshot!(run("/bin/true", "/no/such/dir"), @"cannot run `/bin/true` in /no/such/dir: no such directory");
        insta::assert_snapshot!(run("/no/such/program", "/"), @"cannot run `/no/such/program`: not found; install it or add its directory to PATH");
        insta::assert_snapshot!(run("/etc/passwd", "/"), @"cannot start `/etc/passwd`: Permission denied (os error 13)");
    }

    #[test]
    fn a_command_has_its_own_process_group() {
        let out = sh("ps -o pgid= -p $$; echo $$").env("PATH", "/usr/bin:/bin").run().unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        let mut numbers = text.split_whitespace();
        assert_eq!(numbers.next(), numbers.next());
    }
}
