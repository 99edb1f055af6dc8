//! Recordings of real agents, played as programs: they land what the agents did, and whatever goes wrong with them is
//! never taken for success.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::support::{Project, WRITER};

/// What every agent did in the case `edit`.
const PATCH: &str = "diff --git a/hello.txt b/hello.txt\nnew file mode 100644\n--- /dev/null\n+++ b/hello.txt\n\
                     @@ -0,0 +1 @@\n+hello from the model\n";

/// A recording of one attempt, from what was exchanged with an agent.
fn recording(project: &Project, agent: &str, task: &str) -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conductor-host/tests/fixtures/wire");
    let text = fs::read_to_string(fixtures.join(agent).join("edit.jsonl")).unwrap();
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut wire = lines.next().unwrap();
    wire["lines"] = lines.collect();
    let turn = json!({"wire": wire, "patch": {"text": PATCH}});
    let recording = json!({"version": 2, "tasks": [{"task": task, "turns": [turn]}]});
    let file = project.home().join("recording.json");
    fs::write(&file, recording.to_string()).unwrap();
    file.to_str().unwrap().to_owned()
}

/// Command lines of players that are alive and play a recording of this project.
fn players(project: &Project) -> Vec<String> {
    let all = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let lines = all.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    let root = project.root().to_str().unwrap();
    lines
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .filter(|line| line.contains("__replay") && line.contains(root))
        .collect()
}

/// The last line of the transcript of the first attempt of the first run.
fn outcome(project: &Project) -> String {
    let transcript = attempt(project).join("transcript.jsonl");
    let text = fs::read_to_string(&transcript).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    last["event"]["outcome"].as_str().unwrap().to_owned()
}

fn attempt(project: &Project) -> PathBuf {
    project.work().join(".taskwerk/sessions/1/runs/1/attempt-1")
}

#[test]
fn what_real_agents_did_is_landed_when_it_is_played() {
    for agent in ["claude-headless", "claude-acp", "codex-acp", "opencode-headless", "gemini-acp"] {
        let project = Project::new(WRITER);
        let task = project.add("One", &[]);
        let file = recording(&project, agent, &task);
        let ran = project.orchestrate(0, &["--replay", &file]);
        assert!(ran.stdout.contains("replay"), "{agent}: {ran}");
        let commits = project.commits("main..conductor/s1");
        assert_eq!(commits.len(), 1, "{agent}: {ran}");
        assert_eq!(commits[0].agent, "replay");
        assert_eq!(project.file_of("conductor/s1", "hello.txt"), "hello from the model\n");
        assert_eq!(outcome(&project), "finished", "{agent}");
        let transcript = fs::read_to_string(attempt(&project).join("transcript.jsonl")).unwrap();
        assert!(
            transcript.contains(r#""replay":true"#) && !transcript.contains("{workspace}"),
            "{transcript}"
        );
        assert_eq!(players(&project), Vec::<String>::new());
    }
}

#[test]
fn whatever_goes_wrong_with_a_recording_is_no_success_and_leaves_nothing() {
    for (fault, outcome) in
        [("cut", "failed"), ("hang", "timed out"), ("garble", "failed"), ("reorder", "failed")]
    {
        let project =
            Project::configured(WRITER, "safety: { max_task_duration: 2s, max_consecutive_failures: 1 }");
        let task = project.add("One", &[]);
        let file = recording(&project, "claude-headless", &task);
        let ran = project.run(&["orchestrate", "run", "--auto", "--replay", &file, "--faults", fault]);
        assert_ne!(ran.code, Some(0), "{fault}: {ran}");
        let found = self::outcome(&project);
        assert!(found.starts_with(outcome), "{fault}: {found}");
        assert_eq!(project.commits("main..conductor/s1"), [], "{fault}");
        assert_eq!(players(&project), Vec::<String>::new(), "{fault}");
    }
}

#[test]
fn a_session_is_recorded_and_played_elsewhere() {
    let agent = r#"
printf 'one\000two' > binary.dat; mkdir -p sub; echo "$CONDUCTOR_TASK_TITLE" > sub/file.txt; rm README.md
echo "working in $PWD"; echo "Done with $SERVICE_TOKEN." >&2; echo; echo "All is done."
"#;
    let project = Project::configured(agent, "");
    let config = project.work().join(".taskwerk/config.yml");
    let text = fs::read_to_string(&config)
        .unwrap()
        .replace("adapter: command,", "adapter: command, env: [SERVICE_TOKEN],");
    fs::write(&config, text).unwrap();
    project.add("One", &[]);
    let secret = "do-not-tell-this";
    let mut command = project.command(&["orchestrate", "run", "--auto"]);
    assert!(command.env("SERVICE_TOKEN", secret).status().unwrap().success());
    let file = project.home().join("session.json");
    let mut command = project.command(&["orchestrate", "record", file.to_str().unwrap()]);
    assert!(command.env("SERVICE_TOKEN", secret).status().unwrap().success());
    let text = fs::read_to_string(&file).unwrap();
    assert!(!text.contains(secret) && text.contains("********"), "{text}");
    assert!(!text.contains(project.root().to_str().unwrap()) && text.contains("{workspace}"), "{text}");

    let other = Project::new("exit 1");
    other.add("One", &[]);
    let copy = other.home().join("session.json");
    fs::copy(&file, &copy).unwrap();
    other.orchestrate(0, &["--replay", copy.to_str().unwrap()]);
    assert_eq!(other.rev("conductor/s1^{tree}"), project.rev("conductor/s1^{tree}"));
    let transcript = fs::read_to_string(attempt(&other).join("transcript.jsonl")).unwrap();
    assert!(transcript.contains("working in ") && !transcript.contains("{workspace}"), "{transcript}");

    let none = Project::new(WRITER);
    assert_eq!(none.refused(3, &["orchestrate", "record", "x.json"]), "SESSION_NOT_FOUND");
}
