//! What is told of a session afterwards: the report, and the figures over all sessions.

use serde_json::json;

use super::support::Project;

/// Two tasks: one lands at its second attempt, the other asks.
fn worked() -> Project {
    let agent = r#"
case $CONDUCTOR_TASK_ID in
TASK-001) if test -f "$HOME/tried"; then echo good > work.txt; else : > "$HOME/tried"; echo bad > work.txt; fi ;;
*) printf '{"status":"question","message":"Which colour?"}' > "$CONDUCTOR_RESULT_FILE" ;;
esac"#;
    let project =
        Project::configured(agent, "gates:\n  test: { run: \"! grep -q bad work.txt 2>/dev/null\" }");
    project.add_row(&json!({ "title": "Store <notes> | `x`", "estimate_minutes": 60 }));
    project.add("Paint", &[]);
    project.orchestrate(7, &[]);
    project
}

#[test]
fn a_report_has_every_attempt_decision_and_reason() {
    let project = worked();
    let report = project.json(&["report"]);
    let figures = &report["figures"];
    assert_eq!((&figures["done"], &figures["held"], &figures["red"]), (&json!(1), &json!(1), &json!(1)));
    assert_eq!(report["waiting"][0]["question"], "Which colour?");
    let landed = report["work"].as_array().unwrap().iter().find(|w| w["outcome"] == "landed").unwrap();
    assert_eq!(landed["tries"].as_array().unwrap().len(), 2);
    let matters: Vec<&str> =
        landed["decisions"].as_array().unwrap().iter().map(|d| d["matter"].as_str().unwrap()).collect();
    assert!(matters.ends_with(&["passed", "accepted", "landed"]) && matters.contains(&"red"), "{matters:?}");
    let text = project.ok(&["report"]);
    assert!(text.contains("## Waits for you") && text.contains("Store \\<notes\\> \\| \\`x\\`"), "{text}");
    project.ok(&["report", "--format", "html", "-o", "night.html"]);
    let page = project.read("night.html");
    assert!(page.contains("Store &lt;notes&gt;") && page.contains("<svg"), "{page}");
    project.ok(&["journal", "export", "session.jsonl"]);
    let exported = project.json(&["report", "--journal", "session.jsonl"]);
    assert_eq!(exported["work"], report["work"]);
    assert_eq!(project.refused(3, &["report", "--journal", "none.jsonl"]), "FILE_NOT_FOUND");
    assert_eq!(project.refused(3, &["report", "--session", "9"]), "SESSION_NOT_FOUND");
}

#[test]
fn metrics_count_over_all_sessions() {
    let project = worked();
    let one = project.json(&["metrics"]);
    assert_eq!(one["sessions"].as_array().unwrap().len(), 1);
    assert_eq!((&one["all"]["completion"], &one["all"]["first_try"]), (&json!(50), &json!(0)));
    assert_eq!(one["all"]["figures"]["estimate_minutes"], 60);
    project.add("More", &[]);
    project.write_agent("echo more > more.txt");
    project.ok(&["orchestrate", "stop"]);
    project.orchestrate(0, &["--tasks", "TASK-003"]);
    let both = project.json(&["metrics"]);
    assert_eq!(both["sessions"].as_array().unwrap().len(), 2);
    assert_eq!(both["all"]["figures"]["done"], 2);
    let second = project.json(&["metrics", "--session", "2"]);
    assert_eq!(second["all"]["completion"], 100);
    let text = project.ok(&["metrics"]);
    assert!(text.contains("first try") && text.lines().last().unwrap().starts_with("all"), "{text}");
}

#[test]
fn what_became_of_the_tasks_of_a_plan_is_told() {
    let project = Project::new("true");
    let prd = "# Notes\n\n## Features\n\n- Users can store notes\n- Users can search notes by word\n\
               - Users can print notes as PDF\n- Users can share notes by link\n";
    project.write("prd.md", prd);
    project.ok(&["plan", "create", "prd.md", "--auto-import"]);
    let before = project.json(&["metrics"]);
    let plan = &before["plans"][0];
    assert_eq!((&plan["accuracy"], &plan["dropped"]), (&json!(100), &json!(0)), "{before}");
    let tasks = plan["tasks"].as_u64().unwrap();
    let leaf = project.all().into_iter().find(|task| task.title.to_string().contains("PDF")).unwrap();
    let ids = [leaf.id.to_string()];
    let taskwerk = project.tasks();
    taskwerk
        .execute(taskwerk_client::model::Command::Move {
            task: leaf.id,
            to: taskwerk_client::model::Verb::Cancel,
            reason: None,
            children: taskwerk_client::model::Children::Refuse,
            guard: taskwerk_client::model::Guard::default(),
        })
        .unwrap();
    let after = project.json(&["metrics"]);
    assert_eq!(after["plans"][0]["dropped"], 1, "{ids:?} {after}");
    assert_eq!(after["plans"][0]["accuracy"], json!((tasks - 1) * 100 / tasks));
    assert!(project.ok(&["metrics"]).contains("1 dropped"));
}
