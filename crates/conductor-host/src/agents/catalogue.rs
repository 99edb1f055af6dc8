//! The agents that this program knows: how each is found, started, resumed, limited and got.
//!
//! What they do on the wire is in `headless` and `acp`; this is only a table.

use std::fmt;

use crate::config::{AgentMode, Allow};

/// An agent program that is known by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    /// Claude Code.
    Claude,
    /// Codex CLI.
    Codex,
    /// Gemini CLI.
    Gemini,
    /// OpenCode.
    Opencode,
    /// Qwen Code.
    Qwen,
    /// Mistral Vibe.
    Vibe,
}

impl Known {
    /// All of them, in the order in which one is looked for when the user names none.
    pub const ALL: [Self; 6] =
        [Self::Claude, Self::Codex, Self::Gemini, Self::Opencode, Self::Qwen, Self::Vibe];

    /// Its name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Claude => "claude",
            Self::Codex => "codex",
            Self::Gemini => "gemini",
            Self::Opencode => "opencode",
            Self::Qwen => "qwen",
            Self::Vibe => "vibe",
        }
    }

    /// The one of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// How it is got.
    pub fn install(self) -> &'static str {
        match self {
            Self::Claude => "npm install -g @anthropic-ai/claude-code",
            Self::Codex => "npm install -g @openai/codex",
            Self::Gemini => "npm install -g @google/gemini-cli",
            Self::Opencode => "npm install -g opencode-ai",
            Self::Qwen => "npm install -g @qwen-code/qwen-code",
            Self::Vibe => "uv tool install mistral-vibe",
        }
    }

    /// How a person signs in to it.
    pub fn sign_in(self) -> &'static str {
        match self {
            Self::Claude => "run `claude` once and sign in, or set ANTHROPIC_API_KEY",
            Self::Codex => "run `codex login`, or set OPENAI_API_KEY",
            Self::Gemini => "run `gemini` once and sign in, or set GEMINI_API_KEY",
            Self::Opencode => "run `opencode auth login`",
            Self::Qwen => "run `qwen` once and sign in, or set OPENAI_API_KEY and OPENAI_BASE_URL",
            Self::Vibe => "run `vibe --setup`, or set MISTRAL_API_KEY",
        }
    }

    /// Where it keeps its credentials, below the home folder.
    pub fn credentials(self) -> &'static str {
        match self {
            Self::Claude => ".claude",
            Self::Codex => ".codex",
            Self::Gemini => ".gemini",
            Self::Opencode => ".local/share/opencode",
            Self::Qwen => ".qwen",
            Self::Vibe => ".vibe",
        }
    }

    /// The variable that names another folder for them.
    pub fn credentials_env(self) -> Option<&'static str> {
        match self {
            Self::Claude => Some("CLAUDE_CONFIG_DIR"),
            Self::Codex => Some("CODEX_HOME"),
            Self::Gemini | Self::Opencode | Self::Qwen | Self::Vibe => None,
        }
    }

    /// Variables that hold a key of its provider's, in place of signing in.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Claude => &["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"],
            Self::Codex => &["OPENAI_API_KEY", "CODEX_API_KEY"],
            Self::Gemini => &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
            Self::Opencode => &["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY"],
            Self::Qwen => &["OPENAI_API_KEY", "DASHSCOPE_API_KEY"],
            Self::Vibe => &["MISTRAL_API_KEY"],
        }
    }

    /// How a limit of its provider shows, for people.
    pub fn limits(self) -> &'static str {
        match self {
            Self::Claude => {
                "rate_limit_event with the reset, api_retry with status 429, or a limit in the result"
            }
            Self::Codex => "turn.failed that names the limit, often with the time until the reset",
            Self::Gemini => "status 429 in the result or on standard error; retries are mute",
            Self::Opencode => "an error with status 429; retries stand in its log",
            Self::Qwen | Self::Vibe => "an error of the protocol that names status 429",
        }
    }

    /// The variables that it gets from the user's environment. A name that ends in `*` stands for all that begin so.
    pub(super) fn env(self) -> &'static [&'static str] {
        match self {
            Self::Claude => &["ANTHROPIC_*", "CLAUDE_CODE_*", "CLAUDE_CONFIG_DIR", "IS_SANDBOX"],
            Self::Codex => &["OPENAI_API_KEY", "OPENAI_BASE_URL", "CODEX_API_KEY", "CODEX_HOME"],
            Self::Gemini => &["GEMINI_*", "GOOGLE_*"],
            Self::Opencode => &["OPENCODE_*", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY"],
            Self::Qwen => &["QWEN_*", "OPENAI_*", "DASHSCOPE_API_KEY"],
            Self::Vibe => &["VIBE_*", "MISTRAL_*"],
        }
    }

    /// The variables that it gets with a fixed value.
    pub(super) fn fixed_env(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Claude => &[
                ("DISABLE_AUTOUPDATER", "1"),
                ("DISABLE_TELEMETRY", "1"),
                ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
                // Else it tries for minutes, over the protocol without a word, and a slot is worth more than that.
                ("CLAUDE_CODE_MAX_RETRIES", "4"),
            ],
            Self::Codex | Self::Qwen | Self::Vibe => &[],
            // A workspace is a new folder each time, which this program would refuse as untrusted.
            Self::Gemini => &[("GEMINI_CLI_TRUST_WORKSPACE", "true")],
            Self::Opencode => &[("OPENCODE_DISABLE_AUTOUPDATE", "1"), ("OPENCODE_DISABLE_LSP_DOWNLOAD", "1")],
        }
    }

    /// The variable by which it is told the most tokens of one answer.
    pub(super) fn max_tokens_env(self) -> Option<&'static str> {
        match self {
            Self::Claude => Some("CLAUDE_CODE_MAX_OUTPUT_TOKENS"),
            Self::Codex | Self::Gemini | Self::Opencode | Self::Qwen | Self::Vibe => None,
        }
    }

    /// Its program that speaks the Agent Client Protocol, and that program's words.
    pub(super) fn acp(self) -> &'static [&'static str] {
        match self {
            Self::Claude => &["claude-agent-acp"],
            Self::Codex => &["codex-acp"],
            Self::Gemini => &["gemini", "--acp"],
            Self::Opencode => &["opencode", "acp", "--print-logs", "--log-level", "ERROR"],
            Self::Qwen => &["qwen", "--acp"],
            Self::Vibe => &["vibe-acp"],
        }
    }

    /// Its program without a person in front of it; `None` for one that is only talked to by the protocol.
    pub(super) fn headless(self) -> Option<&'static Headless> {
        match self {
            Self::Claude => Some(&CLAUDE),
            Self::Codex => Some(&CODEX),
            Self::Gemini => Some(&GEMINI),
            Self::Opencode => Some(&OPENCODE),
            Self::Qwen | Self::Vibe => None,
        }
    }

    /// The words by which its protocol program is told the model, before a session begins.
    pub(super) fn acp_model(self) -> &'static [&'static str] {
        match self {
            Self::Gemini | Self::Qwen => &["--model", "{model}"],
            Self::Codex => &["-c", "model={model}"],
            Self::Claude | Self::Opencode | Self::Vibe => &[],
        }
    }

    /// The variable by which its protocol program is told the model.
    pub(super) fn acp_model_env(self) -> Option<&'static str> {
        match self {
            Self::Claude => Some("ANTHROPIC_MODEL"),
            Self::Codex | Self::Gemini | Self::Opencode | Self::Qwen | Self::Vibe => None,
        }
    }
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A command line without a person in front of it. Its words are those of `head`, then `resume` or `begin`, the
/// model's, the mode's, what is allowed beyond it, and `tail`.
pub(super) struct Headless {
    pub(super) head: &'static [&'static str],
    pub(super) begin: &'static [&'static str],
    pub(super) resume: &'static [&'static str],
    pub(super) model: &'static [&'static str],
    mode: fn(AgentMode, &[Allow]) -> Vec<String>,
    pub(super) tail: &'static [&'static str],
    /// How its command line says that the prompt comes by its standard input.
    pub(super) piped: Piped,
}

/// What stands on a command line in place of a prompt that is too long to stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piped {
    /// Nothing.
    Nothing,
    /// Nothing, and not the option before it either.
    NoOption,
    /// A dash.
    Dash,
}

impl Headless {
    /// The words that say what it may do.
    pub(super) fn mode(&self, mode: AgentMode, allow: &[Allow]) -> Vec<String> {
        (self.mode)(mode, allow)
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

const CLAUDE: Headless = Headless {
    head: &["claude", "-p", "{prompt}", "--output-format", "stream-json", "--verbose"],
    begin: &[],
    resume: &["--resume", "{session}"],
    model: &["--model", "{model}"],
    mode: |mode, allow| {
        let mut all = match mode {
            AgentMode::Plan => words(&["--permission-mode", "plan"]),
            AgentMode::Edit => words(&["--permission-mode", "acceptEdits"]),
            AgentMode::Full => words(&["--permission-mode", "bypassPermissions"]),
            // Nobody is there who could be asked, so that what changes something is refused.
            AgentMode::Answer => words(&["--permission-mode", "default"]),
        };
        if mode == AgentMode::Edit {
            let tools = allow.iter().map(|allow| match allow {
                Allow::Execute => "Bash",
                Allow::Fetch => "WebFetch,WebSearch",
            });
            let tools: Vec<&str> = tools.collect();
            if !tools.is_empty() {
                // One word with commas: the option takes as many words as follow it.
                all.push(format!("--allowedTools={}", tools.join(",")));
            }
        }
        all
    },
    tail: &[],
    piped: Piped::Nothing,
};

const CODEX: Headless = Headless {
    head: &["codex", "exec"],
    begin: &["--json"],
    // The option `--sandbox` is not one of `resume`; the setting is.
    resume: &["resume", "--json", "{session}"],
    model: &["-c", "model={model}"],
    mode: |mode, allow| {
        let sandbox = match mode {
            AgentMode::Plan | AgentMode::Answer => "read-only",
            AgentMode::Edit => "workspace-write",
            AgentMode::Full => "danger-full-access",
        };
        let mut all = vec!["-c".to_owned(), format!("sandbox_mode=\"{sandbox}\"")];
        all.extend(words(&["-c", "approval_policy=\"never\""]));
        // As for the others; without a network it also waits five seconds for it at its end.
        all.extend(words(&["-c", "analytics.enabled=false"]));
        if mode == AgentMode::Edit && allow.contains(&Allow::Fetch) {
            all.extend(words(&["-c", "sandbox_workspace_write.network_access=true"]));
        }
        all
    },
    tail: &["{prompt}"],
    piped: Piped::Dash,
};

const GEMINI: Headless = Headless {
    head: &["gemini"],
    begin: &[],
    // It repeats the results of tools when it resumes, which its provider refuses.
    resume: &[],
    model: &["-m", "{model}"],
    mode: |mode, allow| {
        let mut all = match mode {
            AgentMode::Plan => words(&["--approval-mode", "plan"]),
            AgentMode::Edit => words(&["--approval-mode", "auto_edit"]),
            AgentMode::Full => words(&["--approval-mode", "yolo"]),
            AgentMode::Answer => words(&["--approval-mode", "default"]),
        };
        if mode == AgentMode::Edit {
            let tools = allow.iter().map(|allow| match allow {
                Allow::Execute => "run_shell_command",
                Allow::Fetch => "web_fetch,google_web_search",
            });
            let tools: Vec<&str> = tools.collect();
            if !tools.is_empty() {
                all.push(format!("--allowed-tools={}", tools.join(",")));
            }
        }
        all
    },
    tail: &["--output-format", "stream-json", "-p", "{prompt}"],
    piped: Piped::NoOption,
};

const OPENCODE: Headless = Headless {
    // Its log on standard error is the only place that tells of a provider that fails.
    head: &["opencode", "run", "--format", "json", "--print-logs", "--log-level", "ERROR"],
    begin: &[],
    resume: &["--session", "{session}"],
    model: &["--model", "{model}"],
    // What it may do is told by its configuration: see `opencode_permission`.
    mode: |_, _| Vec::new(),
    tail: &["{prompt}"],
    piped: Piped::Nothing,
};

/// OpenCode's own rules, as its configuration has them: what is not allowed is refused and never asked, since nobody
/// is there. Over the protocol it asks, and is answered by Conductor.
pub(super) fn opencode_permission(mode: AgentMode, allow: &[Allow], asks: bool) -> serde_json::Value {
    let word = |allowed: bool| match (allowed, asks) {
        (true, _) => "allow",
        (false, true) => "ask",
        (false, false) => "deny",
    };
    let full = mode == AgentMode::Full;
    let edit = full || mode == AgentMode::Edit;
    let may = |what: Allow| full || (mode == AgentMode::Edit && allow.contains(&what));
    serde_json::json!({
        "edit": word(edit),
        "bash": word(may(Allow::Execute)),
        "webfetch": word(may(Allow::Fetch)),
        "external_directory": word(full),
    })
}
