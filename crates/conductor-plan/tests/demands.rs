//! What documents ask for: requirements that contradict each other or leave something open, and the author's answers.

#![expect(clippy::unwrap_used, reason = "tests")]

use conductor_plan::{
    ANSWERS, Answer, Document, Finding, FindingCode, OutlineOptions, Plan, answers_document, lint, outline,
    requirements,
};
use proptest::prelude::*;

fn plan(text: &str) -> Plan {
    outline(&[Document::parse("prd.md", text.as_bytes()).unwrap()], &OutlineOptions::default())
}

fn found(plan: &Plan, code: FindingCode) -> Vec<Finding> {
    lint(plan).into_iter().filter(|finding| finding.code == code).collect()
}

/// A document of features and constraints, one line each.
fn document(features: &[&str], constraints: &[&str]) -> String {
    let list = |lines: &[&str]| lines.iter().map(|line| format!("- {line}\n")).collect::<String>();
    format!("# Features\n{}\n# Constraints\n{}", list(features), list(constraints))
}

#[test]
fn contradictions_are_found() {
    let cases = [
        ("The search answers within 200 ms", "The search answers within 500 ms"),
        ("Search answers in at most 2 seconds", "Search must answer in at most 500 ms"),
        ("Uploaded files are at most 10 MB", "Uploaded files are at least 20 MB"),
        ("Sessions end after 30 minutes", "Sessions end after 1 hour"),
        ("Support up to 1,000 concurrent users", "Support up to 5,000 concurrent users"),
        ("Die Suche antwortet in höchstens 200 ms", "Die Suche antwortet in höchstens 1 Sekunde"),
        ("Users must be able to delete notes", "Users must not delete notes"),
        ("Notes are encrypted on disk", "Notes are never encrypted on disk"),
        ("Notes are stored in MongoDB", "Do not use MongoDB"),
        ("Built with React", "React must not be used"),
        ("The backend is written in Go", "The backend is written in Rust"),
        ("Notes are stored in PostgreSQL", "Notes are stored in MySQL"),
        ("PostgreSQL is the primary database", "The database is MySQL"),
        ("Use PostgreSQL as the main database", "MongoDB serves as the database"),
    ];
    for (one, other) in cases {
        let found = found(&plan(&document(&[one, "Export notes"], &[other])), FindingCode::Contradiction);
        assert_eq!(found.len(), 1, "{one} / {other}");
        assert!(found[0].question.is_some() && found[0].sources.len() == 2);
    }
}

#[test]
fn what_only_looks_like_a_contradiction_is_left_alone() {
    let cases = [
        ("The search answers within 200 ms", "The search answers within 0.2 seconds"),
        ("The search answers within 200 ms", "The import answers within 500 ms"),
        ("Passwords of at least 8 characters", "Passwords of at most 64 characters"),
        (
            "Search answers within 200 ms at the 95th percentile",
            "Search answers within 500 ms at the 99th percentile",
        ),
        ("Keep backups for 30 days", "Keep backups of 10 GB"),
        ("Export 100 rows", "Export 20 pages"),
        ("Users can delete notes", "Guests cannot delete notes"),
        ("Notes may be deleted", "Archived notes must not be deleted"),
        ("Notes are stored in PostgreSQL", "Sessions are stored in Redis"),
        ("Import notes from MongoDB", "Do not use MongoDB"),
        ("Migrate from MySQL", "Do not use MySQL"),
        ("Notes are stored in PostgreSQL instead of MongoDB", "Do not use MongoDB"),
        ("PostgreSQL is the primary database", "Qdrant is the vector database"),
        ("The backend is written in Go", "The frontend is written in TypeScript"),
        ("Sign in with GitHub", "Sign in with GitLab"),
        ("Export to JSON", "Export to CSV"),
        ("Use PostgreSQL as the database", "PostgreSQL is the primary database"),
        ("Use PostgreSQL or MySQL", "Do not use MySQL"),
        ("Not only PostgreSQL is supported", "PostgreSQL is used for notes"),
    ];
    for (one, other) in cases {
        let found = found(&plan(&document(&[one, "Export notes"], &[other])), FindingCode::Contradiction);
        assert!(found.is_empty(), "{one} / {other}: {}", found[0]);
    }
}

#[test]
fn sections_say_for_what_a_number_holds() {
    let of = |first: &str, second: &str| {
        let text = format!(
            "# Features\n- Search\n\n# Performance Requirements\n## {first}\n- Pages load within 1 second\n## {second}\n- Pages load within 3 seconds\n"
        );
        found(&plan(&text), FindingCode::Contradiction).len()
    };
    assert_eq!((of("Desktop", "Mobile"), of("Requirements", "Constraints")), (0, 1));
}

#[test]
fn what_is_in_and_out_of_scope_is_a_contradiction() {
    let of = |features: &str, out: &str| {
        let text = format!("# Features\n{features}\n# Out of Scope\n{out}\n");
        for r in &plan(&text).requirements {
            println!("{r:?}");
        }
        found(&plan(&text), FindingCode::Contradiction).len()
    };
    let feature = "- **Mobile app**: notes on a phone\n- **Search**: finds notes\n";
    assert_eq!(of(feature, "- Mobile apps\n- Payments"), 1);
    assert_eq!(of(feature, "- Native mobile app support"), 1);
    assert_eq!(of(feature, "- A mobile app in the first version"), 0);
    assert_eq!(of(feature, "- A desktop app"), 0);
}

#[test]
fn a_number_makes_a_vague_word_exact() {
    let vague = |line: &str| {
        found(&plan(&document(&[line, "Export notes"], &[])), FindingCode::VagueRequirement).len()
    };
    assert_eq!(vague("The search is fast"), 1);
    assert_eq!(vague("The search is fast: at most 200 ms"), 0);
    assert_eq!(vague("The search is fast: at most 200 ms, TBD"), 1);
    assert_eq!(vague("The search finds notes by title"), 0);
}

const ASKING: &str = "# Features\n- **Search**: the search is fast\n- **Store**: keeps notes in one file\n\n# Open Questions\n- Do guests see notes?\n";

fn answered(question: &Finding, text: &str) -> Answer {
    let question = question.question.clone().unwrap();
    Answer { question: question.id, asked: question.text, text: text.to_owned(), by: "ada".to_owned() }
}

#[test]
fn what_was_answered_is_asked_no_more() {
    let mut plan = plan(ASKING);
    let open: Vec<Finding> = lint(&plan).into_iter().filter(|finding| finding.question.is_some()).collect();
    assert_eq!(
        open.iter().map(|finding| finding.code).collect::<Vec<_>>(),
        [FindingCode::VagueRequirement, FindingCode::OpenQuestion]
    );
    plan.answers = open.iter().map(|finding| answered(finding, "Yes.")).collect();
    assert!(lint(&plan).iter().all(|finding| finding.question.is_none()));
}

#[test]
fn questions_keep_their_names_when_the_document_changes_elsewhere() {
    let names = |text: &str| {
        lint(&plan(text)).into_iter().filter_map(|finding| Some(finding.question?.id)).collect::<Vec<_>>()
    };
    let edited =
        ASKING.replace("# Features\n", "# Overview\nA thing.\n\n# Features\n- **Print**: prints notes\n");
    assert_eq!(names(ASKING), names(&edited));
}

#[test]
fn answers_are_a_document_that_only_grows() {
    let plan = plan(ASKING);
    let open: Vec<Finding> = lint(&plan).into_iter().filter(|finding| finding.question.is_some()).collect();
    let mut answers = vec![answered(&open[0], "Under 200 ms.\n# not a heading")];
    let first = answers_document(&answers).unwrap().unwrap();
    assert_eq!(first.name(), ANSWERS);
    answers.push(answered(&open[1], "No"));
    answers.push(answered(&open[0], "Under 100 ms."));
    let second = answers_document(&answers).unwrap().unwrap();
    assert!(second.text().starts_with(first.text()));
    insta::assert_snapshot!(second.text(), @r#"
    # Constraints: answers of the author

    ## "Search: the search is fast": how fast is "fast" here: which time, for what, measured how?

    Under 200 ms.
    \# not a heading

    ## Do guests see notes?

    No

    ## "Search: the search is fast": how fast is "fast" here: which time, for what, measured how?

    This replaces the earlier answer.

    Under 100 ms.
    "#);
    assert!(answers_document(&[]).unwrap().is_none());
}

#[test]
fn answers_are_read_like_a_document_and_bring_no_work_of_their_own() {
    let before = plan(ASKING);
    let open: Vec<Finding> = lint(&before).into_iter().filter(|finding| finding.question.is_some()).collect();
    let answers = vec![
        answered(&open[0], "Each search answers within 200 ms."),
        answered(&open[1], "Guests see nothing."),
    ];
    let documents =
        [Document::parse("prd.md", ASKING.as_bytes()).unwrap(), answers_document(&answers).unwrap().unwrap()];
    let mut after = outline(&documents, &OutlineOptions::default());
    after.answers = answers;
    let titles = |plan: &Plan| plan.items.iter().map(|item| item.title.clone()).collect::<Vec<_>>();
    assert_eq!(titles(&after), titles(&before));
    let said: Vec<&str> = after
        .requirements
        .iter()
        .filter(|wanted| wanted.source.document == ANSWERS)
        .map(|wanted| wanted.text.as_str())
        .collect();
    assert_eq!(
        said,
        [
            "\"Search: the search is fast\": how fast is \"fast\" here: which time, for what, measured how? Each search answers within 200 ms.",
            "Do guests see notes? Guests see nothing."
        ]
    );
    assert!(lint(&after).iter().all(|finding| finding.code == FindingCode::NoAcceptance));
}

/// One part of a document of which the requirements are known.
fn part() -> impl Strategy<Value = String> {
    prop::collection::vec("[a-z]{3,8}( [a-z]{3,8}){1,4}", 1..4)
        .prop_map(|lines| lines.iter().map(|line| format!("- {line}\n")).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn names_of_requirements_stay_when_other_parts_come_go_and_move(
        before in part(), kept in part(), after in part(), put_in in part(), how in 0..4u8,
    ) {
        let text = |parts: &[&str]| {
            let section = |(at, part): (usize, &&str)| format!("## Feature group {at}\n{part}\n");
            format!("# Features\n{}", parts.iter().enumerate().map(section).collect::<String>())
        };
        let edited = match how {
            0 => text(&[&put_in, &before, &kept, &after]),
            1 => text(&[&kept, &after]),
            2 => text(&[&after, &kept, &before]),
            _ => text(&[&before, &kept]),
        };
        let names = |text: &str| {
            let all = requirements(&Document::parse("a.md", text.as_bytes()).unwrap());
            let lines: Vec<&str> = kept.lines().map(|line| line.trim_start_matches("- ")).collect();
            let mut names: Vec<(String, String)> = all
                .into_iter()
                .filter(|wanted| lines.contains(&wanted.text.as_str()))
                .map(|wanted| (wanted.text, wanted.id.to_string()))
                .collect();
            names.sort();
            names.dedup_by(|a, b| a.0 == b.0);
            names
        };
        prop_assert_eq!(names(&text(&[&before, &kept, &after])), names(&edited));
    }
}
