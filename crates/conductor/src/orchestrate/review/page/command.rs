//! What can be done on the page, and by which keys.

use crate::terminal::key::{Key, Row, meant, row};

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Down,
    Up,
    PageDown,
    PageUp,
    First,
    Last,
    Right,
    Left,
    NextTab,
    Reasons,
    Diff,
    Evidence,
    Transcript,
    NextFile,
    PreviousFile,
    Search,
    SearchOn,
    SearchBack,
    Accept,
    Retry,
    RetryText,
    Reject,
    Split,
    Branch,
    Help,
    Redraw,
    Suspend,
    Quit,
}

/// Every command with its keys, in the order of the help.
pub(super) const TABLE: &[Row<Command>] = &[
    row(Command::Accept, &[Key::Char('a')], "accept the work: it goes to its gates once more, and lands"),
    row(Command::Retry, &[Key::Char('r')], "have an agent try again, with your words"),
    row(Command::RetryText, &[Key::Char('e')], "the same, with words written in $EDITOR beside the change"),
    row(Command::Reject, &[Key::Char('x')], "reject the work, with a reason; what was saved is kept"),
    row(Command::Split, &[Key::Char('s')], "give the work up, and say that the task is to be split"),
    row(Command::Branch, &[Key::Char('b')], "make a branch of the work, to change it by hand"),
    row(Command::NextTab, &[Key::Tab], "the next part: reasons, diff, evidence, transcript"),
    row(Command::Reasons, &[Key::Char('1')], "why it waits, and what was decided"),
    row(Command::Diff, &[Key::Char('2')], "what it changes, file by file"),
    row(Command::Evidence, &[Key::Char('3')], "what the gates said"),
    row(Command::Transcript, &[Key::Char('4')], "what the agent said and did"),
    row(Command::NextFile, &[Key::Char(']'), Key::Char('J')], "next file of the diff"),
    row(Command::PreviousFile, &[Key::Char('['), Key::Char('K')], "previous file of the diff"),
    row(Command::Down, &[Key::Down, Key::Char('j')], "a line down"),
    row(Command::Up, &[Key::Up, Key::Char('k')], "a line up"),
    row(Command::PageDown, &[Key::PageDown, Key::Ctrl('f'), Key::Char(' ')], "a page down"),
    row(Command::PageUp, &[Key::PageUp, Key::Ctrl('b')], "a page up"),
    row(Command::First, &[Key::Home, Key::Char('g')], "the beginning"),
    row(Command::Last, &[Key::End, Key::Char('G')], "the end"),
    row(Command::Right, &[Key::Right, Key::Char('l')], "to the right, in the diff"),
    row(Command::Left, &[Key::Left, Key::Char('h')], "to the left"),
    row(Command::Search, &[Key::Char('/')], "search in this part"),
    row(Command::SearchOn, &[Key::Char('n')], "next match"),
    row(Command::SearchBack, &[Key::Char('N')], "previous match"),
    row(Command::Help, &[Key::Char('?')], "this help"),
    row(Command::Redraw, &[Key::Ctrl('l')], "draw anew"),
    row(Command::Suspend, &[Key::Ctrl('z')], "suspend"),
    row(Command::Quit, &[Key::Char('q'), Key::Ctrl('c')], "leave without deciding"),
];

/// What a key means.
pub(super) fn command(key: Key) -> Option<Command> {
    meant(TABLE, key)
}
