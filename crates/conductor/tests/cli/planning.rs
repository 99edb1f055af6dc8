//! Plans by a model and by an agent, as a user makes them: against a model server on this machine.

use std::collections::BTreeSet;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use testkit::Ran;
use testkit::model::planning::{Respond, Shape, Trouble, good, troubled};
use testkit::model::{Answer, Does, ModelServer};

use super::{DOCUMENT, Place};

/// Longer than anything here takes.
const LONGEST: Duration = Duration::from_secs(120);

const DEEP: Shape =
    Shape { minutes: 2_000, first_parts: 3, parts: 2, large: (u64::MAX, u64::MAX), delay_ms: 0 };

/// A project whose model is at this server.
pub(super) fn place(server: &ModelServer, more: &str) -> Place {
    let place = Place::unborn();
    place.write("docs/prd.md", DOCUMENT);
    place.ok(&["init"]);
    let url = server.url();
    place.write(
        ".taskwerk/config.yml",
        &format!("planning: {{ llm: {{ model: anthropic/fake-1, base_url: \"{url}\"{more} }} }}\n"),
    );
    place
}

const PRICED: &str = ", price: { input: 3.00, output: 15.00 }";
const LLM: [&str; 5] = ["plan", "decompose", "docs/prd.md", "--engine", "llm"];

fn keyed(place: &Place, arguments: &[&str]) -> std::process::Command {
    let mut command = place.command(arguments);
    command.env("ANTHROPIC_API_KEY", "sk-very-secret");
    command
}

fn run(place: &Place, arguments: &[&str]) -> Ran {
    let ran = Ran::from(keyed(place, arguments).output().unwrap());
    assert!(!ran.to_string().contains("sk-very-secret"), "{ran}");
    ran
}

#[track_caller]
fn made(place: &Place, arguments: &[&str]) -> Value {
    let ran = run(place, &[&["--json"], arguments].concat());
    assert_eq!(ran.code, Some(0), "{ran}");
    serde_json::from_str(&ran.stdout).unwrap()
}

#[track_caller]
fn refused(place: &Place, arguments: &[&str]) -> (i32, String) {
    let ran = run(place, &[&["--json"], arguments].concat());
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    (ran.code.unwrap(), document["error"]["code"].as_str().unwrap().to_owned())
}

#[test]
fn a_plan_by_a_model_says_what_it_took_and_comes_again_without_asking() {
    let server = ModelServer::planning(good(DEEP)).unwrap();
    let place = place(&server, PRICED);
    let first = run(&place, &LLM);
    assert_eq!(first.code, Some(0), "{first}");
    assert!(first.stderr.contains("Planning with llm (anthropic/fake-1)"), "{first}");
    assert!(first.stderr.contains(" tokens, $0."), "{first}");
    assert_eq!(server.violations(), []);
    let asked = server.exchanges().len();
    let shown = place.json(&["plan", "show"]);
    assert_eq!(shown["plan"]["engine"], json!({ "kind": "llm", "model": "anthropic/fake-1" }));
    assert_eq!(shown["plan"]["used"]["calls"], json!(asked));
    assert_eq!(shown["plan"]["errors"], json!(0));
    // The same again asks nobody, and neither does a replay, with or without the key.
    assert_eq!(made(&place, &LLM)["known"], json!(true));
    drop(server);
    let replay = [&LLM[..], &["--replay"]].concat();
    let again = place.json(&replay);
    assert_eq!((&again["known"], &again["plan"]["id"]), (&json!(true), &shown["plan"]["id"]));
    place.ok(&["plan", "discard", "1"]);
    let again = place.json(&replay);
    assert_eq!(again["plan"]["id"], json!(2));
    assert_eq!(place.json(&["plan", "show", "2"])["items"], shown["items"]);
    assert_eq!(
        refused(&place, &[&replay[..], &["--max-depth", "2"]].concat()),
        (3, "ANSWER_NOT_KEPT".to_owned())
    );
}

#[test]
fn what_it_would_cost_is_said_before_anything_is_sent() {
    let server = ModelServer::planning(good(DEEP)).unwrap();
    let place = place(&server, PRICED);
    let estimate = [&LLM[..], &["--estimate-cost"]].concat();
    let priced = place.json(&estimate);
    assert!(priced["likely"]["cost_micros"].as_u64() < priced["most"]["cost_micros"].as_u64(), "{priced}");
    insta::assert_snapshot!(
        place.shown(&[&estimate[..], &["--max-cost", "1.50", "--max-depth", "1"]].concat())
    );
    assert_eq!(server.exchanges().len(), 0);
    assert_eq!(place.json(&["plan", "list"]), json!([]));
}

#[test]
fn nothing_is_sent_without_a_key_or_a_price_to_keep_a_limit_by() {
    let server = ModelServer::planning(good(DEEP)).unwrap();
    let place = place(&server, "");
    insta::assert_snapshot!(place.shown(&LLM));
    assert_eq!(place.refused(&LLM), (1, "NO_API_KEY".to_owned()));
    let limited = [&LLM[..], &["--max-cost", "1.00"]].concat();
    assert_eq!(refused(&place, &limited), (2, "NO_PRICE".to_owned()));
    assert_eq!(server.exchanges().len(), 0);
    let with = |model: &str| refused(&place, &["plan", "create", "docs/prd.md", "--model", model]);
    assert_eq!(with("llama"), (2, "USAGE".to_owned()));
    assert_eq!(with("openai/gpt-5"), (1, "NO_API_KEY".to_owned()));
}

#[test]
fn a_limit_ends_the_work_and_a_higher_one_goes_on() {
    let server = ModelServer::planning(good(DEEP)).unwrap();
    let place = place(&server, ", max_tokens: 4000, price: { input: 3.00, output: 15.00 }");
    let low = [&LLM[..], &["--max-cost", "0.10"]].concat();
    assert_eq!(refused(&place, &low), (8, "OVER_COST".to_owned()));
    let before = server.exchanges().len();
    assert!(before > 0);
    made(&place, &[&LLM[..], &["--max-cost", "5"]].concat());
    let mut bodies: Vec<String> = server.exchanges().into_iter().map(|exchange| exchange.body).collect();
    let all = bodies.len();
    bodies.sort();
    bodies.dedup();
    assert_eq!(bodies.len(), all, "nothing was asked twice");
}

#[test]
fn a_refusal_leaves_no_plan() {
    let server = ModelServer::planning(troubled(Trouble::Refusal, u64::MAX)).unwrap();
    let place = place(&server, "");
    assert_eq!(refused(&place, &LLM), (1, "MODEL_REFUSED".to_owned()));
    assert_eq!(place.json(&["plan", "list"]), json!([]));
}

const PLAIN: Shape =
    Shape { minutes: 120, first_parts: 2, parts: 2, large: (u64::MAX, u64::MAX), delay_ms: 0 };

#[test]
fn a_plan_by_a_model_follows_its_document_when_it_is_told_to_ask() {
    let server = ModelServer::planning(good(PLAIN)).unwrap();
    let place = place(&server, PRICED);
    made(&place, &LLM);
    place.ok(&["plan", "import", "--confirm"]);
    let tasks = place.tasks();
    // Nothing has changed, so nobody need be asked.
    let asked = server.exchanges().len();
    assert_eq!(place.run(&["plan", "update", "docs/prd.md", "--check"]).code, Some(0));
    place.write("docs/prd.md", &format!("{DOCUMENT}3. **Share notes** by a link that ends after a week.\n"));
    let update = ["plan", "update", "docs/prd.md"];
    let check = [&update[..], &["--check"]].concat();
    assert_eq!(refused(&place, &check), (1, "ENGINE_NOT_NAMED".to_owned()));
    assert_eq!(refused(&place, &["plan", "diff"]), (1, "ENGINE_NOT_NAMED".to_owned()));
    let estimate = run(&place, &["plan", "diff", "docs/prd.md", "--engine", "llm", "--estimate-cost"]);
    assert!(estimate.code == Some(0) && estimate.stdout.contains("at the most"), "{estimate}");
    assert_eq!(server.exchanges().len(), asked, "nothing was sent");
    let asking = [&check[..], &["--engine", "llm"]].concat();
    assert_eq!(run(&place, &asking).code, Some(6));
    let asked = server.exchanges().len();
    // What was answered for the check is not asked again.
    let confirmed = run(&place, &[&update[..], &["--engine", "llm", "--confirm"]].concat());
    assert_eq!(confirmed.code, Some(0), "{confirmed}");
    assert_eq!(server.exchanges().len(), asked);
    assert_eq!(place.tasks().len(), tasks.len() + 1);
    assert_eq!(place.run(&check).code, Some(0));
    assert!(place.json(&["plan", "show"])["plan"]["used"]["calls"].as_u64() > Some(0));
}

#[test]
fn an_item_is_split_by_a_model_and_the_rest_stays() {
    let server = ModelServer::planning(good(DEEP)).unwrap();
    let place = place(&server, PRICED);
    place.ok(&["plan", "decompose", "docs/prd.md"]);
    let before = place.json(&["plan", "show"]);
    let split = ["plan", "split", "Search notes", "--engine", "llm"];
    assert!(run(&place, &[&split[..], &["--estimate-cost"]].concat()).code == Some(0));
    assert_eq!(server.exchanges().len(), 0);
    made(&place, &[&split[..], &["--dry-run"]].concat());
    assert_eq!(place.json(&["plan", "show"])["items"], before["items"]);
    let asked = server.exchanges().len();
    let changed = made(&place, &split);
    assert!(changed["changed"] == json!(true), "{changed}");
    assert_eq!(server.exchanges().len(), asked, "the dry run paid for the answers");
    assert_eq!(server.violations(), []);
    let after = place.json(&["plan", "show"]);
    assert_eq!(after["plan"]["engine"], before["plan"]["engine"]);
    let keys = |plan: &Value| -> Vec<String> {
        let items = plan["items"].as_array().unwrap().iter();
        items.map(|item| item["key"].as_str().unwrap().to_owned()).collect()
    };
    let (old, new) = (keys(&before), keys(&after));
    assert!(new.len() > old.len() + 1 && old.iter().all(|key| new.contains(key)), "{after}");
    place.ok(&["plan", "undo"]);
    assert_eq!(place.json(&["plan", "show"])["items"], before["items"]);
}

/// A document of several pages, made by WeasyPrint.
const PDF: &[u8] = include_bytes!("../../../conductor-plan/tests/fixtures/layout/weasy-one.pdf");

#[test]
fn an_item_of_a_pdf_is_split_and_its_parts_name_the_pages_that_they_cite() {
    let lines = Arc::new(Mutex::new((0, 0)));
    let told = Arc::clone(&lines);
    let well = good(PLAIN);
    let server = ModelServer::planning(Arc::new(move |prompt| {
        let (first, last) = *told.lock().unwrap();
        let cite = json!({ "document": "docs/prd.pdf", "first_line": first, "last_line": last });
        match well(prompt) {
            Does::Answer(answer) => {
                let mut said: Value = serde_json::from_str(&answer.say).unwrap();
                said["items"][0]["cites"] = json!([cite]);
                Does::Answer(Answer { say: said.to_string(), ..answer })
            }
            other @ (Does::Fail(_) | Does::Hang) => other,
        }
    }));
    let server = server.unwrap();
    let place = place(&server, "");
    std::fs::write(place.hermetic.work().join("docs/prd.pdf"), PDF).unwrap();
    place.ok(&["plan", "decompose", "docs/prd.pdf"]);
    let drafted = place.json(&["plan", "show"]);
    let requirements = drafted["requirements"].as_array().unwrap();
    let page = |wanted: &Value| wanted["source"]["span"]["page"].as_u64().unwrap();
    let pages: BTreeSet<u64> = requirements.iter().map(page).collect();
    assert!(pages.len() > 1, "{pages:?}");
    // Of each page the first requirement that has a line for itself.
    for (at, wanted_page) in pages.iter().enumerate() {
        let wanted = requirements.iter().find(|wanted| page(wanted) == *wanted_page).unwrap();
        let line = wanted["source"]["span"]["first_line"].as_u64().unwrap();
        let whole = &wanted["source"]["span"]["last_line"];
        *lines.lock().unwrap() = (line, whole.as_u64().unwrap());
        let shown = place.json(&["plan", "show"]);
        let parents: Vec<&Value> =
            shown["items"].as_array().unwrap().iter().map(|item| &item["parent"]).collect();
        let leaf = |item: &&Value| item["parent"].is_null() && !parents.contains(&&item["key"]);
        let item = shown["items"].as_array().unwrap().iter().find(leaf).unwrap();
        let split = ["plan", "split", item["key"].as_str().unwrap(), "--engine", "llm"];
        let changed = made(&place, &split);
        let part =
            changed["items"].as_array().unwrap().iter().find(|new| new["parent"] == item["key"]).unwrap();
        let cited =
            part["sources"].as_array().unwrap().iter().find(|cited| cited["span"]["first_line"] == line);
        assert_eq!(cited.unwrap()["span"]["page"], json!(wanted_page), "{at}: {part}");
    }
    assert_eq!(server.violations(), []);
}

/// A model that answers well until so many questions came, and then hangs as long as it is not told to go on.
fn hanging(after: u64, go_on: &Arc<AtomicU64>) -> Respond {
    let (well, go_on) = (good(DEEP), Arc::clone(go_on));
    Arc::new(move |prompt| {
        if prompt.before >= after && go_on.load(Ordering::SeqCst) == 0 { Does::Hang } else { well(prompt) }
    })
}

fn begun(place: &Place) -> Child {
    let arguments = [&LLM[..], &["--parallel", "1"]].concat();
    let mut command = keyed(place, &arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn what_was_killed_goes_on_and_pays_for_nothing_twice() {
    let whole = ModelServer::planning(good(DEEP)).unwrap();
    let expected = place(&whole, "");
    made(&expected, &LLM);
    let all = whole.exchanges().len();
    let go_on = Arc::new(AtomicU64::new(0));
    let server = ModelServer::planning(hanging(4, &go_on)).unwrap();
    let place = place(&server, "");
    let mut child = begun(&place);
    // With one question at a time, the fifth comes when four answers are kept.
    server.wait_for(LONGEST, |exchange| exchange.number == 5).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    go_on.store(1, Ordering::SeqCst);
    made(&place, &LLM);
    assert_eq!(server.exchanges().len(), all + 1, "only the question without an answer is asked again");
    let items = |place: &Place| place.json(&["plan", "show"])["items"].clone();
    assert_eq!(items(&place), items(&expected));
}

#[test]
fn ctrl_c_ends_the_questions_and_keeps_the_answers() {
    let go_on = Arc::new(AtomicU64::new(0));
    let server = ModelServer::planning(hanging(3, &go_on)).unwrap();
    let place = place(&server, "");
    let child = begun(&place);
    server.wait_for(LONGEST, |exchange| exchange.number == 4).unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stderr.contains("which are kept: the same command goes on from there"), "{ran}");
    assert_eq!(place.json(&["plan", "list"]), json!([]));
    go_on.store(1, Ordering::SeqCst);
    assert!(run(&place, &LLM).stderr.contains("3 of them were kept"));
}

/// An answer that covers these requirements, the first of which the project meets.
pub(super) fn answer(requirements: &Value) -> String {
    let ids: Vec<&str> = requirements.as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap()).collect();
    let item = json!({
        "id": "a", "title": "Search and print notes", "description": "", "depends_on": [], "low_minutes": 30,
        "likely_minutes": 60, "high_minutes": 90, "complexity": 3, "complexity_reasons": ["known steps"],
        "category": "feature", "priority": "high", "tags": [], "acceptance": ["It works."], "files": [],
        "confidence": 90, "requirements": ids[1..], "cites": [],
    });
    let existing = json!({ "requirement": ids[0], "files": ["store.txt"], "reason": "store.txt does it" });
    json!({ "items": [item], "existing": [existing], "whole": "" }).to_string()
}

#[test]
fn an_agent_answers_in_a_copy_of_the_project() {
    let place = Place::with(&[("docs/prd.md", DOCUMENT), ("store.txt", "notes are stored here\n")]);
    place.ok(&["init"]);
    place.ok(&["plan", "decompose", "docs/prd.md"]);
    let outline = place.json(&["plan", "show"]);
    let home = place.hermetic.home();
    std::fs::write(home.join("answer"), answer(&outline["requirements"])).unwrap();
    // It looks at the project, writes where it may not, and answers in its own directory.
    let script = format!(
        "#!/bin/sh\nread line < store.txt && [ \"$line\" = 'notes are stored here' ] || exit 9\n\
         echo mine > new.txt 2>/dev/null\n/bin/cat {0}/answer > \"${{CONDUCTOR_RESULT_FILE%/*}}/answer.json\"\n\
         echo looked >> {0}/looks\necho done\n",
        home.display()
    );
    std::fs::write(home.join("bin/planner"), script).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(home.join("bin/planner"), mode).unwrap();
    place.write(
        ".taskwerk/config.yml",
        "orchestration: { agents: { looker: { adapter: command, run: \"planner\" } } }\n",
    );
    let arguments = ["plan", "decompose", "docs/prd.md", "--engine", "looker"];
    let made = place.json(&arguments);
    assert_eq!(made["plan"]["engine"], json!({ "kind": "agent", "model": "looker" }));
    assert_eq!((&made["plan"]["tasks"], &made["plan"]["errors"]), (&json!(1), &json!(0)));
    let met = made["findings"].as_array().unwrap().iter().find(|finding| finding["code"] == "already_met");
    assert!(met.is_some(), "{made}");
    assert!(!place.hermetic.work().join("new.txt").exists());
    place.ok(&[&arguments[..], &["--replay"]].concat());
    let looks = std::fs::read_to_string(home.join("looks")).unwrap();
    assert_eq!(looks.lines().count(), 1);
}
