//! XML reports, element by element.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// What stands in a report, in order.
pub(super) enum Step<'e, 'x> {
    /// An element begins. What is empty ends right after.
    Begin(&'e BytesStart<'x>),
    /// The element of this name ends.
    End(&'e str),
    /// Text, as it is written.
    Text(&'e str),
}

/// Goes through a document; `None` when it is not well-formed or the reader wants no more of it, since half a report
/// shows nothing. No entity is looked up and no document type is obeyed.
pub(super) fn walk(text: &str, mut step: impl FnMut(Step<'_, '_>) -> Option<()>) -> Option<()> {
    let mut reader = Reader::from_str(text);
    let mut depth = 0_u32;
    let mut elements = 0_u64;
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) => {
                depth += 1;
                elements += 1;
                step(Step::Begin(&element))?;
            }
            Event::Empty(element) => {
                elements += 1;
                step(Step::Begin(&element))?;
                step(Step::End(element.local_name().as_ref()))?;
            }
            Event::End(element) => {
                depth = depth.checked_sub(1)?;
                step(Step::End(element.local_name().as_ref()))?;
            }
            Event::Text(text) => step(Step::Text(text.as_ref()))?,
            Event::Eof => return (depth == 0 && elements > 0).then_some(()),
            Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => {}
        }
    }
}

pub(super) fn is(element: &BytesStart<'_>, name: &str) -> bool {
    element.local_name().as_ref() == name
}

/// An attribute without blanks around it; `None` when it is not there or empty.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).ok()??;
    let text = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// An attribute that is a number.
pub(super) fn number<N: std::str::FromStr>(element: &BytesStart<'_>, name: &str) -> Option<N> {
    attribute(element, name)?.parse().ok()
}
