//! The fields of a task that a document speaks of, in one form for rows of an import and for tasks, so that three sides
//! can be compared.

use super::merge::three_way;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use taskwerk_model::{ImportRow, Task, TaskId};

/// A field that a plan fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskField {
    /// What is to be done.
    Title,
    /// The description, with what holds for all the work.
    Description,
    /// How one sees that it is done.
    Acceptance,
    /// How long it takes.
    Estimate,
    /// How much it matters.
    Priority,
    /// The area it belongs to.
    Category,
    /// Words to find it by.
    Tags,
    /// Files that the document names.
    Files,
    /// What it waits for.
    DependsOn,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldValue {
    /// A text, or nothing.
    Text(Option<String>),
    /// Minutes, or nothing.
    Minutes(Option<u32>),
    /// Several entries.
    List(Vec<String>),
}

/// What comes of three sides of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The task is as it should be, or only the person changed it.
    Stays,
    /// Only the document changed it: this is what it becomes.
    Takes(FieldValue),
    /// Both changed it, in different ways.
    Conflict,
}

impl TaskField {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Title,
        Self::Description,
        Self::Acceptance,
        Self::Estimate,
        Self::Priority,
        Self::Category,
        Self::Tags,
        Self::Files,
        Self::DependsOn,
    ];

    /// The word for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Description => "description",
            Self::Acceptance => "acceptance",
            Self::Estimate => "estimate",
            Self::Priority => "priority",
            Self::Category => "category",
            Self::Tags => "tags",
            Self::Files => "files",
            Self::DependsOn => "dependencies",
        }
    }

    /// Whether it says something to somebody who has begun: what a task waits for does not, nor where it is filed.
    pub(super) fn concerns_work(self) -> bool {
        match self {
            Self::Title
            | Self::Description
            | Self::Acceptance
            | Self::Estimate
            | Self::Priority
            | Self::Files => true,
            Self::Category | Self::Tags | Self::DependsOn => false,
        }
    }

    pub(super) fn of_row(self, row: &ImportRow) -> FieldValue {
        let text = |text: &Option<String>| FieldValue::Text(text.clone().filter(|text| !text.is_empty()));
        let list = |list: &Option<Vec<String>>| FieldValue::List(list.clone().unwrap_or_default());
        match self {
            Self::Title => FieldValue::Text(Some(row.title.trim().to_owned())),
            Self::Description => text(&row.description),
            Self::Acceptance => list(&row.acceptance),
            Self::Estimate => FieldValue::Minutes(row.estimate_minutes),
            Self::Priority => text(&row.priority),
            Self::Category => text(&row.category),
            Self::Tags => list(&row.tags),
            Self::Files => list(&row.files),
            Self::DependsOn => list(&row.depends_on),
        }
    }

    /// What the task has. What it waits for is named by keys where the tasks have them, as in a row.
    pub(super) fn of_task(self, task: &Task, keys: &BTreeMap<TaskId, String>) -> FieldValue {
        let name = |id: &TaskId| keys.get(id).cloned().unwrap_or_else(|| id.to_string());
        match self {
            Self::Title => FieldValue::Text(Some(task.title.as_str().to_owned())),
            Self::Description => FieldValue::Text(task.description.clone()),
            Self::Acceptance => FieldValue::List(task.acceptance.clone()),
            Self::Estimate => FieldValue::Minutes(task.estimate_minutes.map(|minutes| minutes.get())),
            Self::Priority => FieldValue::Text(Some(task.priority.as_str().to_owned())),
            Self::Category => {
                FieldValue::Text(task.category.as_ref().map(|category| category.as_str().to_owned()))
            }
            Self::Tags => FieldValue::List(task.tags.iter().map(|tag| tag.as_str().to_owned()).collect()),
            Self::Files => FieldValue::List(task.files.clone()),
            Self::DependsOn => FieldValue::List(task.depends_on.iter().map(name).collect()),
        }
    }

    /// Puts a value into a row.
    pub(super) fn put(self, value: FieldValue, row: &mut ImportRow) {
        match (self, value) {
            (Self::Title, FieldValue::Text(text)) => row.title = text.unwrap_or_default(),
            (Self::Description, FieldValue::Text(text)) => row.description = Some(text.unwrap_or_default()),
            (Self::Priority, FieldValue::Text(text)) => row.priority = text,
            (Self::Category, FieldValue::Text(text)) => row.category = text,
            (Self::Estimate, FieldValue::Minutes(minutes)) => row.estimate_minutes = minutes,
            (Self::Acceptance, FieldValue::List(list)) => row.acceptance = Some(list),
            (Self::Tags, FieldValue::List(list)) => row.tags = Some(list),
            (Self::Files, FieldValue::List(list)) => row.files = Some(list),
            (Self::DependsOn, FieldValue::List(list)) => row.depends_on = Some(list),
            // A value is only ever put into the field that it was read from.
            (_, FieldValue::Text(_) | FieldValue::Minutes(_) | FieldValue::List(_)) => {}
        }
    }

    /// Whether the order of the entries says something.
    fn is_ordered(self) -> bool {
        match self {
            Self::Acceptance | Self::Files => true,
            Self::Title
            | Self::Description
            | Self::Estimate
            | Self::Priority
            | Self::Category
            | Self::Tags
            | Self::DependsOn => false,
        }
    }

    /// Decides a field from the document as it was, the task as it is, and the document as it is now.
    pub(super) fn decide(self, base: &FieldValue, mine: &FieldValue, theirs: &FieldValue) -> Outcome {
        if self.same(base, theirs) || self.same(mine, theirs) {
            return Outcome::Stays;
        }
        if self.same(base, mine) {
            return Outcome::Takes(theirs.clone());
        }
        match (self, base, mine, theirs) {
            (
                Self::Tags | Self::DependsOn | Self::Files,
                FieldValue::List(base),
                FieldValue::List(mine),
                FieldValue::List(theirs),
            ) => {
                let merged = FieldValue::List(three_way(base, mine, theirs));
                if self.same(&merged, &FieldValue::List(mine.clone())) {
                    Outcome::Stays
                } else {
                    Outcome::Takes(merged)
                }
            }
            // A criterion that somebody rewrote and the document took out or rewrote too is a conflict; one that
            // somebody added is not.
            (Self::Acceptance, FieldValue::List(base), FieldValue::List(mine), FieldValue::List(theirs))
                if base.iter().filter(|line| !theirs.contains(line)).all(|line| mine.contains(line)) =>
            {
                Outcome::Takes(FieldValue::List(replaced(base, mine, theirs)))
            }
            (_, FieldValue::Text(_) | FieldValue::Minutes(_) | FieldValue::List(_), _, _) => {
                Outcome::Conflict
            }
        }
    }

    pub(super) fn same(self, a: &FieldValue, b: &FieldValue) -> bool {
        match (a, b) {
            (FieldValue::List(a), FieldValue::List(b)) if !self.is_ordered() => {
                a.iter().all(|one| b.contains(one)) && b.iter().all(|one| a.contains(one))
            }
            (a, b) => a == b,
        }
    }
}

/// The document's lines in its order, and those that only the person has where they stood: at the end.
fn replaced(base: &[String], mine: &[String], theirs: &[String]) -> Vec<String> {
    let mut lines: Vec<String> =
        theirs.iter().filter(|line| mine.contains(line) || !base.contains(line)).cloned().collect();
    lines.extend(mine.iter().filter(|line| !base.contains(line) && !theirs.contains(line)).cloned());
    lines
}

impl FieldValue {
    /// The value on one line.
    pub fn line(&self) -> String {
        match self {
            Self::Text(text) => {
                text.as_deref().unwrap_or("nothing").split_whitespace().collect::<Vec<_>>().join(" ")
            }
            Self::Minutes(minutes) => minutes.map_or_else(
                || "nothing".to_owned(),
                |minutes| taskwerk_model::Minutes::new(minutes).to_string(),
            ),
            Self::List(list) if list.is_empty() => "nothing".to_owned(),
            Self::List(list) => list.join("; "),
        }
    }
}

impl fmt::Display for TaskField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &str) -> FieldValue {
        FieldValue::List(entries.split_whitespace().map(str::to_owned).collect())
    }

    fn text(text: &str) -> FieldValue {
        FieldValue::Text(Some(text.to_owned()))
    }

    #[test]
    fn what_only_one_side_changed_is_taken() {
        use TaskField::{Acceptance, DependsOn, Estimate, Title};
        let minutes = |minutes| FieldValue::Minutes(Some(minutes));
        for (field, base, mine, theirs, expected) in [
            (Title, text("a"), text("a"), text("b"), Outcome::Takes(text("b"))),
            (Title, text("a"), text("b"), text("a"), Outcome::Stays),
            (Title, text("a"), text("b"), text("b"), Outcome::Stays),
            (Title, text("a"), text("b"), text("c"), Outcome::Conflict),
            (Estimate, minutes(60), minutes(90), minutes(120), Outcome::Conflict),
            (DependsOn, list("a b"), list("b a"), list("a"), Outcome::Takes(list("a"))),
            (DependsOn, list("a b"), list("a b mine"), list("a c"), Outcome::Takes(list("a mine c"))),
            (DependsOn, list("a b"), list("b"), list("b c"), Outcome::Takes(list("b c"))),
            (DependsOn, list("a b"), list("b mine"), list("b"), Outcome::Stays),
            (Acceptance, list("a b"), list("a b mine"), list("a c"), Outcome::Takes(list("a c mine"))),
            (Acceptance, list("a b"), list("a x"), list("a c"), Outcome::Conflict),
            (Acceptance, list("a b"), list("a"), list("a b c"), Outcome::Takes(list("a c"))),
        ] {
            assert_eq!(field.decide(&base, &mine, &theirs), expected, "{field} {base:?} {mine:?} {theirs:?}");
        }
    }
}
