//! The real programs, and how each is told to talk to the model server of this machine and to nobody else.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::json;

/// A real program, talked to in one of two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Real {
    pub(super) agent: Agent,
    pub(super) way: Way,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Agent {
    Claude,
    Codex,
    Opencode,
    Gemini,
    Qwen,
    Vibe,
}

/// How Conductor talks to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Acp,
    Headless,
}

/// What a run needs beside the program.
#[derive(Debug, Default)]
pub(super) struct Setup {
    /// Variables of the user's.
    pub(super) env: Vec<(&'static str, String)>,
    /// Words of the agent's `args`.
    pub(super) args: Vec<String>,
    /// Names of the agent's `env`.
    pub(super) names: Vec<&'static str>,
    /// The agent's `model`.
    pub(super) model: Option<&'static str>,
}

impl Real {
    /// All of them, in the order of the table.
    pub(super) fn all() -> Vec<Self> {
        use Agent::{Claude, Codex, Gemini, Opencode, Qwen, Vibe};
        let acp = [Claude, Codex, Opencode, Gemini, Qwen, Vibe].map(|agent| Self { agent, way: Way::Acp });
        let headless = [Claude, Codex, Opencode, Gemini].map(|agent| Self { agent, way: Way::Headless });
        acp.into_iter().chain(headless).collect()
    }

    /// For people: `claude-acp`.
    pub(super) fn name(&self) -> String {
        format!("{}-{}", self.agent.name(), self.way.word())
    }

    /// Writes what the program reads from its home, and says what else it needs.
    pub(super) fn prepare(self, home: &Path, url: &str) -> io::Result<Setup> {
        match self.agent {
            Agent::Claude => Ok(claude(url)),
            Agent::Codex => codex(self.way, home, url),
            Agent::Opencode => Ok(opencode(url)),
            Agent::Gemini => gemini(home, url),
            Agent::Qwen => qwen(home, url),
            Agent::Vibe => vibe(home, url),
        }
    }
}

impl Agent {
    /// Its name in the configuration.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Claude => "claude",
            Self::Codex => "codex",
            Self::Opencode => "opencode",
            Self::Gemini => "gemini",
            Self::Qwen => "qwen",
            Self::Vibe => "vibe",
        }
    }
}

impl Way {
    /// The adapter in the configuration.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Acp => "acp",
            Self::Headless => "headless",
        }
    }
}

fn claude(url: &str) -> Setup {
    let env = vec![
        ("ANTHROPIC_BASE_URL", url.to_owned()),
        ("ANTHROPIC_API_KEY", "dummy".to_owned()),
        // It refuses to work for root elsewhere.
        ("IS_SANDBOX", "1".to_owned()),
    ];
    Setup { env, ..Setup::default() }
}

/// By its settings file over the protocol, by words of the command line without.
fn codex(way: Way, home: &Path, url: &str) -> io::Result<Setup> {
    let provider = [
        ("name", "\"fake\"".to_owned()),
        ("base_url", format!("\"{url}/v1\"")),
        ("env_key", "\"FAKE_KEY\"".to_owned()),
        ("wire_api", "\"responses\"".to_owned()),
    ];
    let mut setup =
        Setup { env: vec![("FAKE_KEY", "dummy".to_owned())], names: vec!["FAKE_KEY"], ..Setup::default() };
    match way {
        Way::Headless => {
            let mut set = |text: String| setup.args.extend(["-c".to_owned(), text]);
            set("model=\"gpt-5.5\"".to_owned());
            set("model_provider=\"fake\"".to_owned());
            for (key, value) in provider {
                set(format!("model_providers.fake.{key}={value}"));
            }
        }
        Way::Acp => {
            let lines: String = provider.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
            let text = format!(
                "model=\"gpt-5.5\"\nmodel_provider=\"fake\"\n[analytics]\nenabled=false\n[model_providers.fake]\n{lines}"
            );
            write(&home.join(".codex/config.toml"), &text)?;
        }
    }
    Ok(setup)
}

fn opencode(url: &str) -> Setup {
    let config = json!({
        "provider": {"fake": {
            "npm": "@ai-sdk/openai-compatible", "name": "fake",
            "options": {"baseURL": format!("{url}/v1"), "apiKey": "dummy"},
            "models": {"fake": {"name": "fake", "limit": {"context": 200_000, "output": 8_000},
                "cost": {"input": 1, "output": 2}}},
        }},
        "model": "fake/fake", "small_model": "fake/fake", "share": "disabled", "autoupdate": false,
    });
    let env = vec![
        ("OPENCODE_CONFIG_CONTENT", config.to_string()),
        ("OPENCODE_DISABLE_MODELS_FETCH", "1".to_owned()),
    ];
    Setup { env, ..Setup::default() }
}

fn gemini(home: &Path, url: &str) -> io::Result<Setup> {
    let settings = json!({
        "security": {"auth": {"selectedType": "gemini-api-key"}}, "general": {"disableAutoUpdate": true},
        "privacy": {"usageStatisticsEnabled": false}, "telemetry": {"enabled": false},
    });
    write(&home.join(".gemini/settings.json"), &settings.to_string())?;
    let env = vec![("GEMINI_API_KEY", "dummy".to_owned()), ("GOOGLE_GEMINI_BASE_URL", url.to_owned())];
    Ok(Setup { env, model: Some("gemini-2.5-pro"), ..Setup::default() })
}

fn qwen(home: &Path, url: &str) -> io::Result<Setup> {
    let settings = json!({
        "security": {"auth": {"selectedType": "openai"}},
        "general": {"disableAutoUpdate": true, "enableAutoUpdate": false},
        "privacy": {"usageStatisticsEnabled": false}, "telemetry": {"enabled": false},
    });
    write(&home.join(".qwen/settings.json"), &settings.to_string())?;
    let env = vec![
        ("OPENAI_BASE_URL", format!("{url}/v1")),
        ("OPENAI_API_KEY", "dummy".to_owned()),
        ("OPENAI_MODEL", "fake".to_owned()),
    ];
    Ok(Setup { env, ..Setup::default() })
}

fn vibe(home: &Path, url: &str) -> io::Result<Setup> {
    let text = format!(
        "active_model = \"fake\"\nenable_telemetry = false\nenable_update_checks = false\n\
         enable_auto_update = false\n[[providers]]\nname = \"fake\"\napi_base = \"{url}/v1\"\n\
         api_key_env_var = \"FAKE_KEY\"\napi_style = \"openai\"\nbackend = \"generic\"\n[[models]]\n\
         name = \"fake\"\nprovider = \"fake\"\nalias = \"fake\"\n"
    );
    write(&home.join(".vibe/config.toml"), &text)?;
    let env = vec![("FAKE_KEY", "dummy".to_owned()), ("MISTRAL_API_KEY", "dummy".to_owned())];
    Ok(Setup { env, names: vec!["FAKE_KEY"], ..Setup::default() })
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, text)
}
