//! A chain of real work, from tasks to commits on the session's branch, beside a checkout that is never touched.

use taskwerk_client::model::Status;

use super::support::{Commit, Project, WRITER};

fn chain(project: &Project) -> Vec<String> {
    let store = project.add("Store notes", &[]);
    let search = project.add("Search notes", &[&store]);
    let print = project.add("Print notes", &[&store]);
    let publish = project.add("Publish notes", &[&search, &print]);
    vec![store, search, print, publish]
}

#[test]
fn tasks_become_commits_and_the_checkout_stays_as_it_was() {
    // Each task needs the file of the task before it, so that the order shows.
    let agent = r#"
case $CONDUCTOR_TASK_ID in
  TASK-001) ;;
  TASK-002|TASK-003) cat TASK-001.txt ;;
  TASK-004) cat TASK-002.txt TASK-003.txt ;;
esac
printf '%s\n' "$CONDUCTOR_TASK_TITLE" > "$CONDUCTOR_TASK_ID.txt"
echo "wrote $CONDUCTOR_TASK_ID.txt"
"#;
    let gates = "gates:\n  test: { run: \"test -f TASK-001.txt && echo checked >> $HOME/checked\" }";
    let project = Project::configured(agent, gates);
    let ids = chain(&project);
    project.write("staged.txt", "staged\n");
    project.git(&["add", "staged.txt"]);
    project.write("staged.txt", "staged, then changed\n");
    project.write("README.md", "# Notes, not committed\n");
    project.write("untracked.txt", "mine\n");
    project.write("my.secret", "ignored\n");
    let before = project.users_own();
    let ran = project.orchestrate(0, &["--jobs", "2"]);
    assert_eq!(project.users_own(), before, "{ran}");
    assert!(ran.stdout.contains("4 done, 0 left"), "{ran}");
    for id in &ids {
        assert_eq!(project.status(id), Status::Done, "{id}");
        assert!(project.notes(id).contains("Landed as"), "{id}");
        assert!(project.task(id).actual_minutes.is_some());
    }
    let commits = project.commits("main..conductor/s1");
    let tasks: Vec<&str> = commits.iter().map(|c| c.task.as_str()).collect();
    assert_eq!((tasks.len(), tasks[0], tasks[3]), (4, "TASK-001", "TASK-004"));
    for commit in &commits {
        let Commit { id, subject, task, run, agent, evidence } = commit;
        assert_eq!(*subject, format!("feat: {}", project.task(task).title));
        assert!(run.starts_with("1.") && agent == "script" && evidence.len() == 64, "{commit:?}");
        assert_eq!(project.file_of(id, &format!("{task}.txt")).trim(), project.task(task).title.as_str());
        let body = project.git(&["log", "-1", "--format=%an <%ae>%n%b", id]);
        assert!(body.starts_with("Ada <ada@example.org>\n"), "{body}");
        assert!(body.contains(&format!("wrote {task}.txt")), "{body}");
    }
    assert!(!project.files_of("conductor/s1").contains("staged.txt"));
    assert_eq!(project.mark("checked").unwrap().lines().count(), 4, "one check for each");
    project.assert_tidy();
}

#[test]
fn evidence_names_the_very_tree_that_landed() {
    let project = Project::configured(WRITER, "gates:\n  check: { run: \"ls *.txt\" }");
    project.add("One", &[]);
    project.add("Two", &[]);
    project.orchestrate(0, &[]);
    for commit in project.commits("main..conductor/s1") {
        let review = project.json(&["orchestrate", "review", &commit.task]);
        assert_eq!(review["evidence_id"], commit.evidence.as_str());
        let tree = project.rev(&format!("{}^{{tree}}", commit.id));
        assert_eq!(review["evidence"]["tree"], tree.as_str(), "{review}");
        assert_eq!(review["evidence"]["gates"][0]["name"], "check");
    }
}
