//! The providers that are known by name.

use conductor_plan::decompose::Dialect;

/// A provider, which says by which API it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provider {
    /// Anthropic, by its Messages API.
    Anthropic,
    /// OpenAI, by its Responses API.
    OpenAi,
    /// OpenAI's Chat Completions API, which many others speak too.
    OpenAiChat,
    /// Google's Gemini API.
    Gemini,
    /// Ollama, by its interface in the form of Chat Completions.
    Ollama,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Anthropic, Self::OpenAi, Self::OpenAiChat, Self::Gemini, Self::Ollama];

    /// Its name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Anthropic => "anthropic",
            Self::OpenAi => "openai",
            Self::OpenAiChat => "openai-chat",
            Self::Gemini => "gemini",
            Self::Ollama => "ollama",
        }
    }

    /// The provider of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.name() == name)
    }

    /// The provider whose models have such names.
    pub fn of_model(model: &str) -> Option<Self> {
        let begins = |words: &[&str]| words.iter().any(|word| model.starts_with(word));
        if begins(&["claude-"]) {
            Some(Self::Anthropic)
        } else if begins(&["gpt-", "o1", "o3", "o4", "chatgpt-"]) {
            Some(Self::OpenAi)
        } else if begins(&["gemini-"]) {
            Some(Self::Gemini)
        } else {
            None
        }
    }

    /// Its API, in words.
    pub fn api(self) -> &'static str {
        match self {
            Self::Anthropic => "Anthropic Messages",
            Self::OpenAi => "OpenAI Responses",
            Self::OpenAiChat | Self::Ollama => "OpenAI Chat Completions",
            Self::Gemini => "Gemini",
        }
    }

    /// Where it is, up to the part of the path that has no version.
    pub(super) fn base_url(self) -> &'static str {
        match self {
            Self::Anthropic => "https://api.anthropic.com",
            Self::OpenAi | Self::OpenAiChat => "https://api.openai.com/v1",
            Self::Gemini => "https://generativelanguage.googleapis.com",
            Self::Ollama => "http://localhost:11434/v1",
        }
    }

    /// The variables that usually hold a key, the first that is set counts; none where none is needed.
    pub(super) fn key_variables(self) -> &'static [&'static str] {
        match self {
            Self::Anthropic => &["ANTHROPIC_API_KEY"],
            Self::OpenAi | Self::OpenAiChat => &["OPENAI_API_KEY"],
            Self::Gemini => &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
            Self::Ollama => &[],
        }
    }

    /// In whose words it takes a schema.
    pub(super) fn dialect(self) -> Dialect {
        match self {
            Self::Anthropic | Self::OpenAi | Self::OpenAiChat | Self::Ollama => Dialect::Strict,
            Self::Gemini => Dialect::Gemini,
        }
    }
}
