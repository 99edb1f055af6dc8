//! Task files of Task Master, in the forms that its versions wrote: a list of tasks; `{"tasks": […]}`; a map of tags with
//! a list under each; both at once, and the list of a tag under `tags`, too. Ids are numbers or texts, and what a subtask
//! waits for is a number among its siblings or `4.2`.

use super::super::tasks::Task;
use super::{ReferenceError, ReferenceKind, malformed};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const KIND: ReferenceKind = ReferenceKind::TaskMaster;
/// The tag that is meant where none is named.
const USUAL_TAG: &str = "master";
/// The name of a list that stands under no tag.
const UNTAGGED: &str = "tasks";
/// Subtasks have none of their own in any version; deeper than this is no file of theirs.
const DEEPEST: usize = 8;

/// Whether the value has the form of such a file.
pub(super) fn fits(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().all(|task| task.get("title").is_some()),
        Value::Object(map) => {
            map.contains_key("tasks")
                || map.values().any(|below| below.get("tasks").is_some())
                || map.contains_key("tags")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

pub(super) fn read(value: &Value, tag: Option<&str>) -> Result<Vec<Task>, ReferenceError> {
    let lists = lists(value)?;
    let list = match tag {
        Some(tag) => *lists
            .get(tag)
            .filter(|list| !list.is_empty())
            .ok_or_else(|| ReferenceError::UnknownTag { tag: tag.to_owned(), tags: filled(&lists) })?,
        None => the_list(&lists)?,
    };
    let mut tasks = Vec::new();
    let mut waits = Vec::new();
    for (number, task) in list.iter().enumerate() {
        add(task, "", number, None, &mut tasks, &mut waits)?;
    }
    resolve(&mut tasks, waits);
    Ok(tasks)
}

/// The lists of a file by their tags.
fn lists(value: &Value) -> Result<BTreeMap<String, &[Value]>, ReferenceError> {
    let mut lists: BTreeMap<String, &[Value]> = BTreeMap::new();
    match value {
        Value::Array(list) => {
            lists.insert(UNTAGGED.to_owned(), list);
        }
        Value::Object(map) => {
            tagged(map, &mut lists)?;
            if let Some(Value::Object(tags)) = map.get("tags") {
                tagged(tags, &mut lists)?;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    Ok(lists)
}

/// Of two lists under one tag the longer counts: an empty one is left behind when a file changes its form.
fn tagged<'v>(
    map: &'v Map<String, Value>,
    lists: &mut BTreeMap<String, &'v [Value]>,
) -> Result<(), ReferenceError> {
    for (name, below) in map {
        let list = if name == UNTAGGED && !below.is_object() {
            below.as_array().ok_or_else(|| malformed(KIND, "`tasks` is no list"))?
        } else {
            // Whatever else stands beside the lists is about the file.
            let Some(tasks) = below.get("tasks") else { continue };
            tasks.as_array().ok_or_else(|| malformed(KIND, format!("`{name}.tasks` is no list")))?
        };
        let known = lists.entry(name.clone()).or_insert(list);
        if known.len() < list.len() {
            *known = list;
        }
    }
    Ok(())
}

/// The list that is meant where no tag is named: the usual tag's, else the only one that holds tasks.
fn the_list<'v>(lists: &BTreeMap<String, &'v [Value]>) -> Result<&'v [Value], ReferenceError> {
    let full = filled(lists);
    let usual = [USUAL_TAG, UNTAGGED].into_iter().find(|name| full.iter().any(|tag| tag == name));
    let name = match (usual, full.as_slice()) {
        (Some(usual), _) => usual,
        (None, [only]) => only,
        (None, []) => return Err(ReferenceError::Empty { kind: KIND }),
        (None, [_, _, ..]) => return Err(ReferenceError::SeveralTags { tags: full }),
    };
    lists.get(name).copied().ok_or(ReferenceError::Empty { kind: KIND })
}

fn filled(lists: &BTreeMap<String, &[Value]>) -> Vec<String> {
    lists.iter().filter(|(_, list)| !list.is_empty()).map(|(name, _)| name.clone()).collect()
}

/// What a task waits for, as it is written.
struct Waits {
    task: usize,
    /// The full id of what it stands under, with a dot behind it; empty at the top.
    within: String,
    on: Vec<String>,
}

fn add(
    value: &Value,
    within: &str,
    number: usize,
    parent: Option<usize>,
    tasks: &mut Vec<Task>,
    waits: &mut Vec<Waits>,
) -> Result<(), ReferenceError> {
    let place = || format!("task {within}{}", number + 1);
    let Value::Object(map) = value else { return Err(malformed(KIND, format!("{} is no object", place()))) };
    let id = match map.get("id") {
        Some(id) => name(id).ok_or_else(|| {
            malformed(KIND, format!("the id of {} is neither a number nor a text", place()))
        })?,
        None => (number + 1).to_string(),
    };
    // Some versions write the id of a subtask with that of its task.
    let id = if id.starts_with(within) { id } else { format!("{within}{id}") };
    let text = |field: &str| map.get(field).and_then(Value::as_str).unwrap_or_default();
    let title = text("title").trim();
    if title.is_empty() {
        return Err(malformed(KIND, format!("{} has no title", place())));
    }
    let on = match map.get("dependencies") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) => list
            .iter()
            .map(|on| name(on).ok_or_else(|| malformed(KIND, format!("{} waits for what is no id", place()))))
            .collect::<Result<_, _>>()?,
        Some(_) => return Err(malformed(KIND, format!("`dependencies` of {} is no list", place()))),
    };
    let task = tasks.len();
    waits.push(Waits { task, within: within.to_owned(), on });
    tasks.push(Task {
        title: title.to_owned(),
        text: text("description").to_owned(),
        details: text("details").to_owned(),
        parent,
        after: Vec::new(),
        id: id.clone(),
    });
    match map.get("subtasks") {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Array(list)) => {
            let within = format!("{id}.");
            if within.matches('.').count() > DEEPEST {
                return Err(malformed(KIND, format!("{} is nested too deeply", place())));
            }
            list.iter()
                .enumerate()
                .try_for_each(|(number, below)| add(below, &within, number, Some(task), tasks, waits))
        }
        Some(_) => Err(malformed(KIND, format!("`subtasks` of {} is no list", place()))),
    }
}

/// A number or a text as a name.
fn name(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A name means a sibling first, then a task of that full id. What means nothing is left out: files keep the ids of
/// tasks that were deleted.
fn resolve(tasks: &mut [Task], waits: Vec<Waits>) {
    let known: BTreeMap<String, usize> =
        tasks.iter().enumerate().rev().map(|(at, task)| (task.id.clone(), at)).collect();
    for Waits { task, within, on } in waits {
        let find = |on: &String| known.get(&format!("{within}{on}")).or_else(|| known.get(on)).copied();
        tasks[task].after = on.iter().filter_map(find).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Id, and the ids that it waits for.
    fn read_ids(value: &Value, tag: Option<&str>) -> Result<Vec<(String, Vec<String>)>, ReferenceError> {
        let tasks = read(value, tag)?;
        let ids = |task: &Task| task.after.iter().map(|&on| tasks[on].id.clone()).collect();
        Ok(tasks.iter().map(|task| (task.id.clone(), ids(task))).collect())
    }

    fn task(id: Value, on: Value) -> Value {
        json!({ "id": id, "title": "T", "dependencies": on, "status": "any word" })
    }

    #[test]
    fn every_form_of_a_file_is_read() {
        let list = json!([task(json!(1), json!([])), task(json!("2"), json!(["1"]))]);
        let wanted = vec![("1".to_owned(), vec![]), ("2".to_owned(), vec!["1".to_owned()])];
        for form in [
            list.clone(),
            json!({ "tasks": list, "metadata": {} }),
            json!({ "master": { "tasks": list } }),
            json!({ "development": { "tasks": list }, "tags": { "master": { "tasks": [] } }, "version": "1" }),
            json!({ "tags": { "master": { "tasks": list } } }),
            json!({ "tasks": [], "master": { "tasks": list } }),
            json!({ "tasks": list, "master": { "tasks": [] } }),
            json!({ "other": { "tasks": [task(json!(7), json!([]))] }, "master": { "tasks": list } }),
        ] {
            assert_eq!(read_ids(&form, None).unwrap(), wanted, "{form}");
        }
    }

    #[test]
    fn a_tag_chooses_among_several_lists() {
        let file = json!({ "a": { "tasks": [task(json!(1), json!([]))] }, "b": { "tasks": [task(json!(2), json!([]))] } });
        assert_eq!(
            read_ids(&file, None).unwrap_err(),
            ReferenceError::SeveralTags { tags: vec!["a".into(), "b".into()] }
        );
        assert_eq!(read_ids(&file, Some("b")).unwrap()[0].0, "2");
        let unknown = read_ids(&file, Some("c")).unwrap_err();
        assert_eq!(
            unknown,
            ReferenceError::UnknownTag { tag: "c".into(), tags: vec!["a".into(), "b".into()] }
        );
    }

    #[test]
    fn subtasks_wait_for_siblings_and_for_what_is_named_in_full() {
        let file = json!([
            { "id": 1, "title": "A", "subtasks": [task(json!(1), json!([])), task(json!(2), json!([1, "9"]))] },
            { "id": 2, "title": "B", "subtasks": [task(json!("2.1"), json!(["1.2"])), task(json!(3), json!(["2.1"]))] },
        ]);
        let ids = read_ids(&file, None).unwrap();
        let of = |id: &str| ids.iter().find(|(own, _)| own == id).unwrap().1.clone();
        assert_eq!(of("1.2"), ["1.1"]);
        assert_eq!(of("2.1"), ["1.2"]);
        assert_eq!(of("2.3"), ["2.1"]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (file, told) in [
            (json!([{ "title": " " }]), "task 1 has no title"),
            (json!({ "tasks": 3 }), "`tasks` is no list"),
            (json!({ "tasks": [7] }), "task 1 is no object"),
            (json!({ "master": { "tasks": {} } }), "`master.tasks` is no list"),
            (json!([{ "title": "A", "id": {} }]), "the id of task 1 is neither a number nor a text"),
            (json!([{ "title": "A", "dependencies": [[]] }]), "task 1 waits for what is no id"),
            (json!([{ "title": "A", "subtasks": [{}] }]), "task 1.1 has no title"),
            (json!([{ "title": "A", "subtasks": "none" }]), "`subtasks` of task 1 is no list"),
        ] {
            let error = read(&file, None).unwrap_err().to_string();
            assert!(error.contains(told), "{error} in place of {told}");
        }
        assert_eq!(read(&json!({ "tasks": [] }), None), Err(ReferenceError::Empty { kind: KIND }));
    }
}
