//! Each realistic change of a document gives the diff that a person would write. The expected ones were written by hand,
//! before the program was run.

use super::{DOCUMENT, edited, plan, plan_as};
use conductor_plan::{DiffLine, Plan, diff};

fn told(old: &Plan, new: &Plan) -> String {
    let line = |line: DiffLine| {
        let details: Vec<String> = line.details.iter().map(|detail| format!("         {detail}\n")).collect();
        format!("{:8} {}\n{}", line.mark, line.text, details.concat())
    };
    diff(old, new).lines().into_iter().map(line).collect()
}

#[track_caller]
fn check(edits: &[(&str, &str)], expected: &str) {
    let (old, new) = (plan(DOCUMENT), plan(&edited(edits)));
    assert_eq!(told(&old, &new), expected);
    assert_eq!(told(&new, &new), "");
}

const LATE: &str = "### List late loans\n\nStaff see all loans that are late, the oldest first.\n\n";

const FIGURES: &str = "## Phase 3: Figures\n\n### Count loans by month\n\nStaff see a table of the loans of each month, \
    and can print it or save it as CSV.\n\n### List late loans\n\nStaff see all loans that are late, the oldest first.\n\n";

const RETURN: &str = "### Return a book\n\nPutting the book on the return shelf and scanning it ends the loan.\n\n\
    Depends on: Borrow a book\n\n";

const EXTEND: &str = "### Extend a loan\n\nA member may extend a loan twice, unless somebody else waits for the book.\n\n\
    Depends on: Borrow a book\n\n";

const RESERVE: &str = "### Reserve a book\n\nWhoever wants a book that is lent is told by mail when it is back.\n\n\
    Depends on: Return a book\n\n";

#[test]
fn a_title_is_reworded() {
    check(
        &[("### Search books", "### Find books in the catalogue")],
        "reworded Search books -> Find books in the catalogue\n",
    );
}

#[test]
fn a_section_is_moved() {
    check(
        &[(LATE, ""), ("## Phase 3: Figures", &format!("{LATE}## Phase 3: Figures"))],
        "moved    List late loans: from \"Phase 3: Figures\" to \"Phase 2: Loans\"\n",
    );
}

#[test]
fn a_feature_is_added() {
    check(
        &[(EXTEND, &format!("{RESERVE}{EXTEND}"))],
        "added    Reserve a book, under \"Phase 2: Loans\", after Return a book\n",
    );
}

#[test]
fn a_section_is_removed() {
    check(&[(FIGURES, "")], "removed  Phase 3: Figures, with Count loans by month and List late loans\n");
}

#[test]
fn a_number_is_changed() {
    check(
        &[("within 200 ms", "within 100 ms")],
        "changed  Search books: 200 ms -> 100 ms in \"The first results are shown within 100 ms.\"\n",
    );
    check(
        &[("shown within 2 s", "shown within 1 s")],
        "changed  Non-functional requirements: 2 s -> 1 s in \"Every page is shown within 1 s on the computer in the hall.\"\n",
    );
    check(
        &[("for 28 days", "for 14 days")],
        "changed  Borrow a book: 28 days -> 14 days in \"A member scans the code on the book and has borrowed it for 14 days.\"\n",
    );
    check(&[("Estimate: 4h", "Estimate: 6h")], "changed  Import the spreadsheet: estimate 4h -> 6h\n");
}

#[test]
fn two_changes_at_once_are_two_lines() {
    check(
        &[("within 60 s", "within 30 s"), (EXTEND, "")],
        "changed  Import the spreadsheet: 60 s -> 30 s in \"5000 rows are imported within 30 s.\"\n\
         removed  Extend a loan\n",
    );
}

#[test]
fn a_section_is_renamed() {
    check(
        &[("## Phase 3: Figures", "## Phase 3: Reports")],
        "reworded Phase 3: Figures -> Phase 3: Reports\n",
    );
}

#[test]
fn one_becomes_two_and_two_become_one() {
    check(
        &[(
            "Staff see a table of the loans of each month, and can print it or save it as CSV.\n",
            "Staff see a table of the loans of each month.\n\n### Print or save the table\n\nStaff can print the table, or save it as CSV.\n",
        )],
        "split    Count loans by month, into Count loans by month and Print or save the table\n",
    );
    check(
        &[
            (EXTEND, ""),
            ("### Return a book", "### Return a book or extend a loan"),
            (
                "scanning it ends the loan.",
                "scanning it ends the loan. A member may extend a loan twice, unless somebody else waits for the book.",
            ),
        ],
        "merged   Return a book and Extend a loan, into Return a book or extend a loan\n",
    );
}

#[test]
fn what_changes_nothing_is_no_change() {
    let start = DOCUMENT.find("## Non-functional").unwrap();
    let (middle, end) = (DOCUMENT.find("## Constraints").unwrap(), DOCUMENT.find("## Out of scope").unwrap());
    let sections = format!(
        "{}{}{}{}",
        &DOCUMENT[..start],
        &DOCUMENT[middle..end],
        &DOCUMENT[start..middle],
        &DOCUMENT[end..]
    );
    let cases = [
        ("sections swapped", sections),
        ("features swapped", edited(&[(RETURN, ""), (EXTEND, &format!("{EXTEND}{RETURN}"))])),
        ("other bullets", DOCUMENT.replace("\n- ", "\n* ")),
        (
            "one line a paragraph",
            DOCUMENT.replace("catalogue is a\nspreadsheet", "catalogue is a spreadsheet"),
        ),
        ("blank lines and spaces", DOCUMENT.replace("\n\n", "  \n\n\n")),
        ("emphasis", DOCUMENT.replace("28 days", "**28 days**")),
        ("line ends", DOCUMENT.replace('\n', "\r\n")),
        ("a line of no meaning", DOCUMENT.replace("Staff spend no time", "Staff spend little time")),
    ];
    for (what, text) in cases {
        assert_eq!(told(&plan(DOCUMENT), &plan(&text)), "", "{what}");
    }
}

#[test]
fn a_document_with_another_name_is_the_same_document() {
    let (old, new) = (plan(DOCUMENT), plan_as("docs/library.md", DOCUMENT));
    assert_eq!(told(&old, &new), "renamed  lending.md -> docs/library.md\n");
    assert_eq!(diff(&old, &new).carried.len(), old.items.len(), "every task is found again");
    let text = edited(&[("within 200 ms", "within 100 ms")]);
    assert_eq!(
        told(&old, &plan_as("docs/library.md", &text)),
        "renamed  lending.md -> docs/library.md\n\
         changed  Search books: 200 ms -> 100 ms in \"The first results are shown within 100 ms.\"\n"
    );
}

#[test]
fn what_is_out_of_scope_now_is_said() {
    check(
        &[
            ("- The interface is usable with a keyboard alone.\n", ""),
            ("- Several branches.", "- Several branches.\n- The interface is usable with a keyboard alone."),
        ],
        "changed  Out of scope: \"The interface is usable with a keyboard alone.\" was a quality and is out of scope\n",
    );
}

#[test]
fn a_dependency_is_changed() {
    check(
        &[(
            "names its shelf and says whether it is there.\n\nDepends on: Import the spreadsheet",
            "names its shelf and says whether it is there.\n\nDepends on: Search books",
        )],
        "changed  Show where a book stands: waits for Search books\n",
    );
}
