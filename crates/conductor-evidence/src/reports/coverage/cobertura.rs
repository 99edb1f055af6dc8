//! Cobertura's XML.

use super::super::SourcePaths;
use super::super::xml::{Step, attribute, is, number, walk};
use super::Lines;

/// Reads the lines of every class; `None` when it is no such document.
pub(super) fn read<'t>(text: &str, paths: &SourcePaths<'t>) -> Option<Lines<'t>> {
    let mut lines = Lines::default();
    let mut sources: Vec<String> = Vec::new();
    let mut in_source = false;
    let mut root = None;
    let mut file = None;
    walk(text, |step| {
        match step {
            Step::Begin(element) => {
                root.get_or_insert_with(|| is(element, "coverage"));
                in_source = is(element, "source");
                if is(element, "class") {
                    let name = attribute(element, "filename");
                    file = name.and_then(|name| paths.find_below(&name, &sources));
                    if let Some(path) = file {
                        lines.file(path);
                    }
                } else if is(element, "line")
                    && let (Some(path), Some(line), Some(hits)) =
                        (file, number(element, "number"), number::<f64>(element, "hits"))
                {
                    lines.file(path).note(line, line, hits > 0.0);
                }
            }
            Step::Text(text) if in_source && sources.len() < 64 => sources.push(text.trim().to_owned()),
            Step::End("class") => file = None,
            Step::End("source") => in_source = false,
            Step::End(_) | Step::Text(_) => {}
        }
        Some(())
    })?;
    (root == Some(true)).then_some(lines)
}
