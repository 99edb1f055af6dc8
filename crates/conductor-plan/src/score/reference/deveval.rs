//! Configurations of DevEval projects (github.com/open-compass/DevEval): `code_file_DAG` says which files are written and
//! which others each of them needs. The tasks are the files; what else the configuration says of a file describes it.

use super::super::tasks::Task;
use super::{ReferenceError, ReferenceKind, malformed};
use serde_json::Value;
use std::collections::BTreeMap;

const KIND: ReferenceKind = ReferenceKind::DevEval;
/// Maps from files to texts about them.
const TOLD: [&str; 2] = ["coarse_unit_test_prompt", "fine_unit_test_prompt"];

pub(super) fn read(value: &Value) -> Result<Vec<Task>, ReferenceError> {
    let needs = files(value, "code_file_DAG")?;
    // What tests a file tells what is in it.
    let tested = if value.get("unit_test_linking").is_some() {
        files(value, "unit_test_linking")?
    } else {
        Vec::new()
    };
    let mut position: BTreeMap<&str, usize> = BTreeMap::new();
    let mut names = Vec::new();
    for name in needs.iter().flat_map(|(file, on)| std::iter::once(file).chain(on)) {
        position.entry(name).or_insert_with(|| {
            names.push(*name);
            names.len() - 1
        });
    }
    let mut tasks: Vec<Task> = names
        .iter()
        .map(|name| Task {
            id: (*name).to_owned(),
            title: title(name),
            text: told(value, name, &tested),
            ..Task::default()
        })
        .collect();
    for (file, on) in &needs {
        if let Some(&file) = position.get(file) {
            tasks[file].after.extend(on.iter().filter_map(|on| position.get(on)));
        }
    }
    Ok(tasks)
}

/// A map from files to files.
fn files<'v>(value: &'v Value, field: &str) -> Result<Vec<(&'v str, Vec<&'v str>)>, ReferenceError> {
    let Some(Value::Object(map)) = value.get(field) else {
        return Err(malformed(KIND, format!("`{field}` is no map from files to files")));
    };
    map.iter()
        .map(|(file, on)| {
            let on = on.as_array().and_then(|on| on.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
            let on =
                on.ok_or_else(|| malformed(KIND, format!("`{field}` of `{file}` is no list of files")))?;
            Ok((file.as_str(), on))
        })
        .collect()
}

/// `src/main/HeapTest.java` is `HeapTest`; a file that is called the same in every project is told by its ending too.
fn title(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    match name.split_once('.') {
        Some((stem, rest)) if !stem.is_empty() && !matches!(stem, "build" | "main" | "index") => {
            let test = if rest.contains("test") { " test" } else { "" };
            format!("{stem}{test}")
        }
        Some(_) | None => name.to_owned(),
    }
}

/// What the configuration says of a file: of itself, and of the tests that are linked to it.
fn told(value: &Value, name: &str, tested: &[(&str, Vec<&str>)]) -> String {
    let about = |file: &str| {
        let of = |field: &&str| value.get(*field)?.get(file)?.as_str();
        TOLD.iter().find_map(of).unwrap_or_default().to_owned()
    };
    let tests = tested.iter().filter(|(_, files)| files.contains(&name)).map(|(test, _)| about(test));
    let mut text: Vec<String> = std::iter::once(about(name)).chain(tests).collect();
    text.push(name.to_owned());
    text.retain(|part| !part.is_empty());
    text.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn files_are_tasks_and_wait_for_what_they_need() {
        let file = json!({
            "code_file_DAG": { "src/Ferry.java": ["src/Boat.java"], "build.gradle": [] },
            "unit_test_linking": { "test/BoatTest.java": ["src/Boat.java"] },
            "coarse_unit_test_prompt": { "test/BoatTest.java": "It floats." },
        });
        let tasks = read(&file).unwrap();
        let of = |title: &str| tasks.iter().position(|task| task.title == title).unwrap();
        assert_eq!(tasks[of("Ferry")].after, [of("Boat")]);
        assert!(tasks[of("Boat")].text.contains("It floats"));
        assert!(tasks[of("build.gradle")].after.is_empty());
    }

    #[test]
    fn what_is_wrong_is_told() {
        for file in [
            json!({ "code_file_DAG": [] }),
            json!({ "code_file_DAG": { "a": "b" } }),
            json!({ "code_file_DAG": { "a": [1] } }),
        ] {
            assert!(matches!(read(&file), Err(ReferenceError::Malformed { .. })), "{file}");
        }
    }
}
