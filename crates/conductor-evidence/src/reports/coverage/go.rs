//! Go's cover profile.

use super::super::SourcePaths;
use super::Lines;

/// Reads `example.com/shop/cart.go:12.34,15.2 3 1`, a stretch of statements a line; `None` without the first line,
/// `mode: set`.
pub(super) fn read<'t>(text: &str, paths: &SourcePaths<'t>) -> Option<Lines<'t>> {
    let mut rows = text.lines();
    rows.by_ref().find(|row| !row.trim().is_empty())?.trim().strip_prefix("mode: ")?;
    let mut lines = Lines::default();
    // Profiles go file by file.
    let mut last: Option<(&str, Option<&'t str>)> = None;
    for row in rows {
        let Some((name, first, end, hits)) = stretch(row) else { continue };
        let path = match last {
            Some((known, path)) if known == name => path,
            Some(_) | None => paths.find(name),
        };
        last = Some((name, path));
        if let Some(path) = path {
            lines.file(path).note(first, end, hits);
        }
    }
    Some(lines)
}

fn stretch(row: &str) -> Option<(&str, u32, u32, bool)> {
    let (name, rest) = row.trim().rsplit_once(':')?;
    let mut fields = rest.split(' ');
    let (start, end) = fields.next()?.split_once(',')?;
    let line = |place: &str| place.split('.').next()?.parse::<u32>().ok();
    let statements: u64 = fields.next()?.parse().ok()?;
    let hits: u64 = fields.next()?.parse().ok()?;
    (statements > 0).then_some((name, line(start)?, line(end)?, hits > 0))
}
