//! The parts that an item is to be split into, as a list that is edited.

use conductor_plan::ItemKey;
use conductor_plan::edit::Part;

use super::input::Input;
use super::key::Key;

/// The list.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    pub(super) item: ItemKey,
    pub(super) lines: Vec<Input>,
    pub(super) at: usize,
    /// What an engine proposed; a line with such a title keeps what else is known of the part.
    proposed: Vec<Part>,
}

/// What a key came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Parted {
    Open,
    Closed,
    Done(Vec<Part>),
}

impl Parts {
    pub(super) fn of(item: ItemKey, proposed: Vec<Part>) -> Self {
        let mut lines: Vec<Input> = proposed.iter().map(|part| Input::new(&part.title)).collect();
        lines.resize(lines.len().max(2), Input::default());
        Self { item, lines, at: 0, proposed }
    }

    pub(super) fn key(&mut self, key: Key) -> Parted {
        let last = self.lines.len().saturating_sub(1);
        let empty = self.lines.get(self.at).is_some_and(|line| line.text().is_empty());
        match key {
            Key::Esc | Key::Ctrl('c') => return Parted::Closed,
            Key::Enter => return Parted::Done(self.parts()),
            Key::Up => self.at = self.at.saturating_sub(1),
            Key::Down | Key::Tab if self.at < last => self.at += 1,
            Key::Down | Key::Tab if !empty => {
                self.lines.push(Input::default());
                self.at += 1;
            }
            Key::Backspace | Key::Ctrl('d') if (empty || key == Key::Ctrl('d')) && last > 0 => {
                self.lines.remove(self.at);
                self.at = self.at.min(last - 1);
            }
            Key::Char(_)
            | Key::Ctrl(_)
            | Key::Left
            | Key::Right
            | Key::Down
            | Key::Tab
            | Key::Home
            | Key::End
            | Key::PageUp
            | Key::PageDown
            | Key::Backspace
            | Key::Delete => {
                if let Some(line) = self.lines.get_mut(self.at) {
                    line.key(key);
                }
            }
        }
        Parted::Open
    }

    pub(super) fn paste(&mut self, text: &str) {
        if let Some(line) = self.lines.get_mut(self.at) {
            line.paste(text);
        }
    }

    fn parts(&self) -> Vec<Part> {
        let titles = self.lines.iter().map(|line| line.text().trim()).filter(|title| !title.is_empty());
        let part = |title: &str| {
            let known = self.proposed.iter().find(|part| part.title == title).cloned();
            known.unwrap_or_else(|| Part { title: title.to_owned(), ..Part::default() })
        };
        titles.map(part).collect()
    }
}
