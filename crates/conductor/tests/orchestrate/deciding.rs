//! Rules, classes and secrets: what becomes of work that passed its gates, and what of it is written down.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use taskwerk_client::model::Status;

use super::support::{Project, WRITER, until};
use super::terminal::Terminal;

/// The rows of the kind `judged`, with what was decided.
fn judged(project: &Project) -> Vec<Value> {
    let shown = project.json(&["journal", "show", "--json"]);
    let rows = shown["rows"].as_array().or_else(|| shown.as_array()).cloned().unwrap_or_default();
    rows.into_iter().filter(|row| row.to_string().contains("\"judged\"")).collect()
}

#[test]
fn a_rule_that_cannot_be_used_stops_the_start_and_nothing_else_is_done() {
    let project =
        Project::configured(WRITER, "policy:\n  - { name: big, when: \"diff.linse > 8\", then: hold }");
    project.add("One", &[]);
    let said = project.ends(2, &["orchestrate", "run", "--auto"]);
    let text = said.to_string();
    assert!(text.contains("rule `big`") && text.contains("line 1, column 1"), "{text}");
    assert!(text.contains("did you mean `diff.lines`?"), "{text}");
    assert_eq!(project.status("TASK-001"), Status::Todo);
    assert!(project.refs("refs/heads/conductor").is_empty());
    let checked = project.document(2, &["policy", "check", "--json"]);
    assert_eq!(checked["ok"], json!(false));
    assert_eq!(checked["rules"][0]["error"]["column"], json!(1));
}

#[test]
fn work_is_held_sent_back_and_refused_by_rules() {
    let project = Project::configured(
        r#"
if [ -n "$(grep -l 'Add a test' "$CONDUCTOR_TASK_FILE")" ]; then touch "$CONDUCTOR_TASK_ID.test"; fi
echo one > "$CONDUCTOR_TASK_ID.txt"
"#,
        r#"
policy:
  - { name: tested, when: "task.id == 'TASK-001' && !diff.paths.exists(p, p.endsWith('.test'))", then: retry, ask: Add a test }
  - { name: never, when: "task.id == 'TASK-002'", then: reject, ask: Not this one }
  - { name: look, when: "task.id == 'TASK-003' && diff.lines == 1", then: hold, ask: Is it one line? }
  - { name: broken, when: "task.id == 'TASK-004' && evidence.coverage < 80.0", then: reject }
"#,
    );
    for title in ["One", "Two", "Three", "Four"] {
        project.add(title, &[]);
    }
    project.orchestrate(7, &["--jobs", "1"]);
    assert_eq!(project.status("TASK-001"), Status::Done);
    assert!(project.files_of("conductor/s1").contains("TASK-001.test"), "the second attempt was told");
    assert_eq!(project.status("TASK-002"), Status::Blocked);
    assert!(project.task("TASK-002").block_reason.unwrap().contains("Not this one"));
    let holds: Vec<String> = project.inbox().iter().map(ToString::to_string).collect();
    let all = holds.join("\n");
    assert_eq!(holds.len(), 2, "{all}");
    assert!(all.contains("meets rule `look`: Is it one line?"), "{all}");
    assert!(all.contains("cannot be judged by rule `broken` (No such key: coverage)"), "{all}");
    // Every verdict is written down with every rule's answer.
    let rows = judged(&project);
    assert_eq!(rows.len(), 5, "{rows:?}");
    let told = serde_json::to_string(&rows).unwrap();
    assert!(told.contains("tested") && told.contains("No such key: coverage"), "{told}");
    // What is folded is what was decided, whatever the rules are by now.
    project.configure("");
    project.ok(&["journal", "fold"]);
    // A person's word is stronger than a rule's.
    project.ok(&["orchestrate", "review", "TASK-003", "--accept"]);
    project.ends(7, &["orchestrate", "resume", "--auto"]);
    assert_eq!(project.status("TASK-003"), Status::Done);
    project.assert_sound();
}

#[test]
fn work_that_is_sent_back_again_and_again_is_held() {
    let rules = "safety: { max_consecutive_failures: 2 }\npolicy:\n  - { name: more, when: \"true\", then: retry, ask: More }";
    let project = Project::configured("echo \"$CONDUCTOR_ATTEMPT\" > a.txt", rules);
    project.add("One", &[]);
    project.orchestrate(7, &[]);
    let inbox = project.inbox();
    assert_eq!(inbox.len(), 1, "{inbox:?}");
    let text = inbox[0].to_string();
    assert!(text.contains("The policy sends the work back, 2 times in a row"), "{text}");
    assert_eq!(judged(&project).len(), 2);
}

#[test]
fn todays_rules_are_tried_on_work_of_the_past() {
    let project = Project::new(WRITER);
    project.add("One", &[]);
    project.add("Two", &[]);
    project.orchestrate(0, &[]);
    let same = project.json(&["policy", "test", "--json"]);
    assert_eq!((&same["differ"], same["verdicts"].as_array().unwrap().len()), (&json!(0), 2), "{same}");
    project.configure(
        "policy:\n  - { name: two, when: \"task.id == 'TASK-002'\", then: hold, ask: Look at two }",
    );
    let tried = project.json(&["policy", "test", "--json"]);
    assert_eq!(tried["differ"], json!(1), "{tried}");
    let two = &tried["verdicts"][1];
    assert_eq!(
        (&two["task"], &two["then"], &two["now"]),
        (&json!("TASK-002"), &json!("accept"), &json!("hold"))
    );
    assert!(two["because"].as_str().unwrap().contains("Look at two"), "{two}");
    let one = project.json(&["policy", "test", "TASK-001", "--json"]);
    assert_eq!((one["verdicts"].as_array().unwrap().len(), &one["differ"]), (1, &json!(0)));
    let printed = project.ok(&["policy", "test"]);
    assert!(printed.contains("TASK-002") && printed.contains("hold"), "{printed}");
    let checked = project.ok(&["policy", "check"]);
    assert!(checked.contains("task.id"), "{checked}");
}

/// Every file below a folder that holds a text.
fn files_with(folder: &Path, text: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            files_with(&path, text, found);
        } else if fs::read(&path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text)) {
            found.push(path.display().to_string());
        }
    }
}

#[test]
fn a_secret_is_held_and_never_written_down() {
    // Put together here, so that this file holds none.
    let token = ["ghp_", "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY3zA5"].concat();
    let agent = format!(
        "t={token}\nprintf 'const T: &str = \"%s\";\\n' \"$t\" > leak.rs\necho \"I found $t and $MY_API_KEY\"\n\
         printf '{{\"message\": \"used %s\"}}' \"$t\" > \"$CONDUCTOR_RESULT_FILE\"\n"
    );
    let project = Project::configured(
        &agent,
        "safety: { require_approval_for: [] }\ngates: { check: \"cat leak.rs\" }",
    );
    let config = project
        .read(".taskwerk/config.yml")
        .replace("adapter: command,", "adapter: command, env: [MY_API_KEY],");
    project.write(".taskwerk/config.yml", &config);
    project.add("One", &[]);
    let mut run = project.command(&["orchestrate", "run", "--auto"]);
    let ran = run.env("MY_API_KEY", "a plain value of mine").output().unwrap();
    assert_eq!(ran.status.code(), Some(7), "{ran:?}");
    let inbox = project.inbox();
    let text = inbox[0].to_string();
    assert!(text.contains("contains what looks like a secret (leak.rs:1: a token of GitHub's)"), "{text}");
    for (secret, what) in [(token.as_str(), "the token"), ("a plain value of mine", "the agent's own key")] {
        let mut found = Vec::new();
        files_with(&project.work().join(".taskwerk"), secret, &mut found);
        assert!(found.is_empty(), "{what} stands in {found:?}");
    }
    let output = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    assert!(!output.contains(&token), "{output}");
    for arguments in [
        &["orchestrate", "review", "TASK-001", "--json"][..],
        &["orchestrate", "review", "TASK-001"],
        &["orchestrate", "logs", "TASK-001"],
        &["journal", "show", "--json"],
        &["inbox", "--json"],
        &["orchestrate", "prompt", "TASK-001"],
    ] {
        let shown = project.ok(arguments);
        assert!(!shown.contains(&token), "{arguments:?}: {shown}");
    }
    let log = project.ok(&["orchestrate", "logs", "TASK-001"]);
    assert!(log.contains("I found ******** and ********"), "{log}");
    // The work itself is as the agent made it: a person decides.
    let kept = project.refs("refs/conductor");
    assert!(kept.values().any(|commit| project.files_of(commit).contains("leak.rs")), "{kept:?}");
}

#[test]
fn work_is_looked_through_at_a_terminal_and_sent_back() {
    let project = Project::configured(
        "if [ -n \"$(grep -l 'in blue' \"$CONDUCTOR_TASK_FILE\")\" ]; then echo blue > a.txt; else echo red > a.txt; fi\n\
         echo 'I painted it'",
        "policy:\n  - { name: colour, when: \"run.attempts == 1\", then: hold, ask: Which colour? }",
    );
    project.add("Paint it", &[]);
    project.orchestrate(7, &[]);
    let mut terminal = Terminal::run(&project, &["orchestrate", "review", "TASK-001"]);
    terminal.sees("Which colour?");
    // Drawn anew, so that a word on the screen comes whole.
    for (keys, text) in [("2", "+red"), ("4", "painted")] {
        terminal.presses(keys);
        terminal.presses("\u{c}");
        terminal.sees(text);
    }
    terminal.presses("b");
    until("the branch", || project.git_ok(&["cat-file", "-e", "review/TASK-001:a.txt"]));
    terminal.presses("rin blue\r");
    assert_eq!(terminal.wait(), Some(0), "{}", terminal.screen());
    let screen = terminal.screen();
    assert!(screen.contains("\u{1b}[?1049l") && screen.contains("answered"), "{screen}");
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_eq!(project.file_of("conductor/s1", "a.txt").trim(), "blue");
    // Left without a word, nothing was decided; and with --print nothing is asked.
    let mut terminal = Terminal::run(&project, &["orchestrate", "review", "TASK-001"]);
    terminal.sees("It waits for nobody");
    terminal.presses("q");
    assert_eq!(terminal.wait(), Some(0));
    let mut terminal = Terminal::run(&project, &["orchestrate", "review", "TASK-001", "--print"]);
    assert_eq!(terminal.wait(), Some(0));
    assert!(!terminal.screen().contains("\u{1b}[?1049h"), "{}", terminal.screen());
}

/// The same with an agent that reviews; `body` is its script.
fn reviewed(agent: &str, sections: &str, body: &str) -> Project {
    let project = Project::configured(agent, sections);
    let script = project.home().join("critic.sh");
    fs::write(&script, format!("#!/bin/sh\nset -eu\n{body}")).unwrap();
    fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let critic =
        format!("agents:\n    critic: {{ adapter: command, role: reviewer, run: \"{}\" }}", script.display());
    let config = project.read(".taskwerk/config.yml").replacen("agents:", &critic, 1);
    project.write(".taskwerk/config.yml", &config);
    project
}

#[test]
fn another_agent_reviews_in_a_copy_and_rules_read_what_it_finds() {
    let project = reviewed(
        "if [ -n \"$(grep -l 'says nothing' \"$CONDUCTOR_TASK_FILE\")\" ]; then echo good > a.txt; else echo bad > a.txt; fi",
        "policy:\n  - { name: mend, when: \"has(review.worst) && review.worst == 'major'\", then: retry, ask: Mend it }",
        r#"
echo "$PWD" >> "$HOME/reviewed"
f=$(sed -n 's/^Write it into the file //p' "$CONDUCTOR_PROMPT_FILE")
if grep -q bad a.txt; then
  printf '{"findings": [{"file": "a.txt", "line": 1, "severity": "major", "text": "says nothing"}]}' > "$f"
else
  printf '{"findings": []}' > "$f"
fi
"#,
    );
    project.add("Say it", &[]);
    project.orchestrate(0, &[]);
    assert_eq!(project.file_of("conductor/s1", "a.txt").trim(), "good");
    let rows = serde_json::to_string(&judged(&project)).unwrap();
    assert!(rows.contains("major a.txt:1: says nothing"), "{rows}");
    let places = project.mark("reviewed").unwrap();
    assert_eq!(places.lines().count(), 2, "{places}");
    assert!(places.lines().all(|place| place.contains("review") && !Path::new(place).exists()), "{places}");
    project.assert_tidy();
}

#[test]
fn a_reviewer_that_fails_or_meddles_is_a_note_and_no_verdict() {
    let read_only = Project::new(WRITER).ok(&["doctor"]).contains("PID namespace");
    for (body, note) in [
        ("exit 3", "no review by critic: it failed"),
        ("echo looks good", "no review by critic: its answer holds no JSON"),
        // Where a namespace keeps it from changing anything, it is a review like any other.
        (
            "chmod u+w . a.txt || true; (echo mine > a.txt) || true; echo '{\"findings\": []}'",
            if read_only { "\"findings\":0" } else { "no review by critic: it changed 1 files" },
        ),
    ] {
        let project = reviewed("echo one > a.txt", "", body);
        project.add("One", &[]);
        project.orchestrate(0, &[]);
        assert_eq!(project.file_of("conductor/s1", "a.txt").trim(), "one", "{body}");
        let rows = serde_json::to_string(&judged(&project)).unwrap();
        assert!(rows.contains(note), "{body}: {rows}");
    }
}

#[test]
fn whoever_is_to_review_must_be_known_and_one() {
    let project = Project::configured(WRITER, "workflow: { review: nobody }");
    project.add("One", &[]);
    let said = project.ends(1, &["orchestrate", "run", "--auto"]).to_string();
    assert!(said.contains("there is no agent `nobody`"), "{said}");
}
