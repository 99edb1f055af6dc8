//! Layers, strictness and origins, against a schema like the real ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Config, ConfigError, Default, Field, Kind, Origin, Schema, Sources};
use crate::env::Env;
use crate::error::CliError;

const SCHEMA: Schema = Schema {
    own: &[
        Field::new(
            "tasks",
            Kind::Object(&[
                Field::new("id_prefix", Kind::Text, "prefix").or(Default::Text("TASK")),
                Field::new("default_priority", Kind::OneOf(&["low", "medium", "high"]), "priority")
                    .or(Default::Text("medium")),
                Field::new("tags", Kind::List(&Kind::Text), "tags"),
                Field::new("ttl", Kind::Duration, "ttl"),
                Field::new("limit", Kind::Integer, "limit"),
            ]),
            "tasks",
        ),
        Field::new("webhooks", Kind::Map(&Kind::Text), "webhooks"),
    ],
    foreign: &["orchestration"],
};

struct Project {
    folder: TempDir,
    env: Vec<(String, String)>,
}

impl Project {
    fn new(user: &str, project: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("home/.config/taskwerk")).unwrap();
        fs::write(folder.path().join("home/.config/taskwerk/config.yml"), user).unwrap();
        fs::write(folder.path().join("config.yml"), project).unwrap();
        let home = folder.path().join("home").display().to_string();
        Self { folder, env: vec![("HOME".to_owned(), home)] }
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    fn load_with(&self, flags: &[(&'static str, &'static str, Value)]) -> Result<Config, ConfigError> {
        let env = Env::from_iter(self.env.clone());
        let file = self.folder.path().join("config.yml");
        Config::load(&SCHEMA, &Sources { env: &env, prefix: "TASKWERK", project: Some(&file), flags })
    }

    fn load(&self) -> Config {
        self.load_with(&[]).unwrap()
    }

    /// The error as people read it, with the temporary folder's name taken out.
    fn error(&self) -> String {
        let error = CliError::from(self.load_with(&[]).unwrap_err());
        let text = format!("{}\n{}\n{:?}", error.message, error.hint.unwrap_or_default(), error.suggestions);
        text.replace(&self.folder.path().display().to_string(), "DIR")
    }
}

#[test]
fn each_layer_wins_over_the_one_before() {
    let user = "tasks: { id_prefix: U, default_priority: low, tags: [u1, u2] }";
    let project = "tasks:\n  default_priority: high\n  tags: [p]\n";
    let config = Project::new(user, project).env("TASKWERK_TASKS_LIMIT", "5").load_with(&[(
        "--ttl",
        "tasks.ttl",
        json!("5m"),
    )]);
    let config = config.unwrap();
    assert_eq!(
        config.get("tasks").unwrap(),
        json!({"id_prefix": "U", "default_priority": "high", "tags": ["p"], "limit": 5, "ttl": "5m"})
    );
    assert_eq!(config.origin("tasks.limit").unwrap().to_string(), "TASKWERK_TASKS_LIMIT");
    assert_eq!(config.origin("tasks.ttl").unwrap().to_string(), "--ttl");
    assert!(config.origin("tasks.default_priority").unwrap().to_string().ends_with("config.yml:2"));
    assert!(matches!(config.origin("tasks.id_prefix"), Some(Origin::User { line: 1, .. })));
    assert_eq!(Project::new("", "").load().origin("tasks.id_prefix"), Some(&Origin::Default));
}

#[test]
fn missing_files_are_empty_layers() {
    let sources =
        Sources { env: &Env::default(), prefix: "T", project: Some(Path::new("/nowhere/x.yml")), flags: &[] };
    let config = Config::load(&SCHEMA, &sources).unwrap();
    assert_eq!(config.get("tasks.id_prefix"), Some(json!("TASK")));
}

#[test]
fn a_null_section_changes_nothing_and_a_null_value_unsets() {
    let config = Project::new("", "tasks:\nwebhooks: {}\n").load();
    assert_eq!(config.get("tasks.id_prefix"), Some(json!("TASK")));
    let config = Project::new("", "tasks: { id_prefix: null }").load();
    assert_eq!(config.get("tasks.id_prefix"), Some(Value::Null));
}

#[test]
fn the_other_programs_sections_are_ignored() {
    let config = Project::new("", "orchestration: { whatever: [1, { a: b }] }\ntasks: { limit: 1 }").load();
    assert_eq!(config.get("orchestration"), None);
    assert_eq!(config.get("tasks.limit"), Some(json!(1)));
}

#[test]
fn wrong_files_are_refused_where_they_are_wrong() {
    let cases = [
        ("webhook:\n  a: b\n", "an unknown section"),
        ("tasks:\n  id_prefix: X\n  default_prio: high\n", "an unknown key"),
        ("tasks:\n  default_priority: hihg\n", "not one of the words"),
        ("tasks:\n  limit: -1\n", "a negative number"),
        ("tasks:\n  ttl: 5\n", "no unit"),
        ("tasks:\n  tags: x\n", "no list"),
        ("tasks: [1]\n", "no object"),
        ("- 1\n", "no sections"),
        ("tasks:\n  a: [1\nb: 2\n", "no YAML"),
        ("tasks: {limit: 1}\ntasks: {limit: 2}\n", "a key twice"),
    ];
    let report: Vec<String> =
        cases.iter().map(|(text, what)| format!("-- {what}\n{}", Project::new("", text).error())).collect();
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn a_wrong_variable_is_named() {
    let project = Project::new("", "").env("TASKWERK_TASKS_DEFAULT_PRIORITY", "urgent");
    insta::assert_snapshot!(project.error(), @r#"
    TASKWERK_TASKS_DEFAULT_PRIORITY: `tasks.default_priority` must be one of low, medium, high, not `urgent`

    []
    "#);
}

#[test]
fn entries_show_origins_and_hide_secrets() {
    let config = Project::new("", "webhooks:\n  task_created: http://u:pw@h/x\n").load();
    let entries: Vec<String> =
        config.entries().iter().map(|entry| format!("{} = {}", entry.key, entry.value)).collect();
    assert_eq!(
        entries,
        [
            r#"tasks.default_priority = "medium""#,
            r#"tasks.id_prefix = "TASK""#,
            r#"webhooks.task_created = "http://u:********@h/x""#
        ]
    );
}

#[test]
fn a_section_becomes_the_programs_own_type() {
    #[derive(serde::Deserialize, Debug, PartialEq)]
    struct Tasks {
        id_prefix: String,
        limit: Option<u64>,
    }
    let tasks: Tasks = Project::new("", "tasks: { limit: 7 }").load().section("tasks").unwrap();
    assert_eq!(tasks, Tasks { id_prefix: "TASK".to_owned(), limit: Some(7) });
    let hooks: BTreeMap<String, String> = Project::new("", "").load().section("webhooks").unwrap();
    assert!(hooks.is_empty());
}

/// What each layer sets for the two keys of a section, if anything.
type Layer = [Option<u32>; 2];

fn yaml(layer: Layer) -> String {
    let line = |name: &str, value: Option<u32>| {
        value.map(|value| format!("  {name}: {value}\n")).unwrap_or_default()
    };
    format!("numbers:\n{}{}", line("a", layer[0]), line("b", layer[1]))
}

proptest! {
    #[test]
    fn the_last_layer_that_sets_a_value_wins_and_is_its_origin(user: Layer, project: Layer, env: Layer, flags: Layer) {
        const NUMBERS: &[Field] =
            &[Field::new("a", Kind::Integer, "a").or(Default::Integer(7)), Field::new("b", Kind::Integer, "b")];
        const SCHEMA: Schema = Schema { own: &[Field::new("numbers", Kind::Object(NUMBERS), "numbers")], foreign: &[] };
        let mut place = Project::new(&yaml(user), &yaml(project));
        let mut given = Vec::new();
        for (at, (variable, path)) in [("T_NUMBERS_A", "numbers.a"), ("T_NUMBERS_B", "numbers.b")].into_iter().enumerate() {
            if let Some(value) = env[at] {
                place = place.env(variable, &value.to_string());
            }
            given.extend(flags[at].map(|value| ("--flag", path, json!(value))));
        }
        let (env_read, file) = (Env::from_iter(place.env.clone()), place.folder.path().join("config.yml"));
        let sources = Sources { env: &env_read, prefix: "T", project: Some(&file), flags: &given };
        let config = Config::load(&SCHEMA, &sources).unwrap();
        for (at, path) in ["numbers.a", "numbers.b"].into_iter().enumerate() {
            let default = (at == 0).then_some(7);
            let layers = [("default", default), ("user", user[at]), ("project", project[at]), ("env", env[at]), ("flag", flags[at])];
            let expected = layers.into_iter().rev().find_map(|(layer, value)| Some((layer, value?)));
            let origin = config.origin(path).map(|origin| match origin {
                Origin::Default => "default",
                Origin::User { .. } => "user",
                Origin::Project { .. } => "project",
                Origin::Environment { .. } => "env",
                Origin::Flag { .. } => "flag",
            });
            prop_assert_eq!(origin, expected.map(|(layer, _)| layer));
            prop_assert_eq!(config.get(path), expected.map(|(_, value)| json!(value)));
        }
    }
}
