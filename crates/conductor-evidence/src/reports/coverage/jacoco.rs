//! JaCoCo's XML.

use super::super::SourcePaths;
use super::super::xml::{Step, attribute, is, number, walk};
use super::Lines;

/// Reads the lines of every source file; `None` when it is no such document. A line of which a part was reached counts
/// as reached, as in the other forms.
pub(super) fn read<'t>(text: &str, paths: &SourcePaths<'t>) -> Option<Lines<'t>> {
    let mut lines = Lines::default();
    let mut root = None;
    // A report over several modules has a group for each, by the name of its folder in most projects.
    let mut module: Option<String> = None;
    let mut package = String::new();
    let mut file = None;
    walk(text, |step| {
        match step {
            Step::Begin(element) => {
                root.get_or_insert_with(|| is(element, "report"));
                if is(element, "group") || (is(element, "report") && module.is_none()) {
                    module = attribute(element, "name");
                } else if is(element, "package") {
                    package = attribute(element, "name").unwrap_or_default();
                } else if is(element, "sourcefile") {
                    let name = attribute(element, "name").map(|name| format!("{package}/{name}"));
                    let name = name.as_deref().map(|name| name.trim_start_matches('/'));
                    file = name.and_then(|name| paths.find_in_module(name, module.as_deref()));
                    if let Some(path) = file {
                        lines.file(path);
                    }
                } else if is(element, "line")
                    && let (Some(path), Some(line)) = (file, number(element, "nr"))
                {
                    let reached = number::<u64>(element, "ci").is_some_and(|covered| covered > 0);
                    lines.file(path).note(line, line, reached);
                }
            }
            Step::End("sourcefile") => file = None,
            Step::End(_) | Step::Text(_) => {}
        }
        Some(())
    })?;
    (root == Some(true)).then_some(lines)
}
