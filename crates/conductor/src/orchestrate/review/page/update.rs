//! What a key does.

use conductor_engine::control::Ruling;

use super::command::{Command, TABLE, command};
use super::state::{Mode, State, Tab, Words};
use crate::terminal::input::Input;
use crate::terminal::key::Key;

/// What whoever has the terminal is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Effect {
    Rule(Ruling),
    /// Have words for the agent written in the editor.
    Write,
    Branch,
    Redraw,
    Suspend,
    Quit,
}

/// Columns that one key moves the diff by.
const STEP: usize = 8;

/// The furthest to the right that the diff is moved, in columns.
const MOST_LEFT: usize = 2_000;

pub(super) fn update(state: &mut State, key: Key) -> Option<Effect> {
    state.message = None;
    match std::mem::replace(&mut state.mode, Mode::Browse) {
        Mode::Browse => browse(state, key),
        Mode::Help(top) => {
            help(state, key, top);
            None
        }
        Mode::ConfirmAccept => (key == Key::Char('y')).then_some(Effect::Rule(Ruling::Accept)),
        Mode::Search(input) => {
            search(state, key, input);
            None
        }
        Mode::Ask(words, input) => ask(state, key, words, input),
    }
}

fn search(state: &mut State, key: Key, mut input: Input) {
    if key == Key::Enter {
        input.text().clone_into(&mut state.wanted);
        find(state, true, state.top());
    } else if !leaves(key) {
        input.key(key);
        state.mode = Mode::Search(input);
    }
}

fn ask(state: &mut State, key: Key, words: Words, mut input: Input) -> Option<Effect> {
    if key == Key::Enter {
        return decided(state, words, input);
    }
    if !leaves(key) {
        input.key(key);
        state.mode = Mode::Ask(words, input);
    }
    None
}

/// Whether a key leaves a line that is being typed.
fn leaves(key: Key) -> bool {
    matches!(key, Key::Esc | Key::Ctrl('c'))
}

/// Text that came at once.
pub(super) fn paste(state: &mut State, text: &str) {
    if let Mode::Search(input) | Mode::Ask(_, input) = &mut state.mode {
        input.paste(text);
    }
}

fn decided(state: &mut State, words: Words, input: Input) -> Option<Effect> {
    let text = input.text().trim().to_owned();
    let ruling = match words {
        Words::Retry if text.is_empty() => {
            state.say(true, "Say what the agent is to do otherwise");
            state.mode = Mode::Ask(words, input);
            return None;
        }
        Words::Reject if text.is_empty() => {
            state.say(true, "Say why: it is the reason that the task is blocked for");
            state.mode = Mode::Ask(words, input);
            return None;
        }
        Words::Retry => Ruling::Retry { words: text },
        Words::Reject => Ruling::Reject { why: text },
        Words::Split if text.is_empty() => {
            Ruling::Reject { why: "to be split into smaller tasks".to_owned() }
        }
        Words::Split => Ruling::Reject { why: format!("to be split into smaller tasks: {text}") },
    };
    Some(Effect::Rule(ruling))
}

fn help(state: &mut State, key: Key, top: usize) {
    let most = TABLE.len().saturating_sub(state.rows());
    let top = match command(key) {
        Some(Command::Down) => top + 1,
        Some(Command::Up) => top.saturating_sub(1),
        Some(Command::PageDown) => top + state.rows(),
        Some(Command::PageUp) => top.saturating_sub(state.rows()),
        Some(_) | None => return,
    };
    state.mode = Mode::Help(top.min(most));
}

fn browse(state: &mut State, key: Key) -> Option<Effect> {
    let (tab, top, rows) = (state.tab, state.top(), state.rows());
    match command(key)? {
        Command::Quit => return Some(Effect::Quit),
        Command::Redraw => return Some(Effect::Redraw),
        Command::Suspend => return Some(Effect::Suspend),
        Command::Down => state.go_to(tab, top + 1),
        Command::Up => state.go_to(tab, top.saturating_sub(1)),
        Command::PageDown => state.go_to(tab, top + rows),
        Command::PageUp => state.go_to(tab, top.saturating_sub(rows)),
        Command::First => state.go_to(tab, 0),
        Command::Last => state.go_to(tab, usize::MAX),
        Command::Right if tab == Tab::Diff => state.left = (state.left + STEP).min(MOST_LEFT),
        Command::Left if tab == Tab::Diff => state.left = state.left.saturating_sub(STEP),
        Command::Right | Command::Left => {}
        Command::NextTab => state.tab = tab.next(),
        Command::Reasons => state.tab = Tab::Reasons,
        Command::Diff => state.tab = Tab::Diff,
        Command::Evidence => state.tab = Tab::Evidence,
        Command::Transcript => state.tab = Tab::Transcript,
        Command::NextFile => file(state, true),
        Command::PreviousFile => file(state, false),
        Command::Search => state.mode = Mode::Search(Input::default()),
        Command::SearchOn => find(state, true, top + 1),
        Command::SearchBack => find(state, false, top),
        Command::Help => state.mode = Mode::Help(0),
        Command::Branch if state.texts.saved => return Some(Effect::Branch),
        Command::Branch => state.say(true, "No work is saved that a branch could be made of"),
        Command::Accept | Command::Retry | Command::RetryText | Command::Reject | Command::Split
            if !state.texts.waits =>
        {
            state.say(true, "It waits for nobody now, so there is nothing to decide");
        }
        Command::Accept => state.mode = Mode::ConfirmAccept,
        Command::RetryText => return Some(Effect::Write),
        Command::Retry => state.mode = Mode::Ask(Words::Retry, Input::default()),
        Command::Reject => state.mode = Mode::Ask(Words::Reject, Input::default()),
        Command::Split => state.mode = Mode::Ask(Words::Split, Input::default()),
    }
    None
}

/// Goes to the next or the previous file of the diff.
fn file(state: &mut State, forth: bool) {
    state.tab = Tab::Diff;
    let (top, at) = (state.top(), state.file());
    let files = &state.texts.files;
    let wanted = match at {
        None => 0,
        Some(at) if forth => at + 1,
        // First to the beginning of the file that is shown.
        Some(at) if files.get(at).is_some_and(|file| file.line < top) => at,
        Some(at) => at.saturating_sub(1),
    };
    match files.get(wanted).map(|file| file.line) {
        Some(line) => state.go_to(Tab::Diff, line),
        None => state.say(false, "That is the last file"),
    }
}

/// Goes to the nearest line with what is wanted, from this one on or before it.
fn find(state: &mut State, forth: bool, from: usize) {
    let wanted = state.wanted.to_lowercase();
    if wanted.is_empty() {
        return state.say(false, "Search with /");
    }
    let has = |line: &super::state::Line| line.text.to_lowercase().contains(&wanted);
    let lines = state.lines(state.tab);
    let found = if forth {
        lines.iter().enumerate().skip(from).find(|(_, line)| has(line))
    } else {
        lines.iter().enumerate().take(from).rev().find(|(_, line)| has(line))
    };
    match found.map(|(at, _)| at) {
        Some(at) => {
            state.go_to(state.tab, at);
            // A match on the last page does not scroll to the top, and is seen all the same.
            state.say(false, format!("line {}", at + 1));
        }
        None => state.say(true, format!("nothing more with \"{}\"", state.wanted)),
    }
}
