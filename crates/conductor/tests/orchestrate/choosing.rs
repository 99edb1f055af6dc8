//! Which tasks are worked on, how many at once, and what is asked of them.

use taskwerk_client::model::Status;

use super::support::{Project, WRITER};

fn statuses(project: &Project) -> Vec<Status> {
    project.all().iter().map(|task| task.status).collect()
}

#[test]
fn only_so_many_or_only_these() {
    use Status::{Done, Todo};
    let project = Project::new(WRITER);
    for title in ["One", "Two", "Three", "Four"] {
        project.add(title, &[]);
    }
    project.orchestrate(0, &["--max-tasks", "1"]);
    assert_eq!(statuses(&project), [Done, Todo, Todo, Todo]);
    project.orchestrate(0, &["--tasks", "TASK-002,4"]);
    assert_eq!(statuses(&project), [Done, Done, Todo, Done]);
    assert_eq!(
        project.refused(3, &["orchestrate", "run", "--auto", "--tasks", "TASK-099"]),
        "TASK_NOT_FOUND"
    );
    assert_eq!(project.run(&["orchestrate", "run", "--auto", "--jobs", "0"]).code, Some(2));
    assert!(
        !project.git_ok(&["rev-parse", "--verify", "-q", "conductor/s3"]),
        "a refusal leaves nothing behind"
    );
    let sessions: Vec<String> = project.refs("refs/heads/conductor").into_keys().collect();
    assert_eq!(sessions, ["refs/heads/conductor/s1", "refs/heads/conductor/s2"]);
}

#[test]
fn so_many_agents_at_once() {
    // Each waits for the other to be there: with fewer than two at once neither would ever end.
    let agent = r#"
echo here > "$HOME/$CONDUCTOR_TASK_ID.here"
until [ -f "$HOME/TASK-001.here" ] && [ -f "$HOME/TASK-002.here" ]; do sleep 0.02; done
echo > "$CONDUCTOR_TASK_ID.txt"
"#;
    let project = Project::new(agent);
    project.add("One", &[]);
    project.add("Two", &[]);
    project.orchestrate(0, &["--jobs", "2"]);
    assert_eq!(statuses(&project), [Status::Done, Status::Done]);
    // Both began where the session did, and the second to land was merged with the first.
    assert_eq!(project.commits("main..conductor/s1").len(), 2);
    project.assert_tidy();
}

#[test]
fn one_agent_at_once_is_the_rule() {
    let agent = r#"
mkdir "$HOME/alone"
echo > "$CONDUCTOR_TASK_ID.txt"
rmdir "$HOME/alone"
"#;
    let project = Project::new(agent);
    project.add("One", &[]);
    project.add("Two", &[]);
    project.orchestrate(0, &[]);
    assert_eq!(project.run_of("TASK-002")["failures"], 0);
}

#[test]
fn without_tests_nothing_is_accepted_where_tests_are_required() {
    let project = Project::new(WRITER);
    project.add("One", &[]);
    project.orchestrate(7, &["--require-tests"]);
    assert_eq!(statuses(&project), [Status::Review]);
    assert_eq!(project.commits("main..conductor/s1"), []);
    // A suite without a test in it passes, which proves nothing.
    let suite = "echo running 0 tests; echo test result: ok. 0 passed; 0 failed";
    let gates = format!(
        "gates: {{ test: {{ run: \"sh -c '{suite}'\", reader: cargo }} }}\nworkflow: {{ require_tests: true }}"
    );
    let project = Project::configured(WRITER, &gates);
    project.add("One", &[]);
    project.orchestrate(7, &[]);
    assert_eq!(statuses(&project), [Status::Review]);
}

#[test]
fn work_on_the_same_file_is_brought_together_by_the_one_that_comes_second() {
    // Two agents write one file at the same time; the one that comes second finds both sides in it. At first it
    // leaves the marks where they are, which is not taken for an answer.
    let agent = r#"
echo here > "$HOME/$CONDUCTOR_TASK_ID.here"
until [ -f "$HOME/TASK-001.here" ] && [ -f "$HOME/TASK-002.here" ]; do sleep 0.02; done
if ! grep -q '<<<<<<<' list.txt 2> /dev/null; then
    echo "$CONDUCTOR_TASK_ID" >> list.txt
elif [ -f "$HOME/seen" ]; then
    grep -v '^[<=>]\{7\}' list.txt > new
    mv new list.txt
else
    cp list.txt "$HOME/seen"
    echo more > other.txt
fi
"#;
    let project = Project::new(agent);
    project.add("One", &[]);
    project.add("Two", &[]);
    project.orchestrate(0, &["--jobs", "2"]);
    let list = project.file_of("conductor/s1", "list.txt");
    let mut lines: Vec<&str> = list.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["TASK-001", "TASK-002"]);
    let seen = project.mark("seen").unwrap();
    assert!(seen.contains("TASK-001") && seen.contains("TASK-002"), "both sides were there: {seen}");
    project.assert_tidy();
}
