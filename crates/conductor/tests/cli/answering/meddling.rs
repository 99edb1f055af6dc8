//! Agents that change what they were only to look at.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use super::super::Place;
use super::super::planning::answer;
use super::project;

/// A program of which nothing is known, whose script begins so and then answers.
fn install(place: &Place, begin: &str, requirements: &serde_json::Value, more: &str) {
    let home = place.hermetic.home();
    fs::write(home.join("answer"), answer(requirements)).unwrap();
    let script = format!(
        "#!/bin/sh\nhome='{0}'\nwork='{1}'\n{begin}\necho looked >> \"$home/looks\"\n\
         /bin/cat \"$home/answer\" > \"${{CONDUCTOR_RESULT_FILE%/*}}/answer.json\"\n",
        home.display(),
        place.hermetic.work().display()
    );
    fs::write(home.join("bin/meddler"), script).unwrap();
    fs::set_permissions(home.join("bin/meddler"), fs::Permissions::from_mode(0o755)).unwrap();
    place.write(
        ".taskwerk/config.yml",
        &format!("orchestration: {{ agents: {{ meddler: {{ adapter: command, run: meddler }} }}{more} }}\n"),
    );
}

const PLAN: [&str; 5] = ["plan", "decompose", "docs/prd.md", "--engine", "meddler"];

/// Tries to change, add and delete files in its copy, whatever bits they have, and in the user's own checkout.
const MEDDLES: &str = "/bin/chmod -R u+w . 2>/dev/null\n\
     { echo mine > new.txt; echo mine >> store.txt; /bin/rm -f docs/prd.md; } 2>/dev/null\n\
     { echo mine > \"$work/new.txt\"; echo mine >> \"$work/store.txt\"; } 2>/dev/null\n";

fn looks(place: &Place) -> usize {
    fs::read_to_string(place.hermetic.home().join("looks")).unwrap_or_default().lines().count()
}

/// Whether an agent gets a view of files of its own on this machine.
fn is_held(place: &Place) -> bool {
    let doctor = place.json(&["doctor"]);
    doctor.to_string().contains("PID namespace")
}

#[test]
fn an_agent_cannot_change_what_it_looks_at_where_the_machine_can_hold_it() {
    let (place, requirements) = project();
    install(&place, MEDDLES, &requirements, "");
    if !is_held(&place) {
        return;
    }
    let before = fs::read_to_string(place.hermetic.work().join("store.txt")).unwrap();
    let made = place.json(&PLAN);
    assert_eq!((&made["plan"]["tasks"], looks(&place)), (&json!(1), 1), "{made}");
    assert!(!place.hermetic.work().join("new.txt").exists());
    assert_eq!(fs::read_to_string(place.hermetic.work().join("store.txt")).unwrap(), before);
}

/// Without a namespace nobody holds it back.
const LOOSE: &str = ", safety: { pid_namespace: false }";

#[test]
fn an_answer_of_one_that_changed_the_project_is_not_used() {
    let (place, requirements) = project();
    let meddles =
        "/bin/chmod -R u+w .\necho mine > new.txt; echo mine >> store.txt; /bin/rm -f docs/prd.md\n";
    install(&place, meddles, &requirements, LOOSE);
    let ran = place.run(&PLAN);
    assert_eq!((ran.code, looks(&place)), (Some(1), 3), "{ran}");
    for words in
        ["docs/prd.md, new.txt, store.txt", "is not used", "look whether it changed files of yours too"]
    {
        assert!(ran.stderr.contains(words), "{words}: {ran}");
    }
    assert_eq!(place.json(&["plan", "list"]).as_array().unwrap().len(), 1);
    assert!(!place.hermetic.work().join("new.txt").exists());
    super::is_tidy(&place);
}

#[test]
fn one_that_changed_the_project_once_is_asked_again_in_a_copy_that_is_as_it_was() {
    let (place, requirements) = project();
    let once = "if [ -f \"$home/looks\" ]; then [ \"$(/bin/cat store.txt)\" = 'notes are stored here' ] && \
                [ ! -e new.txt ] || exit 9\nelse /bin/chmod -R u+w .; echo x > new.txt; echo x > store.txt; fi\n";
    install(&place, once, &requirements, LOOSE);
    let made = place.json(&PLAN);
    assert_eq!((&made["plan"]["tasks"], looks(&place)), (&json!(1), 2), "{made}");
}

#[test]
fn what_a_build_leaves_does_no_harm_and_does_not_stay() {
    let place = Place::with(&[
        ("docs/prd.md", super::super::DOCUMENT),
        ("store.txt", "notes are stored here\n"),
        (".gitignore", "target/\n"),
    ]);
    place.ok(&["init"]);
    place.ok(&["plan", "decompose", "docs/prd.md"]);
    let requirements = place.json(&["plan", "show"])["requirements"].clone();
    let builds = "[ ! -e target ] || exit 9\n/bin/chmod u+w .; /bin/mkdir target; echo x > target/made\n";
    install(&place, builds, &requirements, LOOSE);
    for _ in 0..2 {
        place.ok(&[&PLAN[..], &["--fresh"]].concat());
    }
    assert_eq!(looks(&place), 2);
}

#[test]
fn a_repository_that_is_made_in_the_copy_is_told_and_not_obeyed() {
    let (place, requirements) = project();
    let makes = "/bin/chmod u+w .; /bin/mkdir -p sub; cd sub && git init -q . && \
                 git config core.fsmonitor \"echo > $home/ran; false\"; cd ..\n";
    install(&place, makes, &requirements, LOOSE);
    let ran = place.run(&PLAN);
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stderr.contains("(sub"), "{ran}");
    assert!(!place.hermetic.home().join("ran").exists());
}
