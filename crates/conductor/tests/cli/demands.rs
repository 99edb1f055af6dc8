//! What documents ask for and leave open: requirements, findings, questions and answers, as people and CI meet them.

use serde_json::json;

use super::Place;

const ASKING: &str = "\
# Notes

## Features

- **Search**: the search must be fast
  - Finds a note by any word of its title.
- **Store notes**: in PostgreSQL, up to 10,000 notes
  - Saving and loading gives the same notes.

## Constraints

- Do not use PostgreSQL

## Open Questions

- Do guests see notes?
";

#[test]
fn files_are_checked_without_a_project() {
    let place = Place::empty();
    place.write("prd.md", ASKING);
    insta::assert_snapshot!("lint_file", place.shown(&["plan", "lint", "prd.md"]));
    insta::assert_snapshot!(
        "lint_github",
        place.shown(&["plan", "lint", "prd.md", "--deny", "warnings", "--format", "github"])
    );
    insta::assert_snapshot!("requirements", place.shown(&["plan", "requirements", "prd.md"]));
    insta::assert_snapshot!(
        "requirements_markdown",
        place.shown(&["plan", "requirements", "prd.md", "--kind", "feature", "--format", "markdown"])
    );
    let sarif: serde_json::Value =
        serde_json::from_str(&place.ok(&["plan", "lint", "prd.md", "--format", "sarif"])).unwrap();
    assert_eq!(sarif["version"], json!("2.1.0"));
    assert!(!place.hermetic.work().join(".taskwerk").exists());
}

#[test]
fn settings_weigh_findings_everywhere() {
    let place = Place::unborn();
    place.write("prd.md", ASKING);
    place.ok(&["init"]);
    place.write(
        ".taskwerk/config.yml",
        "planning: { severities: { contradiction: error, vague_requirement: off } }\n",
    );
    assert_eq!(place.refused(&["plan", "create", "prd.md", "--auto-import"]).1, "PLAN_HAS_ERRORS");
    assert_eq!(place.run(&["plan", "lint"]).code, Some(6));
    assert_eq!(place.run(&["plan", "lint", "prd.md"]).code, Some(6));
    let codes = |found: serde_json::Value| {
        let found = found["findings"].as_array().unwrap().clone();
        found.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(codes(place.json(&["plan", "show"])), ["contradiction", "open_question"]);
    assert_eq!(place.refused(&["plan", "import", "--confirm"]).1, "PLAN_HAS_ERRORS");
    place.write(
        ".taskwerk/config.yml",
        "planning: { severities: { contradiction: note, vague_requirement: off } }\n",
    );
    assert_eq!(codes(place.json(&["plan", "lint"])), ["contradiction", "open_question"]);
    assert_eq!(place.run(&["plan", "lint", "--deny", "warnings"]).code, Some(0));
    assert_eq!(place.run(&["plan", "lint", "--deny", "notes"]).code, Some(6));
    place.ok(&["plan", "import", "--confirm"]);
    place.write(".taskwerk/config.yml", "planning: { severities: { contradicton: note } }\n");
    assert!(place.run(&["plan", "lint"]).stderr.contains("did you mean contradiction?"));
}

#[test]
fn questions_are_answered_once_and_cited() {
    let place = Place::unborn();
    place.write("prd.md", ASKING);
    place.ok(&["plan", "decompose", "prd.md"]);
    insta::assert_snapshot!("questions", place.shown(&["plan", "questions"]));
    let open = place.json(&["plan", "questions"])["open"].clone();
    let id = |at: usize| open[at]["id"].as_str().unwrap().to_owned();
    let missed = id(0).replace("Q-", "Q");
    let refused = place.run(&["--json", "plan", "answer", &missed, "x"]);
    let refused: serde_json::Value = serde_json::from_str(&refused.stdout).unwrap();
    assert_eq!(refused["error"]["code"], json!("QUESTION_NOT_FOUND"));
    assert_eq!(refused["error"]["suggestions"][0], json!(id(0)));
    assert_eq!(place.run(&["plan", "answer", &missed, "x"]).code, Some(3));
    assert_eq!(place.run(&["plan", "answer", &id(0), " "]).code, Some(2));
    insta::assert_snapshot!("answered", place.shown(&["plan", "answer", &id(0), "Within 200 ms"]));
    place.ok(&["plan", "answer", "1", &id(1).to_lowercase(), "It is used"]);
    let again = place.json(&["plan", "answer", &id(0), "Within 300 ms"]);
    assert_eq!((&again["replaced"], &again["open"]), (&json!(true), &json!(1)));
    // A later version of the document is planned with what was answered.
    place.write("prd.md", &ASKING.replace("## Features\n", "## Features\n\n- **Print notes**: as PDF\n"));
    place.ok(&["plan", "decompose", "prd.md"]);
    let shown = place.json(&["plan", "show"]);
    let cited: Vec<_> = shown["requirements"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|wanted| wanted["source"]["document"] == "answers")
        .collect();
    assert_eq!(cited.len(), 2);
    assert!(cited.iter().any(|wanted| wanted["text"].as_str().unwrap().ends_with("Within 300 ms")));
    assert_eq!(place.json(&["plan", "questions"])["open"].as_array().unwrap().len(), 1);
    assert_eq!(shown["plan"]["source_file"], json!("prd.md"));
    let page = place.ok(&["plan", "show", "--format", "html"]);
    assert!(page.contains("Within 300 ms"), "the text of the answers is kept");
}

#[test]
fn codes_are_explained() {
    let place = Place::empty();
    assert!(place.ok(&["plan", "lint", "--explain", "contradiction"]).starts_with("# `contradiction`\n"));
    assert_eq!(
        place.refused(&["plan", "lint", "--explain", "contradicton"]),
        (3, "CODE_NOT_FOUND".to_owned())
    );
    assert_eq!(place.json(&["plan", "lint", "--explain", "cycle"])["severity"], json!("error"));
}
