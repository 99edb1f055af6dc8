//! A folder of two documents, measured.

use super::*;

const DOCUMENT: &str = "# Ferry\n\n## Features\n\n- **Timetable**: read the departures of the day\n\
                        - **Ticket shop**: sell tickets for a departure of the timetable\n";

#[test]
fn a_folder_is_measured_printed_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    put("ferry.prd.md", DOCUMENT);
    put(
        "ferry.tasks.json",
        r#"{"tasks": [{"id": 1, "title": "Implement timetable", "description": "Read the departures"},
            {"id": 2, "title": "Build ticket shop", "description": "Sell tickets", "dependencies": [1]}]}"#,
    );
    let (json, svg) = (folder.path().join("out.json"), folder.path().join("out.svg"));
    let options = EvalOptions {
        folder: folder.path().to_owned(),
        json: Some(json.clone()),
        svg: Some(svg.clone()),
        details: true,
    };
    let report = run(&options).unwrap();
    assert!(report.is_sound());
    insta::assert_snapshot!(report.to_string());
    let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!(json["cases"][0]["score"]["coverage"], serde_json::json!(1.0));
    let svg = std::fs::read_to_string(svg).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("ferry") && svg.ends_with("</svg>\n"));
}

#[test]
fn what_cannot_be_measured_is_told_by_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.prd.md"), DOCUMENT).unwrap();
    std::fs::write(folder.path().join("a.reference.json"), "{}").unwrap();
    let options = EvalOptions { folder: folder.path().to_owned(), json: None, svg: None, details: false };
    let error = run(&options).err().unwrap().to_string();
    assert!(error.starts_with("a: failed to read the reference"), "{error}");
}
