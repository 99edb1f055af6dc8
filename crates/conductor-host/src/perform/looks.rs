//! What the agent of a task may read of the tasks around it. It reads only, and never more than fits an answer.

use conductor_engine::ids::TaskRef;
use serde_json::{Value, json};
use taskwerk_client::{Detail, Tasks, TasksError};
use taskwerk_model::{Task, TaskId};

use super::site::Site;
use crate::agents::TaskSheet;
use crate::agents::desk::{Call, Looks, Reply, look};

/// The most characters of a description, of any other text, and of one of those in a list of tasks.
const MOST_DESCRIPTION: usize = 16_000;
const MOST_TEXT: usize = 1000;
const MOST_IN_LIST: usize = 300;

/// The most entries of a list.
const MOST_ENTRIES: usize = 30;

/// The newest notes of a task that are shown.
const MOST_NOTES: usize = 10;

/// What is said where the task store cannot be read. Why is of no use to an agent.
const UNREADABLE: &str = "the tasks cannot be read now; go on with what you were told";

impl Site {
    /// The reply to a call of the desk that only reads; `None` for all others. `sheet` is what the agent was told when
    /// it began.
    pub fn look(&self, task: &TaskRef, sheet: &TaskSheet, call: &Call) -> Option<Reply> {
        let summary = |task: &TaskRef| self.db().last_summary(task).ok().flatten();
        match self.task_id(task) {
            Ok(id) => look(&Around { tasks: &self.tasks(), id, sheet, summary: &summary }, call),
            Err(_) => look(&Gone, call),
        }
    }
}

/// The surroundings of one task.
struct Around<'a> {
    tasks: &'a Tasks,
    id: TaskId,
    sheet: &'a TaskSheet,
    /// What the agent of a task said of it at the end.
    summary: &'a dyn Fn(&TaskRef) -> Option<String>,
}

/// The task was deleted meanwhile.
struct Gone;

impl Looks for Gone {
    fn task(&self) -> Result<Value, String> {
        Err("the task was deleted meanwhile; end your turn now".to_owned())
    }

    fn related(&self, _id: Option<&str>) -> Result<Value, String> {
        self.task()
    }
}

impl Looks for Around<'_> {
    fn task(&self) -> Result<Value, String> {
        let task = self.tasks.get(&self.id).map_err(unreadable)?;
        let mut shown = self.full(&task);
        if let Value::Object(map) = &mut shown {
            // It has this name only in other tasks: here it is the agent's own, of the attempt before.
            map.remove("summary");
            let optional = |text: &Option<String>| text.as_deref().map(|text| cut(text, MOST_TEXT));
            map.insert("feedback".to_owned(), json!(optional(&self.sheet.feedback)));
            map.insert("previous_summary".to_owned(), json!(optional(&self.sheet.previous_summary)));
        }
        Ok(shown)
    }

    fn related(&self, id: Option<&str>) -> Result<Value, String> {
        let related = self.all_related().map_err(unreadable)?;
        let Some(id) = id else {
            let list = |tasks: &[Task]| -> Vec<Value> {
                let shown = tasks.iter().take(MOST_ENTRIES).map(|task| self.short(task, MOST_IN_LIST));
                let more = tasks.len().saturating_sub(MOST_ENTRIES);
                shown.chain((more > 0).then(|| json!({"more": more}))).collect()
            };
            return Ok(json!({
                "parents": list(&related.parents),
                "depends_on": list(&related.depends_on),
                "dependents": list(&related.dependents),
                "siblings": list(&related.siblings),
            }));
        };
        // A task that is not there and one that is none of its business are the same to the agent.
        let named = self.tasks.find(id).ok();
        match named.and_then(|named| related.iter().find(|task| task.id == named.id)) {
            Some(task) => {
                let detail = self.tasks.detail(&task.id).map_err(unreadable)?;
                Ok(self.with_notes(&detail))
            }
            None => Err(format!(
                "{} is not a task related to yours; leave out `id` to see which are",
                cut(id, MOST_TEXT)
            )),
        }
    }
}

/// The tasks related to one.
struct Related {
    /// What contains it, the nearest first.
    parents: Vec<Task>,
    depends_on: Vec<Task>,
    dependents: Vec<Task>,
    /// What has the same parent; top-level tasks have none.
    siblings: Vec<Task>,
}

impl Related {
    fn iter(&self) -> impl Iterator<Item = &Task> {
        [&self.parents, &self.depends_on, &self.dependents, &self.siblings].into_iter().flatten()
    }
}

impl Around<'_> {
    fn all_related(&self) -> Result<Related, TasksError> {
        let Detail { task, blocks, .. } = self.tasks.detail(&self.id)?;
        let get_all = |ids: &mut dyn Iterator<Item = TaskId>| -> Result<Vec<Task>, TasksError> {
            ids.map(|id| self.tasks.get(&id)).collect()
        };
        let siblings = match &task.parent {
            Some(parent) => self.tasks.detail(parent)?.children,
            None => Vec::new(),
        };
        Ok(Related {
            parents: get_all(&mut task.id.ancestors())?,
            depends_on: get_all(&mut task.depends_on.iter().cloned())?,
            dependents: blocks,
            siblings: siblings.into_iter().filter(|sibling| sibling.id != task.id).collect(),
        })
    }

    fn short(&self, task: &Task, most: usize) -> Value {
        let summary = (self.summary)(&TaskRef(task.uid.to_string()));
        json!({
            "id": task.id.to_string(),
            "title": cut(task.title.as_str(), MOST_IN_LIST),
            "status": task.status.to_string(),
            "summary": summary.map(|text| cut(&text, most)),
        })
    }

    fn full(&self, task: &Task) -> Value {
        let mut shown = self.short(task, MOST_TEXT);
        let list = |texts: &[String]| -> Vec<String> {
            texts.iter().take(MOST_ENTRIES).map(|text| cut(text, MOST_TEXT)).collect()
        };
        if let Value::Object(map) = &mut shown {
            let description = task.description.as_deref().unwrap_or_default();
            map.insert("description".to_owned(), json!(cut(description, MOST_DESCRIPTION)));
            map.insert("acceptance".to_owned(), json!(list(&task.acceptance)));
            map.insert("files".to_owned(), json!(list(&task.files)));
        }
        shown
    }

    fn with_notes(&self, detail: &Detail) -> Value {
        let mut shown = self.full(&detail.task);
        let newest = detail.notes.iter().rev().take(MOST_NOTES).rev();
        let notes: Vec<String> = newest.map(|note| cut(&note.text, MOST_TEXT)).collect();
        if let Value::Object(map) = &mut shown {
            map.insert("notes".to_owned(), json!(notes));
        }
        shown
    }
}

fn unreadable(_: TasksError) -> String {
    UNREADABLE.to_owned()
}

/// The beginning of a text, marked where it goes on.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use taskwerk_client::ImportOptions;
    use taskwerk_model::{Command, ImportFile};

    use super::*;

    fn tasks(dir: &std::path::Path, rows: &Value) -> Tasks {
        let (tasks, _) = Tasks::init(dir).unwrap();
        let rows = ImportFile::from_json(rows.to_string().as_bytes()).unwrap().rows;
        tasks.import(rows, &ImportOptions::default()).unwrap();
        tasks
    }

    fn with<T>(tasks: &Tasks, id: &str, then: impl FnOnce(&dyn Looks) -> T) -> T {
        let sheet = TaskSheet { feedback: Some("a test failed".into()), ..TaskSheet::default() };
        let first = tasks.find("TASK-001").map(|task| task.uid.to_string()).unwrap();
        let summary = |task: &TaskRef| (task.0 == first).then(|| "stores notes".repeat(100));
        let id = tasks.find(id).unwrap().id;
        then(&Around { tasks, id, sheet: &sheet, summary: &summary })
    }

    #[test]
    fn an_agent_sees_its_task_and_those_around_it_and_no_others() {
        let dir = tempfile::tempdir().unwrap();
        let tasks = tasks(
            dir.path(),
            &json!([
                {"id": "TASK-001", "title": "Store", "status": "done", "description": "In a file."},
                {"id": "TASK-002", "title": "Use"},
                {"id": "TASK-002.1", "title": "Search", "parent": "TASK-002", "depends_on": ["TASK-001"],
                 "description": "By word.", "acceptance": ["finds"], "files": ["src/search.rs"]},
                {"id": "TASK-002.2", "title": "Print", "parent": "TASK-002", "depends_on": ["TASK-002.1"]},
                {"id": "TASK-003", "title": "Secret"},
            ]),
        );
        let store = tasks.find("TASK-001").unwrap().id;
        tasks.execute(Command::Note { task: store, text: "Keep the order.".into() }).unwrap();
        with(&tasks, "TASK-002.1", |looks| {
            let task = looks.task().unwrap();
            assert_eq!(
                task,
                json!({
                    "id": "TASK-002.1", "title": "Search", "status": "todo", "description": "By word.",
                    "acceptance": ["finds"], "files": ["src/search.rs"], "feedback": "a test failed",
                    "previous_summary": null,
                })
            );
            let related = looks.related(None).unwrap();
            let ids = |list: &str| -> Vec<&str> {
                related[list].as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap()).collect()
            };
            assert_eq!(ids("parents"), ["TASK-002"]);
            assert_eq!(ids("depends_on"), ["TASK-001"]);
            assert_eq!(ids("dependents"), ["TASK-002.2"]);
            assert_eq!(ids("siblings"), ["TASK-002.2"]);
            let summary = related["depends_on"][0]["summary"].as_str().unwrap();
            assert_eq!(summary.chars().count(), MOST_IN_LIST + 1);
            let store = looks.related(Some("TASK-001")).unwrap();
            assert_eq!(store["description"], "In a file.");
            assert_eq!(store["notes"], json!(["Keep the order."]));
            for other in ["TASK-003", "TASK-009", "TASK-002.1", "nonsense"] {
                let why = looks.related(Some(other)).unwrap_err();
                assert_eq!(
                    why,
                    format!("{other} is not a task related to yours; leave out `id` to see which are")
                );
            }
        });
    }

    #[test]
    fn the_largest_tasks_there_can_be_fit_an_answer() {
        let dir = tempfile::tempdir().unwrap();
        let long = "ä".repeat(100_000);
        let mut rows = vec![json!({
            "id": "TASK-001", "title": "All", "description": long, "acceptance": vec![&long[..4000]; 100],
        })];
        for number in 1..100 {
            let id = format!("TASK-001.{number}");
            rows.push(json!({"id": id, "title": "One", "parent": "TASK-001", "description": long}));
        }
        let tasks = tasks(dir.path(), &json!(rows));
        let size = |value: Value| value.to_string().len();
        with(&tasks, "TASK-001.1", |looks| {
            let all = looks.related(None).unwrap();
            assert_eq!(all["siblings"].as_array().unwrap().last(), Some(&json!({"more": 98 - MOST_ENTRIES})));
            assert!(size(all) < 200_000);
            assert!(size(looks.task().unwrap()) < 200_000);
            assert!(size(looks.related(Some("TASK-001")).unwrap()) < 200_000);
        });
    }
}
