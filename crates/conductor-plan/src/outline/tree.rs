//! A document's blocks as a tree: sections, lists within them, and what stands under each.

use super::label::{Label, label_of};
use crate::{Block, BlockKind, Document, Span};

/// Lists nested deeper than this are read as if they were not.
const DEEPEST_LIST: usize = 12;

/// Code of at most so many bytes within a list is read as part of the item.
const LONGEST_INLINE_CODE: usize = 200;

/// The tree of one document. Nodes are named by their position; 0 is the root, and children stand after their parents.
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
}

pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    /// What it is called and what it says.
    pub(crate) label: Label,
    /// Its own place, without what stands under it.
    pub(crate) own: Span,
    /// Its place with all that stands under it.
    pub(crate) span: Span,
    pub(crate) parent: usize,
    pub(crate) children: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NodeKind {
    /// The document.
    Root,
    /// A heading, or an XML-like tag.
    Section {
        /// Level of the heading; 0 for a tag.
        level: u8,
    },
    /// A line that introduces what follows it: `**Tasks**:`.
    Intro,
    /// An item of a list.
    Item {
        /// Whether its box is ticked, so that there is nothing left to do.
        done: bool,
    },
    /// Running text.
    Text,
    /// A row of a table.
    Row {
        head: bool,
        cells: Vec<String>,
    },
    Code,
}

impl Tree {
    pub(crate) fn of(document: &Document) -> Self {
        let whole = Span { start: 0, end: 0, first_line: 1, last_line: 1, page: None };
        let root = Node {
            kind: NodeKind::Root,
            label: Label::default(),
            own: whole,
            span: whole,
            parent: 0,
            children: Vec::new(),
        };
        let blocks = document.blocks();
        let mut nodes = Vec::with_capacity(blocks.len() + 1);
        nodes.push(root);
        let mut builder = Builder { tree: Self { nodes }, sections: vec![0], intro: None, items: Vec::new() };
        for (index, block) in blocks.iter().enumerate() {
            builder.add(block, blocks.get(index + 1));
        }
        builder.tree.close();
        builder.tree
    }

    pub(crate) fn node(&self, index: usize) -> &Node {
        &self.nodes[index]
    }

    pub(crate) fn children(&self, index: usize) -> impl Iterator<Item = (usize, &Node)> {
        self.nodes[index].children.iter().map(|&child| (child, &self.nodes[child]))
    }

    /// Whether a list item stands directly under this node.
    pub(crate) fn has_items(&self, index: usize) -> bool {
        self.children(index).any(|(_, child)| matches!(child.kind, NodeKind::Item { .. }))
    }

    /// Gives each node the place of all that stands under it. Children stand after their parents, so one pass backwards
    /// is enough.
    fn close(&mut self) {
        for index in (1..self.nodes.len()).rev() {
            let (parent, span) = (self.nodes[index].parent, self.nodes[index].span);
            let whole = &mut self.nodes[parent].span;
            *whole = if parent == 0 && whole.end == 0 { span } else { whole.join(span) };
        }
    }
}

struct Builder {
    tree: Tree,
    /// The open sections, the root first.
    sections: Vec<usize>,
    /// The introduction that is in force, and whether it goes on after a list: one in bold does.
    intro: Option<(usize, bool)>,
    /// The open list items by depth.
    items: Vec<usize>,
}

impl Builder {
    fn add(&mut self, block: &Block, next: Option<&Block>) {
        match &block.kind {
            BlockKind::Heading { level } => self.section(block, *level),
            BlockKind::TagOpen { name } => {
                self.pop_sections_above_tag();
                self.open_section(Label::of_tag(name), 0, block.span);
            }
            BlockKind::TagClose { .. } => {
                self.pop_sections_above_tag();
                if self.sections.len() > 1 {
                    self.sections.pop();
                }
                self.end_lists();
            }
            BlockKind::Item { done, .. } => self.item(block, *done == Some(true)),
            BlockKind::Paragraph | BlockKind::Quote => self.text(block, next),
            BlockKind::Row { head, cells } => {
                let kind = NodeKind::Row { head: *head, cells: cells.clone() };
                self.push(kind, Label::of_text(&block.text), block.span, self.under(block.depth));
            }
            BlockKind::Code => {
                // Short code completes the line above it: `set these variables:`.
                let short = block.text.len() <= LONGEST_INLINE_CODE && block.depth > 0;
                let label = if short { Label::of_text(&block.text) } else { Label::default() };
                self.push(NodeKind::Code, label, block.span, self.under(block.depth));
            }
            BlockKind::FrontMatter => {}
        }
    }

    fn section(&mut self, block: &Block, level: u8) {
        while let Some(&top) = self.sections.last() {
            match self.tree.nodes[top].kind {
                NodeKind::Section { level: open } if open != 0 && open >= level => self.sections.pop(),
                NodeKind::Section { .. }
                | NodeKind::Root
                | NodeKind::Intro
                | NodeKind::Item { .. }
                | NodeKind::Text
                | NodeKind::Row { .. }
                | NodeKind::Code => break,
            };
        }
        self.open_section(Label::of_heading(&block.text), level, block.span);
    }

    fn open_section(&mut self, label: Label, level: u8, span: Span) {
        self.end_lists();
        let parent = self.sections.last().copied().unwrap_or(0);
        let section = self.push(NodeKind::Section { level }, label, span, parent);
        self.sections.push(section);
    }

    /// A tag ends the headings within the tag that it stands in.
    fn pop_sections_above_tag(&mut self) {
        while let Some(&top) = self.sections.last()
            && matches!(self.tree.nodes[top].kind, NodeKind::Section { level: 1.. })
        {
            self.sections.pop();
        }
    }

    fn end_lists(&mut self) {
        self.intro = None;
        self.items.clear();
    }

    fn item(&mut self, block: &Block, done: bool) {
        let depth = block.depth.clamp(1, DEEPEST_LIST);
        self.items.truncate(depth - 1);
        let parent = self.items.last().copied().unwrap_or_else(|| self.base());
        let item = self.push(NodeKind::Item { done }, label_of(block), block.span, parent);
        self.items.push(item);
    }

    fn text(&mut self, block: &Block, next: Option<&Block>) {
        let parent = self.under(block.depth);
        let label = label_of(block);
        if block.depth > 0 {
            self.push(NodeKind::Text, label, block.span, parent);
            return;
        }
        self.items.clear();
        let bold = block.lead.is_some() && label.rest.is_empty();
        let before_list =
            next.is_some_and(|next| matches!(next.kind, BlockKind::Item { .. } | BlockKind::Row { .. }));
        let colon = block.text.ends_with([':', '：']) && block.text.chars().count() <= 80 && before_list;
        if bold || colon {
            let base = self.sections.last().copied().unwrap_or(0);
            let label = if bold { label } else { Label::of_intro(&block.text) };
            let intro = self.push(NodeKind::Intro, label, block.span, base);
            self.intro = Some((intro, bold));
            return;
        }
        if self.intro.is_some_and(|(_, goes_on)| !goes_on) {
            self.intro = None;
        }
        let parent = self.base();
        self.push(NodeKind::Text, label, block.span, parent);
    }

    /// Where a block of this list depth belongs.
    fn under(&self, depth: usize) -> usize {
        let item = depth.min(self.items.len()).checked_sub(1).and_then(|index| self.items.get(index));
        item.copied().unwrap_or_else(|| self.base())
    }

    fn base(&self) -> usize {
        self.intro.map(|(intro, _)| intro).or_else(|| self.sections.last().copied()).unwrap_or(0)
    }

    fn push(&mut self, kind: NodeKind, label: Label, span: Span, parent: usize) -> usize {
        let index = self.tree.nodes.len();
        self.tree.nodes.push(Node { kind, label, own: span, span, parent, children: Vec::new() });
        self.tree.nodes[parent].children.push(index);
        index
    }
}
