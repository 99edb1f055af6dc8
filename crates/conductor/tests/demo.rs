//! The demonstration, run for real: it shows what it says, and leaves nothing behind.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;

use serde_json::Value;
use testkit::{Hermetic, Ran};

/// The program under test.
const CONDUCTOR: &str = env!("CARGO_BIN_EXE_conductor");

fn demo(place: &Hermetic, arguments: &[&str]) -> Ran {
    let ran = place.run(CONDUCTOR, [&["demo"], arguments].concat()).unwrap();
    assert_no_process_of(place);
    ran
}

/// Every process of the demonstration has the place in its environment, whoever its parent is.
fn assert_no_process_of(place: &Hermetic) {
    let root = place.home().parent().unwrap().to_str().unwrap();
    let Ok(processes) = fs::read_dir("/proc") else { return };
    for process in processes.flatten() {
        let Ok(environment) = fs::read(process.path().join("environ")) else { continue };
        let environment = String::from_utf8_lossy(&environment).into_owned();
        assert!(!environment.contains(root), "{}: {environment}", process.path().display());
    }
}

/// Names of the folders and files directly in `folder`.
fn names(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The text with fixed names for what changes from run to run. Two agents work at a time, so that lines about tasks,
/// and the commits that they lead to, come in an order of their own each time: they are sorted.
fn normalise(place: &Hermetic, text: &str) -> String {
    let text = place.normalise(text).replace(CONDUCTOR, "$CONDUCTOR");
    let mut lines: Vec<String> = text.lines().map(normalise_line).collect();
    for part in lines.chunk_by_mut(|a, b| is_free(a) && is_free(b)) {
        if part.len() > 1 {
            part.sort();
        }
    }
    lines.join("\n")
}

fn normalise_line(line: &str) -> String {
    let indent = line.len() - line.trim_start().len();
    // In tables the width of a column follows the widest cell.
    let mut gaps = line.trim_start().split("  ").map(|part| part.trim()).filter(|part| !part.is_empty());
    let first = gaps.next().map(normalise_words).unwrap_or_default();
    let line = gaps.fold(first, |line, part| line + "  " + &normalise_words(part));
    format!("{:indent$}{line}", "")
}

fn normalise_words(part: &str) -> String {
    let words: Vec<&str> = part.split(' ').collect();
    let named = words.iter().enumerate().map(|(at, word)| match words.get(at + 1) {
        Some(&"ok") if is_number(word) => "<tests>".to_owned(),
        Some(&"s") if is_number(word) => "<time>".to_owned(),
        _ => normalise_word(word),
    });
    named.collect::<Vec<_>>().join(" ")
}

fn normalise_word(word: &str) -> String {
    if let Some((start, rest)) = word.split_once("conductor-demo-") {
        return format!("{start}<demo>{}", rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    if let Some((branch, commit)) = word.split_once('@') {
        return format!("{branch}@{}", normalise_word(commit));
    }
    let core = word.trim_end_matches([';', ',']);
    let hexadecimal = core.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase());
    let is_clock = core.len() == 8 && core.split(':').filter(|part| is_number(part)).count() == 3;
    let name = match core.len() {
        _ if is_clock || core.strip_suffix('s').is_some_and(is_number) => "<time>",
        7 if hexadecimal => "<commit>",
        12 | 64 if hexadecimal => "<evidence>",
        _ => return word.to_owned(),
    };
    format!("{name}{}", &word[core.len()..])
}

/// `12` or `1.5`.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// A line whose place among its neighbours means nothing.
fn is_free(line: &str) -> bool {
    let text = line.trim_start();
    (text.starts_with("TASK-") && text.contains("replay"))
        || text.contains("gate test fails")
        || text.contains("  held (")
        || (text.starts_with("<commit> feat: "))
}

#[test]
fn it_shows_the_whole_way_and_leaves_nothing_behind() {
    let place = Hermetic::new().unwrap();
    let ran = demo(&place, &[]);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(ran.stderr, "");
    insta::assert_snapshot!("demo", normalise(&place, &ran.stdout));
    let root = place.home().parent().unwrap();
    assert_eq!(
        (names(root), names(place.home()), names(place.work())),
        (vec!["home".into(), "work".into()], vec![], vec![])
    );
}

#[test]
fn what_it_shows_is_in_the_repository_when_it_is_kept() {
    let place = Hermetic::new().unwrap();
    let ran = demo(&place, &["--keep", "--dir", "tour"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.stdout.contains("Kept; "), "{ran}");
    let tour = place.work().join("tour");
    assert_eq!(names(&tour), ["home", "notes", "replay.json", "tmp"]);
    let notes = tour.join("notes");
    let git = |arguments: &[&str]| {
        let output = place.cmd_in(&notes, "git").args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?} {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let trailers = git(&[
        "log",
        "--format=%(trailers:key=Task,valueonly,separator=)|%(trailers:key=Agent,valueonly,separator=)|%(trailers:key=Evidence,valueonly,separator=)",
        "main",
    ]);
    let mut commits: Vec<Vec<&str>> = trailers.lines().map(|line| line.split('|').collect()).collect();
    assert_eq!(commits.pop().unwrap(), ["", "", ""], "the commit that it began with has no trailers");
    commits.sort();
    let tasks: Vec<&str> = commits.iter().map(|commit| commit[0]).collect();
    assert_eq!(tasks, ["TASK-001", "TASK-002", "TASK-003", "TASK-004", "TASK-005", "TASK-006"]);
    assert!(commits.iter().all(|commit| commit[1] == "replay" && commit[2].len() == 64), "{commits:?}");
    assert_eq!(git(&["status", "--porcelain"]), "?? .taskwerk/\n");
    assert_eq!(names(place.work()), ["tour"]);
    assert_eq!(names(place.home()), Vec::<String>::new());

    // Its own tests pass on what was built, and what is there already is not touched.
    let tests = place.cmd_in(&notes, "./test.sh").output().unwrap();
    assert!(tests.status.success() && tests.stdout.ends_with(b"1..10\n"), "{tests:?}");
    let again = demo(&place, &["--dir", "tour"]);
    assert_eq!(again.code, Some(1), "{again}");
    assert!(again.stderr.contains("is not empty"), "{again}");
    assert!(notes.exists());
}

#[test]
fn programs_get_one_document() {
    let place = Hermetic::new().unwrap();
    let ran = demo(&place, &["--json"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["kept"], false);
    let session = &document["session"];
    assert_eq!((&session["agent"], &session["replay"]), (&"replay".into(), &true.into()));
    let numbers: Vec<&Value> =
        ["commits", "attempts", "failed_gates", "answers"].map(|name| &session[name]).to_vec();
    assert_eq!(numbers, [6, 7, 1, 1]);
    let tasks = session["tasks"].as_array().unwrap();
    let told: Vec<String> = tasks
        .iter()
        .map(|task| {
            let field = |name: &str| task[name].to_string().replace('"', "");
            let long = |name: &str| task[name].as_str().unwrap().len();
            assert_eq!((long("commit"), long("evidence")), (40, 64), "{task}");
            ["id", "title", "status", "attempts", "failed_gates", "accepted"].map(field).join(" | ")
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    TASK-001 | Add notes | done | 1 | 0 | false
    TASK-002 | List notes | done | 1 | 0 | false
    TASK-003 | Search notes | done | 2 | 1 | false
    TASK-004 | Remove notes | done | 1 | 0 | false
    TASK-005 | Show help | done | 1 | 0 | false
    TASK-006 | Continuous integration | done | 1 | 0 | true
    ");
    // People who watch see the same as without.
    assert!(ran.stderr.contains("  $ conductor answer 1 accept\n"), "{ran}");
}

#[test]
fn nothing_of_the_users_is_needed_obeyed_or_touched() {
    let place = Hermetic::new().unwrap();
    fs::write(place.home().join(".gitconfig"), "this is [no configuration\n").unwrap();
    let mut command = place.cmd(CONDUCTOR);
    let root = place.home().parent().unwrap();
    command
        .env_clear()
        .env("HOME", place.home())
        .env("TMPDIR", root)
        .env("GIT_DIR", "/nowhere")
        .env("TASKWERK_DIR", "/nowhere")
        .env("TASKWERK_SESSION", "mine")
        .env("NO_COLOR", "1")
        .env("COLUMNS", "40")
        .args(["demo", "--quiet"]);
    let ran = Ran::from(command.output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(!ran.stdout.contains('\u{1b}'), "{ran}");
    assert!(ran.stdout.starts_with("task"), "{ran}");
    assert_eq!(
        (names(root), names(place.home())),
        (vec!["home".into(), "work".into()], vec![".gitconfig".into()])
    );
}

#[test]
fn without_git_it_says_so_and_leaves_nothing() {
    let place = Hermetic::new().unwrap();
    let mut command = place.cmd(CONDUCTOR);
    command.env("PATH", place.home()).args(["demo", "--dir", "tour"]);
    let ran = Ran::from(command.output().unwrap());
    insta::assert_snapshot!(place.normalise(&ran.to_string()), @r"
    exit 1
    -- stderr
    error: cannot run `git`: not found; install it or add its directory to PATH
      hint: the demonstration needs git and the usual programs of a shell
    ");
    assert_eq!(names(place.work()), Vec::<String>::new());
}

#[test]
fn a_step_that_fails_ends_it_and_the_folder_stays_for_a_look() {
    let place = Hermetic::new().unwrap();
    // Git and a shell alone: `cat` is not there.
    let bin = place.home().join("bin");
    fs::create_dir(&bin).unwrap();
    for name in ["git", "sh"] {
        let real =
            ["/usr/local/bin", "/usr/bin", "/bin"].map(|folder| std::path::Path::new(folder).join(name));
        std::os::unix::fs::symlink(real.iter().find(|file| file.is_file()).unwrap(), bin.join(name)).unwrap();
    }
    let mut command = place.cmd(CONDUCTOR);
    command.env("PATH", &bin).args(["demo", "--json", "--dir", "tour"]);
    let ran = Ran::from(command.output().unwrap());
    assert_eq!(ran.code, Some(1), "{ran}");
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["error"]["code"], "PROGRAM_NOT_FOUND");
    let hint = place.normalise(document["error"]["hint"].as_str().unwrap());
    assert!(hint.ends_with("; the folder is left for a look: $ROOT/work/tour"), "{hint}");
    assert!(place.work().join("tour/notes/docs/prd.md").is_file());
}
