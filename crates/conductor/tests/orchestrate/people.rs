//! People who work on the same tasks meanwhile: their word stands.

use jiff::SignedDuration;
use taskwerk_client::model::{Children, Command, Edit, Guard, Patch, Status, Verb};

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

#[test]
fn a_text_that_a_person_edits_reaches_the_next_attempt() {
    let agent = r#"
echo > "$HOME/$CONDUCTOR_ATTEMPT.here"
if [ "$CONDUCTOR_ATTEMPT" = 1 ]; then until [ -f "$HOME/go" ]; do sleep 0.02; done; fi
printf '%s\n' "$CONDUCTOR_TASK_TITLE" > title.txt
grep -c 'in green' "$CONDUCTOR_PROMPT_FILE" > green.txt || :
"#;
    let project = Project::configured(agent, "gates: { test: { run: \"grep -q Paint title.txt\" } }");
    project.add("Draw", &[]);
    let mut driver = project.spawn(&["orchestrate", "run", "--auto"]);
    until("the agent", || project.mark("1.here").is_some());
    let tasks = project.tasks();
    let task = tasks.find("TASK-001").unwrap().id;
    let patch = Patch {
        title: Some("Paint".parse().unwrap()),
        description: Edit::Set("All of it in green.".to_owned()),
        ..Patch::default()
    };
    tasks.execute(Command::Update { task, patch: Box::new(patch), guard: Guard::default() }).unwrap();
    std::fs::write(project.home().join("go"), "").unwrap();
    assert_eq!(driver.wait(), Some(0));
    assert_eq!(project.run_of("TASK-001")["attempts"], 2);
    assert_eq!(project.file_of("conductor/s1", "title.txt"), "Paint\n");
    assert_eq!(project.file_of("conductor/s1", "green.txt"), "1\n");
    assert_eq!(project.commits("main..conductor/s1")[0].subject, "feat: Paint");
}

#[test]
fn a_session_branch_that_a_person_deletes_is_made_again() {
    let (project, mut driver) = at_work();
    project.git(&["branch", "-D", "-q", "conductor/s1"]);
    std::fs::write(project.home().join("go"), "").unwrap();
    assert_eq!(driver.wait(), Some(0));
    assert_eq!(project.commits("main..conductor/s1").len(), 2);
    project.assert_tidy();
}

#[test]
fn a_commit_on_the_session_branch_that_no_gate_has_seen_holds_everything() {
    let (project, mut driver) = at_work();
    let before = project.rev("conductor/s1");
    let own = project.git(&["commit-tree", "-p", "conductor/s1", "-m", "my own", "main^{tree}"]);
    project.git(&["update-ref", "refs/heads/conductor/s1", own.trim()]);
    std::fs::write(project.home().join("go"), "").unwrap();
    assert_eq!(driver.wait(), Some(7));
    for hold in project.inbox() {
        assert!(hold["question"].as_str().unwrap().contains("no gate has seen"), "{hold}");
    }
    assert_eq!(project.rev("conductor/s1"), own.trim(), "it is nobody's to throw away");
    let main = project.rev("main");
    assert_eq!(project.refused(4, &["orchestrate", "land"]), "BRANCH_MOVED");
    assert_eq!(project.rev("main"), main);

    project.git(&["update-ref", "refs/heads/conductor/s1", &before]);
    project.ok(&["answer", "1", "accept"]);
    project.ok(&["answer", "2", "retry", "go on"]);
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_eq!(project.commits("main..conductor/s1").len(), 2);
    project.ok(&["orchestrate", "land"]);
    project.assert_tidy();
}
