//! A list from which one entry is picked by typing a part of it.

use super::input::Input;
use super::key::Key;

/// The list, what was typed, and which of the matches is meant.
#[derive(Debug, Clone)]
pub(super) struct Pick<T> {
    pub(super) title: String,
    pub(super) input: Input,
    entries: Vec<(String, T)>,
    matches: Vec<usize>,
    selected: usize,
}

/// What a key came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Picked<T> {
    /// Nothing yet.
    Open,
    /// Nobody wants any.
    Closed,
    /// This one.
    Chosen(T),
}

impl<T: Clone> Pick<T> {
    pub(super) fn new(title: impl Into<String>, entries: Vec<(String, T)>) -> Self {
        let matches = (0..entries.len()).collect();
        Self { title: title.into(), input: Input::default(), entries, matches, selected: 0 }
    }

    pub(super) fn key(&mut self, key: Key, page: usize) -> Picked<T> {
        let last = self.matches.len().saturating_sub(1);
        match key {
            Key::Esc | Key::Ctrl('c') => return Picked::Closed,
            Key::Enter => {
                let entry = self.matches.get(self.selected).and_then(|&at| self.entries.get(at));
                return entry.map_or(Picked::Open, |(_, means)| Picked::Chosen(means.clone()));
            }
            Key::Up | Key::Ctrl('p') => self.selected = self.selected.saturating_sub(1),
            Key::Down | Key::Ctrl('n') | Key::Tab => self.selected = (self.selected + 1).min(last),
            Key::PageUp => self.selected = self.selected.saturating_sub(page),
            Key::PageDown => self.selected = (self.selected + page).min(last),
            Key::Char(_)
            | Key::Ctrl(_)
            | Key::Left
            | Key::Right
            | Key::Home
            | Key::End
            | Key::Backspace
            | Key::Delete => {
                if self.input.key(key) {
                    self.find();
                }
            }
        }
        Picked::Open
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.input.paste(text);
        self.find();
    }

    /// An entry matches when it has every word that was typed; those that have them beside each other come first.
    fn find(&mut self) {
        let typed = self.input.text().to_lowercase();
        let words: Vec<&str> = typed.split_whitespace().collect();
        let matches = |(_, (text, _)): &(usize, &(String, T))| {
            let text = text.to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        self.matches = self.entries.iter().enumerate().filter(matches).map(|(at, _)| at).collect();
        let phrase = words.join(" ");
        let apart = |at: &usize| {
            self.entries.get(*at).is_some_and(|(text, _)| !text.to_lowercase().contains(&phrase))
        };
        self.matches.sort_by_key(apart);
        self.selected = 0;
    }

    /// The matches around the selected one that fit into so many rows, and which of them is selected.
    pub(super) fn shown(&self, rows: usize) -> (Vec<&str>, usize) {
        let top = (self.selected + 1).saturating_sub(rows);
        let entries = self.matches.iter().skip(top).take(rows).filter_map(|&at| self.entries.get(at));
        (entries.map(|(text, _)| text.as_str()).collect(), self.selected.saturating_sub(top))
    }

    pub(super) fn count(&self) -> usize {
        self.matches.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_narrows_the_list_and_enter_takes_the_selected_one() {
        let entries =
            ["1 Store notes", "2 Search notes", "3 Print"].map(|text| (text.to_owned(), text.len()));
        let mut pick = Pick::new("Link", entries.to_vec());
        assert_eq!(pick.shown(2), (vec!["1 Store notes", "2 Search notes"], 0));
        for _ in 0..5 {
            pick.key(Key::Down, 2);
        }
        assert_eq!(pick.shown(2), (vec!["2 Search notes", "3 Print"], 1));
        pick.paste("NOTES s");
        assert_eq!(pick.shown(9), (vec!["1 Store notes", "2 Search notes"], 0));
        pick.key(Key::Ctrl('u'), 2);
        pick.paste("search notes");
        pick.key(Key::Down, 2);
        assert_eq!(pick.key(Key::Enter, 2), Picked::Chosen(14));
        pick.key(Key::Char('?'), 2);
        assert_eq!(pick.key(Key::Enter, 2), Picked::Open);
        assert_eq!(pick.key(Key::Esc, 2), Picked::Closed);
    }
}
