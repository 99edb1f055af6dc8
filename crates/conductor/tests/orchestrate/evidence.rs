//! Evidence: what it holds, that it is checked, and that coverage is demanded.

use conductor_engine::ids::EvidenceId;
use conductor_host::journal::Database;
use taskwerk_client::model::Status;

use super::support::{Project, WRITER};

/// A check that writes which lines of `app.py` it reaches: all but those that say `untested`.
const GATE: &str = r#"
gates:
  test:
    run: |
      {
        echo "SF:app.py"
        n=0
        while IFS= read -r line; do
          n=$((n + 1))
          case $line in *untested*) echo "DA:$n,0" ;; *) echo "DA:$n,1" ;; esac
        done <app.py
        echo end_of_record
      } >lcov.info
      echo "1..1"
      echo "ok 1 - runs"
    reader: tap
    coverage: lcov.info
"#;

fn project(agent: &str, coverage: &str) -> Project {
    let project = Project::configured(agent, &format!("{GATE}workflow: {{ min_coverage: {coverage} }}\n"));
    project.write("app.py", "one\ntwo\nthree\nfour\n");
    project.commit("an app");
    project
}

#[test]
fn evidence_is_shown_and_checked() {
    let project = project("echo five >> app.py; echo untested >> app.py", "50");
    let task = project.add("Grow", &[]);
    assert_eq!(project.refused(3, &["evidence", &task]), "EVIDENCE_NOT_FOUND");
    project.orchestrate(0, &[]);
    let proof = project.json(&["evidence", &task]);
    let commit = project.commits("main..conductor/s1").remove(0);
    assert_eq!(proof["id"], commit.evidence.as_str());
    assert_eq!(proof["landed"][0]["commit"], commit.id.as_str());
    assert_eq!(proof["landed"][0]["task"], task.as_str());
    let coverage = &proof["evidence"]["coverage"];
    assert_eq!(coverage["total"], serde_json::json!({ "covered": 5, "lines": 6 }));
    assert_eq!(coverage["base"], serde_json::json!({ "covered": 4, "lines": 4 }));
    assert_eq!(coverage["changed"]["share"], serde_json::json!({ "covered": 1, "lines": 2 }));
    let shown = project.ok(&["evidence", &commit.evidence[..8]]);
    for expected in [
        "Coverage: 83.3 % of 6 lines, before the change 100.0 %",
        "Coverage of added lines: 50.0 % of 2",
        "not reached: app.py: 6",
        &format!("Landed on it: {task} as {}", commit.id),
        "Holds:",
    ] {
        assert!(shown.contains(expected), "{expected}\n{shown}");
    }
    assert_eq!(project.refused(3, &["evidence", "abcdef0123"]), "EVIDENCE_NOT_FOUND");
    // What is kept under a name that is not its digest is found out.
    let mut db = Database::open(&project.work().join(".taskwerk")).unwrap();
    let mut forged = db.evidence(&EvidenceId(commit.evidence.clone())).unwrap();
    forged.gates[0].duration_ms += 1;
    let name = EvidenceId("f0".repeat(32));
    db.keep_evidence(&name, &forged, jiff::Timestamp::UNIX_EPOCH).unwrap();
    let proof = project.document(6, &["evidence", &name.0]);
    assert_eq!(proof["holds"], false);
    assert!(proof["flaws"][0].as_str().unwrap().contains("was changed after it was kept"), "{proof}");
}

#[test]
fn lines_that_no_test_reaches_go_back_to_the_agent() {
    let agent = r#"
case $(cat "$CONDUCTOR_PROMPT_FILE") in
  *"app.py: 5"*) sed -i 's/untested/five/' app.py ;;
  *) echo untested >> app.py ;;
esac
"#;
    let project = project(agent, "{ changed: 90 }");
    let task = project.add("Grow", &[]);
    project.orchestrate(0, &[]);
    assert_eq!(project.status(&task), Status::Done);
    assert_eq!(project.file_of("conductor/s1", "app.py"), "one\ntwo\nthree\nfour\nfive\n");
    let total = self::project("echo untested >> app.py", "81");
    let task = total.add("Grow", &[]);
    total.orchestrate(7, &[]);
    assert_eq!(total.status(&task), Status::Review);
    let hold = total.inbox().remove(0).to_string();
    assert!(
        hold.contains(
            "of all lines, and 81 % are required; before the change it was 100.0 %, 3 times in a row"
        ),
        "{hold}"
    );
}

#[test]
fn where_nothing_measures_coverage_a_person_is_asked_once() {
    let sections = "gates:\n  check: \"true\"\nworkflow: { min_coverage: 80, jobs: 2 }\n";
    let project = Project::configured(WRITER, sections);
    let ids = [project.add("One", &[]), project.add("Two", &[])];
    project.orchestrate(7, &[]);
    let waiting = project.inbox();
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    assert!(waiting[0].to_string().contains("no gate measures coverage"), "{waiting:?}");
    assert!(project.commits("main..conductor/s1").is_empty());
    project.ok(&["orchestrate", "review", &ids[0], "--accept"]);
    project.ends(0, &["orchestrate", "resume"]);
    for id in ids {
        assert_eq!(project.status(&id), Status::Done);
    }
}

#[test]
fn a_failure_that_was_an_accident_is_seen_in_the_evidence() {
    let gate = "gates:\n  test: { run: \"[ -f $HOME/once ] || { touch $HOME/once; exit 1; }\" }\n";
    let project = Project::configured(WRITER, gate);
    let task = project.add("One", &[]);
    project.orchestrate(0, &[]);
    let proof = project.json(&["evidence", &task]);
    let before = proof["evidence"]["after"].as_str().unwrap().to_owned();
    assert!(project.ok(&["evidence", &task]).contains("All gates ran again"), "{proof}");
    let failed = project.json(&["evidence", &before]);
    assert_eq!(failed["evidence"]["tree"], proof["evidence"]["tree"]);
    assert_eq!(failed["landed"], serde_json::json!([]));
}
