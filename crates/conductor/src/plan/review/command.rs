//! What can be done while looking through the items, and by which keys.

use crate::terminal::key::{Key, Row, meant, row};

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Fold,
    Unfold,
    Toggle,
    NextUndecided,
    Accept,
    Reject,
    EditFields,
    EditText,
    EditPlan,
    Add,
    Remove,
    Move,
    Split,
    SplitText,
    Cancel,
    Link,
    Merge,
    Undo,
    Redo,
    Search,
    SearchOn,
    SearchBack,
    Filter,
    Findings,
    Fix,
    NextSource,
    TextDown,
    TextUp,
    SwitchPane,
    Help,
    Import,
    Quit,
    Suspend,
    Redraw,
}

/// Every command with its keys, in the order of the help.
pub(super) const TABLE: &[Row<Command>] = &[
    row(Command::Down, &[Key::Down, Key::Char('j')], "next item"),
    row(Command::Up, &[Key::Up, Key::Char('k')], "previous item"),
    row(Command::Fold, &[Key::Left, Key::Char('h')], "close the group, or go to its head"),
    row(Command::Unfold, &[Key::Right], "open the group"),
    row(Command::Toggle, &[Key::Enter], "everything that is known of the item"),
    row(Command::NextUndecided, &[Key::Char('.')], "next item without a verdict"),
    row(Command::First, &[Key::Char('g'), Key::Home], "first item"),
    row(Command::Last, &[Key::Char('G'), Key::End], "last item"),
    row(Command::PageDown, &[Key::PageDown, Key::Ctrl('f')], "a page down"),
    row(Command::PageUp, &[Key::PageUp, Key::Ctrl('b')], "a page up"),
    row(
        Command::Accept,
        &[Key::Char(' '), Key::Char('a')],
        "accept, with what it contains; again takes it back",
    ),
    row(Command::Reject, &[Key::Char('r')], "reject, with what it contains; again takes it back"),
    row(Command::EditFields, &[Key::Char('e')], "edit title, estimate, priority, category"),
    row(Command::EditText, &[Key::Char('E')], "edit the item in $EDITOR"),
    row(Command::EditPlan, &[Key::Ctrl('e')], "edit the whole plan in $EDITOR"),
    row(Command::Add, &[Key::Char('+')], "add an item after this one"),
    row(Command::Remove, &[Key::Char('x'), Key::Delete], "take the item out, with what it contains"),
    row(Command::Move, &[Key::Char('m')], "move the item"),
    row(Command::Split, &[Key::Char('s')], "split into parts, by the engine of the review"),
    row(Command::SplitText, &[Key::Char('S')], "split into parts, proposed from the document"),
    row(Command::Cancel, &[Key::Esc], "ask no further for parts"),
    row(Command::Link, &[Key::Char('l')], "let it wait for another item, or no longer"),
    row(Command::Merge, &[Key::Char('M')], "merge another item into this one"),
    row(Command::Undo, &[Key::Char('u')], "take the last change back"),
    row(Command::Redo, &[Key::Char('U'), Key::Ctrl('r')], "do it again"),
    row(Command::Search, &[Key::Char('/')], "search titles and descriptions"),
    row(Command::SearchOn, &[Key::Char('n')], "next match"),
    row(Command::SearchBack, &[Key::Char('N')], "previous match"),
    row(Command::Filter, &[Key::Char('f')], "show only items with a kind of finding"),
    row(Command::Findings, &[Key::Char('!')], "all findings; Enter goes to the item"),
    row(Command::Fix, &[Key::Char('F')], "make the change that a finding proposes"),
    row(Command::NextSource, &[Key::Char('v')], "next place in the documents"),
    row(Command::TextDown, &[Key::Char('J')], "document down"),
    row(Command::TextUp, &[Key::Char('K')], "document up"),
    row(Command::SwitchPane, &[Key::Tab], "in a narrow terminal: items or text"),
    row(Command::Import, &[Key::Char('i')], "import: make the items tasks"),
    row(Command::Help, &[Key::Char('?')], "this help"),
    row(Command::Redraw, &[Key::Ctrl('l')], "draw anew"),
    row(Command::Suspend, &[Key::Ctrl('z')], "suspend"),
    row(Command::Quit, &[Key::Char('q'), Key::Ctrl('c')], "leave; every change is stored"),
];

/// What a key means.
pub(super) fn command(key: Key) -> Option<Command> {
    meant(TABLE, key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things() {
        for (at, row) in TABLE.iter().enumerate() {
            for other in TABLE.iter().skip(at + 1) {
                assert!(
                    row.keys.iter().all(|key| !other.keys.contains(key)),
                    "{:?} {:?}",
                    row.command,
                    other.command
                );
            }
        }
    }
}
