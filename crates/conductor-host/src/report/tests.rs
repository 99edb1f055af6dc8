use conductor_engine::ids::{Oid, RunId};
use conductor_engine::session::Rules;

use super::*;
use crate::journal::fold_export_with;

/// A session that was recorded, with its rows.
fn recorded(journal: &str) -> (Session, Vec<Recorded>) {
    let mut rows = Vec::new();
    let folded = fold_export_with(journal.as_bytes(), &mut |row| rows.push(row)).unwrap();
    (folded.session, rows)
}

fn report(journal: &str) -> Report {
    let (session, rows) = recorded(journal);
    let (began, ended) = (rows.first().unwrap().at, rows.last().unwrap().at);
    Report::of(Told { session: &session, rows: &rows, began, ended: Some(ended), now: ended, quality: &[] })
}

const HELD: &str = include_str!("../../tests/fixtures/journal/v1/failed-gate-hold-answer.jsonl");
const CONFLICT: &str = include_str!("../../tests/fixtures/journal/v1/conflict.jsonl");
const STOPPED: &str = include_str!("../../tests/fixtures/journal/v1/paused-resumed-stopped.jsonl");

#[test]
fn a_session_is_told_with_every_decision_and_its_reason() {
    insta::assert_snapshot!(markdown(&report(HELD)));
    insta::assert_snapshot!(markdown(&report(CONFLICT)));
    insta::assert_snapshot!(markdown(&report(STOPPED)));
}

#[test]
fn the_figures_of_sessions_add_up() {
    let (held, conflict) = (report(HELD).figures, report(CONFLICT).figures);
    let both = held.plus(&conflict);
    assert_eq!(both.done, held.done + conflict.done);
    assert_eq!(both.plus(&Figures::default()), both);
    assert_eq!(conflict.conflicts, 1);
    assert!(held.red > 0 && held.interventions > 0, "{held:?}");
    assert_eq!(Figures::default().completion(), None);
    let some = Figures { done: 3, held: 1, let_go: 5, at_once: 2, ..Figures::default() };
    assert_eq!((some.completion(), some.first_try()), (Some(75), Some(67)));
}

#[test]
fn a_page_holds_what_the_document_holds_and_runs_nothing() {
    let report = report(HELD);
    let page = html(&report);
    assert!(page.contains("<svg") && page.contains("</html>"));
    for work in &report.work {
        assert!(page.contains(&format!("id=\"r{}\"", work.run)), "{page}");
    }
    assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("href=\"http"), "{page}");
}

#[test]
fn foreign_text_is_no_markup() {
    let mut report = report(HELD);
    let title = "<script>x</script> | [a](b) `c` \u{1b}[31m";
    for work in &mut report.work {
        title.clone_into(&mut work.title);
    }
    let (page, text) = (html(&report), markdown(&report));
    assert!(!page.contains("<script") && !page.contains('\u{1b}'));
    assert!(text.contains("\\<script\\>x\\</script\\> \\| \\[a\\](b) \\`c\\`"), "{text}");
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn without_rows_the_state_alone_is_told() {
    let (session, rows) = recorded(HELD);
    let at = rows.last().unwrap().at;
    let told =
        Report::of(Told { session: &session, rows: &[], began: at, ended: Some(at), now: at, quality: &[] });
    assert!(told.compacted);
    assert_eq!(told.figures.done, report(HELD).figures.done);
    assert!(told.work.iter().all(|work| work.tries.is_empty()));
    let empty = Session::new(SessionId(7), Rules::new("x", 1), Oid::parse(&"a".repeat(40)).unwrap());
    let told = Report::of(Told { session: &empty, rows: &[], began: at, ended: None, now: at, quality: &[] });
    assert!(!told.compacted && told.work.is_empty());
    assert!(markdown(&told).contains("# Session 7: active"));
}

#[test]
fn what_goes_on_at_once_stands_in_rows_of_its_own() {
    let report = report(CONFLICT);
    let bars = &report.timeline.bars;
    for (at, bar) in bars.iter().enumerate() {
        let clash = bars.iter().skip(at + 1).any(|other| {
            (other.kind, other.row) == (bar.kind, bar.row) && other.begin < bar.end && bar.begin < other.end
        });
        assert!(!clash, "{bars:?}");
    }
    let unknown = RunId { session: SessionId(1), number: 99 };
    assert_eq!(timeline::name(&recorded(HELD).0, unknown), "1.99");
}

#[test]
fn coverage_and_lints_are_told_over_time() {
    let (session, rows) = recorded(CONFLICT);
    let at = rows.last().unwrap().at;
    let point = |task: &str, coverage, lints| Quality {
        at,
        task: task.to_owned(),
        tests: Some(41),
        coverage_permille: Some(coverage),
        changed_permille: None,
        lints: Some(lints),
    };
    let points = [point("TASK-001", 801, 3), point("TASK-002", 835, 0)];
    let told = Told { session: &session, rows: &rows, began: at, ended: Some(at), now: at, quality: &points };
    let report = Report::of(told);
    assert!(markdown(&report).contains("| TASK-002 | 41 | 83.5 % |  | 0 |"), "{}", markdown(&report));
    assert!(html(&report).contains("coverage 80.1 % -&gt; 83.5 %"));
    // Evidence that is not there any more tells nothing.
    assert_eq!(quality(&session, &rows, &|_| None), []);
}
