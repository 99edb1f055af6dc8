//! The review at a real terminal: keys go in, the screen comes out, and what is stored is looked up afterwards.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use serde_json::json;

use super::{DOCUMENT, Place};

/// The longest that anything is waited for.
const LONGEST: Duration = Duration::from_secs(60);

pub(super) struct Terminal {
    keyboard: File,
    pieces: Receiver<String>,
    /// Everything that was written.
    seen: String,
    screen: vt100::Parser,
    child: Child,
    left: Arc<AtomicBool>,
    watcher: Option<JoinHandle<()>>,
}

impl Terminal {
    pub(super) fn run(place: &Place, arguments: &[&str], env: &[(&str, &str)]) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        tcsetwinsize(&master, Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let name = PathBuf::from(ptsname(&master, Vec::new()).unwrap().into_string().unwrap());
        let flags = i32::try_from(OFlags::NOCTTY.bits()).unwrap();
        let open = || OpenOptions::new().read(true).write(true).custom_flags(flags).open(&name).unwrap();
        let mut command = place.command(arguments);
        command.env("TERM", "xterm-256color").envs(env.iter().copied());
        command.stdin(Stdio::from(open())).stdout(Stdio::from(open())).stderr(Stdio::from(open()));
        let child = command.spawn().unwrap();
        // Its handles keep the terminal open, which would then never end.
        drop(command);
        let keyboard = File::from(master);
        let mut reader = keyboard.try_clone().unwrap();
        let (send, pieces) = channel();
        let left = Arc::new(AtomicBool::new(false));
        let is_left = Arc::clone(&left);
        let watcher = std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while !is_left.load(Ordering::Relaxed) {
                let moment = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
                match rustix::event::poll(&mut [PollFd::new(&reader, PollFlags::IN)], Some(&moment)) {
                    Ok(0) => continue,
                    Ok(_) => {}
                    Err(_) => return,
                }
                // The end of the command is told as an error of the terminal.
                let Ok(length) = reader.read(&mut piece) else { return };
                if length == 0 || send.send(String::from_utf8_lossy(&piece[..length]).into_owned()).is_err() {
                    return;
                }
            }
        });
        let screen = vt100::Parser::new(24, 80, 0);
        Self { keyboard, pieces, seen: String::new(), screen, child, left, watcher: Some(watcher) }
    }

    fn read(&mut self) -> bool {
        let Ok(piece) = self.pieces.recv_timeout(LONGEST) else { return false };
        self.screen.process(piece.as_bytes());
        self.seen.push_str(&piece);
        true
    }

    /// Waits until this stands on the screen.
    #[track_caller]
    pub(super) fn sees(&mut self, text: &str) {
        while !self.screen.screen().contents().contains(text) {
            assert!(self.read(), "`{text}` did not come:\n{}", self.screen.screen().contents());
        }
    }

    /// Waits until the screen was given back.
    #[track_caller]
    fn leaves(&mut self) {
        while self.screen.screen().alternate_screen() {
            assert!(self.read(), "the screen was kept");
        }
    }

    pub(super) fn types(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// How it ended, and what was written until then.
    pub(super) fn ended(&mut self) -> (std::process::ExitStatus, String) {
        let status = self.child.wait().unwrap();
        while self.read() {}
        (status, std::mem::take(&mut self.seen))
    }

    /// Takes the terminal away, as closing its window does, and waits for what becomes of the program.
    fn left_alone(mut self) -> std::process::ExitStatus {
        self.left.store(true, Ordering::Relaxed);
        self.watcher.take().unwrap().join().unwrap();
        self.keyboard = File::open("/dev/null").unwrap();
        self.child.wait().unwrap()
    }

    /// Whether the terminal shows what is typed, as it does while no program has it.
    fn echoes(&self) -> bool {
        self.modes().contains(LocalModes::ECHO)
    }

    fn modes(&self) -> LocalModes {
        tcgetattr(&self.keyboard).unwrap().local_modes
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

fn drafted() -> Place {
    let place = Place::unborn();
    place.write("prd.md", DOCUMENT);
    place.ok(&["plan", "decompose", "prd.md"]);
    place
}

/// Leaves the alternate screen.
const BACK: &str = "\u{1b}[?1049l";

#[test]
fn it_is_one_key_away_when_a_plan_is_made() {
    let place = Place::unborn();
    place.write("prd.md", DOCUMENT);
    let mut terminal = Terminal::run(&place, &["plan", "create", "prd.md"], &[]);
    terminal.sees("[r]eview");
    terminal.types("r\n");
    terminal.sees("undecided");
    terminal.types("a");
    terminal.sees("accepted");
    terminal.types("q");
    let (status, rest) = terminal.ended();
    assert!(status.success() && rest.contains(BACK), "{rest:?}");
    assert_eq!(place.json(&["plan", "list"])[0]["status"], json!("reviewing"));
}

#[test]
fn a_terminal_that_is_gone_ends_it_and_loses_nothing() {
    let place = drafted();
    let mut terminal = Terminal::run(&place, &["plan", "review"], &[]);
    terminal.sees("undecided");
    terminal.types("a");
    terminal.sees("2 accepted");
    assert!(!terminal.left_alone().success());
    assert_eq!(place.json(&["plan", "show"])["plan"]["status"], json!("reviewing"));
}

#[test]
fn a_plan_is_gone_through_left_and_imported() {
    let place = drafted();
    let mut terminal = Terminal::run(&place, &["plan", "review"], &[]);
    terminal.sees("undecided");
    assert!(!terminal.echoes());
    terminal.types("a");
    terminal.sees("2 accepted");
    terminal.types("jjr");
    terminal.sees("1 rejected");
    terminal.types("q");
    let (status, rest) = terminal.ended();
    assert!(
        status.success() && rest.contains(BACK) && rest.contains("2 accepted, 1 rejected, 2 undecided"),
        "{rest:?}"
    );
    assert!(terminal.echoes());
    let mut terminal = Terminal::run(&place, &["plan", "review"], &[("NO_COLOR", "1")]);
    terminal.sees("2 accepted");
    terminal.types("i");
    terminal.sees("Import 2 tasks");
    terminal.types("y");
    let (status, rest) = terminal.ended();
    assert!(
        status.success() && rest.contains("Imported plan 1") && rest.contains("1 rejected item left out"),
        "{rest:?}"
    );
    assert_eq!(place.tasks().len(), 4);
    // What was imported is printed, also at a terminal.
    let (status, rest) = Terminal::run(&place, &["plan", "review"], &[]).ended();
    assert!(status.success() && rest.contains("imported") && !rest.contains(BACK), "{rest:?}");
}

#[test]
fn killed_in_the_middle_it_has_lost_nothing() {
    let place = drafted();
    let mut terminal = Terminal::run(&place, &["plan", "review"], &[]);
    terminal.sees("undecided");
    terminal.types("a");
    terminal.sees("2 accepted");
    terminal.types("jr");
    terminal.sees("1 rejected");
    // Half of a form is typed and not yet stored.
    terminal.types("e more");
    terminal.sees("edit");
    terminal.child.kill().unwrap();
    terminal.ended();
    let shown = place.json(&["plan", "accept", "--all", "--dry-run"]);
    assert_eq!(shown["verdicts"]["rejected"], json!(1));
    assert_eq!(place.json(&["plan", "list"])[0]["status"], json!("reviewing"));
    place.ok(&["plan", "undo", "2"]);
    assert_eq!(place.refused(&["plan", "undo"]), (1, "NOTHING_TO_UNDO".to_owned()));
}

#[test]
fn asked_to_end_it_gives_the_terminal_back() {
    let place = drafted();
    let mut terminal = Terminal::run(&place, &["plan", "review"], &[]);
    terminal.sees("undecided");
    let pid = rustix::process::Pid::from_child(&terminal.child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let (status, rest) = terminal.ended();
    assert_eq!(status.code(), Some(1));
    assert!(rest.contains(BACK) && rest.contains("every change was stored"), "{rest:?}");
    assert!(terminal.echoes());
    let mut terminal = Terminal::run(&place, &["plan", "review"], &[]);
    terminal.sees("undecided");
    terminal.types("\u{3}");
    let (status, rest) = terminal.ended();
    assert!(status.success() && rest.contains(BACK), "{rest:?}");
}

#[test]
fn a_panic_gives_the_terminal_back_and_can_be_read() {
    let place = drafted();
    let env = [("CONDUCTOR_DIE_AT", "plan-review/redraw"), ("RUST_BACKTRACE", "0")];
    let mut terminal = Terminal::run(&place, &["plan", "review"], &env);
    terminal.sees("undecided");
    terminal.types("a");
    terminal.sees("2 accepted");
    let raw = terminal.modes();
    assert!(!raw.intersects(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG));
    // Ctrl-L.
    terminal.types("\u{c}");
    let (status, rest) = terminal.ended();
    assert_eq!(status.code(), Some(101), "{rest:?}");
    assert!(terminal.modes().contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG));
    for back in [BACK, "\u{1b}[?2004l", "\u{1b}[?25h"] {
        assert!(rest.contains(back), "{rest:?}");
    }
    let screen = terminal.screen.screen();
    assert!(!screen.alternate_screen() && !screen.bracketed_paste() && !screen.hide_cursor());
    // The message stands on the usual screen, from the left, and what a shell prints next comes below it.
    let rows: Vec<String> = screen.rows(0, 80).collect();
    let said = rows.iter().position(|row| row.starts_with("told to panic while the review")).unwrap();
    assert!(rows.iter().any(|row| row.starts_with("thread 'main'")), "{rows:?}");
    assert!(usize::from(screen.cursor_position().0) > said, "{rows:?}");
    assert_eq!(place.json(&["plan", "show"])["plan"]["status"], json!("reviewing"), "nothing was lost");
}

#[test]
fn an_item_is_edited_in_the_users_editor_and_back() {
    let place = drafted();
    place.write("editor.sh", "echo '- [ ] nonsense' >> \"$1\"\n");
    let mut terminal = Terminal::run(&place, &["plan", "review"], &[("EDITOR", "sh editor.sh")]);
    terminal.sees("undecided");
    terminal.types("\u{5}");
    terminal.leaves();
    terminal.sees("nonsense");
    terminal.types("E");
    terminal.sees("the text is to hold");
    terminal.types("q");
    assert!(terminal.ended().0.success());
    assert!(place.ok(&["plan", "show"]).contains("nonsense"));
}

#[test]
fn a_terminal_that_can_do_nothing_gets_text() {
    let place = drafted();
    for (arguments, env) in
        [(&["plan", "review"][..], &[("TERM", "dumb")][..]), (&["plan", "review", "--print"], &[])]
    {
        let (status, rest) = Terminal::run(&place, arguments, env).ended();
        assert!(status.success() && rest.contains("Search notes") && !rest.contains(BACK), "{rest:?}");
    }
}
