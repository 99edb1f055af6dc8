//! JUnit XML, as most test programs can write it.

use conductor_engine::gate::{TestResults, TestStatus};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::note;

/// Reads a report; `None` when it is not well-formed XML, since half a report shows nothing.
pub(super) fn read(text: &str) -> Option<TestResults> {
    let mut reader = Reader::from_str(text);
    let mut results = TestResults::default();
    let mut case: Option<(String, TestStatus)> = None;
    let mut depth = 0_u32;
    let mut elements = 0_u32;
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) => {
                depth += 1;
                elements += 1;
                begin(&element, &mut case)?;
            }
            Event::Empty(element) => {
                elements += 1;
                begin(&element, &mut case)?;
                if is(&element, "testcase") {
                    finish(&mut case, &mut results);
                }
            }
            Event::End(element) => {
                depth = depth.checked_sub(1)?;
                if element.local_name().as_ref() == "testcase" {
                    finish(&mut case, &mut results);
                }
            }
            Event::Eof => return (depth == 0 && elements > 0).then_some(results),
            Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => {}
        }
    }
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

fn is(element: &BytesStart<'_>, name: &str) -> bool {
    element.local_name().as_ref() == name
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).ok()??;
    let text = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}
