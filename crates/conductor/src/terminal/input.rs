//! A line that is being typed.

use super::key::Key;

/// A line and where in it the next character goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Input {
    text: String,
    /// In bytes, on the edge of a character.
    at: usize,
}

impl Input {
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), at: text.len() }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// What stands before the cursor, and what behind.
    pub(crate) fn halves(&self) -> (&str, &str) {
        self.text.split_at_checked(self.at).unwrap_or((&self.text, ""))
    }

    /// Text that came at once; lines become one.
    pub(crate) fn paste(&mut self, text: &str) {
        let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.text.insert_str(self.at, &line);
        self.at += line.len();
    }

    /// Whether the key meant anything.
    pub(crate) fn key(&mut self, key: Key) -> bool {
        match key {
            Key::Char(c) => {
                self.text.insert(self.at, c);
                self.at += c.len_utf8();
            }
            Key::Backspace => self.cut(self.before(), self.at),
            Key::Delete => self.cut(self.at, self.behind()),
            Key::Left => self.at = self.before(),
            Key::Right => self.at = self.behind(),
            Key::Home | Key::Ctrl('a') => self.at = 0,
            Key::End | Key::Ctrl('e') => self.at = self.text.len(),
            Key::Ctrl('u') => self.cut(0, self.at),
            Key::Ctrl('w') => {
                let (before, _) = self.halves();
                let start = before.trim_end().rfind(' ').map_or(0, |blank| blank + 1);
                self.cut(start, self.at);
            }
            Key::Ctrl(_)
            | Key::Enter
            | Key::Esc
            | Key::Tab
            | Key::Up
            | Key::Down
            | Key::PageUp
            | Key::PageDown => {
                return false;
            }
        }
        true
    }

    fn cut(&mut self, start: usize, end: usize) {
        self.text.replace_range(start..end, "");
        self.at = start;
    }

    fn before(&self) -> usize {
        let (before, _) = self.halves();
        before.char_indices().next_back().map_or(0, |(at, _)| at)
    }

    fn behind(&self) -> usize {
        let (_, behind) = self.halves();
        behind.chars().next().map_or(self.at, |c| self.at + c.len_utf8())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_edited_by_characters_whatever_their_bytes() {
        let mut input = Input::new("日本 x");
        for key in [
            Key::Left,
            Key::Left,
            Key::Backspace,
            Key::Char('é'),
            Key::Home,
            Key::Delete,
            Key::End,
            Key::Char('!'),
        ] {
            assert!(input.key(key));
        }
        assert_eq!(input.text(), "é x!");
        input.key(Key::Ctrl('w'));
        assert_eq!(input.text(), "é ");
        input.paste("a\nb");
        assert_eq!(input.halves(), ("é a b", ""));
        input.key(Key::Ctrl('u'));
        assert_eq!(input.text(), "");
        for key in [Key::Backspace, Key::Delete, Key::Left, Key::Right, Key::Ctrl('w')] {
            assert!(input.key(key));
        }
        assert!(!input.key(Key::Enter));
    }
}
