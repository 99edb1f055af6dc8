//! Where the store is, and what a project is before it has tasks.

use serde_json::json;

use super::Place;

#[test]
fn b01_init_makes_the_store_once() {
    let place = Place::empty();
    insta::assert_snapshot!(place.shown(&["init"]));
    let folder = place.hermetic.work().join(".taskwerk");
    for name in ["config.yml", ".gitignore", "taskwerk.db"] {
        assert!(folder.join(name).is_file(), "{name}");
    }
    place.ok(&["add", "kept"]);
    std::fs::write(folder.join("config.yml"), "tasks: { default_priority: high }\n").unwrap();
    let again = place.json(&["init"]);
    assert_eq!((&again["initialized"], &again["created"]), (&json!(true), &json!(false)));
    assert_eq!(place.ids(&["list"]), ["TASK-001"]);
    let config = std::fs::read_to_string(folder.join("config.yml")).unwrap();
    assert_eq!(config, "tasks: { default_priority: high }\n");
}

#[test]
fn b01_what_git_ignores_is_everything_but_the_configuration() {
    let place = Place::new();
    let git = |arguments: &[&str]| place.hermetic.run("git", arguments).unwrap();
    git(&["init", "-q"]);
    let status = git(&["status", "--porcelain", "--untracked-files=all"]).stdout;
    let seen: Vec<&str> = status.lines().collect();
    assert_eq!(seen, ["?? .taskwerk/.gitignore", "?? .taskwerk/config.yml"]);
}

#[test]
fn b02_outside_a_project_everything_fails_and_nothing_is_made() {
    let place = Place::empty();
    for arguments in [&["list"][..], &["add", "x"], &["status"], &["show", "1"], &["ready"], &["export"]] {
        assert_eq!(place.refused(arguments), (5, "NOT_INITIALIZED".to_owned()), "{arguments:?}");
    }
    assert_eq!(std::fs::read_dir(place.hermetic.work()).unwrap().count(), 0);
    insta::assert_snapshot!(place.shown(&["list"]));
}

#[test]
fn b02_a_folder_below_finds_the_project_and_dir_names_another() {
    let place = Place::with(&["here"]);
    let below = place.hermetic.work().join("a/b");
    std::fs::create_dir_all(&below).unwrap();
    let run = |folder: &std::path::Path, arguments: &[&str]| {
        let output = place.hermetic.cmd_in(folder, super::TASKWERK).args(arguments).output().unwrap();
        testkit::Ran::from(output)
    };
    assert!(run(&below, &["list"]).stdout.contains("here"));
    let elsewhere = place.hermetic.home().to_owned();
    assert_eq!(run(&elsewhere, &["list"]).code, Some(5));
    let work = place.hermetic.work().display().to_string();
    assert!(run(&elsewhere, &["list", "--dir", &work]).stdout.contains("here"));
    let by_variable = place
        .hermetic
        .cmd_in(&elsewhere, super::TASKWERK)
        .arg("list")
        .env("TASKWERK_DIR", &work)
        .output()
        .unwrap();
    assert!(testkit::Ran::from(by_variable).stdout.contains("here"));
}

#[test]
fn b02_a_linked_work_tree_shares_the_main_ones_tasks() {
    let place = Place::with(&["shared"]);
    let script = "git init -q . && git -c user.name=t -c user.email=t@t commit -q --allow-empty -m x \
                  && git worktree add -q ../linked";
    assert_eq!(place.hermetic.run("/bin/sh", ["-c", script]).unwrap().code, Some(0));
    let linked = place.hermetic.work().with_file_name("linked");
    let output = place.hermetic.cmd_in(&linked, super::TASKWERK).args(["list", "--json"]).output().unwrap();
    let ran = testkit::Ran::from(output);
    assert!(ran.stdout.contains("shared"), "{ran}");
    assert!(!linked.join(".taskwerk").exists());
}

#[test]
fn b03_status_counts() {
    let place = Place::with(&["a", "b", "c", "d", "e", "f"]);
    place.ok(&["start", "1"]);
    place.ok(&["complete", "2"]);
    place.ok(&["update", "3", "-p", "high"]);
    let status = place.json(&["status"]);
    assert_eq!(status["initialized"], json!(true));
    assert_eq!(status["statistics"]["total"], json!(6));
    assert_eq!(status["statistics"]["by_status"]["todo"], json!(4));
    assert_eq!(status["statistics"]["by_status"]["in-progress"], json!(1));
    assert_eq!(status["statistics"]["by_status"]["done"], json!(1));
    assert_eq!(status["statistics"]["by_status"]["blocked"], json!(0));
    assert_eq!(status["statistics"]["by_priority"]["high"], json!(1));
    assert_eq!(status["statistics"]["by_priority"]["medium"], json!(5));
    assert_eq!(status["recent_tasks"].as_array().unwrap().len(), 5);
    assert_eq!(status["recent_tasks"][0]["id"], json!("TASK-003"));
    insta::assert_snapshot!(place.shown(&["status"]));
}

#[test]
fn configuration_is_obeyed_and_says_where_it_was_set() {
    let place = Place::new();
    let user = place.hermetic.home().join(".config/taskwerk");
    std::fs::create_dir_all(&user).unwrap();
    std::fs::write(user.join("config.yml"), "tasks:\n  id_prefix: BUG\n  default_priority: low\n").unwrap();
    let file = place.hermetic.work().join(".taskwerk/config.yml");
    std::fs::write(&file, "tasks:\n  default_priority: high\nwebhooks:\n  task_created: http://u:pw@h/x\n")
        .unwrap();
    place.ok(&["add", "x"]);
    let task = place.task("1");
    assert_eq!((&task["id"], &task["priority"]), (&json!("BUG-001"), &json!("high")));
    insta::assert_snapshot!(place.shown(&["config", "--show-origin"]));
    std::fs::write(&file, "tasks:\n  default_priority: urgent\n").unwrap();
    let (exit, error) = place.error(&["list"]);
    assert_eq!((exit, &error["code"]), (2, &json!("CONFIG_WRONG_VALUE")));
    assert!(super::text(&error["message"]).contains("config.yml:2"), "{error}");
}

/// The program under a name of its own in an empty folder. A link, since a program that was only just written
/// cannot always be run at once: a process that another test starts may still hold the file open.
fn alone() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let program = folder.path().join("taskwerk");
    std::fs::hard_link(super::TASKWERK, &program).unwrap();
    (folder, program)
}

#[test]
fn a_missing_conductor_is_told_with_the_way_to_get_it() {
    let place = Place::empty();
    let (_folder, program) = alone();
    let run = |arguments: &[&str]| {
        let mut command = place.hermetic.cmd(&program);
        testkit::Ran::from(command.args(arguments).env("PATH", "/nonexistent").output().unwrap())
    };
    insta::assert_snapshot!(run(&["plan", "create", "x.md"]));
    let ran = run(&["orchestrate", "run", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, &document["error"]["code"]), (Some(1), &json!("CONDUCTOR_NOT_FOUND")));
}

#[cfg(unix)]
#[test]
fn conductor_gets_the_words_untouched_and_its_exit_code_comes_back() {
    let place = Place::empty();
    let (folder, program) = alone();
    // A shell by the name of `conductor` runs the file that its first word names.
    std::os::unix::fs::symlink("/bin/sh", folder.path().join("conductor")).unwrap();
    place.write("orchestrate", "echo \"<$0>\"\nfor word in \"$@\"; do echo \"<$word>\"; done\nexit 7\n");
    let words = ["orchestrate", "run", "--task", "$(touch x)", "--", "--json", "", "a b"];
    let ran = place.hermetic.run(&program, words).unwrap();
    let expected: Vec<String> = words.iter().map(|word| format!("<{word}>")).collect();
    assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), expected);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(7), ""));
}
