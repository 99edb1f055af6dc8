//! Under what a block of a document stands, as far as it matters to answers.

use conductor_plan::{Block, BlockKind, Document};

use super::question::has_any;
use super::words::words;

/// Words of a heading under which nothing is decided, or not for this work.
const UNDECIDED: &str = "alternative alternatives appendix assumption assumptions backlog changelog considered deferred \
    deprecated draft drafts example examples future glossary history idea ideas later legacy maybe nongoal nongoals \
    non old open option optional options outstanding pending previous proposal proposals rejected risk risks roadmap \
    tbd todo undecided unresolved wishlist";

/// Names of sections in which questions are answered.
const ANSWERING: &[&str] = &[
    "answered questions",
    "answers",
    "decision log",
    "decisions",
    "faq",
    "faqs",
    "frequently asked questions",
    "q a",
    "q and a",
    "questions",
    "questions and answers",
    "questions answers",
];

/// A block, and what the headings above it make of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed<'d> {
    pub(super) block: &'d Block,
    /// Whether what stands here is decided, and part of the work.
    pub(super) decided: bool,
    /// Whether questions are answered here.
    pub(super) answering: bool,
}

/// A heading, or what stands in the place of one. The smaller the rank, the more it holds.
struct Above {
    rank: usize,
    decided: bool,
    answering: bool,
}

/// Ranks below those of headings: a bold line, a line that ends with a colon, a list item that does.
const BOLD: usize = 10;
const COLON: usize = 20;
const ITEM: usize = 30;

/// The blocks of a document with what stands above them. Headings themselves are among them, under their own name.
pub(super) fn placed(document: &Document) -> Vec<Placed<'_>> {
    let mut above: Vec<Above> = Vec::new();
    let mut tags: Vec<bool> = Vec::new();
    let mut all = Vec::new();
    for block in document.blocks() {
        match &block.kind {
            BlockKind::TagOpen { name } => tags.push(is_decided(name)),
            BlockKind::TagClose { .. } => drop(tags.pop()),
            BlockKind::Heading { .. }
            | BlockKind::Paragraph
            | BlockKind::Quote
            | BlockKind::Item { .. }
            | BlockKind::Row { .. }
            | BlockKind::Code
            | BlockKind::FrontMatter => {}
        }
        let (rank, names) = rank(block);
        above.retain(|one| one.rank < rank);
        if names {
            let decided = is_decided(&block.text);
            above.push(Above { rank, decided, answering: is_answering(&block.text) });
        }
        all.push(Placed {
            block,
            decided: above.iter().all(|one| one.decided) && tags.iter().all(|decided| *decided),
            answering: above.iter().any(|one| one.answering),
        });
    }
    all
}

/// How much a block closes of what stands above it, and whether it names what comes after it.
fn rank(block: &Block) -> (usize, bool) {
    let text = block.text.trim_end();
    let colon = text.ends_with(':');
    match block.kind {
        BlockKind::Heading { level } => (usize::from(level), true),
        BlockKind::Paragraph
            if block.lead.as_deref().is_some_and(|lead| lead == text.trim_end_matches(':')) =>
        {
            (BOLD, true)
        }
        BlockKind::Paragraph => (COLON, colon),
        BlockKind::Item { .. } => (ITEM + block.depth, colon),
        BlockKind::Quote
        | BlockKind::Row { .. }
        | BlockKind::Code
        | BlockKind::FrontMatter
        | BlockKind::TagOpen { .. }
        | BlockKind::TagClose { .. } => (usize::MAX, false),
    }
}

fn is_decided(heading: &str) -> bool {
    let words = words(heading);
    let scope = words.iter().any(|word| word == "scope" || word == "goals" || word == "goal");
    let out = has_any(&words, "out not outside beyond no anti");
    let undecided = has_any(&words, UNDECIDED);
    !undecided && (!scope || !out)
}

fn is_answering(heading: &str) -> bool {
    // A number before the name is no part of it.
    let mut words = words(heading);
    words.retain(|word| !word.bytes().all(|byte| byte.is_ascii_digit()));
    ANSWERING.contains(&words.join(" ").as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> String {
        let document = Document::parse("a.md", text.as_bytes()).unwrap();
        let line = |placed: &Placed<'_>| {
            let (decided, answering) = (placed.decided, placed.answering);
            let mark = match (decided, answering) {
                (true, true) => "answers",
                (true, false) => "decided",
                (false, _) => "open",
            };
            format!("{mark}: {}", placed.block.text.trim())
        };
        placed(&document).iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn headings_and_what_stands_for_them_reach_as_far_as_they_do() {
        let text = "# Notes\n\nOne.\n\n## Out of scope\n\nTwo.\n\n### More\n\nThree.\n\n## 3. FAQ\n\nFour.\n\n\
                    ## Design\n\nFive.\n\nOpen points:\n\n- six\n\nSeven.\n\n**Ideas**\n\nEight.\n\n# Open questions\n\nNine.\n";
        insta::assert_snapshot!(seen(text), @r"
        decided: Notes
        decided: One.
        open: Out of scope
        open: Two.
        open: More
        open: Three.
        answers: 3. FAQ
        answers: Four.
        decided: Design
        decided: Five.
        open: Open points:
        open: six
        decided: Seven.
        open: Ideas
        open: Eight.
        open: Open questions
        open: Nine.
        ");
    }

    #[test]
    fn names_of_sections() {
        for (name, decided, answering) in [
            ("Questions", true, true),
            ("Open questions", false, false),
            ("Decisions", true, true),
            ("Pending decisions", false, false),
            ("Non-goals", false, false),
            ("Not in scope", false, false),
            ("Scope", true, false),
            ("Frequently asked questions", true, true),
            ("Storage", true, false),
            ("Alternatives considered", false, false),
        ] {
            assert_eq!((is_decided(name), is_answering(name)), (decided, answering), "{name}");
        }
    }
}
