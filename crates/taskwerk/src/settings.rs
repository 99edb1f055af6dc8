//! Taskwerk's own sections of the configuration.

use std::path::Path;

use cli_kit::config::{Config, Default, Field, Kind, Schema, Sources};
use cli_kit::{CliError, Env, Exit};
use serde::Deserialize;
use taskwerk_model::{Prefix, Priority};

/// What may stand in the sections that Taskwerk owns.
const SCHEMA: Schema = Schema {
    own: &[
        Field::new("tasks", Kind::Object(TASKS), "how tasks are made"),
        Field::new("store", Kind::Object(STORE), "where tasks are kept"),
        Field::new("webhooks", Kind::Object(WEBHOOKS), "addresses that are told of changes"),
        Field::new("api", Kind::Object(API), "the HTTP service"),
        Field::new("aliases", Kind::Map(&Kind::Text), "commands of your own"),
        Field::new("hooks", Kind::Map(&Kind::Text), "programs that are run on changes"),
    ],
    foreign: &["planning", "orchestration", "monitor"],
};

/// The sections that are read and checked, but whose subject does not exist yet.
pub(crate) const WITHOUT_EFFECT: [&str; 4] = ["webhooks", "api", "aliases", "hooks"];

const TASKS: &[Field] = &[
    Field::new(
        "id_prefix",
        Kind::Checked("a letter, then letters or digits", is_prefix),
        "the letters of new ids",
    )
    .or(Default::Text("TASK")),
    Field::new(
        "default_priority",
        Kind::OneOf(&["low", "medium", "high", "critical"]),
        "the priority of a task that is added without one",
    )
    .or(Default::Text("medium")),
];

const STORE: &[Field] =
    &[Field::new("url", Kind::Text, "the address of a shared store; null for the project's own")];

const API: &[Field] = &[Field::new("port", Kind::Integer, "the port on the loopback address")];

const WEBHOOKS: &[Field] = &[
    Field::new("task_created", Kind::Text, "told when a task was made"),
    Field::new("task_updated", Kind::Text, "told when a task changed"),
    Field::new("task_completed", Kind::Text, "told when a task was done"),
];

fn is_prefix(text: &str) -> bool {
    Prefix::parse(text).is_ok()
}

/// What the commands need to know of the configuration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Settings {
    /// The letters of new ids, and of those that are typed without.
    pub(crate) prefix: Prefix,
    /// The priority of a task that is added without one.
    pub(crate) default_priority: Priority,
}

#[derive(Deserialize)]
struct TasksSection {
    id_prefix: Option<String>,
    default_priority: Option<String>,
}

#[derive(Deserialize)]
struct StoreSection {
    url: Option<String>,
}

/// Reads all layers; `project` is the project's `.taskwerk` folder.
pub(crate) fn load(env: &Env, project: Option<&Path>) -> Result<Config, CliError> {
    let file = project.map(|folder| folder.join("config.yml"));
    let sources = Sources { env, prefix: "TASKWERK", project: file.as_deref(), flags: &[] };
    Ok(Config::load(&SCHEMA, &sources)?)
}

impl Settings {
    /// The settings of a configuration.
    pub(crate) fn of(config: &Config) -> Result<Self, CliError> {
        let store: StoreSection = config.section("store")?;
        if store.url.is_some() {
            // Going on with the project's own store would split the team's tasks without a word.
            return Err(CliError::new(
                Exit::Store,
                "STORE_UNSUPPORTED",
                "this version has no shared store yet",
            )
            .hint("set `store.url` to null to use the project's own"));
        }
        let tasks: TasksSection = config.section("tasks")?;
        // Both were checked against the schema; null means "not set".
        Ok(Self {
            prefix: tasks.id_prefix.and_then(|text| Prefix::parse(&text).ok()).unwrap_or_default(),
            default_priority: tasks.default_priority.and_then(|text| text.parse().ok()).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_text(text: &str) -> Result<Config, CliError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.yml"), text).unwrap();
        load(&Env::default(), Some(folder.path()))
    }

    #[test]
    fn the_published_example_loads_as_it_stands() {
        let config = load_text(testkit::PUBLISHED_CONFIG).unwrap();
        let address = "http://localhost:8080/conductor/webhook";
        assert_eq!(config.get("webhooks.task_completed"), Some(address.into()));
        assert_eq!(config.get("orchestration"), None);
        let settings = Settings::of(&config).unwrap();
        assert_eq!(settings, Settings { prefix: Prefix::TASK, default_priority: Priority::Medium });
    }

    #[test]
    fn settings_are_obeyed_or_refused_but_never_ignored() {
        let config =
            load_text("tasks: { id_prefix: bug, default_priority: high }\nstore: { url: null }").unwrap();
        let settings = Settings::of(&config).unwrap();
        assert_eq!((settings.prefix.as_str(), settings.default_priority), ("BUG", Priority::High));
        let shared = load_text("store: { url: postgres://h/db }").unwrap();
        assert_eq!(Settings::of(&shared).unwrap_err().code, "STORE_UNSUPPORTED");
        let error = load_text("tasks: { id_prefix: 9 lives }").unwrap_err();
        assert!(
            error
                .message
                .ends_with("`tasks.id_prefix` must be a letter, then letters or digits, not `9 lives`")
        );
        let error = load_text("tasks:\n  default_prio: high").unwrap_err();
        assert_eq!(
            (error.code.as_ref(), error.suggestions),
            ("CONFIG_UNKNOWN_KEY", vec!["default_priority".into()])
        );
    }
}
