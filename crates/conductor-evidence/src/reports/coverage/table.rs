use proptest::prelude::*;

use super::*;

/// What a real program wrote.
macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!("../../../tests/fixtures/reports/", $name))
    };
}

const FILES: [&str; 8] = [
    "shop/__init__.py",
    "shop/cart.py",
    "cart/cart.go",
    "src/cart.js",
    "cart.js",
    "src/lib.rs",
    "core/src/main/java/com/shop/Cart.java",
    "web/src/main/java/com/shop/Page.java",
];

fn paths() -> SourcePaths<'static> {
    SourcePaths::new(FILES, ["/home/ann/shop"])
}

fn shown(form: CoverageForm, report: &str) -> String {
    let Some(coverage) = read(form, report.as_bytes(), &paths()) else { return "no report".to_owned() };
    let files =
        coverage.0.iter().map(|(path, lines)| format!("{path}: +{} -{}", lines.covered, lines.uncovered));
    files.chain([coverage.share().to_string()]).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_real_programs_write() {
    insta::assert_snapshot!(shown(CoverageForm::Cobertura, recorded!("coverage-py.cobertura.xml")), @"
    shop/__init__.py: + -
    shop/cart.py: +1,4-10,13 -14-15
    81.8 %
    ");
    insta::assert_snapshot!(shown(CoverageForm::Lcov, recorded!("coverage-py.lcov")), @"
    shop/__init__.py: + -
    shop/cart.py: +1,4-10,13 -14-15
    81.8 %
    ");
    insta::assert_snapshot!(shown(CoverageForm::Lcov, recorded!("node.lcov")), @"
    src/cart.js: +1-6,9-13,17-18 -7-8,14-16
    72.2 %
    ");
    insta::assert_snapshot!(shown(CoverageForm::Lcov, recorded!("vitest.lcov")), @"
    cart.js: +1-4,7-10,12 -5-6,13-14
    69.2 %
    ");
    insta::assert_snapshot!(shown(CoverageForm::Jacoco, recorded!("jacoco.xml")), @"
    core/src/main/java/com/shop/Cart.java: +5,8,16-17 -3,6,12
    57.1 %
    ");
    insta::assert_snapshot!(shown(CoverageForm::Go, recorded!("go.cover.out")), @"
    cart/cart.go: +6-9,12,14 -10-11,18-20
    54.5 %
    ");
}

#[test]
fn lcov() {
    let report = "TN:\nSF:/home/ann/shop/src/lib.rs\nDA:1,1\nDA:2,0,abc\nDA:3,1e3\nDA:4,-1\nDA:x,1\nDA:0,1\nDA:4294967295,1\nend_of_record\nDA:9,1\n\
                  SF:/home/bea/.cargo/registry/src/lib.rs\nDA:50,1\nend_of_record\nSF:src/lib.rs\nDA:2,1\nend_of_record\n";
    insta::assert_snapshot!(shown(CoverageForm::Lcov, report), @"
    src/lib.rs: +1-3 -4
    75.0 %
    ");
    assert_eq!(shown(CoverageForm::Lcov, "text"), "no report");
}

#[test]
fn cobertura() {
    let report = r#"<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "http://x/coverage-04.dtd"><coverage><sources><source>/home/ann/shop/shop</source></sources>
        <packages><package><classes>
        <class filename="cart.py"><methods><method><lines><line number="1" hits="0"/></lines></method></methods>
            <lines><line number="1" hits="3"/><line number="2" hits="0"/></lines></class>
        <class filename="../../etc/passwd"><lines><line number="1" hits="1"/></lines></class>
        </classes></package></packages></coverage>"#;
    insta::assert_snapshot!(shown(CoverageForm::Cobertura, report), @"
    shop/cart.py: +1 -2
    50.0 %
    ");
    for none in ["", "<report/>", "<coverage>", "text"] {
        assert_eq!(shown(CoverageForm::Cobertura, none), "no report");
    }
}

#[test]
fn jacoco() {
    let report = r#"<?xml version="1.0"?><!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report name="shop">
        <group name="core"><package name="com/shop"><class name="com/shop/Cart"/><sourcefile name="Cart.java">
            <line nr="3" mi="0" ci="2" mb="0" cb="0"/><line nr="5" mi="2" ci="1"/><line nr="7" mi="4" ci="0"/>
            <counter type="LINE" missed="1" covered="2"/></sourcefile></package></group>
        <group name="web"><package name="com/shop"><sourcefile name="Page.java"><line nr="1" mi="1" ci="0"/></sourcefile>
            <sourcefile name="Gone.java"><line nr="1" mi="1" ci="0"/></sourcefile></package></group></report>"#;
    insta::assert_snapshot!(shown(CoverageForm::Jacoco, report), @"
    core/src/main/java/com/shop/Cart.java: +3,5 -7
    web/src/main/java/com/shop/Page.java: + -1
    50.0 %
    ");
    assert_eq!(shown(CoverageForm::Jacoco, "<coverage/>"), "no report");
}

#[test]
fn go_profiles() {
    let report = "mode: atomic\nexample.com/shop/cart/cart.go:1.2,3.4 2 0\nexample.com/shop/cart/cart.go:3.4,5.1 1 7\n\
                  example.com/shop/cart/cart.go:9.1,8.1 1 7\nnonsense\nother/x.go:1.1,2.2 1 1\nexample.com/shop/cart/cart.go:7.1,7.2 0 1\n";
    insta::assert_snapshot!(shown(CoverageForm::Go, report), @"
    cart/cart.go: +3-5 -1-2
    60.0 %
    ");
    assert_eq!(shown(CoverageForm::Go, "example.com/a.go:1.1,2.2 1 1"), "no report");
}

/// Made by hand after the description of the format: the tool needs parts of a compiler that cannot be had everywhere.
#[test]
fn llvm_cov() {
    let report = r#"{"data": [{"files": [{"filename": "/home/ann/shop/src/lib.rs", "segments": [
        [1, 1, 2, true, true, false], [3, 10, 0, true, true, false], [5, 6, 2, true, false, false], [7, 2, 0, false, false, false],
        [9, 1, 0, true, true, false], [11, 2, 0, false, false, false]]}]}], "type": "llvm.coverage.json.export", "version": "3.0.1"}"#;
    insta::assert_snapshot!(shown(CoverageForm::LlvmCov, report), @"
    src/lib.rs: +1-3,6-7 -4-5,9-11
    50.0 %
    ");
    for none in ["{}", r#"{"data": [], "type": "other"}"#, ""] {
        assert_eq!(shown(CoverageForm::LlvmCov, none), "no report");
    }
}

#[test]
fn names_tell_forms() {
    let table = [
        ("lcov.info", Some(CoverageForm::Lcov)),
        ("coverage/coverage.xml", Some(CoverageForm::Cobertura)),
        ("**/target/site/jacoco/jacoco.xml", Some(CoverageForm::Jacoco)),
        ("cover.out", Some(CoverageForm::Go)),
        ("llvm.json", Some(CoverageForm::LlvmCov)),
        ("coverage", None),
    ];
    for (name, form) in table {
        assert_eq!(form_of(name), form, "{name}");
    }
}

const FORMS: [CoverageForm; 5] = [
    CoverageForm::Lcov,
    CoverageForm::Cobertura,
    CoverageForm::Jacoco,
    CoverageForm::Go,
    CoverageForm::LlvmCov,
];

fn every_form(bytes: &[u8]) -> Result<(), TestCaseError> {
    for form in FORMS {
        for (path, lines) in read(form, bytes, &paths()).unwrap_or_default().0 {
            prop_assert!(FILES.contains(&path.as_str()));
            prop_assert!(lines.covered.common(&lines.uncovered).is_empty());
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_never_panic(bytes in any::<Vec<u8>>()) {
        every_form(&bytes)?;
    }

    #[test]
    fn nearly_right_reports_never_panic(
        text in r#"(SF:src/lib\.rs\n|DA:[0-9]{1,11},[0-9-]{1,3}\n|end_of_record\n|mode: set\n|cart/cart\.go:[0-9]{1,10}\.1,[0-9]{1,10}\.2 1 [01]\n|<coverage>|</coverage>|<class filename="src/lib\.rs">|</class>|<line number="[0-9]{1,11}" hits="[0-9]"/>|<report>|<sourcefile name="lib\.rs">|\.\./|é|\n){0,24}"#,
    ) {
        every_form(text.as_bytes())?;
    }

    #[test]
    fn any_segments_never_panic(segments in prop::collection::vec((any::<u32>(), 0_u64..3, any::<bool>(), any::<bool>(), any::<bool>()), 0..12)) {
        let rows: Vec<String> = segments.iter().map(|(line, count, counted, entry, gap)| format!("[{line},1,{count},{counted},{entry},{gap}]")).collect();
        let report = format!(r#"{{"type":"llvm.coverage.json.export","data":[{{"files":[{{"filename":"src/lib.rs","segments":[{}]}}]}}]}}"#, rows.join(","));
        every_form(report.as_bytes())?;
    }
}
