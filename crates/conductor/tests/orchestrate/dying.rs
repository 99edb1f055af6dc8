//! A driver that dies before, inside and after each effect, and at each git process: the next one goes on from
//! there, and everything was done once.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use conductor_engine::effect::Verb;
use conductor_engine::session::Phase;
use conductor_host::journal::Database;
use taskwerk_client::model::{Children, Command, Guard, Status, Verb as Move};

use super::support::{Project, Running, until};

const PLACES: [&str; 3] = ["before", "inside", "after"];

/// It writes its file, once it may.
const AGENT: &str = r#"
echo > "$HOME/$CONDUCTOR_TASK_ID.here"
if [ -f "$HOME/wait" ]; then until [ -f "$HOME/go" ]; do sleep 0.02; done; fi
if [ -f "$HOME/ask" ] && ! grep -q 'use blue' "$CONDUCTOR_PROMPT_FILE"; then
  printf '{"status":"question","message":"Which colour?"}' > "$CONDUCTOR_RESULT_FILE"
  echo half > half.txt
  exit 0
fi
echo "$CONDUCTOR_TASK_ID" > "$CONDUCTOR_TASK_ID.txt"
"#;

const SECTIONS: &str = "gates: { test: { run: \"grep -q TASK-001 TASK-001.txt\" } }\n\
                        notify: { command: \"echo $CONDUCTOR_HOLD >> $HOME/notified\" }";

fn project() -> Project {
    let project = Project::configured(AGENT, SECTIONS);
    project.add("One", &[]);
    project
}

fn mark(project: &Project, name: &str) {
    fs::write(project.home().join(name), "").unwrap();
}

/// A session whose driver dies at `verb`/`place`. It is under way.
fn dying(project: &Project, verb: Verb, place: &str, arguments: &[&str]) -> Running {
    let mut command = project.command(arguments);
    command.env("CONDUCTOR_DIE_AT", format!("{verb}/{place}"));
    Running::of(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

/// Whether it is written down that the agent of the newest session's first run was seen.
fn attempt_is_known(project: &Project) -> bool {
    let db = Database::open(&project.work().join(".taskwerk")).unwrap();
    let session = db.fold(db.newest_session().unwrap().unwrap()).unwrap();
    session
        .runs
        .values()
        .any(|run| matches!(&run.phase, Phase::Working(attempt) if attempt.started.is_some()))
}

/// It died by the signal, not otherwise.
#[track_caller]
fn assert_dies(mut driver: Running, what: &str) {
    assert_eq!(driver.wait(), None, "{what}: the driver went on");
}

#[track_caller]
fn assert_done_once(project: &Project, what: &str) {
    assert_eq!(project.status("TASK-001"), Status::Done, "{what}");
    let tasks = project.tasks();
    let events = tasks.events_of(&tasks.find("TASK-001").unwrap().id).unwrap();
    assert_eq!(events.iter().filter(|row| row.event.kind() == "completed").count(), 1, "{what}");
    let commits = project.commits("main..conductor/s1");
    let runs: BTreeSet<&String> = commits.iter().map(|c| &c.run).collect();
    assert_eq!((commits.len(), runs.len()), (1, 1), "{what}: {commits:?}");
    assert_eq!(project.file_of("conductor/s1", "TASK-001.txt"), "TASK-001\n", "{what}");
    assert_eq!(project.run_of("TASK-001")["failures"], 0, "{what}: the death of the host is no failure");
    project.assert_tidy();
}

/// Every place of an effect that a task meets on its straight way.
fn straight(verb: Verb) {
    for place in PLACES {
        let what = format!("{verb}/{place}");
        let project = project();
        assert_dies(dying(&project, verb, place, &["orchestrate", "run", "--auto"]), &what);
        project.ends(0, &["orchestrate", "resume", "--auto"]);
        assert_done_once(&project, &what);
    }
}

/// Every place of an effect that a question leads to.
fn asked(verb: Verb) {
    for place in PLACES {
        let what = format!("{verb}/{place}");
        let project = project();
        mark(&project, "ask");
        assert_dies(dying(&project, verb, place, &["orchestrate", "run", "--auto"]), &what);
        project.ends(7, &["orchestrate", "resume", "--auto"]);
        assert_eq!(project.status("TASK-001"), Status::Blocked, "{what}");
        assert!(!project.claimed("TASK-001"), "{what}");
        let told = project.mark("notified").unwrap_or_default();
        assert!(told.lines().all(|hold| hold == "1") && !told.is_empty(), "{what}: {told}");
        project.ok(&["answer", "1", "use blue"]);
        project.ends(0, &["orchestrate", "resume", "--auto"]);
        assert_done_once(&project, &what);
    }
}

#[test]
fn claim() {
    straight(Verb::Claim);
}

#[test]
fn workspace() {
    straight(Verb::Worktree);
}

#[test]
fn attempt() {
    straight(Verb::Attempt);
}

#[test]
fn snapshot() {
    straight(Verb::Snapshot);
}

#[test]
fn collect() {
    straight(Verb::Collect);
}

#[test]
fn candidate() {
    straight(Verb::Candidate);
}

#[test]
fn gates() {
    straight(Verb::Gates);
}

#[test]
fn judge() {
    straight(Verb::Judge);
}

#[test]
fn land() {
    straight(Verb::Land);
}

#[test]
fn close_task() {
    straight(Verb::CloseTask);
}

#[test]
fn tidy() {
    straight(Verb::Tidy);
}

#[test]
fn report() {
    asked(Verb::Report);
}

#[test]
fn notify() {
    asked(Verb::Notify);
}

#[test]
fn release() {
    for place in PLACES {
        let project = project();
        mark(&project, "wait");
        let driver = dying(&project, Verb::Release, place, &["orchestrate", "run", "--auto"]);
        until("the agent", || project.mark("TASK-001.here").is_some());
        // A person moves the task aside over the claim; so the claim has to be given back.
        let tasks = project.tasks();
        let task = tasks.find("TASK-001").unwrap().id;
        let guard = Guard { force: true, ..Guard::default() };
        let to = Move::To(Status::Paused);
        tasks.execute(Command::Move { task, to, reason: None, children: Children::Refuse, guard }).unwrap();
        assert_dies(driver, place);
        project.ends(7, &["orchestrate", "resume", "--auto"]);
        assert!(!project.claimed("TASK-001"), "{place}");
        assert_eq!(project.run_of("TASK-001")["ending"], "superseded", "{place}");
        assert_eq!(project.status("TASK-001"), Status::Paused, "{place}");
        project.assert_tidy();
    }
}

#[test]
fn stop() {
    for place in PLACES {
        let project = project();
        mark(&project, "wait");
        let mut driver = project.spawn(&["orchestrate", "run", "--auto"]);
        until("the agent", || project.mark("TASK-001.here").is_some());
        // An attempt of which the journal does not know yet is simply begun again, and there is nothing to stop.
        until("the attempt in the journal", || attempt_is_known(&project));
        driver.kill();
        // Whether the attempt of a dead driver is dead too has to be seen: its keeper may have been killed as well.
        assert_dies(dying(&project, Verb::Stop, place, &["orchestrate", "resume", "--auto"]), place);
        mark(&project, "go");
        project.ends(0, &["orchestrate", "resume", "--auto"]);
        assert_done_once(&project, place);
    }
}

/// Puts a `git` first in the path that ends its parent at its `at`th start, and then does, or does not, what it was
/// started for.
fn deadly_git(project: &Project, at: u32, goes_on: bool) -> String {
    let bin = project.home().join("bin");
    fs::create_dir_all(&bin).unwrap();
    let count = bin.join("count");
    let path = project.path();
    let real = format!("PATH={path} exec git \"$@\"");
    let then = if goes_on { &real } else { "exit 1" };
    let script = format!(
        "#!/bin/sh\necho >> {count}\n[ $(grep -c '' {count}) -ne {at} ] || {{ kill -9 $PPID; {then}; }}\n{real}\n",
        count = count.display()
    );
    fs::write(bin.join("git"), script).unwrap();
    fs::set_permissions(bin.join("git"), fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:{path}", bin.display())
}

/// The driver dies at its first git process, then in another project at its second, until a session is through.
fn at_every_git(goes_on: bool) {
    for at in 1.. {
        let what = format!("git process {at}");
        let project = project();
        let mut command = project.command(&["orchestrate", "run", "--auto"]);
        command.env("PATH", deadly_git(&project, at, goes_on));
        let mut driver = Running::of(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        if driver.wait().is_some() {
            assert!(at > 12, "only {at} git processes: what is killed here?");
            assert_done_once(&project, &what);
            return;
        }
        let begun = project.json(&["orchestrate", "status"])["session"].is_number();
        let again = if begun { "resume" } else { "run" };
        project.ends(0, &["orchestrate", again, "--auto"]);
        let branch = project.refs("refs/heads/conductor").into_keys().next_back().unwrap();
        if branch.ends_with("/s1") {
            assert_done_once(&project, &what);
        } else {
            // It died when it had cut its branch and had not written down that it began.
            assert_eq!(project.status("TASK-001"), Status::Done, "{what}");
            project.assert_tidy();
        }
    }
}

#[test]
fn at_every_git_process_which_then_goes_on() {
    at_every_git(true);
}

#[test]
fn at_every_git_process_before_it_does_anything() {
    at_every_git(false);
}
