//! Who can do a task: the built-in agents, and what the user's file says about them or adds.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::argv::{RunTemplate, Slot, TemplateError};
use super::catalogue::{Known, opencode_permission};
use super::command_line::lines;
use super::replay::Replay;
use crate::config::{Adapter, AgentConfig, AgentMode, AgentRole, Allow, Price};

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
    /// The known agent that it is, when it is run by that agent's own program.
    pub fn known(&self) -> Option<Known> {
        let ProfileKind::Program(program) = &self.kind else { return None };
        let known = program.known?;
        let own = program.run.program().rsplit('/').next().unwrap_or_default();
        let programs = [known.acp().first(), known.headless().and_then(|h| h.head.first())];
        programs.into_iter().flatten().any(|name| *name == own).then_some(known)
    }

    /// Whether its program is told of Conductor's own tools.
    pub fn has_tools(&self) -> bool {
        match &self.kind {
            ProfileKind::Replay(_) => false,
            ProfileKind::Program(program) => match (program.protocol, program.known) {
                (Protocol::Acp, _) => true,
                (Protocol::Headless, Some(Known::Claude | Known::Codex | Known::Opencode)) => true,
                (Protocol::Headless, _) | (Protocol::Command, _) => false,
            },
        }
    }

    /// How it is talked to, in a word.
    pub fn protocol(&self) -> &'static str {
        match &self.kind {
            ProfileKind::Replay(_) => "replay",
            ProfileKind::Program(program) => match program.protocol {
                Protocol::Acp => "acp",
                Protocol::Headless => "headless",
                Protocol::Command => "command",
            },
        }
    }
}

/// How an agent works.
#[derive(Debug, Clone, PartialEq)]
pub enum ProfileKind {
    /// A program.
    Program(Box<ProgramProfile>),
    /// A recording.
    Replay(Replay),
}

/// How an agent's program is talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// The Agent Client Protocol on its standard streams.
    Acp,
    /// The stream of events that a known program prints when no person is in front of it.
    Headless,
    /// Files and an environment; what it prints is text.
    Command,
}

/// A program that does tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct ProgramProfile {
    /// How it is talked to.
    pub protocol: Protocol,
    /// The known agent that it is, or behaves like.
    pub known: Option<Known>,
    /// Its command line.
    pub run: RunTemplate,
    /// Its command line when it goes on with a session of before; `None` where it cannot be told to.
    pub resume: Option<RunTemplate>,
    /// Its command line when the prompt comes by its standard input, since it is too long for an argument; `None`
    /// where it takes none there.
    pub piped: Option<RunTemplate>,
    /// Names of variables that it gets from the user's environment. A name that ends in `*` stands for all
    /// that begin so.
    pub env: Vec<String>,
    /// Variables that it gets with a fixed value.
    pub fixed_env: BTreeMap<String, String>,
    /// The model.
    pub model: Option<String>,
    /// The most tokens of one answer.
    pub max_tokens: Option<u32>,
    /// The temperature.
    pub temperature: Option<f64>,
    /// What it may do without asking.
    pub mode: AgentMode,
    /// What it may do beyond that.
    pub allow: Vec<Allow>,
    /// For how long it may be silent with no tool under way; `None` for ever.
    pub silence: Option<Duration>,
    /// Options that it cannot be given, though the user set them.
    unsupported: Vec<&'static str>,
}

impl ProgramProfile {
    /// A program that plays the recording of another one: it is heard as that one was, and has nothing to be told.
    pub(super) fn playing(
        known: Option<Known>,
        protocol: Protocol,
        run: RunTemplate,
        goes_on: bool,
        silence: Option<Duration>,
    ) -> Self {
        Self {
            protocol,
            known,
            resume: goes_on.then(|| run.clone()),
            piped: None,
            run,
            env: Vec::new(),
            fixed_env: BTreeMap::new(),
            model: None,
            max_tokens: None,
            temperature: None,
            mode: AgentMode::default(),
            allow: vec![Allow::Execute],
            silence: silence.or_else(|| usual_silence(protocol)),
            unsupported: Vec::new(),
        }
    }
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
        "orchestration.agents.{name}: no command line; add `run: \"my-agent --task {{task_file}}\"`, or say which \
         known agent it is with `preset:` claude, codex, gemini, opencode, qwen or vibe"
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
    /// A known program that only speaks the protocol.
    #[error("orchestration.agents.{name}: {known} has no other way than `adapter: acp`")]
    OnlyAcp {
        /// The agent's name.
        name: String,
        /// What it is.
        known: Known,
    },
    /// A stream of events of nobody knows which program.
    #[error(
        "orchestration.agents.{name}: `adapter: headless` is for a known program; add `preset:` claude, codex, \
         gemini or opencode"
    )]
    NoPreset {
        /// The agent's name.
        name: String,
    },
    /// A command line that a template cannot be made of.
    #[error("orchestration.agents.{name}: {source}")]
    Template {
        /// The agent's name.
        name: String,
        /// What is wrong with it.
        source: TemplateError,
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
        "no coding agent was found; install claude, codex, gemini or opencode (`conductor agents` says how), or name \
         your own command in .taskwerk/config.yml under orchestration.agents"
    )]
    None,
    /// Several are configured to review and none was asked for.
    #[error("several agents have the role of a reviewer ({}); name one in orchestration.workflow.review", names.join(", "))]
    SeveralReviewers {
        /// Their names.
        names: Vec<String>,
    },
    /// Several are configured and none was asked for.
    #[error("several agents are configured ({}); choose one with --agent", names.join(", "))]
    Several {
        /// Their names.
        names: Vec<String>,
    },
}

/// The known agents with the user's changes, and the user's own, by name. Where a known agent can be talked to in
/// two ways and the file names none, the protocol is taken when the program for it `is_there`.
///
/// # Errors
/// When an entry of the user's does not make an agent.
pub fn profiles(
    configured: &BTreeMap<String, AgentConfig>,
    is_there: &dyn Fn(&str) -> bool,
) -> Result<Vec<Profile>, ProfileError> {
    with_mode(configured, None, is_there)
}

/// The same as those who answer questions: each is told to change nothing, as far as its program can be told, whatever
/// it may do at work.
///
/// # Errors
/// When an entry of the user's does not make an agent.
pub fn answerers(
    configured: &BTreeMap<String, AgentConfig>,
    is_there: &dyn Fn(&str) -> bool,
) -> Result<Vec<Profile>, ProfileError> {
    with_mode(configured, Some(AgentMode::Answer), is_there)
}

fn with_mode(
    configured: &BTreeMap<String, AgentConfig>,
    mode: Option<AgentMode>,
    is_there: &dyn Fn(&str) -> bool,
) -> Result<Vec<Profile>, ProfileError> {
    let names = Known::ALL.iter().map(|known| known.name()).filter(|name| !configured.contains_key(*name));
    let make = |name: &str, config: &AgentConfig, configured| {
        let config = AgentConfig { mode: mode.or(config.mode), ..config.clone() };
        profile(name, &config, configured, is_there)
    };
    let untouched = names.map(|name| make(name, &AgentConfig::default(), false));
    let named = configured.iter().map(|(name, config)| make(name, config, true));
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
        [] => {
            let known = |p: &&Profile| Known::ALL.iter().position(|known| known.name() == p.label.name);
            authors().filter(|p| is_there(p)).min_by_key(known).ok_or(ChooseError::None)
        }
        [only] => Ok(only),
        several => {
            Err(ChooseError::Several { names: several.iter().map(|p| p.label.name.clone()).collect() })
        }
    }
}

/// Chooses the agent that reviews: the one asked for; else the only one that the file names with that role. Without
/// one nobody reviews.
///
/// # Errors
/// When the one asked for is unknown, or the file names several.
pub fn choose_reviewer<'p>(
    profiles: &'p [Profile],
    asked: Option<&str>,
) -> Result<Option<&'p Profile>, ChooseError> {
    if asked.is_some() {
        return choose(profiles, asked, |_| true).map(Some);
    }
    let reviewers: Vec<&Profile> =
        profiles.iter().filter(|p| p.configured && p.role == AgentRole::Reviewer).collect();
    match reviewers.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        several => Err(ChooseError::SeveralReviewers {
            names: several.iter().map(|p| p.label.name.clone()).collect(),
        }),
    }
}

/// The options that are set for this agent and cannot be passed on to its program.
pub fn unsupported_options(profile: &Profile) -> Vec<Unsupported> {
    let ProfileKind::Program(program) = &profile.kind else { return Vec::new() };
    let why = |option: &str| {
        let name = &profile.label.name;
        format!(
            "orchestration.agents.{name}.{option} has no effect: `{}` has no place for it",
            program.run.program()
        )
    };
    program.unsupported.iter().map(|option| Unsupported { option, why: why(option) }).collect()
}

fn profile(
    name: &str,
    config: &AgentConfig,
    configured: bool,
    is_there: &dyn Fn(&str) -> bool,
) -> Result<Profile, ProfileError> {
    let known = config.preset.or_else(|| Known::of_name(name));
    let adapter = config.adapter.unwrap_or_else(|| usual_adapter(config, known, is_there));
    let kind = if adapter == Adapter::Replay {
        replay(name, config)?
    } else {
        if config.recording.is_some() {
            let adapter = adapter.word();
            return Err(ProfileError::Contradiction { name: name.to_owned(), key: "recording", adapter });
        }
        ProfileKind::Program(Box::new(program(name, known, adapter, config)?))
    };
    let label = AgentLabel { name: name.to_owned(), replay: adapter == Adapter::Replay };
    Ok(Profile { label, role: config.role.unwrap_or_default(), price: config.price, configured, kind })
}

/// How an agent is talked to of which the file does not say it.
fn usual_adapter(config: &AgentConfig, known: Option<Known>, is_there: &dyn Fn(&str) -> bool) -> Adapter {
    match (known, &config.run, &config.recording) {
        (_, None, Some(_)) => Adapter::Replay,
        (_, Some(_), _) | (None, None, None) => Adapter::Command,
        (Some(known), None, None) => {
            let speaks = known.acp().first().is_some_and(|program| is_there(program));
            if speaks || known.headless().is_none() { Adapter::Acp } else { Adapter::Headless }
        }
    }
}

fn replay(name: &str, config: &AgentConfig) -> Result<ProfileKind, ProfileError> {
    let name = || name.to_owned();
    if config.run.is_some() {
        return Err(ProfileError::Contradiction { name: name(), key: "run", adapter: "replay" });
    }
    let recording = config.recording.clone().ok_or_else(|| ProfileError::NoRecording { name: name() })?;
    Ok(ProfileKind::Replay(Replay { recording, playing: config.playing.clone(), silence: config.silence }))
}

/// How long an agent that tells what it does may be silent: longer than a long answer takes to be thought.
const SILENCE: Duration = Duration::from_secs(10 * 60);

fn usual_silence(protocol: Protocol) -> Option<Duration> {
    (protocol != Protocol::Command).then_some(SILENCE)
}

fn program(
    name: &str,
    known: Option<Known>,
    adapter: Adapter,
    config: &AgentConfig,
) -> Result<ProgramProfile, ProfileError> {
    let protocol = match adapter {
        Adapter::Acp => Protocol::Acp,
        Adapter::Headless if known.is_none() => return Err(ProfileError::NoPreset { name: name.to_owned() }),
        Adapter::Headless => Protocol::Headless,
        Adapter::Command | Adapter::Replay => Protocol::Command,
    };
    let mode = config.mode.unwrap_or_default();
    let allow = config.allow.clone().unwrap_or_else(|| vec![Allow::Execute]);
    let lines = lines(name, known, protocol, config, mode, &allow)?;
    let fixed_env = fixed_env(known, protocol, config, mode, &allow);
    let tokens_fit = known.and_then(Known::max_tokens_env).is_some();
    // Over the protocol the model is an option of the session where no word or variable tells it.
    let model_fits = protocol == Protocol::Acp;
    let run = &lines.run;
    // It runs commands in a sandbox of its own, and cannot be told to run none.
    let own_sandbox = known == Some(Known::Codex) && !allow.contains(&Allow::Execute);
    let knows_mode = protocol == Protocol::Acp || (known.is_some() && config.run.is_none());
    let unsupported = [
        ("model", config.model.is_some() && !model_fits && !run.uses(Slot::Model)),
        ("max_tokens", config.max_tokens.is_some() && !tokens_fit && !run.uses(Slot::MaxTokens)),
        ("temperature", config.temperature.is_some() && !run.uses(Slot::Temperature)),
        ("mode", config.mode.is_some() && !knows_mode),
        ("allow", config.allow.is_some() && (!knows_mode || own_sandbox)),
    ];
    let env = config.env.iter().flatten().cloned();
    let own = known.into_iter().flat_map(Known::env).map(|name| (*name).to_owned());
    Ok(ProgramProfile {
        protocol,
        known,
        env: env.chain(own).collect(),
        fixed_env,
        model: config.model.clone(),
        max_tokens: config.max_tokens,
        temperature: config.temperature,
        mode,
        allow,
        silence: config.silence.or_else(|| usual_silence(protocol)),
        unsupported: unsupported.iter().filter(|(_, set)| *set).map(|(option, _)| *option).collect(),
        run: lines.run,
        resume: lines.resume,
        piped: lines.piped,
    })
}

/// The variables with fixed values.
fn fixed_env(
    known: Option<Known>,
    protocol: Protocol,
    config: &AgentConfig,
    mode: AgentMode,
    allow: &[Allow],
) -> BTreeMap<String, String> {
    let mut env = BTreeMap::new();
    let Some(known) = known else { return env };
    env.extend(known.fixed_env().iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let tokens = known.max_tokens_env().zip(config.max_tokens);
    env.extend(tokens.map(|(name, tokens)| (name.to_owned(), tokens.to_string())));
    if let (Protocol::Acp, Some(name), Some(model)) = (protocol, known.acp_model_env(), &config.model) {
        env.insert(name.to_owned(), model.clone());
    }
    if known == Known::Opencode && config.run.is_none() {
        // Whoever is to answer goes on without what is refused, and ends where it asked for it.
        let asks = protocol == Protocol::Acp && mode != AgentMode::Answer;
        let rules = opencode_permission(mode, allow, asks);
        env.insert("OPENCODE_PERMISSION".to_owned(), rules.to_string());
    }
    env
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    /// The profiles of a configuration, given as the value of `orchestration.agents`.
    fn of(agents: serde_json::Value) -> Result<Vec<Profile>, ProfileError> {
        let value = serde_json::json!({"orchestration": {"agents": agents}});
        // Only the programs of Gemini and OpenCode are there, which speak the protocol themselves.
        let is_there = |name: &str| matches!(name, "gemini" | "opencode");
        profiles(&Config::from_value(&value).unwrap().orchestration.agents, &is_there)
    }

    fn line(profile: &Profile) -> String {
        let ProfileKind::Program(command) = &profile.kind else { return format!("{}", profile.label) };
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
        insta::assert_snapshot!(lines(serde_json::json!({})), @r#"
        claude: claude -p PROMPT --output-format stream-json --verbose --permission-mode acceptEdits --allowedTools=Bash
        codex: codex exec --json -c sandbox_mode="workspace-write" -c approval_policy="never" -c analytics.enabled=false PROMPT
        gemini: gemini --acp
        opencode: opencode acp --print-logs --log-level ERROR
        qwen: qwen --acp
        vibe: vibe-acp
        "#);
        insta::assert_snapshot!(lines(serde_json::json!({
            "claude": {"model": "claude-3-opus-20240229", "mode": "full"},
            "codex": {"model": "m"},
            "gemini": {"model": "m", "mode": "full"},
            "opencode": {"model": "p/m"},
            "local": {"run": "my-agent --task {task_file}"},
            "demo": {"recording": "demo.json"},
            "replay": {"adapter": "replay", "recording": "demo.json"},
        })), @r#"
        claude: claude -p PROMPT --output-format stream-json --verbose --model claude-3-opus-20240229 --permission-mode bypassPermissions
        codex: codex exec --json -c model=m -c sandbox_mode="workspace-write" -c approval_policy="never" -c analytics.enabled=false PROMPT
        demo (replay)
        gemini: gemini --acp --model m
        local: my-agent --task TASK
        opencode: opencode acp --print-logs --log-level ERROR
        qwen: qwen --acp
        replay
        vibe: vibe-acp
        "#);
    }

    #[test]
    fn options_without_a_place_are_reported() {
        let all = of(serde_json::json!({
            "claude": {"model": "m", "max_tokens": 4000, "temperature": 0.2, "mode": "full"},
            "codex": {"allow": []},
            "opencode": {"mode": "full", "max_tokens": 10},
            "local": {"run": "a", "model": "m", "mode": "edit"},
            "good": {"run": "a {model} {max_tokens} {temperature}", "model": "m", "max_tokens": 1, "temperature": 1},
        }))
        .unwrap();
        let reported: Vec<String> =
            all.iter().flat_map(unsupported_options).map(|option| option.why).collect();
        insta::assert_snapshot!(reported.join("\n"), @"
        orchestration.agents.claude.temperature has no effect: `claude` has no place for it
        orchestration.agents.codex.allow has no effect: `codex` has no place for it
        orchestration.agents.local.model has no effect: `a` has no place for it
        orchestration.agents.local.mode has no effect: `a` has no place for it
        orchestration.agents.opencode.max_tokens has no effect: `opencode` has no place for it
        ");
        let claude = all.iter().find(|p| p.label.name == "claude").unwrap();
        let ProfileKind::Program(command) = &claude.kind else { panic!("a command") };
        assert_eq!(command.fixed_env["CLAUDE_CODE_MAX_OUTPUT_TOKENS"], "4000");
    }

    #[test]
    fn entries_that_make_no_agent_are_refused_with_a_way_out() {
        let refused = |agents| of(agents).unwrap_err().to_string();
        insta::assert_snapshot!(refused(serde_json::json!({"local": {"model": "m"}})), @r#"orchestration.agents.local: no command line; add `run: "my-agent --task {task_file}"`, or say which known agent it is with `preset:` claude, codex, gemini, opencode, qwen or vibe"#);
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
        insta::assert_snapshot!(chosen(&none, None, ""), @"no coding agent was found; install claude, codex, gemini or opencode (`conductor agents` says how), or name your own command in .taskwerk/config.yml under orchestration.agents");
        insta::assert_snapshot!(chosen(&one, Some("clause"), ""), @"there is no agent `clause`; known are claude, codex, critic, gemini, local, opencode, qwen, vibe");
        insta::assert_snapshot!(chosen(&two, None, "claude"), @"several agents are configured (codex, local); choose one with --agent");
    }

    #[test]
    fn only_the_program_that_is_known_counts_as_known() {
        let all = of(
            serde_json::json!({"claude": {"run": "my-wrapper {prompt}"}, "codex": {"run": "/opt/codex x"}}),
        )
        .unwrap();
        let built_in: Vec<&str> =
            all.iter().filter(|p| p.known().is_some()).map(|p| p.label.name.as_str()).collect();
        assert_eq!(built_in, ["codex", "gemini", "opencode", "qwen", "vibe"]);
    }
}
