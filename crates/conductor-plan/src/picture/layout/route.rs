//! Lines that go around the items in their way.

use super::{Line, Rect};

/// Between a line and an item that it passes.
const CLEAR: i32 = 11;

/// Gives each line upright pieces beside the items that it would cross otherwise: row by row, on the nearer side.
pub(super) fn around(lines: &mut [Line], mut items: Vec<Rect>) {
    items.sort_by_key(|item| (item.y, item.x));
    for line in lines {
        let (mut x, mut y) = line.start;
        let first = items.partition_point(|item| item.y < y);
        let mut at = first;
        while let Some(row) = items.get(at).filter(|row| row.y + row.h < line.end.1) {
            let same = items[at..].iter().take_while(|item| item.y == row.y).count();
            let across = &items[at..at + same];
            let (top, bottom) = (row.y, across.iter().map(|item| item.y + item.h).max().unwrap_or(row.y));
            // Where the line would be at this height if it went straight on from the last piece.
            let share =
                |of: i32| i64::from(of - y) * i64::from(line.end.0 - x) / i64::from((line.end.1 - y).max(1));
            let straight = x + i32::try_from(share((top + bottom) / 2)).unwrap_or(0);
            if let Some(free) = beside(across, straight, x, line.end.0) {
                line.passes.push((free, top, bottom));
                (x, y) = (free, bottom);
            }
            at += same;
        }
    }
}

/// The nearest place beside the items of a row, when one of them is in the way.
fn beside(row: &[Rect], straight: i32, from: i32, to: i32) -> Option<i32> {
    let blocks = |x: i32| row.iter().find(|item| item.x - CLEAR < x && x < item.x + item.w + CLEAR);
    // A line bends on its way, so that what lies between its ends is in its way, too.
    let hit = blocks(straight).or_else(|| blocks(from)).or_else(|| blocks(to))?;
    let sides = [hit.x - CLEAR, hit.x + hit.w + CLEAR];
    sides.into_iter().min_by_key(|side| (side - straight).abs() + (side - to).abs() / 2)
}
