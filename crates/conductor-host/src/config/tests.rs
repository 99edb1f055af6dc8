use std::time::Duration;

use serde_json::{Value, json};

use super::*;

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

fn load(text: &str) -> Config {
    Config::from_value(&yaml(text)).unwrap()
}

fn problems(text: &str) -> String {
    Config::from_value(&yaml(text)).unwrap_err().to_string()
}

/// Every key that there is.
const SECOND: &str = r#"
tasks: { id_prefix: TASK, default_priority: medium }
store: { url: null }
planning: { engine: auto, agent: claude, max_depth: 3, target_minutes: 240, max_cost: 2.00, severities: {} }
orchestration:
  agents:
    local: { adapter: command, run: "my-agent --task {task_file}", env: [MY_KEY], role: author }
  workflow: { into: session, land: ask, jobs: 2, setup: [npm ci], workspace_root: null, merge: squash }
  gates:
    test: { run: "cargo test", timeout: 20m, report: junit.xml, phase: 2, network: false, cache: [target] }
  safety: { sandbox: auto, network: [api.anthropic.com], budget: 5.00, max_time: 2h, approval_deadline: 8h, ask_at: [] }
  policy:
    - { name: big-diff, when: "diff.lines > 800", then: hold, ask: "Large change" }
  notify: { command: null, webhook: null }
"#;

/// Something wrong with every kind of value.
const WRONG: &str = r#"
orchestraton: {}
monitor: { colour: true }
planning: { engine: outlien, max_depth: 0, max_cost: cheap, severities: { cycle: loud, no_acceptence: off }, max_items: 0, llm: { parallel: 0, base_url: "http://me:hush@x", api_key_command: [], temprature: 1 } }
orchestration:
  agents:
    claude: { modle: x, temperature: 3, env: ["A=B"], run: "a | b", price: { input: 3 } }
    "bad name": {}
    local: { run: "x {taskfile}", adapter: telnet }
  workflow:
    require_tests: "yes"
    min_coverage: 101
    branch_pattern: feature/x
    jobs: 0
    setup: npm ci
    workspace_root: here
  gates:
    test: { run: "", timeout: 20, report: ../x, cache: [/etc], kind: tests }
    lint: 3
  safety:
    max_task_durations: 30m
    max_consecutive_failures: 2.5
    require_approval_for: [migrations]
    sandbox: none!
    budget: -1
  policy:
    - { name: x, then: hodl }
  answers:
    - { name: db, words: [], say: SQLite }
    - { name: port, words: ["a port"] }
  notify: { webhook: "gopher://hush", secret_env: "whsec_x=", comand: x }
"#;

#[test]
fn the_first_block_loads_as_it_stands() {
    let config = load(testkit::PUBLISHED_CONFIG).orchestration;
    let claude = &config.agents["claude"];
    assert_eq!(claude.model.as_deref(), Some("claude-3-opus-20240229"));
    assert_eq!((claude.max_tokens, claude.temperature), (Some(4000), Some(0.2)));
    assert_eq!(
        config.workflow,
        Workflow {
            require_tests: true,
            min_coverage: MinCoverage { total: Some(80), changed: None },
            ..Workflow::default()
        }
    );
    let classes =
        vec![ApprovalClass::DatabaseMigrations, ApprovalClass::SecurityFiles, ApprovalClass::ConfigChanges];
    assert_eq!(config.safety, Safety { require_approval_for: classes, ..Safety::default() });
}

#[test]
fn the_second_block_loads_as_it_stands() {
    let Config { planning, orchestration } = load(SECOND);
    let expected =
        Planning { agent: Some("claude".into()), max_cost: Some(Micros(2_000_000)), ..Planning::default() };
    assert_eq!(planning, expected);
    assert_eq!(orchestration.agents["local"].run.as_ref().unwrap().program(), "my-agent");
    assert_eq!(
        (orchestration.workflow.jobs, &*orchestration.workflow.setup),
        (2, &["npm ci".to_owned()][..])
    );
    let gate = orchestration.gates["test"].as_ref().unwrap();
    assert_eq!((gate.timeout, gate.phase), (Some(Duration::from_secs(1200)), Some(2)));
    assert_eq!(orchestration.safety.budget, Some(Micros(5_000_000)));
    assert_eq!(orchestration.policy[0].then, PolicyAction::Hold);
}

#[test]
fn nothing_written_means_the_defaults() {
    for empty in [json!(null), json!({}), json!({"orchestration": null, "monitor": {}, "api": {"port": 1}})] {
        assert_eq!(Config::from_value(&empty), Ok(Config::default()), "{empty}");
    }
    assert_eq!(not_yet(&Config::default()), []);
}

#[test]
fn severities_become_what_plans_are_checked_against() {
    let text = r#"planning: { target_minutes: 60, severities: { no_acceptance: error, redundant_edge: "off", cycle: note } }"#;
    let options = Config::from_value(&yaml(text)).unwrap().planning.lint_options();
    insta::assert_snapshot!(format!("{options:?}"), @"LintOptions { max_minutes: 240, severities: {Cycle: Note, NoAcceptance: Error}, off: {RedundantEdge} }");
    let usual = Config::default().planning.lint_options();
    assert_eq!(usual, conductor_plan::LintOptions::default());
}

#[test]
fn all_problems_are_told_at_once_with_path_value_and_help() {
    insta::assert_snapshot!(problems(WRONG), @r#"
    planning.engine: "outlien" is not allowed; expected one of auto, outline, llm, agent (did you mean outline?)
    planning.max_depth: 0 is not allowed; expected a whole number from 1 to 10
    planning.max_items: 0 is not allowed; expected a whole number from 1 to 10000
    planning.max_cost: "cheap" is not allowed; expected an amount in US dollars, such as 5.00
    planning.severities.cycle: "loud" is not allowed; expected one of error, warning, note, off
    planning.severities.no_acceptence: unknown key; did you mean no_acceptance?
    planning.llm.base_url: the value is not allowed; expected an address that begins with http:// or https://, without a name or a key in it
    planning.llm.api_key_command: [] is not allowed; expected a command, word by word, such as [pass, show, key]
    planning.llm.parallel: 0 is not allowed; expected a whole number from 1 to 64
    planning.llm.temprature: unknown key; did you mean temperature?
    orchestration.agents.claude.run: "a | b" is not allowed; expected a command line without shell syntax (`|` means something to a shell, but none runs here: quote it, or write sh -c '…')
    orchestration.agents.claude.env[0]: "A=B" is not allowed; expected the name of an environment variable (its value stays out of the file)
    orchestration.agents.claude.temperature: 3 is not allowed; expected a number from 0 to 2
    orchestration.agents.claude.price.output: missing; expected US dollars for a million tokens
    orchestration.agents.claude.modle: unknown key; did you mean model?
    orchestration.agents.bad name: {} is not allowed; expected a name of letters, digits, `-` and `_` before the colon
    orchestration.agents.local.adapter: "telnet" is not allowed; expected one of acp, headless, command, replay
    orchestration.agents.local.run: "x {taskfile}" is not allowed; expected a command line without shell syntax (there is no placeholder {taskfile}; write {{taskfile}} for the text itself)
    orchestration.workflow.require_tests: "yes" is not allowed; expected true or false
    orchestration.workflow.min_coverage: 101 is not allowed; expected a whole number from 0 to 100
    orchestration.workflow.branch_pattern: "feature/x" is not allowed; expected a branch name with {task_id} in it, and {task_slug} or {session} if wanted
    orchestration.workflow.jobs: 0 is not allowed; expected a whole number from 1 to 64
    orchestration.workflow.setup: "npm ci" is not allowed; expected a list
    orchestration.workflow.workspace_root: "here" is not allowed; expected an absolute path
    orchestration.gates.test.run: "" is not allowed; expected a command line
    orchestration.gates.test.kind: "tests" is not allowed; expected one of setup, build, format, lint, test, coverage, custom (did you mean test?)
    orchestration.gates.test.timeout: 20 is not allowed; expected a length of time with its unit, such as 90s, 30m, 2h or 1d
    orchestration.gates.test.report: "../x" is not allowed; expected a path inside the workspace
    orchestration.gates.test.cache[0]: "/etc" is not allowed; expected a path inside the workspace
    orchestration.gates.lint: 3 is not allowed; expected a section with keys
    orchestration.safety.max_consecutive_failures: 2.5 is not allowed; expected a whole number from 1 to 100
    orchestration.safety.require_approval_for[0]: "migrations" is not allowed; expected one of database_migrations, security_files, ci, config_changes, dependencies, large_deletions, binaries, secrets
    orchestration.safety.sandbox: "none!" is not allowed; expected one of auto, none, workspace, container (did you mean none?)
    orchestration.safety.budget: -1 is not allowed; expected an amount in US dollars, such as 5.00
    orchestration.safety.max_task_durations: unknown key; did you mean max_task_duration?
    orchestration.policy[0].when: missing; expected an expression
    orchestration.policy[0].then: "hodl" is not allowed; expected one of hold, reject, retry (did you mean hold?)
    orchestration.answers[0].words: [] is not allowed; expected a list of words, at least one
    orchestration.answers[1].words[0]: "a port" is not allowed; expected one word of letters and digits
    orchestration.answers[1].say: missing; expected the answer
    orchestration.notify.webhook: the value is not allowed; expected an address that begins with http:// or https://
    orchestration.notify.secret_env: the value is not allowed; expected the name of an environment variable
    orchestration.notify.comand: unknown key; did you mean command?
    monitor.colour: unknown key
    orchestraton: unknown key; did you mean orchestration?
    "#);
}

#[test]
fn a_value_that_is_no_section_is_refused() {
    assert_eq!(
        Config::from_value(&json!([1])).unwrap_err().to_string(),
        "the configuration: [1] is not allowed; expected a section with keys"
    );
    let long = json!({"orchestration": "x".repeat(1000)});
    assert!(Config::from_value(&long).unwrap_err().to_string().len() < 200);
}

#[test]
fn gates_may_be_short_or_taken_away() {
    let gates = load("orchestration: { gates: { test: make test, lint: null } }").orchestration.gates;
    assert_eq!(gates["test"].as_ref().unwrap().run.as_deref(), Some("make test"));
    assert_eq!(gates["lint"], None);
    let lines = load("orchestration:\n  gates:\n    e2e:\n      run: |\n        ./up\n        ./test\n")
        .orchestration
        .gates;
    assert_eq!(lines["e2e"].as_ref().unwrap().run.as_deref(), Some("./up\n./test"));
}

#[test]
fn what_is_not_obeyed_yet_is_listed() {
    let keys = |text: &str| {
        not_yet(&load(text))
            .into_iter()
            .map(|n| format!("{} {}: {}", u8::from(n.safety), n.key, n.why))
            .collect::<Vec<_>>()
            .join("\n")
    };
    insta::assert_snapshot!(keys(testkit::PUBLISHED_CONFIG), @"");
    insta::assert_snapshot!(keys(SECOND), @r"
    1 orchestration.gates.*.network: gates can reach the network
    1 orchestration.safety.network: agents can reach every host
    ");
    insta::assert_snapshot!(keys(r#"
planning: { engine: llm, severities: { cycle: error } }
orchestration:
  agents: { claude: { price: { input: 3.00, output: 15 } } }
  workflow: { land: auto, merge: merge }
  safety: { sandbox: workspace, ask_at: [50] }
  notify: { command: "notify-send", webhook: "http://localhost:1/x" }
"#), @r"
    0 orchestration.workflow.land: landing always waits for your word
    0 orchestration.workflow.merge: each run becomes one commit
    1 orchestration.safety.sandbox: agents run with your rights
    ");
}
