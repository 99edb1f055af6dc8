//! What agents ask: who is told, how long it waits, and what answers it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;

use conductor_host::answers::{Answers, Source};
use conductor_host::config::Config;
use conductor_host::git::Repo;
use conductor_host::journal::Database;
use serde_json::{Value, json};
use taskwerk_client::model::Status;

use super::support::{Project, until};

const ASKS: &str = r#"
if ! grep -q 'The answer' "$CONDUCTOR_PROMPT_FILE"; then
  printf '{"status":"question","message":"%s","usage":{"input_tokens":1200,"output_tokens":300}}' \
    "Which colour has the footer?" > "$CONDUCTOR_RESULT_FILE"
  exit 0
fi
echo blue > "$CONDUCTOR_TASK_ID.txt"
"#;

#[test]
fn a_question_that_nobody_answers_is_closed_when_its_time_is_over() {
    let project = Project::configured(ASKS, "safety: { approval_deadline: 5s }");
    project.add("Paint", &[]);
    project.add("Frame", &["TASK-001"]);
    project.orchestrate(7, &[]);
    let hold = &project.inbox()[0];
    let closes: jiff::Timestamp = hold["closes_at"].as_str().unwrap().parse().unwrap();
    let opened: jiff::Timestamp = hold["opened_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(closes.duration_since(opened).as_secs(), 5);
    assert_eq!(project.status("TASK-001"), Status::Blocked);
    // Nothing happens to it while nobody drives; the next driver closes it before it begins anything.
    until("the end of the hold", || {
        project.run(&["orchestrate", "resume", "--auto"]);
        project.inbox().is_empty()
    });
    let task = project.task("TASK-001");
    assert_eq!(task.status, Status::Blocked);
    let reason = task.block_reason.unwrap().to_string();
    assert_eq!(reason, "nobody answered hold 1 within 5s");
    assert_eq!(project.status("TASK-002"), Status::Todo, "it needs the other");
    assert_eq!(project.run_of("TASK-001")["ending"], "rejected");
    let why = project.ok(&["orchestrate", "why", "TASK-001"]);
    assert!(why.contains("nobody answered hold 1 within 5s"), "{why}");
    let rows = project.ok(&["journal", "show"]);
    assert!(rows.contains("hold 1, by the clock: nobody answered hold 1 within 5s"), "{rows}");
    assert_eq!(project.refused(1, &["answer", "1", "blue"]), "CONTROL_REFUSED");
    project.assert_tidy();
}

#[test]
fn what_is_settled_already_is_answered_without_a_person() {
    let script = ASKS.replace("The answer", "Answer, from rule");
    let rule = "answers: [{ name: colours, words: [colour, footer], say: blue }]";
    let project = Project::configured(&script, rule);
    project.add("Paint", &[]);
    project.orchestrate(0, &[]);
    assert_eq!(project.status("TASK-001"), Status::Done);
    let run = project.run_of("TASK-001");
    assert_eq!(run["attempts"], 1, "it went on in the same attempt");
    let log = project.ok(&["orchestrate", "logs", "TASK-001"]);
    assert!(log.contains("asks: Which colour has the footer?"), "{log}");
    assert!(log.contains("is answered: Answer, from rule colours of the configuration: \"blue\""), "{log}");
    project.assert_tidy();
}

#[test]
fn a_question_that_the_answer_does_not_settle_goes_to_a_person() {
    let script = ASKS.replace("The answer", "A person");
    let rule = "answers: [{ name: colours, words: [colour, footer], say: blue }]";
    let project = Project::configured(&script, rule);
    project.add("Paint", &[]);
    project.orchestrate(7, &[]);
    let inbox = project.inbox();
    assert_eq!((inbox.len(), &inbox[0]["kind"]), (1, &json!("question")));
}

#[test]
fn a_person_may_answer_until_the_clock_has_been_heard() {
    let project = Project::configured(ASKS, "safety: { approval_deadline: 5s }");
    project.add("Paint", &[]);
    project.orchestrate(7, &[]);
    project.ok(&["answer", "1", "blue"]);
    let closes: jiff::Timestamp = project.inbox()[0]["closes_at"].as_str().unwrap().parse().unwrap();
    until("the deadline", || conductor_host::clock::now() > closes);
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_eq!(project.status("TASK-001"), Status::Done);
}

/// A server that takes one call and gives back its headers and its document.
fn server() -> (String, JoinHandle<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let serve = move || {
        let mut reader = BufReader::new(listener.accept().unwrap().0);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            reader.read_line(&mut head).unwrap();
        }
        let head = head.to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        reader.get_mut().write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
        (head, serde_json::from_slice(&body).unwrap())
    };
    (url, std::thread::spawn(serve))
}

#[test]
fn a_webhook_is_told_of_a_hold_beside_the_command() {
    let (url, server) = server();
    let notify = format!(
        "notify: {{ webhook: \"{url}\", secret_env: HOOK_SECRET, command: \"echo $CONDUCTOR_HOLD >> $HOME/told\" }}"
    );
    let project = Project::configured(ASKS, &notify);
    project.add("Paint the \"footer\"", &[]);
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let mut command = project.command(&["orchestrate", "run", "--auto"]);
    assert_eq!(command.env("HOOK_SECRET", secret).output().unwrap().status.code(), Some(7));
    let (head, mut told) = server.join().unwrap();
    assert!(head.contains("webhook-signature: v1,"), "{head}");
    let opened_at = told["opened_at"].take();
    assert_eq!(opened_at, project.inbox()[0]["opened_at"]);
    let expected = json!({
        "event": "hold-opened", "session": 1, "run": "1.1", "hold": 1, "task_id": "TASK-001",
        "task_title": "Paint the \"footer\"", "kind": "question", "question": "Which colour has the footer?",
        "opened_at": null, "answer_with": "conductor answer 1 \"your answer\"",
    });
    assert_eq!(told, expected);
    assert_eq!(std::fs::read_to_string(project.home().join("told")).unwrap(), "1\n");
}

#[test]
fn a_webhook_that_cannot_be_called_keeps_nobody_from_working() {
    let notify = "notify: { webhook: \"http://127.0.0.1:9/hook/hush\", secret_env: NOT_THERE }";
    let project = Project::configured(ASKS, notify);
    project.add("Paint", &[]);
    let ran = project.orchestrate(7, &[]);
    assert!(!ran.to_string().contains("hush"), "{ran}");
    project.ok(&["answer", "1", "blue"]);
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_eq!(project.status("TASK-001"), Status::Done);
}

#[test]
fn what_agents_used_is_told_by_attempt_and_priced_where_they_tell_no_cost() {
    let project = Project::new(ASKS);
    let agent = project.home().join("agent.sh");
    let config = format!(
        "orchestration:\n  agents:\n    script: {{ adapter: command, run: \"{}\", price: {{ input: 3, output: 15 }} }}\n",
        agent.display()
    );
    project.write(".taskwerk/config.yml", &config);
    project.add("Paint", &[]);
    project.orchestrate(7, &[]);
    let run = project.run_of("TASK-001");
    assert_eq!(
        (&run["input_tokens"], &run["output_tokens"], &run["cost_micros"]),
        (&json!(1200), &json!(300), &json!(8100))
    );
    let attempt = &run["per_attempt"][0];
    assert_eq!(
        (&attempt["number"], &attempt["end"], &attempt["cost_micros"]),
        (&json!(1), &json!("asked"), &json!(8100))
    );
    let status = project.ok(&["orchestrate", "status"]);
    assert!(status.contains("1 attempts, 0 interventions, 1.5k tokens, $0.00"), "{status}");
    let review = project.ok(&["orchestrate", "review", "TASK-001"]);
    assert!(review.contains("attempt   1  asked after") && review.contains("1.5k tokens"), "{review}");
}

const PRD: &str = "# Notes\n\n## Features\n\n### Paint the footer\n\nThe footer shows the name of the author.\n\n\
                   The server listens on port 8080.\n\n## Open questions\n\nThe admin server listens on port 9090.\n";

#[test]
fn questions_are_answered_from_the_committed_document_and_from_what_people_said() {
    let project = Project::new(ASKS);
    project.write("docs/prd.md", PRD);
    project.commit("the document");
    project.ok(&["plan", "create", "docs/prd.md", "--auto-import"]);
    // What is not committed counts for nothing: an agent could have written it.
    project.write("docs/prd.md", &PRD.replace("8080", "6666"));
    let base = project.rev("main");
    let database = || Database::open(&project.work().join(".taskwerk")).unwrap();
    let answers = |config: Value| {
        let env = [("PATH".into(), project.path().into()), ("HOME".into(), project.home().into())];
        let repo = Repo::discover(project.work(), &env.into_iter().collect()).unwrap();
        let config = Config::from_value(&config).unwrap().orchestration;
        let base = conductor_engine::ids::Oid::parse(&base).unwrap();
        Answers::load(&database(), &repo, &base, &config).unwrap()
    };
    let found = answers(json!({})).answer("Which port does the server listen on?", &[]).unwrap();
    assert_eq!(found.text, "The server listens on port 8080.");
    assert_eq!(found.source, Source::Document { path: "docs/prd.md".to_owned(), line: 9 });
    let asked = "Which colour has the footer?";
    assert_eq!(answers(json!({})).answer(asked, &[]), None);

    let rules = json!({ "orchestration": { "answers": [{ "name": "colours", "words": ["colour"], "say": "Blue" }] } });
    assert_eq!(answers(rules).answer(asked, &[]).unwrap().text, "Blue");

    project.orchestrate(7, &["--max-tasks", "1"]);
    project.ok(&["answer", "1", "blue, as the header"]);
    assert_eq!(answers(json!({})).answer(asked, &[]), None, "nobody has obeyed it yet");
    project.run(&["orchestrate", "resume", "--auto"]);
    let found = answers(json!({})).answer(asked, &[]).unwrap();
    assert_eq!(found.text, "blue, as the header");
    assert!(matches!(found.source, Source::Person { hold, .. } if hold.0 == 1), "{found:?}");
    assert_eq!(answers(json!({})).answer(asked, &[asked.to_owned()]), None);
}
