//! Plans by a model or an agent: who is asked, how far it is, what it cost.

use std::sync::Arc;

use cli_kit::text::escape;
use cli_kit::{CliError, Exit};
use conductor_host::agents::{AgentRunner, Detected, is_there};
use conductor_host::config::{Config, Planning};
use conductor_host::git::Repo;
use conductor_host::journal::Database;
use conductor_host::llm::{Client, Key, Model, ModelError, RealPause, Target, TargetError};
use conductor_host::planner::{AgentModel, Kept, Planned, Planner, PlannerError, ROUNDS, Rules, Watch};
use conductor_host::process::{OnHangup, Signals};
use conductor_plan::decompose::{DecomposeOptions, Forecast, Growth, GrowthError};
use conductor_plan::{Document, Engine, EngineKind, ItemKey, OutlineOptions, Plan, outline};
use serde_json::json;

use super::engine::{Choice, EngineArgs};
use super::progress::{Line, money, thousands, used_text};
use super::report::count;
use super::trust;
use crate::context::Context;
use crate::failure::{from_journal, from_open};
use crate::survey::{self, Scratch};

/// Who is asked, and what lives as long.
pub(super) struct Asking {
    pub(super) planner: Planner,
    pub(super) engine: Engine,
    /// What answers depend on, as a part of the plan's digest.
    pub(super) identity: String,
    /// Where questions go, for people; none where it is left to an agent, or nobody is asked.
    route: Option<String>,
    /// The folder of an agent's attempts; dropped after the planner.
    _scratch: Option<Scratch>,
}

impl Asking {
    /// The model or agent that was asked for; `None` for the outline engine. Nothing is sent yet.
    pub(super) fn of(
        args: &EngineArgs,
        context: &Context,
        config: &Config,
    ) -> Result<Option<Self>, CliError> {
        match args.choice(config)? {
            Choice::Outline => Ok(None),
            Choice::Llm => Self::llm(args, context, &config.planning).map(Some),
            Choice::Agent(name) => Self::agent(args, context, config, &name).map(Some),
        }
    }

    fn llm(args: &EngineArgs, context: &Context, planning: &Planning) -> Result<Self, CliError> {
        let env = context.user_env();
        let target =
            Target::new(&planning.llm, args.model.as_deref(), &env).map_err(|error| from_target(&error))?;
        let asks = !args.replay && !args.estimate_cost;
        let key = if asks {
            trust::check(&context.layers()?, &target, &planning.llm, &context.env)?;
            target.key(&planning.llm, &context.here()?, &env).map_err(|error| from_target(&error))?
        } else {
            None
        };
        let rules = Rules {
            max_cost: args.max_cost.or(planning.max_cost),
            price: target.price,
            ..rules(args, planning)
        };
        let engine = Engine { kind: EngineKind::Llm, model: Some(target.name()) };
        let route = asks.then(|| route(&target, key.as_ref()));
        Ok(Self { route, ..Self::new(Arc::new(Client::new(target, key)), rules, engine, None) })
    }

    fn agent(args: &EngineArgs, context: &Context, config: &Config, name: &str) -> Result<Self, CliError> {
        let safety = &config.orchestration.safety;
        let runner = survey::runner(context)?;
        let runner = AgentRunner { keeper: runner.keeper.with_means(safety.means()), ..runner };
        let profiles = survey::answerers(config, &runner)?;
        let profile = profiles.into_iter().find(|profile| profile.label.name == name).ok_or_else(|| {
            CliError::new(Exit::NotFound, "AGENT_NOT_FOUND", format!("there is no agent `{name}`"))
                .hint("`conductor agents` lists them")
        })?;
        if let (Detected::Missing { what }, false) = (is_there(&runner, &profile), args.replay) {
            let message = format!("the agent {} cannot make plans: `{what}` is not there", profile.label);
            return Err(CliError::new(Exit::Refused, "AGENT_MISSING", message).hint(
                "install it, or check orchestration.agents; `conductor agents` lists those that are there",
            ));
        }
        let repo: Repo = context.repository()?;
        let head = repo.head().map_err(from_open)?;
        let scratch = Scratch::new(context)?;
        let metered = profile.price.is_some();
        let price = profile.price;
        let engine = Engine { kind: EngineKind::Agent, model: Some(profile.label.to_string()) };
        let time = safety.max_task_duration;
        let jobs = config.orchestration.agents.get(name).and_then(|agent| agent.jobs);
        let agent = AgentModel::new(runner, profile, &repo, head.tip(), scratch.path(), time)
            .map_err(|error| CliError::new(Exit::Refused, "GIT_FAILED", error.to_string()))?;
        let max_cost = args.max_cost.or(config.planning.max_cost);
        let rules = rules(args, &config.planning);
        let parallel = jobs
            .and_then(|jobs| usize::try_from(jobs).ok())
            .map_or(rules.parallel, |jobs| rules.parallel.min(jobs));
        let rules = Rules { max_cost, price, metered, parallel, ..rules };
        Ok(Self::new(Arc::new(agent), rules, engine, Some(scratch)))
    }

    fn new(model: Arc<dyn Model>, rules: Rules, engine: Engine, scratch: Option<Scratch>) -> Self {
        let identity = model.identity().to_string();
        let planner = Planner { model, rules, pause: Arc::new(RealPause) };
        Self { planner, engine, identity, route: None, _scratch: scratch }
    }

    /// Who it is, for people.
    fn name(&self) -> String {
        let kind = match self.engine.kind {
            EngineKind::Outline => "outline",
            EngineKind::Llm => "llm",
            EngineKind::Agent => "agent",
        };
        format!("{kind} ({})", escape(&self.planner.model.name()))
    }

    /// Plans documents. `work` is what the answers are kept under.
    pub(super) fn plan(
        &self,
        documents: &[Document],
        options: DecomposeOptions,
        work: &str,
        database: &mut Database,
        context: &mut Context,
    ) -> Result<Planned, CliError> {
        self.run(grown(documents, options)?, work, database, context)
    }

    /// Carries a growth out. `work` is what the answers are kept under.
    pub(super) fn run(
        &self,
        growth: Growth<'_>,
        work: &str,
        database: &mut Database,
        context: &mut Context,
    ) -> Result<Planned, CliError> {
        let how = match &self.route {
            _ if self.planner.rules.replay => " from kept answers alone".to_owned(),
            Some(route) => format!(" {}", escape(route)),
            None => String::new(),
        };
        context.printer.note(format!("Planning with {}{how}", self.name()));
        let signals =
            Signals::catch(OnHangup::Stop).map_err(|error| CliError::internal(error.to_string()))?;
        let attending = signals.attend();
        let mut line = Line::new(&signals, context.printer.is_quiet());
        let planned = self.watched(growth, work, database, &mut line);
        line.clear();
        drop(attending);
        let planned = planned?;
        self.tell(&planned, context);
        Ok(planned)
    }

    /// The same, with somebody else who follows it, and nothing said.
    pub(super) fn watched(
        &self,
        growth: Growth<'_>,
        work: &str,
        database: &mut Database,
        watch: &mut dyn Watch,
    ) -> Result<Planned, CliError> {
        let planned = self.planner.plan(growth, self.engine.clone(), &mut Kept { database, work }, watch);
        planned.map_err(from_planner)
    }

    /// What it took, and what is worth knowing of how the plan came about.
    fn tell(&self, planned: &Planned, context: &mut Context) {
        let Planned { used, spent, reused, repaired, remarks, .. } = planned;
        let answers = count(usize::try_from(used.calls).unwrap_or(usize::MAX), "answer");
        let mut parts = vec![format!("{answers}, {}", used_text(used))];
        if *reused > 0 {
            parts.push(format!("{reused} of them were kept, {} spent now", used_text(spent)));
        }
        if *repaired > 0 {
            parts.push(format!("{repaired} could not be used and were asked for again"));
        }
        if self.planner.rules.metered && used.cost_micros.is_none() {
            parts.push("the price is not known (planning.llm.price)".to_owned());
        }
        context.printer.note(parts.join("; "));
        for remark in remarks {
            context.printer.note(escape(&remark.to_string()));
        }
    }

    /// Says what a growth would cost, and asks nothing.
    pub(super) fn estimate(&self, growth: &Growth<'_>, context: &mut Context) -> Result<Exit, CliError> {
        let longest = usize::try_from(self.planner.rules.max_tokens).unwrap_or(usize::MAX);
        let forecast = growth.forecast(ROUNDS, longest);
        let price = self.planner.price_of(&forecast);
        let Forecast { likely, most } = forecast;
        if context.printer.is_json() {
            let amount = |amount: conductor_plan::decompose::Amount, cost: Option<u64>| {
                json!({
                    "calls": amount.calls, "input_tokens": amount.input, "output_tokens": amount.output,
                    "cost_micros": cost,
                })
            };
            context.printer.json(&json!({
                "engine": self.engine,
                "likely": amount(likely, price.map(|(likely, _)| likely.0)),
                "most": amount(most, price.map(|(_, most)| most.0)),
                "max_cost_micros": self.planner.rules.max_cost.map(|cost| cost.0),
            }));
            return Ok(Exit::Ok);
        }
        let line = |word: &str, amount: conductor_plan::decompose::Amount, cost: Option<u64>| {
            let whole = |n: usize| thousands(u64::try_from(n).unwrap_or(u64::MAX));
            let cost = cost.map(|cost| format!(", {}", money(cost))).unwrap_or_default();
            let (input, output) = (whole(amount.input), whole(amount.output));
            let questions = count(amount.calls, "question");
            format!("{word}  {questions}, {input} tokens in, {output} out{cost}")
        };
        let printer = &mut context.printer;
        printer.line(format!("Planning with {}", self.name()));
        printer.line(line("  likely     ", likely, price.map(|(likely, _)| likely.0)));
        printer.line(line("  at the most", most, price.map(|(_, most)| most.0)));
        match (price, self.planner.rules.max_cost) {
            (None, _) => printer.note("The price is not known: set planning.llm.price, or that of the agent"),
            (Some(_), Some(limit)) => printer.note(format!("Never more than {limit} is spent (max_cost)")),
            (Some(_), None) => printer.note("planning.max_cost or --max-cost sets a limit"),
        }
        printer.note("Nothing was sent");
        Ok(Exit::Ok)
    }
}

/// Where what is asked goes, and with which key: it is told before anything is sent.
fn route(target: &Target, key: Option<&Key>) -> String {
    let with = key.map(|key| format!(", with the key of {}", key.from())).unwrap_or_default();
    let through = target.proxy.as_ref().map(|proxy| format!(", through the proxy {}", proxy.place()));
    format!("at {}{with}{}", target.address(), through.unwrap_or_default())
}

/// A plan of documents that is to grow.
pub(super) fn grown(documents: &[Document], options: DecomposeOptions) -> Result<Growth<'_>, CliError> {
    let base = outline(documents, &OutlineOptions::default());
    Growth::of_documents(documents, base, options).map_err(|error| from_growth(&error))
}

/// An item of a plan that is to be split; the rest of the plan stays as it is.
pub(super) fn split<'d>(
    documents: &'d [Document],
    plan: Plan,
    key: &ItemKey,
    options: DecomposeOptions,
) -> Result<Growth<'d>, CliError> {
    Growth::of_item(documents, plan, key, options).map_err(|error| from_growth(&error))
}

/// How far a model or an agent goes, as the configuration says.
pub(super) fn options(planning: &Planning) -> DecomposeOptions {
    let whole = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    DecomposeOptions {
        max_depth: u8::try_from(planning.max_depth).unwrap_or(u8::MAX),
        target_minutes: planning.target_minutes,
        max_items: whole(planning.max_items),
        context_tokens: whole(planning.llm.context),
        ..DecomposeOptions::default()
    }
}

fn rules(args: &EngineArgs, planning: &Planning) -> Rules {
    let parallel = args.parallel.map_or(planning.llm.parallel, u32::from);
    Rules {
        parallel: usize::try_from(parallel).unwrap_or(1),
        max_cost: None,
        price: None,
        max_tokens: planning.llm.max_tokens,
        replay: args.replay,
        fresh: args.fresh,
        metered: true,
    }
}

fn from_growth(error: &GrowthError) -> CliError {
    CliError::new(Exit::Refused, "PLAN_NOT_MADE", error.to_string())
}

fn from_target(error: &TargetError) -> CliError {
    let message = error.to_string();
    match error {
        TargetError::Key(_) => CliError::new(Exit::Refused, "NO_API_KEY", message),
        TargetError::NoModel
        | TargetError::NoProvider { .. }
        | TargetError::UnknownProvider { .. }
        | TargetError::OddModel { .. }
        | TargetError::Proxy { .. }
        | TargetError::Open { .. } => CliError::usage(message),
    }
}

fn from_planner(error: PlannerError) -> CliError {
    let message = error.to_string();
    match error {
        PlannerError::Model { source, .. } => {
            let code = match *source {
                ModelError::Unauthorized { .. } | ModelError::Forbidden { .. } => "MODEL_KEY_REFUSED",
                ModelError::NoCredit { .. } | ModelError::Limited { .. } => "MODEL_LIMITED",
                ModelError::NotFound { .. }
                | ModelError::TooLong { .. }
                | ModelError::Rejected { .. }
                | ModelError::Unwell { .. }
                | ModelError::Silent { .. }
                | ModelError::BrokeOff { .. }
                | ModelError::Unreachable { .. }
                | ModelError::NotUnderstood { .. }
                | ModelError::ShortSighted { .. }
                | ModelError::Agent { .. }
                | ModelError::Stopped => "MODEL_FAILED",
                ModelError::Meddled { .. } => "AGENT_MEDDLED",
            };
            CliError::new(Exit::Refused, code, message)
                .hint("answers so far are kept: the same command goes on from there")
        }
        PlannerError::Refused { .. } => CliError::new(Exit::Refused, "MODEL_REFUSED", message),
        PlannerError::Unusable { .. } => CliError::new(Exit::Refused, "ANSWER_UNUSABLE", message),
        PlannerError::NotKept { .. } => CliError::new(Exit::NotFound, "ANSWER_NOT_KEPT", message),
        PlannerError::OverCost { .. } => CliError::new(Exit::Limit, "OVER_COST", message),
        PlannerError::CostUntold { .. } => CliError::new(Exit::Limit, "COST_UNKNOWN", message),
        PlannerError::NoPrice { .. } => CliError::new(Exit::Usage, "NO_PRICE", message),
        PlannerError::Stopped { .. } => CliError::new(Exit::Refused, "PLANNING_STOPPED", message),
        PlannerError::Journal(error) => from_journal(error),
        PlannerError::Lost(_) => CliError::new(Exit::Internal, "QUESTION_LOST", message),
    }
}
