//! Parts of an item that a model or an agent is asked for while the review goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::JoinHandle;

use cli_kit::CliError;
use conductor_host::config::Config;
use conductor_host::journal::Database;
use conductor_host::planner::{Planned, Progress, Watch};
use conductor_plan::decompose::DecomposeOptions;
use conductor_plan::{Document, EngineKind, ItemKey, Plan};

use super::state::Asks;
use crate::plan::asking::{self, Asking};
use crate::plan::engine::{Choice, EngineArgs};
use crate::plan::progress;

/// What is asked, and for which plan.
pub(super) struct Order {
    pub(super) asking: Asking,
    pub(super) documents: Vec<Document>,
    pub(super) plan: Plan,
    pub(super) item: ItemKey,
    pub(super) options: DecomposeOptions,
    /// What answers are kept under, and where.
    pub(super) work: String,
    pub(super) database: Database,
}

/// A question that is under way on a thread of its own. Dropping it ends it.
pub(super) struct Errand {
    pub(super) item: ItemKey,
    /// The plan for which it was asked.
    pub(super) before: Plan,
    stop: Arc<AtomicBool>,
    news: Receiver<News>,
    thread: Option<JoinHandle<()>>,
}

/// What is heard of an errand.
pub(super) enum News {
    /// How far it is, for people. Escaped.
    Progress(String),
    /// It is over.
    Done(Box<Result<Planned, CliError>>),
    /// Its thread ended without a word.
    Lost,
}

/// Which engine a review asks for parts: the one that was named for it, else the one that made the plan, else the one that
/// the configuration names.
pub(super) fn engine_of(named: &EngineArgs, plan: &Plan) -> EngineArgs {
    if named.is_named() {
        return named.clone();
    }
    let made_by = plan.engine.model.clone();
    match plan.engine.kind {
        EngineKind::Outline => named.clone(),
        EngineKind::Llm => EngineArgs { model: made_by, ..named.clone() },
        EngineKind::Agent => EngineArgs { engine: made_by, ..named.clone() },
    }
}

/// Who is asked, for people; `None` where the text alone tells. What nobody named for this review is only asked once
/// somebody says so: it may cost.
pub(super) fn asks(named: &EngineArgs, plan: &Plan, config: &Config) -> Result<Option<Asks>, CliError> {
    let engine = engine_of(named, plan);
    let name = match engine.choice(config) {
        Ok(Choice::Outline) => return Ok(None),
        Ok(Choice::Llm) => engine.model.or_else(|| config.planning.llm.model.clone()),
        Ok(Choice::Agent(name)) => Some(name),
        Err(error) if named.is_named() => return Err(error),
        // Said when it is asked: the review itself needs no engine.
        Err(_) => engine.engine,
    };
    Ok(Some(Asks { name: name.unwrap_or_else(|| "a model".to_owned()), sure: named.is_named() }))
}

impl Errand {
    /// Asks.
    pub(super) fn begin(order: Order) -> std::io::Result<Self> {
        let (send, news) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let (item, before) = (order.item.clone(), order.plan.clone());
        let mut line = Line { news: send, stop: Arc::clone(&stop) };
        let thread = std::thread::Builder::new().name("errand".to_owned()).spawn(move || {
            let done = run(order, &mut line);
            // Nobody listens any more when the review has ended.
            let _ = line.news.send(News::Done(Box::new(done)));
        })?;
        Ok(Self { item, before, stop, news, thread: Some(thread) })
    }

    /// What was heard since.
    pub(super) fn hear(&self) -> Option<News> {
        match self.news.try_recv() {
            Ok(news) => Some(news),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(News::Lost),
        }
    }

    /// Ends it soon; what was answered by then is kept.
    pub(super) fn cancel(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Drop for Errand {
    fn drop(&mut self) {
        self.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic was told where it happened.
            let _ = thread.join();
        }
    }
}

fn run(order: Order, line: &mut Line) -> Result<Planned, CliError> {
    let Order { asking, documents, plan, item, options, work, mut database } = order;
    let growth = asking::split(&documents, plan, &item, options)?;
    asking.watched(growth, &work, &mut database, line)
}

struct Line {
    news: Sender<News>,
    stop: Arc<AtomicBool>,
}

impl Watch for Line {
    fn tell(&mut self, progress: &Progress) {
        let _ = self.news.send(News::Progress(progress::text(progress)));
    }

    fn is_stopped(&mut self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use conductor_host::config::PlanningEngine;
    use conductor_plan::{Engine, OutlineOptions, outline};

    use super::*;

    fn told(named: &EngineArgs, kind: EngineKind, model: Option<&str>, engine: PlanningEngine) -> String {
        let made = outline(&[], &OutlineOptions::default());
        let plan = Plan { engine: Engine { kind, model: model.map(str::to_owned) }, ..made };
        let mut config = Config::default();
        config.planning.engine = engine;
        match asks(named, &plan, &config) {
            Ok(None) => "the text".to_owned(),
            Ok(Some(Asks { name, sure })) => {
                format!("{name}, {}", if sure { "at once" } else { "if wanted" })
            }
            Err(error) => error.message,
        }
    }

    #[test]
    fn who_is_asked_follows_from_what_was_named_the_plan_and_the_configuration() {
        use EngineKind::{Agent, Llm, Outline};
        let engine = |name: &str| EngineArgs { engine: Some(name.to_owned()), ..EngineArgs::default() };
        let model = EngineArgs { model: Some("openai/gpt-5".to_owned()), ..EngineArgs::default() };
        let (none, auto) = (EngineArgs::default(), PlanningEngine::Auto);
        let rows = [
            told(&none, Outline, None, auto),
            told(&none, Outline, None, PlanningEngine::Llm),
            told(&none, Llm, Some("anthropic/fake-1"), auto),
            told(&none, Agent, Some("claude"), auto),
            told(&none, Agent, Some("gone"), auto),
            told(&engine("outline"), Llm, Some("anthropic/fake-1"), auto),
            told(&engine("claude"), Llm, Some("anthropic/fake-1"), auto),
            told(&model, Outline, None, auto),
            told(&engine("gone"), Outline, None, auto),
        ];
        insta::assert_snapshot!(rows.join("\n"));
    }
}
