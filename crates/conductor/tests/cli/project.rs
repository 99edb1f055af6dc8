//! What a project is before it has plans: `init`, `gates`, `agents`, `doctor`.

use serde_json::{Value, json};

use super::Place;

const CARGO: [(&str, &str); 3] = [
    ("Cargo.toml", "[package]\nname = \"notes\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
    ("Cargo.lock", "version = 4\n"),
    ("src/lib.rs", ""),
];

/// An agent of the user's own that is there.
fn own_agent(place: &Place) {
    place.ok(&["init"]);
    place.write(
        ".taskwerk/config.yml",
        "orchestration:\n  agents:\n    mine: { run: \"sh work.sh\", temperature: 0.2, env: [MY_KEY] }\n",
    );
}

#[test]
fn init_says_what_there_is_and_changes_nothing_else() {
    let place = Place::with(&CARGO);
    place.write("notes.txt", "mine");
    insta::assert_snapshot!("init", place.shown(&["init"]));
    insta::assert_snapshot!("init_again", place.shown(&["init"]));
    let status = place.git(&["status", "--porcelain"]);
    assert_eq!(status, "?? .taskwerk/\n?? notes.txt\n");
    let document = place.json(&["init"]);
    assert_eq!((&document["initialized"], &document["created"]), (&json!(true), &json!(false)));
    assert_eq!(document["repository"]["branch"], json!("main"));
    assert_eq!(
        (&document["repository"]["changed"], &document["repository"]["untracked"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(document["problem"], Value::Null);
}

#[test]
fn init_belongs_at_the_top_of_the_main_checkout() {
    let place = Place::with(&[("src/a.txt", "a")]);
    place.git(&["worktree", "add", "-q", "../linked"]);
    for folder in [place.hermetic.work().join("src"), place.hermetic.work().with_file_name("linked")] {
        let output = place.command(&["init", "--json"]).current_dir(&folder).output().unwrap();
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["path"], json!(place.hermetic.work().join(".taskwerk").display().to_string()));
    }
}

#[test]
fn init_needs_a_repository_and_tells_of_a_missing_commit() {
    assert_eq!(Place::empty().refused(&["init"]), (1, "NOT_GIT_REPOSITORY".to_owned()));
    insta::assert_snapshot!(Place::unborn().shown(&["init"]));
}

#[test]
fn gates_are_found_in_what_is_committed() {
    let place = Place::with(&CARGO);
    place.write("package.json", "{\"scripts\":{\"test\":\"touch planted\"}}");
    insta::assert_snapshot!(place.shown(&["gates"]));
    place.ok(&["init"]);
    place.write(
        ".taskwerk/config.yml",
        "orchestration: { gates: { build: null, smoke: { run: ./smoke.sh, timeout: 30s } } }\n",
    );
    let found = place.json(&["gates"]);
    let names: Vec<&str> =
        found["gates"].as_array().unwrap().iter().map(|gate| gate["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["test", "smoke"]);
    assert_eq!(place.refused(&["gates", "--dir", "/nonexistent"]).0, 3);
    assert_eq!(Place::unborn().refused(&["gates"]), (1, "NO_COMMIT".to_owned()));
}

#[test]
fn agents_say_whether_they_are_there_and_how_to_get_them() {
    let place = Place::with(&[]);
    own_agent(&place);
    insta::assert_snapshot!(place.shown(&["agents"]));
    let agents = place.json(&["agents"]);
    let of =
        |name: &str| agents.as_array().unwrap().iter().find(|agent| agent["name"] == json!(name)).unwrap();
    assert_eq!((&of("mine")["ready"], &of("mine")["configured"]), (&json!(true), &json!(true)));
    assert_eq!(of("mine")["unsupported"][0]["option"], json!("temperature"));
    assert_eq!((&of("claude")["ready"], &of("claude")["version"]), (&json!(false), &Value::Null));
}

#[test]
fn an_agents_version_is_asked_for() {
    let place = Place::with(&[]);
    let claude = place.hermetic.home().join("bin/claude");
    std::fs::write(&claude, "#!/bin/sh\n[ -z \"$SECRET_TOKEN\" ] && echo '2.1.330 (Claude Code)'\n").unwrap();
    std::fs::set_permissions(&claude, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let output = place.command(&["agents", "--json"]).env("SECRET_TOKEN", "x").output().unwrap();
    let agents: Value = serde_json::from_slice(&output.stdout).unwrap();
    let claude = agents.as_array().unwrap().iter().find(|agent| agent["name"] == json!("claude")).unwrap();
    assert_eq!((&claude["ready"], &claude["version"]), (&json!(true), &json!("2.1.330")));
}

#[test]
fn doctor_tells_what_is_not_as_one_may_think() {
    let place = Place::with(&CARGO);
    own_agent(&place);
    let file = place.hermetic.work().join(".taskwerk/config.yml");
    let own = std::fs::read_to_string(&file).unwrap();
    let more = "  safety: { budget: 5.00, sandbox: container }\n  workflow: { min_coverage: 80 }\nplanning: { max_cost: 2 }\n";
    std::fs::write(&file, own + more).unwrap();
    let output = place
        .command(&["doctor"])
        .envs([("MY_KEY", "k"), ("AWS_SECRET_ACCESS_KEY", "s"), ("EDITOR", "vi")])
        .output()
        .unwrap();
    let shown = place.normalise(&testkit::Ran::from(output));
    // What git says of itself, and what the machine gives to hold processes.
    let of_machine = |line: &str| line.contains("git version") || line.contains(" processes ");
    let shown: Vec<&str> = shown.lines().filter(|line| !of_machine(line)).collect();
    insta::assert_snapshot!(shown.join("\n"));
    let document = place.json(&["doctor"]);
    assert_eq!(document["ok"], json!(true));
}

#[test]
#[cfg(target_os = "linux")]
fn doctor_tells_what_holds_processes_by_trying() {
    let place = Place::with(&CARGO);
    place.ok(&["init"]);
    let processes = || {
        let document = place.json(&["doctor"]);
        let checks = document["checks"].as_array().unwrap();
        checks.iter().find(|check| check["name"] == json!("processes")).unwrap().clone()
    };
    let seen = processes();
    let unshare = |flags: &str| {
        let command = format!("unshare {flags} --pid --fork --mount-proc true");
        place.hermetic.run("/bin/sh", ["-c", &command]).unwrap().code == Some(0)
    };
    let is_root = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0;
    let expected = match (is_root, unshare(if is_root { "" } else { "--user --map-current-user" })) {
        (true, true) => "own",
        (false, true) => "in_user_namespace",
        (_, false) => "none",
    };
    assert_eq!(seen["containment"]["by"]["namespace"], json!(expected), "{seen}");
    let text = place.ok(&["doctor"]);
    assert!(text.contains(seen["detail"].as_str().unwrap()), "{text}");
    let file = place.hermetic.work().join(".taskwerk/config.yml");
    std::fs::write(&file, "orchestration: { safety: { pid_namespace: false } }\n").unwrap();
    let seen = processes();
    assert_eq!(seen["containment"]["by"]["namespace"], json!("none"), "{seen}");
    assert_ne!(seen["containment"]["proof"], json!("namespace"), "{seen}");
}

#[test]
fn doctor_ends_with_1_when_something_is_broken() {
    let place = Place::with(&[]);
    place.ok(&["init"]);
    std::fs::write(place.hermetic.work().join(".taskwerk/conductor.db"), "this is no database").unwrap();
    let ran = place.run(&["doctor", "--json"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, &document["ok"]), (Some(1), &json!(false)), "{ran}");
    assert_eq!(Place::unborn().run(&["doctor"]).code, Some(1), "no commit yet");
}
