//! Which engine makes the plan. Nothing here ever falls back: what was asked for is used, or the command fails.

use cli_kit::suggest::nearest;
use cli_kit::{CliError, Exit};
use conductor_host::agents::profiles;
use conductor_host::config::{Config, Micros, PlanningEngine};

/// The engine that makes the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Choice {
    /// Rules, offline and free.
    Outline,
    /// A model.
    Llm,
    /// The agent of this name.
    Agent(String),
}

/// Which engine is asked for, and how it is asked.
#[derive(clap::Args, Debug, Default, Clone)]
pub(super) struct EngineArgs {
    /// outline (rules, offline, free), llm (a model), agent or an agent's name, or auto: outline unless the configuration names another
    #[arg(long, value_name = "ENGINE")]
    pub(super) engine: Option<String>,
    /// The model, as PROVIDER/MODEL; means --engine llm [default: planning.llm.model]
    #[arg(long, value_name = "MODEL")]
    pub(super) model: Option<String>,
    /// Say what asking would cost, and ask nothing
    #[arg(long)]
    pub(super) estimate_cost: bool,
    /// The most that may be spent, in US dollars [default: planning.max_cost]
    #[arg(long, value_name = "DOLLARS")]
    pub(super) max_cost: Option<Micros>,
    /// How many questions may be under way at once [default: planning.llm.parallel, 4]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(super) parallel: Option<u8>,
    /// Ask nobody: make the plan of the answers that are kept, or fail
    #[arg(long, conflicts_with_all = ["fresh", "estimate_cost"])]
    pub(super) replay: bool,
    /// Ask anew, also what is answered already
    #[arg(long)]
    pub(super) fresh: bool,
}

impl EngineArgs {
    /// Whether somebody named an engine.
    pub(super) fn is_named(&self) -> bool {
        self.engine.is_some() || self.model.is_some()
    }

    /// The engine that was asked for. `auto` never spends money by itself: it is `outline` unless the configuration names
    /// another.
    pub(super) fn choice(&self, config: &Config) -> Result<Choice, CliError> {
        let named = self.engine.as_deref();
        match (&self.model, named) {
            (Some(_), None | Some("auto" | "llm")) => Ok(Choice::Llm),
            (Some(_), Some(engine)) => {
                let message = format!("--model names a model for the engine llm, and --engine is {engine}");
                Err(CliError::usage(message).hint("leave one of them out"))
            }
            (None, _) => choice(named, config),
        }
    }
}

fn choice(flag: Option<&str>, config: &Config) -> Result<Choice, CliError> {
    let configured_agent = || {
        let message = "no agent is named that could make plans";
        let name = config.planning.agent.as_deref().ok_or_else(|| {
            CliError::usage(message)
                .hint("use --engine NAME with an agent's name, or set planning.agent; `conductor agents` lists them")
        })?;
        agent(name, config)
    };
    match (flag, config.planning.engine) {
        (Some("outline"), _) | (None | Some("auto"), PlanningEngine::Auto | PlanningEngine::Outline) => {
            Ok(Choice::Outline)
        }
        (Some("llm"), _) | (None | Some("auto"), PlanningEngine::Llm) => Ok(Choice::Llm),
        (Some("agent"), _) | (None | Some("auto"), PlanningEngine::Agent) => configured_agent(),
        (Some(name), _) => agent(name, config),
    }
}

fn agent(name: &str, config: &Config) -> Result<Choice, CliError> {
    let agents = profiles(&config.orchestration.agents, &|_| false)
        .map_err(|error| CliError::new(Exit::Usage, "CONFIG_WRONG_VALUE", error.to_string()))?;
    let mut known: Vec<&str> = vec!["outline", "auto", "llm", "agent"];
    known.extend(agents.iter().map(|agent| agent.label.name.as_str()));
    if agents.iter().any(|agent| agent.label.name == name) {
        return Ok(Choice::Agent(name.to_owned()));
    }
    Err(CliError::usage(format!("there is no planning engine `{name}`"))
        .hint(format!("known are {}", known.join(", ")))
        .suggestions(nearest(name, known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(flag: Option<&str>, model: Option<&str>, engine: PlanningEngine) -> String {
        let mut config = Config::default();
        config.planning.engine = engine;
        let args = EngineArgs {
            engine: flag.map(str::to_owned),
            model: model.map(str::to_owned),
            ..EngineArgs::default()
        };
        match args.choice(&config) {
            Ok(choice) => format!("{choice:?}"),
            Err(error) => format!("{}: {}", error.exit.code(), error.message),
        }
    }

    #[test]
    fn what_was_asked_for_is_used_or_refused() {
        use PlanningEngine::{Agent, Auto, Llm, Outline};
        let cases = [
            (None, None, Auto),
            (Some("auto"), None, Outline),
            (Some("outline"), None, Llm),
            (Some("auto"), None, Llm),
            (None, None, Agent),
            (Some("llm"), None, Auto),
            (Some("claude"), None, Auto),
            (Some("claud"), None, Auto),
            (None, Some("openai/gpt-5"), Auto),
            (Some("outline"), Some("openai/gpt-5"), Auto),
        ];
        let results: Vec<String> = cases
            .iter()
            .map(|(flag, model, engine)| {
                format!("{flag:?} {model:?} {engine:?} -> {}", result(*flag, *model, *engine))
            })
            .collect();
        insta::assert_snapshot!(results.join("\n"));
    }
}
