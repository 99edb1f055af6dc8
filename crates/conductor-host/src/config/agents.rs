//! `orchestration.agents`: what the user says about an agent. Keys that are absent leave a built-in agent as
//! it is; [`crate::agents::profiles`] puts both together.

use std::path::PathBuf;
use std::time::Duration;

use super::Micros;
use super::reader::{Field, Section};
use crate::agents::Known;
use crate::agents::argv::RunTemplate;

/// How Conductor talks to an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adapter {
    /// The Agent Client Protocol.
    Acp,
    /// The stream of events of a known program without a person in front of it.
    Headless,
    /// A program that is given files and an environment.
    Command,
    /// A recording is played back; no model is involved.
    Replay,
}

impl Adapter {
    const ALL: [Self; 4] = [Self::Acp, Self::Headless, Self::Command, Self::Replay];

    /// Its word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Acp => "acp",
            Self::Headless => "headless",
            Self::Command => "command",
            Self::Replay => "replay",
        }
    }
}

/// What an agent is there for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AgentRole {
    /// It does tasks.
    #[default]
    Author,
    /// It reviews what another one did.
    Reviewer,
}

/// How much an agent may do in its workspace without asking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AgentMode {
    /// It looks, and changes nothing.
    Plan,
    /// It edits files, and does what `allow` names.
    #[default]
    Edit,
    /// Everything that its program can do.
    Full,
    /// It looks and answers, and changes nothing. No word of the configuration: what is asked of an agent that is to
    /// answer, whatever it may do at work. Unlike [`Self::Plan`] it is none of the agent's own ways to plan, which end
    /// in a question to a person.
    Answer,
}

impl AgentMode {
    /// Its word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Edit => "edit",
            Self::Full => "full",
            Self::Answer => "answer",
        }
    }
}

/// What an agent that edits files may do besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Allow {
    /// Run commands in its workspace.
    Execute,
    /// Fetch something from a network.
    Fetch,
}

impl Allow {
    /// Its word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Execute => "execute",
            Self::Fetch => "fetch",
        }
    }
}

/// How a recording is played.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Playing {
    /// How many times as fast as it was recorded; `None` for without any waiting.
    pub speed: Option<f64>,
    /// What goes wrong.
    pub faults: Vec<PlayFault>,
}

/// What may go wrong with a recording that is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlayFault {
    /// It ends in the middle of a line, half-way.
    Cut,
    /// It says nothing more, half-way.
    Hang,
    /// Some lines have other bytes in them.
    Garble,
    /// Some lines change places with the next.
    Reorder,
}

impl PlayFault {
    /// All of them, with their words.
    pub const ALL: [(&'static str, Self); 4] =
        [("cut", Self::Cut), ("hang", Self::Hang), ("garble", Self::Garble), ("reorder", Self::Reorder)];

    /// Its word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::Hang => "hang",
            Self::Garble => "garble",
            Self::Reorder => "reorder",
        }
    }
}

/// What a model costs, in money for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// Tokens read.
    pub input: Micros,
    /// Tokens written.
    pub output: Micros,
}

/// What the user's file says about one agent. Everything is optional.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AgentConfig {
    /// How it is talked to.
    pub adapter: Option<Adapter>,
    /// The known agent that it is; its name says so where this does not.
    pub preset: Option<Known>,
    /// Words behind those of its command line, as they are.
    pub args: Option<Vec<String>>,
    /// Its command line, split into words; no shell ever sees it. A program with a slash that is not absolute is
    /// one of the workspace; one without a slash is looked up in the user's `PATH`.
    pub run: Option<RunTemplate>,
    /// The recording, for [`Adapter::Replay`]. A relative path is seen from where Conductor runs.
    pub recording: Option<PathBuf>,
    /// Names of variables that it gets from the user's environment.
    pub env: Option<Vec<String>>,
    /// The model's name.
    pub model: Option<String>,
    /// The most tokens of one answer.
    pub max_tokens: Option<u32>,
    /// From 0 to 2, as it was written.
    pub temperature: Option<f64>,
    /// What it is there for.
    pub role: Option<AgentRole>,
    /// What it may do without asking.
    pub mode: Option<AgentMode>,
    /// What it may do beyond its mode.
    pub allow: Option<Vec<Allow>>,
    /// For how long it may be silent with no tool under way.
    pub silence: Option<Duration>,
    /// How a recording is played.
    pub playing: Playing,
    /// What its model costs.
    pub price: Option<Price>,
    /// On how many runs it may work at once; `None` for as many as the session has slots.
    pub jobs: Option<u32>,
}

impl AgentConfig {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let adapters = Adapter::ALL.map(|adapter| (adapter.word(), adapter));
        let presets = Known::ALL.map(|known| (known.name(), known));
        let allowed = [("execute", Allow::Execute), ("fetch", Allow::Fetch)];
        let roles = [("author", AgentRole::Author), ("reviewer", AgentRole::Reviewer)];
        let modes = [("plan", AgentMode::Plan), ("edit", AgentMode::Edit), ("full", AgentMode::Full)];
        let read = Self {
            adapter: section.take("adapter").and_then(|f| f.choice(&adapters)),
            preset: section.take("preset").and_then(|f| f.choice(&presets)),
            args: section.take("args").and_then(|f| f.texts()),
            run: section.take("run").and_then(|f| template(&f)),
            recording: section.take("recording").and_then(|f| f.text()).map(PathBuf::from),
            env: section.take("env").and_then(|f| f.list(|entry| variable(&entry))),
            model: section.take("model").and_then(|f| f.text()),
            max_tokens: section.take("max_tokens").and_then(|f| f.whole(1, 10_000_000)),
            temperature: section.take("temperature").and_then(|f| temperature(&f)),
            role: section.take("role").and_then(|f| f.choice(&roles)),
            mode: section.take("mode").and_then(|f| f.choice(&modes)),
            allow: section.take("allow").and_then(|f| f.list(|entry| entry.choice(&allowed))),
            silence: section.take("silence").and_then(|f| f.duration()),
            playing: Playing {
                speed: section.take("speed").and_then(|f| speed(&f)),
                faults: section
                    .take("faults")
                    .and_then(|f| f.list(|entry| entry.choice(&PlayFault::ALL)))
                    .unwrap_or_default(),
            },
            price: section.take("price").and_then(|f| price(f.section()?)),
            jobs: section.take("jobs").and_then(|f| f.whole(1, 64)),
        };
        section.finish();
        read
    }
}

fn template(field: &Field<'_>) -> Option<RunTemplate> {
    match RunTemplate::parse(&field.text()?) {
        Ok(template) => Some(template),
        Err(error) => field.refuse(format!("a command line without shell syntax ({error})")),
    }
}

pub(super) fn variable(field: &Field<'_>) -> Option<String> {
    let name = field.text()?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if name.bytes().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit()) {
        Some(name)
    } else {
        field.refuse("the name of an environment variable (its value stays out of the file)")
    }
}

pub(super) fn temperature(field: &Field<'_>) -> Option<f64> {
    field
        .value()
        .as_f64()
        .filter(|t| (0.0..=2.0).contains(t))
        .or_else(|| field.refuse("a number from 0 to 2"))
}

fn speed(field: &Field<'_>) -> Option<f64> {
    let fits = |speed: &f64| (0.01..=1000.0).contains(speed);
    field.value().as_f64().filter(fits).or_else(|| field.refuse("a number from 0.01 to 1000"))
}

pub(super) fn price(mut section: Section<'_>) -> Option<Price> {
    let what = "US dollars for a million tokens";
    let input = section.require("input", what).and_then(|f| f.money());
    let output = section.require("output", what).and_then(|f| f.money());
    section.finish();
    Some(Price { input: input?, output: output? })
}
