//! `conductor agents`: who is there, whether they would work, and a try. The agents are shell scripts.

use serde_json::{Value, json};

use super::Place;

/// An agent that speaks the protocol: `$NEW` is its answer to `session/new`, without the id.
const SPEAKER: &str = r#"
[ "$1" = --version ] && { echo 'speaker 0.9.1'; exit; }
answer() { printf '{"jsonrpc":"2.0","id":%s,%s}\n' "$id" "$1"; }
while read -r line; do
    id=${line##*\"id\":}; id=${id%%[,\}]*}
    case $line in
    *'"initialize"'*) answer '"result":{"protocolVersion":1,"agentInfo":{"name":"speaker","version":"0.9.1"},"authMethods":[{"id":"web","name":"Sign in on the web"}]}' ;;
    *'"session/new"'*) answer "$NEW" ;;
    *'"session/set_mode"'*) answer '"result":{}' ;;
    *'"session/prompt"'*) echo prompted >&2; exit 9 ;;
    esac
done
"#;

const OFFER: &str = r#"'"result":{"sessionId":"s-1","modes":{"currentModeId":"ask","availableModes":[{"id":"ask"},{"id":"acceptEdits"}]},"models":{"currentModelId":"small","availableModels":[{"modelId":"small"},{"modelId":"large"}]}}'"#;

const NOBODY: &str = r#"'"error":{"code":-32000,"message":"Authentication required"}'"#;

/// A program on the path.
fn program(place: &Place, name: &str, script: &str) {
    let file = place.hermetic.home().join("bin").join(name);
    std::fs::write(&file, format!("#!/bin/sh\n{script}")).unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

/// A project with this configuration of agents.
fn project(agents: &str) -> Place {
    let place = Place::with(&[]);
    place.ok(&["init"]);
    place.write(".taskwerk/config.yml", &format!("orchestration:\n  agents:\n{agents}"));
    place
}

/// A project with an agent `mine` that is this script.
fn with_agent(script: &str) -> Place {
    let place = project("    mine: { run: my-agent, price: { input: 3, output: 15 } }\n");
    program(&place, "my-agent", script);
    place
}

/// The document, and the exit code, of a command that may fail.
fn told(place: &Place, arguments: &[&str]) -> (Option<i32>, Value) {
    let ran = place.run(&[&["--json"], arguments].concat());
    (ran.code, serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran}")))
}

#[test]
fn the_list_tells_how_each_is_talked_to_and_what_it_may_do() {
    let place = project(
        "    codex: { mode: full, model: large }\n    gemini: { adapter: acp, allow: [fetch], silence: 90s }\n    \
         looker: { run: look, role: reviewer }\n",
    );
    insta::assert_snapshot!(place.shown(&["agents", "list"]));
    assert_eq!(place.json(&["agents"]), place.json(&["agents", "list"]));
    let agents = place.json(&["agents"]);
    let of = |name: &str| {
        let all = agents.as_array().unwrap();
        let agent = all.iter().find(|agent| agent["name"] == json!(name)).unwrap();
        ["protocol", "mode", "allow", "model", "silence", "credentials"].map(|key| agent[key].clone())
    };
    assert_eq!(
        of("codex"),
        [
            json!("headless"),
            json!("full"),
            json!(["execute"]),
            json!("large"),
            json!("10m"),
            json!("~/.codex")
        ]
    );
    assert_eq!(
        of("gemini"),
        [json!("acp"), json!("edit"), json!(["fetch"]), Value::Null, json!("1m 30s"), json!("~/.gemini")]
    );
    assert_eq!(
        of("looker"),
        [json!("command"), Value::Null, json!([]), Value::Null, Value::Null, Value::Null]
    );
}

#[test]
fn versions_are_asked_for_side_by_side() {
    let place = project("    none: { run: none }\n");
    // Each says its version only when both were asked.
    let meet = |own: &str, other: &str| {
        format!(": > \"$HOME/{own}\"\nwhile ! [ -e \"$HOME/{other}\" ]; do :; done\necho '{own} 1.0'\n")
    };
    program(&place, "claude", &meet("one", "two"));
    program(&place, "codex", &meet("two", "one"));
    let agents = place.json(&["agents"]);
    let of = |name: &str| {
        let all = agents.as_array().unwrap();
        all.iter().find(|agent| agent["name"] == json!(name)).unwrap()["version"].clone()
    };
    assert_eq!((of("claude"), of("codex")), (json!("1.0"), json!("1.0")));
}

#[test]
fn a_check_tells_how_an_agent_would_be_started() {
    let place = project("    claude: { model: large, temperature: 0.2 }\n");
    insta::assert_snapshot!("check_missing", place.shown(&["agents", "check", "claude"]));
    program(&place, "claude", "echo '2.1.330 (Claude Code)'\n");
    insta::assert_snapshot!("check_nobody", place.shown(&["agents", "check", "claude"]));
    std::fs::create_dir(place.hermetic.home().join(".claude")).unwrap();
    insta::assert_snapshot!("check_ready", place.shown(&["agents", "check", "claude"]));
    std::fs::remove_dir(place.hermetic.home().join(".claude")).unwrap();
    let output = place
        .command(&["agents", "check", "claude", "--json"])
        .envs([("ANTHROPIC_API_KEY", "sk-secret"), ("OTHER_KEY", "x")])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["credentials"]["keys"], json!(["ANTHROPIC_API_KEY"]));
    assert_eq!((&document["ok"], &document["session"]), (&json!(true), &Value::Null));
    let names: Vec<&str> =
        document["environment"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(names.contains(&"ANTHROPIC_API_KEY") && !names.contains(&"OTHER_KEY"), "{names:?}");
    assert!(!text.contains("sk-secret"), "{text}");
    assert_eq!(place.refused(&["agents", "check", "nobody"]), (3, "AGENT_NOT_FOUND".to_owned()));
}

#[test]
fn a_check_begins_a_session_where_that_asks_no_model() {
    let place = project("    speaker: { adapter: acp, run: speaker }\n");
    program(&place, "speaker", &format!("NEW={OFFER}\n{SPEAKER}"));
    insta::assert_snapshot!("check_session", place.shown(&["agents", "check", "speaker"]));
    let (code, document) = told(&place, &["agents", "check", "speaker"]);
    assert_eq!(
        (code, &document["session"]),
        (
            Some(0),
            &json!({"begun": true, "agent": "speaker 0.9.1", "mode": "acceptEdits", "modes": ["ask", "acceptEdits"],
                "model": "small", "models": ["small", "large"]})
        )
    );
    program(&place, "speaker", &format!("NEW={NOBODY}\n{SPEAKER}"));
    insta::assert_snapshot!("check_not_signed_in", place.shown(&["agents", "check", "speaker"]));
    program(&place, "speaker", "echo 'no such library' >&2; exit 3\n");
    insta::assert_snapshot!("check_broken", place.shown(&["agents", "check", "speaker"]));
    let left = std::fs::read_dir(place.hermetic.home().parent().unwrap()).unwrap();
    let left: Vec<_> = left.filter_map(|entry| entry.unwrap().file_name().into_string().ok()).collect();
    assert!(!left.iter().any(|name| name.starts_with("conductor-")), "{left:?}");
}

#[test]
fn a_try_is_a_real_attempt_at_a_tiny_task() {
    let place = with_agent(
        "echo 'I write it.'\nprintf \"An agent of Conductor's was here.\\n\" > hello.txt\n\
         echo '{\"usage\": {\"input_tokens\": 100000, \"output_tokens\": 20}}' > \"$CONDUCTOR_RESULT_FILE\"\n",
    );
    let ran = place.run(&["agents", "try", "mine", "--yes"]);
    let shown = place.normalise(&ran);
    let fixed: Vec<&str> = shown
        .lines()
        .filter(|line| !line.starts_with("time "))
        .map(|line| line.get(10..).filter(|_| line.as_bytes().get(2) == Some(&b':')).unwrap_or(line))
        .collect();
    insta::assert_snapshot!("try", fixed.join("\n"));
    let (code, document) = told(&place, &["agents", "try", "mine", "--yes", "--keep"]);
    assert_eq!((code, &document["ok"], &document["file"]), (Some(0), &json!(true), &json!("right")));
    assert_eq!((&document["cost_micros"], &document["others"]), (&json!(300_300), &json!([])));
    let folder = std::path::PathBuf::from(document["folder"].as_str().unwrap());
    assert!(
        folder.join("workspace/hello.txt").is_file() && folder.join("attempt/transcript.jsonl").is_file()
    );
}

#[test]
fn a_try_ends_with_1_when_the_file_is_not_right() {
    for (script, outcome, file, others) in [
        ("echo done\n", "finished", "missing", json!([])),
        ("echo hello > hello.txt; echo x > more.txt\n", "finished", "wrong", json!(["more.txt"])),
        // Neither is a file of its own, and neither ends when it is read.
        ("/usr/bin/mkfifo hello.txt\n", "finished", "wrong", json!([])),
        ("/bin/ln -s /dev/zero hello.txt\n", "finished", "wrong", json!([])),
        ("echo 'QUESTION: Which line?'\n", "asked", "missing", json!([])),
        ("printf \"An agent of Conductor's was here.\" > hello.txt; exit 3\n", "failed", "right", json!([])),
    ] {
        let (code, document) = told(&with_agent(script), &["agents", "try", "mine", "--yes"]);
        assert_eq!((code, &document["outcome"]), (Some(1), &json!(outcome)), "{document}");
        assert_eq!((&document["file"], &document["others"]), (&json!(file), &others), "{document}");
    }
}

#[test]
fn a_try_is_begun_only_when_somebody_wants_it() {
    let place = with_agent(": > \"$HOME/asked\"\n");
    assert_eq!(place.refused(&["agents", "try", "mine"]), (2, "USAGE".to_owned()));
    assert_eq!(place.refused(&["agents", "try", "gemini", "--yes"]), (1, "AGENT_MISSING".to_owned()));
    let at_work =
        place.command(&["agents", "try", "mine", "--yes"]).env("CONDUCTOR_RUN", "1.1").output().unwrap();
    assert_eq!(at_work.status.code(), Some(1));
    assert!(!place.hermetic.home().join("asked").exists());
}
