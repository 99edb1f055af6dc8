//! Which engine makes the plan. Nothing here ever falls back: what was asked for is used, or the command fails.

use cli_kit::suggest::nearest;
use cli_kit::{CliError, Exit};
use conductor_host::agents::profiles;
use conductor_host::config::{Config, PlanningEngine};

/// What was asked for, on the command line or in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    Outline,
    Llm,
    /// The agent of this name, or the configured one.
    Agent(Option<String>),
}

/// Checks that the plan can be made by the engine that was asked for, which is `outline` in this version. `auto` never
/// spends money by itself: it is `outline` unless the configuration names another.
pub(super) fn check(flag: Option<&str>, config: &Config) -> Result<(), CliError> {
    match asked(flag, config)? {
        Asked::Outline => Ok(()),
        Asked::Llm => Err(unavailable("the engine `llm`")),
        Asked::Agent(None) => Err(unavailable("the engine `agent`")),
        Asked::Agent(Some(name)) => Err(unavailable(&format!("planning by the agent `{name}`"))),
    }
}

fn asked(flag: Option<&str>, config: &Config) -> Result<Asked, CliError> {
    let configured = match config.planning.engine {
        PlanningEngine::Auto | PlanningEngine::Outline => Asked::Outline,
        PlanningEngine::Llm => Asked::Llm,
        PlanningEngine::Agent => Asked::Agent(config.planning.agent.clone()),
    };
    match flag {
        None | Some("auto") => Ok(configured),
        Some("outline") => Ok(Asked::Outline),
        Some("llm") => Ok(Asked::Llm),
        Some("agent") => Ok(Asked::Agent(config.planning.agent.clone())),
        Some(name) => agent(name, config),
    }
}

fn agent(name: &str, config: &Config) -> Result<Asked, CliError> {
    let agents = profiles(&config.orchestration.agents, &|_| false)
        .map_err(|error| CliError::new(Exit::Usage, "CONFIG_WRONG_VALUE", error.to_string()))?;
    let mut known: Vec<&str> = vec!["outline", "auto", "llm", "agent"];
    known.extend(agents.iter().map(|agent| agent.label.name.as_str()));
    if known.contains(&name) {
        return Ok(Asked::Agent(Some(name.to_owned())));
    }
    Err(CliError::usage(format!("there is no planning engine `{name}`"))
        .hint(format!("known are {}", known.join(", ")))
        .suggestions(nearest(name, known)))
}

fn unavailable(what: &str) -> CliError {
    CliError::new(Exit::Refused, "ENGINE_UNAVAILABLE", format!("{what} is not in this version"))
        .hint("use --engine outline: it needs no model and no key")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(flag: Option<&str>, engine: PlanningEngine) -> String {
        let mut config = Config::default();
        config.planning.engine = engine;
        match check(flag, &config) {
            Ok(()) => "outline".to_owned(),
            Err(error) => format!("{}: {}", error.exit.code(), error.message),
        }
    }

    #[test]
    fn what_was_asked_for_is_used_or_refused() {
        use PlanningEngine::{Agent, Auto, Llm, Outline};
        let cases = [
            (None, Auto),
            (Some("auto"), Outline),
            (Some("outline"), Llm),
            (Some("auto"), Llm),
            (None, Agent),
            (Some("llm"), Auto),
            (Some("claude"), Auto),
            (Some("claud"), Auto),
        ];
        let results: Vec<String> = cases
            .iter()
            .map(|(flag, engine)| format!("{flag:?} {engine:?} -> {}", result(*flag, *engine)))
            .collect();
        insta::assert_snapshot!(results.join("\n"), @r#"
        None Auto -> outline
        Some("auto") Outline -> outline
        Some("outline") Llm -> outline
        Some("auto") Llm -> 1: the engine `llm` is not in this version
        None Agent -> 1: the engine `agent` is not in this version
        Some("llm") Auto -> 1: the engine `llm` is not in this version
        Some("claude") Auto -> 1: planning by the agent `claude` is not in this version
        Some("claud") Auto -> 2: there is no planning engine `claud`
        "#);
    }
}
