//! What is around a session changes under it while nobody drives: workspaces, branches, tasks, the time of day.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;

use conductor_engine::apply;
use conductor_engine::effect::Verb;
use conductor_engine::event::{Event, Recorded};
use conductor_engine::ids::SessionId;
use conductor_engine::session::{Phase, Session};
use conductor_host::driver::Journal as _;
use conductor_host::journal::Database;
use jiff::{SignedDuration, Timestamp};
use taskwerk_client::model::{Children, Command, Guard, Patch, Status, Verb as Move, Worker};

use super::support::{Project, Running, until};

/// Adds a part to a file at each attempt, and waits there until a file says that it may be quick.
const PARTS: &str = r#"
n=$(cat "$HOME/count" 2>/dev/null || echo 0)
echo $((n + 1)) > "$HOME/count"
echo "part $n of $CONDUCTOR_TASK_TITLE" >> parts.txt
if [ ! -f "$HOME/quick" ]; then
  echo > "$HOME/here.$n"
  sleep 1000
fi
"#;

fn database(project: &Project) -> Database {
    Database::open(&project.work().join(".taskwerk")).unwrap()
}

fn session(project: &Project) -> Session {
    database(project).fold(SessionId(1)).unwrap()
}

/// A driver whose agent works at its attempt of this number, as the journal knows.
fn at_attempt(project: &Project, driver: Running, number: u32) -> Running {
    until("the agent", || {
        let working = |session: Session| match session.runs.values().next().map(|run| &run.phase) {
            Some(Phase::Working(attempt)) => attempt.number == number && attempt.started.is_some(),
            _ => false,
        };
        project.mark(&format!("here.{}", number - 1)).is_some() && working(session(project))
    });
    driver
}

fn kill(project: &Project, mut driver: Running) {
    driver.kill();
    until("the end of the agent", || project.processes().is_empty());
}

/// A session whose driver died under its second attempt: what the first one did is in a snapshot.
fn orphaned() -> Project {
    let project = Project::new(PARTS);
    project.add("One", &[]);
    let driver = at_attempt(&project, project.spawn(&["orchestrate", "run", "--auto"]), 1);
    kill(&project, driver);
    let driver = at_attempt(&project, project.spawn(&["orchestrate", "resume", "--auto"]), 2);
    kill(&project, driver);
    fs::write(project.home().join("quick"), "").unwrap();
    project
}

fn workspace(project: &Project) -> PathBuf {
    project.workspaces().into_iter().find(|path| path.ends_with("run/1.1")).unwrap()
}

#[track_caller]
fn assert_done_once(project: &Project, parts: &str) {
    assert_eq!(project.status("TASK-001"), Status::Done);
    assert_eq!(project.run_of("TASK-001")["failures"], 0, "nobody's fault");
    assert_eq!(project.commits("main..conductor/s1").len(), 1);
    assert_eq!(project.file_of("conductor/s1", "parts.txt"), parts);
    project.assert_tidy();
    assert_eq!(project.json(&["doctor"])["findings"], serde_json::json!([]));
}

#[test]
fn a_workspace_that_somebody_deleted_is_made_again_from_the_last_snapshot() {
    let project = orphaned();
    fs::remove_dir_all(workspace(&project)).unwrap();
    let found = project.json(&["doctor"])["findings"].clone();
    assert!(found.as_array().unwrap().iter().any(|f| f["kind"] == "workspace-gone"), "{found}");
    let ran = project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert!(ran.stderr.contains("the workspace of run 1.1 is not at"), "{ran}");
    assert!(ran.stderr.contains("snapshot 1"), "{ran}");
    assert_done_once(&project, "part 0 of One\npart 2 of One\n");
}

#[test]
fn a_workspace_that_was_moved_stays_where_it_was_moved_to() {
    let project = orphaned();
    let elsewhere = project.home().join("moved");
    fs::rename(workspace(&project), &elsewhere).unwrap();
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_done_once(&project, "part 0 of One\npart 2 of One\n");
    assert_eq!(fs::read_to_string(elsewhere.join("parts.txt")).unwrap(), "part 0 of One\npart 1 of One\n");
}

#[test]
fn a_workspace_that_was_moved_back_is_used() {
    let project = orphaned();
    let (place, elsewhere) = (workspace(&project), project.home().join("moved"));
    fs::rename(&place, &elsewhere).unwrap();
    fs::rename(&elsewhere, &place).unwrap();
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_done_once(&project, "part 0 of One\npart 1 of One\npart 2 of One\n");
}

#[test]
fn nobody_takes_an_older_state_for_what_a_finished_agent_did() {
    // The agent said that it is done; what it did is gone before it could be saved.
    let project = orphaned();
    let mut db = database(&project);
    let mut state = session(&project);
    let run = state.runs.keys().next().copied().unwrap();
    let report =
        conductor_engine::attempt::AttemptReport::nothing(conductor_engine::attempt::AttemptEnd::Finished {
            summary: "done".to_owned(),
        });
    append(&mut db, &mut state, Event::AttemptEnded { run, report, stop: false }, cli_kit::time::now());
    fs::remove_dir_all(workspace(&project)).unwrap();
    project.ends(7, &["orchestrate", "resume", "--auto"]);
    assert_eq!(project.status("TASK-001"), Status::Review, "a person is asked");
    assert!(project.commits("main..conductor/s1").is_empty());
    project.ok(&["answer", "1", "retry", "once more"]);
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_done_once(&project, "part 0 of One\npart 2 of One\n");
}

#[test]
fn a_sessions_branch_that_was_deleted_is_made_again_with_all_that_landed() {
    let project = Project::new(PARTS);
    fs::write(project.home().join("quick"), "").unwrap();
    project.add("One", &[]);
    project.orchestrate(0, &["--max-tasks", "1"]);
    let landed = project.rev("conductor/s1");
    project.git(&["branch", "-q", "-D", "conductor/s1"]);
    // The session is over: nothing happens by itself, but a person is told, and can have it back.
    let found = project.json(&["doctor"])["findings"].clone();
    assert_eq!(found[0]["kind"], "branch-gone", "{found}");
    assert_eq!((found[0]["mendable"].clone(), found.as_array().unwrap().len()), (true.into(), 1));
    let ran = project.ends(0, &["doctor", "--fix"]);
    assert!(ran.stdout.contains("put in order"), "{ran}");
    assert_eq!(project.rev("conductor/s1"), landed);
    project.ok(&["orchestrate", "land"]);
    assert_eq!(project.rev("main"), landed);
    // What the user's branch has is not missed.
    project.git(&["branch", "-q", "-D", "conductor/s1"]);
    assert_eq!(project.json(&["doctor"])["findings"], serde_json::json!([]));
}

/// One task landed, the driver of the second killed at work.
fn between() -> (Project, String) {
    let project = Project::new(&format!(
        "if [ \"$CONDUCTOR_TASK_ID\" = TASK-001 ]; then echo 1 > one; exit; fi\n{PARTS}"
    ));
    project.add("One", &[]);
    project.add("Two", &["TASK-001"]);
    let driver = project.spawn(&["orchestrate", "run", "--auto"]);
    until("the second agent", || project.mark("here.0").is_some());
    kill(&project, driver);
    fs::write(project.home().join("quick"), "").unwrap();
    let landed = project.rev("conductor/s1");
    (project, landed)
}

#[track_caller]
fn assert_both(project: &Project, landed: &str) {
    let commits = project.commits("main..conductor/s1");
    assert_eq!(commits.iter().map(|c| c.task.as_str()).collect::<Vec<_>>(), ["TASK-001", "TASK-002"]);
    assert_eq!(commits[0].id, landed);
    assert!(project.all().iter().all(|task| task.status == Status::Done));
    project.assert_tidy();
    assert_eq!(project.json(&["doctor"])["findings"], serde_json::json!([]));
}

#[test]
fn a_branch_that_was_deleted_under_a_session_costs_nothing() {
    let (project, landed) = between();
    project.git(&["branch", "-q", "-D", "conductor/s1"]);
    let ran = project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert!(ran.stderr.contains("Put in order: branch conductor/s1 is gone"), "{ran}");
    assert_both(&project, &landed);
}

#[test]
fn a_branch_that_was_taken_back_gets_what_landed_again() {
    let (project, landed) = between();
    project.git(&["branch", "-q", "-f", "conductor/s1", "main"]);
    let ran = project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert!(ran.stderr.contains("Put in order: branch conductor/s1 is at"), "{ran}");
    assert_both(&project, &landed);
}

#[test]
fn what_somebody_else_put_on_the_branch_is_told_and_never_moved() {
    let (project, landed) = between();
    project.git(&["update-ref", "refs/heads/conductor/s1", "main"]);
    let tree = project.git(&["rev-parse", "main^{tree}"]).trim().to_owned();
    let message = "mine\n\nTask: TASK-002\nRun: 1.2\n";
    let strange = project.git(&["commit-tree", "-p", "main", "-m", message, &tree]).trim().to_owned();
    project.git(&["update-ref", "refs/heads/conductor/s1", &strange]);
    let document = project.document(1, &["doctor"]);
    let kinds: Vec<&str> =
        document["findings"].as_array().unwrap().iter().map(|f| f["kind"].as_str().unwrap()).collect();
    for kind in ["branch-strange", "not-on-branch", "not-in-journal"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    project.ends(1, &["doctor", "--fix"]);
    assert_eq!(project.rev("conductor/s1"), strange);
    project.git(&["update-ref", "refs/heads/conductor/s1", &landed]);
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_both(&project, &landed);
}

fn execute(project: &Project, command: impl FnOnce(taskwerk_client::model::TaskId) -> Command) {
    let tasks = project.tasks();
    let id = tasks.find("TASK-001").unwrap().id;
    tasks.execute(command(id)).unwrap();
}

#[test]
fn a_task_that_changed_while_nobody_drove_is_given_with_its_new_words() {
    let project = orphaned();
    execute(&project, |task| {
        let patch = Patch { title: Some("Two".parse().unwrap()), ..Patch::default() };
        Command::Update { task, patch: Box::new(patch), guard: Guard::force() }
    });
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_done_once(&project, "part 0 of One\npart 1 of One\npart 2 of Two\n");
}

#[test]
fn a_task_that_was_decided_about_while_nobody_drove_is_let_go_and_its_work_is_kept() {
    for decided in ["deleted", "cancelled", "done"] {
        let project = orphaned();
        execute(&project, |task| {
            let (children, guard) = (Children::Refuse, Guard::force());
            let verb = if decided == "done" { Move::Complete } else { Move::Cancel };
            match decided {
                "deleted" => Command::Delete { task, children, guard },
                _ => Command::Move { task, to: verb, reason: None, children, guard },
            }
        });
        project.ends(0, &["orchestrate", "resume", "--auto"]);
        let status = project.json(&["orchestrate", "status"]);
        assert_eq!(status["runs"][0]["ending"], "superseded", "{decided}: {status}");
        assert_eq!(project.git(&["rev-list", "--count", "main..conductor/s1"]).trim(), "0", "{decided}");
        let kept = project.refs("refs/conductor/snap");
        let parts = |id: &String| project.git(&["show", &format!("{id}:parts.txt")]);
        assert!(kept.values().any(|id| parts(id) == "part 0 of One\npart 1 of One\n"), "{decided}: {kept:?}");
        project.assert_tidy();
    }
}

#[test]
fn a_claim_that_a_lost_run_left_is_given_back() {
    let project = Project::new(PARTS);
    project.add("One", &[]);
    fs::write(project.home().join("quick"), "").unwrap();
    // As if a database had been lost: a run that no journal knows holds the task.
    execute(&project, |task| {
        let worker: Worker = "conductor/7.3".parse().unwrap();
        let (ttl, guard) = (SignedDuration::from_hours(100), Guard::default());
        Command::All(vec![
            Command::Claim { task: task.clone(), worker, ttl, guard },
            Command::Move {
                task,
                to: Move::Start,
                reason: None,
                children: Children::Refuse,
                guard: Guard::force(),
            },
        ])
    });
    assert!(project.claimed("TASK-001"));
    let found = project.json(&["doctor"])["findings"].clone();
    assert_eq!((&found[0]["kind"], &found[0]["mended"]), (&"claim-left".into(), &false.into()), "{found}");
    assert!(project.claimed("TASK-001"), "looking changes nothing");
    let found = project.json(&["doctor", "--fix"])["findings"].clone();
    assert_eq!((&found[0]["kind"], &found[0]["mended"]), (&"claim-left".into(), &true.into()), "{found}");
    assert_eq!((project.status("TASK-001"), project.claimed("TASK-001")), (Status::Todo, false));
    project.orchestrate(0, &[]);
    assert_eq!(project.status("TASK-001"), Status::Done);
}

#[test]
fn the_doctor_changes_nothing_beside_a_driver() {
    let project = Project::new(PARTS);
    project.add("One", &[]);
    let driver = at_attempt(&project, project.spawn(&["orchestrate", "run", "--auto"]), 1);
    assert_eq!(project.refused(4, &["doctor", "--fix"]), "DRIVER_BUSY");
    assert_eq!(
        project.json(&["doctor"])["findings"],
        serde_json::json!([]),
        "what is on its way is no finding"
    );
    kill(&project, driver);
    fs::write(project.home().join("quick"), "").unwrap();
    let found = project.json(&["doctor", "--fix"])["findings"].clone();
    assert!(found.as_array().unwrap().iter().any(|f| f["kind"] == "interrupted"), "{found}");
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_done_once(&project, "part 0 of One\npart 1 of One\n");
}

/// Writes an event as a driver would have at that time.
fn append(db: &mut Database, state: &mut Session, event: Event, at: Timestamp) {
    let row = Recorded { seq: state.seq + 1, at, event };
    apply(state, &row).unwrap();
    db.append(state.id, &[row], state).unwrap();
}

#[test]
fn a_clock_that_was_ahead_makes_nobody_wait_when_it_is_set_right() {
    let project = orphaned();
    let mut db = database(&project);
    let mut state = session(&project);
    let run = state.runs.keys().next().copied().unwrap();
    // Ten hours ahead a step failed, and was to be tried again a moment later.
    let ahead = cli_kit::time::now() + SignedDuration::from_hours(10);
    let until_then = ahead + SignedDuration::from_secs(1);
    let message = "for now".to_owned();
    append(
        &mut db,
        &mut state,
        Event::Disturbed { run, verb: Verb::Attempt, message, until: until_then },
        ahead,
    );
    drop(db);
    // The claim was kept alive by that clock, too.
    execute(&project, |task| {
        let token = project.tasks().claim_of(&task).unwrap().unwrap().token;
        Command::Heartbeat { task, token, ttl: SignedDuration::from_hours(10) }
    });
    let mut driver = project.spawn(&["orchestrate", "resume", "--auto"]);
    until("the end", || driver.has_ended());
    assert_eq!(driver.wait(), Some(0));
    project.ok(&["orchestrate", "status"]);
    assert_done_once(&project, "part 0 of One\npart 1 of One\npart 2 of One\n");
}

#[test]
fn a_clock_that_was_behind_makes_no_work_of_what_was_none() {
    let project = Project::new(PARTS);
    project.add("One", &[]);
    let driver = at_attempt(&project, project.spawn(&["orchestrate", "run", "--auto"]), 1);
    kill(&project, driver);
    fs::write(project.home().join("quick"), "").unwrap();
    let mut db = database(&project);
    let mut state = session(&project);
    let run = state.runs.keys().next().copied().unwrap();
    // A row from the last century, as a machine without a battery writes it.
    let past = Timestamp::from_second(1_000_000).unwrap();
    let message = "for now".to_owned();
    append(&mut db, &mut state, Event::Disturbed { run, verb: Verb::Attempt, message, until: past }, past);
    append(&mut db, &mut state, Event::Woken { run }, past);
    drop(db);
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_eq!(project.task("TASK-001").actual_minutes.map(|m| m.get()), Some(1));
    assert_done_once(&project, "part 0 of One\npart 1 of One\n");
}

#[test]
fn tables_that_somebody_changed_are_made_again_from_the_journal() {
    let project = orphaned();
    let truth = project.json(&["orchestrate", "status"]);
    let file = project.work().join(".taskwerk/conductor.db");
    let before = session(&project);
    // A second journal of the same session, whose state is written over the tables of the first.
    let mut other = before.clone();
    for run in other.runs.values_mut() {
        run.phase = Phase::Queued;
        run.counters.attempts = 77;
    }
    database(&project).reproject(&other).unwrap();
    assert!(file.exists());
    let found = project.json(&["doctor"])["findings"].clone();
    assert!(found.as_array().unwrap().iter().any(|f| f["kind"] == "projection"), "{found}");
    project.ends(0, &["doctor", "--fix"]);
    assert_eq!(database(&project).drift(&before).unwrap(), Vec::<String>::new());
    assert_eq!(project.json(&["orchestrate", "status"])["runs"], truth["runs"]);
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_done_once(&project, "part 0 of One\npart 1 of One\npart 2 of One\n");
}

#[test]
fn what_a_dead_machine_left_is_put_in_order_and_what_is_unique_is_kept() {
    let project = orphaned();
    let place = workspace(&project).parent().unwrap().parent().unwrap().to_owned();
    project.ok(&["orchestrate", "stop", "--abandon"]);
    let git = project.work().join(".git");
    let stale = ["refs/heads/conductor/s1.lock", "refs/conductor/snap/1.1/9.lock"].map(|name| git.join(name));
    for lock in &stale {
        fs::write(lock, "").unwrap();
    }
    let mine = git.join("packed-refs.lock");
    fs::write(&mine, "").unwrap();
    fs::create_dir_all(place.join("gate/1/half")).unwrap();
    fs::create_dir_all(place.join("tmp/1.1-attempt/x")).unwrap();
    fs::create_dir_all(place.join("run/9.9/work")).unwrap();
    fs::create_dir_all(place.join("run/notes")).unwrap();
    let ran = project.ends(0, &["doctor", "--fix"]);
    assert!(ran.stdout.contains("packed-refs.lock is there"), "{ran}");
    assert!(mine.exists() && stale.iter().all(|lock| !lock.exists()), "{ran}");
    assert!(
        place.join("run/9.9/work").exists() && place.join("run/notes").exists(),
        "nobody knows whose it is"
    );
    assert!(!place.join("gate/1").exists() && !place.join("tmp/1.1-attempt").exists());
    // The workspace of the session that was given up is gone, and its last state is in a ref.
    assert!(!place.join("run/1.1").exists(), "{ran}");
    let kept = project.refs("refs/conductor/snap");
    let parts = |id: &String| project.git(&["show", &format!("{id}:parts.txt")]);
    assert!(kept.values().any(|id| parts(id) == "part 0 of One\npart 1 of One\n"), "{kept:?}");
    fs::remove_file(mine).unwrap();
    project.assert_sound();
}

#[test]
fn saved_work_whose_ref_was_deleted_gets_it_again() {
    let project = orphaned();
    let (name, id) = project.refs("refs/conductor/snap").pop_first().unwrap();
    project.git(&["update-ref", "-d", &name]);
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_eq!(project.refs("refs/conductor/snap").get(&name), Some(&id));
    assert_done_once(&project, "part 0 of One\npart 1 of One\npart 2 of One\n");
}

#[test]
fn what_nobody_but_a_person_can_judge_is_told_and_left() {
    let project = orphaned();
    let place = workspace(&project).parent().unwrap().parent().unwrap().to_owned();
    // What an agent started outlived its keeper.
    let mut stray = project.shell("echo > \"$HOME/stray\"; sleep 1000");
    let mut stray = stray.env("CONDUCTOR_WORKSPACE", place.join("run/1.1")).process_group(0).spawn().unwrap();
    until("the stray", || project.mark("stray").is_some());
    project.ok(&["orchestrate", "stop"]);
    // Ended with its run, as everything of the run's; another one is started after that.
    assert!(!stray.wait().unwrap().success());
    let mut stray = project.shell("sleep 1000");
    let mut stray = stray.env("CONDUCTOR_WORKSPACE", place.join("run/1.1")).process_group(0).spawn().unwrap();
    project.git(&["branch", "conductor/s9"]);
    // Closed in Conductor's name, with nothing on the branch.
    execute(&project, |task| {
        let actor = "conductor".parse().unwrap();
        let start = Command::Move {
            task: task.clone(),
            to: Move::Start,
            reason: None,
            children: Children::Refuse,
            guard: Guard::default(),
        };
        let done = Command::Move {
            task: task.clone(),
            to: Move::Complete,
            reason: None,
            children: Children::Refuse,
            guard: Guard::default(),
        };
        project.tasks().with_context(actor, None).execute(Command::All(vec![start, done])).unwrap();
        Command::Note { task, text: "closed".to_owned() }
    });
    // Objects of saved work are gone.
    let saved = project.refs("refs/conductor/snap").into_values().next_back().unwrap();
    let blob = project.rev(&format!("{saved}:parts.txt"));
    fs::remove_file(project.work().join(".git/objects").join(&blob[..2]).join(&blob[2..])).unwrap();

    let kinds = |document: &serde_json::Value, mended: bool| {
        let findings = document["findings"].as_array().unwrap().iter();
        let mut kinds: Vec<String> = findings
            .filter(|f| f["mended"] == mended)
            .map(|f| f["kind"].as_str().unwrap().to_owned())
            .collect();
        kinds.sort();
        // A process and its child are two.
        kinds.dedup();
        kinds
    };
    let document = project.document(1, &["doctor"]);
    let all = ["branch-unknown", "closed-without-commit", "process-left", "snapshot-unreadable"];
    assert_eq!(kinds(&document, false), all, "{document}");
    assert!(
        document["findings"].as_array().unwrap().iter().all(|f| !f["advice"].as_str().unwrap().is_empty())
    );
    let document = project.document(1, &["doctor", "--fix"]);
    assert_eq!(kinds(&document, true), ["process-left"], "{document}");
    assert!(!stray.wait().unwrap().success());
    assert_eq!(project.status("TASK-001"), Status::Done, "a person decides");
    assert!(project.git_ok(&["rev-parse", "--verify", "conductor/s9"]));
}
