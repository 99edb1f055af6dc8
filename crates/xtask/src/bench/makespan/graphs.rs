//! Ten graphs of work, each of a shape that some scheduler is bad at. Estimates are in minutes and uneven on purpose:
//! equal ones hide who waits for whom.

/// A task: how long it takes, and which tasks it needs.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) minutes: u64,
    pub(super) needs: Vec<usize>,
}

/// A graph of work. What a task needs comes before it.
#[derive(Debug, Clone)]
pub(super) struct Graph {
    pub(super) name: &'static str,
    pub(super) nodes: Vec<Node>,
}

/// All ten.
pub(super) fn all() -> [Graph; 10] {
    [
        chain(),
        wide(),
        fork_join(),
        lattice(),
        in_tree(),
        out_tree(),
        two_chains(),
        layered(),
        series_parallel(),
        project(),
    ]
}

impl Graph {
    fn new(name: &'static str) -> Self {
        Self { name, nodes: Vec::new() }
    }

    fn add(&mut self, minutes: u64, needs: impl IntoIterator<Item = usize>) -> usize {
        self.nodes.push(Node { minutes, needs: needs.into_iter().collect() });
        self.nodes.len() - 1
    }

    /// All the work together.
    pub(super) fn total(&self) -> u64 {
        self.nodes.iter().map(|node| node.minutes).sum()
    }

    /// For each task the minutes from its beginning to the end of the longest chain that begins with it.
    pub(super) fn tails(&self) -> Vec<u64> {
        let mut tails: Vec<u64> = self.nodes.iter().map(|node| node.minutes).collect();
        for n in (0..self.nodes.len()).rev() {
            for &on in &self.nodes[n].needs {
                tails[on] = tails[on].max(self.nodes[on].minutes + tails[n]);
            }
        }
        tails
    }

    /// No schedule for so many agents is shorter: the longest chain, or all the work shared evenly.
    pub(super) fn bound(&self, agents: u64) -> u64 {
        let longest = self.tails().into_iter().max().unwrap_or(0);
        longest.max(self.total().div_ceil(agents))
    }
}

/// A small generator, so that the graphs are the same everywhere.
pub(super) struct Numbers(u64);

impl Numbers {
    pub(super) const fn from(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `below`.
    pub(super) fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below.max(1)
    }

    /// An estimate from 10 minutes to two hours.
    fn minutes(&mut self) -> u64 {
        10 + self.next(111)
    }
}

fn chain() -> Graph {
    let (mut graph, mut numbers) = (Graph::new("chain"), Numbers::from(1));
    for n in 0..20_usize {
        graph.add(numbers.minutes(), n.checked_sub(1));
    }
    graph
}

fn wide() -> Graph {
    let (mut graph, mut numbers) = (Graph::new("wide"), Numbers::from(2));
    for _ in 0..60 {
        graph.add(numbers.minutes(), []);
    }
    graph
}

/// Stages of eight beside each other; the next stage begins when all of one are joined.
fn fork_join() -> Graph {
    let (mut graph, mut numbers) = (Graph::new("fork-join"), Numbers::from(3));
    let mut join = graph.add(15, []);
    for _ in 0..4 {
        let stage: Vec<usize> = (0..8).map(|_| graph.add(numbers.minutes(), [join])).collect();
        join = graph.add(15, stage);
    }
    graph
}

/// Each task of a square needs the one above it and the one to the left.
fn lattice() -> Graph {
    const SIDE: usize = 7;
    let (mut graph, mut numbers) = (Graph::new("diamond lattice"), Numbers::from(4));
    for n in 0..SIDE * SIDE {
        let above = n.checked_sub(SIDE);
        let left = (n % SIDE > 0).then(|| n - 1);
        graph.add(numbers.minutes(), above.into_iter().chain(left));
    }
    graph
}

/// Two by two, down to one.
fn in_tree() -> Graph {
    let (mut graph, mut numbers) = (Graph::new("in-tree"), Numbers::from(5));
    let mut level: Vec<usize> = (0..32).map(|_| graph.add(numbers.minutes(), [])).collect();
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| graph.add(numbers.minutes(), pair.iter().copied())).collect();
    }
    graph
}

/// From one, each leads to two.
fn out_tree() -> Graph {
    let (mut graph, mut numbers) = (Graph::new("out-tree"), Numbers::from(6));
    for n in 0..63_usize {
        graph.add(numbers.minutes(), n.checked_sub(1).map(|n| n / 2));
    }
    graph
}

/// A long chain, a short one of many small tasks, and odd jobs that are tempting to begin first.
fn two_chains() -> Graph {
    let (mut graph, mut numbers) = (Graph::new("two unequal chains"), Numbers::from(7));
    for _ in 0..8 {
        graph.add(60 + numbers.next(30), []);
    }
    let mut last = None;
    for _ in 0..14 {
        last = Some(graph.add(40 + numbers.next(50), last));
    }
    let mut last = None;
    for _ in 0..18 {
        last = Some(graph.add(5 + numbers.next(15), last));
    }
    graph
}

/// Layers of eight; each task needs one to three of the layer before.
fn layered() -> Graph {
    const LAYER: usize = 8;
    let (mut graph, mut numbers) = (Graph::new("layered random"), Numbers::from(8));
    for n in 0..LAYER * 7 {
        let layer = n / LAYER;
        let mut needs = Vec::new();
        if layer > 0 {
            for _ in 0..=numbers.next(3) {
                let pick = usize::try_from(numbers.next(8)).unwrap_or(0);
                needs.push((layer - 1) * LAYER + pick);
            }
            needs.sort_unstable();
            needs.dedup();
        }
        graph.add(numbers.minutes(), needs);
    }
    graph
}

/// Parts beside each other and one after the other, within each other.
fn series_parallel() -> Graph {
    let (mut graph, mut numbers) = (Graph::new("series-parallel"), Numbers::from(9));
    let first = graph.add(30, []);
    let end = part(&mut graph, &mut numbers, vec![first], 4, true);
    graph.add(30, end);
    graph
}

/// Adds a part that begins after `after`; returns what ends it.
fn part(graph: &mut Graph, numbers: &mut Numbers, after: Vec<usize>, depth: u64, beside: bool) -> Vec<usize> {
    if depth == 0 {
        return vec![graph.add(numbers.minutes(), after)];
    }
    let pieces = 2 + numbers.next(2);
    if beside {
        return (0..pieces).flat_map(|_| part(graph, numbers, after.clone(), depth - 1, false)).collect();
    }
    (0..pieces).fold(after, |after, _| part(graph, numbers, after, depth - 1, true))
}

/// What a plan of a small web shop looks like: a base, a few features of several layers each, and what comes last.
fn project() -> Graph {
    let mut graph = Graph::new("a project");
    let skeleton = graph.add(45, []);
    let pipeline = graph.add(60, [skeleton]);
    let schema = graph.add(120, [skeleton]);
    let errors = graph.add(40, [skeleton]);
    let accounts = graph.add(150, [schema, errors]);
    let sessions = graph.add(90, [accounts]);
    let design = graph.add(100, [skeleton]);
    let (mut pages, mut tests) = (Vec::new(), Vec::new());
    let features: [(u64, u64, u64); 5] =
        [(90, 120, 60), (150, 90, 45), (60, 150, 60), (210, 60, 90), (45, 75, 30)];
    for (n, (store, api, page)) in features.into_iter().enumerate() {
        let store = graph.add(store, [schema]);
        let api = graph.add(api, if n % 2 == 0 { vec![store, errors] } else { vec![store, sessions] });
        pages.push(graph.add(page, [api, design]));
        tests.push(graph.add(40, [api, pipeline]));
    }
    let search = graph.add(120, [pages[0], pages[1]]);
    let basket = graph.add(180, [pages[2], sessions]);
    let payment = graph.add(240, [basket]);
    let mails = graph.add(60, [payment]);
    let admin = graph.add(150, [sessions, pages[3]]);
    let guide = graph.add(90, [search, admin]);
    let load = graph.add(75, tests.iter().copied().chain([payment]));
    graph.add(60, [mails, guide, load]);
    // What nobody waits for.
    graph.add(30, []);
    graph.add(45, [pipeline]);
    graph
}
