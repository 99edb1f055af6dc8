//! The parts of one container in layers.

use std::collections::{BTreeMap, BTreeSet};

/// Between parts side by side, between the rows of a layer, and between layers.
const GAP: i32 = 24;
const ROW: i32 = 18;
const LAYER: i32 = 46;

/// How often the order within layers is improved.
const SWEEPS: usize = 6;

/// Something to be placed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) id: usize,
    pub(super) size: (i32, i32),
}

/// Where the parts stand, by their upper left corners, and the size of the whole.
pub(super) struct Arranged {
    pub(super) places: Vec<(usize, (i32, i32))>,
    pub(super) size: (i32, i32),
}

/// Places parts so that what waits stands below what it waits for, in rows of at most this width.
pub(super) fn arrange(parts: &[Part], edges: &[(usize, usize)], widest: i32) -> Arranged {
    let local: BTreeMap<usize, usize> = parts.iter().enumerate().map(|(at, part)| (part.id, at)).collect();
    let edges: BTreeSet<(usize, usize)> =
        edges.iter().filter_map(|(from, to)| Some((*local.get(from)?, *local.get(to)?))).collect();
    let mut next = vec![Vec::new(); parts.len()];
    let mut previous = vec![Vec::new(); parts.len()];
    for &(from, to) in &edges {
        next[from].push(to);
        previous[to].push(from);
    }
    let mut layers = layers(&next, &previous);
    untangle(&mut layers, &next, &previous);
    place(parts, &layers, widest)
}

/// Each part in the layer after the last of those that it waits for. Where parts wait for each other in a circle, the
/// first of them in the plan does not wait.
fn layers(next: &[Vec<usize>], previous: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut waits: Vec<usize> = previous.iter().map(Vec::len).collect();
    let mut free: BTreeSet<usize> = (0..waits.len()).filter(|&at| waits[at] == 0).collect();
    let mut left: BTreeSet<usize> = (0..waits.len()).collect();
    let mut rank = vec![0; waits.len()];
    while let Some(at) = free.pop_first().or_else(|| left.first().copied()) {
        left.remove(&at);
        for &to in next[at].iter().filter(|to| left.contains(to)) {
            rank[to] = rank[to].max(rank[at] + 1);
            waits[to] = waits[to].saturating_sub(1);
            if waits[to] == 0 {
                free.insert(to);
            }
        }
    }
    let mut layers: Vec<Vec<usize>> = vec![Vec::new(); rank.iter().max().map_or(0, |last| last + 1)];
    for (at, &rank) in rank.iter().enumerate() {
        layers[rank].push(at);
    }
    layers.retain(|layer| !layer.is_empty());
    layers
}

/// Orders each layer by the middle of what its parts are linked with, downwards and upwards in turn.
fn untangle(layers: &mut [Vec<usize>], next: &[Vec<usize>], previous: &[Vec<usize>]) {
    // Places are shares of the layer's width, so that layers of different sizes can be compared.
    let mut place = vec![0i64; next.len()];
    let spread = |layer: &[usize], place: &mut [i64]| {
        let count = i64::try_from(layer.len()).unwrap_or(i64::MAX);
        for (number, &at) in (1i64..).zip(layer) {
            place[at] = number * 1_000_000 / (count + 1);
        }
    };
    layers.iter().for_each(|layer| spread(layer, &mut place));
    for sweep in 0..SWEEPS {
        let down = sweep % 2 == 0;
        let (linked, order): (_, Vec<usize>) = if down {
            (previous, (0..layers.len()).collect())
        } else {
            (next, (0..layers.len()).rev().collect())
        };
        for layer in order {
            let middle = |at: usize| {
                let others = &linked[at];
                let count = i64::try_from(others.len()).unwrap_or(i64::MAX);
                if others.is_empty() {
                    place[at]
                } else {
                    others.iter().map(|&other| place[other]).sum::<i64>() / count
                }
            };
            layers[layer].sort_by_key(|&at| (middle(at), at));
            spread(&layers[layer], &mut place);
        }
    }
}

fn place(parts: &[Part], layers: &[Vec<usize>], widest: i32) -> Arranged {
    let mut rows: Vec<(Vec<usize>, i32)> = Vec::new();
    for layer in layers {
        let (mut row, mut width) = (Vec::new(), 0);
        let mut gap = LAYER;
        for &at in layer {
            let wide = parts[at].size.0;
            if !row.is_empty() && width + GAP + wide > widest {
                rows.push((std::mem::take(&mut row), gap));
                (width, gap) = (0, ROW);
            }
            width += wide + if row.is_empty() { 0 } else { GAP };
            row.push(at);
        }
        rows.push((row, gap));
    }
    let width_of = |row: &[usize]| {
        let gaps = i32::try_from(row.len()).unwrap_or(i32::MAX).saturating_sub(1).saturating_mul(GAP);
        row.iter().map(|&at| parts[at].size.0).sum::<i32>() + gaps
    };
    let whole = rows.iter().map(|(row, _)| width_of(row)).max().unwrap_or(0);
    let mut places = Vec::with_capacity(parts.len());
    let mut y = 0;
    for (number, (row, gap)) in rows.iter().enumerate() {
        y += if number == 0 { 0 } else { *gap };
        let mut x = (whole - width_of(row)) / 2;
        let high = row.iter().map(|&at| parts[at].size.1).max().unwrap_or(0);
        for &at in row {
            places.push((parts[at].id, (x, y)));
            x += parts[at].size.0 + GAP;
        }
        y += high;
    }
    Arranged { places, size: (whole, y) }
}
