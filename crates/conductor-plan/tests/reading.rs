//! Bytes to blocks, and blocks to requirements.

#![expect(clippy::unwrap_used, reason = "tests")]

use conductor_plan::{
    BlockKind, Document, DocumentError, DocumentKind, FindingCode, Modality, RequirementKind, requirements,
};

fn read(name: &str, text: &str) -> Document {
    Document::parse(name, text.as_bytes()).unwrap()
}

/// The blocks of a document, one a line: place, kind, text.
fn blocks(document: &Document) -> String {
    let lines = document.blocks().iter().map(|block| {
        let kind = match &block.kind {
            BlockKind::Heading { level } => format!("h{level}"),
            BlockKind::Paragraph => "p".to_owned(),
            BlockKind::Quote => "quote".to_owned(),
            BlockKind::Item { number, done } => {
                let mark = number.map_or("-".to_owned(), |number| number.to_string());
                let done = done.map_or("", |done| if done { "x" } else { "o" });
                format!("{}{mark}{done}", " ".repeat(block.depth - 1))
            }
            BlockKind::Row { head, .. } => if *head { "head" } else { "row" }.to_owned(),
            BlockKind::Code => "code".to_owned(),
            BlockKind::FrontMatter => "meta".to_owned(),
            BlockKind::TagOpen { name } => format!("<{name}>"),
            BlockKind::TagClose { name } => format!("</{name}>"),
        };
        let lead = block.lead.as_ref().map_or(String::new(), |lead| format!("[{lead}] "));
        format!(
            "{}-{} {kind} {lead}{}",
            block.span.first_line,
            block.span.last_line,
            block.text.replace('\n', "/")
        )
    });
    lines.map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

#[test]
fn markdown_is_read_with_its_lines() {
    let text = "---\ntitle: x\n---\n\n# Title\n\nSome *text*\nin two lines with `code`.\n\n- **Bold**: rest\n  - [x] done\n  - [ ] open\n\n3. three\n4. four\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```rust\nlet x = 1;\n```\n\nUnderlined\n==========\n";
    insta::assert_snapshot!(blocks(&read("a.md", text)), @r#"
    1-3 meta title: x
    5-5 h1 Title
    7-8 p Some text/in two lines with `code`.
    10-10 - [Bold] Bold: rest
    11-11  -x done
    12-12  -o open
    14-14 3 three
    15-15 4 four
    17-17 quote quoted
    19-19 head a | b
    21-21 row 1 | 2
    23-25 code let x = 1;
    27-28 h1 Underlined
    "#);
}

#[test]
fn tags_do_not_swallow_what_is_between_them() {
    let text = "<context>\n# Inside\n- one\n</context>\n<prd>\n    ## Indented\n    text\n    <goal>Ship it</goal>\n        <deep>\n        - two\n        </deep>\n</prd>\n<br>\n</stray>\n";
    let document = read("a.md", text);
    insta::assert_snapshot!(blocks(&document), @r#"
    1-1 <context>
    2-2 h1 Inside
    3-3 - one
    4-4 </context>
    5-5 <prd>
    6-6 h2 Indented
    7-7 p text
    8-8 <goal>
    8-8 p Ship it
    8-8 </goal>
    9-9 <deep>
    10-10 - two
    11-11 </deep>
    12-12 </prd>
    "#);
    let two = document.blocks().iter().find(|block| block.text == "two").unwrap();
    assert_eq!(two.span.slice(document.text()), "two");
}

#[test]
fn labelled_lines_are_blocks_of_their_own() {
    let text = "**Goal**: one\n**Entry**: two\n**Tasks**:\n- [ ] three\n";
    insta::assert_snapshot!(blocks(&read("a.md", text)), @r#"
    1-1 p [Goal] Goal: one
    2-2 p [Entry] Entry: two
    3-3 p [Tasks] Tasks:
    4-4 -o three
    "#);
}

#[test]
fn plain_text_is_read_with_its_headings_and_lists() {
    let text = "THE PRODUCT\n\n1. Introduction\n\nText that goes on\nin the next line.\n\n2. Scope\n2.1 Seats\n\n  * one\n    going on\n    - deeper\n  * two\n\nUnderlined\n----------\n1. first\n2. second\n\nNotes:\n\n- last\n";
    let document = read("a.txt", text);
    assert_eq!(document.kind(), DocumentKind::Plain);
    insta::assert_snapshot!(blocks(&document), @r#"
    1-1 h1 THE PRODUCT
    3-3 h1 Introduction
    5-6 p Text that goes on/in the next line.
    8-8 h1 Scope
    9-9 h2 Seats
    11-12 - one/going on
    13-13  - deeper
    14-14 - two
    16-16 h2 Underlined
    18-18 1 first
    19-19 2 second
    21-21 h2 Notes
    23-23 - last
    "#);
}

#[test]
fn the_kind_depends_on_name_and_content() {
    for (name, text, kind) in [
        ("a.md", "plain", DocumentKind::Markdown),
        ("a.MD", "plain", DocumentKind::Markdown),
        ("a.txt", "plain words", DocumentKind::Plain),
        ("a.txt", "# Title", DocumentKind::Markdown),
        ("a.txt", "<context>\ntext\n</context>", DocumentKind::Markdown),
        ("-", "- **Bold**: text", DocumentKind::Markdown),
        ("notes", "1. one\n2. two", DocumentKind::Plain),
        ("a.txt", "#hashtag is no heading", DocumentKind::Plain),
    ] {
        assert_eq!(read(name, text).kind(), kind, "{name}: {text}");
    }
}

#[test]
fn encodings_are_recognised() {
    let text = "# Über\n- größer\n";
    let wide = |mark: [u8; 2], unit: fn(u16) -> [u8; 2]| {
        mark.into_iter().chain(text.encode_utf16().flat_map(unit)).collect::<Vec<u8>>()
    };
    let marked: Vec<u8> = [0xEF, 0xBB, 0xBF].into_iter().chain(text.bytes()).collect();
    let latin1: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap()).collect();
    for bytes in [
        text.as_bytes().to_vec(),
        marked,
        wide([0xFF, 0xFE], u16::to_le_bytes),
        wide([0xFE, 0xFF], u16::to_be_bytes),
    ] {
        let document = Document::parse("a.md", &bytes).unwrap();
        assert_eq!(document.text(), text);
        assert!(document.findings().is_empty());
    }
    let document = Document::parse("a.md", &latin1).unwrap();
    assert_eq!(document.text(), text);
    assert_eq!(document.findings()[0].code, FindingCode::AssumedLatin1);
}

#[test]
fn what_is_no_text_is_refused_with_advice() {
    let refused = |bytes: &[u8]| Document::parse("x.bin", bytes).unwrap_err();
    assert!(matches!(refused(b""), DocumentError::Empty { .. }));
    assert!(matches!(refused(b" \n\t\r\n"), DocumentError::Empty { .. }));
    assert!(matches!(refused(b"\xEF\xBB\xBF"), DocumentError::Empty { .. }));
    insta::assert_snapshot!(refused(b"ab\0c"), @"failed to read `x.bin`: it is not text (a zero byte at 2); save it as UTF-8 Markdown or plain text");
    insta::assert_snapshot!(refused(b""), @"failed to read `x.bin`: it holds no text; name a document that says what to build");
}

#[test]
fn merge_markers_are_told_and_make_no_headings() {
    let text = "# Features\n- one\n<<<<<<< HEAD\n- two\n=======\n- three\n>>>>>>> other\n";
    let document = read("a.md", text);
    assert_eq!(document.findings()[0].code, FindingCode::MergeConflict);
    assert_eq!(document.findings()[0].sources[0].to_string(), "a.md:3");
    insta::assert_snapshot!(blocks(&document), @r#"
    1-1 h1 Features
    2-2 - one
    4-4 - two
    6-6 - three
    "#);
}

#[test]
fn windows_line_ends_change_neither_lines_nor_words() {
    let text = "# Title\n\n<context>\n- one\n  two\n</context>\n";
    let (unix, windows) = (read("a.md", text), read("a.md", &text.replace('\n', "\r\n")));
    assert_eq!(blocks(&unix), blocks(&windows));
}

#[test]
fn requirements_have_kinds_and_force() {
    let text = "# Features\n- Search: finds notes\n- Export may be added\n\n# Constraints\n- It should run offline\n\n# Performance\n- Must answer in 1 s\n\n# Data model\n- Memo: text\n\n# API\n- `GET /notes`\n\n# Out of scope\n- Video\n\n# Open questions\n- Which licence?\n\n# Dependencies\n- SQLite\n\n# Personas\n- Ann\n\n# Risks\n- Fire\n";
    let document = read("a.md", text);
    let found: Vec<_> = requirements(&document)
        .into_iter()
        .map(|wanted| (wanted.text, wanted.kind, wanted.modality, wanted.source.span.first_line))
        .collect();
    let text = |text: &str, kind, modality, line| (text.to_owned(), kind, modality, line);
    assert_eq!(
        found,
        [
            text("Search: finds notes", RequirementKind::Feature, Modality::Must, 2),
            text("Export may be added", RequirementKind::Feature, Modality::May, 3),
            text("It should run offline", RequirementKind::Constraint, Modality::Should, 6),
            text("Must answer in 1 s", RequirementKind::Quality, Modality::Must, 9),
            text("Memo: text", RequirementKind::Data, Modality::Must, 12),
            text("`GET /notes`", RequirementKind::Interface, Modality::Must, 15),
            text("Video", RequirementKind::OutOfScope, Modality::Must, 18),
            text("Which licence?", RequirementKind::OpenQuestion, Modality::Must, 21),
            text("SQLite", RequirementKind::Dependency, Modality::Must, 24),
        ]
    );
}

#[test]
fn names_of_requirements_stay_when_others_are_added() {
    let ids = |text: &str| {
        requirements(&read("a.md", text)).into_iter().map(|wanted| wanted.id).collect::<Vec<_>>()
    };
    let (before, after) = (
        ids("# Features\n- one thing\n- two things\n"),
        ids("# Features\n- zero things\n- one thing\n\nText.\n- two things\n"),
    );
    assert!(before.iter().all(|id| after.contains(id)));
    let twice = ids("# Features\n- one thing\n- one thing\n");
    assert_ne!(twice[0], twice[1]);
}
