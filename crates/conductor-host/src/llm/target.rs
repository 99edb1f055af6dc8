//! Which model is asked, and how: the configuration and the command line together.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use thiserror::Error;
use ureq::http::Uri;

use super::key::{Key, KeyError};
use super::provider::Provider;
use super::proxy::{Through, is_here};
use crate::config::{Llm, Price};
use crate::process::EnvMap;
use crate::webhook::place_of;

/// A model at a provider.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The provider.
    pub provider: Provider,
    /// The model, as the provider calls it.
    pub model: String,
    /// Where it is asked.
    pub base_url: String,
    /// The most tokens of one answer.
    pub max_tokens: u32,
    /// The temperature, if one was set.
    pub temperature: Option<f64>,
    /// What it costs, if that is known.
    pub price: Option<Price>,
    /// For how long an answer may be silent.
    pub timeout: Duration,
    /// The proxy of the user's environment that it is asked through.
    pub proxy: Option<Through>,
}

/// Why no model can be asked.
#[derive(Debug, Error)]
pub enum TargetError {
    /// No model was named.
    #[error(
        "no model is named: use --model PROVIDER/MODEL, or set planning.llm.model; providers are {}",
        known()
    )]
    NoModel,
    /// It cannot be told whose model it is.
    #[error("it cannot be told whose model `{model}` is: write PROVIDER/{model}; providers are {}", known())]
    NoProvider {
        /// The model.
        model: String,
    },
    /// The provider is not known.
    #[error("there is no provider `{name}`; known are {}", known())]
    UnknownProvider {
        /// The name that was given.
        name: String,
    },
    /// The model's name cannot be one.
    #[error("{model:?} is no name of a model: it has signs that no name has")]
    OddModel {
        /// The name that was given.
        model: String,
    },
    /// The key would be sent in the open.
    #[error(
        "{place} is not encrypted and not this machine: the key would travel in the open; use https in \
         planning.llm.base_url"
    )]
    Open {
        /// The address.
        place: String,
    },
    /// A proxy is set that cannot be one.
    #[error(
        "what {variable} holds is no address of a proxy, such as http://proxy.example.org:3128: correct it, or name the \
         host in NO_PROXY if it is to be asked directly; nothing was sent"
    )]
    Proxy {
        /// The variable.
        variable: String,
    },
    /// There is no key.
    #[error(transparent)]
    Key(#[from] KeyError),
}

fn known() -> String {
    Provider::ALL.map(Provider::name).join(", ")
}

impl Target {
    /// The model of the configuration, or the one that `model` names instead: `PROVIDER/MODEL`, or only the model's name
    /// where the provider is clear.
    ///
    /// # Errors
    /// When it is not clear which model is meant.
    pub fn new(config: &Llm, model: Option<&str>, env: &EnvMap) -> Result<Self, TargetError> {
        let named = model.or(config.model.as_deref()).ok_or(TargetError::NoModel)?;
        let configured = config.provider.as_deref().map(provider).transpose()?;
        let split = named.split_once('/').and_then(|(first, rest)| Some((Provider::named(first)?, rest)));
        // Models of some servers have a slash in their own names.
        let (provider, name) = match (split, configured) {
            (Some((provider, rest)), _) => (provider, rest),
            (None, Some(configured)) => (configured, named),
            (None, None) => {
                let model = named.to_owned();
                (Provider::of_model(named).ok_or(TargetError::NoProvider { model })?, named)
            }
        };
        // It becomes a part of an address.
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/@".contains(c);
        if name.is_empty() || !name.chars().all(plain) {
            return Err(TargetError::OddModel { model: name.to_owned() });
        }
        // An address of one provider is not that of another.
        let own = configured.is_none_or(|configured| configured == provider);
        let base_url = config.base_url.as_deref().filter(|_| own).unwrap_or(provider.base_url());
        let price = config.price.filter(|_| own && config.model.as_deref().is_none_or(|m| m == named));
        let free = Price { input: crate::config::Micros(0), output: crate::config::Micros(0) };
        let proxy = Through::of(base_url, env)?;
        Ok(Self {
            provider,
            model: name.to_owned(),
            base_url: base_url.trim_end_matches('/').to_owned(),
            max_tokens: config.max_tokens,
            temperature: config.temperature,
            price: price.or((provider == Provider::Ollama).then_some(free)),
            timeout: config.timeout,
            proxy,
        })
    }

    /// The key for it; `None` where the provider needs none and none is configured.
    ///
    /// # Errors
    /// When there is none though one is needed, or it would travel in the open.
    pub fn key(&self, config: &Llm, dir: &Path, env: &EnvMap) -> Result<Option<Key>, TargetError> {
        let provider = self.provider.name();
        let key = match (&config.api_key_command, &config.api_key_env) {
            (Some(words), _) => Key::of_command(words, dir, env)?,
            (None, Some(name)) => Key::of_variables(&[name], env, provider)?,
            (None, None) if self.provider.key_variables().is_empty() => return Ok(None),
            (None, None) => Key::of_variables(self.provider.key_variables(), env, provider)?,
        };
        if self.base_url.starts_with("http://") && !self.is_here() {
            return Err(TargetError::Open { place: self.place() });
        }
        Ok(Some(key))
    }

    /// Scheme and host, for people.
    pub fn place(&self) -> String {
        place_of(&self.base_url).unwrap_or_default()
    }

    /// Scheme, host and port: to whom what is asked goes, and the key with it.
    pub fn address(&self) -> String {
        address_of(&self.base_url)
    }

    /// Whether it is asked at its provider's own address.
    pub fn is_usual(&self) -> bool {
        self.address() == address_of(self.provider.base_url())
    }

    /// Whether it is on this machine.
    pub fn is_here(&self) -> bool {
        self.base_url.parse::<Uri>().is_ok_and(|uri| uri.host().is_some_and(is_here))
    }

    /// Its name for people: `PROVIDER/MODEL`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.provider.name(), self.model)
    }

    /// What an answer depends on. Not the address: the same model behind another one is the same model.
    pub fn identity(&self) -> Value {
        json!({
            "provider": self.provider.name(), "model": self.model, "max_tokens": self.max_tokens,
            "temperature": self.temperature,
        })
    }
}

fn provider(name: &str) -> Result<Provider, TargetError> {
    Provider::named(name).ok_or_else(|| TargetError::UnknownProvider { name: name.to_owned() })
}

/// Scheme, host and port of an address, in one spelling. What cannot be read stands for nothing but itself.
pub fn address_of(url: &str) -> String {
    let Ok(uri) = url.parse::<Uri>() else { return url.to_owned() };
    let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else { return url.to_owned() };
    let usual = if scheme == "https" { 443 } else { 80 };
    let port =
        uri.port_u16().filter(|port| *port != usual).map(|port| format!(":{port}")).unwrap_or_default();
    format!("{scheme}://{}{port}", host.to_ascii_lowercase())
}
