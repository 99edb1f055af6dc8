//! The two sides of a comparison in one form: tasks with a title, a text, a parent and what they wait for.

use crate::graph::positions;
use crate::lookup::Lookup;
use crate::{Item, Plan};

/// One task of a side. Others are named by their position.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Task {
    /// How its side names it.
    pub(crate) id: String,
    pub(crate) title: String,
    /// What is said of it besides.
    pub(crate) text: String,
    /// What is said at length.
    pub(crate) details: String,
    pub(crate) parent: Option<usize>,
    pub(crate) after: Vec<usize>,
}

/// The tasks of one side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tasks {
    pub(crate) all: Vec<Task>,
    children: Vec<Vec<usize>>,
    /// 0 for a task without a parent.
    depth: Vec<usize>,
}

/// The tasks of a side that are compared: each stands for itself and all below it.
#[derive(Debug, Clone)]
pub(crate) struct Cut {
    /// Positions among the tasks of the side.
    pub(crate) tasks: Vec<usize>,
    /// For each task of the side the place in the cut of what stands for it; none for what lies above the cut.
    pub(crate) stands_for: Vec<Option<usize>>,
}

impl Tasks {
    /// A parent that is unknown, or part of a circle, counts as none.
    pub(crate) fn new(mut all: Vec<Task>) -> Self {
        let count = all.len();
        let mut depth = vec![usize::MAX; count];
        for start in 0..count {
            let mut path = Vec::new();
            let mut at = start;
            let above = loop {
                if depth[at] != usize::MAX {
                    break depth[at] + 1;
                }
                path.push(at);
                match all[at].parent.filter(|parent| *parent < count) {
                    Some(parent) if !path.contains(&parent) => at = parent,
                    Some(_) | None => {
                        all[at].parent = None;
                        break 0;
                    }
                }
            };
            for (below, at) in path.into_iter().rev().enumerate() {
                depth[at] = above + below;
            }
        }
        let mut children = vec![Vec::new(); count];
        for (at, task) in all.iter_mut().enumerate() {
            task.after.retain(|&on| on < count && on != at);
            if let Some(parent) = task.parent {
                children[parent].push(at);
            }
        }
        Self { all, children, depth }
    }

    pub(crate) fn of_plan(plan: &Plan) -> Self {
        Self::of_items(&plan.items, &positions(plan))
    }

    fn of_items(items: &[Item], position: &Lookup<&crate::ItemKey, usize>) -> Self {
        let task = |item: &Item| Task {
            id: item.key.as_str().to_owned(),
            title: item.title.clone(),
            text: [std::slice::from_ref(&item.description), &item.acceptance].concat().join("\n"),
            parent: item.parent.as_ref().and_then(|parent| position.get(parent).copied()),
            after: item.depends_on.iter().filter_map(|on| position.get(on).copied()).collect(),
            details: String::new(),
        };
        Self::new(items.iter().map(task).collect())
    }

    pub(crate) fn deepest(&self) -> usize {
        self.depth.iter().copied().max().unwrap_or(0)
    }

    /// The tasks at a depth, and those above it that nothing stands under.
    pub(crate) fn cut(&self, depth: usize) -> Cut {
        let inside =
            |at: usize| self.depth[at] == depth || self.depth[at] < depth && self.children[at].is_empty();
        let tasks: Vec<usize> = (0..self.all.len()).filter(|&at| inside(at)).collect();
        let mut stands_for = vec![None; self.all.len()];
        for (place, &task) in tasks.iter().enumerate() {
            let mut stack = vec![task];
            while let Some(at) = stack.pop() {
                stands_for[at] = Some(place);
                stack.extend(&self.children[at]);
            }
        }
        Cut { tasks, stands_for }
    }

    /// What is said of a task at length, and of all below it.
    pub(crate) fn details(&self, task: usize) -> String {
        let mut text = self.all[task].details.clone();
        let mut stack: Vec<usize> = self.children[task].iter().rev().copied().collect();
        while let Some(at) = stack.pop() {
            for line in [&self.all[at].title, &self.all[at].text, &self.all[at].details] {
                text.push('\n');
                text.push_str(line);
            }
            stack.extend(self.children[at].iter().rev());
        }
        text
    }

    /// For each task of a cut those that it waits for. What a task below waits for, the one that stands for it does;
    /// what is said of a group holds for all that stands under it.
    pub(crate) fn waits(&self, cut: &Cut) -> Vec<Vec<usize>> {
        let mut waits = vec![Vec::new(); cut.tasks.len()];
        // What a group above the cut stands for: all of the cut below it.
        let mut below: Vec<Vec<usize>> = vec![Vec::new(); self.all.len()];
        for (place, &task) in cut.tasks.iter().enumerate() {
            let mut at = self.all[task].parent;
            while let Some(above) = at {
                below[above].push(place);
                at = self.all[above].parent;
            }
        }
        let places = |at: usize| cut.stands_for[at].map_or_else(|| below[at].clone(), |place| vec![place]);
        for (at, task) in self.all.iter().enumerate() {
            for &on in &task.after {
                for waiting in places(at) {
                    waits[waiting].extend(places(on).into_iter().filter(|&on| on != waiting));
                }
            }
        }
        for before in &mut waits {
            before.sort_unstable();
            before.dedup();
        }
        waits
    }
}
