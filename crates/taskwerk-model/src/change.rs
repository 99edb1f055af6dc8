//! What changed in a task: one typed value per field, with the value before and the value after.

use crate::id::TaskId;
use crate::status::{Priority, Status};
use crate::task::{Progress, Task};
use crate::text::{Assignee, Category, Kind, Tag, Title};
use crate::time::{Due, Minutes, Moment};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;

/// A value before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delta<T> {
    /// Before.
    pub old: T,
    /// After.
    pub new: T,
}

macro_rules! changeable_fields {
    ($($(#[$doc:meta])* $variant:ident $member:ident $name:literal: $type:ty,)*) => {
        /// A field that a command can change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Field {
            $($(#[$doc])* $variant,)*
        }

        impl Field {
            /// Its name in the task object.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        /// The change of one field. Kept in events for as long as the store lives.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "field")]
        pub enum Change {
            $($(#[$doc])* #[serde(rename = $name)] $variant(Delta<$type>),)*
        }

        impl Change {
            /// Which field changed.
            #[must_use]
            pub const fn field(&self) -> Field {
                match self {
                    $(Self::$variant(_) => Field::$variant,)*
                }
            }

            /// The value before and the value after, as they stand in the task object.
            ///
            /// # Errors
            /// None that happens: every field has a JSON form.
            pub fn values(&self) -> Result<(Value, Value), serde_json::Error> {
                match self {
                    $(Self::$variant(delta) => {
                        Ok((serde_json::to_value(&delta.old)?, serde_json::to_value(&delta.new)?))
                    })*
                }
            }

            /// Puts the new value into the task.
            fn apply(&self, task: &mut Task) {
                match self {
                    $(Self::$variant(delta) => task.$member.clone_from(&delta.new),)*
                }
            }

            /// Brings a task to what it is after an event with these changes.
            pub fn apply_all(changes: &[Self], at: Moment, task: &mut Task) {
                for change in changes {
                    change.apply(task);
                }
                task.version += 1;
                task.updated_at = at;
            }

            /// What must change in `before` to make it `after`; empty when nothing does. Identity, version
            /// and the times of creation and of the last change are not compared.
            #[must_use]
            pub fn between(before: &Task, after: &Task) -> Vec<Self> {
                let mut changes = Vec::new();
                $(if before.$member != after.$member {
                    let delta = Delta { old: before.$member.clone(), new: after.$member.clone() };
                    changes.push(Self::$variant(delta));
                })*
                changes
            }
        }
    };
}

changeable_fields! {
    /// The title.
    Title title "title": Title,
    /// The description.
    Description description "description": Option<String>,
    /// The status.
    Status status "status": Status,
    /// Why it is blocked.
    BlockReason block_reason "block_reason": Option<String>,
    /// The priority.
    Priority priority "priority": Priority,
    /// The category.
    Category category "category": Option<Category>,
    /// The sort of work.
    Kind kind "type": Option<Kind>,
    /// The tags.
    Tags tags "tags": Vec<Tag>,
    /// Who is to do it.
    Assignee assignee "assignee": Option<Assignee>,
    /// What must be done before it.
    DependsOn depends_on "depends_on": Vec<TaskId>,
    /// The estimate.
    EstimateMinutes estimate_minutes "estimate_minutes": Option<Minutes>,
    /// The time it took.
    ActualMinutes actual_minutes "actual_minutes": Option<Minutes>,
    /// The progress.
    Progress progress "progress": Progress,
    /// The due date.
    Due due "due": Option<Due>,
    /// The acceptance criteria.
    Acceptance acceptance "acceptance": Vec<String>,
    /// The files.
    Files files "files": Vec<String>,
    /// The links.
    Links links "links": Vec<String>,
    /// The metadata.
    Metadata metadata "metadata": Map<String, Value>,
    /// Whether it closes with what is under it.
    Rollup rollup "rollup": bool,
    /// When work began.
    StartedAt started_at "started_at": Option<Moment>,
    /// When it was done.
    CompletedAt completed_at "completed_at": Option<Moment>,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Uid;

    #[test]
    fn changes_carry_a_task_from_before_to_after_and_survive_json() {
        let at = Moment::from_micros(1_000_000);
        let uid = Uid::new(uuid::Uuid::nil());
        let before = Task::new("1".parse().unwrap(), uid, Title::parse("a").unwrap(), at);
        let mut after = before.clone();
        after.title = Title::parse("b").unwrap();
        after.started_at = Some(at);
        after.tags = vec![Tag::parse("x").unwrap()];
        after.metadata.insert("k".to_owned(), Value::Null);
        let changes = Change::between(&before, &after);
        insta::assert_snapshot!(serde_json::to_string_pretty(&changes[..3]).unwrap(), @r#"
        [
          {
            "field": "title",
            "old": "a",
            "new": "b"
          },
          {
            "field": "tags",
            "old": [],
            "new": [
              "x"
            ]
          },
          {
            "field": "metadata",
            "old": {},
            "new": {
              "k": null
            }
          }
        ]
        "#);
        let back: Vec<Change> = serde_json::from_str(&serde_json::to_string(&changes).unwrap()).unwrap();
        let mut carried = before.clone();
        for change in &back {
            change.apply(&mut carried);
        }
        assert_eq!(carried, after);
        assert_eq!(Change::between(&after, &carried), []);
    }
}
