//! Bringing a session's work to the user's branch, and undoing it: all of it or nothing.

use taskwerk_client::model::Status;

use super::support::{Project, WRITER};

/// Two tasks, done on `conductor/s1`; the gate wants the README.
fn worked() -> Project {
    let project =
        Project::configured(WRITER, "gates:\n  test: { run: \"test -f README.md && ! test -f broken\" }");
    project.add("Store notes", &[]);
    project.add("Search notes", &[]);
    project.orchestrate(0, &[]);
    project
}

/// Landing must be refused with this exit code and this code, and nothing of the user's may change.
#[track_caller]
fn refuses(project: &Project, exit: i32, code: &str) -> String {
    let before = project.users_own();
    let answer = project.document(exit, &["orchestrate", "land"]);
    assert_eq!(answer["error"]["code"], code, "{answer}");
    assert_eq!(project.users_own(), before, "{answer}");
    answer["error"]["message"].as_str().unwrap().to_owned()
}

#[test]
fn a_clean_checkout_is_fast_forwarded_once() {
    let project = worked();
    project.write("notes.txt", "untracked, and in nobody's way\n");
    let answer = project.json(&["orchestrate", "land"]);
    assert_eq!((&answer["landed"], &answer["runs"]), (&true.into(), &2.into()), "{answer}");
    assert_eq!(project.rev("main"), project.rev("conductor/s1"));
    assert_eq!(project.read("TASK-001.txt"), "Store notes\n");
    assert_eq!(project.git(&["status", "--porcelain"]), "?? notes.txt\n");
    assert_eq!(project.json(&["orchestrate", "land"])["already_there"], true);
}

#[test]
fn files_that_are_not_committed_hold_it_back() {
    let project = worked();
    project.write("README.md", "# My own\n");
    let message = refuses(&project, 4, "LAND_HELD");
    assert!(message.contains("README.md"), "{message}");
    project.git(&["add", "README.md"]);
    refuses(&project, 4, "LAND_HELD");
    project.git(&["reset", "-q", "--hard"]);
    project.write("TASK-001.txt", "untracked, and in the way\n");
    refuses(&project, 4, "LAND_HELD");
}

#[test]
fn an_ignored_file_in_the_way_is_not_overwritten() {
    let agent = r#"echo theirs > "$CONDUCTOR_TASK_ID.txt"; echo theirs > my.secret; git add -f my.secret"#;
    let project = Project::new(agent);
    project.write(".gitignore", ".taskwerk/\n*.secret\n");
    project.add("Store notes", &[]);
    project.orchestrate(0, &[]);
    // Ignored files of an agent are not part of its work, so the user's own cannot be met by chance: only when
    // the branch brings one that is tracked.
    assert!(!project.files_of("conductor/s1").contains("my.secret"));
    project.write(".git/info/exclude", "TASK-001.txt\n");
    project.write("TASK-001.txt", "my own, ignored\n");
    refuses(&project, 4, "LAND_HELD");
    assert_eq!(project.read("TASK-001.txt"), "my own, ignored\n");
}

#[test]
fn an_operation_in_progress_holds_it_back() {
    let project = worked();
    project.git(&["checkout", "-q", "-b", "side"]);
    project.write("README.md", "side\n");
    project.commit("side");
    project.git(&["checkout", "-q", "main"]);
    project.write("README.md", "main\n");
    project.commit("main");
    assert!(!project.git_ok(&["merge", "side"]), "it conflicts");
    let message = refuses(&project, 4, "LAND_HELD");
    assert!(message.contains("merge"), "{message}");
    project.git(&["merge", "--abort"]);
    project.ok(&["orchestrate", "land"]);
}

#[test]
fn when_the_branch_moved_on_both_are_merged_and_checked() {
    let project = worked();
    project.write("mine.txt", "mine\n");
    project.commit("mine");
    let mine = project.rev("main");
    let answer = project.json(&["orchestrate", "land"]);
    assert_eq!(answer["landed"], true, "{answer}");
    assert!(project.git_ok(&["merge-base", "--is-ancestor", &mine, "main"]));
    assert_eq!(
        (project.read("mine.txt"), project.read("TASK-002.txt")),
        ("mine\n".into(), "Search notes\n".into())
    );
    assert_eq!(project.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_merge_whose_gates_fail_is_not_landed() {
    let project = worked();
    project.write("broken", "\n");
    project.commit("break it");
    let session = project.rev("conductor/s1");
    refuses(&project, 6, "GATES_FAIL");
    assert_eq!(project.rev("conductor/s1"), session);
}

#[test]
fn a_conflict_changes_nothing() {
    let project = worked();
    project.write("TASK-001.txt", "mine\n");
    project.commit("mine");
    let session = project.rev("conductor/s1");
    let message = refuses(&project, 4, "LAND_CONFLICT");
    assert!(message.contains("TASK-001.txt"), "{message}");
    assert_eq!(project.rev("conductor/s1"), session);
}

#[test]
fn a_branch_that_is_checked_out_nowhere_is_moved_without_touching_the_checkout() {
    let project = worked();
    project.git(&["checkout", "-q", "-b", "elsewhere"]);
    project.write("README.md", "being edited\n");
    project.ok(&["orchestrate", "land"]);
    assert_eq!(project.rev("main"), project.rev("conductor/s1"));
    assert_eq!(project.git(&["status", "--porcelain"]), " M README.md\n");
}

#[test]
fn a_rollback_undoes_one_task_and_opens_it_again() {
    let project = worked();
    project.ok(&["orchestrate", "land"]);
    let before = project.users_own();
    let answer = project.json(&["orchestrate", "rollback", "TASK-001", "--reason", "wrong place"]);
    assert_eq!((&answer["task"], &answer["landed"]), (&"TASK-001".into(), &true.into()), "{answer}");
    assert_eq!(project.users_own(), before, "only the session's branch has it so far");
    assert_eq!((project.status("TASK-001"), project.status("TASK-002")), (Status::Todo, Status::Done));
    project.ok(&["orchestrate", "land"]);
    assert!(!project.exists("TASK-001.txt") && project.exists("TASK-002.txt"));
    let body = project.git(&["log", "-1", "--format=%B", "main"]);
    assert!(body.contains("wrong place") && body.contains("Reverts-Run: 1."), "{body}");
    assert_eq!(project.refused(3, &["orchestrate", "rollback", "TASK-001"]), "NOT_LANDED");
    // The task is open, and another session does it again.
    project.orchestrate(0, &[]);
    project.ok(&["orchestrate", "land"]);
    assert_eq!(project.read("TASK-001.txt"), "Store notes\n");
    assert_eq!(project.status("TASK-001"), Status::Done);
    project.assert_tidy();
}

#[test]
fn a_rollback_that_breaks_the_gates_is_refused() {
    let agent = r#"case $CONDUCTOR_TASK_ID in TASK-001) echo > base.txt ;; *) echo > top.txt ;; esac"#;
    let gate = "gates:\n  test: { run: \"test ! -f top.txt || test -f base.txt\" }";
    let project = Project::configured(agent, gate);
    let base = project.add("Base", &[]);
    project.add("Top", &[&base]);
    project.orchestrate(0, &[]);
    let tip = project.rev("conductor/s1");
    assert_eq!(project.refused(1, &["orchestrate", "rollback", "TASK-001"]), "HAS_DEPENDANTS");
    assert_eq!(project.refused(6, &["orchestrate", "rollback", "TASK-001", "--alone"]), "GATES_FAIL");
    assert_eq!((project.rev("conductor/s1"), project.status("TASK-001")), (tip, Status::Done));
    project.ok(&["orchestrate", "rollback", "TASK-001", "--alone", "--force"]);
    assert_eq!(project.status("TASK-001"), Status::Todo);
}

#[test]
fn what_was_built_on_a_task_goes_with_it_and_a_whole_session_can_be_undone() {
    let gate = "gates:\n  test: { run: \"test ! -f TASK-003.txt || test -f TASK-001.txt\" }";
    let agent = r#"echo x > "$CONDUCTOR_TASK_ID.txt""#;
    let project = Project::configured(agent, gate);
    let base = project.add("Base", &[]);
    project.add("Beside", &[]);
    project.add("Top", &[&base]);
    project.orchestrate(0, &[]);
    let start = project.rev("main^{tree}");
    let answer = project.json(&["orchestrate", "rollback", "TASK-001", "--dependants", "--reason", "no"]);
    let names: Vec<&str> =
        answer["all"].as_array().unwrap().iter().map(|one| one["task"].as_str().unwrap()).collect();
    assert_eq!(names, ["TASK-003", "TASK-001"], "{answer}");
    assert_eq!(answer["task"], "TASK-001");
    let open = |id| project.status(id) == Status::Todo;
    assert!(open("TASK-001") && !open("TASK-002") && open("TASK-003"));
    assert_eq!(project.refused(3, &["orchestrate", "rollback", "TASK-003"]), "NOT_LANDED");
    let rest = project.json(&["orchestrate", "rollback", "--all"]);
    assert_eq!(rest["all"].as_array().unwrap().len(), 1, "{rest}");
    assert!(open("TASK-002"));
    assert_eq!(project.rev("conductor/s1^{tree}"), start, "nothing of the session is left");
    assert_eq!(project.refused(3, &["orchestrate", "rollback", "--all"]), "NOT_LANDED");
    let evidence = project.git(&["log", "-1", "--format=%(trailers:key=Evidence,valueonly)", "conductor/s1"]);
    assert_eq!(evidence.trim().len(), 64, "what the branch is brought to was tested");
}
