//! The configuration as users write it.

use serde_json::json;

use super::Place;

fn configured(text: &str) -> Place {
    let place = Place::with(&[]);
    place.ok(&["init"]);
    place.write(".taskwerk/config.yml", text);
    place
}

#[test]
fn values_say_where_they_were_set() {
    let place =
        configured("orchestration:\n  workflow:\n    jobs: 2\n  notify: { webhook: \"http://u:pw@h/x\" }\n");
    let user = place.hermetic.home().join(".config/taskwerk");
    std::fs::create_dir_all(&user).unwrap();
    std::fs::write(user.join("config.yml"), "planning:\n  max_depth: 2\n  engine: outline\n").unwrap();
    let output = place
        .command(&["config", "--show-origin"])
        .env("CONDUCTOR_PLANNING_ENGINE", "auto")
        .output()
        .unwrap();
    insta::assert_snapshot!(place.normalise(&testkit::Ran::from(output)));
    let one = place.json(&["config", "orchestration.workflow.jobs"]);
    assert_eq!(one[0]["value"], json!(2));
    assert_eq!(place.refused(&["config", "orchestration.nothing"]), (3, "CONFIG_KEY_NOT_SET".to_owned()));
}

#[test]
fn a_key_that_nobody_reads_stops_every_command_that_obeys_it() {
    let place = configured("orchestration:\n  safety:\n    budjet: 5\n");
    insta::assert_snapshot!("unknown_key", place.shown(&["config"]));
    place.write("prd.md", super::DOCUMENT);
    for arguments in [&["plan", "create", "prd.md"][..], &["gates"], &["agents"], &["config"]] {
        assert_eq!(place.refused(arguments), (2, "CONFIG_UNKNOWN_KEY".to_owned()), "{arguments:?}");
    }
    place.write(".taskwerk/config.yml", "orchestration:\n  workflow:\n    jobs: many\n");
    insta::assert_snapshot!("wrong_value", place.shown(&["config"]));
    assert_eq!(place.run(&["doctor"]).code, Some(1));
}

#[test]
fn the_published_example_loads_as_it_stands() {
    let place = configured(testkit::PUBLISHED_CONFIG);
    let entries = place.json(&["config", "orchestration.safety.require_approval_for"]);
    assert_eq!(entries[0]["value"], json!(["database_migrations", "security_files", "config_changes"]));
    place.ok(&["doctor"]);
}
