//! Where things stand in a drawing: a layered layout with containers as boxes.
//!
//! Within each container its parts are laid out in layers, as Sugiyama, Tagawa and Toda do it ("Methods for visual
//! understanding of hierarchical system structures", 1981): circles are broken, each part comes as early as what it waits
//! for allows, and the order within layers follows the middle of the neighbours. A container is a part of the one around
//! it, of the size that its own layout has, so boxes never overlap. Layers that are too wide go on in another row, which
//! keeps a drawing of hundreds of items as wide as a page.

mod layers;
mod route;

use super::Picture;
use layers::{Part, arrange};

/// Size of an item, in pixels.
pub(super) const ITEM: (i32, i32) = (196, 64);
/// Space within a container around its parts, and for its title.
pub(super) const INSET: i32 = 16;
pub(super) const HEAD: i32 = 42;
/// Around everything.
const MARGIN: i32 = 16;
/// A place in the drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Rect {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) w: i32,
    pub(super) h: i32,
}

/// A dependency in the drawing, from the lower edge of what comes first to the upper edge of what waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) start: (i32, i32),
    pub(super) end: (i32, i32),
    /// Upright pieces beside the items that would be in its way, from above to below: `(x, from y, to y)`.
    pub(super) passes: Vec<(i32, i32, i32)>,
}

/// A drawing. Items are named by their position in the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) width: i32,
    pub(super) height: i32,
    /// The place of each item; nothing for one that is not shown.
    pub(super) places: Vec<Option<Rect>>,
    /// Items in the order in which they are drawn: containers before what is in them.
    pub(super) shown: Vec<usize>,
    pub(super) lines: Vec<Line>,
}

/// The tree as positions. The last part stands for the whole drawing.
struct Forest {
    parent: Vec<usize>,
    depth: Vec<usize>,
    children: Vec<Vec<usize>>,
    /// Parents before children.
    shown: Vec<usize>,
}

/// Lays a plan out in at most this width, unless a single part is wider.
pub(super) fn layout(picture: &Picture<'_>, widest: i32) -> Layout {
    let forest = Forest::of(picture);
    let whole = picture.plan.items.len();
    let mut edges: Vec<Vec<(usize, usize)>> = vec![Vec::new(); whole + 1];
    for (from, to) in picture.edges() {
        if let Some((parent, from, to)) = forest.lift(from, to) {
            edges[parent].push((from, to));
        }
    }
    let mut sizes = vec![ITEM; whole + 1];
    let mut offsets = vec![(0, 0); whole + 1];
    // Parts are sized before what contains them.
    for &container in forest.shown.iter().rev().chain([&whole]) {
        if forest.children[container].is_empty() {
            continue;
        }
        let depth = i32::try_from(forest.depth[container].min(20)).unwrap_or(0);
        let widest = widest - depth * 2 * INSET;
        let parts: Vec<Part> =
            forest.children[container].iter().map(|&id| Part { id, size: sizes[id] }).collect();
        let arranged = arrange(&parts, &edges[container], widest);
        for (id, at) in arranged.places {
            offsets[id] = at;
        }
        let (w, h) = arranged.size;
        sizes[container] = if container == whole { (w, h) } else { (w + 2 * INSET, h + HEAD + INSET) };
    }
    let mut places: Vec<Option<Rect>> = vec![None; whole + 1];
    places[whole] = Some(Rect { x: MARGIN - INSET, y: MARGIN - HEAD, w: sizes[whole].0, h: sizes[whole].1 });
    for &id in &forest.shown {
        let Some(around) = places[forest.parent[id]] else { continue };
        let (x, y) = (around.x + INSET + offsets[id].0, around.y + HEAD + offsets[id].1);
        places[id] = Some(Rect { x, y, w: sizes[id].0, h: sizes[id].1 });
    }
    places.truncate(whole);
    let mut lines = lines(picture, &forest, &places);
    let is_item = |id: usize| picture.plan.items.get(id).is_some_and(|item| !picture.is_container(item));
    let items = forest.shown.iter().filter(|&&id| is_item(id)).filter_map(|&id| places[id]);
    route::around(&mut lines, items.collect());
    let (width, height) = (sizes[whole].0 + 2 * MARGIN, sizes[whole].1 + 2 * MARGIN);
    Layout { width, height, places, shown: forest.shown, lines }
}

impl Forest {
    fn of(picture: &Picture<'_>) -> Self {
        let whole = picture.plan.items.len();
        let mut forest = Self {
            parent: vec![whole; whole + 1],
            depth: vec![0; whole + 1],
            children: vec![Vec::new(); whole + 1],
            shown: Vec::with_capacity(whole),
        };
        let mut above: Vec<usize> = Vec::new();
        let mut seen = vec![false; whole];
        for row in picture.plan.tree() {
            let Some(&id) = picture.positions.get(&row.item.key) else { continue };
            // Of items that share a key only the first is shown.
            if std::mem::replace(&mut seen[id], true) {
                continue;
            }
            above.truncate(row.depth);
            let parent = above.last().copied().unwrap_or(whole);
            forest.parent[id] = parent;
            forest.depth[id] = above.len() + 1;
            forest.children[parent].push(id);
            forest.shown.push(id);
            above.push(id);
        }
        forest
    }

    /// A dependency between two items as one between the parts of the container that has both; nothing when one is within
    /// the other.
    fn lift(&self, from: usize, to: usize) -> Option<(usize, usize, usize)> {
        let (mut from, mut to) = (from, to);
        while self.depth[from] > self.depth[to] {
            from = self.parent[from];
        }
        while self.depth[to] > self.depth[from] {
            to = self.parent[to];
        }
        while from != to && self.parent[from] != self.parent[to] {
            (from, to) = (self.parent[from], self.parent[to]);
        }
        (from != to).then(|| (self.parent[from], from, to))
    }
}

/// The dependencies with their ends. Lines that leave or reach one item side by side are kept apart, in the order of
/// their other ends, so that they do not cross there.
fn lines(picture: &Picture<'_>, forest: &Forest, places: &[Option<Rect>]) -> Vec<Line> {
    let centre = |rect: Rect| rect.x + rect.w / 2;
    let mut lines: Vec<(Line, Rect, Rect)> = Vec::new();
    for (from, to) in picture.edges() {
        // What is within the other has no line: it is drawn by the box.
        if forest.lift(from, to).is_none() {
            continue;
        }
        let (Some(first), Some(second)) = (places[from], places[to]) else { continue };
        let (start, end) = ((centre(first), first.y + first.h), (centre(second), second.y));
        lines.push((Line { from, to, start, end, passes: Vec::new() }, first, second));
    }
    for at_start in [true, false] {
        let key = |line: &Line| {
            if at_start { (line.from, line.end.0, line.to) } else { (line.to, line.start.0, line.from) }
        };
        lines.sort_by_key(|(line, ..)| key(line));
        for group in lines.chunk_by_mut(|(a, ..), (b, ..)| key(a).0 == key(b).0) {
            let count = i32::try_from(group.len()).unwrap_or(i32::MAX);
            for (number, (line, first, second)) in (1..).zip(group.iter_mut()) {
                let rect = if at_start { *first } else { *second };
                let step = (rect.w / (count + 1)).min(28);
                let x = centre(rect) + (2 * number - count - 1) * step / 2;
                if at_start { line.start.0 = x } else { line.end.0 = x }
            }
        }
    }
    lines.into_iter().map(|(line, ..)| line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Category, Engine, EngineKind, Item, ItemKey, Labels, Plan, Priority};
    use proptest::prelude::*;

    fn plan(parents: &[Option<usize>], edges: &[(usize, usize)]) -> Plan {
        let key = |at: usize| ItemKey::new(at.to_string());
        let item = |(at, parent): (usize, &Option<usize>)| Item {
            key: key(at),
            title: format!("Item {at}"),
            description: String::new(),
            parent: parent.map(key),
            depends_on: edges.iter().filter(|(item, _)| *item == at).map(|&(_, on)| key(on)).collect(),
            estimate: None,
            complexity: 1,
            complexity_reasons: Vec::new(),
            category: Category::Feature,
            priority: Priority::Medium,
            tags: Vec::new(),
            acceptance: Vec::new(),
            files: Vec::new(),
            confidence: 100,
            requirements: Vec::new(),
            sources: Vec::new(),
        };
        Plan::of_items(
            Engine { kind: EngineKind::Outline, model: None },
            parents.iter().enumerate().map(item).collect(),
        )
    }

    fn laid_out(plan: &Plan) -> Layout {
        layout(&Picture::new(plan, &Labels::of(plan), &[]), 700)
    }

    fn overlap(a: Rect, b: Rect) -> bool {
        a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn boxes_hold_their_parts_and_nothing_overlaps(
            parents in prop::collection::vec(prop::option::weighted(0.6, any::<prop::sample::Index>()), 1..60),
            edges in prop::collection::vec((0..60usize, 0..60usize), 0..90),
        ) {
            // A parent stands before its children, so that all are shown where they belong.
            let parents: Vec<Option<usize>> =
                parents.iter().enumerate().map(|(at, parent)| parent.filter(|_| at > 0).map(|parent| parent.index(at))).collect();
            let edges: Vec<_> = edges.into_iter().filter(|&(item, on)| item < parents.len() && on < parents.len()).collect();
            let layout = laid_out(&plan(&parents, &edges));
            let whole = Rect { x: 0, y: 0, w: layout.width, h: layout.height };
            for (at, parent) in parents.iter().enumerate() {
                let place = layout.places[at].unwrap();
                let around = parent.map_or(whole, |parent| layout.places[parent].unwrap());
                prop_assert!(place.x >= around.x && place.y >= around.y);
                prop_assert!(place.x + place.w <= around.x + around.w && place.y + place.h <= around.y + around.h);
                for (other, _) in parents.iter().enumerate().filter(|&(other, above)| other != at && above == parent) {
                    prop_assert!(!overlap(place, layout.places[other].unwrap()), "{at} and {other}");
                }
            }
        }
    }

    #[test]
    fn what_waits_stands_below_and_lines_go_around() {
        // 0 -> 1 -> 2, and 0 -> 2 passes 1.
        let layout = laid_out(&plan(&[None; 3], &[(1, 0), (2, 1), (2, 0)]));
        let y = |at: usize| layout.places[at].unwrap().y;
        assert!(y(0) < y(1) && y(1) < y(2));
        let long = layout.lines.iter().find(|line| (line.from, line.to) == (0, 2)).unwrap();
        let between = layout.places[1].unwrap();
        let &[(x, top, bottom)] = long.passes.as_slice() else { panic!("{long:?}") };
        assert!(x < between.x || x > between.x + between.w);
        assert!(top <= between.y && bottom >= between.y + between.h);
    }

    #[test]
    fn circles_and_wide_layers_are_laid_out() {
        let circle = laid_out(&plan(&[None; 3], &[(0, 2), (1, 0), (2, 1)]));
        assert_eq!(circle.lines.len(), 3);
        let wide = laid_out(&plan(&[None; 40], &[]));
        assert!(wide.width <= 700 + 2 * MARGIN, "{}", wide.width);
        assert!(wide.places.iter().all(Option::is_some));
    }
}
