//! A plan as a picture: as text for other programs to draw, as a drawing of its own, as a page.
//!
//! All of these are pure functions of a [`Picture`]. Titles and documents are text of others: each form escapes them for
//! itself, so that none of them can be more than text.

mod dot;
mod html;
mod labels;
mod layout;
mod markdown;
mod measure;
mod mermaid;
mod svg;

pub use labels::Labels;
pub use markdown::markdown_cell;

use crate::lookup::Lookup;
use crate::{Finding, Item, ItemKey, Order, Plan};
use std::collections::BTreeSet;

/// What is drawn.
#[derive(Debug)]
pub struct Picture<'p> {
    plan: &'p Plan,
    labels: &'p Labels,
    findings: &'p [Finding],
    /// Nothing when the plan goes in circles.
    order: Option<Order>,
    critical: BTreeSet<ItemKey>,
    critical_edges: BTreeSet<(usize, usize)>,
    /// Position of each item; of equal keys the first counts.
    positions: Lookup<&'p ItemKey, usize>,
    containers: BTreeSet<&'p ItemKey>,
    texts: &'p [(String, String)],
    /// Keys and titles of what is named, but not drawn.
    rejected: Vec<(&'p ItemKey, &'p str)>,
    workers: usize,
}

impl<'p> Picture<'p> {
    /// A picture of a plan with the names that its items go by and what was found wrong with it. It shows every item, so
    /// what is drawn of a plan in review is [`live`](crate::live), and the rest is told with [`Picture::with_rejected_of`].
    pub fn new(plan: &'p Plan, labels: &'p Labels, findings: &'p [Finding]) -> Self {
        let order = Order::of(plan).ok();
        let positions = crate::graph::positions(plan);
        let path: &[ItemKey] = order.as_ref().map_or(&[], |order| &order.critical_path);
        let places: Vec<usize> = path.iter().filter_map(|key| positions.get(key).copied()).collect();
        let critical_edges = places.iter().copied().zip(places.iter().copied().skip(1)).collect();
        let critical = path.iter().cloned().collect();
        Self {
            plan,
            labels,
            findings,
            order,
            critical,
            critical_edges,
            positions,
            containers: plan.containers(),
            texts: &[],
            rejected: Vec::new(),
            workers: 2,
        }
    }

    /// With the texts of documents, by name, in which sources are marked.
    #[must_use]
    pub fn with_texts(self, texts: &'p [(String, String)]) -> Self {
        Self { texts, ..self }
    }

    /// With the names of the items that `whole` has and this plan has not, since they were rejected.
    #[must_use]
    pub fn with_rejected_of(self, whole: &'p Plan) -> Self {
        let gone = whole.items.iter().filter(|item| !self.positions.has(&item.key));
        let rejected = gone.map(|item| (&item.key, item.title.as_str())).collect();
        Self { rejected, ..self }
    }

    /// With a schedule for so many workers; two are usual.
    #[must_use]
    pub fn for_workers(self, workers: usize) -> Self {
        Self { workers, ..self }
    }

    /// For [Mermaid](https://mermaid.js.org), which Markdown on many platforms draws.
    pub fn mermaid(&self) -> String {
        mermaid::draw(self)
    }

    /// For [Graphviz](https://graphviz.org).
    pub fn dot(&self) -> String {
        dot::draw(self)
    }

    /// A drawing that needs no other program.
    pub fn svg(&self) -> String {
        svg::standalone(self)
    }

    /// To be read: every item with all that is known of it.
    pub fn markdown(&self) -> String {
        markdown::write(self)
    }

    /// One file for a browser: the graph, and the documents beside it with what is cited marked, linked both ways.
    pub fn html(&self) -> String {
        html::page(self)
    }

    /// The documents' own title, or else the name of the first.
    fn title(&self) -> &str {
        let name = self.plan.documents.first().map(|document| document.name.as_str());
        self.plan.title.as_deref().or(name).unwrap_or("Plan")
    }

    fn is_critical(&self, item: &Item) -> bool {
        self.critical.contains(&item.key)
    }

    fn is_container(&self, item: &Item) -> bool {
        self.containers.contains(&item.key)
    }

    /// The dependencies as positions: what comes first, then what waits for it. Names of nothing are left out.
    fn edges(&self) -> impl Iterator<Item = (usize, usize)> {
        self.plan.items.iter().enumerate().flat_map(move |(index, item)| {
            item.depends_on.iter().filter_map(move |on| Some((*self.positions.get(on)?, index)))
        })
    }

    /// Whether a dependency lies on the critical path.
    fn is_critical_edge(&self, from: usize, to: usize) -> bool {
        self.critical_edges.contains(&(from, to))
    }
}

/// `1h30m`, `45m`, `2h`.
fn minutes(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("{rest}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, rest) => format!("{hours}h{rest}m"),
    }
}

/// The estimate of an item, or nothing.
fn estimate(item: &Item) -> String {
    item.estimate.map(|estimate| minutes(estimate.likely)).unwrap_or_default()
}

/// The text on one line, without characters that a reader could not see or that a program would obey.
fn plain(text: &str) -> String {
    let visible = |c: char| {
        let hidden = matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{61c}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}');
        !c.is_control() && !hidden
    };
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.map(|word| word.chars().filter(|&c| visible(c)).collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// Text for XML and HTML, in elements and in quoted attributes.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            // What XML does not allow at all.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
