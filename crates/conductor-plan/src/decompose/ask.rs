//! What is asked, and how it is said.

use super::chunk::Chunk;
use super::flaw::Flaw;
use super::form::{Dialect, Form};
use super::library::{Library, LineRange};
use super::options::DecomposeOptions;
use super::show;
use super::template::render;
use super::tokens::tokens;
use crate::{BlockKind, Item, ItemKey, RequirementId};

const SYSTEM: &str = include_str!("prompts/system.md");
const LEVEL: &str = include_str!("prompts/level.md");
const SPLIT: &str = include_str!("prompts/split.md");
const JOIN: &str = include_str!("prompts/join.md");
const REPAIR: &str = include_str!("prompts/repair.md");
const AGENT: &str = include_str!("prompts/agent.md");
const AGENT_FILE: &str = include_str!("prompts/agent_file.md");
const AGENT_SAYS: &str = include_str!("prompts/agent_says.md");

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// What it is about.
    pub id: AskId,
    /// The form of the answer.
    pub form: Form,
    /// The instructions that all questions share.
    pub system: String,
    /// The question.
    pub prompt: String,
    /// The most items that the answer may have.
    pub most: usize,
    /// The requirements that are shown.
    pub(super) shown: Vec<RequirementId>,
}

/// What a question is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AskId {
    /// The items of the first level, for one part of the documents.
    Level(usize),
    /// What is the same in the answers for several parts, and what depends on what.
    Join,
    /// The parts of an item.
    Split(ItemKey),
}

/// The question that follows an answer which cannot be used.
pub fn repair(flaws: &[Flaw]) -> String {
    /// More than this nobody mends at once.
    const MOST: usize = 20;
    let mut lines: Vec<String> = flaws.iter().take(MOST).map(|flaw| format!("- {flaw}")).collect();
    if flaws.len() > MOST {
        lines.push(format!("- and {} more of the like", flaws.len() - MOST));
    }
    render(REPAIR, &[("flaws", &lines.join("\n"))])
}

/// A question for an agent, which can look around in the project. It is to write its answer into the file `answer`, or to
/// end with it where there is none.
pub fn agent_prompt(system: &str, prompt: &str, form: Form, answer: Option<&str>) -> String {
    // A schema that was built here can be written.
    let schema = serde_json::to_string_pretty(&form.schema(Dialect::Strict)).unwrap_or_default();
    let place = match answer {
        Some(file) => render(AGENT_FILE, &[("answer", file)]),
        None => AGENT_SAYS.to_owned(),
    };
    render(AGENT, &[("place", place.trim_end()), ("schema", &schema), ("system", system), ("prompt", prompt)])
}

/// The first level, for one part of the documents.
pub(super) fn level(
    library: &Library<'_>,
    number: usize,
    chunks: &[Chunk],
    most: usize,
    options: &DecomposeOptions,
) -> Ask {
    let none = Chunk::new();
    let chunk = chunks.get(number).unwrap_or(&none);
    let shown = |lines: &LineRange| library.wanted_in(*lines).collect::<Vec<_>>();
    let wanted: Vec<_> = chunk.iter().flat_map(shown).collect();
    let several = chunks.len() > 1;
    let part = if several { format!(", part {} of {}", number + 1, chunks.len()) } else { String::new() };
    let outline = if several { show::headings(library, options.context_tokens / 8) } else { String::new() };
    let size = if options.max_depth > 1 {
        "An item may be large, up to some days of work: what is too large is split later.".to_owned()
    } else {
        format!("Aim at items of about {} minutes: nothing is split later.", options.target_minutes)
    };
    let prompt = render(
        LEVEL,
        &[
            ("titles", &titles(library, several)),
            ("requirements", &show::requirements(library, wanted.iter().copied())),
            ("outline", &outline),
            ("part", &part),
            ("document", &show::lines(library, chunk, usize::MAX)),
            ("most", &most.to_string()),
            ("size", &size),
        ],
    );
    let shown = wanted.iter().map(|wanted| wanted.id.clone()).collect();
    Ask { id: AskId::Level(number), form: Form::Items, system: SYSTEM.to_owned(), prompt, most, shown }
}

fn titles(library: &Library<'_>, several: bool) -> String {
    let names: Vec<String> = library.documents().map(|document| format!("{:?}", document.name())).collect();
    let parts = if several {
        " It is too long for one answer: other parts are planned by others, and only what the lines below ask for \
         is yours."
    } else {
        ""
    };
    format!("Documents: {}.{parts}\n\n", names.join(", "))
}

/// The parts of an item.
pub(super) fn split(
    library: &Library<'_>,
    item: &Item,
    above: &[&Item],
    beside: &[&Item],
    most: usize,
    options: &DecomposeOptions,
) -> Ask {
    let (ancestors, siblings) = (show::ancestors(above), show::siblings(beside, options.context_tokens / 8));
    let wanted = item.requirements.iter().filter_map(|id| library.requirement(id.as_str()));
    let requirements = show::requirements(library, wanted);
    let own = show::item(item);
    let used: usize = [&ancestors, &siblings, &requirements, &own].iter().map(|text| tokens(text)).sum();
    let ranges = cited(library, item);
    let document = if ranges.is_empty() {
        String::new()
    } else {
        let lines = show::lines(library, &ranges, options.context_tokens.saturating_sub(used));
        format!("## Where it comes from\n\n{lines}\n\n")
    };
    let prompt = render(
        SPLIT,
        &[
            ("item", &own),
            ("ancestors", &ancestors),
            ("siblings", &siblings),
            ("requirements", &requirements),
            ("document", &document),
            ("most", &most.to_string()),
            ("target", &options.target_minutes.to_string()),
        ],
    );
    let (id, shown) = (AskId::Split(item.key.clone()), item.requirements.clone());
    Ask { id, form: Form::Items, system: SYSTEM.to_owned(), prompt, most, shown }
}

/// The lines that an item cites, each with the heading above it, in order and without repetition.
fn cited(library: &Library<'_>, item: &Item) -> Vec<LineRange> {
    let mut ranges: Vec<LineRange> =
        item.sources.iter().filter_map(|source| library.lines_of(source)).collect();
    let headings: Vec<LineRange> = ranges.iter().filter_map(|range| heading_above(library, *range)).collect();
    ranges.extend(headings);
    ranges.sort_unstable();
    let mut joined: Vec<LineRange> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if last.document == range.document && range.first <= last.last + 1 => {
                last.last = last.last.max(range.last);
            }
            Some(_) | None => joined.push(range),
        }
    }
    joined
}

fn heading_above(library: &Library<'_>, range: LineRange) -> Option<LineRange> {
    let document = library.documents().nth(range.document)?;
    let above = document.blocks().iter().rev().find(|block| {
        matches!(block.kind, BlockKind::Heading { .. }) && block.span.first_line <= range.first
    })?;
    let (first, last) = (above.span.first_line, above.span.last_line);
    Some(LineRange { document: range.document, first, last })
}

/// What is the same among the items of several parts.
pub(super) fn join(items: &[Item], known: &[(usize, usize)]) -> Ask {
    let line = |(number, item): (usize, &Item)| {
        let places: Vec<String> = item.sources.iter().take(3).map(ToString::to_string).collect();
        let (title, about) = (show::one_line(&item.title, 60), show::one_line(&item.description, 30));
        format!("{} | {title} | {} | {about}", join_id(number), places.join(", "))
    };
    let lines: Vec<String> = items.iter().enumerate().map(line).collect();
    let edges: Vec<String> =
        known.iter().map(|&(item, on)| format!("{} after {}", join_id(item), join_id(on))).collect();
    let edges = if edges.is_empty() { "none does".to_owned() } else { edges.join(", ") };
    let prompt = render(JOIN, &[("items", &lines.join("\n")), ("known", &edges)]);
    let system = SYSTEM.to_owned();
    Ask { id: AskId::Join, form: Form::Joining, system, prompt, most: items.len(), shown: Vec::new() }
}

pub(super) fn join_id(number: usize) -> String {
    format!("i{}", number + 1)
}
