//! lcov's tracefile.

use super::super::SourcePaths;
use super::Lines;

/// Reads `SF:path`, `DA:line,hits` and `end_of_record`; `None` without any of them.
pub(super) fn read<'t>(text: &str, paths: &SourcePaths<'t>) -> Option<Lines<'t>> {
    let mut lines = Lines::default();
    let mut file = None;
    let mut records = 0_u64;
    for line in text.lines() {
        let line = line.trim();
        if let Some(path) = line.strip_prefix("SF:") {
            records += 1;
            file = paths.find(path);
            if let Some(path) = file {
                lines.file(path);
            }
        } else if line == "end_of_record" {
            file = None;
        } else if let (Some(path), Some((line, hits))) = (file, line.strip_prefix("DA:").and_then(hit)) {
            lines.file(path).note(line, line, hits);
        }
    }
    (records > 0).then_some(lines)
}

/// `12,3` and `12,3,checksum`. Counts may be written as floating numbers, and have been seen negative.
fn hit(text: &str) -> Option<(u32, bool)> {
    let mut fields = text.split(',');
    let line = fields.next()?.parse().ok()?;
    let hits: f64 = fields.next()?.parse().ok()?;
    Some((line, hits > 0.0))
}
