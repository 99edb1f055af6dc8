//! A disk that is full, read-only, or takes no large file.
//!
//! The real program runs on a small file system of its own, in a mount namespace that needs no rights. The test runs
//! itself again in there.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use taskwerk_client::model::Status;
use testkit::{Hermetic, Ran};

use super::killing::{Dice, SLOW, closed, kills};
use super::support::{Project, until};

/// Names the small file system to the test that runs on it.
const PLACE: &str = "CONDUCTOR_TEST_PLACE";

/// Runs `test` with everything that it makes on a file system of that size. Where the machine gives no namespace, the
/// program runs under a limit on the size of files instead, which it meets in the same way.
#[track_caller]
fn on_a_small_disk(test: &str, size: &str, body: fn(&Path)) {
    if let Some(place) = std::env::var_os(PLACE) {
        return body(Path::new(&place));
    }
    let outside = Hermetic::new().unwrap();
    let (place, mounted) = (outside.home().join("small"), outside.home().join("mounted"));
    fs::create_dir(&place).unwrap();
    let script = format!(
        "mount -t tmpfs -o size={size} none \"$1\" && : > \"$2\" && exec \"$3\" --exact \"$4\" --nocapture"
    );
    let own = std::env::current_exe().unwrap();
    let ran = outside
        .cmd("unshare")
        .args(["-Urm", "--propagation", "private", "/bin/sh", "-c", &script, "sh"])
        .args([place.as_os_str(), mounted.as_os_str(), own.as_os_str(), OsStr::new(test)])
        .env(PLACE, &place)
        .env("CONDUCTOR_SOAK", kills().to_string())
        .env("TMPDIR", &place)
        .output();
    match ran.map(Ran::from) {
        Ok(ran) if mounted.exists() => assert_eq!(ran.code, Some(0), "{ran}"),
        // No namespace here, or no such program.
        Ok(_) | Err(_) => under_a_limit(),
    }
}

fn mount(place: &Path, options: &str) {
    let line = format!("mount -o remount,{options} none \"$1\"");
    let ran = Ran::from(plain("/bin/sh").args(["-c", &line, "sh"]).arg(place).output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran}");
}

/// A file that takes all space but so many KiB.
fn fill(place: &Path, but: u64) -> PathBuf {
    let file = place.join("filler");
    let line = "cat /dev/zero > \"$1\" 2>/dev/null; size=$(stat -c %s \"$1\"); left=$((size - $2 * 1024)); \
                [ $left -gt 0 ] || left=0; truncate -s $left \"$1\"";
    let ran = Ran::from(
        plain("/bin/sh").args(["-c", line, "sh"]).arg(&file).arg(but.to_string()).output().unwrap(),
    );
    assert_eq!(ran.code, Some(0), "{ran}");
    file
}

/// A program that needs no place of its own, since there may be no space for one.
#[expect(clippy::disallowed_methods, reason = "the environment and the folder are set right here")]
fn plain(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/").env_clear().env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin").stdin(Stdio::null());
    command
}

/// Writes a file for its task, once it may; until then it waits.
const WRITER: &str = r#"
if [ ! -f "$HOME/quick" ]; then echo > "$HOME/here"; sleep 1000; fi
echo "$CONDUCTOR_TASK_ID" > "$CONDUCTOR_TASK_ID.txt"
"#;

/// A session of two tasks whose driver was killed at work.
fn orphaned() -> Project {
    let project = Project::new(WRITER);
    project.add("One", &[]);
    project.add("Two", &[]);
    let mut driver = project.spawn(&["orchestrate", "run", "--auto"]);
    until("the agent", || project.mark("here").is_some());
    driver.kill();
    until("the end of the agent", || project.processes().is_empty());
    fs::write(project.home().join("quick"), "").unwrap();
    project
}

#[track_caller]
fn assert_says(ran: &Ran, words: &[&str]) {
    assert_eq!(ran.code, Some(5), "{ran}");
    assert!(words.iter().any(|words| ran.stderr.contains(words)), "{ran}");
    assert!(ran.stderr.contains("hint"), "what to do: {ran}");
}

#[track_caller]
fn assert_done_once(project: &Project) {
    for task in project.all() {
        let id = task.id.to_string();
        assert_eq!(task.status, Status::Done, "{id}");
        assert_eq!(project.run_of(&id)["failures"], 0, "{id}: a disk is nobody's fault");
        assert_eq!(project.file_of("conductor/s1", &format!("{id}.txt")), format!("{id}\n"));
    }
    assert_eq!(project.commits("main..conductor/s1").len(), project.all().len());
    project.assert_tidy();
    assert_eq!(project.json(&["doctor"])["findings"], serde_json::json!([]));
}

const FULL: [&str; 4] = ["disk is full", "No space left", "disk I/O error", "the disk takes no more"];

#[test]
fn a_full_disk_stops_the_session_and_space_lets_it_go_on() {
    on_a_small_disk("disk::a_full_disk_stops_the_session_and_space_lets_it_go_on", "24m", |place| {
        let project = orphaned();
        // The less is free the earlier something fails: at the lock, the databases, git's objects, an agent's files.
        for free in [0, 4, 16, 40, 72, 136, 264] {
            let filler = fill(place, free);
            let ran = project.run(&["orchestrate", "resume", "--auto"]);
            println!("{free} KiB free: {ran}");
            until("the end of the agents", || project.processes().is_empty());
            let is_over = ran.code == Some(0);
            if !is_over {
                assert_says(&ran, &FULL);
            }
            fs::remove_file(filler).unwrap();
            if is_over {
                break;
            }
        }
        project.ends(0, &["orchestrate", "resume", "--auto"]);
        assert_done_once(&project);
    });
}

#[test]
fn a_disk_that_is_full_at_any_moment_loses_nothing() {
    on_a_small_disk("disk::a_disk_that_is_full_at_any_moment_loses_nothing", "64m", |place| {
        let (mut dice, most) = (Dice(20), kills().div_ceil(4));
        let mut filled = 0;
        while filled < most {
            filled += filled_at_any_moment(place, &mut dice, most - filled);
        }
    });
}

/// One session of eight tasks under which the disk is filled at any moment; when the driver has ended, or has not
/// noticed and is killed, there is space again. Returns how often it was filled.
fn filled_at_any_moment(place: &Path, dice: &mut Dice, most: u32) -> u32 {
    let project = Project::new(SLOW);
    for number in 0..8 {
        let needs = if number % 3 == 2 { vec!["TASK-001"] } else { Vec::new() };
        project.add(&format!("Task {number}"), &needs);
    }
    let mut driver = project.spawn(&["orchestrate", "run", "--auto", "--jobs", "3"]);
    until("the session", || project.journal_rows() > 0);
    let mut filled = 0;
    while filled < most {
        std::thread::park_timeout(Duration::from_millis(20 + dice.roll(1_480)));
        if driver.has_ended() {
            break;
        }
        let filler = fill(place, dice.roll(80));
        let mut looks = 0;
        until("the end of the driver", || {
            looks += 1;
            driver.has_ended() || looks > 300
        });
        driver.kill();
        fs::remove_file(filler).unwrap();
        filled += 1;
        driver = project.spawn(&["orchestrate", "resume", "--auto"]);
    }
    assert_eq!(driver.wait(), Some(0), "{}", project.run(&["orchestrate", "status"]));
    for id in project.all().iter().map(|task| task.id.to_string()) {
        assert_eq!((project.status(&id), closed(&project, &id)), (Status::Done, 1), "{id}");
        assert_eq!(project.run_of(&id)["failures"], 0, "{id}: a disk is nobody's fault");
    }
    assert_eq!(project.commits("main..conductor/s1").len(), 8);
    project.assert_tidy();
    filled
}

#[test]
fn an_agent_that_fills_the_disk_is_not_blamed_on_its_task() {
    on_a_small_disk("disk::an_agent_that_fills_the_disk_is_not_blamed_on_its_task", "24m", |place| {
        for says in ["exit 1", "exit 0", "sleep 1000"] {
            let agent = format!(
                "if [ ! -f \"$HOME/room\" ]; then cat /dev/zero > \"$HOME/filler\" || :; {says}; fi\n\
                 echo \"$CONDUCTOR_TASK_ID\" > \"$CONDUCTOR_TASK_ID.txt\""
            );
            let project =
                Project::configured(&agent, "safety: { max_consecutive_failures: 1, max_task_duration: 3s }");
            project.add("One", &[]);
            project.add("Two", &["TASK-001"]);
            let ran = project.run(&["orchestrate", "run", "--auto"]);
            assert_says(&ran, &FULL);
            until("the end of the agent", || project.processes().is_empty());
            // It is as full as before: nothing is charged, and nothing goes on.
            assert_says(&project.run(&["orchestrate", "resume", "--auto"]), &FULL);
            fs::remove_file(project.home().join("filler")).unwrap();
            fs::write(project.home().join("room"), "").unwrap();
            project.ends(0, &["orchestrate", "resume", "--auto"]);
            assert_done_once(&project);
            drop(project);
            assert!(fs::read_dir(place).unwrap().next().is_none(), "the next one begins with an empty disk");
        }
    });
}

#[test]
fn a_session_does_not_begin_on_a_full_disk_and_leaves_nothing_half() {
    on_a_small_disk(
        "disk::a_session_does_not_begin_on_a_full_disk_and_leaves_nothing_half",
        "24m",
        |place| {
            let project = Project::new(WRITER);
            project.add("One", &[]);
            fs::write(project.home().join("quick"), "").unwrap();
            for free in [0, 4, 12] {
                let filler = fill(place, free);
                let ran = project.run(&["orchestrate", "run", "--auto"]);
                println!("{free} KiB free: {ran}");
                assert_eq!(ran.code, Some(5), "{ran}");
                fs::remove_file(filler).unwrap();
            }
            // Whatever was begun is either not there or can be taken up.
            let session = project.json(&["orchestrate", "status"]);
            let verb = if session["status"] == "active" { "resume" } else { "run" };
            project.ends(0, &["orchestrate", verb, "--auto"]);
            assert_eq!(project.status("TASK-001"), Status::Done);
            let fixed = project.json(&["doctor", "--fix"]);
            assert!(fixed["findings"].as_array().unwrap().iter().all(|f| f["harm"] == false), "{fixed}");
        },
    );
}

#[test]
fn a_read_only_disk_is_told_and_changes_nothing() {
    on_a_small_disk("disk::a_read_only_disk_is_told_and_changes_nothing", "24m", |place| {
        let project = orphaned();
        mount(place, "ro");
        for command in [
            &["orchestrate", "resume", "--auto"][..],
            &["orchestrate", "run", "--auto"],
            &["doctor", "--fix"],
        ] {
            let ran = project.run(command);
            println!("{command:?} {ran}");
            assert_eq!(ran.code, Some(5), "{command:?} {ran}");
            assert!(
                ["ead-only", "readonly"].iter().any(|words| ran.stderr.contains(words)),
                "{command:?} {ran}"
            );
        }
        let ran = project.run(&["orchestrate", "status"]);
        println!("status {ran}");
        assert_eq!(ran.code, Some(0), "looking needs no space: {ran}");
        mount(place, "rw");
        project.ends(0, &["orchestrate", "resume", "--auto"]);
        assert_done_once(&project);
    });
}

#[test]
fn a_disk_for_workspaces_that_is_too_small_is_told_and_a_larger_one_will_do() {
    on_a_small_disk(
        "disk::a_disk_for_workspaces_that_is_too_small_is_told_and_a_larger_one_will_do",
        "2m",
        |place| {
            // The repository and the records are elsewhere, where there is space.
            let elsewhere = tempfile::tempdir_in("/tmp").unwrap();
            let project = Project::in_folder(elsewhere.path(), WRITER);
            project
                .configure(&format!("workflow: {{ workspace_root: \"{}\" }}", place.join("state").display()));
            project.write("large", &"0123456789abcdef".repeat(200_000));
            project.commit("large");
            fs::write(project.home().join("quick"), "").unwrap();
            project.add("One", &[]);
            project.add("Two", &[]);
            let ran = project.run(&["orchestrate", "run", "--auto"]);
            assert_says(&ran, &FULL);
            mount(place, "size=32m");
            project.ends(0, &["orchestrate", "resume", "--auto"]);
            assert_done_once(&project);
        },
    );
}

/// Runs sessions under limits on the size of files: what is written fails in the middle, on any machine.
#[track_caller]
fn under_a_limit() {
    let project = orphaned();
    for blocks in [1, 48, 80, 120, 200, 400, 800] {
        let line = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let program = project.command(&[]).get_program().to_owned();
        let mut command = project.shell(&line);
        let ran = Ran::from(command.arg(program).args(["orchestrate", "resume", "--auto"]).output().unwrap());
        assert!(matches!(ran.code, Some(0 | 5)), "{blocks} blocks: {ran}");
        until("the end of the agents", || project.processes().is_empty());
    }
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_done_once(&project);
}

#[test]
fn a_limit_on_the_size_of_files_stops_the_session_and_loses_nothing() {
    under_a_limit();
}
