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
pub(crate) struct Size {
    pub(crate) columns: u16,
    pub(crate) rows: u16,
}

/// What somebody types when these words are on the screen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Typed {
    pub(crate) after: &'static str,
    pub(crate) keys: &'static str,
    /// How long somebody would look at it first, in seconds of the recording; nobody waits for it.
    pub(crate) looks: f64,
    /// What a picture of the screen before the keys is to be called.
    pub(crate) still: Option<&'static str>,
}

impl Typed {
    pub(crate) const fn new(after: &'static str, keys: &'static str) -> Self {
        Self { after, keys, looks: 0.0, still: None }
    }
}

/// A picture of the screen.
#[derive(Clone)]
pub(crate) struct Still {
    pub(crate) caption: &'static str,
    pub(crate) screen: vt100::Screen,
}

/// Something that was put on the screen, in seconds from the beginning.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    pub(crate) at: f64,
    pub(crate) text: String,
}

pub(crate) struct Terminal {
    size: Size,
    since: Instant,
    /// Seconds for which somebody would have looked.
    looked: f64,
    shown: Vec<Shown>,
    screen: vt100::Parser,
    stills: Vec<Still>,
}

impl Terminal {
    #[expect(clippy::disallowed_methods, reason = "a recording tells when something was on the screen")]
    pub(crate) fn new(size: Size) -> io::Result<Self> {
        let screen = vt100::Parser::new(size.rows, size.columns, 0);
        Ok(Self { size, since: Instant::now(), looked: 0.0, shown: Vec::new(), screen, stills: Vec::new() })
    }

    /// Runs a command to its end, which must be a success. `line` is what somebody would have typed for it.
    pub(crate) fn run(&mut self, line: &str, command: Command, typed: &[Typed]) -> io::Result<()> {
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
            let mut quiet = false;
            match pieces.recv_timeout(QUIET) {
                Ok(piece) => self.show(&piece),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) if self.since.elapsed() - since > LONGEST => {
                    child.kill()?;
                    break;
                }
                Err(RecvTimeoutError::Timeout) => quiet = true,
            }
            let seen = |answer: &&Typed| self.screen.screen().contents().contains(answer.after);
            // A picture is taken of a screen that is complete.
            if let Some(answer) = next.filter(seen).filter(|answer| quiet || answer.still.is_none()) {
                let screen = self.screen.screen().clone();
                self.stills.extend(answer.still.map(|caption| Still { caption, screen }));
                self.looked += answer.looks;
                keyboard.write_all(answer.keys.as_bytes())?;
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
    pub(crate) fn events(&self, replaced: &[(&str, &str)]) -> Vec<Shown> {
        let replace = |shown: &Shown| {
            let text = replaced.iter().fold(shown.text.clone(), |text, (from, to)| text.replace(from, to));
            Shown { at: shown.at, text }
        };
        self.shown.iter().map(replace).collect()
    }

    /// The pictures that were taken.
    pub(crate) fn stills(&self) -> &[Still] {
        &self.stills
    }

    fn show(&mut self, text: &str) {
        self.screen.process(text.as_bytes());
        let at = self.since.elapsed().as_secs_f64() + self.looked;
        self.shown.push(Shown { at, text: text.to_owned() });
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
