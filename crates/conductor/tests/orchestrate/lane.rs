//! Many runs at once: tested side by side and together, blamed only for what they did, landed in one move.

use std::collections::BTreeSet;
use std::fs;

use taskwerk_client::model::Status;

use super::support::{Project, WRITER};
use super::terminal::Terminal;

/// Waits until so many tasks are at the same point, so that their work comes together in the lane.
fn together(tasks: usize, then: &str) -> String {
    format!(
        "echo > \"$HOME/$CONDUCTOR_TASK_ID.here\"\n\
         until [ \"$(ls \"$HOME\" | grep -c 'here$')\" -ge {tasks} ]; do sleep 0.02; done\n{then}"
    )
}

/// A gate that waits until everybody's work is in the lane.
fn slow_gate(check: &str) -> String {
    let script = format!("echo >> $HOME/tests; until [ -f $HOME/go ]; do sleep 0.02; done; {check}");
    format!("gates: {{ test: {{ run: {script:?} }} }}")
}

/// Lets the slow gate go when the lane is full.
fn when_full(project: &Project, waiting: usize) {
    let mut looks = 0;
    super::support::until("a full lane", || {
        looks += 1;
        assert!(looks < 2_000, "{}", project.ok(&["journal", "show"]));
        let status = project.json(&["orchestrate", "status"]);
        let runs = status["runs"].as_array().into_iter().flatten();
        runs.filter(|run| run["phase"] == "gating").count() == waiting
    });
    fs::write(project.home().join("go"), "").unwrap();
}

#[test]
fn one_test_stands_for_all_that_wait_and_they_land_in_one_move() {
    let gates = slow_gate("true");
    let sections = format!("{gates}\nworkflow: {{ jobs: 5, tests_at_once: 1, batch: 8 }}");
    let project = Project::configured(&together(5, WRITER), &sections);
    for number in 0..5 {
        project.add(&format!("Task {number}"), &[]);
    }
    let mut driver = project.spawn(&["orchestrate", "run", "--auto"]);
    when_full(&project, 5);
    assert_eq!(driver.wait(), Some(0));
    let commits = project.commits("main..conductor/s1");
    let tests = project.mark("tests").unwrap().lines().count();
    assert_eq!((commits.len(), tests), (5, 2), "the first alone, then the four others with one test");
    let proofs: BTreeSet<&String> = commits.iter().map(|c| &c.evidence).collect();
    assert_eq!(proofs.len(), 2, "{commits:?}");
    // The branch was never at one of the commits in between.
    let log = project.git(&["reflog", "show", "--format=%H", "conductor/s1"]);
    assert!(log.lines().all(|id| id != commits[2].id), "{log}");
    for commit in &commits {
        assert!(project.files_of(&commit.id).contains(&format!("{}.txt", commit.task)), "{commit:?}");
    }
    project.assert_tidy();
}

#[test]
fn only_the_run_that_fails_the_tests_is_blamed() {
    // TASK-003 breaks the tests until it is told so.
    let agent = together(
        4,
        "if [ \"$CONDUCTOR_TASK_ID\" = TASK-003 ] && ! grep -q 'Gate `test` failed' \"$CONDUCTOR_PROMPT_FILE\"; then\n\
         echo > broken\nelse\nrm -f broken\nfi\necho x > \"$CONDUCTOR_TASK_ID.txt\"\n",
    );
    for at_once in [1, 2, 4] {
        let gates = slow_gate("! [ -f broken ]");
        let sections = format!("{gates}\nworkflow: {{ jobs: 4, tests_at_once: {at_once}, batch: 4 }}");
        let project = Project::configured(&agent, &sections);
        for number in 0..4 {
            project.add(&format!("Task {number}"), &[]);
        }
        let mut driver = project.spawn(&["orchestrate", "run", "--auto"]);
        when_full(&project, 4);
        assert_eq!(driver.wait(), Some(0));
        for id in ["TASK-001", "TASK-002", "TASK-004"] {
            assert_eq!(project.run_of(id)["attempts"], 1, "{at_once}: {id} was blamed");
        }
        assert_eq!(project.run_of("TASK-003")["attempts"], 2, "{at_once}");
        assert_eq!(project.commits("main..conductor/s1").len(), 4);
        assert!(!project.files_of("conductor/s1").contains("broken"));
        project.assert_tidy();
    }
}

#[test]
fn a_gate_that_fails_by_accident_is_run_once_more_and_nobody_is_blamed() {
    let flaky = "gates: { test: { run: \"[ -f $HOME/seen ] || { touch $HOME/seen; echo lost connection; exit 1; }\" } }";
    let project = Project::configured(WRITER, flaky);
    project.add("One", &[]);
    let told = project.orchestrate(0, &[]).stdout;
    assert!(told.contains("gate test fails; once more"), "{told}");
    assert_eq!(
        (project.run_of("TASK-001")["attempts"].as_u64(), project.status("TASK-001")),
        (Some(1), Status::Done)
    );
}

#[test]
fn an_agent_works_on_no_more_runs_than_its_own_jobs() {
    let agent = "mkdir \"$HOME/alone\" || touch \"$HOME/two\"\nsleep 0.1\nrmdir \"$HOME/alone\"\necho x > $CONDUCTOR_TASK_ID.txt\n";
    let project = Project::new(agent);
    let path = project.work().join(".taskwerk/config.yml");
    let config = fs::read_to_string(&path).unwrap();
    fs::write(&path, config.replace("\" }", "\", jobs: 1 }")).unwrap();
    for number in 0..4 {
        project.add(&format!("Task {number}"), &[]);
    }
    project.orchestrate(0, &["--jobs", "4"]);
    assert_eq!(project.mark("two"), None, "two at once");
    assert_eq!(project.commits("main..conductor/s1").len(), 4);
}

#[test]
fn a_limit_on_attempts_holds_a_run_and_a_person_can_let_it_go_on_once() {
    let sections = "gates: { test: { run: \"[ -f good ]\" } }\nsafety: { limits: { task: { attempts: 1 } } }";
    let agent = "grep -q 'A person says' \"$CONDUCTOR_PROMPT_FILE\" && touch good\necho x >> work.txt\n";
    let project = Project::configured(agent, sections);
    project.add("One", &[]);
    project.orchestrate(7, &[]);
    let hold = &project.inbox()[0];
    assert_eq!(hold["kind"], "budget");
    assert!(hold["question"].as_str().unwrap().contains("1 attempts of 1 attempts"), "{hold}");
    assert!(project.ok(&["orchestrate", "why", "TASK-001"]).contains("another attempt"));
    project.ok(&["answer", "1", "retry", "make it good"]);
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_eq!(project.status("TASK-001"), Status::Done);
    assert_eq!(project.run_of("TASK-001")["attempts"], 2);
}

#[test]
fn a_session_that_has_used_up_its_limit_begins_nothing_more() {
    let project = Project::configured(WRITER, "safety: { limits: { session: { attempts: 2 } } }");
    for number in 0..4 {
        project.add(&format!("Task {number}"), &[]);
    }
    project.orchestrate(8, &["--jobs", "3"]);
    let done = project.all().iter().filter(|task| task.status == Status::Done).count();
    assert_eq!(done, 2);
    let why = project.ok(&["orchestrate", "why", "TASK-004"]);
    assert!(why.contains("the session's limit is reached: 2 attempts of 2 attempts"), "{why}");
}

#[test]
fn where_a_person_lets_everything_start_and_accepts_everything_nothing_goes_by_itself() {
    let project = Project::new(WRITER);
    project.add("One", &[]);
    project.add("Two", &[]);
    project.ends(7, &["orchestrate", "run", "--interactive", "--jobs", "2"]);
    let asked = project.inbox();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked.iter().all(|hold| hold["kind"] == "interactive"), "{asked:?}");
    assert_eq!(project.status("TASK-001"), Status::Todo, "nothing was begun");
    project.ok(&["answer", "1", "accept"]);
    project.ok(&["answer", "2", "reject", "not now"]);
    project.ends(7, &["orchestrate", "resume"]);
    assert_eq!(project.commits("main..conductor/s1"), [], "nothing lands unseen");
    assert_eq!(project.inbox()[0]["kind"], "approval");
    assert_eq!(project.status("TASK-002"), Status::Blocked);
    project.ok(&["answer", "3", "accept"]);
    // The other one was rejected, and waits for a person.
    project.ends(7, &["orchestrate", "resume"]);
    assert_eq!(project.status("TASK-001"), Status::Done);
    project.assert_tidy();
}

#[test]
fn at_a_terminal_everything_is_asked_to_the_last_step() {
    let project = Project::new(WRITER);
    project.add("One", &[]);
    let mut terminal = Terminal::run(&project, &["orchestrate", "run", "--interactive"]);
    for (question, answer) in [
        ("Let script start on TASK-001: One?", "a"),
        ("The work passed its gates; accept it?", "accept"),
        ("Bring this to main now?", "y"),
    ] {
        terminal.sees(question);
        terminal.types(answer);
    }
    assert_eq!(terminal.wait(), Some(0), "{}", terminal.screen());
    assert_eq!(project.status("TASK-001"), Status::Done);
    assert!(project.files_of("main").contains("TASK-001.txt"));
    assert_eq!(project.refused(2, &["orchestrate", "run", "--interactive", "--auto"]), "USAGE");
}
