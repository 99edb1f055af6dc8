//! From documents to drafts: what is read, what is shown, what is left alone.

use serde_json::json;

use super::{CONDUCTOR, DOCUMENT, Place};

#[test]
fn a_draft_is_made_in_a_fresh_repository_and_nothing_else() {
    let place = Place::unborn();
    place.write("docs/prd.md", DOCUMENT);
    insta::assert_snapshot!(place.shown(&["plan", "create", "docs/prd.md"]));
    assert_eq!(place.tasks(), []);
    let untracked = place.git(&["status", "--porcelain", "--untracked-files=all"]);
    assert_eq!(untracked, "?? .taskwerk/.gitignore\n?? .taskwerk/config.yml\n?? docs/prd.md\n");
    insta::assert_snapshot!(place.shown(&["plan", "decompose", "docs/prd.md"]));
    assert_eq!(place.json(&["plan", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn review_and_show_print_the_plan_without_a_terminal() {
    let place = Place::unborn();
    place.write("prd.md", DOCUMENT);
    place.ok(&["plan", "decompose", "prd.md"]);
    insta::assert_snapshot!("review", place.shown(&["plan", "review"]));
    insta::assert_snapshot!("show", place.shown(&["plan", "show", "1"]));
    insta::assert_snapshot!("lint", place.shown(&["plan", "lint"]));
    insta::assert_snapshot!("list", place.shown(&["plan", "list"]));
}

#[test]
fn programs_see_the_whole_plan() {
    let place = Place::unborn();
    place.write("docs/prd.md", DOCUMENT);
    let made = place.json(&["plan", "decompose", "docs/prd.md"]);
    assert_eq!(made["plan"]["status"], json!("draft"));
    assert_eq!(made["plan"]["engine"], json!({ "kind": "outline", "model": null }));
    assert_eq!(made["next"], json!("conductor plan import 1 --confirm"));
    assert_eq!(made["known"], json!(false));
    let shown = place.json(&["plan", "show"]);
    assert_eq!(shown["plan"], made["plan"]);
    let items = shown["items"].as_array().unwrap();
    let tasks = items.len() - usize::try_from(made["plan"]["groups"].as_u64().unwrap()).unwrap();
    assert_eq!(made["plan"]["tasks"], json!(tasks));
    for item in items {
        assert_eq!(item["sources"][0]["document"], json!("docs/prd.md"), "{item}");
    }
    assert!(shown["order"]["critical_minutes"].as_u64().unwrap() > 0);
    assert_eq!(place.json(&["plan", "review"]), shown);
    assert_eq!(place.json(&["plan", "list"]), json!([made["plan"]]));
    let lint = place.json(&["plan", "lint"]);
    assert_eq!((&lint["errors"], &lint["findings"]), (&json!(0), &shown["findings"]));
}

#[test]
fn documents_come_from_folders_and_standard_input_too() {
    let place = Place::unborn();
    place.write(
        "docs/a.md",
        "# Engine\n\n## Features\n\n### Start the engine\n\nIt starts when the key is turned.\n",
    );
    place.write("docs/deep/b.txt", "1. Brakes\n\nStop the car within ten metres.\n");
    place.write("docs/picture.png", "\u{0}");
    place.ok(&["plan", "decompose", "docs"]);
    let documents = |id: u64| {
        let plans = place.json(&["plan", "list"]);
        let plan = plans.as_array().unwrap().iter().find(|plan| plan["id"] == json!(id)).unwrap();
        plan["source_file"].clone()
    };
    assert_eq!(documents(1), json!("docs/a.md, docs/deep/b.txt"));
    let ran = place.run_with_input(&["plan", "decompose", "-", "--json"], DOCUMENT);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(documents(2), json!("stdin"));
}

#[test]
fn what_cannot_be_read_is_refused_and_leaves_no_draft() {
    let place = Place::unborn();
    place.write("binary.md", "a\u{0}b");
    place.write("empty.md", " \n");
    place.write("prose.md", "Nothing is asked for here.\n");
    std::fs::create_dir(place.hermetic.work().join("nothing")).unwrap();
    let cases = [
        ("missing.md", 3, "DOCUMENT_NOT_FOUND"),
        ("nothing", 3, "DOCUMENT_NOT_FOUND"),
        ("binary.md", 2, "DOCUMENT_BINARY"),
        ("empty.md", 2, "DOCUMENT_EMPTY"),
    ];
    for (name, exit, code) in cases {
        assert_eq!(
            place.refused(&["plan", "create", name, "--auto-import"]),
            (exit, code.to_owned()),
            "{name}"
        );
    }
    assert!(!place.hermetic.work().join(".taskwerk").exists());
    insta::assert_snapshot!("missing", place.shown(&["plan", "create", "missing.md"]));
    insta::assert_snapshot!("binary", place.shown(&["plan", "create", "binary.md"]));
}

#[test]
fn a_document_that_asks_for_nothing_is_a_failure() {
    let place = Place::unborn();
    place.write("code.md", "```\nlet x = 1;\n```\n");
    assert_eq!(
        place.refused(&["plan", "create", "code.md", "--auto-import"]),
        (1, "PLAN_HAS_ERRORS".to_owned())
    );
    assert_eq!(place.tasks(), []);
    let ran = place.run(&["plan", "lint"]);
    assert_eq!(ran.code, Some(6), "{ran}");
    assert!(ran.stdout.contains("empty_plan"), "{ran}");
    assert_eq!(place.refused(&["plan", "import", "--confirm"]).1, "PLAN_HAS_ERRORS");
}

#[test]
fn an_engine_that_is_not_there_is_an_error_and_never_replaced() {
    let place = Place::unborn();
    place.write("prd.md", DOCUMENT);
    let cases =
        [("llm", 2, "USAGE"), ("agent", 2, "USAGE"), ("claude", 1, "AGENT_MISSING"), ("magic", 2, "USAGE")];
    for (engine, exit, code) in cases {
        let refused = place.refused(&["plan", "create", "prd.md", "--engine", engine]);
        assert_eq!(refused, (exit, code.to_owned()), "{engine}");
    }
    place.ok(&["init"]);
    place.write(".taskwerk/config.yml", "planning: { engine: agent, agent: claude }\n");
    assert_eq!(place.refused(&["plan", "create", "prd.md"]).1, "AGENT_MISSING");
    assert_eq!(place.json(&["plan", "list"]), json!([]));
    place.ok(&["plan", "create", "prd.md", "--engine", "outline"]);
}

#[test]
fn a_discarded_plan_is_out_of_the_way() {
    let place = Place::unborn();
    place.write("prd.md", DOCUMENT);
    place.ok(&["plan", "decompose", "prd.md"]);
    assert_eq!(place.ok(&["plan", "discard"]), "Discarded plan 1\n");
    assert_eq!(place.refused(&["plan", "discard"]), (3, "PLAN_NOT_FOUND".to_owned()));
    assert_eq!(place.refused(&["plan", "show"]), (3, "PLAN_NOT_FOUND".to_owned()));
    assert_eq!(place.refused(&["plan", "import", "1", "--confirm"]), (1, "PLAN_DISCARDED".to_owned()));
    assert_eq!(place.json(&["plan", "list"]), json!([]));
    assert_eq!(place.json(&["plan", "list", "--all"])[0]["status"], json!("discarded"));
    assert_eq!(place.json(&["plan", "decompose", "prd.md"])["plan"]["id"], json!(2));
    assert_eq!(place.refused(&["plan", "show", "7"]), (3, "PLAN_NOT_FOUND".to_owned()));
}

#[test]
fn outside_a_repository_nothing_is_made() {
    let place = Place::empty();
    place.write("prd.md", DOCUMENT);
    assert_eq!(place.refused(&["plan", "create", "prd.md"]), (1, "NOT_GIT_REPOSITORY".to_owned()));
    assert!(!place.hermetic.work().join(".taskwerk").exists());
    insta::assert_snapshot!(place.shown(&["plan", "list"]));
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    let place = Place::unborn();
    place.write("prd.md", DOCUMENT);
    place.ok(&["plan", "decompose", "prd.md"]);
    let script = format!("{CONDUCTOR} plan show | read line; echo $?");
    let mut shell = place.hermetic.cmd("/bin/sh");
    let ran = testkit::Ran::from(shell.args(["-c", &script]).output().unwrap());
    assert_eq!(
        (ran.stdout.as_str(), ran.stderr.replace("Next: conductor plan import 1 --confirm\n", "")),
        ("0\n", String::new())
    );
}

#[test]
fn a_document_has_the_same_name_in_every_checkout() {
    let place = Place::with(&[("docs/prd.md", DOCUMENT)]);
    place.git(&["worktree", "add", "-q", "../linked"]);
    let made = place.json(&["plan", "decompose", "docs/prd.md"]);
    let linked = place.hermetic.work().with_file_name("linked/docs");
    let output = place
        .command(&["plan", "decompose", "prd.md", "--max-depth", "2", "--json"])
        .current_dir(linked)
        .output();
    let again: serde_json::Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    assert_eq!((&again["plan"]["id"], &again["plan"]["source_file"]), (&json!(2), &json!("docs/prd.md")));
    assert_eq!(made["plan"]["source_file"], json!("docs/prd.md"));
}

#[test]
fn a_draft_of_a_document_that_moved_gives_way() {
    let place = Place::unborn();
    place.write("prd.md", DOCUMENT);
    place.ok(&["plan", "decompose", "prd.md"]);
    std::fs::rename(place.hermetic.work().join("prd.md"), place.hermetic.work().join("plan.md")).unwrap();
    place.ok(&["plan", "decompose", "plan.md"]);
    let plans = place.json(&["plan", "list"]);
    assert_eq!(plans.as_array().unwrap().len(), 1);
    assert_eq!((&plans[0]["id"], &plans[0]["source_file"]), (&json!(2), &json!("plan.md")));
}

#[test]
fn help_and_the_word_for_clarity_are_understood() {
    let place = Place::empty();
    // `taskwerk help plan` comes here as it is.
    assert!(place.ok(&["help", "plan"]).contains("Turn documents into tasks"));
    assert!(place.ok(&["plan", "create", "--use-taskwerk", "--help"]).contains("--auto-import"));
}
