//! Keys, as far as the review knows them.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A key that was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Char(char),
    Ctrl(char),
    Enter,
    Esc,
    Tab,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    Backspace,
    Delete,
}

/// Those that are no characters.
const NAMED: &[(KeyCode, Key)] = &[
    (KeyCode::Enter, Key::Enter),
    (KeyCode::Esc, Key::Esc),
    (KeyCode::Tab, Key::Tab),
    (KeyCode::Up, Key::Up),
    (KeyCode::Down, Key::Down),
    (KeyCode::Left, Key::Left),
    (KeyCode::Right, Key::Right),
    (KeyCode::Home, Key::Home),
    (KeyCode::End, Key::End),
    (KeyCode::PageUp, Key::PageUp),
    (KeyCode::PageDown, Key::PageDown),
    (KeyCode::Backspace, Key::Backspace),
    (KeyCode::Delete, Key::Delete),
];

impl Key {
    /// `None` for a key that means nothing here, and for one that is let go.
    pub(crate) fn of(event: KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        if let KeyCode::Char(c) = event.code {
            let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
            let alt = event.modifiers.contains(KeyModifiers::ALT);
            // AltGr, which some terminals tell as both, types characters.
            return match (ctrl, alt) {
                (true, false) => Some(Self::Ctrl(c.to_ascii_lowercase())),
                (false, false) | (true, true) => Some(Self::Char(c)),
                (false, true) => None,
            };
        }
        NAMED.iter().find(|(code, _)| *code == event.code).map(|(_, key)| *key)
    }

    /// As it is written in the help.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Char(' ') => "space".to_owned(),
            Self::Char(c) => c.to_string(),
            Self::Ctrl(c) => format!("Ctrl-{}", c.to_ascii_uppercase()),
            Self::Enter => "Enter".to_owned(),
            Self::Esc => "Esc".to_owned(),
            Self::Tab => "Tab".to_owned(),
            Self::Up => "Up".to_owned(),
            Self::Down => "Down".to_owned(),
            Self::Left => "Left".to_owned(),
            Self::Right => "Right".to_owned(),
            Self::Home => "Home".to_owned(),
            Self::End => "End".to_owned(),
            Self::PageUp => "PgUp".to_owned(),
            Self::PageDown => "PgDn".to_owned(),
            Self::Backspace => "Backspace".to_owned(),
            Self::Delete => "Del".to_owned(),
        }
    }
}

/// A row of a table of keys, which is also the help: a command, the keys that give it, and what it does.
pub(crate) struct Row<C> {
    pub(crate) command: C,
    pub(crate) keys: &'static [Key],
    pub(crate) what: &'static str,
}

pub(crate) const fn row<C: Copy>(command: C, keys: &'static [Key], what: &'static str) -> Row<C> {
    Row { command, keys, what }
}

/// What a key means by a table.
pub(crate) fn meant<C: Copy>(table: &[Row<C>], key: Key) -> Option<C> {
    table.iter().find(|row| row.keys.contains(&key)).map(|row| row.command)
}
