//! Parts of an item that a model is asked for in the review, while it goes on: at a real terminal, against a model server
//! on this machine.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use testkit::model::planning::{Respond, Shape, Trouble, good, troubled};
use testkit::model::{Does, ModelServer};

use super::Place;
use super::planning::place;
use super::terminal::Terminal;

const SHAPE: Shape =
    Shape { minutes: 120, first_parts: 3, parts: 2, large: (u64::MAX, u64::MAX), delay_ms: 0 };
const KEY: [(&str, &str); 1] = [("ANTHROPIC_API_KEY", "sk-very-secret")];
const PRICED: &str = ", price: { input: 3.00, output: 15.00 }";

/// Answers as `then` does, once it is told to.
fn waiting(then: Respond) -> (Respond, Sender<()>) {
    let (go_on, wait) = channel();
    let wait = Mutex::new(wait);
    let respond: Respond = Arc::new(move |prompt| {
        // Nobody tells it any more when the test is over.
        let _ = wait.lock().unwrap().recv();
        then(prompt)
    });
    (respond, go_on)
}

fn drafted(server: &ModelServer) -> Place {
    let place = place(server, PRICED);
    place.ok(&["plan", "decompose", "docs/prd.md"]);
    place
}

fn review(place: &Place, more: &[&str]) -> Terminal {
    let mut terminal = Terminal::run(place, &[&["plan", "review"], more].concat(), &KEY);
    terminal.sees("undecided");
    terminal
}

fn items(place: &Place) -> Value {
    place.json(&["plan", "show"])["items"].clone()
}

#[test]
fn the_review_goes_on_while_a_model_is_asked_and_its_parts_are_one_change() {
    let (respond, go_on) = waiting(good(SHAPE));
    let server = ModelServer::planning(respond).unwrap();
    let place = drafted(&server);
    let before = items(&place);
    let mut terminal = review(&place, &["--engine", "llm"]);
    terminal.types("js");
    terminal.sees("splitting \"Store notes\"");
    terminal.sees("Esc ask no further");
    terminal.sees("1 under way");
    // Everything else can be done meanwhile, but nothing that would end the review with it or ask twice.
    terminal.types("Gr");
    terminal.sees("1 rejected");
    terminal.types("ks");
    terminal.sees("are being asked for");
    terminal.types("i");
    terminal.sees("wait for them");
    go_on.send(()).unwrap();
    terminal.sees("split \"Store notes\", ");
    terminal.sees("tokens, $0.");
    let after = items(&place);
    assert_eq!(after.as_array().unwrap().len(), before.as_array().unwrap().len() + 2, "{after}");
    let shown = place.json(&["plan", "show"]);
    assert_eq!(shown["plan"]["engine"]["kind"], json!("outline"), "who finds parts has not made the plan");
    assert_eq!(shown["plan"]["used"]["calls"], json!(1));
    assert_eq!(shown["verdicts"].as_object().unwrap().len(), 1, "what was said meanwhile stays");
    terminal.types("u");
    terminal.sees("took back: split");
    assert_eq!(items(&place), before);
    terminal.types("q");
    assert!(terminal.ended().0.success());
    assert_eq!(server.violations(), []);
}

#[test]
fn an_item_that_says_something_else_by_then_is_not_split() {
    let (respond, go_on) = waiting(good(SHAPE));
    let server = ModelServer::planning(respond).unwrap();
    let place = drafted(&server);
    let mut terminal = review(&place, &["--model", "anthropic/fake-1"]);
    terminal.types("js");
    terminal.sees("1 under way");
    place.ok(&["plan", "edit", "1.1", "--title", "Keep notes"]);
    let before = items(&place);
    go_on.send(()).unwrap();
    terminal.sees("was changed while its parts were looked for");
    assert_eq!(items(&place), before);
    terminal.types("q");
    assert!(terminal.ended().0.success());
}

#[test]
fn a_question_is_ended_by_escape_and_by_leaving() {
    let server = ModelServer::planning(Arc::new(|_| Does::Hang)).unwrap();
    let place = drafted(&server);
    let before = items(&place);
    let mut terminal = review(&place, &["--engine", "llm"]);
    terminal.types("js");
    terminal.sees("1 under way");
    terminal.types("\u{1b}");
    terminal.sees("Asked no further");
    terminal.types("s");
    terminal.sees("1 under way");
    terminal.types("q");
    let (status, rest) = terminal.ended();
    assert!(status.success() && rest.contains("0 accepted"), "{rest:?}");
    assert_eq!(items(&place), before);
}

#[test]
fn what_a_model_refuses_is_said_and_the_review_goes_on() {
    let server = ModelServer::planning(troubled(Trouble::Refusal, u64::MAX)).unwrap();
    let place = drafted(&server);
    let mut terminal = review(&place, &["--engine", "llm"]);
    terminal.types("js");
    terminal.sees("refuses to answer");
    terminal.types("S");
    terminal.sees("split \"Store notes\" into");
    terminal.types("\u{1b}");
    terminal.sees("a accept");
    terminal.types("a");
    terminal.sees("1 accepted");
    terminal.types("q");
    assert!(terminal.ended().0.success());
    // Without a key nothing is sent, and that is said, too.
    let mut terminal = Terminal::run(&place, &["plan", "review", "--engine", "llm"], &[]);
    terminal.sees("undecided");
    terminal.types("ggjs");
    terminal.sees("ANTHROPIC_API_KEY");
    terminal.types("q");
    assert!(terminal.ended().0.success());
}

#[test]
fn the_model_that_made_the_plan_is_asked_once_somebody_says_so() {
    let server = ModelServer::planning(good(SHAPE)).unwrap();
    let place = place(&server, PRICED);
    let mut made = place.command(&["plan", "decompose", "docs/prd.md", "--engine", "llm"]);
    assert!(made.envs(KEY).output().unwrap().status.success());
    let asked = server.exchanges().len();
    let mut terminal = review(&place, &[]);
    terminal.types("Gs");
    terminal.sees("Ask anthropic/fake-1 for the parts of");
    terminal.types("t");
    terminal.sees("\" into");
    terminal.types("\u{1b}");
    terminal.sees("a accept");
    terminal.types("s");
    terminal.sees("Ask anthropic/fake-1 for the parts of");
    assert_eq!(server.exchanges().len(), asked, "nothing is spent unasked");
    terminal.types("y");
    terminal.sees("tokens, $0.");
    assert_eq!(server.exchanges().len(), asked + 1);
    terminal.types("q");
    assert!(terminal.ended().0.success());
    let refused = place.refused(&["plan", "review", "--engine", "llm", "--estimate-cost"]);
    assert_eq!(refused, (2, "USAGE".to_owned()));
}
