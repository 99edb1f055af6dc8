//! Text that wants to be more than text: stored or refused, shown escaped, never obeyed.

use serde_json::json;

use super::{Place, text};

const ESCAPES: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[31mred";

#[test]
fn hostile_titles_are_stored_as_they_are() {
    let place = Place::new();
    for title in
        ["$(touch pwned)", "`touch pwned`", "; touch pwned #", "../../x", "'; DROP TABLE tasks; --", "%s%n"]
    {
        let added = place.json(&["add", title]);
        assert_eq!(added["tasks"][0]["title"], json!(title));
        assert!(place.ok(&["show", &text(&added["tasks"][0]["id"])]).contains(title));
    }
    place.ok(&["add", "--", "--force"]);
    assert_eq!(place.task("7")["title"], json!("--force"));
    assert_eq!(place.run(&["add", "--force"]).code, Some(2));
    let left: Vec<_> =
        std::fs::read_dir(place.hermetic.work()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, [".taskwerk"]);
}

#[test]
fn titles_of_several_lines_or_with_escapes_are_refused_and_the_refusal_is_safe() {
    let place = Place::new();
    for title in ["two\nlines", ESCAPES, "tab\there"] {
        assert_eq!(place.refused(&["add", title]).1, "VALIDATION_ERROR", "{title:?}");
        assert_safe(&place.run(&["add", title]).stderr);
    }
    assert_eq!(place.ids(&["list"]), Vec::<String>::new());
}

#[test]
fn escapes_in_every_other_text_are_kept_and_shown_escaped() {
    let place = Place::new();
    place.ok(&[
        "add",
        "bidi \u{202e}evil",
        "-d",
        ESCAPES,
        "--acceptance",
        ESCAPES,
        "--file",
        ESCAPES,
        "--link",
        ESCAPES,
    ]);
    place.ok(&["note", "1", ESCAPES]);
    place.ok(&["block", "1", ESCAPES]);
    assert_eq!(place.task("1")["description"], json!(ESCAPES));
    for arguments in [
        &["show", "1"][..],
        &["list"],
        &["log"],
        &["status"],
        &["list", "--tree"],
        &["update", "1", "-d", "x"],
    ] {
        let ran = place.run(arguments);
        assert_eq!(ran.code, Some(0), "{ran}");
        assert_safe(&ran.stdout);
        assert_safe(&ran.stderr);
    }
    assert!(place.ok(&["list"]).contains("bidi \\u{202e}evil"));
}

#[test]
fn hostile_words_on_the_command_line_come_back_escaped() {
    let place = Place::with(&["a"]);
    for arguments in [
        &["show", ESCAPES][..],
        &[ESCAPES],
        &["list", "--sort", ESCAPES],
        &["list", &format!("--{ESCAPES}")],
        &["import", ESCAPES],
        &["help", ESCAPES],
        &["config", ESCAPES],
        &["claim", "1", "--worker", ESCAPES],
        &["add", "x", "--session", ESCAPES],
        &["list", "--dir", ESCAPES],
    ] {
        let ran = place.run(arguments);
        assert_ne!(ran.code, Some(0), "{arguments:?}");
        assert_safe(&ran.stdout);
        assert_safe(&ran.stderr);
    }
}

#[cfg(unix)]
#[test]
fn words_that_are_not_utf8_are_refused_or_used_as_they_are() {
    use std::os::unix::ffi::OsStrExt as _;
    let place = Place::new();
    let bytes = std::ffi::OsStr::from_bytes(b"a\xff\x1b[2J");
    let run = |arguments: &[&std::ffi::OsStr]| {
        let mut command = place.hermetic.cmd(super::TASKWERK);
        testkit::Ran::from(command.arg("--json").args(arguments).output().unwrap())
    };
    let word = std::ffi::OsStr::new;
    for (arguments, exit) in [
        (&[word("add"), bytes][..], 2),
        (&[word("list"), word("--dir"), bytes], 5),
        (&[word("import"), bytes], 3),
        (&[word("export"), word("--output"), std::ffi::OsStr::from_bytes(b"out\xff")], 0),
        (&[word("init"), word("--dir"), bytes], 0),
        (&[word("config"), word("--dir"), bytes], 0),
    ] {
        let ran = run(arguments);
        assert_eq!(ran.code, Some(exit), "{arguments:?}\n{ran}");
        assert_safe(&ran.stdout);
        assert_safe(&ran.stderr);
    }
}

#[test]
fn a_description_of_a_megabyte_is_stored_and_a_larger_one_refused() {
    let place = Place::new();
    let megabyte = "x".repeat(1024 * 1024);
    assert_eq!(place.run_with_input(&["add", "large", "-d", "-"], &megabyte).code, Some(0));
    assert_eq!(place.task("1")["description"], json!(megabyte));
    let ran = place.run_with_input(&["add", "larger", "-d", "-"], &format!("{megabyte}y"));
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.len() < 500, "the refusal does not repeat the text");
    assert_eq!(place.ids(&["list"]).len(), 1);
}

#[test]
fn an_import_is_data_too() {
    let place = Place::new();
    let rows = json!([
        { "title": "$(touch pwned)", "key": "../../x", "files": ["../../etc/passwd", ESCAPES], "metadata": { "__proto__": ESCAPES } },
    ]);
    let file = place.write("rows.json", &rows.to_string());
    place.ok(&["import", &file]);
    assert_eq!(place.task("1")["files"], rows[0]["files"]);
    assert_safe(&place.ok(&["show", "1"]));
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let file = place.write("deep.json", &format!(r#"[{{"title":"x","metadata":{{"deep":{deep}}}}}]"#));
    assert_eq!(place.refused(&["import", &file]).1, "VALIDATION_ERROR");
}

/// No character that a terminal would obey.
#[track_caller]
fn assert_safe(text: &str) {
    let bad = text
        .chars()
        .find(|&c| (c.is_control() && c != '\n' && c != '\t') || ('\u{202a}'..='\u{202e}').contains(&c));
    assert_eq!(bad, None, "{text:?}");
}
