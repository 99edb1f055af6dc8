//! Plans by agents, whatever they speak: good answers, and all that an agent may do instead.

mod doubles;
mod meddling;

use std::fs::{self, File};
use std::io::Read as _;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};
use testkit::Ran;

use super::planning::answer;
use super::{DOCUMENT, Place};
use doubles::{Act, Double};

/// Longer than anything here takes.
const LONGEST: Duration = Duration::from_secs(120);

/// A project with a document, and what its outline says of what is asked for.
fn project() -> (Place, Value) {
    let place = Place::with(&[("docs/prd.md", DOCUMENT), ("store.txt", "notes are stored here\n")]);
    place.ok(&["init"]);
    place.ok(&["plan", "decompose", "docs/prd.md"]);
    let requirements = place.json(&["plan", "show"])["requirements"].clone();
    (place, requirements)
}

fn plan(double: Double) -> [&'static str; 7] {
    ["plan", "decompose", "docs/prd.md", "--parallel", "1", "--engine", double.name()]
}

fn asked(place: &Place) -> u64 {
    let text = fs::read_to_string(place.hermetic.home().join("asked")).unwrap_or_else(|_| "0".to_owned());
    text.trim().parse().unwrap()
}

fn prompt(place: &Place, number: u64) -> String {
    fs::read_to_string(place.hermetic.home().join(format!("prompt-{number}"))).unwrap()
}

/// Nothing of a run is left in the temporary folder.
#[track_caller]
fn is_tidy(place: &Place) {
    let root = place.hermetic.home().parent().unwrap();
    let names = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: Vec<String> = names.filter(|name| name.starts_with("conductor-")).collect();
    assert_eq!(left, Vec::<String>::new());
}

/// The answer, with a description that is longer than any one event of an agent's may be.
fn long_answer(requirements: &Value) -> String {
    let mut value: Value = serde_json::from_str(&answer(requirements)).unwrap();
    value["items"][0]["description"] = json!("wörter ".repeat(500));
    let item = value["items"][0].clone();
    for number in 1..8 {
        let mut more = item.clone();
        more["id"] = json!(format!("a{number}"));
        more["title"] = json!(format!("Search and print notes, part {number}"));
        value["items"].as_array_mut().unwrap().push(more);
    }
    value.to_string()
}

#[test]
fn a_plan_comes_from_each_protocol() {
    for double in Double::ALL {
        let (place, requirements) = project();
        double.install(&place, "");
        double.will(&place, &[Act::Says(long_answer(&requirements))]);
        let made = place.json(&plan(double));
        assert_eq!(made["plan"]["engine"], json!({ "kind": "agent", "model": double.name() }), "{double:?}");
        assert_eq!((&made["plan"]["tasks"], &made["plan"]["errors"]), (&json!(8), &json!(0)), "{double:?}");
        let met = made["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == "already_met");
        assert!(met, "{double:?}: {made}");
        let told = prompt(&place, 1);
        assert!(told.contains("Your answer is your last message"), "{double:?}: {told}");
        assert_eq!(asked(&place), 1, "{double:?}");
        // What is kept is enough for the same plan, though the agent is gone.
        fs::remove_file(place.hermetic.home().join("bin").join(double.name())).unwrap();
        place.ok(&["plan", "discard"]);
        let again = place.json(&[&plan(double)[..], &["--replay"]].concat());
        assert_eq!(again["plan"]["tasks"], json!(8), "{double:?}");
        is_tidy(&place);
    }
}

#[test]
fn an_answer_that_is_no_plan_goes_back_with_what_is_wrong_with_it() {
    for double in Double::ALL {
        let (place, requirements) = project();
        double.install(&place, "");
        double.will(&place, &[Act::Says("I made a plan.".into()), Act::Says(answer(&requirements))]);
        let ran = place.run(&plan(double));
        assert_eq!(ran.code, Some(0), "{double:?}: {ran}");
        assert!(ran.stderr.contains("1 could not be used and were asked for again"), "{double:?}: {ran}");
        let again = prompt(&place, 2);
        assert!(again.contains("> I made a plan.") && again.contains("is not one JSON document"), "{again}");
    }
}

#[test]
fn an_agent_that_never_answers_with_a_plan_is_given_up() {
    for double in Double::ALL {
        let (place, _) = project();
        double.install(&place, "");
        double.will(&place, &[Act::Says("I made a plan.".into())]);
        let ran = place.run(&plan(double));
        assert_eq!((ran.code, asked(&place)), (Some(1), 4), "{double:?}: {ran}");
        assert!(ran.stderr.contains("the answer is not one JSON document"), "{double:?}: {ran}");
        assert!(place.json(&["plan", "list"]).as_array().unwrap().len() == 1, "{double:?}: only the outline");
    }
}

#[test]
fn what_goes_wrong_with_an_agent_is_told_and_leaves_no_plan() {
    let soon = "2099-01-01T00:00:00Z";
    let acts = [("refuses", Act::Refuses), ("dies", Act::Dies(3)), ("limited", Act::Limited(soon))];
    let mut lines = Vec::new();
    for double in Double::ALL {
        for (name, act) in &acts {
            // Only their words say that these refuse, or that a limit passes soon: they are asked again and again.
            let mute = matches!(double, Double::Codex | Double::Gemini | Double::Opencode);
            let waits = matches!(act, Act::Limited(_)) && double != Double::Claude;
            if (mute && *act == Act::Refuses) || waits {
                continue;
            }
            let (place, _) = project();
            double.install(&place, "");
            double.will(&place, std::slice::from_ref(act));
            let ran = place.run(&plan(double));
            let times = asked(&place);
            let words = ran.stderr.lines().find(|line| line.starts_with("error")).unwrap_or_default();
            // How long it is until then is another number each time.
            let words = match words.split_once(" (in ") {
                Some((start, rest)) => format!("{start}{}", rest.split_once(')').unwrap().1),
                None => words.to_owned(),
            };
            lines.push(format!("{} {name}: exit {:?}, asked {times}: {words}", double.name(), ran.code));
            assert_eq!(place.json(&["plan", "list"]).as_array().unwrap().len(), 1);
            is_tidy(&place);
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_limit_without_a_time_passes_while_it_is_asked_again() {
    for double in [Double::Codex, Double::Gemini, Double::Opencode, Double::Acp] {
        let (place, requirements) = project();
        double.install(&place, "");
        double.will(&place, &[Act::Limited(""), Act::Says(answer(&requirements))]);
        let ran = place.run(&plan(double));
        assert_eq!((ran.code, asked(&place)), (Some(0), 2), "{double:?}: {ran}");
    }
}

#[test]
fn a_question_too_long_for_a_command_line_comes_by_another_way() {
    let long = format!("{DOCUMENT}\n{}", "These words ask for nothing. ".repeat(6_000));
    for double in [Double::Claude, Double::Codex, Double::Gemini, Double::Opencode] {
        let (place, requirements) = project();
        double.install(&place, ", safety: { sandbox: none }");
        let text = fs::read_to_string(place.hermetic.work().join(".taskwerk/config.yml")).unwrap();
        place.write(".taskwerk/config.yml", &format!("{text}planning: {{ llm: {{ context: 200000 }} }}\n"));
        place.write("docs/prd.md", &long);
        double.will(&place, &[Act::Says(answer(&requirements))]);
        let ran = place.run(&plan(double));
        assert_eq!(ran.code, Some(0), "{double:?}: {ran}");
        assert!(prompt(&place, 1).len() > 150_000, "{double:?}");
    }
}

/// Where an agent hangs: the other end of what it and all that it started hold open.
fn alive(place: &Place) -> (Receiver<()>, Receiver<()>) {
    let path = place.hermetic.home().join("alive");
    let made = place.hermetic.run("/usr/bin/mkfifo", [&path]).unwrap();
    assert_eq!(made.code, Some(0), "{made}");
    let ((up, is_up), (gone, is_gone)) = (channel(), channel());
    std::thread::spawn(move || {
        let mut pipe = File::open(path).unwrap();
        let _nobody_asks = up.send(());
        let _ended = pipe.read_to_end(&mut Vec::new());
        let _nobody_asks = gone.send(());
    });
    (is_up, is_gone)
}

fn begun(place: &Place, double: Double) -> Child {
    let mut command = place.command(&plan(double));
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn ctrl_c_ends_an_agent_with_all_that_it_started() {
    for double in [Double::Claude, Double::Acp] {
        let (place, _) = project();
        double.install(&place, "");
        double.will(&place, &[Act::Hangs]);
        let (is_up, is_gone) = alive(&place);
        let child = begun(&place, double);
        is_up.recv_timeout(LONGEST).unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT)
            .unwrap();
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!(ran.code, Some(1), "{double:?}: {ran}");
        assert!(ran.stderr.contains("stopped after 0 of 1 answers"), "{double:?}: {ran}");
        // Nothing is left by the time that the program has ended.
        assert!(is_gone.recv_timeout(Duration::from_secs(1)).is_ok(), "{double:?}");
        is_tidy(&place);
    }
}

#[test]
fn a_killed_program_leaves_no_agent() {
    let (place, _) = project();
    Double::Codex.install(&place, "");
    Double::Codex.will(&place, &[Act::Hangs]);
    let (is_up, is_gone) = alive(&place);
    let mut child = begun(&place, Double::Codex);
    is_up.recv_timeout(LONGEST).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    is_gone.recv_timeout(LONGEST).unwrap();
}

#[test]
fn an_agent_that_takes_too_long_is_ended() {
    let (place, _) = project();
    Double::Gemini.install(&place, ", safety: { max_task_duration: 1s }");
    Double::Gemini.will(&place, &[Act::Hangs]);
    let (_, is_gone) = alive(&place);
    let ran = place.run(&plan(Double::Gemini));
    assert_eq!((ran.code, asked(&place)), (Some(1), 1), "{ran}");
    assert!(ran.stderr.contains("it was not done in 1 s (orchestration.safety.max_task_duration)"), "{ran}");
    is_gone.recv_timeout(LONGEST).unwrap();
    is_tidy(&place);
}
