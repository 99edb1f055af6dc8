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
    let wide32 = |mark: [u8; 4], unit: fn(u32) -> [u8; 4]| {
        mark.into_iter().chain(text.chars().flat_map(|c| unit(u32::from(c)))).collect::<Vec<u8>>()
    };
    for bytes in [wide32([0xFF, 0xFE, 0, 0], u32::to_le_bytes), wide32([0, 0, 0xFE, 0xFF], u32::to_be_bytes)]
    {
        assert_eq!(Document::parse("a.md", &bytes).unwrap().text(), text);
    }
    let document = Document::parse("a.md", &latin1).unwrap();
    assert_eq!(document.text(), text);
    assert_eq!(document.findings()[0].code, FindingCode::AssumedEncoding);
}

#[test]
fn encodings_without_a_mark_are_assumed_and_told() {
    let polish = "# Funkcje\n- Wyszukiwanie łodzi według nazwy żagla i długości\n";
    let curly = "# Features\n- The \u{201C}search\u{201D} finds boats \u{2013} it\u{2019}s fast\n";
    let japanese =
        "# 機能\n- 船の名前と帆の番号で検索する。結果は一覧に表示される。\n- 出発と到着を記録する\n";
    let chinese = "# 功能\n- 按船名和帆号搜索船只，结果显示在列表中。\n- 记录出发和到达的时间\n";
    let taiwan = "# 功能\n- 依船名與帆號搜尋船隻，結果顯示於清單中。\n- 記錄出發與抵達的時間\n";
    let korean =
        "# 기능\n- 배의 이름과 돛 번호로 검색한다. 결과는 목록에 표시된다.\n- 출발과 도착을 기록한다\n";
    for (label, text) in [
        ("windows-1252", curly),
        ("windows-1250", polish),
        ("Shift_JIS", japanese),
        ("EUC-JP", japanese),
        ("GBK", chinese),
        ("Big5", taiwan),
        ("EUC-KR", korean),
    ] {
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
        let (bytes, _, lost) = encoding.encode(text);
        assert!(!lost);
        let document = Document::parse("a.md", &bytes).unwrap();
        assert_eq!(document.text(), text, "{label}");
        let finding = &document.findings()[0];
        assert_eq!(finding.code, FindingCode::AssumedEncoding);
        assert!(finding.message.contains(&format!("was read as {label}")), "{}", finding.message);
    }
    for (label, unit) in
        [("UTF-16LE", u16::to_le_bytes as fn(u16) -> [u8; 2]), ("UTF-16BE", u16::to_be_bytes)]
    {
        let bytes: Vec<u8> = curly.encode_utf16().flat_map(unit).collect();
        let document = Document::parse("a.md", &bytes).unwrap();
        assert_eq!(document.text(), curly);
        assert!(document.findings()[0].message.contains(label));
    }
    // A few broken bytes in text that is UTF-8 do not make it something else.
    let mut broken = japanese.as_bytes().to_vec();
    broken.extend(b"\xFF\n");
    assert!(Document::parse("a.md", &broken).unwrap().text().starts_with(japanese));
}

#[test]
fn a_page_may_name_its_encoding() {
    let text = "<!DOCTYPE html><html><head><meta charset=\"gbk\"></head><body><h1>功能</h1></body></html>";
    let (bytes, _, _) = encoding_rs::GBK.encode(text);
    let document = Document::parse("page", &bytes).unwrap();
    assert_eq!((document.kind(), document.text()), (DocumentKind::Html, text));
    assert!(document.findings().is_empty());
}

#[test]
fn pages_are_read_as_a_reader_sees_them() {
    let text = "<!doctype html>\n<head><title>no</title><style>p { color: red }</style>\n<nav><ul><li>menu</li></ul></nav>\n<h1>Boats &amp; <em>sails</em></h1>\n<p>Text that\n  goes <code>on</code>.<br>Next line\n<p><b>Goal</b>: ship it\n<ul>\n  <li><strong>Search</strong>: finds\n    <ul><li><input type=checkbox checked> done</li><li><del>gone</del></li></ul>\n  <li>Export\n</ul>\n<ol start=3><li>three<li><p>four</p><p>more of four</p></ol>\n<blockquote>quoted</blockquote>\n<table><thead><tr><th>A<th>B</thead><tr><td>1<td><p>2</p><p>3</p></table>\n<pre><code>let x = 1;\n  y\n</code></pre>\n<div hidden>hidden <p>too</p></div><div style=\"display: none\">and this</div>\n<script>if (a < b) { \"<p>no</p>\" }</script>\n<dl><dt>Term</dt><dd>Explanation</dd></dl>\n<h2></h2><footer>c</footer>last";
    let document = read("a.html", text);
    assert_eq!(document.kind(), DocumentKind::Html);
    insta::assert_snapshot!("page", blocks(&document));
    let search = document.blocks().iter().find(|block| block.text == "Search: finds").unwrap();
    assert_eq!(search.span.slice(document.text()), "Search</strong>: finds");
}

#[test]
fn lists_and_headings_of_other_scripts_are_read() {
    let text = "第一章 概述\n\n程序保存船只名单。\n\n一、功能\n\n（1）登记船只\n（2）记录出发\n① 打印\n\n제2장 범위\n\n가. 검색\n나. 기록\n\nأ- البحث\nب- التصدير\n\n１．全角\n２．数字\n";
    insta::assert_snapshot!("scripts", blocks(&read("a.txt", text)));
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

#[test]
fn a_pdf_that_lost_its_beginning_is_told_as_that() {
    let error = |name: &str| Document::parse(name, b"\x00\x01obj stream").unwrap_err().to_string();
    assert!(error("a.PDF").contains("damaged"), "{}", error("a.PDF"));
    assert!(error("a.md").contains("not text"), "{}", error("a.md"));
}
