//! Who can do a task: the built-in agents, and what the user's file says about them or adds.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

use super::argv::{RunTemplate, Slot};
use crate::config::{Adapter, AgentConfig, AgentMode, AgentRole, Price};

/// How an agent is named in every output and in commits. A replay can never look like an agent at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentLabel {
    /// The name in the configuration.
    pub name: String,
    /// Whether it is a recording that is played back.
    pub replay: bool,
}

impl fmt::Display for AgentLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.replay, self.name.as_str()) {
            (false, name) => f.write_str(name),
            (true, "replay") => f.write_str("replay"),
            (true, name) => write!(f, "{name} (replay)"),
        }
    }
}

/// An agent, ready to be given a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Its name.
    pub label: AgentLabel,
    /// What it is there for.
    pub role: AgentRole,
    /// What its model costs, if the user said so.
    pub price: Option<Price>,
    /// Whether the user's file names it.
    pub configured: bool,
    /// How it works.
    pub kind: ProfileKind,
}

impl Profile {
    /// Whether its program is one of those that this program knows.
    pub fn is_built_in(&self) -> bool {
        match &self.kind {
            ProfileKind::Command(command) => {
                let program = command.run.program().rsplit('/').next().unwrap_or_default();
                PRESETS.iter().any(|preset| preset.name == self.label.name && preset.name == program)
            }
            ProfileKind::Replay { .. } => false,
        }
    }
}

/// How an agent works.
#[derive(Debug, Clone, PartialEq)]
pub enum ProfileKind {
    /// A program.
    Command(CommandProfile),
    /// A recording.
    Replay {
        /// The file.
        recording: PathBuf,
    },
}

/// A program that does tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandProfile {
    /// Its command line.
    pub run: RunTemplate,
    /// Names of variables that it gets from the user's environment. A name that ends in `*` stands for all
    /// that begin so.
    pub env: Vec<String>,
    /// Variables that it gets with a fixed value.
    pub fixed_env: BTreeMap<String, String>,
    /// The model, where its command line has a place for it.
    pub model: Option<String>,
    /// The most tokens of one answer.
    pub max_tokens: Option<u32>,
    /// The temperature.
    pub temperature: Option<f64>,
    /// What it may do without asking.
    pub mode: AgentMode,
    /// Options that its command line has no place for, though the user set them.
    unsupported: Vec<&'static str>,
}

/// An option that is set in the file and that the agent's program cannot be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// The option, for example `temperature`.
    pub option: &'static str,
    /// What that means, for people.
    pub why: String,
}

/// Why what the file says about an agent does not make one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProfileError {
    /// A command without a command line.
    #[error(
        "orchestration.agents.{name}: no command line; add `run: \"my-agent --task {{task_file}}\"`, or use one \
         of the built-in names claude, codex, gemini, opencode"
    )]
    NoRun {
        /// The agent's name.
        name: String,
    },
    /// A replay without a recording.
    #[error("orchestration.agents.{name}: no recording to replay; add `recording: FILE`")]
    NoRecording {
        /// The agent's name.
        name: String,
    },
    /// A key that means nothing with this adapter.
    #[error(
        "orchestration.agents.{name}.{key}: has no meaning with `adapter: {adapter}`; remove one of the two"
    )]
    Contradiction {
        /// The agent's name.
        name: String,
        /// The key.
        key: &'static str,
        /// The adapter.
        adapter: &'static str,
    },
}

/// Why no agent could be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChooseError {
    /// The one that was asked for is not known.
    #[error("there is no agent `{name}`; known are {}", known.join(", "))]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The names that are known.
        known: Vec<String>,
    },
    /// None is there.
    #[error(
        "no coding agent was found; install claude, codex, gemini or opencode, or name your own command in \
         .taskwerk/config.yml under orchestration.agents"
    )]
    None,
    /// Several are configured and none was asked for.
    #[error("several agents are configured ({}); choose one with --agent", names.join(", "))]
    Several {
        /// Their names.
        names: Vec<String>,
    },
}

/// The built-in agents with the user's changes, and the user's own, by name.
///
/// # Errors
/// When an entry of the user's does not make an agent.
pub fn profiles(configured: &BTreeMap<String, AgentConfig>) -> Result<Vec<Profile>, ProfileError> {
    let preset_names = PRESETS.iter().map(|p| p.name).filter(|name| !configured.contains_key(*name));
    let untouched = preset_names.map(|name| profile(name, &AgentConfig::default(), false));
    let named = configured.iter().map(|(name, config)| profile(name, config, true));
    let mut all: Vec<Profile> = untouched.chain(named).collect::<Result<_, _>>()?;
    all.sort_by(|a, b| a.label.name.cmp(&b.label.name));
    Ok(all)
}

/// Chooses the agent that does tasks: the one asked for; else the only one that the file names; else the first
/// built-in one that `is_there`.
///
/// # Errors
/// When the one asked for is unknown, none is there, or the file names several.
pub fn choose<'p>(
    profiles: &'p [Profile],
    asked: Option<&str>,
    is_there: impl Fn(&Profile) -> bool,
) -> Result<&'p Profile, ChooseError> {
    if let Some(name) = asked {
        let known = || profiles.iter().map(|p| p.label.name.clone()).collect();
        return profiles
            .iter()
            .find(|p| p.label.name == name)
            .ok_or_else(|| ChooseError::Unknown { name: name.to_owned(), known: known() });
    }
    let authors = || profiles.iter().filter(|p| p.role == AgentRole::Author);
    let configured: Vec<&Profile> = authors().filter(|p| p.configured).collect();
    match configured.as_slice() {
        [] => authors().find(|p| is_there(p)).ok_or(ChooseError::None),
        [only] => Ok(only),
        several => {
            Err(ChooseError::Several { names: several.iter().map(|p| p.label.name.clone()).collect() })
        }
    }
}

/// The options that are set for this agent and cannot be passed on to its program.
pub fn unsupported_options(profile: &Profile) -> Vec<Unsupported> {
    let ProfileKind::Command(command) = &profile.kind else { return Vec::new() };
    let why = |option: &str| {
        let name = &profile.label.name;
        format!(
            "orchestration.agents.{name}.{option} has no effect: `{}` has no place for it",
            command.run.program()
        )
    };
    command.unsupported.iter().map(|option| Unsupported { option, why: why(option) }).collect()
}

fn profile(name: &str, config: &AgentConfig, configured: bool) -> Result<Profile, ProfileError> {
    let preset = PRESETS.iter().find(|p| p.name == name);
    let adapter = config.adapter.unwrap_or(if config.recording.is_some() && config.run.is_none() {
        Adapter::Replay
    } else {
        Adapter::Command
    });
    let contradiction = |key, adapter| ProfileError::Contradiction { name: name.to_owned(), key, adapter };
    let kind = match adapter {
        Adapter::Replay if config.run.is_some() => return Err(contradiction("run", "replay")),
        Adapter::Replay => ProfileKind::Replay {
            recording: config
                .recording
                .clone()
                .ok_or_else(|| ProfileError::NoRecording { name: name.to_owned() })?,
        },
        Adapter::Command if config.recording.is_some() => return Err(contradiction("recording", "command")),
        Adapter::Command => ProfileKind::Command(command(name, preset, config)?),
    };
    let label = AgentLabel { name: name.to_owned(), replay: adapter == Adapter::Replay };
    Ok(Profile { label, role: config.role.unwrap_or_default(), price: config.price, configured, kind })
}

fn command(
    name: &str,
    preset: Option<&Preset>,
    config: &AgentConfig,
) -> Result<CommandProfile, ProfileError> {
    let no_run = || ProfileError::NoRun { name: name.to_owned() };
    let mut fixed_env: BTreeMap<String, String> = BTreeMap::new();
    let mut env = config.env.clone().unwrap_or_default();
    let mut max_tokens_fits = false;
    let mut mode_fits = false;
    if let Some(preset) = preset {
        env.extend(preset.env.iter().map(|name| (*name).to_owned()));
        fixed_env.extend(preset.fixed_env.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        if let (Some(variable), Some(tokens)) = (preset.max_tokens_env, config.max_tokens) {
            fixed_env.insert(variable.to_owned(), tokens.to_string());
            max_tokens_fits = true;
        }
    }
    let mode = config.mode.unwrap_or_default();
    let run = match (&config.run, preset) {
        (Some(run), _) => run.clone(),
        (None, Some(preset)) => {
            mode_fits = !preset.mode(mode).is_empty();
            preset.template(config.model.is_some(), mode).map_err(|_| no_run())?
        }
        (None, None) => return Err(no_run()),
    };
    let unsupported = [
        ("model", config.model.is_some() && !run.uses(Slot::Model)),
        ("max_tokens", config.max_tokens.is_some() && !max_tokens_fits && !run.uses(Slot::MaxTokens)),
        ("temperature", config.temperature.is_some() && !run.uses(Slot::Temperature)),
        ("mode", config.mode.is_some() && !mode_fits),
    ];
    Ok(CommandProfile {
        env,
        fixed_env,
        model: config.model.clone(),
        max_tokens: config.max_tokens,
        temperature: config.temperature,
        mode,
        unsupported: unsupported.iter().filter(|(_, set)| *set).map(|(option, _)| *option).collect(),
        run,
    })
}

/// A built-in agent: the command line of its program without a person in front of it.
struct Preset {
    name: &'static str,
    /// Words before the model's and the mode's.
    head: &'static [&'static str],
    model: &'static [&'static str],
    edit: &'static [&'static str],
    full: &'static [&'static str],
    /// Words after them.
    tail: &'static [&'static str],
    env: &'static [&'static str],
    fixed_env: &'static [(&'static str, &'static str)],
    max_tokens_env: Option<&'static str>,
}

impl Preset {
    fn mode(&self, mode: AgentMode) -> &'static [&'static str] {
        match mode {
            AgentMode::Edit => self.edit,
            AgentMode::Full => self.full,
        }
    }

    fn template(&self, with_model: bool, mode: AgentMode) -> Result<RunTemplate, super::TemplateError> {
        let model = if with_model { self.model } else { &[] };
        let words = [self.head, model, self.mode(mode), self.tail].concat();
        RunTemplate::from_words(words.into_iter().map(str::to_owned).collect())
    }
}

const PRESETS: [Preset; 4] = [
    Preset {
        name: "claude",
        head: &["claude", "-p", "{prompt}", "--output-format", "stream-json", "--verbose"],
        model: &["--model", "{model}"],
        edit: &["--permission-mode", "acceptEdits"],
        full: &["--permission-mode", "bypassPermissions"],
        tail: &[],
        env: &["ANTHROPIC_*", "CLAUDE_CODE_*", "CLAUDE_CONFIG_DIR", "IS_SANDBOX"],
        fixed_env: &[
            ("DISABLE_AUTOUPDATER", "1"),
            ("DISABLE_TELEMETRY", "1"),
            ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
        ],
        max_tokens_env: Some("CLAUDE_CODE_MAX_OUTPUT_TOKENS"),
    },
    Preset {
        name: "codex",
        head: &["codex", "exec", "--json"],
        model: &["-c", "model={model}"],
        edit: &["--sandbox", "workspace-write"],
        full: &["--sandbox", "danger-full-access"],
        tail: &["{prompt}"],
        env: &["OPENAI_API_KEY", "OPENAI_BASE_URL", "CODEX_API_KEY", "CODEX_HOME"],
        fixed_env: &[],
        max_tokens_env: None,
    },
    Preset {
        name: "gemini",
        head: &["gemini"],
        model: &["-m", "{model}"],
        edit: &["--approval-mode", "auto_edit"],
        full: &["--approval-mode", "yolo"],
        tail: &["--output-format", "stream-json", "-p", "{prompt}"],
        env: &["GEMINI_*", "GOOGLE_*"],
        // A workspace is a new folder each time, which this program would refuse as untrusted.
        fixed_env: &[("GEMINI_CLI_TRUST_WORKSPACE", "true")],
        max_tokens_env: None,
    },
    Preset {
        name: "opencode",
        head: &["opencode", "run", "--format", "json"],
        model: &["--model", "{model}"],
        edit: &[],
        full: &[],
        tail: &["{prompt}"],
        env: &["OPENCODE_*", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY"],
        fixed_env: &[("OPENCODE_DISABLE_AUTOUPDATE", "1"), ("OPENCODE_DISABLE_LSP_DOWNLOAD", "1")],
        max_tokens_env: None,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    /// The profiles of a configuration, given as the value of `orchestration.agents`.
    fn of(agents: serde_json::Value) -> Result<Vec<Profile>, ProfileError> {
        let value = serde_json::json!({"orchestration": {"agents": agents}});
        profiles(&Config::from_value(&value).unwrap().orchestration.agents)
    }

    fn line(profile: &Profile) -> String {
        let ProfileKind::Command(command) = &profile.kind else { return format!("{}", profile.label) };
        let values = [
            (Slot::Prompt, "PROMPT".into()),
            (Slot::Model, command.model.clone().unwrap_or_default().into()),
            (Slot::TaskFile, "TASK".into()),
        ];
        let words: Vec<String> =
            command.run.fill(&values.into()).into_iter().map(|word| word.into_string().unwrap()).collect();
        format!("{}: {}", profile.label, words.join(" "))
    }

    fn lines(agents: serde_json::Value) -> String {
        of(agents).unwrap().iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_built_in_agents_and_what_the_file_changes_of_them() {
        insta::assert_snapshot!(lines(serde_json::json!({})), @r"
        claude: claude -p PROMPT --output-format stream-json --verbose --permission-mode acceptEdits
        codex: codex exec --json --sandbox workspace-write PROMPT
        gemini: gemini --approval-mode auto_edit --output-format stream-json -p PROMPT
        opencode: opencode run --format json PROMPT
        ");
        insta::assert_snapshot!(lines(serde_json::json!({
            "claude": {"model": "claude-3-opus-20240229", "mode": "full"},
            "codex": {"model": "m"},
            "gemini": {"model": "m", "mode": "full"},
            "opencode": {"model": "p/m"},
            "local": {"run": "my-agent --task {task_file}"},
            "demo": {"recording": "demo.json"},
            "replay": {"adapter": "replay", "recording": "demo.json"},
        })), @r"
        claude: claude -p PROMPT --output-format stream-json --verbose --model claude-3-opus-20240229 --permission-mode bypassPermissions
        codex: codex exec --json -c model=m --sandbox workspace-write PROMPT
        demo (replay)
        gemini: gemini -m m --approval-mode yolo --output-format stream-json -p PROMPT
        local: my-agent --task TASK
        opencode: opencode run --format json --model p/m PROMPT
        replay
        ");
    }

    #[test]
    fn options_without_a_place_are_reported() {
        let all = of(serde_json::json!({
            "claude": {"model": "m", "max_tokens": 4000, "temperature": 0.2, "mode": "full"},
            "opencode": {"mode": "full", "max_tokens": 10},
            "local": {"run": "a", "model": "m", "mode": "edit"},
            "good": {"run": "a {model} {max_tokens} {temperature}", "model": "m", "max_tokens": 1, "temperature": 1},
        }))
        .unwrap();
        let reported: Vec<String> =
            all.iter().flat_map(unsupported_options).map(|option| option.why).collect();
        insta::assert_snapshot!(reported.join("\n"), @r"
        orchestration.agents.claude.temperature has no effect: `claude` has no place for it
        orchestration.agents.local.model has no effect: `a` has no place for it
        orchestration.agents.local.mode has no effect: `a` has no place for it
        orchestration.agents.opencode.max_tokens has no effect: `opencode` has no place for it
        orchestration.agents.opencode.mode has no effect: `opencode` has no place for it
        ");
        let claude = all.iter().find(|p| p.label.name == "claude").unwrap();
        let ProfileKind::Command(command) = &claude.kind else { panic!("a command") };
        assert_eq!(command.fixed_env["CLAUDE_CODE_MAX_OUTPUT_TOKENS"], "4000");
    }

    #[test]
    fn entries_that_make_no_agent_are_refused_with_a_way_out() {
        let refused = |agents| of(agents).unwrap_err().to_string();
        insta::assert_snapshot!(refused(serde_json::json!({"local": {"model": "m"}})), @r#"orchestration.agents.local: no command line; add `run: "my-agent --task {task_file}"`, or use one of the built-in names claude, codex, gemini, opencode"#);
        insta::assert_snapshot!(refused(serde_json::json!({"demo": {"adapter": "replay"}})), @"orchestration.agents.demo: no recording to replay; add `recording: FILE`");
        insta::assert_snapshot!(refused(serde_json::json!({"demo": {"adapter": "replay", "run": "a", "recording": "b"}})), @"orchestration.agents.demo.run: has no meaning with `adapter: replay`; remove one of the two");
        insta::assert_snapshot!(refused(serde_json::json!({"demo": {"run": "a", "recording": "b"}})), @"orchestration.agents.demo.recording: has no meaning with `adapter: command`; remove one of the two");
    }

    #[test]
    fn one_agent_is_chosen_or_the_choice_is_explained() {
        let none = of(serde_json::json!({})).unwrap();
        let one = of(serde_json::json!({"local": {"run": "a"}, "critic": {"run": "b", "role": "reviewer"}}))
            .unwrap();
        let two = of(serde_json::json!({"local": {"run": "a"}, "codex": {}})).unwrap();
        let chosen = |all: &[Profile], asked: Option<&str>, there: &str| match choose(all, asked, |p| {
            p.label.name == there
        }) {
            Ok(profile) => profile.label.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(chosen(&none, None, "gemini"), "gemini");
        assert_eq!(chosen(&none, Some("codex"), ""), "codex");
        assert_eq!(chosen(&one, None, "claude"), "local");
        assert_eq!(chosen(&two, Some("claude"), ""), "claude");
        insta::assert_snapshot!(chosen(&none, None, ""), @"no coding agent was found; install claude, codex, gemini or opencode, or name your own command in .taskwerk/config.yml under orchestration.agents");
        insta::assert_snapshot!(chosen(&one, Some("clause"), ""), @"there is no agent `clause`; known are claude, codex, critic, gemini, local, opencode");
        insta::assert_snapshot!(chosen(&two, None, "claude"), @"several agents are configured (codex, local); choose one with --agent");
    }

    #[test]
    fn only_the_program_that_is_known_counts_as_built_in() {
        let all = of(
            serde_json::json!({"claude": {"run": "my-wrapper {prompt}"}, "codex": {"run": "/opt/codex x"}}),
        )
        .unwrap();
        let built_in: Vec<&str> =
            all.iter().filter(|p| p.is_built_in()).map(|p| p.label.name.as_str()).collect();
        assert_eq!(built_in, ["codex", "gemini", "opencode"]);
    }
}
