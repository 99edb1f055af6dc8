//! The fields of an item that are edited in place.

use conductor_plan::edit::{Change, Edit};
use conductor_plan::{Category, Estimate, Item, ItemKey, Priority};
use taskwerk_client::model::Minutes;

use super::input::Input;
use super::key::Key;

/// A form for one item.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub(super) item: ItemKey,
    pub(super) title: Input,
    /// A group has none.
    pub(super) estimate: Option<Input>,
    pub(super) priority: Priority,
    pub(super) category: Category,
    pub(super) field: Field,
    pub(super) problem: Option<String>,
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Title,
    Estimate,
    Priority,
    Category,
}

/// What a key came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Filled {
    Open,
    Closed,
    /// These are the changes; perhaps none.
    Done(Vec<Edit>),
}

impl Field {
    pub(super) const ALL: [Self; 4] = [Self::Title, Self::Estimate, Self::Priority, Self::Category];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Estimate => "estimate",
            Self::Priority => "priority",
            Self::Category => "category",
        }
    }
}

impl Form {
    pub(super) fn of(item: &Item, container: bool) -> Self {
        let minutes = item.estimate.map(|estimate| Minutes::new(estimate.likely).to_string());
        Self {
            item: item.key.clone(),
            title: Input::new(&item.title),
            estimate: (!container).then(|| Input::new(&minutes.unwrap_or_default())),
            priority: item.priority,
            category: item.category,
            field: Field::Title,
            problem: None,
        }
    }

    pub(super) fn key(&mut self, key: Key, item: &Item) -> Filled {
        self.problem = None;
        match key {
            Key::Esc | Key::Ctrl('c') => return Filled::Closed,
            Key::Enter => match self.edits(item) {
                Ok(edits) => return Filled::Done(edits),
                Err(problem) => self.problem = Some(problem),
            },
            Key::Down | Key::Tab => self.turn(1),
            Key::Up => self.turn(Field::ALL.len() - 1),
            Key::Char(_)
            | Key::Ctrl(_)
            | Key::Left
            | Key::Right
            | Key::Home
            | Key::End
            | Key::PageUp
            | Key::PageDown
            | Key::Backspace
            | Key::Delete => self.fill(key),
        }
        Filled::Open
    }

    pub(super) fn paste(&mut self, text: &str) {
        match self.field {
            Field::Title => self.title.paste(text),
            Field::Estimate => self.estimate.iter_mut().for_each(|input| input.paste(text)),
            Field::Priority | Field::Category => {}
        }
    }

    fn turn(&mut self, by: usize) {
        let at = Field::ALL.iter().position(|field| *field == self.field).unwrap_or(0);
        self.field = Field::ALL[(at + by) % Field::ALL.len()];
        if self.field == Field::Estimate && self.estimate.is_none() {
            self.turn(by);
        }
    }

    fn fill(&mut self, key: Key) {
        let forward = key == Key::Right || key == Key::Char(' ');
        let step = |count: usize| if key == Key::Left { count - 1 } else { usize::from(forward) };
        match self.field {
            Field::Title => {
                self.title.key(key);
            }
            Field::Estimate => {
                if let Some(input) = &mut self.estimate {
                    input.key(key);
                }
            }
            Field::Priority => {
                self.priority = chosen(&Priority::ALL, self.priority, key, Priority::as_str, step)
            }
            Field::Category => {
                self.category = chosen(&Category::ALL, self.category, key, Category::as_str, step)
            }
        }
    }

    fn edits(&self, item: &Item) -> Result<Vec<Edit>, String> {
        let mut changes = Vec::new();
        if self.title.text().trim().is_empty() {
            return Err("an item needs a title".to_owned());
        }
        if self.title.text() != item.title {
            changes.push(Change::Title(self.title.text().to_owned()));
        }
        if let Some(input) = &self.estimate {
            let text = input.text().trim();
            let estimate = match text {
                "" => None,
                _ => Some(
                    text.parse::<Minutes>()
                        .map_err(|_| format!("`{text}` is no time; write 2h, 90m or 1h30m"))?,
                ),
            };
            if estimate.map(Minutes::get) != item.estimate.map(|estimate| estimate.likely) {
                changes.push(Change::Estimate(estimate.map(|minutes| Estimate::around(minutes.get()))));
            }
        }
        if self.priority != item.priority {
            changes.push(Change::Priority(self.priority));
        }
        if self.category != item.category {
            changes.push(Change::Category(self.category));
        }
        Ok(changes.into_iter().map(|change| Edit::Set { item: item.key.clone(), change }).collect())
    }
}

/// The next of several values, or the one that begins with the letter.
fn chosen<T: Copy + PartialEq>(
    all: &[T],
    now: T,
    key: Key,
    name: fn(T) -> &'static str,
    step: impl Fn(usize) -> usize,
) -> T {
    let at = all.iter().position(|value| *value == now).unwrap_or(0);
    if let Key::Char(c) = key
        && c != ' '
    {
        let begins = |value: &&T| name(**value).starts_with(c.to_ascii_lowercase());
        // Again the same letter: the next that begins with it.
        let turned = all.iter().skip(at + 1).chain(all.iter().take(at + 1));
        return turned.clone().find(begins).copied().unwrap_or(now);
    }
    all.get((at + step(all.len())) % all.len()).copied().unwrap_or(now)
}
