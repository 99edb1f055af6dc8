//! What goes where: data, remarks, errors, colours, widths, pipes.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use super::{Place, TASKWERK};

#[test]
fn b42_with_json_stdout_is_exactly_one_document() {
    let place = Place::with(&["a", "b", "c"]);
    let file = place.write("rows.json", r#"[{"title":"x"}]"#);
    let commands: &[&[&str]] = &[
        &["init"],
        &["add", "x"],
        &["list"],
        &["list", "--tree"],
        &["show", "1"],
        &["show", "1,2"],
        &["update", "1"],
        &["update", "1", "-p", "low"],
        &["start", "1"],
        &["pause", "1"],
        &["block", "1"],
        &["block", "2", "why"],
        &["unblock", "2"],
        &["complete", "2"],
        &["reopen", "2", "--reason", "r"],
        &["cancel", "2"],
        &["note", "3", "n"],
        &["dep", "add", "3", "1"],
        &["ready"],
        &["next"],
        &["claim", "4", "--worker", "w"],
        &["release", "4", "--force"],
        &["delete", "4"],
        &["log"],
        &["status"],
        &["config"],
        &["export"],
        &["import", &file],
        &["help"],
        &["help", "add"],
        &["add", "--help"],
        &["--version"],
        &["show", "99"],
        &["nonsense"],
        &["add"],
        &["add", ""],
        &["list", "--limit", "x"],
        &["import", "nowhere"],
        &["config", "nothing.here"],
        &[],
    ];
    for arguments in commands {
        let ran = place.run(&[&["--json"], *arguments].concat());
        let document = serde_json::from_str::<Value>(&ran.stdout);
        assert!(document.is_ok(), "{arguments:?}\n{ran}");
        let document = document.unwrap();
        assert_eq!(document.get("error").is_some(), ran.code != Some(0), "{arguments:?}\n{ran}");
        if let Some(error) = document.get("error") {
            let fields: Vec<&String> = error.as_object().unwrap().keys().collect();
            assert_eq!(fields, ["code", "message", "hint", "suggestions", "details"]);
        }
    }
}

#[test]
fn b42_without_json_errors_leave_stdout_empty() {
    let place = Place::new();
    for (arguments, exit) in
        [(&["show", "9"][..], 3), (&["nonsense"], 2), (&["list", "--nonsense"], 2), (&[], 2)]
    {
        let ran = place.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(exit), ""), "{arguments:?}");
        assert!(!ran.stderr.is_empty());
    }
}

#[test]
fn help_names_the_daily_commands_and_all_of_them_when_asked() {
    let place = Place::empty();
    insta::assert_snapshot!(place.shown(&["help"]));
    insta::assert_snapshot!(place.shown(&["help", "--all"]));
    insta::assert_snapshot!(place.shown(&["help", "update"]));
    assert_eq!(place.ok(&["update", "--help"]), place.ok(&["help", "update"]));
    assert_eq!(place.ok(&["--version"]), format!("taskwerk {}\n", env!("CARGO_PKG_VERSION")));
    insta::assert_snapshot!(place.shown(&["lits"]));
}

#[test]
fn colours_are_for_terminals_only() {
    let place = Place::with(&["a"]);
    let output = place.hermetic.cmd(TASKWERK).arg("list").env("TERM", "xterm-256color").output().unwrap();
    assert!(!String::from_utf8(output.stdout).unwrap().contains('\u{1b}'));
}

#[test]
fn a_narrow_terminal_gets_a_narrow_table() {
    let place = Place::new();
    place.ok(&[
        "add",
        "A title that is longer than a narrow terminal is wide",
        "-t",
        "tag",
        "-a",
        "somebody",
    ]);
    let list = |columns: &str| {
        let mut command = place.hermetic.cmd(TASKWERK);
        let output = command.arg("list").env("COLUMNS", columns).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let narrow = list("40");
    assert!(narrow.lines().all(|line| cli_kit::text::width(line) <= 40), "{narrow}");
    insta::assert_snapshot!(narrow);
    assert!(list("200").contains("longer than a narrow terminal is wide"));
}

#[test]
fn a_pipe_that_is_closed_early_is_no_failure() {
    let place = Place::new();
    let rows: Vec<Value> =
        (0..5000).map(|n| json!({ "title": format!("a task with quite a long title {n}") })).collect();
    let file = place.write("rows.json", &json!(rows).to_string());
    place.ok(&["import", &file]);
    for arguments in [&["list"][..], &["list", "--json"], &["export"], &["log", "--after", "0"]] {
        let mut command = place.hermetic.cmd(TASKWERK);
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut first = String::new();
        // The reader goes away after one line, with most of the output unread.
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(!first.is_empty());
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure() {
    let place = Place::with(&["a"]);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = place.hermetic.cmd(TASKWERK);
    let output = command.args(["list", "--json"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(70));
    assert!(String::from_utf8(output.stderr).unwrap().contains("failed to write the output"));
}
