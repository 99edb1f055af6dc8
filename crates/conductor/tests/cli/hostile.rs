//! Text from documents and paths is data: stored or refused, shown escaped, never obeyed.

use super::Place;

const HOSTILE: &str = "\
# Notes

## Features

### Store \u{1b}]0;owned\u{7}\u{1b}[2J notes $(touch planted) `touch planted`

Store them; see ../../etc/passwd.

### --force

Do it with force.

### \u{202e}Search the notes

Search them.
";

#[test]
fn a_hostile_document_is_planned_shown_escaped_and_never_obeyed() {
    let place = Place::unborn();
    let name = "docs/$(touch planted) \u{1b}[31m;--force\nx.md";
    place.write(name, HOSTILE);
    let mut seen = String::new();
    for arguments in [
        &["plan", "decompose", name][..],
        &["plan", "review"],
        &["plan", "show"],
        &["plan", "lint"],
        &["plan", "list"],
        &["plan", "import", "--confirm"],
        &["plan", "create", "docs"],
        &["plan", "create", "no\u{1b}[31m\nsuch.md"],
        &["plan", "show", "--json"],
    ] {
        let ran = place.run(arguments);
        seen += &ran.stdout;
        seen += &ran.stderr;
    }
    let obeyed: Vec<char> =
        seen.chars().filter(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}').collect();
    assert_eq!(obeyed, Vec::<char>::new(), "{seen:?}");
    let planted = place.hermetic.run("/bin/sh", ["-c", "find . -name planted"]).unwrap();
    assert_eq!(planted.stdout, "");
    assert!(seen.contains("\\u{1b}"), "{seen}");
    let titles: Vec<String> = place.tasks().iter().map(|task| task.title.to_string()).collect();
    assert!(titles.iter().any(|title| title.contains("$(touch planted)")), "{titles:?}");
}

#[test]
fn a_file_by_the_name_of_a_flag_is_a_file() {
    let place = Place::unborn();
    place.write("--auto-import", super::DOCUMENT);
    place.ok(&["plan", "create", "./--auto-import"]);
    place.ok(&["plan", "create", "--", "--auto-import"]);
    assert_eq!(place.tasks(), []);
}

#[test]
fn a_line_of_a_megabyte_is_survived() {
    let place = Place::unborn();
    place.write("long.md", &format!("# Features\n\n## {}\n\nDo it.\n", "word ".repeat(200_000)));
    let ran = place.run(&["plan", "create", "long.md", "--auto-import"]);
    assert!(ran.code.is_some_and(|code| code <= 3), "{:?} {}", ran.code, ran.stderr.len());
}
