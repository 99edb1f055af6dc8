//! The JSON of `llvm-cov export`, which `cargo llvm-cov --json` writes.

use serde::Deserialize;
use serde_json::Value;

use super::super::SourcePaths;
use super::Lines;

#[derive(Deserialize)]
struct Export {
    data: Vec<Part>,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    filename: String,
    #[serde(default)]
    segments: Vec<Vec<Value>>,
}

/// Where a stretch of code begins, and how often it ran.
#[derive(Clone, Copy)]
struct Segment {
    line: u32,
    count: u64,
    /// Whether anything is counted from here on.
    counted: bool,
    /// Whether a region begins, and does not merely go on.
    entry: bool,
    gap: bool,
}

/// Reads the segments of every file; `None` when it is no such document.
pub(super) fn read<'t>(text: &str, paths: &SourcePaths<'t>) -> Option<Lines<'t>> {
    let export: Export = serde_json::from_str(text).ok()?;
    if !export.kind.starts_with("llvm.coverage") {
        return None;
    }
    let mut lines = Lines::default();
    for file in export.data.iter().flat_map(|part| &part.files) {
        let Some(path) = paths.find(&file.filename) else { continue };
        let stretches = lines.file(path);
        let segments: Vec<Segment> = file.segments.iter().filter_map(|fields| segment(fields)).collect();
        for (first, last, reached) in by_line(&segments) {
            stretches.note(first, last, reached);
        }
    }
    Some(lines)
}

fn segment(fields: &[Value]) -> Option<Segment> {
    let flag = |at: usize| fields.get(at).and_then(Value::as_bool).unwrap_or_default();
    Some(Segment {
        line: u32::try_from(fields.first()?.as_u64()?).ok()?,
        count: fields.get(2)?.as_u64()?,
        counted: flag(3),
        entry: flag(4),
        gap: flag(5),
    })
}

/// The lines as `llvm-cov` itself counts them: a line is told when a region begins on it, or when it lies in one; it
/// was reached as often as the one of these that ran most often.
fn by_line(segments: &[Segment]) -> Vec<(u32, u32, bool)> {
    let mut told = Vec::new();
    let mut around: Option<Segment> = None;
    let mut rows = segments.chunk_by(|one, two| one.line == two.line).peekable();
    while let Some(row) = rows.next() {
        let Some((first, last)) = row.first().zip(row.last()) else { continue };
        let begins = |segment: &&Segment| segment.counted && segment.entry && !segment.gap;
        let counts = row.iter().filter(begins).map(|segment| segment.count);
        let most = counts.chain(around.filter(|around| around.counted).map(|around| around.count)).max();
        let skipped = !first.counted && first.entry;
        if let (Some(most), false) = (most, skipped) {
            told.push((first.line, first.line, most > 0));
        }
        // The lines up to the next segment lie in the region that is open.
        let next = rows.peek().and_then(|row| row.first()).map_or(0, |next| next.line);
        if last.counted && next > last.line.saturating_add(1) {
            told.push((last.line + 1, next - 1, last.count > 0));
        }
        around = Some(*last);
    }
    told
}
