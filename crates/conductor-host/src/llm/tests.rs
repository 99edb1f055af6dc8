use std::ffi::OsString;
use std::path::Path;

use super::*;
use crate::config::{Llm, Micros, Price};
use crate::process::EnvMap;

fn env(values: &[(&str, &str)]) -> EnvMap {
    values.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect()
}

#[test]
fn it_is_told_whose_model_is_meant() {
    let config = |provider: Option<&str>, model: Option<&str>| Llm {
        provider: provider.map(str::to_owned),
        model: model.map(str::to_owned),
        ..Llm::default()
    };
    let cases = [
        (None, None, Some("anthropic/claude-sonnet-4-5")),
        (None, None, Some("claude-sonnet-4-5")),
        (None, None, Some("gpt-5-mini")),
        (None, Some("gemini-2.5-pro"), None),
        (Some("openai-chat"), Some("meta-llama/llama-4"), None),
        (Some("openai-chat"), Some("meta-llama/llama-4"), Some("ollama/qwen3:8b")),
        (None, None, None),
        (None, None, Some("llama")),
        (Some("bard"), None, Some("llama")),
        (None, None, Some("openai/gpt?key=x")),
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|(provider, configured, model)| {
            match Target::new(&config(*provider, *configured), *model, &EnvMap::new()) {
                Ok(target) => format!("{} at {}", target.name(), target.base_url),
                Err(error) => error.to_string(),
            }
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_key_comes_from_where_it_was_said_and_is_never_shown() {
    let target = |base_url: Option<&str>| {
        let llm = Llm { base_url: base_url.map(str::to_owned), ..Llm::default() };
        Target::new(&llm, Some("anthropic/claude-x"), &EnvMap::new()).unwrap()
    };
    let key = |llm: &Llm, env: &EnvMap| target(None).key(llm, Path::new("/"), env);
    let set = env(&[("ANTHROPIC_API_KEY", "sk-secret\n"), ("MINE", "mine"), ("ODD", "two words")]);
    let of = |name: &str| Llm { api_key_env: Some(name.to_owned()), ..Llm::default() };
    let usual = key(&Llm::default(), &set).unwrap().unwrap();
    assert_eq!((usual.reveal(), usual.from()), ("sk-secret", "ANTHROPIC_API_KEY"));
    assert_eq!(format!("{usual:?}"), "Key(from ANTHROPIC_API_KEY)");
    assert_eq!(usual.masked("key sk-secret is bad"), "key … is bad");
    assert_eq!(key(&of("MINE"), &set).unwrap().unwrap().reveal(), "mine");
    let path = env(&[("PATH", "/usr/bin:/bin")]);
    let command = |words: &[&str]| Llm {
        api_key_command: Some(words.iter().map(|word| (*word).to_owned()).collect()),
        ..Llm::default()
    };
    assert_eq!(key(&command(&["echo", "from-a-vault"]), &path).unwrap().unwrap().reveal(), "from-a-vault");
    let errors = [
        key(&Llm::default(), &EnvMap::new()),
        key(&of("OTHER"), &set),
        key(&of("ODD"), &set),
        key(&command(&["sh", "-c", "echo secret; exit 3"]), &path),
        target(Some("http://models.example.org")).key(&Llm::default(), Path::new("/"), &set),
    ];
    let told: Vec<String> = errors.into_iter().map(|error| error.unwrap_err().to_string()).collect();
    insta::assert_snapshot!(told.join("\n"));
    for here in ["http://localhost:1", "http://127.0.0.1:1/x", "http://[::1]:1"] {
        assert!(target(Some(here)).key(&Llm::default(), Path::new("/"), &set).is_ok(), "{here}");
    }
}

#[test]
fn costs_add_up_and_what_nobody_told_is_estimated() {
    let price = Price { input: Micros(3_000_000), output: Micros(15_000_000) };
    let mut tally = Tally::begun(true);
    tally.add(Used { input: Some(1_000), output: Some(100), cost_micros: None }, (0, 0), Some(&price));
    assert_eq!((tally.cost_micros, tally.estimated), (Some(4_500), false));
    tally.add(Used::default(), (1_000, 200), Some(&price));
    assert_eq!((tally.cost_micros, tally.estimated, tally.calls), (Some(10_500), true, 2));
    let mut unknown = Tally::begun(false);
    unknown.add(Used { input: Some(1), output: Some(1), cost_micros: None }, (0, 0), None);
    assert_eq!(unknown.cost_micros, None);
}
