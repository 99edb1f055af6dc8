//! Conductor's sections of the configuration: which keys there are, what they hold when nobody sets them, and how the
//! merged layers become the host's own type.
//!
//! The keys stand here so that an error names file and line and a variable can set each of them; what a value may be
//! is the host's to say.

use std::path::Path;

use cli_kit::config::{Config as Layers, Default, Field, Kind, Origin, Schema, Sources};
use cli_kit::{CliError, Env, Exit};
use conductor_host::config::{Config, ConfigError, Problem};
use serde_json::{Map, Value};
use taskwerk_client::model::Prefix;

use crate::failure::from_value;

const SCHEMA: Schema = Schema {
    own: &[
        Field::new("planning", Kind::Object(PLANNING), "how documents become plans"),
        Field::new("orchestration", Kind::Object(ORCHESTRATION), "how tasks are carried out"),
        Field::new("monitor", Kind::Object(&[]), "what monitors show"),
    ],
    foreign: &["tasks", "store", "api", "webhooks", "aliases", "hooks"],
};

const PLANNING: &[Field] = &[
    Field::new("engine", Kind::Any, "auto, outline, llm or agent").or(Default::Text("auto")),
    Field::new("agent", Kind::Any, "the agent that answers when the engine is `agent`"),
    Field::new("max_depth", Kind::Any, "how deep tasks are split").or(Default::Integer(3)),
    Field::new("target_minutes", Kind::Any, "a task above this estimate is split").or(Default::Integer(240)),
    Field::new("max_items", Kind::Any, "the most items of a plan by a model or an agent")
        .or(Default::Integer(200)),
    Field::new("max_cost", Kind::Any, "the most that one plan may cost"),
    Field::new(
        "severities",
        Kind::Map(&Kind::Any),
        "the weight of findings by code: error, warning, note or off",
    ),
    Field::new("llm", Kind::Object(LLM), "the model that answers when the engine is `llm`"),
];

const LLM: &[Field] = &[
    Field::new("provider", Kind::Any, "anthropic, openai, openai-chat, gemini or ollama"),
    Field::new("model", Kind::Any, "the model, also as provider/model"),
    Field::new("base_url", Kind::Any, "where the provider's interface is, if not at its usual address"),
    Field::new(
        "trusted",
        Kind::Any,
        "addresses that a project may send your key to; for your own file alone",
    ),
    Field::new("api_key_env", Kind::Any, "the variable that holds the key, if not the usual one"),
    Field::new("api_key_command", Kind::Any, "a command that prints the key, word by word"),
    Field::new("max_tokens", Kind::Any, "the most tokens of one answer").or(Default::Integer(16_000)),
    Field::new("temperature", Kind::Any, "from 0 to 2"),
    Field::new("parallel", Kind::Any, "how many questions may be under way at once").or(Default::Integer(4)),
    Field::new("context", Kind::Any, "about how many tokens of a document are shown at once")
        .or(Default::Integer(24_000)),
    Field::new("price", Kind::Any, "input and output, in US dollars for a million tokens"),
    Field::new("timeout", Kind::Any, "for how long an answer may be silent").or(Default::Text("5m")),
];

const ORCHESTRATION: &[Field] = &[
    Field::new("agents", Kind::Map(&Kind::Object(AGENT)), "agents by name"),
    Field::new("workflow", Kind::Object(WORKFLOW), "from the task to the commit"),
    Field::new("gates", Kind::Map(&Kind::Any), "checks by name; null takes one away"),
    Field::new("safety", Kind::Object(SAFETY), "what limits and protects"),
    Field::new("policy", Kind::Any, "rules over finished work"),
    Field::new("answers", Kind::Any, "what agents are told when they ask about what is decided"),
    Field::new("notify", Kind::Object(NOTIFY), "who is told when a person is needed"),
];

const AGENT: &[Field] = &[
    Field::new("adapter", Kind::Any, "acp, headless, command or replay"),
    Field::new("preset", Kind::Any, "the known agent that it is, where its name is another"),
    Field::new("run", Kind::Any, "the command line"),
    Field::new("args", Kind::Any, "further words of the command line"),
    Field::new("recording", Kind::Any, "the recording of a replay"),
    Field::new("env", Kind::Any, "variables that it gets from the environment"),
    Field::new("model", Kind::Any, "the model"),
    Field::new("max_tokens", Kind::Any, "the most tokens of one answer"),
    Field::new("temperature", Kind::Any, "from 0 to 2"),
    Field::new("role", Kind::Any, "author or reviewer"),
    Field::new("mode", Kind::Any, "plan, edit or full: what it may do without asking"),
    Field::new("allow", Kind::Any, "what it may do beyond its mode: execute, fetch"),
    Field::new("price", Kind::Any, "input and output, in US dollars for a million tokens"),
    Field::new("jobs", Kind::Any, "on how many runs it may work at once"),
    Field::new("silence", Kind::Any, "for how long it may be silent with no tool under way"),
    Field::new("speed", Kind::Any, "how many times as fast a recording is played; without it, at once"),
    Field::new("faults", Kind::Any, "what goes wrong with a recording: cut, hang, garble, reorder"),
];

const WORKFLOW: &[Field] = &[
    Field::new("require_tests", Kind::Any, "work in which no test ran is not accepted")
        .or(Default::Flag(false)),
    Field::new(
        "min_coverage",
        Kind::Any,
        "the least share of lines that tests must reach, in percent; or total and changed",
    ),
    Field::new("auto_commit", Kind::Any, "whether work that passed is merged without asking")
        .or(Default::Flag(true)),
    Field::new("branch_pattern", Kind::Any, "how task branches are named")
        .or(Default::Text("feature/{task_id}-{task_slug}")),
    Field::new("into", Kind::Any, "session, or the branch to merge into").or(Default::Text("session")),
    Field::new("land", Kind::Any, "ask or auto: when a session's work comes to your branch")
        .or(Default::Text("ask")),
    Field::new("jobs", Kind::Any, "how many tasks are worked at a time").or(Default::Integer(1)),
    Field::new("tests_at_once", Kind::Any, "how many candidates are tested at once, at most as many as jobs"),
    Field::new("batch", Kind::Any, "how many runs one test may stand for").or(Default::Integer(4)),
    Field::new("setup", Kind::Any, "commands that prepare a workspace").or(Default::List(&[])),
    Field::new("workspace_root", Kind::Any, "where workspaces are made; null for the state folder"),
    Field::new("merge", Kind::Any, "squash or merge").or(Default::Text("squash")),
    Field::new("review", Kind::Any, "the agent that reviews finished work"),
    Field::new("prompt_tokens", Kind::Any, "the most that an agent is told at once, in estimated tokens")
        .or(Default::Integer(9_000)),
];

const SAFETY: &[Field] = &[
    Field::new("max_consecutive_failures", Kind::Any, "a run is held after so many failures")
        .or(Default::Integer(3)),
    Field::new("max_task_duration", Kind::Any, "the working time of one attempt").or(Default::Text("30m")),
    Field::new("require_approval_for", Kind::Any, "what a person must have seen").or(Default::List(&[
        "database_migrations",
        "security_files",
        "ci",
    ])),
    Field::new("sandbox", Kind::Any, "auto, none, workspace or container").or(Default::Text("auto")),
    Field::new("pid_namespace", Kind::Any, "whether agents and gates see only their own processes")
        .or(Default::Flag(true)),
    Field::new("network", Kind::Any, "hosts that agents may reach"),
    Field::new("budget", Kind::Any, "the most that a session may cost"),
    Field::new("limits", Kind::Object(LIMITS), "what may be used up"),
    Field::new("max_time", Kind::Any, "the most time that a session may take"),
    Field::new("approval_deadline", Kind::Any, "how long a hold waits before it is closed"),
    Field::new("ask_at", Kind::Any, "shares of the budget at which you are asked").or(Default::List(&[])),
    Field::new("ladder", Kind::Any, "what is done, one after the other, when an agent goes nowhere")
        .or(Default::List(&["nudge", "fresh", "other-agent", "hold"])),
    Field::new("other_agents", Kind::Any, "agents that may take over from one that goes nowhere")
        .or(Default::List(&[])),
];

const LIMITS: &[Field] = &[
    Field::new("session", Kind::Object(AMOUNTS), "by all attempts of a session together"),
    Field::new("task", Kind::Object(AMOUNTS), "by all attempts at one task"),
    Field::new("attempt", Kind::Object(AMOUNTS), "by one attempt"),
];

const AMOUNTS: &[Field] = &[
    Field::new("money", Kind::Any, "US dollars, as agents report them"),
    Field::new("tokens", Kind::Any, "tokens read and written, as agents report them"),
    Field::new("time", Kind::Any, "time in which agents work"),
    Field::new("attempts", Kind::Any, "attempts"),
];

const NOTIFY: &[Field] = &[
    Field::new("command", Kind::Any, "a command of yours"),
    Field::new("webhook", Kind::Any, "an address that is called"),
    Field::new("secret_env", Kind::Any, "the variable with the secret that calls are signed with"),
];

/// Reads and merges all layers; `folder` is the project's `.taskwerk`.
pub(crate) fn load(env: &Env, folder: Option<&Path>) -> Result<Layers, CliError> {
    let file = folder.map(|folder| folder.join("config.yml"));
    let sources = Sources { env, prefix: "CONDUCTOR", project: file.as_deref(), flags: &[] };
    Ok(Layers::load(&SCHEMA, &sources)?)
}

/// The host's own type of merged layers.
pub(crate) fn config(layers: &Layers) -> Result<Config, CliError> {
    Config::from_value(&merged(layers)).map_err(|error| refused(layers, &error))
}

/// The layers as one value, in the form in which a session freezes them.
pub(crate) fn merged(layers: &Layers) -> Value {
    let sections = SCHEMA.own.iter().filter_map(|field| Some((field.key.to_owned(), layers.get(field.key)?)));
    Value::Object(sections.collect::<Map<String, Value>>())
}

/// The letters of new ids. They are Taskwerk's setting, but tasks that Conductor makes obey it too.
pub(crate) fn id_prefix(env: &Env, folder: &Path) -> Result<Prefix, CliError> {
    const TASKS: Schema = Schema {
        own: &[Field::new("tasks", Kind::Map(&Kind::Any), "how tasks are made")],
        foreign: &["planning", "orchestration", "monitor", "store", "api", "webhooks", "aliases", "hooks"],
    };
    if let Some(text) = env.get("TASKWERK_TASKS_ID_PREFIX") {
        return Prefix::parse(text).map_err(from_value);
    }
    let file = folder.join("config.yml");
    let layers =
        Layers::load(&TASKS, &Sources { env, prefix: "TASKWERK", project: Some(&file), flags: &[] })?;
    match layers.get("tasks.id_prefix") {
        Some(Value::String(text)) => Prefix::parse(&text).map_err(from_value),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) | None => {
            Ok(Prefix::default())
        }
    }
}

fn refused(layers: &Layers, error: &ConfigError) -> CliError {
    let lines: Vec<String> =
        error.problems.iter().map(|problem| format!("{}{problem}", place(layers, problem))).collect();
    let paths: Vec<&str> = error.problems.iter().map(path).collect();
    CliError::new(Exit::Usage, "CONFIG_WRONG_VALUE", lines.join("\n"))
        .hint("correct it; nothing was done")
        .details(serde_json::json!({ "keys": paths }))
}

fn path(problem: &Problem) -> &str {
    match problem {
        Problem::UnknownKey { path, .. } | Problem::BadValue { path, .. } | Problem::Missing { path, .. } => {
            path
        }
    }
}

/// Where the value was set, as the beginning of a message. A value inside a list has the place of the list.
fn place(layers: &Layers, problem: &Problem) -> String {
    let mut path = path(problem).split('[').next().unwrap_or_default();
    loop {
        if let Some(origin) = layers.origin(path).filter(|origin| **origin != Origin::Default) {
            return format!("{origin}: ");
        }
        match path.rsplit_once('.') {
            Some((parent, _)) => path = parent,
            None => return String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_text(text: &str, env: &Env) -> Result<Config, CliError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.yml"), text).unwrap();
        config(&load(env, Some(folder.path()))?)
    }

    #[test]
    fn what_nobody_sets_is_what_the_host_assumes() {
        assert_eq!(load_text("", &Env::default()).unwrap(), Config::default());
    }

    #[test]
    fn every_key_is_one_that_the_host_reads() {
        fn fill(fields: &[Field]) -> Value {
            let value = |field: &Field| match field.kind {
                Kind::Object(fields) => fill(fields),
                Kind::Map(Kind::Object(fields)) => {
                    Value::Object([("x".to_owned(), fill(fields))].into_iter().collect())
                }
                Kind::Map(_) => Value::Object(Map::new()),
                Kind::Text
                | Kind::Integer
                | Kind::Number
                | Kind::Flag
                | Kind::Duration
                | Kind::OneOf(_)
                | Kind::Checked(..)
                | Kind::List(_)
                | Kind::Any => Value::Bool(true),
            };
            Value::Object(fields.iter().map(|field| (field.key.to_owned(), value(field))).collect())
        }
        let Err(error) = Config::from_value(&fill(SCHEMA.own)) else {
            panic!("true is no value for most keys")
        };
        let unknown: Vec<&Problem> =
            error.problems.iter().filter(|problem| matches!(problem, Problem::UnknownKey { .. })).collect();
        assert_eq!(unknown, Vec::<&Problem>::new());
    }

    #[test]
    fn every_key_of_an_agent_that_the_host_reads_can_be_written() {
        let text = "orchestration: { agents: { \
            a: { preset: claude, adapter: acp, args: [-x], env: [KEY], model: m, max_tokens: 9, temperature: 1, \
                 role: reviewer, mode: plan, allow: [fetch], silence: 5m, price: { input: 1, output: 2 }, jobs: 2 }, \
            b: { adapter: replay, recording: r.jsonl, speed: 2, faults: [cut] }, \
            c: { run: my-agent } } }";
        let agents = load_text(text, &Env::default()).unwrap().orchestration.agents;
        let a = &agents["a"];
        assert_eq!(a.args.as_deref(), Some(&["-x".to_owned()][..]));
        assert_eq!(a.allow.as_deref(), Some(&[conductor_host::config::Allow::Fetch][..]));
        assert_eq!(a.silence, Some(std::time::Duration::from_secs(300)));
        assert!(a.preset.is_some() && a.mode.is_some() && agents["b"].playing.speed.is_some());
    }

    #[test]
    fn a_variable_sets_a_value_over_the_file() {
        let env = Env::from_iter([
            ("CONDUCTOR_ORCHESTRATION_WORKFLOW_JOBS", "4"),
            ("CONDUCTOR_PLANNING_ENGINE", "outline"),
        ]);
        let config = load_text("orchestration: { workflow: { jobs: 2 } }", &env).unwrap();
        assert_eq!(config.orchestration.workflow.jobs, 4);
        assert_eq!(config.planning.engine, conductor_host::config::PlanningEngine::Outline);
    }

    #[test]
    fn limits_are_read_at_each_level_and_the_smaller_budget_wins() {
        let text = "orchestration: { safety: { budget: 5.00, limits: { session: { money: 9.00, tokens: 100 }, \
                    attempt: { time: 10m, attempts: 1 } } } }";
        let limits = load_text(text, &Env::default()).unwrap().orchestration.safety.limits;
        assert_eq!((limits.session.cost_micros, limits.session.tokens), (Some(5_000_000), Some(100)));
        assert_eq!((limits.attempt.working_ms, limits.attempt.attempts), (Some(600_000), Some(1)));
        assert_eq!(limits.task, conductor_engine::ledger::Budget::default());
        let wrong = "orchestration: { safety: { limits: { task: { money: -1, hours: 2 } } } }";
        assert_eq!(load_text(wrong, &Env::default()).unwrap_err().code, "CONFIG_UNKNOWN_KEY");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let error = load_text("orchestration:\n  workflow:\n    jobz: 2\n", &Env::default()).unwrap_err();
        assert_eq!(
            (error.code.as_ref(), error.suggestions.as_slice()),
            ("CONFIG_UNKNOWN_KEY", ["jobs".to_owned()].as_slice())
        );
        let text = "planning: { engine: magic }\norchestration:\n  safety:\n    max_task_duration: soon\n    ask_at: [0]\n";
        let error = load_text(text, &Env::default()).unwrap_err();
        let lines: Vec<&str> = error.message.lines().map(|line| line.rsplit_once('/').unwrap().1).collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        config.yml:1: planning.engine: "magic" is not allowed; expected one of auto, outline, llm, agent
        config.yml:4: orchestration.safety.max_task_duration: "soon" is not allowed; expected a length of time with its unit, such as 90s, 30m, 2h or 1d
        config.yml:5: orchestration.safety.ask_at[0]: 0 is not allowed; expected a whole number from 1 to 100
        "#);
    }

    #[test]
    fn ids_get_the_letters_that_taskwerk_is_set_to() {
        let folder = tempfile::tempdir().unwrap();
        let of = |env: &Env| id_prefix(env, folder.path()).unwrap();
        assert_eq!(of(&Env::default()), Prefix::TASK);
        std::fs::write(
            folder.path().join("config.yml"),
            "tasks: { id_prefix: bug }\nplanning: { max_depth: 2 }",
        )
        .unwrap();
        assert_eq!(of(&Env::default()).as_str(), "BUG");
        assert_eq!(of(&Env::from_iter([("TASKWERK_TASKS_ID_PREFIX", "x")])).as_str(), "X");
    }
}
