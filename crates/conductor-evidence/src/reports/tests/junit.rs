//! JUnit XML, as most test programs can write it.

use conductor_engine::gate::{TestResults, TestStatus};
use quick_xml::events::BytesStart;

use super::note;
use crate::reports::xml::{Step, attribute, is, walk};

/// Reads a report; `None` when it is not well-formed XML, since half a report shows nothing.
pub(super) fn read(text: &str) -> Option<TestResults> {
    let mut results = TestResults::default();
    let mut case: Option<(String, TestStatus)> = None;
    walk(text, |step| {
        match step {
            Step::Begin(element) => begin(element, &mut case)?,
            Step::End("testcase") => finish(&mut case, &mut results),
            Step::End(_) | Step::Text(_) => {}
        }
        Some(())
    })?;
    Some(results)
}

fn begin(element: &BytesStart<'_>, case: &mut Option<(String, TestStatus)>) -> Option<()> {
    if is(element, "testcase") {
        let name = attribute(element, "name")?;
        let place = attribute(element, "classname")
            .or_else(|| attribute(element, "class"))
            .or_else(|| attribute(element, "file"))
            .unwrap_or_default();
        let id = if place.is_empty() { name } else { format!("{place}::{name}") };
        *case = Some((id, TestStatus::Passed));
    } else if let Some((_, status)) = case {
        if is(element, "failure") || is(element, "error") {
            *status = TestStatus::Failed;
        } else if is(element, "skipped") && *status == TestStatus::Passed {
            *status = TestStatus::Skipped;
        }
    }
    Some(())
}

fn finish(case: &mut Option<(String, TestStatus)>, results: &mut TestResults) {
    if let Some((id, status)) = case.take() {
        note(results, id, status);
    }
}
