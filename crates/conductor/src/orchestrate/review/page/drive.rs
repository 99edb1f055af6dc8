//! The loop: a key, what it does, what is on the screen then. What is decided is carried out when the terminal was given
//! back.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use cli_kit::{CliError, Env, Exit};
use conductor_engine::control::Ruling;
use conductor_host::process::{Interrupt, OnHangup, Signals};
use ratatui::crossterm::event::{Event, poll, read};

use super::state::{State, Texts};
use super::update::{Effect, paste, update};
use super::view::view;
use crate::context::Context;
use crate::terminal::editor;
use crate::terminal::key::Key;
use crate::terminal::screen::{Screen, listens};
use crate::terminal::theme::Theme;

/// How often it is looked whether somebody asked the program to end.
const LOOK: Duration = Duration::from_millis(200);

/// How the page was left.
pub(in crate::orchestrate::review) enum Ended {
    /// Nothing was decided.
    Left,
    /// This was.
    Ruled(Ruling),
}

/// What the page can do beside showing.
pub(in crate::orchestrate::review) struct Hands<'h> {
    /// Makes a branch of the saved work, and says what it is called.
    pub(in crate::orchestrate::review) branch: &'h dyn Fn() -> Result<String, CliError>,
    /// Where a text for the editor is written.
    pub(in crate::orchestrate::review) words: PathBuf,
    /// What stands in it to begin with, below the words.
    pub(in crate::orchestrate::review) quoted: String,
}

/// Shows the page until somebody decides or leaves.
pub(in crate::orchestrate::review) fn run(
    context: &mut Context,
    texts: Texts,
    hands: &Hands<'_>,
) -> Result<Ended, CliError> {
    let theme = Theme { colors: !context.flags.no_color && context.env.get("NO_COLOR").is_none() };
    let signals = Signals::catch(OnHangup::Stop).map_err(|error| failed(&error))?;
    context.printer.flush();
    let screen = Screen::take().map_err(|error| failed(&error))?;
    let mut page = Page { screen, state: State::new(texts, (80, 24)), theme, env: &context.env, hands };
    let _attending = signals.attend();
    page.look(&signals)
}

struct Page<'p> {
    screen: Screen,
    state: State,
    theme: Theme,
    env: &'p Env,
    hands: &'p Hands<'p>,
}

impl Page<'_> {
    fn look(&mut self, signals: &Signals) -> Result<Ended, CliError> {
        let mut drawn = false;
        loop {
            if let Some(interrupt) = signals.take() {
                return Err(asked(interrupt));
            }
            if !drawn {
                self.draw().map_err(|error| failed(&error))?;
                drawn = true;
            }
            if !listens(LOOK).map_err(|error| failed(&error))? {
                return Err(asked(Interrupt::HungUp));
            }
            while poll(Duration::ZERO).map_err(|error| failed(&error))? {
                drawn = false;
                let effect = match read().map_err(|error| failed(&error))? {
                    Event::Key(key) => Key::of(key).and_then(|key| update(&mut self.state, key)),
                    Event::Paste(text) => {
                        paste(&mut self.state, &text);
                        None
                    }
                    Event::Resize(..) | Event::FocusGained | Event::FocusLost | Event::Mouse(_) => None,
                };
                if let Some(end) = effect.map(|effect| self.perform(effect)).transpose()?.flatten() {
                    return Ok(end);
                }
            }
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        let size = self.screen.terminal.size()?;
        self.state.resize((size.width, size.height));
        let (state, theme) = (&self.state, self.theme);
        self.screen.terminal.draw(|frame| view(state, theme, frame))?;
        Ok(())
    }

    fn perform(&mut self, effect: Effect) -> Result<Option<Ended>, CliError> {
        match effect {
            Effect::Quit => return Ok(Some(Ended::Left)),
            Effect::Rule(ruling) => return Ok(Some(Ended::Ruled(ruling))),
            Effect::Redraw => self.screen.redraw().map_err(|error| failed(&error))?,
            Effect::Suspend => {
                let stop = || rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
                // A shell without job control cannot stop it; then the page just goes on.
                let _stopped = self.screen.lend(stop).map_err(|error| failed(&error))?;
            }
            Effect::Branch => match (self.hands.branch)() {
                Ok(name) => self.state.say(false, format!("branch {name}: change it, and merge it yourself")),
                Err(error) => self.state.say(true, error.message),
            },
            Effect::Write => return self.write(),
        }
        Ok(None)
    }

    /// Has words written in the editor; they decide as if they had been typed.
    fn write(&mut self) -> Result<Option<Ended>, CliError> {
        let Hands { words: path, quoted, .. } = self.hands;
        let begin = format!("\n{HOW}{quoted}");
        if let Err(error) = std::fs::write(path, &begin) {
            self.state.say(true, format!("cannot write {}: {error}", path.display()));
            return Ok(None);
        }
        let env = self.env;
        let opened = self.screen.lend(|| editor::open(env, path)).map_err(|error| failed(&error))?;
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string());
        match opened.and(text) {
            Err(why) => self.state.say(true, why),
            Ok(text) => {
                let words = said(&text);
                // What was typed and not used stays where it is.
                if !words.is_empty() {
                    let _stays = std::fs::remove_file(path);
                    return Ok(Some(Ended::Ruled(Ruling::Retry { words })));
                }
                let _stays = std::fs::remove_file(path);
                self.state.say(false, "There were no words, so nothing was decided");
            }
        }
        Ok(None)
    }
}

/// What stands below the words in the editor.
const HOW: &str = "# Say above what the agent is to do otherwise. Lines that begin with # are left out;\n\
                   # without any words nothing is decided. This is its change:\n#\n";

/// The words in a text: all lines that are no remarks.
pub(super) fn said(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    lines.join("\n").trim().to_owned()
}

fn asked(interrupt: Interrupt) -> CliError {
    let reason = match interrupt {
        Interrupt::CtrlC => "it was interrupted",
        Interrupt::Terminated | Interrupt::HungUp => interrupt.reason(),
    };
    CliError::new(Exit::Refused, "INTERRUPTED", format!("the review ended, since {reason}"))
        .hint("nothing was decided")
}

fn failed(error: &io::Error) -> CliError {
    CliError::new(Exit::Internal, "TERMINAL", format!("the terminal failed: {error}"))
        .hint("nothing was decided; `conductor orchestrate review TASK --print` needs no terminal")
}
