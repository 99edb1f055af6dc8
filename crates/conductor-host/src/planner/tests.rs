//! The planner against a model server that is as strict as the providers, and does all that they may do.

use std::sync::Mutex;
use std::time::Duration;

use conductor_plan::decompose::DecomposeOptions;
use conductor_plan::{Document, EngineKind, OutlineOptions, Severity, lint, outline};
use testkit::model::ModelServer;
use testkit::model::planning::{Shape, Trouble, good, troubled};

use super::*;
use crate::journal::{JournalError, PlanExchange};
use crate::llm::{Calls, Client, Key, Provider, Target};

const DOCUMENT: &str = "\
# Notes

## Features

- Users can store notes in notebooks.
- Users can search notes by word and by date.
- Users can print notes as HTML.
";

const SECRET: &str = "sk-very-secret";

#[derive(Debug, Default)]
struct Memory(Vec<PlanExchange>);

impl Exchanges for Memory {
    fn all(&self) -> Result<Vec<PlanExchange>, JournalError> {
        Ok(self.0.clone())
    }

    fn keep(&mut self, exchange: PlanExchange) -> Result<(), JournalError> {
        self.0.push(exchange);
        Ok(())
    }
}

/// Pauses that are written down instead of made.
#[derive(Debug, Default)]
struct Noted(Mutex<Vec<Duration>>);

impl Pause for Noted {
    fn pause(&self, time: Duration, _: &Calls) {
        self.0.lock().unwrap().push(time);
    }
}

fn documents() -> Vec<Document> {
    vec![Document::parse("docs/notes.md", DOCUMENT.as_bytes()).unwrap()]
}

fn target(provider: Provider, url: &str) -> Target {
    let base_url = match provider {
        Provider::Anthropic | Provider::Gemini => url.to_owned(),
        Provider::OpenAi | Provider::OpenAiChat | Provider::Ollama => format!("{url}/v1"),
    };
    Target {
        provider,
        model: "fake-1".to_owned(),
        base_url,
        max_tokens: 4_000,
        temperature: Some(0.2),
        price: None,
        timeout: Duration::from_millis(400),
        proxy: None,
    }
}

fn rules() -> Rules {
    Rules {
        parallel: 4,
        max_cost: None,
        price: Some(Price { input: Micros(3_000_000), output: Micros(15_000_000) }),
        max_tokens: 4_000,
        replay: false,
        fresh: false,
        metered: true,
    }
}

/// One run, as a user would be told of it, and the pauses that it made.
fn planned(
    provider: Provider,
    url: &str,
    rules: Rules,
    memory: &mut Memory,
) -> (Result<Planned, PlannerError>, Vec<Duration>) {
    let key = Key::new(SECRET, "FAKE_KEY").unwrap();
    let pause = Arc::new(Noted::default());
    let planner = Planner {
        model: Arc::new(Client::new(target(provider, url), Some(key))),
        rules,
        pause: Arc::clone(&pause) as Arc<dyn Pause>,
    };
    let documents = documents();
    let base = outline(&documents, &OutlineOptions::default());
    let growth = Growth::of_documents(&documents, base, DecomposeOptions::default()).unwrap();
    let engine = Engine { kind: EngineKind::Llm, model: Some("fake-1".to_owned()) };
    let planned = planner.plan(growth, engine, memory, &mut NoWatch);
    let pauses = pause.0.lock().unwrap().clone();
    (planned, pauses)
}

fn told(planned: &Result<Planned, PlannerError>) -> String {
    match planned {
        Ok(planned) => {
            let errors = lint(&planned.plan).iter().filter(|f| f.severity == Severity::Error).count();
            let remarks: Vec<String> = planned.remarks.iter().map(ToString::to_string).collect();
            let (items, repaired) = (planned.plan.items.len(), planned.repaired);
            format!("{items} items, {errors} errors, {repaired} repaired {remarks:?}")
        }
        Err(error) => error.to_string(),
    }
}

const TROUBLES: [Trouble; 21] = [
    Trouble::Fenced,
    Trouble::Talk,
    Trouble::Length,
    Trouble::Half,
    Trouble::Empty,
    Trouble::Silence,
    Trouble::UnknownItem,
    Trouble::UnknownRequirement,
    Trouble::Invented,
    Trouble::Circle,
    Trouble::OtherForm,
    Trouble::Refusal,
    Trouble::Limited,
    Trouble::Status(500),
    Trouble::Status(529),
    Trouble::Status(401),
    Trouble::Status(404),
    Trouble::Status(413),
    Trouble::Slow,
    Trouble::Cut,
    Trouble::Stuck,
];

/// What every provider gives in every case: trouble once, and trouble without end.
fn all_cases(provider: Provider) -> String {
    let mut lines = Vec::new();
    for trouble in TROUBLES {
        for (often, times) in [("once", 1), ("always", u64::MAX)] {
            // A stream that is stuck costs real time until it is given up.
            if trouble == Trouble::Stuck && times > 1 {
                continue;
            }
            let server = ModelServer::planning(troubled(trouble, times)).unwrap();
            let mut memory = Memory::default();
            let (result, pauses) = planned(provider, &server.url(), rules(), &mut memory);
            assert_eq!(server.violations(), [], "{provider:?} {trouble:?}");
            let text = told(&result);
            assert!(!text.contains(SECRET), "{text}");
            let asked = server.exchanges().len();
            let place = format!("http://{}", server.address().ip());
            let text = text
                .replace(&place, "PLACE")
                .replace(provider.name(), "PROVIDER")
                .replace(provider.api(), "API");
            lines.push(format!("{trouble:?} {often}: {asked} asked, {} pauses: {text}", pauses.len()));
            if trouble == Trouble::Limited && times == 1 {
                assert!(pauses[0] >= Duration::from_secs(7), "{pauses:?}");
            }
        }
    }
    lines.join("\n")
}

#[test]
fn each_case_ends_in_a_whole_plan_or_in_an_error_that_says_what_to_do() {
    insta::assert_snapshot!("anthropic", all_cases(Provider::Anthropic));
}

#[test]
fn openai_in_each_case() {
    insta::assert_snapshot!("openai", all_cases(Provider::OpenAi));
}

#[test]
fn chat_in_each_case() {
    insta::assert_snapshot!("openai-chat", all_cases(Provider::OpenAiChat));
}

#[test]
fn gemini_in_each_case() {
    insta::assert_snapshot!("gemini", all_cases(Provider::Gemini));
}

#[test]
fn ollama_in_each_case() {
    insta::assert_snapshot!("ollama", all_cases(Provider::Ollama));
}

fn deep() -> Shape {
    Shape { minutes: 2_000, first_parts: 3, ..Shape::default() }
}

#[test]
fn the_same_answers_give_the_same_plan_without_asking() {
    let server = ModelServer::planning(good(deep())).unwrap();
    let mut memory = Memory::default();
    let first = planned(Provider::OpenAi, &server.url(), rules(), &mut memory).0.unwrap();
    let asked = server.exchanges().len();
    assert_eq!(asked, memory.0.len());
    drop(server);
    let replay = Rules { replay: true, ..rules() };
    let again = planned(Provider::OpenAi, "http://127.0.0.1:9", replay, &mut memory).0.unwrap();
    assert_eq!(again.plan, first.plan);
    assert_eq!((again.reused, again.spent.calls, again.used), (asked, 0, first.used));
    assert_eq!(memory.0.len(), asked);
}

#[test]
fn what_is_kept_is_not_paid_for_again() {
    let server = ModelServer::planning(good(deep())).unwrap();
    let mut memory = Memory::default();
    let whole = planned(Provider::Anthropic, &server.url(), rules(), &mut memory).0.unwrap();
    let all = server.exchanges().len();
    for kept in [1, 3, all - 1] {
        let mut some = Memory(memory.0[..kept].to_vec());
        let before = server.exchanges().len();
        let resumed = planned(Provider::Anthropic, &server.url(), rules(), &mut some).0.unwrap();
        assert_eq!(resumed.plan, whole.plan);
        assert_eq!(server.exchanges().len() - before, all - kept);
        assert_eq!(resumed.reused, kept);
    }
    let replay = Rules { replay: true, ..rules() };
    let mut some = Memory(memory.0[..2].to_vec());
    let missing = planned(Provider::Anthropic, &server.url(), replay, &mut some).0.unwrap_err();
    assert!(missing.to_string().contains("is not kept, and --replay asks nobody"), "{missing}");
    let fresh = Rules { fresh: true, ..rules() };
    assert_eq!(planned(Provider::Anthropic, &server.url(), fresh, &mut memory).0.unwrap().reused, 0);
}

#[test]
fn kept_answers_that_led_nowhere_are_asked_for_anew() {
    for trouble in [Trouble::Refusal, Trouble::Empty] {
        let bad = ModelServer::planning(troubled(trouble, u64::MAX)).unwrap();
        let mut memory = Memory::default();
        planned(Provider::Gemini, &bad.url(), rules(), &mut memory).0.unwrap_err();
        let kept = memory.0.len();
        let server = ModelServer::planning(good(Shape::default())).unwrap();
        let later = planned(Provider::Gemini, &server.url(), rules(), &mut memory).0.unwrap();
        assert_eq!((later.plan.items.len(), server.exchanges().len()), (3, 1), "{trouble:?}");
        assert_eq!(memory.0.len(), kept + 1);
        let replay = Rules { replay: true, ..rules() };
        let again = planned(Provider::Gemini, "http://127.0.0.1:9", replay, &mut memory).0.unwrap();
        assert_eq!(again.plan, later.plan, "{trouble:?}");
    }
}

#[test]
fn no_more_is_spent_than_is_allowed() {
    let server = ModelServer::planning(good(deep())).unwrap();
    let run = |max_cost| {
        let mut memory = Memory::default();
        planned(Provider::OpenAi, &server.url(), Rules { max_cost: Some(max_cost), ..rules() }, &mut memory).0
    };
    // One answer may cost 4000 tokens at 15 dollars for a million: six cents, and what is read besides.
    let nothing = run(Micros(60_000)).unwrap_err();
    assert!(matches!(nothing, PlannerError::OverCost { .. }), "{nothing}");
    assert_eq!(server.exchanges().len(), 0);
    let some = run(Micros(90_000)).unwrap_err();
    assert!(some.to_string().contains("raise planning.max_cost or --max-cost"), "{some}");
    let asked = server.exchanges().len();
    assert!((1..13).contains(&asked), "{asked}");
    // Enough for all, though not for several at once: they wait for each other.
    let whole = run(Micros(200_000)).unwrap();
    assert!(whole.spent.cost_micros.unwrap() <= 200_000, "{:?}", whole.spent);
    let unpriced = Rules { max_cost: Some(Micros(1)), price: None, ..rules() };
    let refused = planned(Provider::OpenAi, &server.url(), unpriced, &mut Memory::default()).0.unwrap_err();
    assert!(refused.to_string().contains("nothing was sent"), "{refused}");
}

/// Stops after so many looks.
struct Impatient(usize);

impl Watch for Impatient {
    fn tell(&mut self, _: &Progress) {}

    fn is_stopped(&mut self) -> bool {
        self.0 = self.0.saturating_sub(1);
        self.0 == 0
    }
}

#[test]
fn a_run_that_is_called_off_ends_though_nobody_answers() {
    let server = ModelServer::planning(troubled(Trouble::Hang, u64::MAX)).unwrap();
    let planner = Planner {
        model: Arc::new(Client::new(target(Provider::OpenAi, &server.url()), Key::new("k", "K").ok())),
        rules: rules(),
        pause: Arc::new(Noted::default()),
    };
    let documents = documents();
    let base = outline(&documents, &OutlineOptions::default());
    let growth = Growth::of_documents(&documents, base, DecomposeOptions::default()).unwrap();
    let engine = Engine { kind: EngineKind::Llm, model: None };
    let mut memory = Memory::default();
    let stopped = planner.plan(growth, engine, &mut memory, &mut Impatient(3)).unwrap_err();
    assert_eq!(
        stopped.to_string(),
        "stopped after 0 of 1 answers, which are kept: the same command goes on from there"
    );
}
