//! Tasks that would wait for each other.
//!
//! A task has two points: its start and its end. The end waits for the start, the end of a container for the
//! ends of what is directly under it, the start for the ends of what the task depends on, and the start of a
//! child for the start of its container, since a container's dependencies hold for everything under it. A
//! cycle of points is work that can never be finished.

use crate::draft::Draft;
use crate::id::TaskId;
use crate::view::{Decided, View};
use std::collections::BTreeMap;

#[derive(PartialEq, Eq)]
enum Point {
    Start(TaskId),
    End(TaskId),
}

impl Point {
    fn id(&self) -> &TaskId {
        match self {
            Self::Start(id) | Self::End(id) => id,
        }
    }

    fn place(&self) -> usize {
        match self {
            Self::Start(_) => 0,
            Self::End(_) => 1,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    OnPath,
    Finished,
}

/// The marks of both points of each task.
#[derive(Default)]
struct Marks(BTreeMap<TaskId, [Option<Mark>; 2]>);

impl Marks {
    fn get(&self, point: &Point) -> Option<Mark> {
        self.0.get(point.id()).and_then(|marks| marks[point.place()])
    }

    fn set(&mut self, point: &Point, mark: Mark) {
        match self.0.get_mut(point.id()) {
            Some(marks) => marks[point.place()] = Some(mark),
            None => {
                let mut marks = [None; 2];
                marks[point.place()] = Some(mark);
                self.0.insert(point.id().clone(), marks);
            }
        }
    }
}

/// A cycle that can be reached from one of these tasks: each task waits for the next, the first is also the
/// last. Only what can be reached is read.
pub(crate) fn find_cycle<V: View>(
    draft: &mut Draft<'_, V>,
    roots: impl Iterator<Item = TaskId>,
) -> Decided<Option<Vec<TaskId>>, V> {
    let mut marks = Marks::default();
    for root in roots {
        let root = Point::Start(root);
        if marks.get(&root).is_some() {
            continue;
        }
        marks.set(&root, Mark::OnPath);
        let waits = waits_for(draft, &root)?;
        let mut path = vec![(root, waits)];
        // Each entry holds the points still to be looked at, so a chain of thousands needs no call stack.
        while let Some((point, rest)) = path.last_mut() {
            let Some(next) = rest.pop() else {
                marks.set(point, Mark::Finished);
                path.pop();
                continue;
            };
            match marks.get(&next) {
                Some(Mark::Finished) => {}
                Some(Mark::OnPath) => return Ok(Some(cycle_of(&path, &next))),
                None => {
                    let waits = waits_for(draft, &next)?;
                    marks.set(&next, Mark::OnPath);
                    path.push((next, waits));
                }
            }
        }
    }
    Ok(None)
}

fn waits_for<V: View>(draft: &mut Draft<'_, V>, point: &Point) -> Decided<Vec<Point>, V> {
    Ok(match point {
        Point::End(id) => {
            let mut waits = vec![Point::Start(id.clone())];
            waits.extend(draft.children(id)?.iter().map(|child| Point::End(child.id.clone())));
            waits
        }
        Point::Start(id) => {
            let mut waits: Vec<Point> = id.parent().map(Point::Start).into_iter().collect();
            if let Some(task) = draft.task(id)? {
                waits.extend(task.depends_on.iter().cloned().map(Point::End));
            }
            waits
        }
    })
}

fn cycle_of(path: &[(Point, Vec<Point>)], again: &Point) -> Vec<TaskId> {
    let from = path.iter().position(|(point, _)| point == again).unwrap_or_default();
    let mut ids: Vec<TaskId> = path[from..].iter().map(|(point, _)| point.id().clone()).collect();
    ids.push(again.id().clone());
    ids.dedup();
    // A task that waits for itself, through its start and its end, still reads as a cycle.
    if ids.len() == 1 {
        ids.push(again.id().clone());
    }
    ids
}
