//! A terminal on which commands run one after the other, with somebody who answers, and everything that was on it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// The longest time of one command.
const LONGEST: Duration = Duration::from_secs(90);

/// How long nothing comes before it is looked whether the command has ended.
const QUIET: Duration = Duration::from_millis(50);

/// Characters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) columns: u16,
    pub(super) rows: u16,
}

/// What somebody types when these words are on the screen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Typed {
    pub(super) after: &'static str,
    pub(super) keys: &'static str,
}

/// Something that was put on the screen, in seconds from the beginning.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shown {
    pub(super) at: f64,
    pub(super) text: String,
}

pub(super) struct Terminal {
    size: Size,
    since: Instant,
    shown: Vec<Shown>,
}

impl Terminal {
    #[expect(clippy::disallowed_methods, reason = "a recording tells when something was on the screen")]
    pub(super) fn new(size: Size) -> io::Result<Self> {
        Ok(Self { size, since: Instant::now(), shown: Vec::new() })
    }

    /// Runs a command to its end, which must be a success. `line` is what somebody would have typed for it.
    pub(super) fn run(&mut self, line: &str, command: Command, typed: &[Typed]) -> io::Result<()> {
        self.show("$ ");
        for key in line.chars() {
            self.show(&key.to_string());
        }
        self.show("\r\n");
        let (mut keyboard, mut child) = self.start(command)?;
        let pieces = reader(keyboard.try_clone()?);
        let begins = self.shown.len();
        let mut typed = typed.iter();
        let mut next = typed.next();
        let since = self.since.elapsed();
        loop {
            match pieces.recv_timeout(QUIET) {
                Ok(piece) => self.show(&piece),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) if self.since.elapsed() - since > LONGEST => {
                    child.kill()?;
                    break;
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            let seen: String = self.shown.iter().skip(begins).map(|shown| shown.text.as_str()).collect();
            if let Some(answer) = next.filter(|answer| seen.contains(answer.after)) {
                keyboard.write_all(format!("{}\n", answer.keys).as_bytes())?;
                next = typed.next();
            }
        }
        let status = child.wait()?;
        if status.success() {
            return Ok(());
        }
        let seen: String = self.shown.iter().skip(begins).map(|shown| shown.text.as_str()).collect();
        Err(io::Error::other(format!("`{line}` ended with {status}:\n{seen}")))
    }

    /// Everything that was shown, with these texts replaced.
    pub(super) fn events(&self, replaced: &[(&str, &str)]) -> Vec<Shown> {
        let replace = |shown: &Shown| {
            let text = replaced.iter().fold(shown.text.clone(), |text, (from, to)| text.replace(from, to));
            Shown { at: shown.at, text }
        };
        self.shown.iter().map(replace).collect()
    }

    fn show(&mut self, text: &str) {
        self.shown.push(Shown { at: self.since.elapsed().as_secs_f64(), text: text.to_owned() });
    }

    /// Starts a command with a terminal of its own, and gives what is held by whoever sits there.
    fn start(&self, mut command: Command) -> io::Result<(File, Child)> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let Size { columns, rows } = self.size;
        tcsetwinsize(&master, Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 })?;
        let name = ptsname(&master, Vec::new())?.into_string().map_err(io::Error::other)?;
        let flags = i32::try_from(OFlags::NOCTTY.bits()).map_err(io::Error::other)?;
        let open =
            || OpenOptions::new().read(true).write(true).custom_flags(flags).open(PathBuf::from(&name));
        command.stdin(Stdio::from(open()?)).stdout(Stdio::from(open()?)).stderr(Stdio::from(open()?));
        let child = command.spawn()?;
        // Its handles would keep the terminal open for ever.
        drop(command);
        Ok((File::from(master), child))
    }
}

/// What comes, piece by piece, until the last who could write is gone.
fn reader(mut screen: File) -> Receiver<String> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut piece = [0; 4096];
        // The end is told as an error of the terminal.
        while let Ok(length) = screen.read(&mut piece) {
            let text = String::from_utf8_lossy(piece.get(..length).unwrap_or_default()).into_owned();
            if length == 0 || send.send(text).is_err() {
                return;
            }
        }
    });
    receive
}
