//! People who work on the same tasks meanwhile: their word stands.

use jiff::SignedDuration;
use taskwerk_client::model::{Children, Command, Guard, Status, Verb};

use super::support::{Project, Running, until};

const WAITS: &str = r#"
echo mine > "$CONDUCTOR_TASK_ID.txt"
echo > "$HOME/$CONDUCTOR_TASK_ID.here"
if [ "$CONDUCTOR_TASK_ID" = TASK-001 ]; then until [ -f "$HOME/go" ]; do sleep 0.02; done; fi
"#;

fn at_work() -> (Project, Running) {
    let project = Project::new(WAITS);
    project.add("One", &[]);
    project.add("Two", &[]);
    let driver = project.spawn(&["orchestrate", "run", "--auto", "--jobs", "1"]);
    until("the agent", || project.mark("TASK-001.here").is_some());
    (project, driver)
}

fn moved(project: &Project, id: &str, to: Verb, guard: Guard) -> bool {
    let tasks = project.tasks();
    let task = tasks.find(id).unwrap().id;
    tasks.execute(Command::Move { task, to, reason: None, children: Children::Refuse, guard }).is_ok()
}

fn forced() -> Guard {
    Guard { force: true, ..Guard::default() }
}

#[track_caller]
fn assert_let_go(project: &Project, driver: &mut Running, status: Status) {
    assert_eq!(driver.wait(), Some(0));
    assert_eq!((project.status("TASK-001"), project.status("TASK-002")), (status, Status::Done));
    assert_eq!(project.run_of("TASK-001")["ending"], "superseded");
    let commits = project.commits("main..conductor/s1");
    assert_eq!(commits.iter().map(|c| c.task.as_str()).collect::<Vec<_>>(), ["TASK-002"]);
    let kept = project.refs("refs/conductor");
    assert!(kept.values().any(|id| project.files_of(id).contains("TASK-001.txt")), "{kept:?}");
    project.assert_tidy();
}

#[test]
fn a_task_that_a_person_cancels_is_let_go() {
    let (project, mut driver) = at_work();
    assert!(!moved(&project, "TASK-001", Verb::Cancel, Guard::default()), "a live claim protects it");
    assert!(moved(&project, "TASK-001", Verb::Cancel, forced()));
    assert_let_go(&project, &mut driver, Status::Cancelled);
}

#[test]
fn a_task_that_a_person_completes_is_let_go() {
    let (project, mut driver) = at_work();
    assert!(moved(&project, "TASK-001", Verb::Complete, forced()));
    assert_let_go(&project, &mut driver, Status::Done);
}

#[test]
fn a_task_that_somebody_claims_first_is_not_touched() {
    let project = Project::new(WAITS);
    project.add("One", &[]);
    project.add("Two", &[]);
    let tasks = project.tasks();
    let one = tasks.find("TASK-001").unwrap().id;
    let claim = tasks.claim(&one, "ann".parse().unwrap(), SignedDuration::from_hours(1)).unwrap();
    project.run(&["orchestrate", "run", "--auto"]);
    assert_eq!(project.mark("TASK-001.here"), None);
    assert_eq!(project.status("TASK-002"), Status::Done);
    assert_eq!(tasks.claim_of(&one).unwrap().unwrap().token, claim.token);
    let why = project.ok(&["orchestrate", "why", "TASK-001"]);
    assert!(why.contains("ann"), "{why}");
}

#[test]
fn a_task_that_a_person_began_is_not_touched() {
    let project = Project::new(WAITS);
    project.add("One", &[]);
    assert!(moved(&project, "TASK-001", Verb::Start, Guard::default()));
    project.run(&["orchestrate", "run", "--auto"]);
    assert_eq!(project.mark("TASK-001.here"), None);
    assert_eq!(project.status("TASK-001"), Status::InProgress);
}
