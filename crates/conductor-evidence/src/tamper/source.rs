//! Syntax trees, flat: nodes in the order of the text, each knowing where its descendants end. Nothing here recurses, so
//! that no depth of nesting matters.

use std::ops::{ControlFlow, Range};

use tree_sitter::{ParseOptions, ParseState, Parser};

/// What is nested deeper than this is not looked at: it counts as not being there.
const DEPTH_MAX: usize = 200;
/// More nodes than this are not looked at.
const NODES_MAX: usize = 400_000;
/// A parser asks every hundred steps whether it should go on, and takes about one step for each byte of what is a source.
/// So many more it gets for what is not.
const PATIENCE: usize = 8;

/// A language whose tests are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Language {
    Rust,
    Python,
    JavaScript,
    TypeScript,
    Tsx,
    Go,
    Java,
}

impl Language {
    /// By the path's extension.
    pub(super) fn of(path: &str) -> Option<Self> {
        let (_, extension) = path.rsplit_once('.')?;
        Some(match extension {
            "rs" => Self::Rust,
            "py" | "pyi" => Self::Python,
            "js" | "mjs" | "cjs" | "jsx" => Self::JavaScript,
            "ts" | "mts" | "cts" => Self::TypeScript,
            "tsx" => Self::Tsx,
            "go" => Self::Go,
            "java" => Self::Java,
            _ => return None,
        })
    }

    fn grammar(self) -> tree_sitter::Language {
        match self {
            Self::Rust => tree_sitter_rust::LANGUAGE.into(),
            Self::Python => tree_sitter_python::LANGUAGE.into(),
            Self::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
            Self::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
            Self::Tsx => tree_sitter_typescript::LANGUAGE_TSX.into(),
            Self::Go => tree_sitter_go::LANGUAGE.into(),
            Self::Java => tree_sitter_java::LANGUAGE.into(),
        }
    }

    /// Languages whose files import each other, so that a test may move between them.
    pub(super) fn family(self) -> u8 {
        match self {
            Self::Rust => 0,
            Self::Python => 1,
            Self::JavaScript | Self::TypeScript | Self::Tsx => 2,
            Self::Go => 3,
            Self::Java => 4,
        }
    }

    pub(super) fn is_script(self) -> bool {
        self.family() == 2
    }
}

/// A node: what it is, where it stands, and which nodes are inside it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    kind: u16,
    field: u16,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Its first line, from 1.
    pub(super) line: usize,
    /// Its last line, from 1.
    pub(super) last_line: usize,
    pub(super) parent: Option<usize>,
    /// The sibling before it.
    before: Option<usize>,
    /// The number after its last descendant.
    pub(super) until: usize,
}

/// A file, parsed.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) language: Language,
    pub(super) text: String,
    pub(super) nodes: Vec<Node>,
    /// The names of the grammar, by number.
    kinds: Vec<String>,
    fields: Vec<String>,
}

impl Tree {
    /// Parses a text; `None` when that takes too long, or gives more than anybody writes.
    pub(super) fn parse(language: Language, text: String) -> Option<Self> {
        let mut parser = Parser::new();
        let grammar = language.grammar();
        parser.set_language(&grammar).ok()?;
        let most = 1_000 + text.len() / 100 * PATIENCE;
        let mut steps = 0;
        let mut patience = |_: &ParseState| {
            steps += 1;
            if steps > most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let bytes = text.as_bytes();
        let options = ParseOptions::new().progress_callback(&mut patience);
        let parsed = parser.parse_with_options(
            &mut |at, _| bytes.get(at..).unwrap_or_default(),
            None,
            Some(options),
        )?;
        let nodes = flatten(&parsed)?;
        let kinds = (0..grammar.node_kind_count()).map(|id| u16::try_from(id).ok());
        let kinds =
            kinds.map(|id| id.and_then(|id| grammar.node_kind_for_id(id)).unwrap_or_default().to_owned());
        let fields = (0..=grammar.field_count()).map(|id| u16::try_from(id).ok());
        let fields =
            fields.map(|id| id.and_then(|id| grammar.field_name_for_id(id)).unwrap_or_default().to_owned());
        let (kinds, fields) = (kinds.collect(), fields.collect());
        Some(Self { language, text, nodes, kinds, fields })
    }

    pub(super) fn node(&self, at: usize) -> Option<&Node> {
        self.nodes.get(at)
    }

    pub(super) fn kind(&self, at: usize) -> &str {
        self.nodes.get(at).and_then(|node| self.kinds.get(usize::from(node.kind))).map_or("", String::as_str)
    }

    /// What a node is to its parent.
    pub(super) fn field(&self, at: usize) -> &str {
        self.nodes
            .get(at)
            .and_then(|node| self.fields.get(usize::from(node.field)))
            .map_or("", String::as_str)
    }

    pub(super) fn line(&self, at: usize) -> usize {
        self.nodes.get(at).map_or(1, |node| node.line)
    }

    /// Its line, and the byte at which it begins.
    pub(super) fn place(&self, at: usize) -> (usize, usize) {
        self.nodes.get(at).map_or((1, 0), |node| (node.line, node.start))
    }

    pub(super) fn text(&self, at: usize) -> &str {
        self.nodes.get(at).and_then(|node| self.text.get(node.start..node.end)).unwrap_or_default()
    }

    /// The numbers of all nodes inside a node.
    pub(super) fn inside(&self, at: usize) -> Range<usize> {
        let until = self.nodes.get(at).map_or(at, |node| node.until);
        at + 1..until.max(at + 1)
    }

    /// Its children, in order.
    pub(super) fn children(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let range = self.inside(at);
        let mut next = range.start;
        std::iter::from_fn(move || {
            (next < range.end).then(|| {
                let child = next;
                next = self.nodes.get(child).map_or(range.end, |node| node.until);
                child
            })
        })
    }

    pub(super) fn child(&self, at: usize, field: &str) -> Option<usize> {
        self.children(at).find(|child| self.field(*child) == field)
    }

    pub(super) fn child_text(&self, at: usize, field: &str) -> &str {
        self.child(at, field).map_or("", |child| self.text(child))
    }

    pub(super) fn child_of_kind(&self, at: usize, kind: &str) -> Option<usize> {
        self.children(at).find(|child| self.kind(*child) == kind)
    }

    /// The nodes around a node, from the inside out.
    pub(super) fn around(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.nodes.get(at).and_then(|node| node.parent), |up| {
            self.nodes.get(*up).and_then(|node| node.parent)
        })
    }

    /// The nearest sibling before a node.
    pub(super) fn before(&self, at: usize) -> Option<usize> {
        self.nodes.get(at)?.before
    }

    /// All nodes of a kind inside a range of nodes.
    pub(super) fn of_kind<'t>(
        &'t self,
        range: Range<usize>,
        kind: &'t str,
    ) -> impl Iterator<Item = usize> + 't {
        range.filter(move |at| self.kind(*at) == kind)
    }

    /// All nodes of the file.
    pub(super) fn all(&self) -> Range<usize> {
        0..self.nodes.len()
    }

    /// Whether the node is a comment.
    pub(super) fn is_comment(&self, at: usize) -> bool {
        self.kind(at).ends_with("comment")
    }
}

/// The tree as a list. The cursor of the library has a stack of its own.
fn flatten(parsed: &tree_sitter::Tree) -> Option<Vec<Node>> {
    let mut cursor = parsed.walk();
    let mut nodes: Vec<Node> = Vec::new();
    // The nodes around this one, each with the child of it that was met last.
    let mut open: Vec<(usize, Option<usize>)> = Vec::new();
    loop {
        let node = cursor.node();
        let at = nodes.len();
        if at >= NODES_MAX {
            return None;
        }
        nodes.push(Node {
            kind: node.kind_id(),
            field: cursor.field_id().map_or(0, u16::from),
            start: node.start_byte(),
            end: node.end_byte(),
            line: node.start_position().row + 1,
            last_line: node.end_position().row + 1,
            parent: open.last().map(|(up, _)| *up),
            before: open.last_mut().and_then(|(_, last)| last.replace(at)),
            until: at + 1,
        });
        if open.len() < DEPTH_MAX && cursor.goto_first_child() {
            open.push((at, None));
            continue;
        }
        while !cursor.goto_next_sibling() {
            let Some((closed, _)) = open.pop() else { return Some(nodes) };
            let until = nodes.len();
            if let Some(node) = nodes.get_mut(closed) {
                node.until = until;
            }
            if !cursor.goto_parent() {
                return Some(nodes);
            }
        }
    }
}

/// What bytes say as text: any bytes, with line ends of one kind.
pub(super) fn decode(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = String::from_utf8_lossy(bytes);
    if text.contains('\r') { text.replace("\r\n", "\n") } else { text.into_owned() }
}
