//! The terminal: taken when a page begins, and given back however it ends.

use std::io::{self, Stdout, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;

/// Whether the terminal is the review's at the moment. To leave the other screen twice would put the cursor back over what
/// was printed in between, such as the message of a panic.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The screen of the review. Dropping it gives the terminal back.
pub(crate) struct Screen {
    pub(crate) terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    /// Takes the terminal. A panic gives it back before its message is printed, so that it can be read.
    pub(crate) fn take() -> io::Result<Self> {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back();
            before(panic);
        }));
        enter().inspect_err(|_| give_back())?;
        Ok(Self { terminal: Terminal::new(CrosstermBackend::new(io::stdout()))? })
    }

    /// Gives the terminal to something else for a while.
    pub(crate) fn lend<T>(&mut self, to: impl FnOnce() -> T) -> io::Result<T> {
        give_back();
        let result = to();
        enter()?;
        self.redraw()?;
        Ok(result)
    }

    /// Has everything drawn anew. What stands there is forgotten rather than asked for: `Terminal::clear` would ask the
    /// terminal where its cursor is, and not every terminal answers.
    pub(crate) fn redraw(&mut self) -> io::Result<()> {
        execute!(io::stdout(), Clear(ClearType::All))?;
        self.terminal = Terminal::new(CrosstermBackend::new(io::stdout()))?;
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

fn enter() -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste)
}

/// A terminal that is gone needs nothing back.
fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    let _ = execute!(out, DisableBracketedPaste, LeaveAlternateScreen, ratatui::crossterm::cursor::Show);
    let _ = out.flush();
    let _ = disable_raw_mode();
}

/// Waits until something was typed, a signal came, or so much time has passed; whether the terminal is still there. Of one
/// that is not, crossterm would read nothing for ever.
pub(crate) fn listens(longest: Duration) -> io::Result<bool> {
    let terminal = io::stdin();
    let mut watched = [PollFd::new(&terminal, PollFlags::IN)];
    let longest = Timespec::try_from(longest).map_err(io::Error::other)?;
    match rustix::event::poll(&mut watched, Some(&longest)) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let [terminal] = &watched;
    Ok(!terminal.revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL))
}
